"""Gradients of a loss from shots alone, as they can be measured on hardware."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.flatten_util import ravel_pytree
from jax.typing import ArrayLike

from ebit import checks
from ebit.errors import EbitError
from ebit.jax_settings import own_settings
from ebit.models import LOSSES, CircuitModel, Model, Parameters
from ebit.models.checks import check_inputs, check_key, check_parameters
from ebit.models.objective import QuadraticLoss
from ebit.models.readout import check_shots
from ebit.random_keys import random_key
from ebit.shots.parameter_shift import (
    UNSHIFTED_CIRCUITS,
    angles_of,
    shifts_of,
    turned_slopes,
    turned_states,
    values_alone,
)
from ebit.shots.sampling import check_measured, sample_outcomes

_CIRCUITS_AT_ONCE = 64
"""Shifted circuits that are computed side by side; more would only take more memory."""


@own_settings
def parameter_shift_gradient(
    model: Model,
    parameters: Parameters,
    x: ArrayLike,
    labels: ArrayLike,
    *,
    loss: str = "mse",
    trained_readout: bool = True,
    shots: int | None = None,
    key: jax.Array | None = None,
) -> tuple[jax.Array, Parameters]:
    r"""A loss and its gradient, estimated without bias from shots.

    .. math:: \frac{\partial \ell}{\partial \theta_j} = \sum_i \frac{\partial \ell}{\partial E_i}
        \sum_k c_{jk}\, E_i(\theta + s_{jk} e_j)

    The logits of a mixture with weights w have the derivatives :math:`w_m (E_{i,m} - E_i)`, with
    the read-out of value m alone. Trained Schmidt coefficients take two states each, see
    `ebit.shots.parameter_shift.turned_states`.

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
    measurable = {name: kind() for name, kind in LOSSES.items() if issubclass(kind, QuadraticLoss)}
    checks.one_of(measurable)("loss", loss)
    checks.flag("trained_readout", trained_readout)
    check_parameters(circuit.init, parameters)
    if key is not None:
        check_key(key)
    if shots is not None:
        check_shots(shots)
        if key is None:
            raise EbitError("Argument `key` is missing: give a JAX random key for the shots.")
    if not isinstance(labels, jax.core.Tracer):
        labels = checks.numbers("labels", labels)
    inputs = check_inputs(x, circuit.features)
    targets = jnp.asarray(labels, inputs.dtype)
    if inputs.shape[0] == 0:
        raise EbitError("Argument `x` has no rows: give at least one.")
    if targets.shape != inputs.shape[:1]:
        raise EbitError(
            f"Argument `labels` must have shape {inputs.shape[:1]}, one entry per row of `x`, but "
            f"has shape {targets.shape}."
        )
    random = random_key(0) if key is None else key
    made = measurable[loss]
    return _gradient(circuit, made, trained_readout, shots, parameters, inputs, targets, random)


@partial(jax.jit, static_argnums=(0, 1, 2, 3))
def _gradient(
    model: CircuitModel,
    loss: QuadraticLoss,
    trained_readout: bool,
    shots: int | None,
    parameters: Parameters,
    x: jax.Array,
    labels: jax.Array,
    key: jax.Array,
) -> tuple[jax.Array, Parameters]:
    shifts = shifts_of(model)
    angles, restore = ravel_pytree(angles_of(parameters))

    def circuit(place: tuple[jax.Array, jax.Array]) -> jax.Array:
        angle, shift = place
        return model.probabilities({**parameters, **restore(angles.at[angle].add(shift))}, x)

    places = (
        jnp.asarray(np.append([0] * UNSHIFTED_CIRCUITS, shifts.angle)),
        jnp.asarray(np.append([0.0] * UNSHIFTED_CIRCUITS, shifts.shift), angles.dtype),
    )
    tables = lax.map(circuit, places, batch_size=min(_CIRCUITS_AT_ONCE, len(places[0])))
    alone = [model.probabilities(of_value, x)[None] for of_value in values_alone(parameters)]
    turned = [model.probabilities(of_state, x)[None] for of_state in turned_states(parameters)]
    tables = jnp.concatenate([tables, *alone, *turned])
    if shots is not None:
        counts = sample_outcomes(key, tables.reshape(-1, *tables.shape[2:]), shots)
        tables = counts.reshape(tables.shape) / shots

    def value(parameters: Parameters, offset: jax.Array) -> jax.Array:
        weights = model.readout_weights(parameters, trained_readout=trained_readout)
        first, second = _read_outs(weights, tables[:UNSHIFTED_CIRCUITS]) + offset
        return loss.from_two_estimates(labels, first, second)

    offset = jnp.zeros(len(x), tables.dtype)
    result, (gradient, slopes) = jax.value_and_grad(value, argnums=(0, 1))(parameters, offset)
    weights = model.readout_weights(parameters, trained_readout=trained_readout)
    changes = jnp.sum(slopes * _read_outs(weights, tables[UNSHIFTED_CIRCUITS:]), axis=1)
    ends = np.cumsum([len(shifts.angle), len(alone)])
    shifted, of_values, of_states = jnp.split(changes, ends)
    terms = jnp.asarray(shifts.coefficient, angles.dtype) * shifted
    by_angle = jnp.zeros_like(angles).at[jnp.asarray(shifts.angle)].add(terms)
    if alone:
        share = jax.nn.softmax(parameters["mixture"])
        gradient["mixture"] = share * (of_values - share @ of_values)
    if turned:
        differences = of_states[0::2] - of_states[1::2]
        gradient["schmidt"] = turned_slopes(parameters["schmidt"]) * differences
    return result, {**gradient, **restore(by_angle)}


def _read_outs(weights: jax.Array, tables: jax.Array) -> jax.Array:
    """Weighted sum over the outcomes: (circuits, batch, 2, ...) to (circuits, batch)."""
    return jnp.sum(weights * tables, axis=tuple(range(-weights.ndim, 0)))
