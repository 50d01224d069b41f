"""Models as circuits of other tools: OpenQASM 3, Qiskit, PennyLane, one program per QPU."""

from ebit.export.formats import FORMATS
from ebit.export.local import from_pennylane, from_qasm3, from_qiskit
from ebit.export.lower import program_of
from ebit.export.pennylane import to_pennylane
from ebit.export.qasm3 import DIALECTS, to_qasm3
from ebit.export.qiskit import to_qiskit
from ebit.export.roles import TOOLS, role_programs
from ebit.export.targets import TARGETS, refusals

__all__ = [
    "DIALECTS",
    "FORMATS",
    "TARGETS",
    "TOOLS",
    "from_pennylane",
    "from_qasm3",
    "from_qiskit",
    "program_of",
    "refusals",
    "role_programs",
    "to_pennylane",
    "to_qasm3",
    "to_qiskit",
]
