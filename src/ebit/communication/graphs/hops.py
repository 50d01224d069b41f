"""What a node hears over some steps: powers of a diffusion on the graph on its features."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ebit.communication.graphs.graphs import MOST_FEATURES, Whole
from ebit.errors import EbitError

Real = NDArray[np.float64]
_Diffusion = tuple[sp.sparray, float, int]

MOST_HOPS = 50
RESTART = 0.2
"""Share of its own features that a node takes again in every step of `ppr`."""


@dataclass(frozen=True)
class Hops:
    r"""How many steps of which diffusion; the node's own features always come first.

    With the adjacency A, loops included, and its degrees D: `gcn` is
    :math:`D^{-1/2} A D^{-1/2}`, `rw` is :math:`D^{-1}A`, `raw` is A, and `ppr` goes
    :math:`H \leftarrow 0.8\,D^{-1/2} A D^{-1/2} H + 0.2\,X`.

    Args:
        gcn: Steps of the symmetric diffusion.
        ppr: Steps of personalised page rank.
        raw: Steps of the plain sum over neighbours.
        rw: Steps of the random walk.

    Example:
        >>> Hops(gcn=2, raw=1).number
        3
    """

    gcn: int = 0
    ppr: int = 0
    raw: int = 0
    rw: int = 0

    def __post_init__(self) -> None:
        """Check the numbers."""
        for name in ("gcn", "ppr", "raw", "rw"):
            steps = getattr(self, name)
            if isinstance(steps, bool) or not isinstance(steps, int) or not 0 <= steps <= MOST_HOPS:
                raise EbitError(
                    f"Argument `{name}` must be a whole number from 0 to {MOST_HOPS}, but is "
                    f"{steps!r}."
                )

    @property
    def number(self) -> int:
        """Steps in all, without the node's own features."""
        return self.gcn + self.ppr + self.raw + self.rw


def hop_features(
    features: NDArray[np.floating], sources: Whole, targets: Whole, hops: Hops
) -> NDArray[np.float32]:
    r"""The features of every node after every step, :math:`[X, T_1 X, T_2 X, \dots]`.

    Args:
        features: Features of the nodes X, shape (nodes, features).
        sources: One end of every edge, both ways, shape (edges,).
        targets: The other end, shape (edges,).
        hops: The steps.

    Returns:
        Shape (nodes, (1 + hops.number) * features), step by step.

    Raises:
        EbitError: If that are too many.

    Example:
        >>> ends = np.array([0, 1]), np.array([1, 0])
        >>> hop_features(np.eye(2), *ends, Hops(raw=1))
        array([[1., 0., 1., 1.],
               [0., 1., 1., 1.]], dtype=float32)
    """
    x = np.asarray(features, np.float64)
    if x.size * (1 + hops.number) > MOST_FEATURES:
        raise EbitError(
            f"Argument `hops` has {hops.number} steps, which makes {x.size * (1 + hops.number)} "
            f"features of the nodes, but at most {MOST_FEATURES} are computed: take fewer."
        )
    return _heard(x, _diffusions(len(x), sources, targets, hops)).astype(np.float32)


def _heard(x: Real, diffusions: Sequence[_Diffusion]) -> Real:
    columns = [x]
    for operator, restart, steps in diffusions:
        now = x
        for _ in range(steps):
            now = (1 - restart) * (operator @ now) + restart * x
            columns.append(now)
    return np.concatenate(columns, axis=1)


class LinearHops:
    """What nodes hear, as a linear map on their features, and its transpose.

    Args:
        nodes: Number of nodes.
        sources: One end of every edge, both ways, shape (edges,).
        targets: The other end, shape (edges,).
        hops: The steps.

    Example:
        >>> ends = np.array([0, 1]), np.array([1, 0])
        >>> linear = LinearHops(2, *ends, Hops(rw=1, ppr=2))
        >>> x, y = np.array([[1.0], [2.0]]), np.arange(8.0).reshape(2, 4)
        >>> bool(np.isclose(np.sum(linear.hear(x) * y), np.sum(x * linear.send_back(y))))
        True
    """

    def __init__(self, nodes: int, sources: Whole, targets: Whole, hops: Hops) -> None:
        self._diffusions = _diffusions(nodes, sources, targets, hops)

    def hear(self, x: Real) -> Real:
        """As `hop_features`, in double precision."""
        return _heard(x, self._diffusions)

    def send_back(self, y: Real) -> Real:
        """The transpose: from (nodes, (1 + hops) features) to (nodes, features)."""
        parts = iter(np.split(y, 1 + sum(steps for _, _, steps in self._diffusions), axis=1))
        total = next(parts).copy()
        for operator, restart, steps in self._diffusions:
            back = 0.0 * total
            for part in [next(parts) for _ in range(steps)][::-1]:
                back = back + part
                total += restart * back
                back = (1 - restart) * (operator.T @ back)
            total += back
        return total


def _diffusions(nodes: int, sources: Whole, targets: Whole, hops: Hops) -> list[_Diffusion]:
    """Operator, restart and number of steps of every diffusion."""
    loops = np.arange(nodes)
    ends = np.concatenate([sources, loops]), np.concatenate([targets, loops])
    adjacency = sp.csr_array((np.ones(len(ends[0])), ends), shape=(nodes, nodes))
    degrees = np.asarray(adjacency.sum(axis=1))
    root = sp.diags_array(1 / np.sqrt(degrees))
    symmetric, walk = root @ adjacency @ root, sp.diags_array(1 / degrees) @ adjacency
    return [
        (symmetric, 0.0, hops.gcn),
        (symmetric, RESTART, hops.ppr),
        (adjacency, 0.0, hops.raw),
        (walk, 0.0, hops.rw),
    ]


def hop_operators(nodes: int, sources: Whole, targets: Whole, hops: Hops) -> NDArray[np.float64]:
    """The steps as matrices, the identity first.

    Args:
        nodes: Number of nodes.
        sources: One end of every edge, both ways, shape (edges,).
        targets: The other end, shape (edges,).
        hops: The steps.

    Returns:
        Shape (1 + hops.number, nodes, nodes).

    Example:
        >>> hop_operators(2, np.array([0, 1]), np.array([1, 0]), Hops(rw=1))[1]
        array([[0.5, 0.5],
               [0.5, 0.5]])
    """
    columns = hop_features(np.eye(nodes), sources, targets, hops).astype(np.float64)
    steps = columns.reshape(nodes, 1 + hops.number, nodes)  # (nodes, steps, nodes)
    return steps.transpose(1, 0, 2)
