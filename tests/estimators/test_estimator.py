import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy import stats
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import (
    check_sample_weight_equivalence_on_dense_data,
    parametrize_with_checks,
)

import ebit
from ebit.errors import EbitError
from ebit.estimators.base import BLOCK
from ebit.estimators.classifier import DQMLClassifier
from ebit.estimators.regressor import DQMLRegressor
from ebit.learning import Fit, fit
from ebit.results import load_model

SEED_OF_0 = int(np.random.RandomState(0).randint(2**31 - 1))


def points(rows: int, features: int) -> tuple[NDArray[np.float64], NDArray[np.str_]]:
    x = np.random.default_rng(1).normal(size=(rows, features))
    return x, np.where(x[:, 0] > 0, "far", "near")


X, Y = points(40, 5)


@pytest.fixture(scope="module")
def bell() -> DQMLClassifier:
    """Five features on two QPUs of four qubits each."""
    return DQMLClassifier("bell:1", qubits=4, depth=1, steps=20, random_state=0).fit(X, Y)


@pytest.fixture(scope="module")
def dnn() -> DQMLClassifier:
    return DQMLClassifier("dnn", steps=5, scale="none", random_state=0).fit(X, Y)


def expected_angles(x: NDArray[np.float64]) -> NDArray[np.float64]:
    scaled = np.pi * (x - X.min(axis=0)) / (X.max(axis=0) - X.min(axis=0))
    zero = np.zeros((len(x), 1))
    return np.hstack([scaled[:, :3], zero, scaled[:, 3:], zero, zero])


def test_fit_sets_what_scikit_learn_expects(bell: DQMLClassifier) -> None:
    assert bell.classes_.tolist() == ["far", "near"]
    assert bell.n_features_in_ == 5
    assert bell.n_iter_ == 20
    assert bell.model_ == ebit.DistributedQCNN(depth=1, resource=ebit.BellPairs(1))
    assert bell.__sklearn_tags__().classifier_tags.multi_class


@pytest.mark.slow
def test_the_pooling_layout_reaches_the_model() -> None:
    classifier = DQMLClassifier("none", depth=1, pooling="all-but-one", steps=1, random_state=0)
    classifier.fit(X, Y)
    assert classifier.model_ == ebit.DistributedQCNN(qubits=3, depth=1, pooling="all-but-one")
    assert classifier.predict(X).shape == Y.shape


def test_training_is_that_of_the_library(bell: DQMLClassifier) -> None:
    signs = np.where(Y == "near", 1, -1)
    result = fit(bell.model_, (expected_angles(X), signs), steps=20, seed=SEED_OF_0)
    for own, other in zip(
        jax.tree.leaves(bell.parameters_), jax.tree.leaves(result.parameters), strict=True
    ):
        assert isinstance(own, np.ndarray)
        np.testing.assert_allclose(own, other[0], atol=1e-5)
    assert bell.loss_ == pytest.approx(float(result.train_loss[0]), abs=1e-5)


def test_decision_is_the_read_out(bell: DQMLClassifier) -> None:
    encoded = bell.model_.encode(jnp.asarray(expected_angles(X)))
    expectation = jax.jit(bell.model_.expectation)(bell.parameters_, encoded)
    decision = bell.decision_function(X)
    assert decision.dtype == np.float64
    np.testing.assert_allclose(decision, expectation, atol=2e-5)
    assert 0 < (decision > 0).sum() < len(X)
    predicted = bell.predict(X)
    np.testing.assert_array_equal(predicted, np.where(decision > 0, "near", "far"))
    assert bell.score(X, Y) == (predicted == Y).mean()


def test_probabilities_follow_the_decision(bell: DQMLClassifier) -> None:
    positive = (1 + np.clip(bell.decision_function(X), -1, 1)) / 2
    np.testing.assert_allclose(bell.predict_proba(X), np.stack([1 - positive, positive], axis=1))


def test_probabilities_of_labels_from_shots() -> None:
    """predict_proba is the probability of the label of 3 shots, majority of their parities."""
    classifier = DQMLClassifier(
        "none", depth=1, readout="parity", loss="shots", shots_per_label=3, steps=3, random_state=0
    ).fit(X, Y)
    sign = np.sign(classifier.parameters_["readout"])
    encoded = classifier.model_.encode(jnp.asarray(_angles_of_three(X)))
    with jax.enable_x64(True):
        parity = classifier.model_.read_out(classifier.parameters_, encoded, trained_readout=False)
    even = np.asarray(parity.probabilities)[:, 0]
    majority = stats.binom.sf(1, 3, even if sign > 0 else 1 - even)
    np.testing.assert_allclose(classifier.predict_proba(X)[:, 1], majority, atol=1e-5)
    assert classifier.loss_ == pytest.approx(
        np.mean(np.where(Y == "near", 1 - majority, majority)), abs=1e-5
    )


def test_the_best_restart_is_that_of_the_shots_of_the_loss(monkeypatch: Any) -> None:
    """One restart is best with infinitely many shots, the other with three."""
    seen = []

    def altered(*given: Any, **options: Any) -> Fit:
        result = fit(*given, **options)
        at_shots = {**result.validation_accuracy_at_shots, 3: np.array([0.2, 0.6])}
        seen.append(
            replace(
                result,
                validation_accuracy=np.array([0.9, 0.1]),
                validation_accuracy_at_shots=at_shots,
            )
        )
        return seen[0]

    monkeypatch.setattr("ebit.estimators.base.fit", altered)
    settings_of_three = {"loss": "shots", "shots_per_label": 3, "validation_fraction": 0.3}
    classifier = DQMLClassifier(
        "none", depth=1, readout="parity", steps=3, random_state=0, restarts=2, **settings_of_three
    ).fit(X, Y)
    np.testing.assert_array_equal(
        classifier.parameters_["readout"], seen[0].parameters["readout"][1]
    )
    assert classifier.validation_score_ == 0.1


def _angles_of_three(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Five features on two QPUs of three qubits each."""
    scaled = np.pi * (x - X.min(axis=0)) / (X.max(axis=0) - X.min(axis=0))
    return np.hstack([scaled, np.zeros((len(x), 1))])


def test_a_tie_is_the_second_class(bell: DQMLClassifier, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one rule from scores to labels: at least 0 is +1."""
    monkeypatch.setattr(bell, "decision_function", lambda rows: np.array([0.0, -0.1, 0.1]))
    assert bell.predict(X[:3]).tolist() == ["near", "far", "near"]


def test_a_row_does_not_depend_on_the_rows_beside_it(bell: DQMLClassifier) -> None:
    x, _ = points(2 * BLOCK + 9, 5)
    together = bell.decision_function(x)
    order = np.random.default_rng(2).permutation(len(x))
    np.testing.assert_array_equal(bell.decision_function(x[order]), together[order])
    alone = np.concatenate([bell.decision_function(row[None]) for row in x])
    np.testing.assert_array_equal(alone, together)


def test_no_global_setting_changes(bell: DQMLClassifier) -> None:
    bell.predict(X)
    assert jnp.zeros(1).dtype == jnp.float32


def test_features_outside_the_training_range_are_clipped(bell: DQMLClassifier) -> None:
    low, high = X.min(axis=0), X.max(axis=0)
    edge = bell.decision_function(np.stack([low, high]))
    outside = bell.decision_function(np.stack([low - 1e6, high + 1e6]))
    np.testing.assert_array_equal(outside, edge)


@pytest.mark.slow
def test_scale_none_takes_the_features_as_they_are(dnn: DQMLClassifier) -> None:
    zero = np.zeros((len(X), 1))
    angles = jnp.asarray(np.hstack([X[:, :3], X[:, 3:], zero]))
    expectation = dnn.model_.expectation(dnn.parameters_, dnn.model_.encode(angles))
    np.testing.assert_allclose(dnn.decision_function(X), expectation, atol=1e-5)


@given(
    arrays(
        np.float64, st.tuples(st.integers(1, 4), st.sampled_from([1, 5, 6])), elements=st.floats()
    )
)
@settings(deadline=None)
@np.errstate(invalid="ignore")  # scikit-learn adds up the values to look for NaN
def test_any_table_is_classified_or_refused(bell: DQMLClassifier, x: NDArray[np.float64]) -> None:
    if x.shape[1] != 5 or not np.all(np.isfinite(x)):
        with pytest.raises(ValueError, match=r"features|NaN|infinity"):
            bell.predict(x)
    else:
        bound = np.abs(bell.parameters_["readout"]).max() + 1e-6
        assert np.all(np.abs(bell.decision_function(x)) <= bound)
        probabilities = bell.predict_proba(x)
        assert np.all((probabilities >= 0) & (probabilities <= 1))


def test_pickle(bell: DQMLClassifier) -> None:
    copy = pickle.loads(pickle.dumps(bell))
    np.testing.assert_array_equal(copy.decision_function(X), bell.decision_function(X))


def test_random_state() -> None:
    def first_parameters(seed: int | np.random.RandomState | None) -> NDArray[np.float32]:
        classifier = DQMLClassifier("dnn", steps=1, batch_size=3, random_state=seed).fit(X, Y)
        weights: NDArray[np.float32] = classifier.parameters_["weights"][0]
        return weights

    zero, none = first_parameters(0), first_parameters(None)
    np.testing.assert_array_equal(zero, first_parameters(np.random.RandomState(0)))
    assert not np.array_equal(zero, none)
    assert not np.array_equal(first_parameters(None), none)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("features", "chosen", "qubits"), [(4, None, 2), (9, None, 5), (3, 4, 4)])
def test_qubits_take_all_features(features: int, chosen: int | None, qubits: int) -> None:
    x, y = points(6, features)
    classifier = DQMLClassifier("dnn", qubits=chosen, steps=1, random_state=0).fit(x, y)
    assert classifier.model_.features == 2 * qubits
    assert classifier.predict(x).shape == (6,)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"resource": "entangled"}, "Unknown resource 'entangled'"),
        ({"resource": 3}, "`resource` must be text, but is 3"),
        ({"qubits": 2, "passes": 1}, "`qubits` must be at least 3 for 5 features .*, but is 2"),
        ({"qubits": 17}, "`qubits` must be a whole number from 2 to 16"),
        ({"sizes": (3, 2), "qubits": 4}, "`sizes` .'3,2'. and `qubits` .4. both say how many"),
        ({"features": "0,1|2"}, "`features` must name every column of `X`, but leaves out 3"),
        ({"features": "0,1,2|3|4"}, "columns to 3 QPUs .3, 1, 1., but `qpus` is 2"),
        ({"features": 3}, "`features` must be text such as"),
        ({"class_weight": {"far": -1}}, "`class_weight` must be .* but is -1 for class far"),
        ({"qubits": 4.0}, "`qubits` must be a whole number"),
        ({"depth": 0}, "`depth` must be at least 1"),
        ({"depth": "5"}, "`depth` must be a whole number, but is '5'"),
        ({"mixing": -1}, "`mixing` must be at least 0"),
        ({"readout": "mean"}, "`readout` must be .*, but is 'mean'"),
        ({"pooling": 2}, "`pooling` must be 'halves' or 'all-but-one', but is 2"),
        ({"loss": "hinge"}, "`loss` must be .*, but is 'hinge'"),
        ({"steps": 0}, "`steps` must be .*at least 1"),
        ({"steps": True}, "`steps` must be a whole number, but is True"),
        ({"steps": 10**30}, "`steps` must be at most 1000000000, but is 1000"),
        ({"batch_size": 41}, "`batch_size` must be at most the 40 rows"),
        ({"batch_size": 2.5}, "`batch_size` must be a whole number, but is 2.5"),
        ({"learning_rate": -1.0}, "`learning_rate` must be greater than 0, but is -1"),
        ({"learning_rate": "fast"}, "`learning_rate` must be a number, but is 'fast'"),
        ({"scale": "unit"}, "Scale 'unit' is unknown"),
        ({"random_state": -1}, "`random_state` must be .*, but is -1"),
        ({"random_state": "x"}, "`random_state` must be .*, but is 'x'"),
    ],
)
def test_bad_settings(arguments: dict[str, object], message: str) -> None:
    classifier = DQMLClassifier(**arguments)
    with pytest.raises(EbitError, match=message) as caught:
        classifier.fit(X, Y)
    assert "\n" not in str(caught.value)
    with pytest.raises(NotFittedError):
        classifier.predict(X)


@pytest.mark.parametrize(
    ("arguments", "changes", "message"),
    [
        ({}, {"depth": 3}, "`depth` was 1 when this model was first fitted and is 3 now: leave"),
        ({}, {"resource": "bell:1"}, "`resource` was 'none' .* and is 'bell:1' now"),
        ({}, {"scale": "none"}, "`scale` was 'angles' .* and is 'none' now"),
    ],
)
def test_going_on_takes_the_same_model(
    arguments: dict[str, Any], changes: dict[str, Any], message: str
) -> None:
    classifier = DQMLClassifier("none", depth=1, steps=1, warm_start=True, **arguments).fit(X, Y)
    classifier.set_params(**changes)
    for go_on in (classifier.fit, classifier.partial_fit):
        with pytest.raises(EbitError, match=message):
            go_on(X, Y)
    classifier.set_params(warm_start=False).fit(X, Y)


def test_columns_of_each_qpu(tmp_path: Path) -> None:
    settings = {"depth": 1, "steps": 1, "random_state": 0}
    chosen = DQMLClassifier("bell:1", features="4,0|2,1,3", **settings).fit(X, Y)
    moved = np.insert(X[:, [4, 0, 2, 1, 3]], 2, 0, axis=1)  # QPU A has room for one more
    plain = DQMLClassifier("bell:1", **settings).fit(moved, Y)
    np.testing.assert_allclose(chosen.predict_proba(X), plain.predict_proba(moved), atol=1e-12)
    chosen.save(tmp_path / "a.safetensors")
    again = DQMLClassifier.load(tmp_path / "a.safetensors")
    np.testing.assert_array_equal(again.predict_proba(X), chosen.predict_proba(X))


def test_a_saved_order_of_columns_is_that_of_predictions(tmp_path: Path) -> None:
    x, y = X[:, :4], Y
    chosen = DQMLClassifier("none", features="3,0|2,1", depth=1, steps=1, random_state=0).fit(x, y)
    chosen.save(tmp_path / "a.safetensors")
    stored = load_model(tmp_path / "a.safetensors")
    found = stored.expectation(chosen.scaling_.apply(x), 0)
    np.testing.assert_allclose(found, chosen.decision_function(x), atol=1e-6)


def test_a_graph_and_sizes_are_values() -> None:
    path = pytest.importorskip("networkx").path_graph(3)
    given = DQMLClassifier("none", qpus=3, topology=path, sizes=(3, 2, 2), depth=1, steps=1)
    settings = given.fit(X, Y)._settings_
    assert (settings.topology, settings.sizes, settings.qubits) == ("edges:A-B,B-C", "3,2,2", 3)


def test_bad_labels_and_features() -> None:
    classifier = DQMLClassifier()
    with pytest.raises(EbitError, match="but has one class, far"):
        classifier.fit(X, np.full(40, "far"))
    with pytest.raises(EbitError, match="`X` must have at most 32 features, but has 33"):
        DQMLClassifier(passes=1).fit(*points(6, 33))


@pytest.mark.slow
def test_pipeline_and_grid_search() -> None:
    pipeline = make_pipeline(StandardScaler(), DQMLClassifier("dnn", random_state=0))
    grid = {
        "dqmlclassifier__learning_rate": [1e-6, 0.1],
        "dqmlclassifier__steps": np.array([20]),
    }
    search = GridSearchCV(pipeline, grid, cv=2, error_score="raise").fit(X, Y)
    assert search.best_params_["dqmlclassifier__learning_rate"] == 0.1
    assert search.predict(X).shape == (40,)


def test_more_classes_with_one_versus_rest() -> None:
    y = np.array(["a", "b", "c"])[np.digitize(X[:, 0], [-0.5, 0.5])]
    classifier = OneVsRestClassifier(DQMLClassifier("dnn", steps=50, random_state=0)).fit(X, y)
    assert classifier.score(X, y) > 0.7


def test_ebit_imports_scikit_learn_on_first_use_only() -> None:
    assert ebit.DQMLClassifier is DQMLClassifier
    code = """
import sys
import ebit
assert "sklearn" not in sys.modules
sys.modules["sklearn"] = None
try:
    ebit.DQMLClassifier
except ebit.EbitError as error:
    print(error)
"""
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout == (
        "DQMLClassifier needs scikit-learn 1.6 or newer: install it with "
        "`pip install 'ebit[sklearn]'`.\n"
    )


def test_unknown_names_are_still_unknown() -> None:
    assert not hasattr(ebit, "DQMLTransformer")


def test_clone_keeps_the_settings(bell: DQMLClassifier) -> None:
    assert clone(bell).get_params() == bell.get_params()


ROUNDING = {
    "check_sample_weight_equivalence_on_dense_data": "asks for 7 digits, which double precision "
    "has: see test_weights_are_repeated_rows"
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", [DQMLClassifier, DQMLRegressor])
def test_weights_are_repeated_rows(kind: Any) -> None:
    """The check of scikit-learn that single precision fails."""
    estimator = kind(
        "bell:1", depth=1, steps=20, learning_rate=0.2, random_state=0, precision="double"
    )
    check_sample_weight_equivalence_on_dense_data(kind.__name__, estimator)


@pytest.mark.slow
def test_many_features_take_several_passes() -> None:
    """By default no QPU has more than eight qubits."""
    estimator = DQMLRegressor(depth=1, steps=1, random_state=0)
    x = np.random.default_rng(0).normal(size=(6, 30))
    settings = estimator.fit(x, x[:, 0])._settings_
    assert (settings.qubits, settings.passes) == (8, 2)


@pytest.mark.slow
@parametrize_with_checks(  # type: ignore[untyped-decorator]
    [
        kind("bell:1", depth=1, steps=20, learning_rate=0.2, random_state=0)
        for kind in (DQMLClassifier, DQMLRegressor)
    ],
    expected_failed_checks=lambda estimator: ROUNDING,
)
def test_scikit_learn_checks(estimator: DQMLClassifier | DQMLRegressor, check: object) -> None:
    assert callable(check)
    check(estimator)
