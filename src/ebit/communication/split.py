"""Data whose columns are spread over parties, and how the parties load a row together."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ebit import checks
from ebit.checks import real_numbers
from ebit.communication.memory import check_memory
from ebit.communication.parties import PARTIES, Parties, Register
from ebit.errors import EbitError

Moments = tuple[NDArray[np.float64], NDArray[np.float64]]

CLIP = 3.0
"""Standardised features are cut to this size."""

BIAS = 0.7
"""The bias entry is this times the square root of the number of features."""


class ColumnSplit:
    r"""Rows whose columns belong to parties, loaded as one state of n qubits.

    $$\tilde x = (\mathrm{clip}(x, \pm 3), 0.7 \sqrt d), \quad
    \vert\psi\rangle = \frac1{\lVert\tilde x\rVert} \sum_p \vert p\rangle \otimes
    \sum_j \tilde x^{(p)}_j \vert j\rangle$$

    Every party standardises its own columns. Parties 1, 2, ... tell party 0 their squared norms
    (32 bits each and row). Party 0 prepares the norms on the block register and fills its own
    block; the state then visits every other party, which fills its block.

    Args:
        x: Features of shape (rows, d).
        columns: Places of the columns of each party; every column belongs to one of them.
        bias: Whether the last party adds a constant entry.
        standardise: Whether columns are brought to mean 0 and standard deviation 1 and clipped.
        moments: Means and deviations (d,) to use instead of the own ones, such as the `moments` of
            the training rows.

    Attributes:
        moments: Means and deviations of the columns; None if they are not standardised.

    Raises:
        EbitError: If a value is not finite, a column belongs to no party or to two, a party has
            none, a row is zero, or the states do not fit into memory.

    Example:
        >>> data = ColumnSplit([[1, 2, 3], [4, 5, 7]], {"alice": [0, 1], "bob": [2]})
        >>> data.qubits, data.hops, len(data)
        (2, 1, 2)

    Source:
        Specification of this part (state preparation in K-1 hops, ours).
    """

    def __init__(
        self,
        x: ArrayLike,
        columns: Mapping[str, Sequence[int]],
        *,
        bias: bool = True,
        standardise: bool = True,
        moments: Moments | None = None,
    ) -> None:
        if isinstance(x, np.ndarray) and x.ndim == 2:  # before a copy of it is made
            check_memory(max(x.shape[1] - 1, 1).bit_length(), len(x))
        raw = real_numbers("x", x)
        if raw.ndim != 2 or raw.size == 0:
            raise EbitError(
                f"Argument `x` must have shape (rows, features), but has shape {raw.shape}."
            )
        if not np.isfinite(raw).all():
            row, column = np.argwhere(~np.isfinite(raw))[0]
            raise EbitError(
                f"Argument `x` must be finite, but holds {raw[row, column]} in row {row}, column "
                f"{column}: leave that row out or fill it in."
            )
        self.columns = _checked(columns, raw.shape[1])
        self.bias = checks.flag("bias", bias)
        checks.flag("standardise", standardise)
        if moments is not None:
            mean, deviation = checks.pair(checks.numbers)("moments", moments)
            if mean.ndim != 1 or deviation.shape != mean.shape:
                raise checks.wrong("moments", "means and deviations of shape (d,)", moments)
            moments = (mean, deviation)
        self.moments: Moments | None = None
        if standardise:
            self.moments = (raw.mean(axis=0), raw.std(axis=0)) if moments is None else moments
            mean, deviation = self.moments
            if len(mean) != raw.shape[1]:
                raise EbitError(
                    f"Argument `x` must have {len(mean)} columns, as the data of the moments, but "
                    f"has {raw.shape[1]}."
                )
            raw = np.clip((raw - mean) / np.where(deviation > 0, deviation, 1.0), -CLIP, CLIP)
        self._fill(raw)

    def _fill(self, features: NDArray[np.float64]) -> None:
        names = tuple(self.columns)
        widths = [len(own) for own in self.columns.values()]
        widths[-1] += self.bias
        self.parties = names
        inner = (max(widths) - 1).bit_length()
        block = (len(names) - 1).bit_length()
        self.qubits = max(inner + block, 1)
        check_memory(self.qubits, len(features))
        size = 2 ** (self.qubits - block)
        self.parts = {name: np.zeros((len(features), size)) for name in names}
        for name, own in self.columns.items():
            self.parts[name][:, : len(own)] = features[:, list(own)]
        if self.bias:
            self.parts[names[-1]][:, widths[-1] - 1] = BIAS * math.sqrt(features.shape[1])
        empty = np.flatnonzero(sum((part**2).sum(1) for part in self.parts.values()) == 0)
        if len(empty):
            raise EbitError(
                f"Row {empty[0]} of `x` is zero, and no state stands for it: leave it out, or add "
                "a bias."
            )

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.parts[self.parties[0]])

    def __getitem__(self, rows: int | slice | NDArray[np.int64]) -> "ColumnSplit":
        """Some rows; one number gives data of one row."""
        chosen = object.__new__(type(self))
        chosen.__dict__.update(self.__dict__)
        index = slice(rows, rows + 1 or None) if isinstance(rows, int) else rows
        chosen.parts = {name: part[index] for name, part in self.parts.items()}
        if len(chosen) == 0:
            raise EbitError(f"Data of {len(self)} rows have no row {rows}.")
        return chosen

    @property
    def hops(self) -> int:
        """Borders that a state crosses until it is loaded: one less than the parties with data."""
        return len(self.parties) - 1

    @property
    def holder(self) -> str:
        """Who holds the state when it is loaded: the last party."""
        return self.parties[-1]

    def states(self) -> NDArray[np.complex128]:
        """The same states prepared in one place.

        Returns:
            Amplitudes (rows, N).
        """
        blocks = 2 ** (self.hops.bit_length())
        size = 2**self.qubits // blocks
        joint = np.zeros((len(self), blocks, size), complex)
        for place, part in enumerate(self.parts.values()):
            joint[:, place] = part
        joint = joint.reshape(len(self), -1)  # (rows, N)
        return joint / np.linalg.norm(joint, axis=1, keepdims=True)

    def announce(self, parties: Parties) -> dict[str, NDArray[np.float64]]:
        """Tell party 0 the squared norms of all parts, once per row.

        Args:
            parties: Who sends and writes it down.

        Returns:
            Squared norms (rows,) by party, as party 0 knows them.

        Raises:
            EbitError: If these are no parties.
        """
        PARTIES("parties", parties)
        first, *others = self.parties
        squares = {name: (part**2).sum(axis=1) for name, part in self.parts.items()}
        for name in others:
            squares[name] = parties.send_numbers(name, first, squares[name], tag="norm")
        return squares

    def load(
        self, parties: Parties, squares: Mapping[str, NDArray[np.float64]], copies: int
    ) -> Register:
        """Prepare copies of the state of every row, party by party.

        Args:
            parties: Who sends and writes it down.
            squares: What `announce` gave.
            copies: Copies of each row.

        Returns:
            The register, with the last party.

        Raises:
            EbitError: If the squared norms are not those of all parties.
        """
        PARTIES("parties", parties)
        copies = checks.whole(1)("copies", copies)
        if not isinstance(squares, Mapping) or set(squares) != set(self.parties):
            raise checks.wrong("squares", "what `announce` gave", squares)
        squares = {name: checks.numbers("squares", squares[name]) for name in squares}
        if any(norms.shape != (len(self),) for norms in squares.values()):
            raise EbitError("Argument `squares` must hold one number per row: use `announce`.")
        first, *others = self.parties
        blocks = 2 ** (self.hops.bit_length())
        size = 2**self.qubits // blocks
        start = np.zeros((len(self), blocks, size), complex)
        start[:, : len(self.parties), 0] = np.sqrt(np.stack(list(squares.values()), axis=1))
        start /= np.linalg.norm(start, axis=(1, 2), keepdims=True)
        state = start.reshape(len(self), -1)  # (rows, N)
        register = parties.register(first, state, copies * len(self))
        parties.gate(first, register, lambda psi: self._filled(psi, 0, blocks))
        for place, name in enumerate(others, start=1):
            parties.send_qubits(register, name, tag="load")
            parties.gate(name, register, lambda psi, p=place: self._filled(psi, p, blocks))  # type: ignore[misc]
        return register

    def _filled(
        self, state: NDArray[np.complex128], place: int, blocks: int
    ) -> NDArray[np.complex128]:
        """Turn the first amplitude of one block into the data, by a reflection."""
        part = self.parts[self.parties[place]]
        norms = np.linalg.norm(part, axis=1, keepdims=True)
        target = part / np.where(norms > 0, norms, 1.0)
        target[norms[:, 0] == 0, 0] = 1.0
        axis = -target
        axis[:, 0] += 1.0  # e_0 - v
        square = (axis**2).sum(axis=1, keepdims=True)
        square = np.where(square > 1e-30, square, 1.0)
        joint = state.reshape(len(self), blocks, -1).copy()  # (rows, blocks, N / blocks)
        own = joint[:, place]
        joint[:, place] = own - 2 * axis * ((axis * own).sum(1, keepdims=True) / square)
        return joint.reshape(len(self), -1)  # (rows, N)


def _checked(columns: Mapping[str, Sequence[int]], width: int) -> dict[str, tuple[int, ...]]:
    """The columns of every party; each belongs to exactly one."""
    checks.instance(Mapping, "the columns of every party, as {'alice': [0, 1]}")("columns", columns)
    if not columns:
        raise EbitError("Argument `columns` is empty: name the columns of at least one party.")
    owner: dict[int, str] = {}
    for name, own in columns.items():
        checks.instance(str, "names of parties")("columns", name)
        own = checks.several(checks.whole(), least=0)("columns", own)
        if len(own) == 0:
            raise EbitError(f"Party {name!r} has no column: give it one, or leave it out.")
        for column in own:
            if not 0 <= column < width:
                raise EbitError(
                    f"Party {name!r} has column {column}, but the columns are 0 to {width - 1}."
                )
            if column in owner:
                raise EbitError(
                    f"Column {column} belongs to {owner[column]!r} and to {name!r}: leave one out."
                )
            owner[column] = name
    if len(owner) < width:
        missing = min(set(range(width)) - set(owner))
        raise EbitError(f"Column {missing} belongs to no party: name its owner.")
    return {name: tuple(int(column) for column in own) for name, own in columns.items()}


@checks.takes(
    width=checks.whole(1), parties=checks.several(checks.instance(str, "names of parties"))
)
def even_columns(width: int, parties: Sequence[str]) -> dict[str, list[int]]:
    """Columns in order, spread as evenly as they go.

    Args:
        width: Number of columns.
        parties: Names.

    Returns:
        Places by party.

    Raises:
        EbitError: If there are fewer columns than parties.

    Example:
        >>> even_columns(5, ("alice", "bob"))
        {'alice': [0, 1], 'bob': [2, 3, 4]}
    """
    if width < len(parties):
        raise EbitError(
            f"Data of {width} columns cannot be spread over {len(parties)} parties, each of which "
            "needs one: use fewer parties."
        )
    ends = [width * place // len(parties) for place in range(len(parties) + 1)]
    return {name: list(range(ends[place], ends[place + 1])) for place, name in enumerate(parties)}
