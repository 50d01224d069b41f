"""What inferences use up between two QPUs, by unit: of one inference, and of any number."""

from collections.abc import Iterable
from dataclasses import dataclass

from ebit import checks


class Consumption:
    """What one inference uses up between two QPUs: amounts by unit, an immutable value.

    Consumptions are added, and multiplied by whole numbers.

    Args:
        ebits: Bell pairs; a partially entangled pair counts as one, too.
        bits: Classical bits sent during the circuit, both directions together (the final read-out,
            which every scheme has to collect, is not counted).
        nonlocal_gates: Two-qubit gates across the QPUs.
        rounds: Times a QPU has to wait for the other during the circuit.
        further: Amounts in further units, such as `shared_bits`.

    Example:
        >>> Consumption(ebits=1) + 3 * Consumption(bits=2, shared_bits=1)
        Consumption(ebits=1, bits=6, nonlocal_gates=0, rounds=0, shared_bits=3)
    """

    def __init__(
        self,
        ebits: int = 0,
        bits: int = 0,
        nonlocal_gates: int = 0,
        rounds: int = 0,
        **further: int,
    ) -> None:
        amount = checks.whole()
        self._amounts = {
            "ebits": amount("ebits", ebits),
            "bits": amount("bits", bits),
            "nonlocal_gates": amount("nonlocal_gates", nonlocal_gates),
            "rounds": amount("rounds", rounds),
        }
        checked = {unit: amount(unit, value) for unit, value in further.items()}
        self._amounts |= {unit: checked[unit] for unit in sorted(checked) if checked[unit]}

    @property
    def amounts(self) -> dict[str, int]:
        """Amount by unit: the four that are always there, then what else is used up."""
        return dict(self._amounts)

    @property
    def ebits(self) -> int:
        """Bell pairs."""
        return self._amounts["ebits"]

    @property
    def bits(self) -> int:
        """Classical bits sent during the circuit."""
        return self._amounts["bits"]

    @property
    def nonlocal_gates(self) -> int:
        """Two-qubit gates across the QPUs."""
        return self._amounts["nonlocal_gates"]

    @property
    def rounds(self) -> int:
        """Times a QPU has to wait for the other."""
        return self._amounts["rounds"]

    def __repr__(self) -> str:
        """All amounts."""
        return f"Consumption({', '.join(f'{unit}={n}' for unit, n in self._amounts.items())})"

    def __eq__(self, other: object) -> bool:
        """Whether all amounts are the same."""
        return isinstance(other, Consumption) and self._amounts == other._amounts

    def __hash__(self) -> int:
        """The same for the same amounts."""
        return hash(tuple(self._amounts.items()))

    def __add__(self, other: "Consumption") -> "Consumption":
        """Both, one after the other."""
        units = self._amounts | other._amounts
        return Consumption(
            **{unit: self._amounts.get(unit, 0) + other._amounts.get(unit, 0) for unit in units}
        )

    def __mul__(self, times: int) -> "Consumption":
        """So many, one after the other."""
        return Consumption(**{unit: times * amount for unit, amount in self._amounts.items()})

    __rmul__ = __mul__


def further_units(columns: Iterable[str]) -> list[str]:
    """Units beside the four that are always there, by the columns of a table.

    Args:
        columns: Names of columns; `<unit>_per_inference` names a unit, unless it is a time.

    Returns:
        The units.

    Example:
        >>> further_units(["ebits_per_inference", "shared_bits_per_inference"])
        ['shared_bits']
    """
    ends = "_per_inference"
    units = [name.removesuffix(ends) for name in columns if name.endswith(ends)]
    return [unit for unit in units if unit not in NOTHING.amounts and not unit.endswith("seconds")]


NOTHING = Consumption()

MOST_INFERENCES = 10**18
"""More inferences than this no table can hold."""


@dataclass(frozen=True)
class Usage:
    """What was used up by any number of inferences; usages are added.

    It holds totals. The entries behind them, who shared and sent what with whom, are those of
    `ebit.ledger.Ledger`, which a circuit has as `circuit.ledger`.

    An inference is one run of the circuits on one sample: one shot.

    Attributes:
        inferences: Runs of the circuits.
        used: What all of them used up, by unit.
        waiting_seconds: Time for which QPUs waited, for pairs and messages; 0 without a network.

    Example:
        >>> training = Usage.of(Consumption(ebits=1), inferences=768)
        >>> (training + Usage.of(Consumption(ebits=1, bits=6), inferences=2)).ebits
        770
    """

    inferences: int = 0
    used: Consumption = NOTHING
    waiting_seconds: float = 0.0

    def __post_init__(self) -> None:
        """Raise unless the arguments are what they must be."""
        checks.whole()("inferences", self.inferences)
        checks.instance(Consumption, "a Consumption")("used", self.used)
        if not checks.is_real(self.waiting_seconds) or self.waiting_seconds < 0:
            raise checks.wrong("waiting_seconds", "a number, at least 0", self.waiting_seconds)

    @classmethod
    def of(cls, used: Consumption, inferences: int = 1, waiting_seconds: float = 0.0) -> "Usage":
        """A number of inferences.

        Args:
            used: What one of them uses up.
            inferences: How many.
            waiting_seconds: Time that each of them waits, in seconds.

        Returns:
            The usage.

        Raises:
            EbitError: If one of them is none of its kind.
        """
        checks.instance(Consumption, "a Consumption")("used", used)
        inferences = checks.whole(0, MOST_INFERENCES)("inferences", inferences)
        waiting_seconds = checks.real(0)("waiting_seconds", waiting_seconds)
        return cls(inferences, inferences * used, inferences * waiting_seconds)

    @property
    def ebits(self) -> int:
        """Bell pairs."""
        return self.used.ebits

    @property
    def bits(self) -> int:
        """Classical bits sent during the circuits."""
        return self.used.bits

    @property
    def nonlocal_gates(self) -> int:
        """Two-qubit gates across the QPUs."""
        return self.used.nonlocal_gates

    @property
    def rounds(self) -> int:
        """Times a QPU had to wait for the other."""
        return self.used.rounds

    def __add__(self, other: "Usage") -> "Usage":
        """Both together."""
        return Usage(
            self.inferences + other.inferences,
            self.used + other.used,
            self.waiting_seconds + other.waiting_seconds,
        )


Ledger = Usage
"""The name of `Usage` until version 0.2; a `Ledger` is `ebit.ledger.Ledger`."""
