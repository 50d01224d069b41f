r"""How a state of several qubits looks to those who hold one qubit each.

A state of m qubits is the table of its Pauli expectations
:math:`C[p_1..p_m] = \mathrm{tr}[\rho\; P_{p_1} \otimes \dots \otimes P_{p_m}]`. Where it can be,
the table is a product over the members with one common index, which is never written out:

.. math:: C[p_1..p_m] = \sum_h F^1_{p_1 h} \cdots F^m_{p_m h}
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ebit.physics.channels import Channel


class Joint(NamedTuple):
    """The Pauli expectations of a state in factors.

    Attributes:
        factors: F of every member, (4, values).
        core: None if all members have the same index; else the table (values, ..., values) that
            joins one index of every member.
    """

    factors: tuple[NDArray[Any], ...]
    core: NDArray[np.float64] | None = None

    def marginal(self, *members: int) -> NDArray[np.float64]:
        """Expectations of one or two members, whatever becomes of the others: (4,) or (4, 4).

        Example:
            >>> from ebit.physics import GHZState
            >>> GHZState(3).joint().marginal(0, 1).diagonal().tolist()
            [1.0, 0.0, 0.0, 1.0]
        """
        others = [m for m in range(len(self.factors)) if m not in members]
        kept = [self.factors[m] for m in members]
        if self.core is None:
            weights = np.prod([self.factors[m][0] for m in others], axis=0)
            values = kept[0] * weights
            table = values.sum(axis=1) if len(kept) == 1 else values @ kept[1].T
            return np.asarray(table.real)
        rest = self.core
        for m in reversed(others):
            rest = np.tensordot(rest, self.factors[m][0], ((m,), (0,)))
        for axis, factor in enumerate(kept):
            rest = np.moveaxis(np.tensordot(factor, rest, ((1,), (axis,))), 0, axis)
        return rest if members == tuple(sorted(members)) else rest.T

    def through(self, channels: Sequence[Channel]) -> "Joint":
        """Send every member through a channel of its own, (4, 4) each.

        Example:
            >>> from ebit.physics import BELL, depolarising
            >>> joint = BELL.joint().through([depolarising(0.5), np.eye(4)])
            >>> joint.marginal(0, 1).diagonal().tolist()
            [1.0, 0.5, -0.5, 0.5]
        """
        factors = [c @ factor for c, factor in zip(channels, self.factors, strict=True)]
        return self._replace(factors=tuple(factors))
