"""The compiled programs of one training task."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax
from jaxtyping import Array, Float, Int, Shaped
from numpy.typing import NDArray

from ebit.engine.base import Encoded
from ebit.errors import EbitError
from ebit.learning.gradient import batch_gradient
from ebit.learning.optimizers import optimizer_named
from ebit.learning.settings import TrainingSettings
from ebit.models import (
    Loss,
    Model,
    Parameters,
    ReadOut,
    Target,
    check_objective,
    labels_of,
    make_loss,
)
from ebit.shots import accuracy_at_shots

State = tuple[Parameters, optax.OptState]
"""Parameters and optimiser state of all runs, runs on the first axis of every leaf."""


@dataclass(frozen=True)
class Slice:
    """Rows of a data set for evaluation, padded to a fixed number.

    Attributes:
        encoded: What the model's `encode` returned, padded.
        labels: Targets, padded.
        weight: 1 for a row, 0 for padding.
    """

    encoded: Encoded
    labels: Shaped[Array, "rows ..."]
    weight: Shaped[Array, " rows"]


def training_operations(model: Model, settings: TrainingSettings) -> int:
    """Floating-point operations of a training, all runs together.

    A step costs about three forward evaluations (the backward pass is two).

    Args:
        model: What is trained.
        settings: How.

    Returns:
        Their number, to leading order.
    """
    return 3 * model.operations(settings.batch_size) * settings.steps * settings.runs


def slices(encoded: Encoded, labels: Shaped[Array, "all ..."], size: int) -> list[Slice]:
    """Cut a data set into slices of `size` rows, the last one padded."""
    parts, targets = [np.asarray(part) for part in encoded], np.asarray(labels)
    result = []
    for start in range(0, len(labels), size):
        places = np.arange(start, start + size)
        rows = np.minimum(places, len(labels) - 1)
        weight = (places < len(labels)).astype(targets.dtype)
        cut = tuple(jax.device_put(part[rows]) for part in parts)
        result.append(Slice(cut, jax.device_put(targets[rows]), jax.device_put(weight)))
    return result


def optimizer_of(settings: TrainingSettings) -> optax.GradientTransformation:
    """The optimiser that the settings describe.

    Equal settings give the same object, so that equal tasks share their compiled programs; steps
    count with a schedule only.
    """
    steps = settings.steps if settings.schedule != "constant" else None
    return optimizer_named(
        settings.optimizer, settings.learning_rate, settings.b1, settings.b2, steps
    )


def _given(start: Parameters, like: Parameters) -> Parameters:
    """Given parameters, if they have the shapes of those that they replace."""
    given = jax.tree.map(jnp.asarray, start)
    shapes = [jax.tree.map(jnp.shape, leaves) for leaves in (given, like)]
    if shapes[0] != shapes[1]:
        raise EbitError(
            "Argument `start` must hold parameters of this model for as many runs: give those of "
            "a fit with the same settings."
        )
    return jax.tree.map(lambda new, old: new.astype(old.dtype), given, like)


@dataclass(frozen=True)
class Program:
    """Pure functions of a task: initial state, optimiser steps, evaluation.

    Args:
        model: The classifier.
        optimizer: Optax optimiser.
        loss: What is made small.
        shots: Shots per row and circuit of a gradient; None for exact gradients.
        target: Whether targets are labels or numbers.
    """

    model: Model
    optimizer: optax.GradientTransformation
    loss: Loss
    shots: int | None = None
    target: Target = "labels"

    @classmethod
    def of(
        cls,
        model: Model,
        settings: TrainingSettings,
        *,
        optimizer: optax.GradientTransformation | None = None,
        loss: Loss | None = None,
        shots: int | None = None,
    ) -> "Program":
        """That of a training; equal settings give equal programs.

        Args:
            model: The classifier.
            settings: How it is trained.
            optimizer: Optax optimiser instead of that of the settings.
            loss: Loss instead of that of the settings.
            shots: Shots per row and circuit of a gradient.

        Raises:
            EbitError: If the loss does not fit the model.
        """
        if loss is None:
            loss = make_loss(settings.loss, shots_per_label=settings.shots_per_label)
        check_objective(loss, model, target=settings.target, shots=shots)
        return cls(model, optimizer or optimizer_of(settings), loss, shots, settings.target)

    @property
    def target_shape(self) -> tuple[int, ...]:
        """Shape of the target of a row: several numbers, or one."""
        several = self.target == "numbers" and self.model.scores > 1
        return (self.model.scores,) if several else ()

    def state_from(self, parameters: Parameters, runs: int, real: np.dtype[Any]) -> State:
        """The same parameters for every run, and the optimiser's state for them."""
        stacked = jax.tree.map(
            lambda leaf: jax.device_put(np.stack([np.asarray(leaf, real)] * runs)), parameters
        )
        return stacked, self._initial_moments(stacked)

    def initial_state(
        self, keys: jax.Array, real: np.dtype[Any], start: Parameters | None = None
    ) -> State:
        """Random or given parameters of every run (one key each), and the optimiser's state.

        Not to be compiled as a whole: XLA would generate the random numbers anew for every leaf.
        """
        parameters = jax.vmap(lambda key: self.model.init(key, real))(keys)
        if start is not None:
            parameters = _given(start, parameters)
        return parameters, self._initial_moments(parameters)

    @partial(jax.jit, static_argnums=0)
    def _initial_moments(self, parameters: Parameters) -> optax.OptState:
        return jax.vmap(self.optimizer.init)(parameters)

    @partial(jax.jit, static_argnums=0)
    def encode(self, x: Float[Array, "batch features"]) -> Encoded:
        """Everything that depends on the data only."""
        return self.model.encode(x)

    @partial(jax.jit, static_argnums=0, donate_argnums=(1, 2))
    def steps(
        self,
        state: State,
        losses: Float[Array, "interval runs"],
        indices: Int[Array, "interval batch"],
        first: int | Int[Array, ""],
        last: int | Int[Array, ""],
        data: tuple[Encoded, jax.Array, jax.Array | None],
        key: jax.Array,
    ) -> tuple[State, Float[Array, "interval runs"]]:
        """Optimiser steps `first` ... `last` - 1 of an interval, for all runs.

        Args:
            state: Parameters and optimiser state.
            losses: Minibatch losses of the interval so far, (interval, runs).
            indices: Rows of every minibatch of the interval, (interval, batch).
            first: First step.
            last: Step to stop before.
            data: Training inputs, labels and, if rows count differently, their weights (rows,):
                inputs encoded, or as angles (rows, features) for shots.
            key: Random key of the interval; used with shots only.

        Returns:
            The state and the losses with these steps filled in.
        """
        inputs, labels, weights = data
        runs = losses.shape[1]
        update = optax.with_extra_args_support(self.optimizer).update

        def step(number: jax.Array, carry: tuple[State, jax.Array]) -> tuple[State, jax.Array]:
            (parameters, moments), losses = carry
            rows = indices[number]
            batch = tuple(part[rows] for part in inputs)
            keys = jax.random.split(jax.random.fold_in(key, number), runs)
            of_rows = None if weights is None else weights[rows]
            values, gradients = self._over_runs(
                lambda run, key: batch_gradient(
                    self.model,
                    self.loss,
                    run,
                    batch,
                    labels[rows],
                    shots=self.shots,
                    key=key,
                    weights=of_rows,
                ),
                parameters,
                keys,
            )

            def value_of(run: Parameters) -> Float[Array, ""]:
                read_out = self.model.read_out(run, batch, trained_readout=self.loss.trains_readout)
                return self.loss(labels[rows], read_out, of_rows)

            def move(
                gradient: Parameters, moments: optax.OptState, run: Parameters, value: Any
            ) -> Any:
                updates, moments = update(
                    gradient, moments, run, value=value, grad=gradient, value_fn=value_of
                )
                return optax.apply_updates(run, updates), moments

            parameters, moments = jax.vmap(move)(gradients, moments, parameters, values)
            return (parameters, moments), losses.at[number].set(values)

        return lax.fori_loop(first, last, step, (state, losses))

    @partial(jax.jit, static_argnums=0)
    def evaluate(
        self,
        parameters: Parameters,
        encoded: Encoded,
        labels: Shaped[Array, "rows ..."],
        weight: Shaped[Array, " rows"],
    ) -> tuple[Float[Array, " runs"], Float[Array, " runs"], ReadOut]:
        """Sums over a slice, (runs,) each: right labels, loss times rows; and the read-outs.

        No label of a number is right.
        """

        def run(
            parameters: Parameters,
        ) -> tuple[Float[Array, ""], Float[Array, ""], ReadOut]:
            read_out = self.model.read_out(
                parameters, encoded, trained_readout=self.loss.trains_readout
            )
            right = jnp.zeros_like(weight)
            if self.target == "labels":
                right = (labels_of(read_out.scores) == labels).astype(weight.dtype)
            rows = self.loss.of_rows(labels, read_out)
            return jnp.sum(weight * right), jnp.sum(weight * rows), read_out

        return self._over_runs(run, parameters)

    def _over_runs(self, function: Callable[..., Any], *trees: Any) -> Any:
        """A function of every run, side by side or one after the other.

        A single run has no axis inside, which for many QPUs would cost half a step more.
        """
        if len(jax.tree.leaves(trees)[0]) == 1:
            found = function(*jax.tree.map(lambda leaf: leaf[0], trees))
            return jax.tree.map(lambda leaf: leaf[None], found)
        if self.model.stacks_runs:
            return jax.vmap(function)(*trees)
        return lax.map(lambda parts: function(*parts), trees)


@dataclass(frozen=True)
class Evaluation:
    """Accuracy or R^2, loss and read-outs of all runs over a data set.

    Attributes:
        accuracy: Fraction of right labels at infinitely many shots, (runs,); NaN for numbers.
        loss: Mean loss, (runs,).
        read_out: Read-outs with the runs on the first axis: scores (runs, rows, S), and, if
            something is measured, probabilities (runs, rows, outcomes) and weights
            (runs, S, outcomes).
        labels: Targets, (rows,) or (rows, S).
        target: Whether these are labels or numbers.
    """

    accuracy: NDArray[np.float64]
    loss: NDArray[np.float64]
    read_out: ReadOut
    labels: NDArray[Any]
    target: Target = "labels"

    @property
    def r2(self) -> NDArray[np.float64]:
        r"""Explained share of the variance of numbers, (runs,); NaN for labels.

        .. math:: R^2 = 1 - \frac{\sum (y - s)^2}{\sum (y - \bar y)^2}

        Several numbers of a row: the mean of theirs. It is NaN if all numbers are equal.
        """
        if self.target == "labels":
            return np.full(len(self.accuracy), np.nan)
        scores = np.asarray(self.read_out.scores, np.float64)  # (runs, rows, S)
        targets = self.labels.reshape(len(self.labels), -1).astype(np.float64)  # (rows, S)
        left = np.sum((targets - scores) ** 2, axis=1)
        spread = np.sum((targets - targets.mean(axis=0)) ** 2, axis=0)
        found: NDArray[np.float64] = (1 - left / np.where(spread > 0, spread, np.nan)).mean(axis=1)
        return found

    def accuracy_at_shots(self, shots: int) -> NDArray[np.float64]:
        """Expected accuracy of labels from so many shots, (runs,).

        NaN if nothing is measured, and for numbers.
        """
        _, probabilities, weights = self.read_out
        if probabilities is None or weights is None or self.target == "numbers":
            return np.full(len(self.accuracy), np.nan)
        return np.array(
            [
                accuracy_at_shots(table, row[0] if len(row) == 1 else row, self.labels, shots)
                for table, row in zip(probabilities, weights, strict=True)
            ]
        )


@dataclass(frozen=True)
class Evaluator:
    """Evaluation of all runs over a data set, slice by slice.

    Args:
        compiled: `Program.evaluate`, compiled.
        parts: The data set in slices.
        target: Whether targets are labels or numbers.
    """

    compiled: Any
    parts: list[Slice]
    target: Target = "labels"

    def __call__(self, parameters: Parameters) -> Evaluation:
        """Evaluate these parameters."""
        found = [
            self.compiled(parameters, part.encoded, part.labels, part.weight) for part in self.parts
        ]
        rows = sum(int(np.sum(np.asarray(part.weight))) for part in self.parts)
        right, loss = (
            np.sum([np.asarray(one[k], np.float64) for one in found], axis=0) for k in (0, 1)
        )
        read_outs = [one[2] for one in found]
        read_out = ReadOut(
            _joined([part.scores for part in read_outs], rows),
            _joined([part.probabilities for part in read_outs], rows),
            read_outs[0].weights,
        )
        labels = np.concatenate([np.asarray(part.labels) for part in self.parts])[:rows]
        accuracy = right / rows if self.target == "labels" else np.full(len(right), np.nan)
        return Evaluation(accuracy, loss / rows, read_out, labels, self.target)


def _joined(parts: Sequence[Any], rows: int) -> Any:
    """Slices (runs, size, ...) behind each other, without the padding at the end."""
    if parts[0] is None:
        return None
    return np.concatenate([np.asarray(part) for part in parts], axis=1)[:, :rows]
