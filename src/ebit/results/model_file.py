"""Trained models as safetensors files, with everything needed to predict in the metadata."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from ebit import checks
from ebit.errors import EbitError
from ebit.jax_settings import own_settings
from ebit.learning.arrays import load_arrays, restore, save_arrays
from ebit.models import Loss, Model, Parameters, make_loss
from ebit.models.checks import check_angles
from ebit.models.places import placed
from ebit.random_keys import random_key
from ebit.represented import Represented, over_runs
from ebit.results.provenance import Provenance
from ebit.results.task import Task
from ebit.shots import check_measured

KIND = "ebit-model"
VERSION = "1"


@dataclass(frozen=True, repr=False)
class StoredModel(Represented):
    """A trained model.

    Attributes:
        task: How it was made.
        model: The classifier.
        parameters: Trained parameters, runs on the first axis.
        validation_accuracy: One per run.
        preparation: How the data were prepared, as the data layer describes it.
        made: Where it was trained: the columns of rows on that; empty for models of version 0.1.
        validation_r2: One per run if the model was trained on numbers, whose accuracies are NaN;
            else empty.
        accuracy_of_loss: Validation accuracy at the shots that the loss is about, one per run;
            empty if it is about exact expectations, and for models of before 2026-11-27.
    """

    task: Task
    model: Model
    parameters: Parameters
    validation_accuracy: tuple[float, ...]
    preparation: dict[str, Any]
    made: dict[str, Any] = field(default_factory=dict)
    validation_r2: tuple[float, ...] = ()
    accuracy_of_loss: tuple[float, ...] = ()

    def _facts(self) -> dict[str, object]:
        name = "validation_r2" if self.validation_r2 else "validation_accuracy"
        return {
            "resource": self.model.resource_name,
            "data": self.task.data,
            "task": self.task.hash[:12],
            "parameters": self.model.num_parameters,
            "runs": self.runs,
            "best_run": self.best_run,
            name: over_runs(getattr(self, name)),
        }

    @property
    def runs(self) -> int:
        """Number of runs."""
        return len(self.validation_accuracy)

    @property
    def best_run(self) -> int:
        """The run with the highest validation accuracy or R^2 (the first of equals).

        The accuracy is that at the shots that the loss is about, if there are some.
        """
        quality = self.validation_r2 or self.accuracy_of_loss or self.validation_accuracy
        return int(np.argmax(quality))

    @property
    def loss(self) -> Loss:
        """What it was trained with."""
        training = self.task.training
        return make_loss(training.loss, shots_per_label=training.shots_per_label)

    def check_run(self, run: int) -> None:
        """Raise `EbitError` unless there is such a run."""
        is_whole = isinstance(run, int | np.integer) and not isinstance(run, bool)
        if not is_whole or not 0 <= run < self.runs:
            raise EbitError(
                f"Argument `run` must be from 0 to {self.runs - 1} for this model, but is "
                f"{checks.shown(run)}."
            )

    def expectation(self, x: NDArray[np.float64], run: int) -> NDArray[np.float64]:
        """The first score of every row from one run.

        Args:
            x: Prepared angles (rows, features) in radians.
            run: Which run.

        Returns:
            Shape (rows,); the sign is the label of two classes.

        Raises:
            EbitError: If there is no such run or the shape does not fit.
        """
        return self.scores(x, run)[:, 0]

    def scores(self, x: NDArray[np.float64], run: int) -> NDArray[np.float64]:
        """Scores of every row from one run, shape (rows, S); arguments as for `expectation`."""
        return self._evaluate(x, run)[:, : self.model.scores]

    def class_probabilities(self, x: NDArray[np.float64], run: int) -> NDArray[np.float64]:
        """What its loss says about every class, (rows, classes); arguments as for `expectation`."""
        return self._evaluate(x, run)[:, self.model.scores :]

    @own_settings
    def _evaluate(self, x: NDArray[np.float64], run: int) -> NDArray[np.float64]:
        """Scores, and beside them the probabilities of classes if there are any."""
        parameters, loss = self.parameters_of(run), self.loss
        is_numeric = self.task.training.target == "numbers"

        def evaluate(rows: jax.Array) -> jax.Array:
            read_out = self.model.read_out(
                parameters, self.model.encode(rows), trained_readout=loss.trains_readout
            )
            if is_numeric:
                return read_out.scores
            return jnp.concatenate([read_out.scores, loss.class_probabilities(read_out)], axis=1)

        return _in_parts(evaluate, self.placed(x)).astype(np.float64)

    def placed(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Angles (rows, features) of data that have fewer features than the model: 0 for others.

        Raises:
            EbitError: If there are no rows, or the features are not those that the model was
                trained on.
        """
        x = checks.real_numbers("x", x)
        check_angles(x, "x")
        features = self.model.features
        places = self.preparation.get("places") or range(features)
        if x.ndim == 2 and len(x) and len(places) != x.shape[1] == features:
            return x  # with the angles that are left over
        if (
            x.ndim != 2
            or not len(x)
            or len(places) != x.shape[1]
            or not set(places) <= set(range(features))
        ):
            raise EbitError(
                f"Argument `x` must have shape (rows, {len(places)}), but has shape {x.shape}."
            )
        return placed(x, places, features)

    @own_settings
    def measurement(self, x: NDArray[np.float64], run: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """What shots of one run are drawn from, and how their outcomes are weighted.

        Args:
            x: Prepared angles (rows, features) in radians.
            run: Which run.

        Returns:
            P(o | x) of shape (rows, 2, ...) and the weights of the outcomes, shape (2, ...) or, for
            several scores, (S, 2, ...).

        Raises:
            EbitError: If there is no such run, the shape does not fit or nothing is measured.
        """
        model, parameters = check_measured(self.model), self.parameters_of(run)
        trained = self.loss.trains_readout
        weights = np.asarray(model.readout_weights(parameters, trained_readout=trained))
        found = _in_parts(lambda rows: model.probabilities(parameters, rows), self.placed(x))
        return found, weights

    def parameters_of(self, run: int) -> Parameters:
        """The parameters of one run; raises `EbitError` if there is no such run."""
        self.check_run(run)
        return jax.tree.map(lambda leaf: leaf[run], self.parameters)


def _in_parts(
    function: Callable[[jax.Array], jax.Array], x: NDArray[np.float64], size: int = 1024
) -> NDArray[Any]:
    """A function of rows, compiled, some rows at a time."""
    compiled = jax.jit(function)
    with jax.enable_x64(False):
        parts = [
            np.asarray(compiled(jnp.asarray(x[start : start + size], jnp.float32)))
            for start in range(0, len(x), size)
        ]
    return np.concatenate(parts)


def save_model(
    path: Path,
    task: Task,
    parameters: Parameters,
    validation_accuracy: NDArray[np.float64],
    preparation: dict[str, Any],
    made: Provenance | None = None,
    *,
    validation_r2: NDArray[np.float64] | None = None,
    accuracy_of_loss: NDArray[np.float64] | None = None,
) -> None:
    """Write a trained model.

    Args:
        path: A `.safetensors` file.
        task: How it was made.
        parameters: Trained parameters, runs on the first axis.
        validation_accuracy: One per run.
        preparation: How the data were prepared, JSON-compatible.
        made: Where it was trained, if that is known.
        validation_r2: One per run, for numbers.
        accuracy_of_loss: One per run, if the loss is about a number of shots.

    Raises:
        EbitError: If the file cannot be written.
    """
    metadata = {
        "kind": KIND,
        "version": VERSION,
        "task": task.model_dump_json(),
        **_qualities(task, validation_accuracy, validation_r2),
        "preparation": json.dumps(preparation),
        "made": json.dumps({} if made is None else asdict(made)),
    }
    if accuracy_of_loss is not None:
        metadata["accuracy_of_loss"] = json.dumps(accuracy_of_loss.tolist())
    save_arrays(path, parameters, metadata)


@own_settings
def load_model(path: checks.PathLike) -> StoredModel:
    """Read a trained model; nothing in the file is executed.

    Args:
        path: A file that `save_model` wrote.

    Returns:
        The model.

    Raises:
        EbitError: If the file is missing, damaged, of another version or no model.
    """
    path = checks.path("path", path)
    arrays, metadata = load_arrays(path)
    if metadata.get("kind") != KIND:
        raise EbitError(f"{str(path)!r} is not an ebit model: give a file that `ebit train` wrote.")
    if metadata.get("version") != VERSION:
        raise EbitError(
            f"{str(path)!r} is a model of version {metadata.get('version')!r}, but this ebit reads "
            f"version {VERSION!r}: use the ebit that wrote it, or train again."
        )
    try:
        task = Task.model_validate_json(metadata["task"])
        is_numeric = task.training.target == "numbers"
        name = "validation_r2" if is_numeric else "validation_accuracy"
        quality = tuple(float(value) for value in json.loads(metadata[name]))
        of_loss = tuple(float(v) for v in json.loads(metadata.get("accuracy_of_loss", "[]")))
        preparation = dict(json.loads(metadata["preparation"]))
        made = dict(json.loads(metadata.get("made", "{}")))
    except (KeyError, ValueError, TypeError, RecursionError):
        raise EbitError(
            f"{str(path)!r} has wrong metadata: take another model, or train again."
        ) from None
    least = -np.inf if is_numeric else 0
    given = [quality, of_loss] if of_loss else [quality]
    if any(
        len(values) != task.training.runs or not all(least <= value <= 1 for value in values)
        for values in given
    ):
        words = "R^2 of 1 at most" if is_numeric else "an accuracy from 0 to 1"
        raise EbitError(
            f"{str(path)!r} must have {words} for each of its {task.training.runs} runs, but has "
            f"{checks.shown(quality + of_loss)}: take another model, or train again."
        )
    model = task.model.build()
    runs = len(quality)
    shapes = jax.eval_shape(lambda: jax.vmap(model.init)(jax.random.split(random_key(0), runs)))
    parameters = restore(shapes, arrays, path)
    if not all(np.all(np.isfinite(leaf)) for leaf in jax.tree.leaves(parameters)):
        raise EbitError(
            f"{str(path)!r} holds NaN or infinite parameters: take another model, or train again."
        )
    accuracy, r2 = ((np.nan,) * runs, quality) if is_numeric else (quality, ())
    return StoredModel(task, model, parameters, accuracy, preparation, made, r2, of_loss)


def _qualities(
    task: Task, accuracy: NDArray[np.float64], r2: NDArray[np.float64] | None
) -> dict[str, str]:
    """What says how good every run is: accuracies, or R^2 of a model of numbers."""
    if task.training.target == "numbers":
        assert r2 is not None
        return {"validation_r2": json.dumps(np.asarray(r2).tolist())}
    return {"validation_accuracy": json.dumps(accuracy.tolist())}
