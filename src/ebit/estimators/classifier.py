"""A classifier with scikit-learn's interface; importing it needs scikit-learn."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ebit.data.dataset import labels_of_classes
from ebit.data.split import stratified_split
from ebit.errors import EbitError
from ebit.estimators.base import OWN, Estimator, constructor
from ebit.models import labels_of

# isort: split
from sklearn.base import ClassifierMixin
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import validate_data


class DQMLClassifier(ClassifierMixin, Estimator):  # type: ignore[misc]
    r"""Classifier on several QPUs, for scikit-learn.

    .. math:: s_c(x) = \sum_o w_{co}\, P(o | x)

    Two classes have one score, and a row is of `classes_[1]` if it is at least 0; more classes have
    one each, and the largest says the class. Every QPU gets an equal share of the features, one per
    qubit, the first QPUs what is left over; other qubits get the angle 0. Training is in complex64;
    predictions are in complex128, a fixed number of rows at a time, so that what a row gets does
    not depend on the rows beside it.

    Args:
        resource: What the QPUs share, as on the command line or as a resource object; or a
            baseline, `single` or `dnn`.
        features: Which columns go to which QPU, as `a,b,c|d,e` (names of the columns of `X`, or
            places from 0); every column once. By default equal shares in their order.
        scale: `angles` maps the range that each feature has in the training data to [0, pi];
            `none` takes the features as angles in radians.
        random_state: Seed of the initial parameters and of the order of the data: an integer, a
            NumPy `RandomState`, or None for another one at every fit.
        validation_fraction: Share of the rows of each class that are kept back to choose the best
            restart; 0 for none.
        restarts: Trainings from different initial parameters, of which the best is kept: by
            accuracy on the rows kept back, or by the loss if there are none.
        shots: Shots per row and circuit of every gradient; exact gradients by default.
        precision: `single` (complex64) or `double` (complex128) in training.
        class_weight: Weight of each class: a dict, `balanced`, or None for equal ones.
        warm_start: Whether `fit` goes on from the parameters it has.
        verbose: Whether to print progress.
        **settings: Any settings of `ModelSettings` (`qpus`, `topology`, `noise`, ...) and of
            `TrainingSettings` but `runs`, `seed`, `validate_every`, `scores` and `target`. By
            default `qubits` is as many as take the share of a QPU, at least 2, `loss` is `mse` for
            two classes and `cross-entropy` for more, `steps` is 500, and a minibatch has all rows.

    Attributes:
        classes_: The labels, sorted.
        n_features_in_: Number of features seen in `fit`.
        feature_names_in_: Their names, if `X` had names (all of them strings).
        n_iter_: Steps done by the last call.
        loss_: Loss over the training data at the end, all rows alike.
        loss_curve_: Mean loss over the steps, at some 50 points of the last call.
        validation_score_: Accuracy on the rows kept back; on the training rows if there are none.
        model_: The model that was trained.
        parameters_: Its trained parameters, a pytree of NumPy arrays.
        scaling_: How features become angles.

    Example:
        >>> import numpy as np
        >>> from ebit import DQMLClassifier
        >>> x = np.linspace(0, 1, 20).reshape(-1, 1)
        >>> y = np.where(x[:, 0] > 0.5, "far", "near")
        >>> classifier = DQMLClassifier(depth=1, steps=30, random_state=0).fit(x, y)
        >>> classifier.predict([[0.9], [0.1]]).tolist()
        ['far', 'near']

    Source:
        Model: Kim et al., arXiv:2605.03864. Interface: scikit-learn, Developing estimators.
    """

    target = "labels"
    classes_: NDArray[Any]
    __init__ = constructor({**OWN, "class_weight": None})

    def fit(
        self,
        X: ArrayLike,  # noqa: N803
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Train from new random parameters; with `warm_start` from those of the last call.

        Args:
            X: Features (rows, features), real numbers.
            y: One label per row; any values.
            sample_weight: How much each row counts, at least 0; equal by default.

        Returns:
            The classifier itself.

        Raises:
            EbitError: If a setting is out of range, or the features do not fit on the QPUs.
            ValueError: If `X` or `y` is not what scikit-learn takes.
            TrainingDivergedError: If the loss stops being finite.
        """
        return self._fit(X, y, sample_weight, None, go_on=self.warm_start)

    def partial_fit(
        self,
        X: ArrayLike,  # noqa: N803
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Train `steps` steps more on these rows; the scaling of the first call stays.

        Args:
            X: Features (rows, features), real numbers.
            y: One label per row.
            classes: All labels there will be; needed in the first call.
            sample_weight: How much each row counts, at least 0; equal by default.

        Returns:
            The classifier itself.

        Raises:
            EbitError: As `fit`; or if `classes` is missing, or a label is none of them.
        """
        if classes is None and not hasattr(self, "classes_"):
            raise EbitError("Argument `classes` is missing: the first call needs all classes.")
        known = np.unique(classes) if classes is not None else self.classes_
        return self._fit(X, y, sample_weight, known, go_on=True)

    def _fit(
        self,
        X: Any,  # noqa: N803
        y: Any,
        sample_weight: Any,
        classes: Any,
        *,
        go_on: bool,
    ) -> Self:
        go_on = go_on and hasattr(self, "parameters_")
        features, labels = validate_data(self, X, y, dtype=np.float64, reset=not go_on)
        check_classification_targets(labels)
        weights = self._weights(features, sample_weight)
        if weights is not None:
            features, labels = features[weights > 0], labels[weights > 0]
            weights = weights[weights > 0]
        if go_on and classes is None:
            classes = self.classes_
        found = np.unique(labels) if classes is None else np.asarray(classes)
        if len(found) < 2:
            raise EbitError(
                f"Argument `y` must have two classes, but has one class, {found[0]}: add another."
            )
        if go_on and not np.array_equal(found, self.classes_):
            raise EbitError("Argument `classes` must be the classes of the first call.")
        unknown = labels[~np.isin(labels, found)]
        if len(unknown):
            raise EbitError(f"Argument `y` has the label {unknown[0]}, which is none of `classes`.")
        places = np.searchsorted(found, labels)
        if self.class_weight is not None:
            of_classes = compute_class_weight(self.class_weight, classes=found, y=labels)
            for name, weight in zip(found, of_classes, strict=True):
                if not 0 <= weight < np.inf:
                    raise EbitError(
                        "Argument `class_weight` must be a number of at least 0 for each class, "
                        f"but is {weight:g} for class {name}."
                    )
            balance = of_classes[places]
            weights = balance if weights is None else weights * balance

        def split(targets: NDArray[np.float64]) -> tuple[NDArray[Any], NDArray[Any]]:
            names = [str(name) for name in found]
            return stratified_split(
                "Argument `y`", targets, self.validation_fraction, 0, classes=names
            )

        targets = labels_of_classes(len(found))[places]
        scores = 1 if len(found) == 2 else len(found)
        self._train(features, targets, weights, scores, split, go_on=go_on)
        self.classes_ = found
        return self

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:  # noqa: N803
        r"""The scores; of two classes one, at least 0 for `classes_[1]`.

        Args:
            X: Features (rows, features), real numbers.

        Returns:
            Shape (rows,) for two classes, (rows, classes) for more.

        Raises:
            NotFittedError: If `fit` was not called.
            ValueError: If `X` is not what scikit-learn takes or has another number of features.
        """
        scores = self._evaluate(X)[:, : self.model_.scores]
        return scores[:, 0] if self.model_.scores == 1 else scores

    def predict(self, X: ArrayLike) -> NDArray[Any]:  # noqa: N803
        """The label of every row, from the scores.

        Args:
            X: Features (rows, features), real numbers.

        Returns:
            Members of `classes_`, shape (rows,).

        Raises:
            NotFittedError: If `fit` was not called.
            ValueError: If `X` is not what scikit-learn takes or has another number of features.
        """
        decision = self.decision_function(X)
        found = labels_of(decision.reshape(len(decision), -1))
        places = (found > 0).astype(int) if decision.ndim == 1 else found
        labels: NDArray[Any] = self.classes_[places]
        return labels

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:  # noqa: N803
        r"""Estimated probability of each class.

        .. math:: p_1(x) = \frac{1 + \min(\max(s(x), -1), 1)}{2}, \qquad p_0 = 1 - p_1

        The mean label :math:`p_1 - p_0` has the least mean squared error, so that `mse` trains
        the score to estimate it. With `product`, :math:`p_1` is the probability that the parity of
        one measured pair of bits says `classes_[1]`. With `shots`, it is the probability that the
        label read off `shots_per_label` shots is `classes_[1]`, as the loss counts it. With
        `cross-entropy` the probabilities are the softmax of the scores.

        Args:
            X: Features (rows, features), real numbers.

        Returns:
            Shape (rows, classes), in the order of `classes_`.

        Raises:
            NotFittedError: If `fit` was not called.
            ValueError: If `X` is not what scikit-learn takes or has another number of features.
        """
        return self._evaluate(X)[:, self.model_.scores :]

    def _preparation(self) -> dict[str, Any]:
        kind = self.classes_.dtype.kind
        if kind not in "biufU" and not all(isinstance(name, str) for name in self.classes_):
            raise EbitError("Class labels must be numbers or text to be saved: use such labels.")
        names = [str(name) for name in self.classes_]
        return {"class_names": names, "classes": self.classes_.tolist()}

    def _restore(self, preparation: Mapping[str, Any]) -> None:
        self.classes_ = np.asarray(preparation.get("classes", preparation["class_names"]))
