"""C0, C1, C3 and C4: classical rivals of a state that travels through the layers."""

import numpy as np
from numpy.typing import NDArray

from ebit.communication.layers import State
from ebit.communication.model import LayeredModel, Theta, mean_of_z
from ebit.communication.walsh import walsh

RANGE = 4.0
"""Numbers are cut at this many times their typical size, which all know beforehand."""


def quantised(values: NDArray[np.float64], bits: int, size: float) -> NDArray[np.float64]:
    """Numbers as they arrive with so many bits each: middles of equal steps from -4 to 4 sizes.

    Args:
        values: The numbers.
        bits: Bits per number.
        size: Their typical size.

    Returns:
        What arrives.

    Example:
        >>> quantised(np.array([0.1, -0.9, 30.0]), 1, size=1.0)
        array([ 0.8, -0.8,  0.8])
    """
    if bits == 1:
        return np.where(values < 0, -0.8, 0.8) * size  # the mean size of normal numbers
    edge = RANGE * size
    step = 2 * edge / 2**bits
    place = np.clip(np.floor((values + edge) / step), 0, 2**bits - 1)
    return (place + 0.5) * step - edge


def quantised_state(state: State, bits: int) -> State:
    """Amplitudes with so many bits for each real and each imaginary part."""
    size = state.shape[-1] ** -0.5
    if not state.imag.any():
        return quantised(state.real, bits, size).astype(complex)
    both = [quantised(part, bits, size * 0.5**0.5) for part in (state.real, state.imag)]
    return both[0] + 1j * both[1]


def pass_vector(
    model: LayeredModel, theta: Theta, states: State, bits: int
) -> tuple[NDArray[np.float64], int]:
    """C0: at every border the whole vector goes across, with so many bits per number.

    Args:
        model: The model.
        theta: Angles.
        states: Real states (rows, N), with the owner of the first layer.
        bits: Bits per number.

    Returns:
        Outputs (rows,) and bits sent for one row: 2 N b at every border.
    """
    sent, vectors = 0, states
    for place, (layer, angles) in enumerate(zip(model.layers, theta, strict=True)):
        if place and model.owners[place] != model.owners[place - 1]:
            vectors = quantised_state(vectors, bits)
            vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
            sent += 2 * model.size * bits
        vectors = layer.apply(angles, vectors)
    return mean_of_z(vectors), sent


def ship_angles(
    model: LayeredModel, theta: Theta, states: State, bits: int
) -> tuple[State, list[NDArray[np.float64]], int]:
    """C1: the first owner ships the vector and the angles of his layers.

    Args:
        model: The model.
        theta: Angles.
        states: Real states (rows, N).
        bits: Bits per number.

    Returns:
        States and angles as the other party has them, and bits sent: (N + L P) b.
    """
    arrived = quantised_state(states, bits)
    arrived /= np.linalg.norm(arrived, axis=-1, keepdims=True)
    sent, angles = model.size * bits, []
    for owner, layer, own in zip(model.owners, model.layers, theta, strict=True):
        if owner == model.owners[0]:
            count = int(layer.free.sum())
            sent += count * bits
            own = np.where(layer.free, quantised(own, bits, count**-0.5), 0.0)
        angles.append(own)
    return arrived, angles, sent


def project_and_pass(
    model: LayeredModel, theta: Theta, states: State, kept: int, bits: int, seed: int
) -> tuple[NDArray[np.float64], int]:
    r"""C3 (one border) and C4 (several): a random projection of the vector goes across.

    $$y = \sqrt{N/d}\, R H D \psi, \quad \hat\psi = \sqrt{N/d}\, D H R^T y$$

    D are shared random signs and R keeps d shared random entries, so that $\hat\psi$ is right in
    the mean, and exact for d = N.

    Args:
        model: The model.
        theta: Angles.
        states: States (rows, N).
        kept: Numbers d that are kept.
        bits: Bits per number.
        seed: Seed that all share.

    Returns:
        Outputs (rows,) and bits sent for one row: 2 d b at every border.
    """
    rng = np.random.default_rng(seed)
    size, vectors, sent = model.size, states, 0
    for place, (layer, angles) in enumerate(zip(model.layers, theta, strict=True)):
        if place and model.owners[place] != model.owners[place - 1]:
            signs = rng.choice([-1.0, 1.0], size)
            chosen = rng.permutation(size)[:kept]
            turned = walsh(signs * vectors) / np.sqrt(size)
            norms = np.linalg.norm(turned, axis=-1, keepdims=True)
            sketch = np.zeros_like(turned)
            sketch[..., chosen] = norms * quantised_state(turned / norms, bits)[..., chosen]
            vectors = signs * walsh(sketch) / np.sqrt(size) * (size / kept)
            sent += 2 * kept * bits
        vectors = layer.apply(angles, vectors)
    return mean_of_z(vectors), sent
