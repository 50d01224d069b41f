"""The formats of files, by name: a program as the content of one file or several."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ebit.errors import UnsupportedError
from ebit.export.installed import need
from ebit.export.netqmpi import netqmpi_script
from ebit.export.pennylane import script
from ebit.export.program import Program, in_one_register
from ebit.export.qasm3 import DIALECTS, text
from ebit.export.roles import TOOLS, role_texts


@dataclass(frozen=True)
class Format:
    """A format.

    Attributes:
        help: What it is.
        write: Contents by the names of files.
        teleport: Whether gates across the QPUs have to be teleported.
        deferred: Whether measurements have to be at the end.
        is_folder: Whether there are several files.
    """

    help: str
    write: Callable[[Program], Mapping[str, bytes]]
    teleport: bool = False
    deferred: bool = False
    is_folder: bool = False


def _qasm3(program: Program) -> dict[str, bytes]:
    return {"circuit.qasm": text(program, DIALECTS["qiskit"]).encode()}


def _qiskit(program: Program) -> dict[str, bytes]:
    need("qiskit")
    from qiskit import qpy

    from ebit.export.qiskit import written

    content = io.BytesIO()
    qpy.dump(written(program), content)
    return {"circuit.qpy": content.getvalue()}


def _pennylane(program: Program) -> dict[str, bytes]:
    return {"circuit.py": script(program).encode()}


def _netqmpi(program: Program) -> dict[str, bytes]:
    return {"model.py": netqmpi_script(program).encode()}


def _memq(program: Program) -> dict[str, bytes]:
    if program.inputs:
        raise UnsupportedError(
            f"symbols such as {program.inputs[0]!r}",
            "A circuit for memq-dqc",
            "give the parameters and one row of data",
        )
    return {"circuit.qasm": text(in_one_register(program), DIALECTS["qiskit"]).encode()}


def _roles(tool: str) -> Callable[[Program], dict[str, bytes]]:
    return lambda program: {
        name: content.encode() for name, content in role_texts(program, TOOLS[tool]).items()
    }


FORMATS: Mapping[str, Format] = {
    "qasm3": Format("OpenQASM 3, as Qiskit reads it", _qasm3),
    "qiskit": Format("QPY, the files of Qiskit", _qiskit),
    "pennylane": Format("a Python file with a QNode of PennyLane", _pennylane),
    "qnetbench": Format(
        "a folder with a Python file per QPU, run apart by qnetbench",
        _roles("qnetbench"),
        teleport=True,
        is_folder=True,
    ),
    "squidasm": Format(
        "a folder with a Python file per QPU for SquidASM (text, not run here)",
        _roles("squidasm"),
        teleport=True,
        is_folder=True,
    ),
    "netqmpi": Format("a Python file with a rank per QPU for NetQMPI", _netqmpi, deferred=True),
    "memq": Format(
        "OpenQASM 3 without conditions in one register, as memq-dqc partitions it",
        _memq,
        deferred=True,
    ),
}
"""Formats by name."""
