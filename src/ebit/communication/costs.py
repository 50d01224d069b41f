"""Costs in closed form; the ledger must agree with them exactly."""

import math

from ebit import checks
from ebit.communication.model import LayeredModel
from ebit.errors import EbitError

MOST_COPIES = 10**15
"""Most copies of a state: whole numbers that doubles hold."""


def _copies(number: float, eps: float) -> int:
    """The smallest whole number above `number` / eps^2."""
    checks.real(above=0)("eps", eps)
    if number / eps / eps > MOST_COPIES:
        raise EbitError(
            f"Argument `eps` is {eps:g}, which takes more than {MOST_COPIES:.0e} copies: give a "
            "larger one."
        )
    return math.ceil(number / eps**2)


def _log(number: int, delta: float) -> float:
    """ln(number / delta), if delta is a probability."""
    if not 0 < delta < 1:
        raise EbitError(f"Argument `delta` must be between 0 and 1, but is {delta}.")
    return math.log(number / delta)


def copies_for_value(eps: float, delta: float) -> int:
    r"""Copies after which the mean of outcomes +-1 is within eps, by Hoeffding.

    $$m = \lceil 2 \ln(2 / \delta) / \epsilon^2 \rceil$$

    Args:
        eps: Largest error.
        delta: Probability that it is larger.

    Returns:
        m.

    Example:
        >>> copies_for_value(0.1, 0.05)
        738
    """
    return _copies(2 * _log(2, delta), eps)


def copies_for_gradient(eps: float, delta: float, angles: int) -> int:
    r"""Copies after which A means are all within eps: $\lceil 2\ln(2A/\delta)/\epsilon^2\rceil$.

    Example:
        >>> copies_for_gradient(0.1, 0.05, 4 * 63)
        1844
    """
    return _copies(2 * _log(2 * angles, delta), eps)


def copies_for_shift(eps: float, delta: float, angles: int) -> int:
    r"""Copies of each of the two shifted outputs: $\lceil \ln(2A/\delta)/\epsilon^2\rceil$.

    Example:
        >>> copies_for_shift(0.1, 0.05, 4 * 63)
        922
    """
    return _copies(_log(2 * angles, delta), eps)


def inference_qubits(qubits: int, hops: int, copies: int) -> int:
    """Qubits of an inference: m n (H_load + H_f).

    Args:
        qubits: n.
        hops: Borders from the first party to the last layer, loading included.
        copies: m.

    Returns:
        The number.

    Example:
        >>> inference_qubits(6, 3, 738)
        13284
    """
    return copies * qubits * hops


def gradient_qubits(model: LayeredModel, copies: int, load_hops: int = 0) -> int:
    r"""Qubits of a gradient from commuting layers.

    $$Q = m \sum_k [n (H_{load} + H_f) + (n + 1) H(o_M \to o_k)]$$

    Args:
        model: The model.
        copies: m for every layer.
        load_hops: H_load.

    Returns:
        The number.

    Example:
        >>> from ebit.communication.model import walsh_model
        >>> gradient_qubits(walsh_model(6, 4, ("alice", "bob")), 1844)
        210216
    """
    n, last = model.qubits, len(model.layers) - 1
    forward = n * (load_hops + model.hops) * len(model.layers)
    back = (n + 1) * sum(model.hops_between(k, last) for k in range(last + 1))
    return copies * (forward + back)


def shift_qubits(model: LayeredModel, copies: int, load_hops: int = 0) -> int:
    """Qubits of a gradient by parameter shift: 2 A m n (H_load + H_f) for A angles in all.

    Example:
        >>> from ebit.communication.model import walsh_model
        >>> shift_qubits(walsh_model(6, 4, ("alice", "bob")), 922)
        8364384
    """
    return 2 * angles_of(model) * copies * model.qubits * (load_hops + model.hops)


def repeat_qubits(model: LayeredModel, copies: int, load_hops: int = 0) -> int:
    """Qubits of a gradient with fresh copies for every angle."""
    n, last = model.qubits, len(model.layers) - 1
    return sum(
        int(layer.free.sum())
        * copies
        * (n * (load_hops + model.hops) + (n + 1) * model.hops_between(k, last))
        for k, layer in enumerate(model.layers)
    )


def angles_of(model: LayeredModel) -> int:
    """Angles that may be trained, those of all layers."""
    return sum(int(layer.free.sum()) for layer in model.layers)


def count_bits(copies: int) -> int:
    """Bits that tell how often something happened in m trials: ceil(log2(m + 1)).

    Example:
        >>> count_bits(738)
        10
    """
    return copies.bit_length()


def training_qubits(
    model: LayeredModel, *, steps: int, batch: int, shots: int, load_hops: int = 0
) -> int:
    """Qubits of a training: outputs and derivatives of every row of every step.

    Example:
        >>> from ebit.communication.model import walsh_model
        >>> training_qubits(walsh_model(6, 2, ("alice", "bob")), steps=150, batch=32, shots=32)
        3840000
    """
    each = inference_qubits(model.qubits, load_hops + model.hops, shots)
    return steps * batch * (each + gradient_qubits(model, shots, load_hops))
