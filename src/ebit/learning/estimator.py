"""A classifier with scikit-learn's interface; the only module that imports scikit-learn."""

import operator
from collections.abc import Callable
from functools import partial
from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray

from ebit.data import Scaling
from ebit.errors import EbitError
from ebit.jax_settings import own_settings
from ebit.learning.losses import TRAINS_READOUT
from ebit.learning.training import fit
from ebit.models import RESOURCES_HELP, Model, Parameters, model_from_string
from ebit.models.checks import MAX_QUBITS

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

BLOCK = 64
"""Rows of one prediction; always as many, so that a row's value has nothing to do with others."""


class DQMLClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    r"""Classifier of two classes on two QPUs, for scikit-learn.

    .. math:: E_w(x) = \sum_{ab} w_{ab} P(a, b | x)

    A row is of `classes_[1]` if E_w > 0 and of `classes_[0]` otherwise. The first half of the
    features goes to QPU A and the rest to QPU B, one per qubit; A gets the odd one, and qubits left
    over get the angle 0. Training is in complex64; predictions are in complex128, a fixed number
    of rows at a time, so that what a row gets does not depend on the rows beside it.

    Args:
        resource: What the QPUs share: `none`, `bell:N`, `classical`, `classical+bell:N` or
            `quantum`; or a baseline, `single` or `dnn`.
        qubits: Qubits per QPU; by default as many as take half of the features, at least 2.
        depth: Convolution layers per stage.
        mixing: Mixing layers before the embedding.
        readout: `weights` or `parity`.
        pooling: `halves` or `all-but-one`.
        loss: `mse` or `product`.
        steps: Steps of Adam.
        batch_size: Rows per step; by default all rows.
        learning_rate: Step size of Adam.
        scale: `angles` maps the range that each feature has in the training data to [0, pi];
            `none` takes the features as angles in radians.
        random_state: Seed of the initial parameters and of the order of the data: an integer, a
            NumPy `RandomState`, or None for another one at every fit.

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
        resource: str = "bell:1",
        qubits: int | None = None,
        depth: int = 20,
        mixing: int = 0,
        readout: str = "weights",
        pooling: str = "halves",
        loss: str = "mse",
        steps: int = 500,
        batch_size: int | None = None,
        learning_rate: float = 0.05,
        scale: str = "angles",
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.resource = resource
        self.qubits = qubits
        self.depth = depth
        self.mixing = mixing
        self.readout = readout
        self.pooling = pooling
        self.loss = loss
        self.steps = steps
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.scale = scale
        self.random_state = random_state

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
        steps = _whole("steps", self.steps)
        result = fit(
            model,
            (_distribute(scaling.apply(features), model), signs),
            steps=steps,
            batch_size=None if self.batch_size is None else _whole("batch_size", self.batch_size),
            learning_rate=_number("learning_rate", self.learning_rate, float, "number"),
            loss=self.loss,
            seed=_seed(self.random_state),
        )
        self.classes_, self.model_, self.scaling_ = classes, model, scaling
        self.parameters_ = jax.tree.map(lambda leaf: leaf[0], result.parameters)
        self._trained_readout = TRAINS_READOUT[self.loss]
        self.loss_ = float(result.train_loss[0])
        self.n_iter_ = steps
        return self

    @own_settings
    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:  # noqa: N803
        r"""The read-out E_w; above 0 for `classes_[1]`.

        Args:
            X: Features (rows, features), real numbers.

        Returns:
            Shape (rows,).

        Raises:
            NotFittedError: If `fit` was not called.
            ValueError: If `X` is not what scikit-learn takes or has another number of features.
        """
        check_is_fitted(self, "parameters_")
        features = validate_data(self, X, dtype=np.float64, reset=False)
        angles = _distribute(self.scaling_.apply(features), self.model_)
        padded = np.pad(angles, ((0, -len(angles) % BLOCK), (0, 0)))
        with jax.enable_x64(True):
            values = [
                _expectation(self.model_, self._trained_readout, self.parameters_, block)
                for block in padded.reshape(-1, BLOCK, padded.shape[1])
            ]
            return np.concatenate([np.asarray(value) for value in values])[: len(angles)]

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
        positive = self.decision_function(X) > 0
        labels: NDArray[Any] = self.classes_[positive.astype(int)]
        return labels

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:  # noqa: N803
        r"""Estimated probability of each class.

        .. math:: p_1(x) = \frac{1 + \min(\max(E_w(x), -1), 1)}{2}, \qquad p_0 = 1 - p_1

        The mean label :math:`p_1 - p_0` has the least mean squared error, so that `mse` trains
        E_w to estimate it. With `product`, :math:`p_1` is the probability that the parity of one
        measured pair of bits says `classes_[1]`.

        Args:
            X: Features (rows, features), real numbers.

        Returns:
            Shape (rows, 2), in the order of `classes_`.

        Raises:
            NotFittedError: If `fit` was not called.
            ValueError: If `X` is not what scikit-learn takes or has another number of features.
        """
        positive = (1 + np.clip(self.decision_function(X), -1, 1)) / 2
        return np.stack([1 - positive, positive], axis=1)

    def _build_model(self, features: int) -> Model:
        if not isinstance(self.resource, str):
            raise EbitError(f"Unknown resource {self.resource!r}: use {RESOURCES_HELP}.")
        given = None if self.qubits is None else _whole("qubits", self.qubits)
        return model_from_string(
            self.resource,
            qubits=_qubits(features, given),
            depth=_whole("depth", self.depth),
            mixing=_whole("mixing", self.mixing),
            readout=self.readout,
            pooling=self.pooling,
        )


@partial(jax.jit, static_argnums=(0, 1))
def _expectation(
    model: Model, trained_readout: bool, parameters: Parameters, x: NDArray[np.float64]
) -> jax.Array:
    double = jax.tree.map(lambda leaf: leaf.astype(jnp.float64), parameters)
    return model.expectation(double, model.encode(jnp.asarray(x)), trained_readout=trained_readout)


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


def _qubits(features: int, given: int | None) -> int:
    """Qubits per QPU that take half of the features."""
    needed = max(2, (features + 1) // 2)
    if given is not None and given < needed:
        raise EbitError(
            f"Argument `qubits` must be at least {needed} for {features} features (half of them "
            f"on each QPU), but is {given}."
        )
    if given is not None:
        return given
    if needed > MAX_QUBITS:
        raise EbitError(
            f"Argument `X` must have at most {2 * MAX_QUBITS} features, but has {features}: select "
            "some, or put a PCA before the classifier."
        )
    return needed


def _number(name: str, value: Any, convert: Callable[[Any], Any], kind: str) -> Any:
    try:
        return convert(value)
    except (TypeError, ValueError):
        raise EbitError(f"Argument `{name}` must be a {kind}, but is {value!r}.") from None


def _whole(name: str, value: Any) -> int:
    return int(_number(name, value, operator.index, "whole number"))


def _seed(random_state: Any) -> int:
    try:
        generator = check_random_state(random_state)
    except ValueError:
        raise EbitError(
            "Argument `random_state` must be a whole number from 0 to 4294967295, a RandomState or "
            f"None, but is {random_state!r}."
        ) from None
    return int(generator.randint(np.iinfo(np.int32).max))
