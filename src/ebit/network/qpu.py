"""One quantum processor of a network."""

import math
import re
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from ebit.errors import EbitError
from ebit.network.memory import check_coherence
from ebit.network.units import PositiveSeconds, Seconds
from ebit.settings import Settings

MOST_QUBITS = 1_000_000
_NAME = re.compile(r"[\w.:-]{1,64}")


def _checked_name(name: str) -> str:
    if _NAME.fullmatch(name) is None:
        raise EbitError(
            "Argument `name` must be 1 to 64 letters, digits or any of `_-.:`, but is "
            f"{name[:80]!r}."
        )
    return name


Name = Annotated[str, AfterValidator(_checked_name)]
Probability = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]


class Qpu(Settings):
    """A QPU: how many qubits, how long they live, how fast and how well they are used.

    Times are text with a unit when a QPU is made, and numbers in seconds when they are read.
    Without a figure the QPU is perfect in that respect.

    Args:
        name: Its name in the network.
        qubits: Number of qubits, 1 to a million.
        t1: Relaxation time, "inf s" for none.
        t2: Coherence time, at most 2 `t1`, which is the default.
        one_qubit_gate_time: Duration of a gate on one qubit.
        two_qubit_gate_time: Duration of a gate on two qubits.
        readout_time: Duration of a measurement.
        one_qubit_gate_error: Average infidelity of a gate on one qubit, 0 to 1.
        two_qubit_gate_error: Average infidelity of a gate on two qubits, 0 to 1.
        readout_error: Probability that a measurement shows the wrong bit, 0 to 1.
        memory_t1: Relaxation time of the qubits that store pairs; default: `t1`.
        memory_t2: Coherence time of the qubits that store pairs; default: `t2`.
        memory_swap_time: Duration of moving half of a pair to a memory.
        memory_swap_error: Average infidelity of moving half of a pair to a memory, 0 to 0.5.
        parallel_gates: Whether gates on different qubits act at the same time; false: one by one,
            as in a chain of ions with one gate zone.

    Raises:
        EbitError: If a field is unknown, out of range or without a known unit.

    Example:
        >>> qpu = Qpu(name="alice", qubits=4, t1="100 us", t2="80 us")
        >>> qpu.t2
        8e-05
    """

    model_config = ConfigDict(strict=True)

    if TYPE_CHECKING:  # fields take text with a unit and lists, too

        def __init__(self, **values: Any) -> None: ...

    name: Name
    qubits: Annotated[int, Field(ge=1, le=MOST_QUBITS)]
    t1: PositiveSeconds = math.inf
    t2: PositiveSeconds = Field(default_factory=lambda data: 2 * data.get("t1", math.inf))
    one_qubit_gate_time: Seconds = 0.0
    two_qubit_gate_time: Seconds = 0.0
    readout_time: Seconds = 0.0
    one_qubit_gate_error: Probability = 0.0
    two_qubit_gate_error: Probability = 0.0
    readout_error: Probability = 0.0
    memory_t1: PositiveSeconds | None = None
    memory_t2: PositiveSeconds | None = None
    memory_swap_time: Seconds = 0.0
    memory_swap_error: Annotated[float, Field(ge=0.0, le=0.5, allow_inf_nan=False)] = 0.0
    parallel_gates: bool = True

    @property
    def memory(self) -> tuple[float, float]:
        """T1 and T2 of a qubit that stores half of a pair, in seconds."""
        if self.memory_t1 is None and self.memory_t2 is None:
            return self.t1, self.t2
        t1 = math.inf if self.memory_t1 is None else self.memory_t1
        return t1, 2 * t1 if self.memory_t2 is None else self.memory_t2

    @model_validator(mode="after")
    def _possible(self) -> "Qpu":
        check_coherence(self.t1, self.t2)
        check_coherence(*self.memory)
        for name in (
            "one_qubit_gate_time", "two_qubit_gate_time", "readout_time", "memory_swap_time",
        ):  # fmt: skip
            if math.isinf(getattr(self, name)):
                raise EbitError(f"Argument `{name}` must be finite, but is 'inf s'.")
        return self
