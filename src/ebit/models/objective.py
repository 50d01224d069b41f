"""What a training makes small: losses as values, from targets and read-outs."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, get_args

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.scipy.special import ndtr

from ebit import checks
from ebit.errors import EbitError
from ebit.models.base import CircuitModel, Model
from ebit.models.counts import all_counts, number_of_counts
from ebit.models.readout import ReadOut, check_shots, labels_of, unit_weights

MOST_COUNTS = 64
"""The loss adds up all results of the shots if there are at most so many: 63 shots of two outcomes,
5 of four. Beyond it takes the estimate for normally distributed."""

TargetKind = Literal["two classes", "classes", "numbers"]
"""What a model learns: labels +1 and -1 with one score, 0 to S - 1 with S scores, or numbers."""

Target = Literal["labels", "numbers"]

LossFunction = Callable[[jax.Array, ReadOut], jax.Array]
"""A loss of one's own: targets (batch,) and read-outs to a number per row, (batch,)."""

_LEAST = 1e-20
"""Keeps quotients, roots and logarithms finite at 0, in single precision too."""


def _numbers(name: str, value: Any) -> jax.Array:
    """Real numbers as an array of JAX; one that is an array of JAX already keeps its type."""
    if not isinstance(value, jax.Array):
        return jnp.asarray(checks.numbers(name, value))
    if jnp.issubdtype(value.dtype, jnp.floating) or jnp.issubdtype(value.dtype, jnp.integer):
        return value
    raise EbitError(
        f"Argument `{name}` must be an array of real numbers, but holds {value.dtype}: convert it "
        "first."
    )


@dataclass(frozen=True)
class Loss(ABC):
    """A loss: the mean of a number per row, smaller for a better read-out.

    Attributes:
        name: As in settings and on the command line.
        words: What it is, for people.
        trains_readout: Whether the read-out weights are used and trained under it; otherwise they
            are those of the parity, (1, -1, -1, 1).
        measured: Whether it needs a model in which something is measured.
        kinds: What kinds of targets it is for.
    """

    name: ClassVar[str]
    words: ClassVar[str]
    trains_readout: ClassVar[bool]
    measured: ClassVar[bool] = False
    kinds: ClassVar[tuple[TargetKind, ...]] = ("two classes",)

    @property
    def label_shots(self) -> int | None:
        """Shots of a label that it is about; None if it is about exact expectations."""
        return None

    def __call__(
        self, targets: jax.Array, read_out: ReadOut, weights: jax.Array | None = None
    ) -> jax.Array:
        """The mean over the rows.

        Args:
            targets: Labels +1 and -1, numbers of classes from 0, or numbers, shape (batch,); for
                several numbers (batch, S).
            read_out: What the model says about the rows.
            weights: How much each row counts, (batch,), 1 on average over all rows; by default 1.

        Returns:
            A scalar.

        Raises:
            EbitError: If the arrays do not fit together, or the targets are none of this loss.
        """
        rows = self.of_rows(targets, read_out)
        if weights is None:
            return jnp.mean(rows)
        weights = _numbers("weights", weights)
        if weights.shape != rows.shape:
            raise EbitError(
                f"Argument `weights` must have shape {rows.shape}, one number per row, but has "
                f"shape {weights.shape}."
            )
        return jnp.mean(weights * rows)

    def of_rows(self, targets: jax.Array, read_out: ReadOut) -> jax.Array:
        """The number of every row.

        Args:
            targets: As of the loss.
            read_out: What the model says about the rows.

        Returns:
            Shape (batch,).

        Raises:
            EbitError: If the arrays do not fit together, or the targets are none of this loss.
        """
        read_out = self._checked(read_out)
        return self._of_rows(self._checked_targets(targets, read_out), read_out)

    @abstractmethod
    def _of_rows(self, targets: jax.Array, read_out: ReadOut) -> jax.Array:
        """The number of every row, (batch,), of checked arrays."""

    def _checked(self, read_out: ReadOut) -> ReadOut:
        """A read-out of the shapes that a model gives."""
        checks.instance(ReadOut, "a ReadOut, as models give it")("read_out", read_out)
        scores = _numbers("read_out.scores", read_out.scores)
        if scores.ndim != 2 or 0 in scores.shape:
            raise EbitError(
                "Argument `read_out.scores` must have shape (batch, scores), but has shape "
                f"{scores.shape}."
            )
        if scores.shape[1] > 1 and self.kinds == ("two classes",):
            raise EbitError(
                f"Argument `read_out` has {scores.shape[1]} scores, but the loss {self.name!r} is "
                "for two classes: give one score, or use another loss."
            )
        if not self.measured:
            return read_out._replace(scores=scores)
        if read_out.probabilities is None or read_out.weights is None:
            raise EbitError(
                f"Argument `read_out` has no outcomes, but the loss {self.name!r} is about shots: "
                "give their probabilities and weights, or use mse."
            )
        table = _numbers("read_out.probabilities", read_out.probabilities)
        weights = _numbers("read_out.weights", read_out.weights)
        if table.ndim != 2 or len(table) != len(scores) or weights.shape != (1, table.shape[1]):
            raise EbitError(
                "Argument `read_out` must have probabilities of shape (batch, outcomes) and "
                f"weights of shape (1, outcomes), but they have shapes {table.shape} and "
                f"{weights.shape} with {len(scores)} scores."
            )
        return ReadOut(scores, table, weights)

    def _checked_targets(self, targets: Any, read_out: ReadOut) -> jax.Array:
        """Targets that fit the rows; their values are looked at where they are known."""
        rows, scores = read_out.scores.shape
        shapes = [(rows,), (rows, scores)] if "numbers" in self.kinds else [(rows,)]
        targets = _numbers("targets", targets)
        if targets.shape not in shapes:
            raise EbitError(
                f"Argument `targets` must have shape {' or '.join(map(str, shapes))}, but has "
                f"shape {targets.shape}."
            )
        if "numbers" not in self.kinds and not isinstance(targets, jax.core.Tracer):
            allowed = (-1, 1) if scores == 1 else np.arange(scores)
            fits = np.isin(np.asarray(targets), allowed)
            if not np.all(fits):
                words = "+1 and -1" if scores == 1 else f"from 0 to {scores - 1}"
                raise EbitError(
                    f"Argument `targets` must hold labels {words}, but has "
                    f"{np.asarray(targets)[~fits][0]}."
                )
        return targets

    def positive_probability(self, read_out: ReadOut) -> jax.Array:
        r"""What a read-out that was trained with this loss says about the probability of +1.

        .. math:: p(x) = \frac{1 + \min(\max(E_w(x), -1), 1)}{2}

        Args:
            read_out: What the model says about the rows.

        Returns:
            Shape (batch,).
        """
        return (1 + jnp.clip(self._checked(read_out).scores[:, 0], -1, 1)) / 2

    def class_probabilities(self, read_out: ReadOut) -> jax.Array:
        """What a read-out that was trained with this loss says about all classes.

        Args:
            read_out: What the model says about the rows.

        Returns:
            Shape (batch, classes), in the order of the labels.
        """
        positive = self.positive_probability(read_out)
        return jnp.stack([1 - positive, positive], axis=1)


class QuadraticLoss(Loss):
    """A loss of degree two at most in the scores, so that shots give unbiased gradients of it."""

    def from_two_estimates(
        self, targets: jax.Array, first: jax.Array, second: jax.Array
    ) -> jax.Array:
        """The loss from two independent estimates of the scores, without bias.

        Args:
            targets: Labels +1 and -1, shape (batch,).
            first: Estimated scores, shape (batch,).
            second: The same from other shots.

        Returns:
            A scalar whose mean over the shots is the loss.

        Raises:
            EbitError: If the three are no numbers of one shape.
        """
        targets, first, second = (
            _numbers(name, value)
            for name, value in (("targets", targets), ("first", first), ("second", second))
        )
        if targets.ndim != 1 or not targets.shape == first.shape == second.shape:
            raise EbitError(
                "Arguments `targets`, `first` and `second` must have one shape (batch,), but have "
                f"shapes {targets.shape}, {first.shape} and {second.shape}."
            )
        return self._from_two(targets, first, second)

    @abstractmethod
    def _from_two(self, targets: jax.Array, first: jax.Array, second: jax.Array) -> jax.Array:
        """The loss from two estimates, of checked arrays."""


@dataclass(frozen=True)
class MeanSquaredError(QuadraticLoss):
    r"""Mean squared error :math:`\langle (L - E)^2 \rangle` of labels +1 and -1, or of numbers.

    From two estimates :math:`\langle (L - \hat E_1)(L - \hat E_2) \rangle`: the square of one would
    be too large by its variance. The product is right on average, and can be negative.

    Example:
        >>> loss = MeanSquaredError()
        >>> float(loss(jnp.array([1.0, -1.0]), ReadOut(jnp.array([[1.0], [1.0]]))))
        2.0
        >>> float(loss.from_two_estimates(jnp.ones(1), jnp.array([0.5]), jnp.zeros(1)))
        0.5

    Source:
        Hwang et al., Quantum Sci. Technol. 10 015059.
    """

    name = "mse"
    words = "mean squared difference of label and read-out"
    trains_readout = True
    kinds = ("two classes", "numbers")

    def _of_rows(self, targets: jax.Array, read_out: ReadOut) -> jax.Array:
        """Squared differences, (batch,); their mean over several numbers."""
        if targets.ndim == 2:
            return jnp.mean((targets - read_out.scores) ** 2, axis=1)
        return (targets - read_out.scores[:, 0]) ** 2

    def _from_two(self, targets: jax.Array, first: jax.Array, second: jax.Array) -> jax.Array:
        """Mean of the products of the two differences."""
        return jnp.mean((targets - first) * (targets - second))


@dataclass(frozen=True)
class Product(QuadraticLoss):
    r"""Product loss :math:`-\langle L E \rangle`, with the fixed read-out (1, -1, -1, 1).

    (1 - loss) / 2 is the probability that the parity of one measured pair of bits gives the label:
    for the CHSH data, the probability of winning the game.

    Example:
        >>> loss = Product()
        >>> float(loss(jnp.array([1.0, -1.0]), ReadOut(jnp.array([[1.0], [0.5]]))))
        -0.25
        >>> float(loss.from_two_estimates(jnp.ones(1), jnp.array([0.5]), jnp.zeros(1)))
        -0.25

    Source:
        Kim et al., arXiv:2605.03864.
    """

    name = "product"
    words = "minus the mean product of label and parity"
    trains_readout = False

    @property
    def label_shots(self) -> int:
        """One shot decides."""
        return 1

    def _of_rows(self, targets: jax.Array, read_out: ReadOut) -> jax.Array:
        """Products with a minus sign, (batch,)."""
        return -targets * read_out.scores[:, 0]

    def _from_two(self, targets: jax.Array, first: jax.Array, second: jax.Array) -> jax.Array:
        """It is linear, so the mean of the two estimates does."""
        return -jnp.mean(targets * (first + second)) / 2


@dataclass(frozen=True)
class WrongLabel(Loss):
    r"""Mean probability of a wrong label that is read off N shots.

    The estimate of the score is the mean of N independent draws of :math:`w_o`, and its sign is the
    label, +1 for a tie. With at most `MOST_COUNTS` results c of the shots the probability is

    .. math:: P(+1 \mid x) = \sum_{c:\, w \cdot c \ge 0}
        \frac{N!}{\prod_o c_o!} \prod_o P(o \mid x)^{c_o},

    for the parity a sum over a binomial distribution; one shot gives (1 + product loss) / 2. It
    does not change with small changes of the weights, so their slopes are those of the limit of
    many shots, which is taken for the loss as well beyond `MOST_COUNTS`:

    .. math:: P(\text{wrong} \mid x) = 1 - \Phi\Big(\frac{L E_w \sqrt{N}}{\sigma}\Big), \qquad
        \sigma^2 = \sum_o w_o^2\, P(o \mid x) - E_w^2

    Args:
        shots_per_label: Shots N of a label, 1 to `MAX_SHOTS`.

    Raises:
        EbitError: If it is no number of shots.

    Example:
        >>> read_out = ReadOut(jnp.array([[0.5]]), jnp.array([[0.75, 0.25]]),
        ...                    jnp.array([[1.0, -1.0]]))
        >>> [round(float(WrongLabel(shots)(jnp.ones(1), read_out)), 4) for shots in (1, 3, 1000)]
        [0.25, 0.1562, 0.0]
    """

    shots_per_label: int

    name = "shots"
    words = "probability of a wrong label from the shots"
    trains_readout = True
    measured = True

    def __post_init__(self) -> None:
        check_shots(self.shots_per_label, "shots_per_label")

    @property
    def label_shots(self) -> int:
        """N."""
        return self.shots_per_label

    def _of_rows(self, targets: jax.Array, read_out: ReadOut) -> jax.Array:
        """Probabilities of a wrong label, (batch,)."""
        _, probabilities, weights = read_out
        assert probabilities is not None, "`_checked` refuses a read-out without outcomes"
        assert weights is not None
        if number_of_counts(self.shots_per_label, weights.size) > MOST_COUNTS:
            return self._by_normal(targets, probabilities, weights[0])
        positive = self._by_counts(probabilities, lax.stop_gradient(weights[0]))
        wrong = jnp.where(targets > 0, 1 - positive, positive)
        slope = self._by_normal(targets, lax.stop_gradient(probabilities), weights[0])
        return wrong + slope - lax.stop_gradient(slope)

    def positive_probability(self, read_out: ReadOut) -> jax.Array:
        """Probability that the label read off the shots is +1, (batch,)."""
        read_out = self._checked(read_out)
        return self._of_rows(-jnp.ones(len(read_out.scores)), read_out)

    def _by_counts(self, probabilities: jax.Array, weights: jax.Array) -> jax.Array:
        r"""Probability of the label +1, exact: (batch, outcomes) to (batch,).

        The slope is what the label is worth after all shots but one, and then outcome o:

        .. math:: \frac{\partial P}{\partial P_o} = N \sum_{c:\, w \cdot (c + e_o) \ge 0}
            \frac{(N-1)!}{\prod c!} \prod P^{c}, \qquad
            P = \frac1N \sum_o P_o \frac{\partial P}{\partial P_o}
        """
        shots, outcomes = self.shots_per_label, weights.size
        counts, log_ways = all_counts(shots - 1, outcomes)
        table = jnp.asarray(counts, weights.dtype)  # (counts, outcomes)
        ways = jnp.asarray(log_ways, weights.dtype)
        with_one_more = table[:, None] + jnp.eye(outcomes, dtype=weights.dtype)
        positive = labels_of((with_one_more @ unit_weights(weights)[0])[..., None]) > 0
        p = probabilities.T  # (outcomes, batch)
        logs = jnp.log(jnp.where(p < 0, 0, p) + _LEAST)
        sums = jnp.matmul(table, logs, precision=lax.Precision.HIGHEST)  # (counts, batch)
        share = positive.astype(weights.dtype).T  # (outcomes, counts)
        slopes = jnp.matmul(share, jnp.exp(sums + ways[:, None]), precision=lax.Precision.HIGHEST)
        slopes = lax.stop_gradient(slopes)  # the sum over outcomes has them, not N - 1 times more
        total = jnp.sum(p * slopes, axis=0)
        return lax.stop_gradient(total) + shots * (total - lax.stop_gradient(total))

    def _by_normal(
        self, targets: jax.Array, probabilities: jax.Array, weights: jax.Array
    ) -> jax.Array:
        """Probability of a wrong label if the estimate were normally distributed, (batch,)."""
        # XLA sums along the first axis for all rows at once, and along a short last one slowly.
        p, w = probabilities.T, weights[:, None]  # (outcomes, batch), (outcomes, 1)
        mean = jnp.sum(w * p, axis=0)
        square = jnp.sum(w**2 * p, axis=0)
        variance = jnp.sum((w - mean) ** 2 * p, axis=0)
        least = np.finfo(weights.dtype).eps * square + _LEAST
        sharpness = np.sqrt(self.shots_per_label) * lax.rsqrt(variance + least)
        return ndtr(-targets * mean * sharpness)


@dataclass(frozen=True)
class CrossEntropy(Loss):
    r"""Mean of minus the logarithm of the probability of the right class.

    .. math:: -\Big\langle \ln \frac{e^{s_y}}{\sum_c e^{s_c}} \Big\rangle

    One score s of two classes stands for the scores -s and s of the labels -1 and +1.

    Example:
        >>> read_out = ReadOut(jnp.array([[0.0, 0.0, 0.0], [0.0, 50.0, 0.0]]))
        >>> loss = CrossEntropy()
        >>> [f"{row:.4f}" for row in abs(loss.of_rows(jnp.array([2.0, 1.0]), read_out))]
        ['1.0986', '0.0000']
    """

    name = "cross-entropy"
    words = "mean negative log probability of the right class"
    trains_readout = True
    kinds = ("two classes", "classes")

    def _of_rows(self, targets: jax.Array, read_out: ReadOut) -> jax.Array:
        """Negative logarithms, (batch,)."""
        logs = self._logs(read_out)
        two = read_out.scores.shape[1] == 1
        places = ((targets > 0) if two else targets).astype(int)
        return -jnp.take_along_axis(logs, places[:, None], axis=1)[:, 0]

    def positive_probability(self, read_out: ReadOut) -> jax.Array:
        """That of the label +1, (batch,)."""
        probabilities = self.class_probabilities(read_out)
        if probabilities.shape[1] > 2:
            raise EbitError(
                f"Argument `read_out` has {probabilities.shape[1]} scores, but only two classes "
                "have a positive one: use class_probabilities."
            )
        return probabilities[:, 1]

    def class_probabilities(self, read_out: ReadOut) -> jax.Array:
        """Softmax of the scores, (batch, classes)."""
        return jnp.exp(self._logs(self._checked(read_out)))

    def _logs(self, read_out: ReadOut) -> jax.Array:
        scores = read_out.scores
        if scores.shape[1] == 1:
            scores = jnp.concatenate([-scores, scores], axis=1)  # (batch, 2)
        return jax.nn.log_softmax(scores, axis=1)


@dataclass(frozen=True)
class OwnLoss(Loss):
    """Mean of a function of one's own.

    Args:
        function: JAX function of targets (batch,) and read-outs; a number per row, (batch,).

    Raises:
        EbitError: If it cannot be called, or, once it is, does not give a number per row.

    Example:
        >>> hinge = OwnLoss(lambda targets, read_out: jnp.maximum(
        ...     0, 1 - targets * read_out.scores[:, 0]))
        >>> float(hinge(jnp.array([1.0, -1.0]), ReadOut(jnp.array([[0.5], [0.5]]))))
        1.0
    """

    function: LossFunction

    name = "own"
    words = "a function of one's own"
    trains_readout = True
    kinds = ("two classes", "classes", "numbers")

    def __post_init__(self) -> None:
        checks.function_of("targets", "read-outs")("function", self.function)

    def _of_rows(self, targets: jax.Array, read_out: ReadOut) -> jax.Array:
        """What the function gives, (batch,)."""
        rows = _numbers("loss", self.function(targets, read_out))
        if rows.shape != targets.shape[:1]:
            raise EbitError(
                f"Argument `loss` must be a function to one number per row, shape "
                f"{targets.shape[:1]}, but its result has shape {rows.shape}."
            )
        return rows


LOSSES: dict[str, type[Loss]] = {
    loss.name: loss for loss in (MeanSquaredError, Product, WrongLabel, CrossEntropy)
}
"""Losses by name."""


def make_loss(name: str, *, shots_per_label: int | None = None) -> Loss:
    """A loss from settings.

    Args:
        name: One of `LOSSES`.
        shots_per_label: Shots N of a label, for `shots` only.

    Returns:
        The loss.

    Raises:
        EbitError: If there is no such loss, or `shots_per_label` is out of range, missing or in the
            wrong place.

    Example:
        >>> make_loss("shots", shots_per_label=100)
        WrongLabel(shots_per_label=100)
    """
    checks.one_of(LOSSES)("loss", name)
    if name == WrongLabel.name:
        if shots_per_label is None:
            raise EbitError(
                "Argument `shots_per_label` is missing: the loss 'shots' needs the number of shots "
                "that a label is read off."
            )
        return WrongLabel(shots_per_label)
    if shots_per_label is not None:
        raise EbitError(
            f"Argument `shots_per_label` is for the loss 'shots', but `loss` is {name!r}: leave it "
            "out or use loss 'shots'."
        )
    return LOSSES[name]()


def kind_of_target(model: Model, target: Target = "labels") -> TargetKind:
    """What a model with so many scores learns.

    Args:
        model: Any model.
        target: `labels` of classes, or `numbers`.

    Returns:
        The kind of targets.

    Raises:
        EbitError: If it is no model, or there is no such target.

    Example:
        >>> from ebit.models import DistributedDNN
        >>> kind_of_target(DistributedDNN()), kind_of_target(DistributedDNN(scores=3))
        ('two classes', 'classes')
    """
    checks.instance(Model, "a model, such as ebit.DistributedQCNN")("model", model)
    checks.one_of(get_args(Target))("target", target)
    if target == "numbers":
        return "numbers"
    return "two classes" if model.scores == 1 else "classes"


DEFAULT_LOSSES: dict[TargetKind, str] = {
    "two classes": MeanSquaredError.name,
    "classes": CrossEntropy.name,
    "numbers": MeanSquaredError.name,
}
"""What is made small if nothing else is said."""


def check_objective(
    loss: Loss, model: Model, *, target: Target = "labels", shots: int | None = None
) -> None:
    """Raise unless a model can be trained with a loss.

    Args:
        loss: As `make_loss` returns it.
        model: Any model.
        target: `labels` of classes, or `numbers`.
        shots: Shots per row and circuit of a gradient, or None for exact gradients.

    Raises:
        EbitError: If the loss is about measurements and nothing is measured in the model, or it
            has no estimate from shots and gradients are to come from shots.

    Example:
        >>> from ebit.models import DistributedDNN
        >>> check_objective(make_loss("mse"), DistributedDNN())
    """
    checks.instance(Loss, "a loss of ebit.models.make_loss")("loss", loss)
    kind = kind_of_target(model, target)
    if shots is not None:
        check_shots(shots)
    if kind not in loss.kinds:
        fitting = " or ".join(name for name, other in LOSSES.items() if kind in other.kinds)
        raise EbitError(
            f"Argument `loss` is {loss.name!r}, which is not for {kind}: use {fitting}."
        )
    if loss.measured and isinstance(model, CircuitModel) and not model.tells_outcomes:
        raise EbitError(
            f"Argument `loss` is {loss.name!r}, but the read-out of {model.resource_name!r} does "
            "not write out the outcomes: use mse, or readout 'parity'."
        )
    if loss.measured and not isinstance(model, CircuitModel):
        raise EbitError(
            f"Argument `loss` is {loss.name!r}, but {model.resource_name!r} has nothing that is "
            "measured: use mse, or take a quantum model."
        )
    if shots is not None and model.scores > 1:
        raise EbitError(
            f"Argument `shots` is for models of one score, but this one has {model.scores}: leave "
            "`shots` out."
        )
    if shots is not None and not isinstance(loss, QuadraticLoss):
        raise EbitError(
            f"Argument `loss` is {loss.name!r}, of which shots give no unbiased gradient: leave "
            "`shots` out or use mse."
        )
