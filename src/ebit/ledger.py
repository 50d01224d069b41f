"""The ledger: what was sent between parties, written down where it is sent; totals are derived."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

from ebit.checks import Rule, flag, instance, one_of, several, shown, takes, text, whole, wrong
from ebit.errors import EbitError

Kind = Literal["qubit", "cbit", "ebit", "gate", "state"]
KINDS: tuple[Kind, ...] = ("qubit", "cbit", "ebit", "gate", "state")

_ON_THE_WAY = ("qubit", "cbit")
"""Kinds of messages; the others are shared, or need both at once."""

MOST_SENT = 10**18
"""No amount and no number of copies is larger: beyond it tables cannot hold the totals."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One message, or one of each of some equal copies.

    Attributes:
        step: Which step of the run, such as of a training.
        protocol: What it is part of, such as `inference`.
        src: Who sends.
        dst: Who receives.
        kind: `qubit`, `cbit` (classical bit), `ebit` (a Bell pair that the two come to share),
            `gate` (a two-qubit gate across) or `state` (another shared state, or random bits; its
            unit is the tag).
        amount: How many of them one copy has.
        copies: How many copies.
        tag: What is in it, such as `state`.
        emulated: Whether the protocol that sent it was emulated, not run.
    """

    step: int
    protocol: str
    src: str
    dst: str
    kind: Kind
    amount: int
    copies: int = 1
    tag: str = ""
    emulated: bool = False

    def __post_init__(self) -> None:
        """Nothing is sent to oneself, and no less than nothing."""
        for name, rule in _RULES.items():
            object.__setattr__(self, name, rule(name, getattr(self, name)))
        if self.src == self.dst:
            raise EbitError(
                f"Party {shown(self.src)} cannot send to itself: name another receiver."
            )

    @property
    def total(self) -> int:
        """Amount times copies."""
        return self.amount * self.copies


def _party(name: str, value: Any) -> str:
    """The rule of parties: text that is not empty."""
    party: str = text("the name of a party")(name, value)
    if not party:
        raise wrong(name, "the name of a party", value)
    return party


_KIND: Rule = one_of(KINDS)
_AMOUNT: Rule = whole(0, MOST_SENT)
_RULES: dict[str, Rule] = {
    "step": _AMOUNT,
    "protocol": text("the name of a protocol"),
    "src": _party,
    "dst": _party,
    "kind": _KIND,
    "amount": _AMOUNT,
    "copies": _AMOUNT,
    "tag": text("words on what is sent"),
    "emulated": flag,
}
_ENTRY: Rule = instance(Entry, "an Entry")


class Ledger:
    """What was sent: entries that are only ever added.

    Args:
        entries: Entries to begin with.

    Example:
        >>> ledger = Ledger()
        >>> ledger.send("alice", "bob", "qubit", 6, copies=738, protocol="inference")
        >>> ledger.send("bob", "alice", "cbit", 10, protocol="inference")
        >>> ledger.qubits, ledger.cbits, ledger.rounds
        (4428, 10, 2)
    """

    @takes(entries=several(_ENTRY, least=0))
    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries = list(entries)

    def append(self, entry: Entry) -> None:
        """Add an entry."""
        self._entries.append(_ENTRY("entry", entry))

    def send(
        self,
        src: str,
        dst: str,
        kind: Kind,
        amount: int,
        *,
        copies: int = 1,
        step: int = 0,
        protocol: str = "",
        tag: str = "",
        emulated: bool = False,
    ) -> None:
        """Add what is sent now.

        Args:
            src: Who sends.
            dst: Who receives.
            kind: One of `KINDS`.
            amount: How many of them one copy has.
            copies: How many copies.
            step: Which step of the run.
            protocol: What it is part of.
            tag: What is in it.
            emulated: Whether the protocol is emulated, not run.

        Raises:
            EbitError: If a value is none of its kind, such as an amount that is negative or not
                whole, or sender and receiver are the same.
        """
        self.append(Entry(step, protocol, src, dst, kind, amount, copies, tag, emulated))

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, the oldest first."""
        return tuple(self._entries)

    def where(self, **values: Any) -> "Ledger":
        """The entries with these values, such as `protocol="inference"`.

        Args:
            values: Values by name of the attribute of `Entry`.

        Returns:
            A ledger of them.

        Raises:
            EbitError: If entries have no such attribute, or it is never of such a value.

        Example:
            >>> ledger = Ledger([Entry(0, "p", "a", "b", "qubit", 3)])
            >>> ledger.where(src="a").qubits, ledger.where(src="b").qubits
            (3, 0)
        """
        for name in values:
            if name not in _RULES:
                raise EbitError(
                    f"Argument {shown(name)} is no attribute of an entry: use "
                    f"{', '.join(field.name for field in fields(Entry))}."
                )
        wanted = {name: _RULES[name](name, value) for name, value in values.items()}
        return Ledger(
            entry
            for entry in self._entries
            if all(getattr(entry, name) == value for name, value in wanted.items())
        )

    @takes(kind=_KIND)
    def total(self, kind: Kind) -> int:
        """How many of a kind were sent in all."""
        return sum(entry.total for entry in self._entries if entry.kind == kind)

    @property
    def qubits(self) -> int:
        """Qubits sent."""
        return self.total("qubit")

    @property
    def cbits(self) -> int:
        """Classical bits sent."""
        return self.total("cbit")

    @property
    def ebits(self) -> int:
        """Bell pairs shared."""
        return self.total("ebit")

    @property
    def rounds(self) -> int:
        """Maximal runs of messages from one party to one other; sharing states is none."""
        ways = [(entry.src, entry.dst) for entry in self._entries if entry.kind in _ON_THE_WAY]
        return sum(1 for k, way in enumerate(ways) if k == 0 or ways[k - 1] != way)

    @property
    def is_emulated(self) -> bool:
        """Whether a part of it was emulated."""
        return any(entry.emulated for entry in self._entries)

    def merged(self) -> "Ledger":
        """Entries that differ in the number of copies only, as one, in order of appearance.

        Returns:
            A ledger with the same totals.

        Example:
            >>> one = Entry(0, "p", "a", "b", "qubit", 3)
            >>> Ledger([one, one]).merged().entries[0].copies
            2
        """
        copies: dict[Entry, int] = {}
        for entry in self._entries:
            key = replace(entry, copies=0)
            copies[key] = copies.get(key, 0) + entry.copies
        return Ledger(replace(entry, copies=number) for entry, number in copies.items())

    @takes(other=several(_ENTRY, least=0))
    def extend(self, other: Iterable[Entry]) -> None:
        """Add all entries of another one."""
        self._entries.extend(other)

    def to_dicts(self) -> list[dict[str, Any]]:
        """One dictionary an entry, for tables."""
        return [asdict(entry) for entry in self._entries]

    def __len__(self) -> int:
        """Number of entries."""
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        """All entries, the oldest first."""
        return iter(self.entries)

    def __eq__(self, other: object) -> bool:
        """Whether the entries are the same."""
        return isinstance(other, Ledger) and self._entries == other._entries

    __hash__ = None  # type: ignore[assignment]  # it grows

    def __repr__(self) -> str:
        """Totals."""
        return (
            f"Ledger(qubits={self.qubits}, cbits={self.cbits}, ebits={self.ebits}, "
            f"rounds={self.rounds}, entries={len(self)})"
        )
