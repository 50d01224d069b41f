"""Training with counted shots: Adam, exponentiated gradient, and all steps from one batch."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ebit import checks
from ebit.communication.costs import MOST_COPIES, copies_for_gradient
from ebit.communication.gradient import gradient
from ebit.communication.inference import check_fit, infer
from ebit.communication.model import ASKED, LayeredModel, Theta
from ebit.communication.parties import Parties, Wire
from ebit.communication.sampling import draw_counts
from ebit.communication.split import ColumnSplit
from ebit.communication.walsh import walsh
from ebit.errors import EbitError, TrainingDivergedError
from ebit.ledger import Ledger

Optimizer = Literal["adam", "eg"]
OPTIMIZERS: tuple[Optimizer, ...] = ("adam", "eg")


MOST_STEPS = 10_000_000
"""Steps of a training."""


@dataclass(frozen=True)
class Fitted:
    """A trained model.

    Attributes:
        model: The model.
        theta: Angles of every layer.
        scale: s of the score s f + c.
        offset: c of it.
        ledger: What was sent.
        losses: Mean loss of the batch at every step, shape (steps,).
    """

    model: LayeredModel
    theta: list[NDArray[np.float64]]
    scale: float
    offset: float
    ledger: Ledger
    losses: NDArray[np.float64]

    def scores(
        self, data: ColumnSplit, *, copies: int | None = None, seed: int = 0
    ) -> NDArray[np.float64]:
        """Scores s f + c of all rows: exact, or from so many copies of each."""
        if copies is None:
            outputs = self.model.output(self.theta, data.states())
        else:
            outputs, _ = infer(self.model, self.theta, data, copies=copies, seed=seed)
        return self.scale * outputs + self.offset

    def accuracy(
        self, data: ColumnSplit, y: ArrayLike, *, copies: int | None = None, seed: int = 0
    ) -> float:
        """Share of the rows whose score has the sign of the label."""
        scores = self.scores(data, copies=copies, seed=seed)
        return float(np.mean(np.where(scores >= 0, 1, -1) == np.asarray(y)))


@checks.takes(
    **ASKED,
    y=checks.numbers,
    shots=checks.maybe(checks.whole(1)),
    steps=checks.whole(0, MOST_STEPS),
    batch=checks.whole(1),
    rate=checks.real(above=0),
    radius=checks.real(above=0),
    scale=checks.real(),
    start=checks.maybe(checks.several(checks.numbers)),
)
def fit(
    model: LayeredModel,
    data: ColumnSplit,
    y: ArrayLike,
    *,
    optimizer: Optimizer = "adam",
    shots: int | None = 32,
    steps: int = 300,
    batch: int = 32,
    rate: float = 0.03,
    radius: float = 12.0,
    scale: float = 1.0,
    start: Theta | None = None,
    score_rate: float | None = None,
    wire: Wire = "direct",
    seed: int = 0,
    ledger: Ledger | None = None,
) -> Fitted:
    r"""Train with a finite number of shots for every output and every derivative.

    $$\ell = (s f + c - y)^2, \quad
    \partial\ell/\partial\theta = 2 s (s \hat f + c - y)\, \widehat{\partial f/\partial\theta}$$

    Output and derivatives are measured on different copies, so that their product is right in the
    mean. The last owner tells the others the counts; all know the labels and keep s and c
    themselves. `adam` moves the angles; `eg` (exponentiated gradient) moves weights of a total of
    `radius` between the angles, so that noise on many angles does not pile up, and gives the mean
    of the second half of the steps.

    Args:
        model: The model.
        data: Training rows.
        y: Labels, -1 or 1, shape (rows,).
        optimizer: `adam` or `eg`.
        shots: Copies for every output and for every layer's derivatives; None for exact values, of
            which nothing is sent.
        steps: Steps.
        batch: Rows of a step, drawn without replacement.
        rate: Step of Adam, or of the exponent of `eg`.
        radius: Largest sum of absolute angles that `eg` adds to the start.
        scale: s at the start.
        start: Angles to begin with; by default those of `model.init(seed)` for `adam`, 0 for `eg`.
        score_rate: Step of s and c; by default `rate`.
        wire: `direct` or `teleport`.
        seed: Seed of all that is random.
        ledger: Where to write; a new one by default.

    Returns:
        The trained model with its ledger.

    Raises:
        EbitError: If an argument is out of range or the labels do not fit.
        TrainingDivergedError: If the loss stops being finite.

    Example:
        >>> import numpy as np
        >>> from ebit.communication import model_for
        >>> x = np.random.default_rng(0).normal(size=(40, 3))
        >>> data = ColumnSplit(x, {"alice": [0, 1], "bob": [2]})
        >>> fitted = fit(model_for(data, 2), data, np.sign(x[:, 0]), steps=5, batch=8)
        >>> from ebit.communication.costs import training_qubits
        >>> fitted.ledger.qubits == training_qubits(
        ...     fitted.model, steps=5, batch=8, shots=32, load_hops=data.hops)
        True

    Source:
        Kivinen and Warmuth, Information and Computation 132, 1 (1997), for `eg`.
    """
    labels = _checked(model, data, y)
    checks.one_of(OPTIMIZERS)("optimizer", optimizer)
    checks.whole(1)("steps", steps)
    batch = min(checks.whole(1)("batch", batch), len(data))
    if shots is not None:
        checks.whole(1, MOST_COPIES)("shots", shots)
    book = Ledger() if ledger is None else ledger
    begun = model.init(seed) if optimizer == "adam" else [0.0 * own for own in model.init(seed)]
    angles = [np.array(own, float) for own in (begun if start is None else start)]
    masks = [layer.free for layer in model.layers]
    mover = _Adam(angles, rate) if optimizer == "adam" else _Weights(angles, masks, rate, radius)
    score = _Adam([np.array([scale, 0.0])], rate if score_rate is None else score_rate)
    rng = np.random.default_rng(seed)
    losses = np.zeros(steps)
    for step in range(steps):
        rows = rng.choice(len(data), batch, replace=False)
        own, (s, c) = data[rows], score.angles[0]
        if shots is None:
            states = own.states()
            outputs = model.output(mover.angles, states)
        else:
            outputs, _ = infer(
                model, mover.angles, own, copies=shots, wire=wire, seed=seed, ledger=book, step=step
            )
        residual = s * outputs + c - labels[rows]
        losses[step] = np.mean(residual**2)
        if not math.isfinite(losses[step]):
            raise TrainingDivergedError(f"The loss is {losses[step]} at step {step}: lower `rate`.")
        weights = 2 * s * residual / batch
        if shots is None:
            slopes = [np.tensordot(weights, g, 1) for g in model.gradient(mover.angles, states)]
        else:
            slopes, _ = gradient(
                model, mover.angles, own, copies=shots, weights=weights, wire=wire, seed=seed,
                ledger=book, step=step,
            )  # fmt: skip
        mover.move(slopes)
        score.move([2 * np.array([np.mean(residual * outputs), np.mean(residual)])])
    s, c = score.angles[0]
    return Fitted(model, mover.final(), float(s), float(c), book, losses)


class _Adam:
    """Adam with the usual decays."""

    def __init__(self, angles: list[NDArray[np.float64]], rate: float) -> None:
        self.angles, self.rate, self.step = angles, rate, 0
        self.means = [0.0 * own for own in angles]
        self.squares = [0.0 * own for own in angles]

    def move(self, slopes: list[NDArray[np.float64]]) -> None:
        """One step."""
        self.step += 1
        for k, slope in enumerate(slopes):
            self.means[k] = 0.9 * self.means[k] + 0.1 * slope
            self.squares[k] = 0.999 * self.squares[k] + 0.001 * slope**2
            mean = self.means[k] / (1 - 0.9**self.step)
            square = self.squares[k] / (1 - 0.999**self.step)
            self.angles[k] = self.angles[k] - self.rate * mean / (np.sqrt(square) + 1e-8)

    def final(self) -> list[NDArray[np.float64]]:
        """The last angles."""
        return self.angles


class _Weights:
    """Exponentiated gradient: weights of both signs of every angle, their sum the radius."""

    def __init__(
        self,
        angles: list[NDArray[np.float64]],
        masks: list[NDArray[np.bool_]],
        rate: float,
        radius: float,
    ) -> None:
        self.start, self.rate, self.radius = angles, rate, radius
        self.exponents = [np.zeros((2, *own.shape)) for own in angles]
        self.masks = masks
        self.history: list[list[NDArray[np.float64]]] = []
        self.angles = self._angles()

    def _angles(self) -> list[NDArray[np.float64]]:
        found = []
        for start, exponent, mask in zip(self.start, self.exponents, self.masks, strict=True):
            weights = np.where(mask, np.exp(exponent - exponent[:, mask].max()), 0.0)
            both = self.radius * weights / weights.sum()
            found.append(start + both[0] - both[1])
        return found

    def move(self, slopes: list[NDArray[np.float64]]) -> None:
        """One step of both signs."""
        for exponent, slope in zip(self.exponents, slopes, strict=True):
            exponent[0] -= self.rate * self.radius * slope
            exponent[1] += self.rate * self.radius * slope
        self.angles = self._angles()
        self.history.append(self.angles)

    def final(self) -> list[NDArray[np.float64]]:
        """The mean over the second half of the steps."""
        half = self.history[len(self.history) // 2 :]
        return [np.mean([own[k] for own in half], axis=0) for k in range(len(self.start))]


@dataclass(frozen=True)
class LastLayer:
    """A last layer trained on means that were measured once.

    Attributes:
        weights: Weight of every mean, shape (P,), sum of absolute values at most the radius.
        features: Measured means of the training rows, shape (rows, P).
        bound: Largest error of a prediction on those rows, with probability 1 - delta.
        ledger: What was sent: nothing more, however many steps follow.
    """

    weights: NDArray[np.float64]
    features: NDArray[np.float64]
    bound: float
    ledger: Ledger


@checks.takes(
    **ASKED,
    y=checks.numbers,
    weight=checks.whole(1),
    radius=checks.real(above=0),
    steps=checks.whole(1, MOST_STEPS),
    rate=checks.real(above=0),
)
def fit_last_layer(
    model: LayeredModel,
    theta: Theta,
    data: ColumnSplit,
    y: ArrayLike,
    *,
    eps: float = 0.1,
    delta: float = 0.05,
    weight: int = 2,
    radius: float = 4.0,
    steps: int = 500,
    rate: float = 0.05,
    copies: int | None = None,
    seed: int = 0,
) -> LastLayer:
    r"""Train a sum of commuting observables on one batch of copies for each row.

    $$m = \lceil 2 \ln(2 D P / \delta)/\epsilon^2 \rceil, \quad
    \hat y = \sum_s w_s \langle Z_s \rangle, \quad \|w\|_1 \le R$$

    All P means of all D rows are within eps, so that every prediction is within R eps, after any
    number of steps: D m n H qubits in all.

    Args:
        model: The fixed layers in front.
        theta: Their angles.
        data: Training rows.
        y: Labels, -1 or 1.
        eps: Largest error of any mean.
        delta: Probability of a larger one.
        weight: Strings of at most this many ones are observables.
        radius: R.
        steps: Steps of exponentiated gradient.
        rate: Its step.
        copies: Copies of each row instead of m.
        seed: Seed of the measurements.

    Returns:
        Weights, measured means, bound and ledger.

    Example:
        >>> import numpy as np
        >>> from ebit.communication import model_for
        >>> data = ColumnSplit([[1.0, 2.0], [2.0, -1.0]], {"alice": [0], "bob": [1]})
        >>> model = model_for(data, 2)
        >>> few = fit_last_layer(model, model.init(), data, [1, -1], steps=1)
        >>> many = fit_last_layer(model, model.init(), data, [1, -1], steps=100)
        >>> few.ledger == many.ledger
        True
    """
    labels = _checked(model, data, y)
    ones = np.bitwise_count(np.arange(model.size))
    strings = np.flatnonzero((ones > 0) & (ones <= weight))
    means = len(data) * len(strings)
    m = copies_for_gradient(eps, delta, means) if copies is None else copies
    checks.whole(1, MOST_COPIES)("copies", m)
    parties = Parties(tuple(dict.fromkeys([*data.parties, *model.owners])))
    rng = np.random.default_rng(seed)
    with parties.during("last layer"):
        register = data.load(parties, data.announce(parties), m)
        model.pass_on(theta, parties, register)
        counts = parties.measure(
            model.owners[-1], register, lambda psi: draw_counts(rng, np.abs(psi) ** 2, m)
        )
    features = walsh(counts)[:, strings] / m
    mover = _Weights([np.zeros(len(strings))], [np.ones(len(strings), bool)], rate, radius)
    for _ in range(steps):
        residual = features @ mover.angles[0] - labels
        mover.move([2 * features.T @ residual / len(labels)])
    return LastLayer(mover.final()[0], features, radius * eps, parties.ledger)


def _checked(model: LayeredModel, data: ColumnSplit, y: ArrayLike) -> NDArray[np.float64]:
    check_fit(model, data)
    labels = checks.real_numbers("y", y)
    if labels.shape != (len(data),) or not np.isin(labels, (-1, 1)).all():
        raise EbitError(
            f"Argument `y` must hold a label -1 or 1 for each of {len(data)} rows, but has shape "
            f"{labels.shape} or other values."
        )
    return labels
