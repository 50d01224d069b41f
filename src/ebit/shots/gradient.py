"""Gradients of a loss from shots alone, as they can be measured on hardware."""

from functools import partial

import jax
import jax.numpy as jnp
from jax import lax
from jax.flatten_util import ravel_pytree

from ebit.errors import EbitError
from ebit.models import CircuitModel, Model, Parameters
from ebit.shots.losses import PAIRED_LOSSES
from ebit.shots.parameter_shift import angles_of, shifts_of
from ebit.shots.sampling import check_measured, check_shots, sample_outcomes

_CIRCUITS_AT_ONCE = 64
"""Shifted circuits that are computed side by side; more would only take more memory."""


def parameter_shift_gradient(
    model: Model,
    parameters: Parameters,
    x: jax.Array,
    labels: jax.Array,
    *,
    loss: str = "mse",
    trained_readout: bool = True,
    shots: int | None = None,
    key: jax.Array | None = None,
) -> tuple[jax.Array, Parameters]:
    r"""A loss and its gradient, estimated without bias from shots.

    .. math:: \frac{\partial \ell}{\partial \theta_j} = \sum_i \frac{\partial \ell}{\partial E_i}
        \sum_k c_{jk}\, E_i(\theta + s_{jk} e_j)

    Every circuit has shots of its own, so the factors are independent and the mean of their product
    is the product of their means. Two unshifted circuits give the first factor, the loss and the
    gradient of the read-out weights: for the squared error
    :math:`\partial \ell / \partial E_i = -(2 L_i - \hat E_{1,i} - \hat E_{2,i})` over the rows.

    Args:
        model: A quantum model.
        parameters: As `init` of the model returns them.
        x: Angles (batch, features) in radians.
        labels: +1 or -1, shape (batch,).
        loss: `mse` or `product`.
        trained_readout: Whether the read-out weights are used and trained; otherwise
            (1, -1, -1, 1), as the product loss is meant.
        shots: Shots per row and circuit; exact probabilities if left out.
        key: JAX random key of the shots.

    Returns:
        The loss, which for `mse` can be negative, and a pytree like `parameters`.

    Raises:
        EbitError: If an argument is out of range or shapes do not fit.

    Example:
        >>> from ebit.models import DistributedQCNN
        >>> model = DistributedQCNN(qubits=2, depth=1)
        >>> parameters = model.init(jax.random.key(0))
        >>> value, gradient = parameter_shift_gradient(
        ...     model, parameters, jnp.ones((3, 4)), jnp.ones(3), shots=100, key=jax.random.key(1))
        >>> value.shape, gradient["readout"].shape
        ((), (2, 2))

    Source:
        Wierichs et al., Quantum 6, 677 (2022), general parameter-shift rule.
    """
    circuit = check_measured(model)
    if loss not in PAIRED_LOSSES:
        raise EbitError(
            f"Argument `loss` must be one of {', '.join(PAIRED_LOSSES)}, but is {loss!r}."
        )
    if shots is not None:
        check_shots(shots)
        if key is None:
            raise EbitError("Argument `key` is missing: give a JAX random key for the shots.")
    x, labels = jnp.asarray(x), jnp.asarray(labels)
    if labels.shape != x.shape[:1]:
        raise EbitError(
            f"Argument `labels` must have one entry per row of `x`, shape {x.shape[:1]}, but has "
            f"shape {labels.shape}."
        )
    random = jax.random.key(0) if key is None else key
    return _gradient(circuit, loss, trained_readout, shots, parameters, x, labels, random)


@partial(jax.jit, static_argnums=(0, 1, 2, 3))
def _gradient(
    model: CircuitModel,
    loss: str,
    trained_readout: bool,
    shots: int | None,
    parameters: Parameters,
    x: jax.Array,
    labels: jax.Array,
    key: jax.Array,
) -> tuple[jax.Array, Parameters]:
    shifts = shifts_of(model)
    keys = jax.random.split(key, len(shifts.angle) + 2)
    angles, restore = ravel_pytree(angles_of(parameters))

    def read_outs(weights: jax.Array, tables: jax.Array) -> jax.Array:
        return jnp.sum(weights * tables, axis=tuple(range(-weights.ndim, 0)))

    def tables(parameters: Parameters, keys: jax.Array) -> jax.Array:
        """Outcome frequencies of one circuit, once for every key: (keys, batch, 2, ...)."""
        exact = model.probabilities(parameters, x)
        if shots is None:
            return jnp.broadcast_to(exact, (len(keys), *exact.shape))
        return jax.vmap(lambda key: sample_outcomes(key, exact, shots) / shots)(keys)

    unshifted = tables(parameters, keys[:2])

    def value(parameters: Parameters, offset: jax.Array) -> jax.Array:
        weights = model.readout_weights(parameters, trained_readout=trained_readout)
        first, second = read_outs(weights, unshifted) + offset
        return PAIRED_LOSSES[loss](labels, first, second)

    offset = jnp.zeros(len(x), unshifted.dtype)
    result, (gradient, slopes) = jax.value_and_grad(value, argnums=(0, 1))(parameters, offset)
    weights = model.readout_weights(parameters, trained_readout=trained_readout)

    def derivative(circuit: tuple[jax.Array, ...]) -> jax.Array:
        angle, shift, key = circuit
        shifted = {**parameters, **restore(angles.at[angle].add(shift))}
        return jnp.sum(slopes * read_outs(weights, tables(shifted, key[None])[0]))

    values = lax.map(
        derivative,
        (jnp.asarray(shifts.angle), jnp.asarray(shifts.shift, angles.dtype), keys[2:]),
        batch_size=_CIRCUITS_AT_ONCE,
    )
    terms = jnp.asarray(shifts.coefficient, angles.dtype) * values
    by_angle = jnp.zeros_like(angles).at[jnp.asarray(shifts.angle)].add(terms)
    return result, {**gradient, **restore(by_angle)}
