"""Gradients from copies that travel forth and back, in four ways."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ebit import checks
from ebit.communication.costs import (
    MOST_COPIES,
    angles_of,
    copies_for_gradient,
    copies_for_shift,
    count_bits,
)
from ebit.communication.inference import check_fit
from ebit.communication.layers import State, stack_angles
from ebit.communication.model import ASKED, LayeredModel, Theta, mean_of_z, with_ancilla
from ebit.communication.parties import Parties, Register, Wire
from ebit.communication.sampling import draw_counts, draw_signs
from ebit.communication.shadow import shadow_gradient
from ebit.communication.split import ColumnSplit
from ebit.communication.walsh import walsh
from ebit.ledger import Ledger

Method = Literal["commuting", "shift", "repeat", "shadow_emulated"]
METHODS: tuple[Method, ...] = ("commuting", "shift", "repeat", "shadow_emulated")

Gradient = list[NDArray[np.float64]]


@checks.takes(**ASKED)
def gradient(
    model: LayeredModel,
    theta: Theta,
    data: ColumnSplit,
    *,
    eps: float = 0.1,
    delta: float = 0.05,
    copies: int | None = None,
    method: Method = "commuting",
    weights: NDArray[np.float64] | None = None,
    wire: Wire = "direct",
    seed: int = 0,
    ledger: Ledger | None = None,
    step: int = 0,
) -> tuple[Gradient, Ledger]:
    r"""Estimate the derivatives of the output by all angles, each with the party that owns it.

    With $\chi = (\vert 0\rangle\mu + \vert 1\rangle\nu)/\sqrt2$, $\mu$ the state behind layer k and
    $\nu$ what the measured Z becomes when it is taken back to there,

    $$\partial f / \partial \theta_{k,s} = -\langle\chi\vert Y \otimes Z_s \vert \chi\rangle .$$

    `commuting` reads all derivatives of a layer off the same copies, and needs layers whose
    generators commute. `shift` measures two shifted outputs for every angle. `repeat` spends fresh
    copies on every angle. `shadow_emulated` follows shadow tomography with threshold search, whose
    gentle measurements are emulated: its entries are marked, and it is for at most 7 qubits.

    Args:
        model: The model.
        theta: Angles of every layer.
        data: Rows, spread over the parties.
        eps: Largest error of any derivative.
        delta: Probability of a larger one.
        copies: Copies of each row instead of those that follow from `eps` and `delta`.
        method: See above.
        weights: One factor for each row: the weighted sum over rows is returned.
        wire: `direct` or `teleport`.
        seed: Seed of the measurements.
        ledger: Where to write; a new one by default.
        step: Step of the entries.

    Returns:
        For every layer the derivatives, shape (rows, ...), or of the shape of its angles with
        `weights`; and the ledger.

    Raises:
        EbitError: If model and data do not fit, or an argument is out of range.
        UnsupportedError: If the model does not allow the method.

    Example:
        >>> from ebit.communication import ColumnSplit, walsh_model
        >>> data = ColumnSplit([[1.0, 2.0, 3.0]], {"alice": [0, 1, 2]}, standardise=False)
        >>> model = walsh_model(2, 4, ("alice", "bob"))
        >>> derivatives, ledger = gradient(model, model.init(), data)
        >>> derivatives[0].shape, ledger.qubits
        ((1, 4), 51870)

    Source:
        Gilboa et al., arXiv:2310.07136, problem 2; commuting generators: Bowles, Wierichs and
        Park, arXiv:2306.14962.
    """
    check_fit(model, data)
    checks.one_of(METHODS)("method", method)
    angles = angles_of(model)
    rule = copies_for_shift if method == "shift" else copies_for_gradient
    m = (
        rule(eps, delta, angles)
        if copies is None
        else checks.whole(1, MOST_COPIES)("copies", copies)
    )
    parties = Parties(tuple(dict.fromkeys([*data.parties, *model.owners])), wire, ledger)
    with parties.during("gradient", step):
        squares = data.announce(parties)
        rng = np.random.default_rng([seed, step, 1])
        run = _Run(model, theta, data, parties, squares, m, eps, delta, rng, weights)
        found = [_LAYER[method](run, place) for place in range(len(model.layers))]
    return found, parties.ledger


@dataclass(frozen=True)
class _Run:
    """What all methods need."""

    model: LayeredModel
    theta: Theta
    data: ColumnSplit
    parties: Parties
    squares: Mapping[str, NDArray[np.float64]]
    copies: int
    eps: float
    delta: float
    rng: np.random.Generator
    weights: NDArray[np.float64] | None

    def returned(self, place: int, copies: int, parties: Parties | None = None) -> Register:
        """Copies that have gone to the end, met the ancilla, and come back to one layer."""
        parties = self.parties if parties is None else parties
        register = self.data.load(parties, self.squares, copies)
        self.model.pass_on(self.theta, parties, register)
        parties.gate(self.model.owners[-1], register, with_ancilla, new_qubits=1)
        self.model.take_back(self.theta, parties, register, place)
        return register

    def angles(self, place: int) -> NDArray[np.float64]:
        """Angles of one layer."""
        return stack_angles(self.model.layers, self.theta)[place]

    def summed(self, found: NDArray[np.float64]) -> NDArray[np.float64]:
        """Over the rows, if there are weights."""
        return found if self.weights is None else np.tensordot(self.weights, found, 1)


def _commuting(run: _Run, place: int) -> NDArray[np.float64]:
    """All derivatives of one layer from one histogram for each row."""
    layer, size = run.model.layers[place], run.model.size
    register = run.returned(place, run.copies)

    def read(chi: State) -> NDArray[np.float64]:
        counts = draw_counts(run.rng, np.concatenate(layer.outcomes(chi), axis=1), run.copies)
        return counts[:, :size] - counts[:, size:]

    histogram = run.parties.measure(run.model.owners[place], register, read)
    return np.where(layer.free, -walsh(run.summed(histogram)) / run.copies, 0.0)


def _repeat(run: _Run, place: int) -> NDArray[np.float64]:
    """Fresh copies for every angle; they all take the same way."""
    layer = run.model.layers[place]
    register = run.returned(place, run.copies * int(layer.free.sum()))
    means = run.parties.measure(
        run.model.owners[place], register, lambda chi: layer.derivatives(run.angles(place), chi)
    )
    return run.summed(np.where(layer.free, draw_signs(run.rng, means, run.copies), 0.0))


def _shift(run: _Run, place: int) -> NDArray[np.float64]:
    """Two outputs for every angle, shifted by a quarter turn each way."""
    model, parties, last = run.model, run.parties, run.model.owners[-1]
    layer, angles = model.layers[place], stack_angles(model.layers, run.theta)
    found = np.zeros((len(run.data), *layer.shape))
    for index in zip(*np.nonzero(layer.free), strict=True):
        for sign in (1, -1):
            moved = [own.copy() for own in angles]
            moved[place][index] += sign * math.pi / 2
            register = run.data.load(parties, run.squares, run.copies)
            model.pass_on(moved, parties, register)
            means = parties.measure(
                last, register, lambda psi: draw_signs(run.rng, mean_of_z(psi), run.copies)
            )
            found[(slice(None), *index)] += sign * means / 2
    if model.owners[place] != last:
        number = 2 * int(layer.free.sum()) * len(run.data)
        width = count_bits(run.copies)
        parties.send_bits(last, model.owners[place], width, copies=number, tag="count")
    return run.summed(found)


def _shadow(run: _Run, place: int) -> NDArray[np.float64]:
    """Emulated shadow tomography of one layer, row by row."""
    layer, owner = run.model.layers[place], run.model.owners[place]
    quiet = Parties(run.parties.names)  # the state itself; what it costs is written below
    register = run.returned(place, 1, quiet)
    states = quiet.measure(owner, register, lambda chi: chi)
    delta = run.delta / (len(run.model.layers) * len(states))
    found = np.zeros((len(states), *layer.shape))
    for row, chi in enumerate(states):
        found[row], copies = shadow_gradient(
            layer, run.angles(place), chi, eps=run.eps, delta=delta, rng=run.rng
        )
        for entry in quiet.ledger:
            run.parties.repeat(entry, copies, emulated=True)
    return run.summed(found)


_LAYER = {
    "commuting": _commuting,
    "shift": _shift,
    "repeat": _repeat,
    "shadow_emulated": _shadow,
}
