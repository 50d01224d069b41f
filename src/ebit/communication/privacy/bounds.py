"""What copies of states can tell at most, whatever is done with them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ebit import checks
from ebit.errors import EbitError
from ebit.ledger import Entry, Ledger

_COPIES = checks.whole(0, 10**18)
_QUBITS = checks.whole(1, 1000)
_FACTORS = 100_000
"""Up to so many factors a binomial coefficient is their product."""


def holevo_bits(copies: int, qubits: int, *, shared_pairs: bool = False) -> int:
    """Bits that some qubits can carry at most: one each, two where pairs are shared beforehand.

    Args:
        copies: Copies of the state.
        qubits: Qubits of a copy.
        shared_pairs: Whether the two parties share entangled pairs.

    Returns:
        Bits.

    Raises:
        EbitError: If a number is negative or no number.

    Example:
        >>> holevo_bits(738, 10), holevo_bits(738, 10, shared_pairs=True)
        (7380, 14760)
    """
    bits = _COPIES("copies", copies) * _QUBITS("qubits", qubits)
    return 2 * bits if shared_pairs else bits


def symmetric_bits(copies: int, qubits: int) -> float:
    r"""Bits that equal copies of a pure state can carry at most: their space is the symmetric one.

    .. math:: \log_2 \binom{2^n + m - 1}{m}

    Args:
        copies: Copies m of the state.
        qubits: Qubits n of a copy.

    Returns:
        Bits.

    Raises:
        EbitError: If a number is negative or no number.

    Example:
        >>> round(symmetric_bits(738, 10)), symmetric_bits(1, 10)
        (1722, 10.0)
    """
    copies, size = _COPIES("copies", copies), 2 ** _QUBITS("qubits", qubits)
    few, many = sorted((copies, size - 1))  # the number is symmetric in the two
    if few <= _FACTORS:
        return math.fsum(math.log2((many + k) / k) for k in range(1, few + 1))
    total = few + many  # Stirling's formula, in a form in which nothing cancels
    bulk = few * math.log(total / few) + many * math.log1p(few / many)
    return (bulk + math.log(total / few / many / (2 * math.pi)) / 2) / math.log(2)


def learned_bits(copies: int, qubits: int) -> float:
    """The smaller one of the two bounds, without pairs that are shared."""
    return min(float(holevo_bits(copies, qubits)), symmetric_bits(copies, qubits))


def rebuilding_fidelity(copies: int, qubits: int) -> float:
    r"""Best mean fidelity of a guess of a Haar-random state, :math:`(m+1)/(m+2^n)`.

    Args:
        copies: Copies m of the state.
        qubits: Qubits n of a copy.

    Returns:
        The fidelity; one guess without any copy has :math:`2^{-n}`.

    Raises:
        EbitError: If a number is negative or no number.

    Example:
        >>> round(rebuilding_fidelity(738, 10), 3), rebuilding_fidelity(0, 1)
        (0.419, 0.5)
    """
    copies = _COPIES("copies", copies)
    return (copies + 1) / (copies + 2 ** _QUBITS("qubits", qubits))


@dataclass(frozen=True)
class Leak:
    """What one party could have learned of all that another one sent it.

    Attributes:
        of: Who sent.
        by: Who received.
        copies: Copies of states.
        qubits: Qubits in all.
        holevo: Bits of these qubits at most.
        symmetric: Bits at most where equal copies are counted as such.
        cbits: Classical bits that were sent beside them; all of them are known.
        raw: Bits that the sender holds, None if they were not told.
    """

    of: str
    by: str
    copies: int
    qubits: int
    holevo: int
    symmetric: float
    cbits: int
    raw: int | None

    @property
    def share(self) -> float | None:
        """Bits that could have been learned from the states over the bits that the sender holds."""
        return None if self.raw is None else min(1.0, min(self.holevo, self.symmetric) / self.raw)


def leaks(
    ledger: Ledger, raw_bits: Mapping[str, int] | None = None, *, one_state: bool = False
) -> list[Leak]:
    """Bounds on what every party could have learned of every other one, over all steps.

    Entries of a ledger are states of their own, each with its equal copies; where all of them are
    copies of the same state, `one_state` counts them together, which is tighter.

    Args:
        ledger: What was sent.
        raw_bits: Bits that a party holds, by its name.
        one_state: Whether all states that one party sent another one are equal.

    Returns:
        One bound for each pair of parties with a message, in the order of the first message.

    Raises:
        EbitError: If bits are no whole numbers of at least 1.

    Example:
        >>> ledger = Ledger()
        >>> ledger.send("alice", "bob", "qubit", 10, copies=738)
        >>> [leak] = leaks(ledger, {"alice": 32 * 1024})
        >>> leak.holevo, round(leak.symmetric), round(leak.share, 3)
        (7380, 1722, 0.053)
    """
    raw = {name: checks.whole(1)(f"raw_bits[{name!r}]", b) for name, b in (raw_bits or {}).items()}
    pairs: dict[tuple[str, str], list[Entry]] = {}
    for entry in ledger:
        pairs.setdefault((entry.src, entry.dst), []).append(entry)
    return [_leak(pair, entries, raw.get(pair[0]), one_state) for pair, entries in pairs.items()]


def _leak(pair: tuple[str, str], entries: list[Entry], raw: int | None, one_state: bool) -> Leak:
    states = [entry for entry in entries if entry.kind == "qubit" and entry.total]
    shared = any(entry.kind == "ebit" for entry in entries)
    copies = sum(entry.copies for entry in states)
    sizes = {entry.amount for entry in states}
    if one_state and len(sizes) > 1:
        raise EbitError(
            f"Argument `one_state` must be False: {pair[0]!r} sent states of "
            f"{', '.join(map(str, sorted(sizes)))} qubits."
        )
    counted = [(copies, min(sizes))] if one_state and states else []
    counted = counted or [(entry.copies, entry.amount) for entry in states]
    return Leak(
        of=pair[0],
        by=pair[1],
        copies=copies,
        qubits=sum(entry.total for entry in states),
        holevo=sum(holevo_bits(m, n, shared_pairs=shared) for m, n in counted),
        symmetric=sum(symmetric_bits(m, n) for m, n in counted),
        cbits=sum(entry.total for entry in entries if entry.kind == "cbit"),
        raw=raw,
    )
