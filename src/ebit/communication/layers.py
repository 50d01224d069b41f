"""Layers of the model: what the owner of a layer does to the state that visits."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ebit import checks
from ebit.communication.memory import MOST_QUBITS
from ebit.communication.walsh import hadamards, parities, walsh
from ebit.errors import EbitError, UnsupportedError

State = NDArray[np.complex128]
Angles = NDArray[np.float64]


class Ansatz(Protocol):
    """A family of layers on n qubits."""

    @property
    def qubits(self) -> int:
        """Qubits n."""

    @property
    def commuting(self) -> bool:
        """Whether all generators of a layer commute: the same shots tell all derivatives."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the angles of one layer."""

    @property
    def free(self) -> NDArray[np.bool_]:
        """Which angles may be trained, in that shape."""

    def apply(self, angles: Angles, state: State) -> State:
        """The layer on amplitudes (..., N)."""

    def undo(self, angles: Angles, state: State) -> State:
        """The inverse of the layer on amplitudes (..., N)."""

    def derivatives(self, angles: Angles, state: State) -> NDArray[np.float64]:
        r"""Expectations $-\langle\chi\vert Y \otimes G_j \vert\chi\rangle$ of all generators.

        Args:
            angles: Those of the layer.
            state: $\chi$ behind the layer, shape (rows, 2, N): first axis of length 2 the ancilla.

        Returns:
            Shape (rows, ...): derivatives of the output by every angle.
        """

    def outcomes(self, state: State) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Probabilities of the outcomes that tell all derivatives at once; if `commuting`."""

    def generators(self, angles: Angles) -> State:
        """All generators behind the layer, dense: shape (angles, N, N)."""


@dataclass(frozen=True)
class WalshLayers:
    r"""A diagonal of all products of Z with an angle each, then a Hadamard gate on every qubit.

    $$U = H^{\otimes n} \exp\Big(-\frac{i}{2} \sum_{s \ne 0} \theta_s Z_s\Big), \quad
    Z_s \vert b\rangle = (-1)^{s \cdot b} \vert b\rangle$$

    All generators commute. A layer costs two fast transforms, O(N log N).

    Args:
        qubits: n.
        weight: Only strings s of at most this many ones have an angle that may be trained; all of
            them by default.

    Example:
        >>> WalshLayers(3).free.sum(), WalshLayers(3, weight=1).free.sum()
        (np.int64(7), np.int64(3))
    """

    qubits: int
    weight: int | None = None
    commuting: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        """Raise unless the arguments are what they must be."""
        checks.whole(1, MOST_QUBITS)("qubits", self.qubits)
        checks.maybe(checks.whole(1))("weight", self.weight)

    @property
    def shape(self) -> tuple[int, ...]:
        """One angle for each string, the empty one included (it stays 0)."""
        return (2**self.qubits,)

    @property
    def free(self) -> NDArray[np.bool_]:
        """All strings of the weights that are allowed, without the empty one."""
        ones = np.bitwise_count(np.arange(2**self.qubits))
        return (ones > 0) & (ones <= (self.qubits if self.weight is None else self.weight))

    def phases(self, angles: Angles) -> State:
        """The diagonal, shape (N,)."""
        turns = walsh(angles)
        turns *= -0.5
        phases = np.empty(turns.shape, complex)
        np.cos(turns, out=phases.real)
        np.sin(turns, out=phases.imag)
        return phases

    def apply(self, angles: Angles, state: State) -> State:
        """The diagonal, then the Hadamard gates."""
        return hadamards(self.phases(angles) * state)

    def undo(self, angles: Angles, state: State) -> State:
        """The Hadamard gates, then the inverse of the diagonal."""
        return self.phases(-angles) * hadamards(state)

    def derivatives(self, angles: Angles, state: State) -> NDArray[np.float64]:
        """One transform of the difference of the two outcomes of the ancilla."""
        plus, minus = self.outcomes(state)
        return -walsh(plus - minus)

    def generators(self, angles: Angles) -> State:
        """The strings of Z between the Hadamard gates."""
        size = 2**self.qubits
        gates = hadamards(np.eye(size, dtype=complex))
        diagonals = walsh(np.eye(size))  # row s holds the signs of string s
        return np.stack([gates @ (one[:, None] * gates) for one in diagonals])

    def outcomes(self, state: State) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        r"""Probabilities of measuring the ancilla along Y and the data along Z.

        $$p(\pm, b) = \vert \mu_b \mp i \nu_b\vert^2 / 4$$

        Args:
            state: $\chi = (\vert 0\rangle\mu + \vert 1\rangle\nu)/\sqrt2$ behind the layer, shape
                (rows, 2, N).

        Returns:
            Those of + and of -, each (rows, N).
        """
        inner = hadamards(state) * math.sqrt(2.0)  # undo the gates of this layer: (rows, 2, N)
        mu, nu = inner[:, 0], inner[:, 1]
        return np.abs(mu - 1j * nu) ** 2 / 4, np.abs(mu + 1j * nu) ** 2 / 4


@dataclass(frozen=True)
class PauliLayers:
    r"""A product of rotations about Pauli words, the first word acting first.

    $$U = \prod_j \exp(-i \theta_j P_j / 2)$$

    Args:
        words: Pauli words, such as `("XZI", "IYY")`, all of one length.

    Raises:
        EbitError: If a word has another letter or length.

    Example:
        >>> layer = PauliLayers(("X",))
        >>> layer.apply(np.array([np.pi]), np.array([1, 0], complex)).round(3)
        array([0.+0.j, 0.-1.j])
    """

    words: tuple[str, ...]
    commuting: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        """All words are of one length and of known letters."""
        checks.instance(tuple, "a tuple of Pauli words")("words", self.words)
        checks.several(checks.instance(str, "Pauli words"), least=0)("words", self.words)
        for word in self.words:
            if not word or set(word) - set("IXYZ") or len(word) != len(self.words[0]):
                raise EbitError(
                    f"Argument `words` must be Pauli words of one length of I, X, Y and Z, but "
                    f"holds {word!r}."
                )
        if not self.words:
            raise EbitError("Argument `words` is empty: name at least one Pauli word.")

    @property
    def qubits(self) -> int:
        """Length of the words."""
        return len(self.words[0])

    @property
    def shape(self) -> tuple[int, ...]:
        """One angle for each word."""
        return (len(self.words),)

    @property
    def free(self) -> NDArray[np.bool_]:
        """All of them."""
        return np.ones(len(self.words), bool)

    def apply(self, angles: Angles, state: State) -> State:
        """All rotations."""
        for angle, word in zip(angles, self.words, strict=True):
            state = rotated(state, word, angle)
        return state

    def outcomes(self, state: State) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The words need not commute: there are none."""
        raise _not_commuting(self)

    def generators(self, angles: Angles) -> State:
        """Each word, taken behind all rotations that come after it."""
        size = 2**self.qubits
        behind = np.eye(size, dtype=complex)  # row b: where basis state b goes
        found = np.zeros((len(self.words), size, size), complex)
        for place in range(len(self.words) - 1, -1, -1):
            behind = (
                np.stack(
                    [
                        rotated(row, self.words[place], angles[place])
                        for row in np.eye(size, dtype=complex)
                    ]
                )
                @ behind
            )
            word = applied(np.eye(size, dtype=complex), self.words[place])
            found[place] = (behind.conj().T @ word @ behind).T
        return found

    def undo(self, angles: Angles, state: State) -> State:
        """All rotations backwards."""
        for angle, word in zip(angles[::-1], self.words[::-1], strict=True):
            state = rotated(state, word, -angle)
        return state

    def derivatives(self, angles: Angles, state: State) -> NDArray[np.float64]:
        """One word after the other, from the last to the first."""
        found = np.zeros((len(state), len(self.words)))
        for place in range(len(self.words) - 1, -1, -1):
            word = self.words[place]
            moved = applied(state, word)
            found[:, place] = 2 * np.imag(np.sum(state[:, 1].conj() * moved[:, 0], axis=-1))
            state = rotated(state, word, -angles[place])
        return found


@dataclass(frozen=True)
class ReuploadLayers:
    r"""Trainable blocks between which the owner's data enter again, as phases.

    $$U = V(\theta_2) \prod_j e^{-i \lambda x_j Z_j / 2}\, V(\theta_1), \quad
    V(\theta_a) = H^{\otimes n} D(\theta_{a1}) H^{\otimes n} D(\theta_{a0})$$

    Args:
        qubits: n.
        places: Which qubit each feature turns.
        scale: $\lambda$.
        x: Features of the owner, shape (rows, features).

    Example:
        >>> layer = ReuploadLayers(1, places=(0,), scale=3.0, x=np.zeros((1, 1)))
        >>> layer.shape
        (2, 2, 2)
    """

    qubits: int
    places: tuple[int, ...]
    scale: float
    x: NDArray[np.float64]
    commuting: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        """Raise unless the arguments fit together."""
        checks.whole(1, MOST_QUBITS)("qubits", self.qubits)
        places = checks.several(checks.whole(0, self.qubits - 1))("places", self.places)
        checks.real()("scale", self.scale)
        x = checks.numbers("x", self.x)
        if x.ndim != 2 or x.shape[1] != len(places):
            raise EbitError(
                f"Argument `x` must have shape (rows, {len(places)}), but has shape {x.shape}."
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """Two blocks of two diagonals."""
        return (2, 2, 2**self.qubits)

    @property
    def free(self) -> NDArray[np.bool_]:
        """All but the empty strings."""
        return np.broadcast_to(WalshLayers(self.qubits).free, self.shape)

    def data_phases(self) -> State:
        """The diagonal of the data, shape (rows, N)."""
        size = 2**self.qubits
        signs = np.stack([parities(size, size >> (place + 1)) for place in self.places])
        return np.exp(-0.5j * self.scale * (self.x @ signs))

    def apply(self, angles: Angles, state: State) -> State:
        """Block, data, block."""
        walsh_layers = WalshLayers(self.qubits)
        for block in range(2):
            for diagonal in angles[block]:
                state = walsh_layers.apply(diagonal, state)
            if block == 0:
                state = _rows(self.data_phases(), state) * state
        return state

    def outcomes(self, state: State) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The blocks do not commute: there are none."""
        raise _not_commuting(self)

    def generators(self, angles: Angles) -> State:
        """They depend on the data of each row: there are no common ones."""
        raise UnsupportedError(
            "method 'shadow_emulated'", "A layer with data", "use method 'shift' or 'repeat'"
        )

    def undo(self, angles: Angles, state: State) -> State:
        """All of it backwards."""
        walsh_layers = WalshLayers(self.qubits)
        for block in (1, 0):
            if block == 0:
                state = _rows(self.data_phases(), state).conj() * state
            for diagonal in angles[block][::-1]:
                state = walsh_layers.undo(diagonal, state)
        return state

    def derivatives(self, angles: Angles, state: State) -> NDArray[np.float64]:
        """Diagonal by diagonal, from the last to the first."""
        walsh_layers = WalshLayers(self.qubits)
        found = np.zeros((len(state), *self.shape))
        for block in (1, 0):
            if block == 0:
                state = _rows(self.data_phases(), state).conj() * state
            for place in (1, 0):
                found[:, block, place] = walsh_layers.derivatives(angles[block, place], state)
                state = walsh_layers.undo(angles[block, place], state)
        return found


def _not_commuting(layer: Ansatz) -> UnsupportedError:
    return UnsupportedError(
        "method 'commuting'",
        f"A layer of {type(layer).__name__}",
        "use method 'repeat' or 'shift'",
    )


def _rows(phases: State, state: State) -> State:
    """Phases of every row, with axes of length 1 for what lies between."""
    return phases.reshape(len(phases), *(1,) * (state.ndim - 2), -1)  # (rows, 1, ..., N)


def applied(state: State, word: str) -> State:
    r"""A Pauli word on amplitudes (..., N), the first letter on the most significant qubit.

    Example:
        >>> applied(np.array([1, 0], complex), "X").real
        array([0., 1.])
    """
    size = state.shape[-1]
    flip, sign, factor = 0, 0, 1.0 + 0.0j
    for letter, bit in zip(word, _bits(len(word)), strict=True):
        flip |= bit if letter in "XY" else 0
        sign |= bit if letter in "YZ" else 0
        factor *= 1j if letter == "Y" else 1.0
    index = np.arange(size)
    return factor * (parities(size, sign) * state)[..., index ^ flip]


def rotated(state: State, word: str, angle: float) -> State:
    """The rotation about a Pauli word by an angle."""
    return math.cos(angle / 2) * state - 1j * math.sin(angle / 2) * applied(state, word)


def _bits(qubits: int) -> Iterator[int]:
    return (1 << place for place in range(qubits - 1, -1, -1))


@checks.takes(qubits=checks.whole(1, MOST_QUBITS), count=checks.whole(1), seed=checks.seed)
def random_words(qubits: int, count: int, seed: int) -> tuple[str, ...]:
    """Different Pauli words, none of them all I.

    Args:
        qubits: Their length.
        count: How many.
        seed: Seed of the choice.

    Returns:
        The words.

    Example:
        >>> len(set(random_words(3, 10, seed=0)))
        10
    """
    if count >= 4**qubits:
        raise EbitError(f"There are only {4**qubits - 1} Pauli words on {qubits} qubits.")
    rng = np.random.default_rng(seed)
    words: dict[str, None] = {}
    while len(words) < count:
        word = "".join(rng.choice(list("IXYZ"), qubits))
        if set(word) != {"I"}:
            words[word] = None
    return tuple(words)


def stack_angles(layers: Sequence[Ansatz], angles: Sequence[Angles]) -> list[Angles]:
    """Angles of every layer in the shape of that layer, checked."""
    angles = checks.several(checks.real_numbers, least=0)("theta", angles)
    if len(angles) != len(layers):
        raise EbitError(
            f"Argument `theta` must hold {len(layers)} layers, but holds {len(angles)}."
        )
    checked = []
    for place, (layer, own) in enumerate(zip(layers, angles, strict=True)):
        array = np.asarray(own, float)
        if array.shape != layer.shape or not np.isfinite(array).all():
            raise EbitError(
                f"Argument `theta` must hold finite angles of shape {layer.shape} for layer "
                f"{place}, but holds shape {array.shape}."
            )
        checked.append(array)
    return checked
