"""What the classifier and the regressor have in common; importing it needs scikit-learn."""

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray

from ebit import checks
from ebit.data import Scaling
from ebit.data.features import choose_features
from ebit.errors import EbitError
from ebit.jax_settings import own_settings
from ebit.learning import Fit, TrainingSettings, accuracy_of_loss, fit
from ebit.models import (
    DEFAULT_LOSSES,
    Loss,
    Model,
    ModelSettings,
    Parameters,
    Target,
    kind_of_target,
    make_loss,
)
from ebit.models.checks import MAX_QUBITS
from ebit.models.distributed_qcnn import MAX_PASSES
from ebit.models.places import check_blocks, feature_parts, feature_places, passes_needed, placed
from ebit.results.model_file import StoredModel, load_model, save_model
from ebit.results.provenance import provenance
from ebit.results.task import Task
from ebit.settings import hash_of

try:
    from sklearn.base import BaseEstimator
    from sklearn.utils import check_random_state
    from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data
except ImportError as error:
    raise EbitError(
        "DQMLClassifier needs scikit-learn 1.6 or newer: install it with "
        "`pip install 'ebit[sklearn]'`."
    ) from error

TRAINING = tuple(
    name
    for name in TrainingSettings.model_fields
    if name not in ("runs", "seed", "validate_every", "target")
)
"""Settings of a training that an estimator has."""

DEFAULTS: dict[str, Any] = {
    **{name: field.default for name, field in ModelSettings.model_fields.items()},
    **{name: TrainingSettings.model_fields[name].default for name in TRAINING},
    "qubits": None,
    "passes": None,
    "readout": None,
    "loss": None,
    "steps": 500,
    "batch_size": None,
}
"""The settings of an estimator and their defaults."""
del DEFAULTS["resource"], DEFAULTS["scores"]

OWN: dict[str, Any] = {
    "features": None,
    "scale": "angles",
    "random_state": None,
    "validation_fraction": 0.0,
    "restarts": 1,
    "shots": None,
    "precision": "single",
    "warm_start": False,
    "verbose": False,
}
"""What an estimator has beside them."""

PRECISIONS = {"single": jnp.complex64, "double": jnp.complex128}

LARGE = 8
"""Qubits of a QPU beyond which, by default, features take several passes instead."""

BLOCK = 64
"""Rows of one prediction; always as many, so that a row's value has nothing to do with others."""


def constructor(own: Mapping[str, Any]) -> Callable[..., None]:
    """`__init__` with one keyword per setting, whose names scikit-learn reads from the signature.

    Args:
        own: What this estimator has beside the settings, and the defaults.
    """
    defaults = {**own, **DEFAULTS}

    def __init__(self: Any, resource: Any = "bell:1", **settings: Any) -> None:  # noqa: N807
        self.resource = resource
        for name in settings:
            if name not in defaults:
                raise EbitError(f"Argument `{name}` is unknown: leave it out.")
        for name, default in defaults.items():
            setattr(self, name, settings.get(name, default))

    kinds = inspect.Parameter
    first = list(inspect.signature(__init__).parameters.values())[:2]
    rest = [kinds(name, kinds.KEYWORD_ONLY, default=value) for name, value in defaults.items()]
    __init__.__signature__ = inspect.Signature([*first, *rest])  # type: ignore[attr-defined]
    return __init__


class Estimator(BaseEstimator):  # type: ignore[misc]
    """A model that is trained on tables, with everything that does not depend on the targets."""

    target: Target

    def save(self, path: checks.PathLike) -> None:
        """Write the trained model as a safetensors file, which `ebit predict` reads.

        Args:
            path: A `.safetensors` file.

        Raises:
            NotFittedError: If `fit` was not called.
            EbitError: If the file cannot be written, or class labels are neither numbers nor text.
        """
        check_is_fitted(self, "parameters_")
        names = getattr(self, "feature_names_in_", None)
        own = [f"x{k}" for k in range(self.n_features_in_)]
        preparation = {
            "scaling": self.scaling_.to_dict(),
            "feature_names": own if names is None else [str(name) for name in names],
            "label": "label",
            "places": self._places,
            **self._preparation(),
        }
        content = {"estimator": type(self).__name__, "preparation": preparation}
        task = Task(
            model=self._settings_,
            training=self._training_.model_copy(update={"runs": 1}),
            data="estimator",
            fingerprint=hash_of(content),
        )
        score = np.array([self.validation_score_])
        is_numeric = self.target == "numbers"
        save_model(
            checks.path("path", path),
            task,
            jax.tree.map(lambda leaf: np.asarray(leaf)[None], self.parameters_),
            np.full(1, np.nan) if is_numeric else score,
            preparation,
            provenance(str(np.dtype(PRECISIONS[self.precision]))),
            validation_r2=score if is_numeric else None,
        )

    @classmethod
    def load(cls, path: checks.PathLike) -> Self:
        """Read a model that `save` or `ebit train` wrote; of several runs the best one.

        Args:
            path: A `.safetensors` file.

        Returns:
            A fitted estimator.

        Raises:
            EbitError: If the file is damaged, or its model has other targets.
        """
        stored = load_model(path)
        if stored.task.training.target != cls.target:
            raise EbitError(
                f"{str(path)!r} is a model of {stored.task.training.target}, but "
                f"{cls.__name__} is for {cls.target}: load it with the other estimator."
            )
        settings = {**stored.task.training.model_dump(), **dict(stored.task.model)}
        given = {name: settings[name] for name in DEFAULTS}
        found = cls(stored.task.model.resource, **given)
        keep = stored.preparation
        try:
            found.scaling_ = Scaling.from_dict(keep["scaling"])
            found.n_features_in_ = len(keep["feature_names"])
            found._places = list(keep.get("places") or range(found.n_features_in_))
            found._restore(keep)
        except (KeyError, TypeError, ValueError):
            raise EbitError(
                f"{str(path)!r} has wrong metadata: take another model, or train again."
            ) from None
        found.scale = found.scaling_.kind
        found._take(stored)
        return found

    def _take(self, stored: StoredModel) -> None:
        """The best run of a stored model."""
        best = stored.best_run
        self._settings_, self._training_ = stored.task.model, stored.task.training
        self.model_ = stored.model
        self.parameters_ = jax.tree.map(lambda leaf: leaf[best], stored.parameters)
        self.validation_score_ = (stored.validation_r2 or stored.validation_accuracy)[best]
        self._loss = stored.loss
        self.n_iter_ = stored.task.training.steps

    def _preparation(self) -> dict[str, Any]:
        """What the file of a model keeps about targets."""
        raise NotImplementedError

    def _restore(self, preparation: Mapping[str, Any]) -> None:
        """The same, read back."""
        raise NotImplementedError

    def _weights(self, X: Any, sample_weight: ArrayLike | None) -> NDArray[np.float64] | None:  # noqa: N803
        """Weights of the rows, each at least 0; None if all count the same."""
        if sample_weight is None:
            return None
        found: NDArray[np.float64] = _check_sample_weight(
            sample_weight, X, dtype=np.float64, ensure_non_negative=True
        )
        if not found.sum() > 0:
            raise EbitError("Argument `sample_weight` must have a weight that is not 0.")
        return found

    def _train(
        self,
        features: NDArray[np.float64],
        targets: NDArray[np.float64],
        weights: NDArray[np.float64] | None,
        scores: int,
        split: Callable[[NDArray[np.float64]], tuple[NDArray[Any], NDArray[Any]]],
        *,
        go_on: bool,
    ) -> None:
        """Train on rows of a weight above 0, and keep the best of all restarts."""
        checks.whole(1, 10_000)("restarts", self.restarts)
        fraction = checks.real(0, 1)("validation_fraction", self.validation_fraction)
        checks.one_of(PRECISIONS)("precision", self.precision)
        if fraction == 1:
            raise EbitError("Argument `validation_fraction` must be less than 1.")
        order, blocks = self._choice(features.shape[1])
        asked = self._model_settings(features.shape[1], blocks, scores)
        if go_on:
            self._check_same(asked)
        else:
            self._settings_ = asked
            self.model_ = asked.build()
            self.scaling_ = Scaling.fit(self.scale, features)
            shared = feature_parts(features.shape[1], asked.shares, blocks)
            places = np.empty(len(order), int)
            places[order] = feature_places(shared, asked.shares)
            self._places = places.tolist()
        angles = self._distribute(self.scaling_.apply(features))
        parts: Any = (np.arange(len(targets)), None) if fraction == 0 else split(targets)
        train, validation = parts
        given = {"runs": 1 if go_on else self.restarts, "batch_size": len(train)}
        given |= self._given(training=True) | {"target": self.target}
        given["seed"] = _seed(self.random_state)
        given.setdefault("loss", DEFAULT_LOSSES[kind_of_target(self.model_, self.target)])
        settings = TrainingSettings.for_rows(len(train), given)
        result = fit(
            self.model_,
            (angles[train], targets[train]),
            validation=None if validation is None else (angles[validation], targets[validation]),
            settings=settings,
            shots=self.shots,
            dtype=PRECISIONS[self.precision],
            sample_weight=None if weights is None else weights[train],
            initial=self.parameters_ if go_on else None,
            progress=_print_progress if self.verbose else None,
        )
        self._keep(result, settings, validated=validation is not None)

    def _keep(self, result: Fit, settings: TrainingSettings, *, validated: bool) -> None:
        is_numeric = self.target == "numbers"
        quality = result.validation_r2 if is_numeric else result.validation_accuracy
        self._training_ = settings
        self._loss = make_loss(settings.loss, shots_per_label=settings.shots_per_label)
        of_loss = accuracy_of_loss(result, settings)
        deciding = quality if of_loss is None else of_loss
        best = int(np.argmax(deciding) if validated else np.argmin(result.train_loss))
        self.parameters_ = jax.tree.map(lambda leaf: leaf[best], result.parameters)
        self.loss_ = float(result.train_loss[best])
        self.loss_curve_ = result.train_loss_curve[best].tolist()
        self.validation_score_ = float(quality[best])
        self.n_iter_ = int(result.curve_steps[-1])

    @own_settings
    def _evaluate(self, X: ArrayLike) -> NDArray[np.float64]:  # noqa: N803
        """Scores and, for labels, probabilities of classes: (rows, S + classes)."""
        check_is_fitted(self, "parameters_")
        features = validate_data(self, X, dtype=np.float64, reset=False)
        angles = self._distribute(self.scaling_.apply(features))
        padded = np.pad(angles, ((0, -len(angles) % BLOCK), (0, 0)))
        of = (self.model_, self._loss, self.target)
        with jax.enable_x64(True):
            values = [
                np.asarray(_evaluate(*of, self.parameters_, block))
                for block in padded.reshape(-1, BLOCK, padded.shape[1])
            ]
            return np.concatenate(values)[: len(angles)]

    def _given(self, *, training: bool) -> dict[str, Any]:
        """Settings of the training or of the model; None stands for the default."""
        own = {name: getattr(self, name) for name in DEFAULTS if (name in TRAINING) == training}
        filled = {k: DEFAULTS[k] if value is None else value for k, value in own.items()}
        return {name: value for name, value in filled.items() if value is not None}

    def _model_settings(
        self, features: int, blocks: tuple[int, ...] | None, scores: int
    ) -> ModelSettings:
        """Those of the model; by default its QPUs have as many qubits as the features take.

        Features that take more than `LARGE` qubits, or more than there are, take several passes.
        """
        given = {"resource": self.resource, "scores": scores, **self._given(training=False)}
        qpus = checks.whole(1)("qpus", given["qpus"])
        if blocks is not None:
            check_blocks(blocks, qpus)
        share = -(-features // qpus) if blocks is None else max(blocks)
        if "qubits" not in given and "sizes" not in given:
            given.setdefault("passes", min(-(-share // LARGE), MAX_PASSES))
            given["qubits"] = max(2, -(-share // checks.whole(1)("passes", given["passes"])))
            if given["qubits"] > MAX_QUBITS:
                raise EbitError(
                    f"Argument `X` must have at most {qpus * given['passes'] * MAX_QUBITS} "
                    f"features, but has {features}: select some, or put a PCA before the estimator."
                )
        settings = ModelSettings(**given)
        settings.check_size()
        if "passes" not in given:
            passes = passes_needed(features, settings.every_size, blocks)
            settings = settings.model_copy(update={"passes": min(passes, MAX_PASSES)})
        needed = -(-share // settings.passes)
        if settings.sizes is None and settings.qubits < needed:
            raise EbitError(
                f"Argument `qubits` must be at least {needed} for {features} features "
                f"({share} on a QPU), but is {settings.qubits}."
            )
        return settings

    def _choice(self, features: int) -> tuple[list[int], tuple[int, ...] | None]:
        """Places of the columns in the order of the QPUs, and how many each gets if that is said.

        Raises:
            EbitError: If a column is left out.
        """
        if self.features is None:
            return list(range(features)), None
        text = checks.instance(str, "text such as 'a,b,c|d,e', or None")("features", self.features)
        columns = [str(name) for name in getattr(self, "feature_names_in_", range(features))]
        names, blocks = choose_features("Argument `X`", columns, text, "")
        if len(names) < features:
            left = next(name for name in columns if name not in names)
            raise EbitError(
                f"Argument `features` must name every column of `X`, but leaves out {left}: add "
                "it, or take it out of `X`."
            )
        return [columns.index(name) for name in names], blocks

    def _check_same(self, asked: ModelSettings) -> None:
        """Raise unless a model that is trained further is the one that is asked for."""
        pairs = [(name, getattr(self._settings_, name), value) for name, value in asked]
        pairs.append(("scale", self.scaling_.kind, self.scale))
        for name, old, new in pairs:
            if old != new:
                raise EbitError(
                    f"Argument `{name}` was {checks.shown(old)} when this model was first fitted "
                    f"and is {checks.shown(new)} now: leave it, or take a new estimator "
                    "(`sklearn.base.clone`)."
                )

    def _distribute(self, angles: NDArray[np.float64]) -> NDArray[np.float64]:
        """Angles at their places; qubits that are left over get the angle 0."""
        return placed(angles, self._places, self.model_.features)


@partial(jax.jit, static_argnums=(0, 1, 2))
def _evaluate(
    model: Model, loss: Loss, target: Target, parameters: Parameters, x: NDArray[np.float64]
) -> jax.Array:
    double = jax.tree.map(lambda leaf: leaf.astype(jnp.float64), parameters)
    encoded = model.encode(jnp.asarray(x))
    read_out = model.read_out(double, encoded, trained_readout=loss.trains_readout)
    if target == "numbers":
        return read_out.scores
    return jnp.concatenate([read_out.scores, loss.class_probabilities(read_out)], axis=1)


def _print_progress(done: int, steps: int) -> None:
    print(f"step {done} of {steps}", flush=True)


def _seed(random_state: Any) -> int:
    try:
        generator = check_random_state(random_state)
    except ValueError:
        raise EbitError(
            "Argument `random_state` must be a whole number from 0 to 4294967295, a RandomState or "
            f"None, but is {checks.shown(random_state)}."
        ) from None
    return int(generator.randint(np.iinfo(np.int32).max))
