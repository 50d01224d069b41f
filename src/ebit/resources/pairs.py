"""Pairs with a name: how many, and what happened to them."""

from dataclasses import dataclass, fields

import numpy as np

from ebit.errors import EbitError
from ebit.physics import PairState, check_fidelity
from ebit.resources.base import Resource

PAIR_OPTIONS = {"concurrence": 1.0, "fidelity": 1.0, "dephasing": 0.0, "damping": 0.0}
"""Options of a resource string and their defaults, in the order in which they act."""


@dataclass(frozen=True, repr=False)
class Pairs(Resource):
    r"""Pairs, all in the same state: a Bell pair that went through up to four steps, in this order.

    Args:
        pairs: Number of pairs N, 0 to the qubits of a QPU.
        concurrence: The source makes :math:`\cos a\,|00\rangle + \sin a\,|11\rangle` with
            :math:`\sin 2a` from 0 (a product state) to 1 (a Bell pair).
        fidelity: White noise that would leave a Bell pair this fidelity, 1/4 to 1 (Werner state).
        dephasing: Probability of a phase flip of each half.
        damping: Probability that a half in state 1 falls to 0.

    Raises:
        EbitError: If a number is out of range.

    Example:
        >>> Pairs(2, fidelity=0.9)
        Pairs(pairs=2, fidelity=0.9)
    """

    pairs: int = 0
    concurrence: float = PAIR_OPTIONS["concurrence"]
    fidelity: float = PAIR_OPTIONS["fidelity"]
    dephasing: float = PAIR_OPTIONS["dephasing"]
    damping: float = PAIR_OPTIONS["damping"]

    def __post_init__(self) -> None:
        check_pairs(self.pairs)
        _ = self.pair_state

    def __repr__(self) -> str:
        """The arguments that are not at their defaults."""
        said = [field.name for field in fields(self) if getattr(self, field.name) != field.default]
        return f"{type(self).__name__}({', '.join(f'{k}={getattr(self, k)!r}' for k in said)})"

    @property
    def pair_state(self) -> PairState:
        """State of every pair."""
        source = PairState.partially_entangled(self.concurrence)
        check_fidelity(self.fidelity)
        noisy = source if self.fidelity == 1 else source.with_white_noise(self.fidelity)
        return noisy.dephased(self.dephasing).damped(self.damping)

    @property
    def options(self) -> str:
        """What a resource string says about the state of the pairs; nothing for Bell pairs."""
        changed = [name for name, default in PAIR_OPTIONS.items() if getattr(self, name) != default]
        return "".join(f",{name}={float(getattr(self, name))!r}" for name in changed)


def check_pairs(pairs: int) -> None:
    """Raise unless this is a number of pairs."""
    if not isinstance(pairs, int | np.integer) or isinstance(pairs, bool) or pairs < 0:
        raise EbitError(f"Argument `pairs` must be a whole number of pairs >= 0, but is {pairs!r}.")


def check_values(values: int) -> None:
    """Raise unless this is a number of values of shared randomness."""
    if not isinstance(values, int | np.integer) or isinstance(values, bool) or values < 1:
        raise EbitError(
            f"Argument `values` must be a whole number of shared random values >= 1, but is "
            f"{values!r}."
        )
