"""Models as circuits of other tools: OpenQASM 3, Qiskit, PennyLane."""

from ebit.export.pennylane import to_pennylane
from ebit.export.qasm3 import DIALECTS, to_qasm3
from ebit.export.qiskit import to_qiskit

__all__ = ["DIALECTS", "to_pennylane", "to_qasm3", "to_qiskit"]
