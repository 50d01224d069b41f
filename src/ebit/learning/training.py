"""Training: all runs and all steps of a task in one compiled program."""

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Unpack, cast, get_args

import jax
import jax.numpy as jnp
import numpy as np
import optax
from numpy.typing import ArrayLike, NDArray

from ebit import checks
from ebit.errors import EbitError, TrainingDivergedError
from ebit.jax_settings import own_settings
from ebit.learning.checkpoint import Checkpoint
from ebit.learning.checks import Rows, checked_rows
from ebit.learning.compilation_cache import programs_on_disk
from ebit.learning.compiled import CompilingAhead, Shapes, compiled
from ebit.learning.interrupt import delayed_interrupt
from ebit.learning.minibatches import minibatch_indices
from ebit.learning.optimizers import OPTIMIZERS, searches_line
from ebit.learning.program import Evaluator, Program, State, slices
from ebit.learning.progress import Progress, reporting, shown_or_called
from ebit.learning.settings import TrainingOptions, TrainingSettings
from ebit.models import (
    DEFAULT_LOSSES,
    Loss,
    Model,
    OwnLoss,
    Parameters,
    Target,
    kind_of_target,
    make_loss,
)
from ebit.models.checks import check_parameters
from ebit.random_keys import random_key
from ebit.represented import Represented, over_runs
from ebit.shots import check_measured, check_shots

_log = logging.getLogger(__name__)

CHUNK_SECONDS = 0.5
"""Longest time between two looks at progress and Ctrl-C that a training aims at."""

EVERY_SECONDS = 10.0
"""Shortest time between two writes of a checkpoint."""

SHOTS = (1, 10, 100, 1000)
"""Numbers of shots per label for which every training tells its accuracy."""

_SHOTS = 2**32 - 1
"""Tells the random keys of shots from those of the initial parameters."""


@dataclass(frozen=True, repr=False)
class Fit(Represented):
    """What a training produced; every array has the runs on its first axis.

    Attributes:
        parameters: Trained parameters, a pytree.
        curve_steps: Steps (points,) at which the curves were taken.
        train_loss_curve: Mean minibatch loss since the previous point, (runs, points).
        validation_accuracy_curve: (runs, points); NaN for numbers.
        train_loss: Loss over the whole training set at the end, (runs,).
        train_accuracy: Fraction of training labels that are right at the end, (runs,); NaN for
            numbers.
        validation_accuracy: The same over the validation set, (runs,).
        validation_accuracy_at_shots: Expected accuracy over the validation set if labels are read
            off so many shots: numbers of shots (`SHOTS`, and those of the loss) to (runs,); NaN if
            nothing is measured.
        seconds: Wall time of the training program, all runs together, without compilation.
        compile_seconds: Wall time for which the training waited for its compiled programs; little
            if an earlier or equal training of this process brought them along.
        train_rows: Rows of the training data.
        validation_rows: Rows of the validation data.
        precision: Type of the amplitudes, `complex64` or `complex128`.
        train_r2: Explained share of the variance of training numbers at the end, (runs,); NaN for
            labels.
        validation_r2: The same over the validation set, (runs,).
        validation_r2_curve: The same over the steps, (runs, points).
    """

    parameters: Parameters
    curve_steps: NDArray[np.int64]
    train_loss_curve: NDArray[np.float64]
    validation_accuracy_curve: NDArray[np.float64]
    train_loss: NDArray[np.float64]
    train_accuracy: NDArray[np.float64]
    validation_accuracy: NDArray[np.float64]
    validation_accuracy_at_shots: dict[int, NDArray[np.float64]]
    seconds: float
    compile_seconds: float
    train_rows: int
    validation_rows: int
    precision: str
    train_r2: NDArray[np.float64]
    validation_r2: NDArray[np.float64]
    validation_r2_curve: NDArray[np.float64]

    def _facts(self) -> dict[str, object]:
        quality = "r2" if np.isnan(self.validation_accuracy).all() else "accuracy"
        return {
            "runs": len(self.train_loss),
            "steps": int(self.curve_steps[-1]),
            "train_rows": self.train_rows,
            "validation_rows": self.validation_rows,
            "train_loss": over_runs(self.train_loss),
            f"train_{quality}": over_runs(getattr(self, f"train_{quality}")),
            f"validation_{quality}": over_runs(getattr(self, f"validation_{quality}")),
            "seconds": f"{self.seconds:.2f}",
        }


@own_settings
@checks.takes(
    model=checks.instance(Model, "a model such as ebit.DistributedQCNN()"),
    settings=checks.maybe(checks.instance(TrainingSettings, "TrainingSettings or None")),
    checkpoint=checks.maybe(checks.instance(Checkpoint, "an ebit.Checkpoint or None")),
    progress=shown_or_called,
)
def fit(
    model: Model,
    train: tuple[ArrayLike, ArrayLike],
    *,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
    settings: TrainingSettings | None = None,
    shots: int | None = None,
    dtype: Any = jnp.complex64,
    checkpoint: Checkpoint | None = None,
    progress: Progress | bool | None = True,
    sample_weight: ArrayLike | None = None,
    initial: Parameters | None = None,
    start: Parameters | None = None,
    **options: Unpack[TrainingOptions],
) -> Fit:
    r"""Train `runs` copies of a model from different random parameters, all at once.

    All runs see the same minibatches, so that their work stacks into one matrix product; they
    differ in their initial parameters. The same seed gives the same numbers on one machine.

    Args:
        model: The classifier.
        train: Angles (rows, features) in radians and targets (rows,): labels +1 and -1 for a model
            of one score, 0 to S - 1 for S scores; with `target` numbers any numbers, for S scores
            (rows, S).
        validation: The same for validation; the training data if left out.
        settings: How to train; instead of single options.
        shots: Shots per row and circuit: every gradient is estimated with the parameter-shift
            rule, and the loss curve is made of estimates. Accuracies and the final loss are exact
            in any case. Exact gradients if left out.
        dtype: complex64 or complex128.
        checkpoint: Where to keep the state, so that an interrupted training goes on with the
            same numbers; remove it when the result is safe.
        progress: True to show progress where somebody looks (on a terminal or in a notebook),
            False for none, or a function to call between chunks with (steps done, steps in all).
        sample_weight: How much each row of training data counts in the gradients, (rows,), at
            least 0; only ratios count. Equal by default; not with shots.
        initial: Parameters of one run to start all runs from, instead of random ones.
        start: Parameters of an earlier fit with as many runs, instead of random ones.
        **options: Any settings of `TrainingSettings`; None or left out: by default, which is one
            run, and all rows in a minibatch. `optimizer` may also be any Optax optimiser;
            `learning_rate`, `b1`, `b2` and `schedule` are not used with one. `loss` may also be a
            JAX function of targets (batch,) and the `ReadOut` of the model to a number per row.

    Returns:
        Trained parameters, curves and final numbers of every run.

    Raises:
        EbitError: If an argument is out of range or shapes do not fit.
        TrainingDivergedError: If the loss stops being finite.
        KeyboardInterrupt: If interrupted; the checkpoint, if any, has been written.

    Example:
        >>> import ebit
        >>> from ebit.data import load
        >>> data = load("chsh")
        >>> result = fit(
        ...     ebit.DistributedQCNN(qubits=2, depth=2, resource=ebit.BellPairs(1)),
        ...     (data.x_train, data.y_train), steps=10, runs=3,
        ... )
        >>> result.validation_accuracy.shape
        (3,)
    """
    try:
        double = jnp.dtype(dtype) == jnp.complex128
        single = jnp.dtype(dtype) == jnp.complex64
    except TypeError:
        double = single = False
    if not double and not single:
        raise checks.wrong("dtype", "complex64 or complex128", dtype)
    real = np.dtype(np.float64 if double else np.float32)
    optimizer, own_loss = _taken_objects(options)
    if settings is not None and options:
        raise EbitError(
            f"Argument `settings` holds all options: leave out `{next(iter(options))}`."
        )
    chosen = settings.target if settings is not None else options.get("target")
    target = cast(Target, chosen or "labels")
    checks.one_of(get_args(Target))("target", target)
    train_rows = checked_rows(train, "train", model, real, target)
    validation_rows = checked_rows(
        train if validation is None else validation, "validation", model, real, target
    )
    rows = len(train_rows[1])
    if settings is None:
        loss = DEFAULT_LOSSES[kind_of_target(model, target)]
        given = {name: value for name, value in options.items() if value is not None}
        settings = TrainingSettings.for_rows(
            rows, {"runs": 1, "batch_size": rows, "loss": loss, **given}
        )
    settings.check_rows(rows)
    if optimizer is None:
        searches = OPTIMIZERS[settings.optimizer].searches
    else:
        searches = searches_line(optimizer)
    if searches:
        settings.check_all_rows(rows)
    if shots is not None:
        check_shots(shots)
        check_measured(model)
        if searches:
            raise EbitError(
                "Argument `optimizer` is one that searches a line, which needs exact losses: leave "
                "`shots` out, or use another optimizer."
            )
    weights = None if sample_weight is None else _checked_weights(sample_weight, rows, shots)
    if initial is not None:
        check_parameters(model.init, initial)
    program = Program.of(model, settings, optimizer=optimizer, loss=own_loss, shots=shots)
    with jax.enable_x64(double), reporting(progress, model.resource_name) as report:
        with programs_on_disk():
            keys = jax.random.split(random_key(settings.seed), settings.runs)
            training = _Training(
                program,
                train_rows,
                validation_rows,
                state=program.initial_state(keys, real, start)
                if initial is None
                else program.state_from(initial, settings.runs, real),
                settings=settings,
                weights=None if weights is None else weights.astype(real),
            )
        result = training.run(checkpoint, report)
    words = "%s: %d runs of %d steps on %d rows in %.1f s, compiled in %.1f s"
    _log.info(
        words,
        model.resource_name,
        settings.runs,
        settings.steps,
        rows,
        result.seconds,
        result.compile_seconds,
    )
    return result


def _taken_objects(
    options: TrainingOptions,
) -> tuple[optax.GradientTransformation | None, Loss | None]:
    """An optimiser and a loss that are no names, taken out of the options."""
    optimizer, loss = options.get("optimizer"), options.get("loss")
    if isinstance(optimizer, optax.GradientTransformation):
        del options["optimizer"]
    elif optimizer is None or isinstance(optimizer, str):
        optimizer = None
    else:
        words = "a name, or an Optax optimiser that is made already, as in optax.adam(0.01)"
        raise checks.wrong("optimizer", words, optimizer)
    if loss is None or isinstance(loss, str):
        return optimizer, None
    if not callable(loss):
        raise checks.wrong("loss", "a name, or a function of targets and read-outs", loss)
    del options["loss"]
    if isinstance(loss, Loss):
        return optimizer, loss
    return optimizer, OwnLoss(checks.function_of("targets", "read-outs")("loss", loss))


def _shots_told(settings: TrainingSettings) -> Sequence[int]:
    """Numbers of shots for which a training tells its accuracy: its own is one of them."""
    own = settings.shots_per_label
    return SHOTS if own is None or own in SHOTS else (*SHOTS, own)


def accuracy_of_loss(result: Fit, settings: TrainingSettings) -> NDArray[np.float64] | None:
    """Accuracy of every run at the shots that its loss is about: it says which run is the best.

    Args:
        result: What came of the training.
        settings: How it was trained.

    Returns:
        Shape (runs,); None if the loss is about exact expectations, or nothing is measured.
    """
    shots = make_loss(settings.loss, shots_per_label=settings.shots_per_label).label_shots
    if shots is None:
        return None
    found = result.validation_accuracy_at_shots[shots]
    return None if np.isnan(found).any() else found


def _checked_weights(sample_weight: ArrayLike, rows: int, shots: int | None) -> NDArray[np.float64]:
    """Weights of rows whose mean is 1."""
    weights = checks.real_numbers("sample_weight", sample_weight)
    if weights.shape != (rows,) or np.any(weights < 0) or not weights.sum() > 0:
        raise EbitError(
            f"Argument `sample_weight` must hold a number of at least 0 for each of the {rows} "
            "rows, not all of them 0."
        )
    if shots is not None:
        raise EbitError("Argument `sample_weight` is for exact gradients: leave `shots` out.")
    found: NDArray[np.float64] = weights / weights.mean()
    return found


def compile_trainings(
    trainings: Sequence[tuple[Model, TrainingSettings]], rows: int, validation_rows: int
) -> CompilingAhead:
    """Begin to compile the programs of several trainings, in the order in which they will run.

    A training whose program cannot be made is left out: its own `fit` says why.

    Args:
        trainings: Models, and how each is trained.
        rows: Rows of training data.
        validation_rows: Rows of validation data.

    Returns:
        A context for the trainings: `fit` waits for programs that are not yet there, and at the
        end of the context nothing new is begun.
    """
    shapes = []
    for model, settings in trainings:
        with suppress(EbitError):
            program = Program.of(model, settings)
            shapes.append(Shapes.of(program, np.dtype(np.float32), settings, rows, validation_rows))
    return CompilingAhead(shapes)


class _Training:
    """One training, chunk by chunk; curves, checks, checkpoint and progress in between."""

    def __init__(
        self,
        program: Program,
        train: Rows,
        validation: Rows,
        *,
        state: State,
        settings: TrainingSettings,
        weights: NDArray[Any] | None = None,
    ) -> None:
        started = time.perf_counter()
        encoded = (program.encode(train[0]), jax.device_put(train[1]))
        measured = ((jax.device_put(train[0]),), encoded[1])
        inputs = encoded if program.shots is None else measured
        self._data = (*inputs, None if weights is None else jax.device_put(weights))
        self._validation_rows = len(validation[1])
        other = (program.encode(validation[0]), jax.device_put(validation[1]))
        self._settings, self._steps = settings, settings.steps
        self._is_exact = program.shots is None
        self._key = jax.random.fold_in(random_key(settings.seed), _SHOTS)
        self._every = every = min(settings.validate_every, settings.steps)
        self._state, self._done, self._seconds, self._chunk_size = state, 0, 0.0, 1
        runs = jax.tree.leaves(state)[0].shape[0]
        self._losses = jax.device_put(np.zeros((every, runs), self._data[1].dtype))
        self._indices = jax.device_put(self._minibatches(0))
        self._curves: dict[str, list[Any]] = {"steps": [], "loss": [], "accuracy": [], "r2": []}
        real = self._losses.dtype
        counts = (len(train[1]), len(validation[1]))
        shapes = Shapes.of(program, real, settings, *counts, weighted=weights is not None)
        programs = compiled(shapes)
        self._chunk = programs.steps
        parts = [slices(*data, shapes.slice_rows) for data in (encoded, other)]
        self._on_train, self._on_validation = (
            Evaluator(programs.evaluate, p, program.target) for p in parts
        )
        self._compile_seconds = time.perf_counter() - started

    def run(self, checkpoint: Checkpoint | None, progress: Progress | None) -> Fit:
        """Train to the end, from the checkpoint if there is one."""
        if checkpoint is not None:
            self._restore(checkpoint)
        written = time.perf_counter()
        with delayed_interrupt() as interruption:
            while self._done < self._steps:
                self._advance()
                if progress is not None:
                    progress(self._done, self._steps)
                due = time.perf_counter() - written > EVERY_SECONDS
                if checkpoint is not None and (interruption.requested or due):
                    self._save(checkpoint)
                    written = time.perf_counter()
                if interruption.requested:
                    raise KeyboardInterrupt
        return self._result()

    def _minibatches(self, first: int) -> NDArray[np.int32]:
        rows = len(self._data[1])
        return minibatch_indices(self._settings, rows, first, self._every)

    def _key_of(self, first: int) -> jax.Array:
        """Random key of the shots of an interval, a function of the seed and the step alone.

        Exact gradients draw nothing, so one key does for all intervals of theirs.
        """
        return self._key if self._is_exact else jax.random.fold_in(self._key, first)

    def _advance(self) -> None:
        """One chunk of about a second, never past the end of an interval of the curves."""
        started = time.perf_counter()
        first = self._done % self._every
        begin = self._done - first
        last = min(first + self._chunk_size, self._every, self._steps - begin)
        if first == 0:
            self._indices = jax.device_put(self._minibatches(begin))
        key = self._key_of(begin)
        self._state, self._losses = jax.block_until_ready(
            self._chunk(self._state, self._losses, self._indices, first, last, self._data, key)
        )
        self._done = begin + last
        losses = np.asarray(self._losses[:last], np.float64)
        self._check_finite(losses, begin)
        if last == self._every or self._done == self._steps:
            found = self._on_validation(self._state[0])
            self._curves["steps"].append(self._done)
            self._curves["loss"].append(losses.mean(axis=0).tolist())
            self._curves["accuracy"].append(found.accuracy.tolist())
            self._curves["r2"].append(found.r2.tolist())
        elapsed = time.perf_counter() - started
        self._seconds += elapsed
        if elapsed < CHUNK_SECONDS / 2:
            self._chunk_size = min(2 * self._chunk_size, self._every)

    def _check_finite(self, losses: NDArray[np.float64], begin: int) -> None:
        bad = ~np.isfinite(losses)
        if bad.any():
            step = begin + int(np.flatnonzero(bad.any(axis=1))[0]) + 1
            runs = ", ".join(str(run) for run in np.flatnonzero(bad.any(axis=0)))
            raise TrainingDivergedError(
                f"Training diverged: the loss is not finite at step {step} (run {runs}). "
                "Use a smaller learning rate."
            )

    def _save(self, checkpoint: Checkpoint) -> None:
        _log.debug("checkpoint at step %d: %s", self._done, checkpoint.path)
        position = {"done": self._done, "seconds": self._seconds, "curves": self._curves}
        checkpoint.save((self._state, self._losses), position)

    def _restore(self, checkpoint: Checkpoint) -> None:
        saved = checkpoint.load((self._state, self._losses))
        if saved is not None:
            self._state, self._losses = jax.tree.map(jnp.asarray, saved[0])
            position = saved[1]
            if not {"done", "seconds", "curves"} <= position.keys():
                raise EbitError(
                    f"Checkpoint {str(checkpoint.path)!r} is of another version: delete it, and "
                    "the training starts anew."
                )
            self._done, self._seconds = position["done"], position["seconds"]
            self._curves = {"r2": [], **position["curves"]}
            first = self._done % self._every
            self._indices = jax.device_put(self._minibatches(self._done - first))

    def _result(self) -> Fit:
        parameters = self._state[0]
        train, validation = self._on_train(parameters), self._on_validation(parameters)
        self._check_finite(train.loss[None], self._steps - 1)
        return Fit(
            parameters=jax.tree.map(np.asarray, parameters),
            curve_steps=np.array(self._curves["steps"], np.int64),
            train_loss_curve=np.array(self._curves["loss"]).T,
            validation_accuracy_curve=np.array(self._curves["accuracy"]).T,
            train_loss=train.loss,
            train_accuracy=train.accuracy,
            validation_accuracy=validation.accuracy,
            validation_accuracy_at_shots={
                shots: validation.accuracy_at_shots(shots) for shots in _shots_told(self._settings)
            },
            seconds=self._seconds,
            compile_seconds=self._compile_seconds,
            train_rows=len(self._data[1]),
            validation_rows=self._validation_rows,
            precision=str(np.result_type(self._data[1].dtype, np.complex64)),
            train_r2=train.r2,
            validation_r2=validation.r2,
            validation_r2_curve=np.array(self._curves["r2"]).T,
        )
