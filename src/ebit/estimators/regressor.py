"""A regressor with scikit-learn's interface; importing it needs scikit-learn."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ebit.data import TargetScaling
from ebit.data.split import random_split
from ebit.errors import EbitError
from ebit.estimators.base import OWN, Estimator, constructor

# isort: split
from sklearn.base import RegressorMixin
from sklearn.utils.validation import validate_data


class DQMLRegressor(RegressorMixin, Estimator):  # type: ignore[misc]
    r"""Regression on several QPUs, for scikit-learn.

    .. math:: \hat y(x) = \mu + \sigma \sum_o w_o\, P(o | x)

    with mean and standard deviation of the training targets. All else is as in `DQMLClassifier`.

    Args:
        resource: What the QPUs share, as on the command line or as a resource object; or a
            baseline, `single` or `dnn`.
        features: Which columns go to which QPU, as `a,b,c|d,e` (names of the columns of `X`, or
            places from 0); every column once. By default equal shares in their order.
        scale: `angles` maps the range that each feature has in the training data to [0, pi];
            `none` takes the features as angles in radians.
        random_state: Seed of the initial parameters and of the order of the data: an integer, a
            NumPy `RandomState`, or None for another one at every fit.
        validation_fraction: Share of the rows that are kept back to choose the best restart; 0 for
            none.
        restarts: Trainings from different initial parameters, of which the best is kept.
        shots: Shots per row and circuit of every gradient; exact gradients by default.
        precision: `single` (complex64) or `double` (complex128) in training.
        warm_start: Whether `fit` goes on from the parameters it has.
        verbose: Whether to print progress.
        **settings: As in `DQMLClassifier`; the loss is `mse`.

    Attributes:
        n_features_in_: Number of features seen in `fit`.
        feature_names_in_: Their names, if `X` had names (all of them strings).
        n_iter_: Steps done by the last call.
        loss_: Loss at the end, in units of the variance of the training targets.
        loss_curve_: Mean loss over the steps, at some 50 points of the last call.
        validation_score_: R^2 on the rows kept back; on the training rows if there are none.
        model_: The model that was trained.
        parameters_: Its trained parameters, a pytree of NumPy arrays.
        scaling_: How features become angles.
        target_scaling_: How numbers become targets.

    Example:
        >>> import numpy as np
        >>> from ebit import DQMLRegressor
        >>> x = np.linspace(0, 1, 20).reshape(-1, 1)
        >>> regressor = DQMLRegressor(depth=1, steps=100, random_state=0).fit(x, 40 + 10 * x[:, 0])
        >>> bool(abs(regressor.predict([[0.5]])[0] - 45) < 1)
        True

    Source:
        Interface: scikit-learn, Developing estimators.
    """

    target = "numbers"
    __init__ = constructor(OWN)

    def fit(
        self,
        X: ArrayLike,  # noqa: N803
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Train from new random parameters; with `warm_start` from those of the last call.

        Args:
            X: Features (rows, features), real numbers.
            y: One number per row.
            sample_weight: How much each row counts, at least 0; equal by default.

        Returns:
            The regressor itself.

        Raises:
            EbitError: If a setting is out of range, the features do not fit on the QPUs, or all
                numbers are equal.
            ValueError: If `X` or `y` is not what scikit-learn takes.
            TrainingDivergedError: If the loss stops being finite.
        """
        return self._fit(X, y, sample_weight, go_on=self.warm_start)

    def partial_fit(
        self,
        X: ArrayLike,  # noqa: N803
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Train `steps` steps more on these rows; the scalings of the first call stay.

        Args:
            X: Features (rows, features), real numbers.
            y: One number per row.
            sample_weight: How much each row counts, at least 0; equal by default.

        Returns:
            The regressor itself.

        Raises:
            EbitError: As `fit`.
        """
        return self._fit(X, y, sample_weight, go_on=True)

    def _fit(self, X: Any, y: Any, sample_weight: Any, *, go_on: bool) -> Self:  # noqa: N803
        go_on = go_on and hasattr(self, "parameters_")
        features, numbers = validate_data(
            self, X, y, dtype=np.float64, reset=not go_on, y_numeric=True
        )
        numbers = np.asarray(numbers, np.float64)
        weights = self._weights(features, sample_weight)
        if weights is not None:
            features, numbers = features[weights > 0], numbers[weights > 0]
            weights = weights[weights > 0]
        if len(numbers) < 2:
            raise EbitError("Argument `y` must have 2 rows or more, but has 1 sample: add some.")
        if not go_on:
            self.target_scaling_ = _scaling_of(numbers, weights)

        def split(targets: NDArray[np.float64]) -> tuple[NDArray[Any], NDArray[Any]]:
            return random_split("Argument `y`", len(targets), self.validation_fraction, 0)

        targets = self.target_scaling_.apply(numbers)
        self._train(features, targets, weights, 1, split, go_on=go_on)
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.float64]:  # noqa: N803
        """The predicted number of every row, in the units of `y`.

        Args:
            X: Features (rows, features), real numbers.

        Returns:
            Shape (rows,).

        Raises:
            NotFittedError: If `fit` was not called.
            ValueError: If `X` is not what scikit-learn takes or has another number of features.
        """
        scores = self._evaluate(X)[:, 0]
        return self.target_scaling_.invert(scores)

    def _preparation(self) -> dict[str, Any]:
        return {"class_names": [], "target_scaling": self.target_scaling_.to_dict()}

    def _restore(self, preparation: Mapping[str, Any]) -> None:
        self.target_scaling_ = TargetScaling.from_dict(preparation["target_scaling"])


def _scaling_of(numbers: NDArray[np.float64], weights: NDArray[np.float64] | None) -> TargetScaling:
    """Weighted mean and standard deviation; raises if all numbers are equal."""
    found = TargetScaling.fit("Argument `y`", numbers)
    if weights is None:
        return found
    mean = float(np.average(numbers, weights=weights))
    return TargetScaling(mean, float(np.sqrt(np.average((numbers - mean) ** 2, weights=weights))))
