"""Problems with a known gap, drawn at any size."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ebit.communication.layers import State
from ebit.communication.model import LayeredModel, Theta, with_ancilla
from ebit.communication.walsh import walsh


def aligned_states(model: LayeredModel, theta: Theta, rows: int, rng: np.random.Generator) -> State:
    r"""Real states whose outputs spread over about [-0.6, 0.6], as those of a trained model do.

    $$x \propto g + c\, \mathrm{Re}(V^\dagger Z_0 V)\, g, \quad g \sim N(0, 1),\ c \sim U(-1, 1)$$

    The output of an unstructured state is 0 up to $N^{-1/2}$, and nobody would have to send
    anything.

    Args:
        model: The model.
        theta: Its angles.
        rows: How many.
        rng: Generator.

    Returns:
        States (rows, N).
    """
    start = rng.normal(size=(rows, model.size)).astype(complex)
    chi = with_ancilla(model.forward(theta, start))
    for layer, angles in zip(model.layers[::-1], list(theta)[::-1], strict=True):
        chi = layer.undo(angles, chi)
    pulled = chi[:, 1].real * np.sqrt(2.0)
    mixed = start.real + rng.uniform(-1, 1, size=(rows, 1)) * pulled
    return (mixed / np.linalg.norm(mixed, axis=1, keepdims=True)).astype(complex)


@dataclass(frozen=True)
class Matching:
    """Boolean Hidden Matching: edges over N coordinates, N/4 of them.

    Attributes:
        size: N.
        edges: Ends of the edges, shape (N/4, 2).
    """

    size: int
    edges: NDArray[np.int64]


def draw_matching(size: int, rng: np.random.Generator) -> Matching:
    """A random matching of N/4 edges.

    Example:
        >>> draw_matching(16, np.random.default_rng(0)).edges.shape
        (4, 2)
    """
    return Matching(size, rng.permutation(size)[: size // 2].reshape(-1, 2))


def hidden_bits(
    matching: Matching, answer: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Alice's bits and Bob's bits on the edges, so that all parities differ from his by `answer`.

    Args:
        matching: The matching.
        answer: 0 or 1.
        rng: Generator.

    Returns:
        Bits (N,) and bits of the edges (N/4,).
    """
    bits = rng.integers(0, 2, matching.size)
    ends = matching.edges
    return bits, bits[ends[:, 0]] ^ bits[ends[:, 1]] ^ answer


def measure_matching(
    state: State, matching: Matching, shots: int, rng: np.random.Generator
) -> list[tuple[int, int]]:
    r"""Measure copies in the basis of the edges: $(e_i \pm e_j)/\sqrt2$, else $e_v$.

    Args:
        state: Amplitudes (N,).
        matching: The edges.
        shots: Copies.
        rng: Generator.

    Returns:
        For each copy that hit an edge its number and the parity (0 for +, 1 for -).
    """
    first, second = state[matching.edges[:, 0]], state[matching.edges[:, 1]]
    chances = np.concatenate([np.abs(first + second) ** 2, np.abs(first - second) ** 2]) / 2
    chances[chances < 1e-15] = 0.0  # rounding errors are no outcomes
    steps = np.cumsum(chances)
    found = np.searchsorted(steps, rng.random(shots), side="right")
    edges = len(matching.edges)
    return [(int(k % edges), int(k >= edges)) for k in found if k < 2 * edges]


def subspace_input(signs: NDArray[np.float64], inside: bool, rng: np.random.Generator) -> State:
    r"""Vector-in-Subspace: a unit vector in the subspace of $U = (HD)^3$, or orthogonal to it.

    Args:
        signs: Diagonals of the three D, shape (3, N).
        inside: Whether it lies in the subspace: in the first half of the coordinates of U x.
        rng: Generator.

    Returns:
        Amplitudes (N,).
    """
    size = signs.shape[1]
    half = np.arange(size) < size // 2
    drawn = rng.normal(size=size) * (half == inside)
    inner: NDArray[np.float64] = drawn / np.linalg.norm(drawn)
    for own in signs[::-1]:
        inner = own * walsh(inner) / np.sqrt(size)
    return inner.astype(complex)


def turned(signs: NDArray[np.float64], state: State) -> State:
    r"""$U = (HD)^3$ on amplitudes (..., N)."""
    for own in signs:
        state = walsh(own * state) / np.sqrt(signs.shape[1])
    return state


def margin_pair(
    size: int, margin: float, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Two real unit vectors whose inner product is the margin.

    Example:
        >>> x, w = margin_pair(64, -0.2, np.random.default_rng(0))
        >>> round(float(x @ w), 12)
        -0.2
    """
    w = rng.normal(size=size)
    w /= np.linalg.norm(w)
    rest = rng.normal(size=size)
    rest -= (rest @ w) * w
    rest /= np.linalg.norm(rest)
    return margin * w + np.sqrt(1 - margin**2) * rest, w


@dataclass(frozen=True)
class TypedEdges:
    """Samples of which only products along typed edges tell the label.

    Attributes:
        types: Type of each edge, shape (N/4,).
        signs: Sign of each type.
        labels: Labels +-1 of the samples.
        parities: Products x_i x_j along each edge, shape (samples, N/4).
    """

    types: NDArray[np.int64]
    signs: NDArray[np.int64]
    labels: NDArray[np.int64]
    parities: NDArray[np.int8]


def typed_edges(
    size: int, samples: int, rng: np.random.Generator, *, types: int = 8, flips: float = 0.1
) -> TypedEdges:
    """Draw samples: x_j = x_i c_type y, flipped with a probability; x alone is random.

    Args:
        size: N.
        samples: How many.
        rng: Generator.
        types: Types of edges.
        flips: Probability of a flip.

    Returns:
        The samples.

    Example:
        >>> typed_edges(64, 5, np.random.default_rng(0)).parities.shape
        (5, 16)
    """
    edges = size // 4
    kinds = rng.permutation(edges) % types
    signs = rng.choice([-1, 1], types)
    labels = rng.choice([-1, 1], samples)
    noise = np.where(rng.random((samples, edges)) < flips, -1, 1)
    parities = (signs[kinds] * labels[:, None] * noise).astype(np.int8)
    return TypedEdges(kinds, signs, labels, parities)


def replicated_digits(
    images: NDArray[np.float64], pixels: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Images whose pixels are repeated up to a number, plus noise of half the norm of the signal.

    Args:
        images: Shape (rows, 64).
        pixels: Pixels of the result, a multiple of 64.
        rng: Generator.

    Returns:
        Shape (rows, pixels).

    Example:
        >>> replicated_digits(np.ones((2, 64)), 128, np.random.default_rng(0)).shape
        (2, 128)
    """
    wide = np.repeat(images, pixels // images.shape[1], axis=1)
    noise = rng.normal(size=wide.shape)
    noise *= 0.5 * np.linalg.norm(wide, axis=1, keepdims=True)
    return wide + noise / np.sqrt(pixels)
