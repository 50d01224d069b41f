r"""Algorithms: inverse Fourier transform, phase estimation, Shor's for 15, Grover's for two bits.

A controlled phase is three rotations, up to a global phase:

.. math:: \mathrm{diag}(1, 1, 1, e^{i\theta}) = RZ(\tfrac\theta2) \otimes RZ(\tfrac\theta2)\;
    RZZ(-\tfrac\theta2)
"""

import math
from collections.abc import Iterator, Mapping, Sequence

from ebit import checks
from ebit.algorithms.steps import Algorithm, Block, Step, Told, owner_of
from ebit.errors import EbitError
from ebit.export.program import Apply, Wire

MOST_QUBITS = 8
"""Density matrices of more qubits take too long."""


@checks.takes(told=checks.flag)
def inverse_fourier(
    qubits: int, qpus: int, *, answer: int | None = None, told: bool = False
) -> Algorithm:
    r"""The inverse Fourier transform of the transform of a number, over several QPUs.

    Qubit i starts in :math:`|0\rangle + e^{2\pi i m / 2^{i+1}} |1\rangle` and ends as bit i of m.

    Args:
        qubits: Qubits in all, evenly spread.
        qpus: Number of QPUs.
        answer: The number m; by default the bits 1, 0, 1, ...
        told: Whether measured bits are sent instead of pairs being used: a transform that is
            measured at once needs no pairs.

    Returns:
        The algorithm; m is the right outcome, with certainty if all pairs are perfect.

    Raises:
        EbitError: If the qubits cannot be spread evenly, or are too many.

    Example:
        >>> inverse_fourier(6, 3).pairs, inverse_fourier(6, 3, told=True).pairs
        (6, 0)

    Source:
        Griffiths and Niu, Phys. Rev. Lett. 76, 3228 (1996).
    """
    names, sizes = _spread(qubits, qpus)
    number = _pattern(qubits) if answer is None else answer
    checks.whole(0, 2**qubits - 1)("answer", number)
    wires = _wires(names, sizes)
    steps: list[Step] = []
    for place, wire in enumerate(wires):
        steps += [_h(wire), _rz(wire, 2 * math.pi * number / 2 ** (place + 1))]
    steps += _inverse_transform(wires, told)
    return Algorithm(_named("fourier", told), names, sizes, tuple(steps), wires, (number,))


@checks.takes(told=checks.flag)
def phase_estimation(
    qubits: int, qpus: int, *, answer: int | None = None, told: bool = False
) -> Algorithm:
    r"""The phase of a gate on a qubit of the last QPU, read by qubits of the others.

    Args:
        qubits: Qubits t that read the phase, evenly spread over all QPUs but the last.
        qpus: Number of QPUs, 2 or more.
        answer: The phase is :math:`2\pi m/2^t`; by default m has the bits 1, 0, 1, ...
        told: Whether the inverse transform sends measured bits instead of using pairs.

    Returns:
        The algorithm; m is the right outcome.

    Raises:
        EbitError: If the qubits cannot be spread evenly, or are too many.

    Example:
        >>> phase_estimation(4, 2).pairs, phase_estimation(4, 3).pairs
        (4, 6)

    Source:
        Nielsen and Chuang, Quantum Computation and Quantum Information, section 5.2.
    """
    checks.whole(2, MOST_QUBITS)("qpus", qpus)
    names, sizes = _spread(qubits, qpus - 1, extra=1)
    host = _letter(qpus - 1)
    number = _pattern(qubits) if answer is None else answer
    checks.whole(0, 2**qubits - 1)("answer", number)
    wires, target = _wires(names, sizes), Wire(f"qpu_{host}", 0)
    steps: list[Step] = [Apply("x", (target,))]
    for place, wire in enumerate(wires):
        steps.append(_h(wire))
        steps += _phases(wire, {target: 2 * math.pi * number / 2 ** (place + 1)})
    steps += _inverse_transform(wires, told)
    return Algorithm(
        _named("phase", told), (*names, host), (*sizes, 1), tuple(steps), wires, (number,)
    )


def shor_15(qpus: int) -> Algorithm:
    """Shor's algorithm for 15 with base 7: three qubits that read, four that are multiplied.

    Args:
        qpus: 2, with the four on QPU B, or 3, with two of them on B and two on C.

    Returns:
        The algorithm; outcomes 2 and 6 (of 8) give the order 4 and so the factors 3 and 5.

    Raises:
        EbitError: If it is another number of QPUs.

    Example:
        >>> shor_15(2).pairs, shor_15(3).pairs
        (2, 16)

    Source:
        Vandersypen et al., Nature 414, 883 (2001).
    """
    checks.whole(2, 3)("qpus", qpus)
    names, sizes = (("A", "B"), (3, 4)) if qpus == 2 else (("A", "B", "C"), (3, 2, 2))
    wires = _wires(names, sizes)
    reading, work = wires[:3], wires[3:]
    steps: list[Step] = [Apply("x", (work[0],)), *map(_h, reading)]
    # times 4 turns the bits by two places; times 7 turns them by three and flips all of them
    steps += _swapped(reading[1], [(work[0], work[2]), (work[1], work[3])])
    steps += _swapped(reading[2], [(work[0], work[1]), (work[1], work[2]), (work[2], work[3])])
    for host in dict.fromkeys(map(owner_of, work)):
        own = [wire for wire in work if owner_of(wire) == host]
        flips = tuple(Apply("cx", (reading[2], wire)) for wire in own)
        steps.append(Block(host, (reading[2],), flips))
    steps += _inverse_transform(reading, told=False)
    return Algorithm("shor", names, sizes, tuple(_merged(steps)), reading, (2, 6))


def grover() -> Algorithm:
    """Grover's search for one of four numbers with two CZ gates over two QPUs.

    Returns:
        The algorithm; 3 is the right outcome.

    Example:
        >>> grover().pairs
        2

    Source:
        Main et al., Nature 638, 383 (2025), arXiv:2407.00835.
    """
    names, sizes = ("A", "B"), (1, 1)
    first, second = wires = _wires(names, sizes)
    cz = Block("B", (first,), (Apply("cz", wires),))
    both = {name: [Apply(name, (wire,)) for wire in (first, second)] for name in ("h", "x")}
    steps: tuple[Step, ...] = (*both["h"], cz, *both["h"], *both["x"], cz, *both["x"], *both["h"])
    return Algorithm("grover", names, sizes, steps, wires, (3,))


def _letter(number: int) -> str:
    return chr(ord("A") + number)


def _named(name: str, told: bool) -> str:
    return f"{name}, bits" if told else name


def _spread(qubits: int, qpus: int, extra: int = 0) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Names and sizes of QPUs that share qubits evenly."""
    checks.whole(1, MOST_QUBITS - extra)("qubits", qubits)
    checks.whole(1, MOST_QUBITS)("qpus", qpus)
    if qubits % qpus:
        raise EbitError(
            f"Argument `qubits` must be a multiple of the {qpus} QPUs that share them, but is "
            f"{qubits}."
        )
    return tuple(map(_letter, range(qpus))), (qubits // qpus,) * qpus


def _wires(names: Sequence[str], sizes: Sequence[int]) -> tuple[Wire, ...]:
    return tuple(
        Wire(f"qpu_{name}", k) for name, size in zip(names, sizes, strict=True) for k in range(size)
    )


def _pattern(qubits: int) -> int:
    return sum(2**k for k in range(0, qubits, 2))


def _h(wire: Wire) -> Apply:
    return Apply("h", (wire,))


def _rz(wire: Wire, angle: float) -> Apply:
    return Apply("rz", (wire,), angle)


def _inverse_transform(wires: Sequence[Wire], told: bool) -> Iterator[Step]:
    for place, wire in enumerate(wires):
        yield _h(wire)
        later = {
            other: -math.pi / 2 ** (later - place)
            for later, other in enumerate(wires)
            if later > place
        }
        if told:
            yield from (Told(wire, other, angle) for other, angle in later.items())
        else:
            yield from _phases(wire, later)


def _phases(control: Wire, angles: Mapping[Wire, float]) -> Iterator[Step]:
    """Controlled phases of one qubit; a QPU gets its copy once."""
    hosts: dict[str, list[Apply]] = {}
    for wire, angle in angles.items():
        yield from (_rz(control, angle / 2), _rz(wire, angle / 2))
        turn = Apply("rzz", (control, wire), -angle / 2)
        hosts.setdefault(owner_of(wire), []).append(turn)
    for host, gates in hosts.items():
        if host == owner_of(control):
            yield from gates
        else:
            yield Block(host, (control,), tuple(gates))


def _swapped(control: Wire, swaps: Sequence[tuple[Wire, Wire]]) -> Iterator[Step]:
    """Controlled swaps: two CNOT gates around a Toffoli gate."""
    for first, second in swaps:
        flip = Apply("cx", (second, first))
        toffoli = tuple(_toffoli(control, first, second))
        here, there = owner_of(first), owner_of(second)
        if here == there:
            yield Block(here, (control,), (flip, *toffoli, flip))
        else:
            yield Block(here, (second,), (flip,))
            yield Block(there, (control, first), toffoli)
            yield Block(here, (second,), (flip,))


def _toffoli(first: Wire, second: Wire, target: Wire) -> Iterator[Apply]:
    """Nielsen and Chuang, figure 4.9, with RZ for T."""
    turn = math.pi / 4
    yield _h(target)
    for control, angle in ((second, -turn), (first, turn), (second, -turn), (first, turn)):
        yield from (Apply("cx", (control, target)), _rz(target, angle))
    yield from (_h(target), _rz(second, turn), Apply("cx", (first, second)))
    yield from (_rz(second, -turn), Apply("cx", (first, second)), _rz(first, turn))


def _merged(steps: Sequence[Step]) -> Iterator[Step]:
    """Neighbouring blocks of the same host and remote qubits are one: their copies last."""
    last: Step | None = None
    for step in steps:
        if (
            isinstance(last, Block)
            and isinstance(step, Block)
            and (last.host, last.remote) == (step.host, step.remote)
        ):
            last = Block(last.host, last.remote, (*last.gates, *step.gates))
            continue
        if last is not None:
            yield last
        last = step
    if last is not None:
        yield last
