r"""The parameter-shift rule: exact derivatives from the same circuit at shifted angles.

An angle of Pauli rotations that is used r times makes every outcome probability a trigonometric
polynomial of degree r in it. What decides r:

- A rotation of a pooling round is conditioned on a measured outcome. Over the outcomes of that
  measurement the probability is a sum, and the angle occurs in one term only, once: r = 1. The
  general rule for controlled rotations, whose generators have the eigenvalues 0 and +-1/2, is not
  needed, because the measured qubit is no longer in superposition.
- An angle of a convolution or mixing layer occurs in every brick of its layer: r = 1 on a register
  of two qubits, otherwise r = 2.

The circuit of the model is asked (`Circuit.uses`). The weights of a mixture enter linearly: the
derivatives by their logits need the circuits of every value alone, and no shift.
"""

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from ebit import checks
from ebit.errors import UnsupportedError
from ebit.models import CircuitModel, Parameters
from ebit.models.readout import READOUT_LEAVES

UNSHIFTED_CIRCUITS = 2
"""Circuits of a gradient that give the loss and its slopes, each with shots of its own."""


class Shifts(NamedTuple):
    """Shifted circuits that make up all derivatives of a model.

    Attributes:
        angle: Which of the flattened angles is shifted, (circuits,).
        shift: By how much in radians, (circuits,).
        coefficient: Factor of the circuit in the derivative by that angle, (circuits,).
    """

    angle: NDArray[np.int32]
    shift: NDArray[np.float64]
    coefficient: NDArray[np.float64]


MAX_USES = 10**6
"""More rotations by one angle are a slip of the pen."""


def shift_rule(uses: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Shifts and coefficients for an angle that the circuit uses `uses` = r times.

    .. math:: f'(\theta) = \sum_{k=1}^{2r} c_k f(\theta + s_k), \qquad
        s_k = \frac{2k - 1}{2r} \pi, \quad c_k = \frac{(-1)^{k-1}}{4 r \sin^2(s_k / 2)}

    Args:
        uses: Number of rotations exp(-i theta P / 2), P a Pauli matrix, that share the angle.

    Returns:
        Shifts in radians and coefficients, shape (2 uses,) each.

    Raises:
        EbitError: If `uses` is no whole number, at least 1.

    Example:
        >>> shifts, coefficients = shift_rule(1)
        >>> (shifts / np.pi).round(3).tolist(), coefficients.round(3).tolist()
        ([0.5, 1.5], [0.5, -0.5])

    Source:
        Wierichs et al., Quantum 6, 677 (2022), general parameter-shift rule.
    """
    uses = checks.whole(1, MAX_USES)("uses", uses)
    place = np.arange(1, 2 * uses + 1)
    shifts = (2 * place - 1) * np.pi / (2 * uses)
    return shifts, (-1.0) ** (place - 1) / (4 * uses * np.sin(shifts / 2) ** 2)


def angles_of(parameters: Parameters) -> Parameters:
    """The parameters that are angles: neither weights of read-out and mixture nor states of pairs.

    Args:
        parameters: As `init` of a model returns them.

    Returns:
        The same dict without `readout`, `mixture` and `schmidt`.

    Example:
        >>> import jax
        >>> from ebit.models import DistributedQCNN
        >>> sorted(angles_of(DistributedQCNN(depth=1).init(jax.random.key(0))))
        ['convolution', 'mixing', 'pooling']
    """
    others = (*READOUT_LEAVES, "mixture", "schmidt")
    return {name: angles for name, angles in parameters.items() if name not in others}


def values_alone(parameters: Parameters) -> list[Parameters]:
    """Parameters of a mixture in which one value has all the weight, for every value.

    Args:
        parameters: As `init` of a model returns them.

    Returns:
        One set of parameters per value; none if there is no mixture.

    Example:
        >>> import jax
        >>> alone = values_alone({"mixture": jnp.array([0.1, 0.2])})
        >>> [jax.nn.softmax(parameters["mixture"]).tolist() for parameters in alone]
        [[1.0, 0.0], [0.0, 1.0]]
    """
    if "mixture" not in parameters:
        return []
    logits = jnp.where(jnp.eye(len(parameters["mixture"]), dtype=bool), 0.0, -jnp.inf)
    return [{**parameters, "mixture": row.astype(parameters["mixture"].dtype)} for row in logits]


def schmidt_coefficients(model: CircuitModel) -> int:
    """Trained Schmidt coefficients of the pairs.

    Example:
        >>> from ebit.models import model_from_string
        >>> schmidt_coefficients(model_from_string("designed:2"))
        4
    """
    shared = model.circuit.wiring.shared
    return sum(2 ** (len(state.members) // 2) for state in shared if state.leaf is not None)


def turned_states(parameters: Parameters) -> list[Parameters]:
    r"""Parameters with the state of the pairs turned by an eighth towards a coefficient, and away.

    With the unit vector :math:`\hat c` of the Schmidt coefficients and the unit vector v that
    points to coefficient k at right angles to it, probabilities are quadratic in
    :math:`\hat c \cos t + v \sin t`. So their slope at t = 0 is the difference between
    :math:`t = \pm\pi/4`.

    Args:
        parameters: As `init` of a model returns them.

    Returns:
        Two sets of parameters per coefficient; none if no state is trained.

    Example:
        >>> turned = turned_states({"schmidt": jnp.array([2.0, 0.0])})[2:]
        >>> [[f"{c:.3f}" for c in state["schmidt"]] for state in turned]
        [['0.707', '0.707'], ['0.707', '-0.707']]
    """
    if "schmidt" not in parameters:
        return []
    unit, ways, lengths = _ways(parameters["schmidt"])
    found = []
    for way, length in zip(ways, lengths, strict=True):
        right = way / jnp.where(length > 0, length, 1)
        found += [unit + right, unit - right]
    return [{**parameters, "schmidt": state / jnp.sqrt(2).astype(unit.dtype)} for state in found]


def turned_slopes(schmidt: jax.Array) -> jax.Array:
    """Factors of the differences between the states of `turned_states`, one per coefficient."""
    return _ways(schmidt)[2] / jnp.linalg.norm(schmidt)


def _ways(schmidt: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
    """The unit vector, what is at right angles to it in each coefficient (k, k), and its length."""
    unit = schmidt / jnp.linalg.norm(schmidt)
    ways = jnp.eye(len(unit), dtype=unit.dtype) - jnp.outer(unit, unit)
    return unit, ways, jnp.linalg.norm(ways, axis=1)


def shifts_of(model: CircuitModel) -> Shifts:
    """All shifted circuits of a model, two per use of an angle.

    Args:
        model: A model with a circuit.

    Returns:
        Angles are numbered as `jax.flatten_util.ravel_pytree` does it.

    Raises:
        UnsupportedError: If several edges share one trained state.

    Example:
        >>> from ebit.models import DistributedQCNN
        >>> len(shifts_of(DistributedQCNN(qubits=2, depth=4)).angle)
        48
    """
    if sum(state.leaf is not None for state in model.circuit.wiring.shared) > 1:
        what = "gradients from shots of a trained state that several edges share"
        raise UnsupportedError(what, model.resource_name, "use bell:N, or exact gradients")
    rules = [shift_rule(uses) for uses in _uses(model)]
    numbers = [np.full(len(shift), number) for number, (shift, _) in enumerate(rules)]
    return Shifts(
        np.concatenate(numbers).astype(np.int32),
        np.concatenate([shift for shift, _ in rules]),
        np.concatenate([coefficient for _, coefficient in rules]),
    )


def _uses(model: CircuitModel) -> list[int]:
    """How often each angle is used: every array of angles is there once for every value."""
    circuit, start = model.circuit, 0
    uses: list[int] = []
    for _, shape in circuit.shapes:
        stop = start + math.prod(shape)
        uses += model.values * circuit.uses[start:stop]
        start = stop
    return uses
