r"""The likelihood: which outcomes are seen, and the factor of the Fisher information they give.

All joint probabilities are affine in the three numbers P(00), P(a=0) and P(b=0). With parity
outcomes they are affine in one, the probability that both bits are equal; so are those of one bit.
"""

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from ebit import checks
from ebit.engine import stored_pairs
from ebit.physics import Noise
from ebit.resources import Resource

Real = NDArray[np.float64]

OUTCOMES = ("joint", "parity", "classes", "numbers")

_SLOPES: dict[int, Real] = {
    3: np.array([[1.0, 0, 0], [-1, 1, 0], [-1, 0, 1], [1, -1, -1]]),
    1: np.array([[1.0], [-1]]),
}
_CONSTANTS: dict[int, Real] = {3: np.array([0.0, 0, 0, 1]), 1: np.array([0.0, 1])}
"""Probabilities from the numbers that they are affine in, by how many these are."""

_EQUAL = np.array([2.0, -1, -1])
_SMALLEST = 1e-18
"""Outcomes that are less likely count as impossible: their derivative is zero, too."""


def equal_bits(
    values: Float[np.ndarray, "inputs 3"],
    slopes: Float[np.ndarray, "inputs 3 numbers"],
) -> tuple[Real, Real]:
    """From P(00), P(a=0), P(b=0) to the probability that both bits are equal.

    Args:
        values: Shape (inputs, 3).
        slopes: Shape (inputs, 3, angles).

    Returns:
        Values (inputs, 1) and slopes (inputs, 1, angles).

    Example:
        >>> float(equal_bits(np.array([[0.5, 0.5, 0.5]]), np.zeros((1, 3, 2)))[0][0, 0])
        1.0
    """
    return (values @ _EQUAL)[:, None] + 1, np.einsum("k,bkp->bp", _EQUAL, slopes)[:, None]


def fisher_factor(
    values: Float[np.ndarray, "inputs independent"],
    slopes: Float[np.ndarray, "inputs independent numbers"],
) -> Float[np.ndarray, "rows numbers"]:
    r"""Rows J with :math:`F = J^T J`, one to three for each input.

    .. math:: F = \frac1N \sum_x \sum_y \frac{\partial P(y|x)\, \partial P(y|x)^T}{P(y|x)}

    The outcomes y of an input sum to 1, so there is one row less than outcomes: a QR
    decomposition of the weights leaves this many without any squared number.

    Args:
        values: The numbers that the probabilities are affine in, (inputs, 3) or (inputs, 1).
        slopes: Their derivatives, (inputs, 3 or 1, angles).

    Returns:
        Shape (inputs * 3 or 1, angles).

    Example:
        >>> fisher_factor(np.full((1, 1), 0.5), np.ones((1, 1, 1))) ** 2
        array([[4.]])
    """
    independent = values.shape[1]
    probabilities = values @ _SLOPES[independent].T + _CONSTANTS[independent]
    possible = probabilities > _SMALLEST
    weights = np.where(possible, np.where(possible, probabilities, 1) ** -0.5, 0)
    triangles = np.linalg.qr(weights[..., None] * _SLOPES[independent], mode="r")
    rows = triangles @ slopes / np.sqrt(len(values))
    return rows.reshape(-1, slopes.shape[-1])


@checks.takes(
    resource=checks.instance(Resource, "a resource such as ebit.BellPairs(1)"),
    qubits=checks.whole(1),
    outcomes=checks.one_of(OUTCOMES),
    distinct=checks.several(checks.whole(), least=3),
    noise=checks.maybe(checks.instance(Noise, "an ebit.Noise or None")),
    mixing=checks.whole(),
)
def sampling_bound(
    resource: Resource,
    qubits: int,
    outcomes: str,
    distinct: tuple[int, int, int],
    *,
    noise: Noise | None = None,
    mixing: int = 0,
) -> int:
    r"""Number of probabilities that can vary independently: no rank can be larger.

    For N different inputs that is N times the independent outcomes of one input. Parity has 1,
    joint outcomes have 3, the four probabilities less their sum, but

    - 2 without any resource (or with pairs in a product state), where
      :math:`P(a,b) = P(a)\,P(b)`, and
    - 1 if all qubits belong to Bell pairs and no message is sent: each QPU alone holds a
      maximally mixed state, so its outcome is even whatever the circuit does.

    With noise the outcome of such a QPU is not even, but without mixing layers it is still the same
    for all inputs, which is one number more for each QPU.

    Without messages P(a) depends on QPU A's half of the input only, and P(b) on the other half, so
    halves of data that occur several times count once there. Parity of a product is one less,
    since its factors 1 - 2 P(a=1) and 1 - 2 P(b=1) are only known up to a common scale.

    Args:
        resource: What the QPUs share.
        qubits: Qubits per QPU.
        outcomes: `joint` or `parity`.
        distinct: Different halves of QPU A and of QPU B, and different inputs.
        noise: Local noise.
        mixing: Mixing layers before the embedding.

    Returns:
        The bound.

    Example:
        >>> from ebit.resources import BellPairs
        >>> [sampling_bound(BellPairs(k), 4, "joint", (100, 100, 100)) for k in range(5)]
        [200, 300, 300, 300, 100]
    """
    first, second, both = distinct
    if resource.sends_bits or resource.has_nonlocal_gates:
        return both if outcomes == "parity" else 3 * both
    state, is_noisy = stored_pairs(resource, noise), noise is not None and not noise.is_zero
    is_product = resource.pairs == 0 or (state.is_product and not resource.trains_state)
    if is_product and resource.values == 1:
        return min(both, first + second - 1) if outcomes == "parity" else first + second
    if outcomes == "parity":
        return both
    mixed = np.allclose(state.reduced, np.eye(2) / 2) and not resource.trains_state
    if resource.pairs < qubits or not mixed or (is_noisy and mixing):
        return first + second + both
    return both + 2 if is_noisy else both
