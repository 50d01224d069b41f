"""A classifier with scikit-learn's interface; importing it needs scikit-learn."""

import inspect
from functools import partial
from typing import Any, Self, Unpack

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray

from ebit.data import Scaling
from ebit.errors import EbitError
from ebit.jax_settings import own_settings
from ebit.learning.settings import TrainingOptions, TrainingSettings
from ebit.learning.training import fit
from ebit.models import Loss, Model, ModelOptions, ModelSettings, Parameters, labels_of, make_loss
from ebit.models.checks import MAX_QUBITS
from ebit.resources import Resource

try:
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.utils import check_random_state
    from sklearn.utils.multiclass import type_of_target
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as error:
    raise EbitError(
        "DQMLClassifier needs scikit-learn 1.6 or newer: install it with "
        "`pip install 'ebit[sklearn]'`."
    ) from error


class ClassifierOptions(ModelOptions, TrainingOptions, total=False):
    """Settings of the classifier as keyword arguments."""


TRAINING = tuple(
    name for name in TrainingSettings.model_fields if name not in ("runs", "seed", "validate_every")
)
"""Settings of a training that the classifier has."""

DEFAULTS: dict[str, Any] = {
    **{name: field.default for name, field in ModelSettings.model_fields.items()},
    **{name: TrainingSettings.model_fields[name].default for name in TRAINING},
    "qubits": None,
    "steps": 500,
    "batch_size": None,
}
"""The settings of the classifier and their defaults."""
del DEFAULTS["resource"]

BLOCK = 64
"""Rows of one prediction; always as many, so that a row's value has nothing to do with others."""


class DQMLClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    r"""Classifier of two classes on two QPUs, for scikit-learn.

    .. math:: E_w(x) = \sum_{ab} w_{ab} P(a, b | x)

    A row is of `classes_[1]` if E_w >= 0 and of `classes_[0]` otherwise. The first half of the
    features goes to QPU A and the rest to QPU B, one per qubit; A gets the odd one, and qubits left
    over get the angle 0. Training is in complex64; predictions are in complex128, a fixed number
    of rows at a time, so that what a row gets does not depend on the rows beside it.

    Args:
        resource: What the QPUs share, as on the command line or as a resource object; or a
            baseline, `single` or `dnn`.
        scale: `angles` maps the range that each feature has in the training data to [0, pi];
            `none` takes the features as angles in radians.
        random_state: Seed of the initial parameters and of the order of the data: an integer, a
            NumPy `RandomState`, or None for another one at every fit.
        **settings: Any settings of `ModelSettings` and `TrainingSettings` but `runs`, `seed` and
            `validate_every`. By default `qubits` is as many as take half of the features, at
            least 2, `steps` is 500, and a minibatch has all rows.

    Attributes:
        classes_: The two labels, sorted.
        n_features_in_: Number of features seen in `fit`.
        feature_names_in_: Their names, if `X` had names (all of them strings).
        n_iter_: Steps done.
        loss_: Loss over the training data at the end.
        model_: The model that was trained.
        parameters_: Its trained parameters, a pytree of NumPy arrays.
        scaling_: How features become angles.

    Example:
        >>> import numpy as np
        >>> from ebit.learning.estimator import DQMLClassifier
        >>> x = np.linspace(0, 1, 20).reshape(-1, 1)
        >>> y = np.where(x[:, 0] > 0.5, "far", "near")
        >>> classifier = DQMLClassifier(depth=1, steps=30, random_state=0).fit(x, y)
        >>> classifier.predict([[0.9], [0.1]]).tolist()
        ['far', 'near']

    Source:
        Model: Kim et al., arXiv:2605.03864. Interface: scikit-learn, Developing estimators.
    """

    def __init__(
        self,
        resource: str | Resource = "bell:1",
        *,
        scale: str = "angles",
        random_state: int | np.random.RandomState | None = None,
        **settings: Unpack[ClassifierOptions],
    ) -> None:
        self.resource = resource
        self.scale = scale
        self.random_state = random_state
        for name in settings:
            if name not in DEFAULTS:
                raise EbitError(f"Argument `{name}` is unknown: leave it out.")
        for name, default in DEFAULTS.items():
            setattr(self, name, settings.get(name, default))

    def __sklearn_tags__(self) -> Any:
        """Two classes only."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:  # noqa: N803
        """Train from new random parameters.

        Args:
            X: Features (rows, features), real numbers.
            y: One label per row; any two values.

        Returns:
            The classifier itself.

        Raises:
            EbitError: If a setting is out of range, or the features do not fit on the QPUs.
            ValueError: If `X` or `y` is not what scikit-learn takes.
            TrainingDivergedError: If the loss stops being finite.
        """
        features, labels = validate_data(self, X, y, dtype=np.float64)
        classes, signs = _two_classes(labels)
        model = self._build_model(features.shape[1])
        scaling = Scaling.fit(self.scale, features)  # type: ignore[arg-type]
        given = {"runs": 1, "batch_size": len(signs), **self._given(training=True)}
        settings = TrainingSettings.for_rows(
            len(signs), {**given, "seed": _seed(self.random_state)}
        )
        angles = _distribute(scaling.apply(features), model)
        result = fit(model, (angles, signs), settings=settings)
        self.classes_, self.model_, self.scaling_ = classes, model, scaling
        self.parameters_ = jax.tree.map(lambda leaf: leaf[0], result.parameters)
        self._loss = make_loss(settings.loss, shots_per_label=settings.shots_per_label)
        self.loss_ = float(result.train_loss[0])
        self.n_iter_ = int(result.curve_steps[-1])
        return self

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:  # noqa: N803
        r"""The read-out E_w; at least 0 for `classes_[1]`.

        Args:
            X: Features (rows, features), real numbers.

        Returns:
            Shape (rows,).

        Raises:
            NotFittedError: If `fit` was not called.
            ValueError: If `X` is not what scikit-learn takes or has another number of features.
        """
        return self._evaluate(X)[0]

    def predict(self, X: ArrayLike) -> NDArray[Any]:  # noqa: N803
        """The label of every row, from the sign of E_w.

        Args:
            X: Features (rows, features), real numbers.

        Returns:
            Members of `classes_`, shape (rows,).

        Raises:
            NotFittedError: If `fit` was not called.
            ValueError: If `X` is not what scikit-learn takes or has another number of features.
        """
        positive = labels_of(self.decision_function(X)[:, None]) > 0
        labels: NDArray[Any] = self.classes_[positive.astype(int)]
        return labels

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:  # noqa: N803
        r"""Estimated probability of each class.

        .. math:: p_1(x) = \frac{1 + \min(\max(E_w(x), -1), 1)}{2}, \qquad p_0 = 1 - p_1

        The mean label :math:`p_1 - p_0` has the least mean squared error, so that `mse` trains
        E_w to estimate it. With `product`, :math:`p_1` is the probability that the parity of one
        measured pair of bits says `classes_[1]`. With `shots`, it is the probability that the label
        read off `shots_per_label` shots is `classes_[1]`, as the loss counts it.

        Args:
            X: Features (rows, features), real numbers.

        Returns:
            Shape (rows, 2), in the order of `classes_`.

        Raises:
            NotFittedError: If `fit` was not called.
            ValueError: If `X` is not what scikit-learn takes or has another number of features.
        """
        positive = self._evaluate(X)[1]
        return np.stack([1 - positive, positive], axis=1)

    @own_settings
    def _evaluate(self, X: ArrayLike) -> NDArray[np.float64]:  # noqa: N803
        """Read-outs and probabilities of `classes_[1]`, (2, rows)."""
        check_is_fitted(self, "parameters_")
        features = validate_data(self, X, dtype=np.float64, reset=False)
        angles = _distribute(self.scaling_.apply(features), self.model_)
        padded = np.pad(angles, ((0, -len(angles) % BLOCK), (0, 0)))
        with jax.enable_x64(True):
            values = [
                np.asarray(_evaluate(self.model_, self._loss, self.parameters_, block))
                for block in padded.reshape(-1, BLOCK, padded.shape[1])
            ]
            return np.concatenate(values, axis=1)[:, : len(angles)]

    def _given(self, *, training: bool) -> dict[str, Any]:
        """Settings of the training or of the model; None stands for the default."""
        own = {name: getattr(self, name) for name in DEFAULTS if (name in TRAINING) == training}
        filled = {k: DEFAULTS[k] if value is None else value for k, value in own.items()}
        return {name: value for name, value in filled.items() if value is not None}

    def _build_model(self, features: int) -> Model:
        needed = max(2, (features + 1) // 2)
        given = {"resource": self.resource, "qubits": needed, **self._given(training=False)}
        settings = ModelSettings(**given)
        _check_qubits(features, needed, settings.qubits)
        return settings.build()


# scikit-learn reads the names of the parameters from the signature
_KEYWORDS = [
    inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default)
    for name, default in DEFAULTS.items()
]
_WRITTEN = list(inspect.signature(DQMLClassifier.__init__).parameters.values())[:-1]
DQMLClassifier.__init__.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
    [*_WRITTEN, *_KEYWORDS]
)


@partial(jax.jit, static_argnums=(0, 1))
def _evaluate(
    model: Model, loss: Loss, parameters: Parameters, x: NDArray[np.float64]
) -> jax.Array:
    double = jax.tree.map(lambda leaf: leaf.astype(jnp.float64), parameters)
    encoded = model.encode(jnp.asarray(x))
    read_out = model.read_out(double, encoded, trained_readout=loss.trains_readout)
    return jnp.stack([read_out.scores[:, 0], loss.positive_probability(read_out)])


def _distribute(angles: NDArray[np.float64], model: Model) -> NDArray[np.float64]:
    """Give each half of the angles to the first qubits of its QPU, and 0 to the others."""
    count, qubits = angles.shape[1], model.features // 2
    first = (count + 1) // 2
    result = np.zeros((len(angles), 2 * qubits))
    result[:, :first] = angles[:, :first]
    result[:, qubits : qubits + count - first] = angles[:, first:]
    return result


def _two_classes(labels: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """The two classes, and -1 or +1 for every label."""
    kind = type_of_target(labels, input_name="y", raise_unknown=True)
    if kind != "binary":
        raise EbitError(
            f"Only binary classification is supported. The type of the target is {kind}: give "
            "labels of two classes (OneVsRestClassifier takes more)."
        )
    classes, numbers = np.unique(labels, return_inverse=True)
    if len(classes) < 2:
        raise EbitError(
            f"Argument `y` must have two classes, but has one class, {classes[0]}: add the other."
        )
    return classes, np.where(numbers == 1, 1.0, -1.0)


def _check_qubits(features: int, needed: int, given: int) -> None:
    """Raise unless QPUs of so many qubits take half of the features each."""
    if needed > MAX_QUBITS:
        raise EbitError(
            f"Argument `X` must have at most {2 * MAX_QUBITS} features, but has {features}: select "
            "some, or put a PCA before the classifier."
        )
    if given < needed:
        raise EbitError(
            f"Argument `qubits` must be at least {needed} for {features} features (half of them "
            f"on each QPU), but is {given}."
        )


def _seed(random_state: Any) -> int:
    try:
        generator = check_random_state(random_state)
    except ValueError:
        raise EbitError(
            "Argument `random_state` must be a whole number from 0 to 4294967295, a RandomState or "
            f"None, but is {random_state!r}."
        ) from None
    return int(generator.randint(np.iinfo(np.int32).max))
