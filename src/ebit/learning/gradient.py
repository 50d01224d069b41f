"""The gradient of one worker and one batch."""

from collections.abc import Sequence

import jax
from jaxtyping import Array, Float, Shaped

from ebit.models import Loss, Model, Parameters
from ebit.shots import parameter_shift_gradient


def batch_gradient(
    model: Model,
    loss: Loss,
    parameters: Parameters,
    inputs: Sequence[jax.Array],
    targets: Shaped[Array, "batch ..."],
    *,
    shots: int | None = None,
    key: jax.Array | None = None,
    weights: Float[Array, " batch"] | None = None,
) -> tuple[Float[Array, ""], Parameters]:
    r"""A loss over a batch and its gradient, exact or measured with shots.

    .. math:: \ell(\theta) = \frac1B \sum_i \ell_i(\theta), \qquad \nabla_\theta\, \ell

    Args:
        model: The classifier.
        loss: As `ebit.models.make_loss` returns it.
        parameters: As `init` of the model returns them.
        inputs: What `encode` of the model returned, batch on the first axis; with shots the angles
            (batch, features) in radians alone.
        targets: Labels +1 and -1, shape (batch,).
        shots: Shots per row and circuit; exact if left out.
        key: JAX random key of the shots.
        weights: How much each row counts, (batch,); for exact gradients only.

    Returns:
        The loss, a scalar, and a pytree like `parameters`.

    Raises:
        EbitError: If shots are asked for and the model or the loss has none.

    Example:
        >>> import jax.numpy as jnp
        >>> from ebit.models import DistributedQCNN, make_loss
        >>> model = DistributedQCNN(qubits=2, depth=1)
        >>> parameters = model.init(jax.random.key(0))
        >>> inputs = model.encode(jnp.ones((3, 4)))
        >>> gradient_of = jax.jit(
        ...     lambda p: batch_gradient(model, make_loss("mse"), p, inputs, jnp.ones(3)))
        >>> value, gradient = gradient_of(parameters)
        >>> value.shape, gradient["readout"].shape
        ((), (2, 2))
    """
    if shots is not None:
        return parameter_shift_gradient(
            model,
            parameters,
            inputs[0],
            targets,
            loss=loss.name,
            trained_readout=loss.trains_readout,
            shots=shots,
            key=key,
        )

    def value(parameters: Parameters) -> Float[Array, ""]:
        read_out = model.read_out(parameters, tuple(inputs), trained_readout=loss.trains_readout)
        return loss(targets, read_out, weights)

    return jax.value_and_grad(value)(parameters)
