"""The numbers that describe the noise of QPUs."""

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ebit import checks
from ebit.checks import is_real
from ebit.errors import EbitError
from ebit.physics.channels import Channel, damping, dephasing, depolarising, idling
from ebit.physics.checks import check_lifetime, check_probability, check_seconds

MOST_PLACES = 10_000_000
"""Shared states, directions of messages or QPUs; more of them are a slip of the pen."""

PerQPU = float | tuple[float, ...]
"""One number for all QPUs, or one for each."""

Lifetime = float | None | tuple[float | None, ...]
"""A time constant in seconds for all QPUs or one for each; None: no decay."""

_PROBABILITIES = (
    "one_qubit_error", "two_qubit_error", "gate_dephasing", "gate_damping", "flip_zero", "flip_one",
    "correlated_error",
)  # fmt: skip
_GATE_SECONDS = ("one_qubit_seconds", "two_qubit_seconds", "measurement_seconds")
_LIFETIMES = ("t1_seconds", "t2_seconds")
_SHARED_SECONDS = (
    "storage_seconds", "message_seconds", "herald_seconds", "arrival_seconds", "attempt_seconds",
)  # fmt: skip
_MEMORY_LIFETIMES = ("memory_t1_seconds", "memory_t2_seconds")
_WAITING = (
    "pair_errors", "arrival_seconds", "attempt_seconds", "cutoff_seconds", "pair_lifetime_seconds",
    *_MEMORY_LIFETIMES,
)  # fmt: skip
_LATER = (*_WAITING, "correlated_error")
"""Left out of a content hash at their defaults, because earlier versions did not have them."""
_PLACES = {"storage_seconds": "shared states", "message_seconds": "directions of messages"}


@dataclass(frozen=True)
class QPUNoise:
    """The noise of one QPU; the same fields as `Noise`, one number each.

    Example:
        >>> QPUNoise(one_qubit_error=0.5).gates(one_qubit=2).diagonal().tolist()
        [1.0, 0.25, 0.25, 0.25]
    """

    one_qubit_error: float = 0.0
    two_qubit_error: float = 0.0
    gate_dephasing: float = 0.0
    gate_damping: float = 0.0
    flip_zero: float = 0.0
    flip_one: float = 0.0
    t1_seconds: float | None = None
    t2_seconds: float | None = None
    one_qubit_seconds: float = 0.0
    two_qubit_seconds: float = 0.0
    measurement_seconds: float = 0.0
    memory_t1_seconds: float | None = None
    memory_t2_seconds: float | None = None
    correlated_error: float = 0.0

    @property
    def memory(self) -> tuple[float | None, float | None]:
        """T1 and T2 of a qubit that stores half of a pair: its own, or those of all qubits."""
        if self.memory_t1_seconds is None and self.memory_t2_seconds is None:
            return self.t1_seconds, self.t2_seconds
        return self.memory_t1_seconds, self.memory_t2_seconds

    def gates(self, one_qubit: int = 0, two_qubit: int = 0) -> Channel:
        """Depolarising errors of so many gates on one qubit."""
        kept = (1 - self.one_qubit_error) ** one_qubit * (1 - self.two_qubit_error) ** two_qubit
        return depolarising(1 - kept)

    @property
    def both(self) -> NDArray[np.float64]:
        """Factor of every product of two Pauli operators by the correlated error of a gate, (16,).

        Example:
            >>> QPUNoise(correlated_error=0.25).both[:3].tolist()
            [1.0, 0.75, 0.75]
        """
        return np.array([1.0, *15 * [1 - self.correlated_error]])

    def idle(self, seconds: float) -> Channel:
        """Decay over a time."""
        return idling(seconds, self.t1_seconds, self.t2_seconds)

    def seconds(self, one_qubit: int, two_qubit: int) -> float:
        """Duration of so many one-qubit and two-qubit gates, one after the other."""
        return one_qubit * self.one_qubit_seconds + two_qubit * self.two_qubit_seconds

    def brick(self, one_qubit: int, two_qubit: int, rounds: int, waiting: float = 0.0) -> Channel:
        """Noise of one qubit after the two-qubit gates of a brick.

        Args:
            one_qubit: One-qubit gates of the brick on this qubit.
            two_qubit: Two-qubit gates of the brick on this qubit.
            rounds: Two-qubit gates that the brick does one after the other.
            waiting: Further time that passes, in seconds.

        Returns:
            Depolarising, dephasing and damping by the gates, then decay over the duration.
        """
        seconds = self.seconds(one_qubit, rounds) + waiting
        flips = damping(self.gate_damping) @ dephasing(self.gate_dephasing)
        return self.idle(seconds) @ flips @ self.gates(one_qubit, two_qubit)

    @property
    def mean_flip(self) -> float:
        """Read-out error if the outcome is flipped at random before the measurement."""
        return (self.flip_zero + self.flip_one) / 2


@dataclass(frozen=True)
class Noise:
    r"""Local noise of QPUs, and the times that their qubits have to wait.

    Every number of a gate, read-out or lifetime is one for all QPUs, or one for each of them. All
    are 0 (no noise) if they are left out.

    Args:
        one_qubit_error: Probability that a one-qubit gate depolarises its qubit:
            :math:`\rho \mapsto (1-p)\rho + p\,I/2`.
        two_qubit_error: The same for each of the two qubits of a two-qubit gate.
        gate_dephasing: Probability of a phase flip of every qubit in every brick of two-qubit gates
            (embedding included): :math:`\rho \mapsto (1-p)\rho + p\,Z\rho Z`.
        gate_damping: Probability that a qubit in state 1 falls to 0 in such a brick.
        flip_zero: Probability to read 1 where the qubit is 0.
        flip_one: Probability to read 0 where the qubit is 1.
        t1_seconds: Relaxation time T1; None: the qubits do not relax.
        t2_seconds: Coherence time T2, at most 2 T1; None: relaxation alone limits it.
        one_qubit_seconds: Duration of a one-qubit gate.
        two_qubit_seconds: Duration of a two-qubit gate.
        measurement_seconds: Duration of a measurement, in which the other qubits wait.
        storage_seconds: Time that shared states have waited before the circuit starts, one for all
            or one for each in the order of the edges.
        message_seconds: Time that a classical message travels, one for all or one for each
            direction (sender, receiver).
        herald_seconds: Time until the pairs for the non-local gates of a brick are there.
        pair_errors: Probabilities of a phase flip, a bit flip and both in a fresh pair.
        arrival_seconds: Mean time from one pair to the next: those that are there wait for the
            others. The times are random (exponential), see `stored_pairs`.
        attempt_seconds: Time from one attempt to the next, at most `arrival_seconds`: times between
            pairs are whole multiples of it (geometric).
        cutoff_seconds: If the first pair has waited so long for the others, all are made anew.
        pair_lifetime_seconds: Time constant with which a stored pair depolarises as a whole;
            None: its halves decay in their memories.
        memory_t1_seconds: T1 of the qubits that store pairs; None: that of the others.
        memory_t2_seconds: T2 of the qubits that store pairs; None: that of the others.
        correlated_error: Probability that a two-qubit gate replaces both its qubits by random ones
            at once: :math:`\rho \mapsto (1-p)\rho + p\,\mathrm{tr}_{ab}(\rho) \otimes I/4`.

    Raises:
        EbitError: If a number is out of range, or T2 > 2 T1.

    Example:
        >>> noise = Noise(two_qubit_error=(0.01, 0.02), t1_seconds=1.0, two_qubit_seconds=1e-3)
        >>> noise.qpus[1].two_qubit_error, noise.is_zero
        (0.02, False)

    Source:
        Nielsen and Chuang, Quantum Computation and Quantum Information, sections 8.3 and 8.4.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}  # an unknown number in a file is an error

    one_qubit_error: PerQPU = 0.0
    two_qubit_error: PerQPU = 0.0
    gate_dephasing: PerQPU = 0.0
    gate_damping: PerQPU = 0.0
    flip_zero: PerQPU = 0.0
    flip_one: PerQPU = 0.0
    t1_seconds: Lifetime = None
    t2_seconds: Lifetime = None
    one_qubit_seconds: PerQPU = 0.0
    two_qubit_seconds: PerQPU = 0.0
    measurement_seconds: PerQPU = 0.0
    storage_seconds: PerQPU = 0.0
    message_seconds: PerQPU = 0.0
    herald_seconds: float = 0.0
    pair_errors: tuple[float, float, float] = (0.0, 0.0, 0.0)
    arrival_seconds: float = 0.0
    attempt_seconds: float = 0.0
    cutoff_seconds: float | None = None
    pair_lifetime_seconds: float | None = None
    memory_t1_seconds: Lifetime = None
    memory_t2_seconds: Lifetime = None
    correlated_error: PerQPU = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, _plain(getattr(self, field.name)))
        if isinstance(self.pair_errors, float):  # three equal numbers were one
            object.__setattr__(self, "pair_errors", 3 * (self.pair_errors,))
        for name in _SHARED_SECONDS:
            value = getattr(self, name)
            several = isinstance(value, tuple) and name in _PLACES
            for seconds in value if several else (value,):
                check_seconds(name, seconds)
        for name in ("cutoff_seconds", "pair_lifetime_seconds"):
            check_lifetime(name, getattr(self, name))
        for qpu in range(max(self._counts.values())):
            self._check(qpu)
        self._check_pairs()

    def _check_pairs(self) -> None:
        """Raise unless the numbers of the pairs are possible."""
        errors = self.pair_errors
        if not isinstance(errors, tuple) or len(errors) != 3:
            raise EbitError(
                "Argument `pair_errors` must be three probabilities (phase flip, bit flip, both), "
                f"but is {errors!r}."
            )
        for error in errors:
            check_probability("pair_errors", error)
        if sum(errors) > 1 + 1e-9:
            raise EbitError(
                f"Argument `pair_errors` must have a sum of at most 1, but has {sum(errors):g}."
            )
        if self.attempt_seconds > self.arrival_seconds:
            raise EbitError(
                f"Argument `attempt_seconds` must be at most `arrival_seconds` = "
                f"{self.arrival_seconds:g}, but is {self.attempt_seconds:g}."
            )

    def _check(self, qpu: int) -> None:
        """Raise unless the numbers of a QPU are possible."""
        for name in _PROBABILITIES:
            check_probability(name, self._of(name, qpu))
        for name in _GATE_SECONDS:
            check_seconds(name, self._of(name, qpu))
        for names in (_LIFETIMES, _MEMORY_LIFETIMES):
            t1, t2 = (self._of(name, qpu) for name in names)
            for name, time in zip(names, (t1, t2), strict=True):
                check_lifetime(name, time)
            if t1 is not None and t2 is not None and t2 > 2 * t1:
                raise EbitError(
                    f"Argument `{names[1]}` must be at most 2 T1 = {2 * t1:g} s, but is {t2:g} s: "
                    "relaxation alone destroys coherence that fast."
                )

    @property
    def _counts(self) -> dict[str, int]:
        """How many numbers there are of each field that may have one per QPU."""
        names = (*_PROBABILITIES, *_GATE_SECONDS, *_LIFETIMES, *_MEMORY_LIFETIMES)
        values = {name: getattr(self, name) for name in names}
        return {
            name: len(value) if isinstance(value, tuple) else 1 for name, value in values.items()
        }

    def seconds_of(self, name: str, places: int) -> tuple[float, ...]:
        """A time of every shared state or of every direction of messages.

        Args:
            name: `storage_seconds` or `message_seconds`.
            places: Number of shared states or directions.

        Returns:
            So many times in seconds.

        Raises:
            EbitError: If there is a list of another length.

        Example:
            >>> Noise(message_seconds=0.5).seconds_of("message_seconds", 2)
            (0.5, 0.5)
        """
        checks.one_of(("storage_seconds", "message_seconds"))("name", name)
        places = checks.whole(0, MOST_PLACES)("places", places)
        value = getattr(self, name)
        if not isinstance(value, tuple):
            return places * (float(value),)
        if len(value) != places:
            raise EbitError(
                f"Argument `{name}` must be one number or one for each of the {places} "
                f"{_PLACES[name]}, but is {value!r}."
            )
        return value

    def _of(self, name: str, qpu: int) -> Any:
        """The number of one QPU; the last one where there are fewer."""
        value = getattr(self, name)
        return value[min(qpu, len(value) - 1)] if isinstance(value, tuple) else value

    @cached_property
    def qpus(self) -> tuple[QPUNoise, ...]:
        """The noise of QPU A and of QPU B."""
        return self.for_qpus(2)

    def for_qpus(self, count: int) -> tuple[QPUNoise, ...]:
        """The noise of so many QPUs.

        Args:
            count: Number of QPUs.

        Returns:
            One entry per QPU.

        Raises:
            EbitError: If there is a list of numbers of another length.

        Example:
            >>> [qpu.flip_one for qpu in Noise(flip_one=(0.1, 0.2, 0.3)).for_qpus(3)]
            [0.1, 0.2, 0.3]
        """
        count = checks.whole(1, MOST_PLACES)("count", count)
        for name, given in self._counts.items():
            if given not in (1, count):
                raise EbitError(
                    f"Argument `{name}` must be one number or one for each of the {count} QPUs, "
                    f"but is {getattr(self, name)!r}."
                )
        names = (*_PROBABILITIES, *_GATE_SECONDS, *_LIFETIMES, *_MEMORY_LIFETIMES)
        return tuple(QPUNoise(**{name: self._of(name, q) for name in names}) for q in range(count))

    @property
    def changed(self) -> dict[str, Any]:
        """The numbers that are not at their defaults."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {f.name: values[f.name] for f in fields(self) if values[f.name] != f.default}

    @property
    def pairs_wait(self) -> bool:
        """Whether it says how pairs are made: then they wait for each other."""
        return any(name in self.changed for name in _WAITING)

    @property
    def is_correlated(self) -> bool:
        """Whether gates have errors that meet both their qubits at once."""
        return _any(self.correlated_error)

    @property
    def content(self) -> dict[str, Any]:
        """What counts in a hash: all numbers, but for later ones at their defaults."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {k: v for k, v in values.items() if k not in _LATER or k in self.changed}

    @property
    def is_zero(self) -> bool:
        """Whether nothing at all happens: no errors, and times that no lifetime limits."""
        lifetimes = (*_LIFETIMES, *_MEMORY_LIFETIMES, "pair_lifetime_seconds")
        decays = any(_any(getattr(self, name)) for name in lifetimes)
        waits = any(_any(getattr(self, name)) for name in (*_GATE_SECONDS, *_SHARED_SECONDS))
        errors = any(_any(getattr(self, name)) for name in (*_PROBABILITIES, "pair_errors"))
        return not errors and not (decays and waits)


def _any(value: Any) -> bool:
    """Whether a number, or one of several, is neither 0 nor None."""
    return any(value) if isinstance(value, tuple) else bool(value)


def _plain(value: Any) -> Any:
    """A float or different floats, where it is one; checked later."""
    if isinstance(value, list | tuple):
        several = tuple(_plain(part) for part in value)
        if not several:
            raise EbitError("A list of numbers of noise is empty: leave it out, or fill it.")
        return several[0] if all(part == several[0] for part in several) else several
    return float(value) if is_real(value) else value


NO_NOISE = Noise()
"""Nothing happens to the qubits."""
