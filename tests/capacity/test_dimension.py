"""Effective dimensions: published values, convergence, and what does not change them."""

import json
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

import ebit
from ebit.capacity.points import Layout
from ebit.resources import parse_resource

REFERENCE = Path("/work/shared/reference/kim2026.json")


def model_of(resource: str, qubits: int, depth: int, mixing: int = 0) -> ebit.DistributedQCNN:
    return ebit.DistributedQCNN(
        qubits=qubits, depth=depth, mixing=mixing, resource=parse_resource(resource)
    )


@pytest.mark.parametrize(
    ("resource", "outcomes", "ranks"),
    [
        ("none", "parity", (12, 16, 16)), ("none", "joint", (12, 16, 16)),
        ("classical", "parity", (12, 20, 30)),
        pytest.param("classical", "joint", (12, 20, 30), marks=pytest.mark.slow),
    ],
)  # fmt: skip
def test_published_values_of_two_qubits(
    resource: str, ranks: tuple[int, ...], outcomes: str
) -> None:
    """Hwang 2025: two 2-qubit QPUs saturate at 16 without and 30 with classical bits."""
    for depth, rank in zip((2, 4, 8), ranks, strict=True):
        found = ebit.effective_dimension(
            model_of(resource, 2, depth), inputs=100, points=5, outcomes=outcomes
        )
        assert found.rank == rank
        assert not found.on_sampling_bound


@pytest.mark.parametrize(
    ("resource", "depth", "mixing", "rank"),
    [
        ("none", 5, 0, 64), ("none", 30, 0, 200), ("bell:1", 30, 0, 256), ("bell:4", 10, 0, 100),
        ("bell:2", 27, 3, 264), ("bell:3", 30, 3, 280), ("none", 19, 3, 200),
    ],
)  # fmt: skip
def test_published_values_of_four_qubits(resource: str, depth: int, mixing: int, rank: int) -> None:
    """Kim 2026, table S6: 100 Haar-random inputs; its depths count the mixing layers."""
    found = ebit.effective_dimension(model_of(resource, 4, depth, mixing), points=2)
    assert found.rank == rank
    assert found.num_parameters == 12 * depth + 8 * mixing + 24
    gap = found.spectrum.rank
    assert gap.smallest_kept is not None
    assert gap.largest_dropped is None or gap.largest_dropped < 1e-12 < 1e-8 < gap.smallest_kept
    assert found.on_sampling_bound == (rank in (100, 200))


@pytest.mark.slow
def test_every_entry_of_table_s6() -> None:
    if not REFERENCE.exists():
        pytest.skip("the published numbers are not on this machine")
    table = json.loads(REFERENCE.read_text())["table_S6"]
    for part, mixing in (("no_mixing", 0), ("mixing_3", 3)):
        for place, depth in enumerate(table[part]["depth"]):
            for pairs in range(5):
                found = ebit.effective_dimension(
                    model_of(f"bell:{pairs}", 4, depth - mixing, mixing)
                )
                assert found.rank == table[part][f"Bell-{pairs}"][place], (part, depth, pairs)


@pytest.mark.slow
@pytest.mark.parametrize(("resource", "rank"), [("none", 256), ("classical", 278)])
def test_published_values_with_parity(resource: str, rank: int) -> None:
    """Hwang 2025: 500 Haar-random inputs at depth 30."""
    found = ebit.effective_dimension(
        model_of(resource, 4, 30), inputs=500, points=20, outcomes="parity"
    )
    assert found.rank == rank


def test_entanglement_does_not_lower_the_converged_value() -> None:
    """With 100 inputs Bell-0 and Bell-4 sit on 200 and 100; with more, all reach 256."""
    for resource, inputs in (("none", 400), ("bell:4", 800)):
        found = ebit.effective_dimension(model_of(resource, 4, 30), points=2, converge=True)
        assert (found.rank, found.inputs, found.converged) == (256, inputs, True)


def test_convergence_stops_at_the_first_pair_of_equal_ranks() -> None:
    model = model_of("bell:1", 2, 4)
    alone = [ebit.effective_dimension(model, inputs=n, points=3) for n in (2, 4, 8, 16)]
    assert [one.rank for one in alone] == [6, 12, 16, 16]
    assert [one.converged for one in alone] == [None] * 4
    found = ebit.effective_dimension(model, inputs=2, points=3, converge=True)
    assert (found.inputs, found.rank, found.sampling_bound, found.converged) == (16, 16, 48, True)


def test_convergence_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ebit.capacity.dimension.MAX_INPUTS", 7)
    model = model_of("bell:2", 2, 8)
    found = ebit.effective_dimension(model, inputs=2, points=2, converge=True)
    assert (found.inputs, found.rank, found.on_sampling_bound, found.converged) == (
        7,
        7,
        True,
        False,
    )
    data = np.random.default_rng(0).normal(size=(5, 4))
    found = ebit.effective_dimension(model, inputs=5, points=2, data=data, converge=True)
    assert (found.inputs, found.converged) == (5, False)


def test_repeated_rows_prove_no_convergence() -> None:
    data = np.random.default_rng(0).normal(size=(10, 4))
    found = ebit.effective_dimension(
        model_of("none", 2, 1), inputs=40, points=2, data=np.tile(data, (8, 1)), converge=True
    )
    assert (found.inputs, found.rank, found.sampling_bound, found.converged) == (80, 10, 20, False)


def test_more_points_and_inputs_never_lower_the_rank() -> None:
    model = model_of("bell:1", 3, 2, mixing=1)
    ranks = [
        ebit.effective_dimension(model, inputs=n, points=4).spectrum.rank.ranks for n in (5, 10, 40)
    ]
    assert all(np.diff(np.array(ranks), axis=0).min(axis=1) >= 0)
    few = ebit.effective_dimension(model, inputs=40, points=2).spectrum.rank.ranks
    assert ranks[2][:2] == few


def test_data_as_inputs() -> None:
    """Extended CHSH data: each QPU sees 4 different halves, so 8 numbers at most without pairs."""
    chsh = ebit.data.chsh()
    x = np.concatenate([chsh.x_train, chsh.x_validation])[:16]
    found = ebit.effective_dimension(model_of("none", 2, 8), inputs=16, points=3, data=x)
    assert (found.rank, found.sampling_bound, found.on_sampling_bound) == (8, 8, True)


def test_information_and_spectrum_agree() -> None:
    model = model_of("bell:1", 2, 2, mixing=1)
    parameters = model.init(jax.random.key(0))
    information = ebit.fisher_information(model, parameters, inputs=30, seed=2)
    assert information.dtype == np.float64
    np.testing.assert_array_equal(information, information.T)
    assert np.linalg.eigvalsh(information).min() > -1e-12

    spectrum = ebit.fisher_spectrum(model, inputs=30, points=4, seed=2)
    assert np.all(np.diff(spectrum.eigenvalues, axis=1) <= 0)
    point = np.random.default_rng([2, 1]).uniform(0, 2 * np.pi, (4, Layout.of(model).angles))[3]
    own = ebit.fisher_information(model, Layout.of(model).cut(point), inputs=30, seed=2)
    found = np.sort(np.linalg.eigvalsh(own))[::-1]
    np.testing.assert_allclose(found, spectrum.eigenvalues[3], rtol=0, atol=1e-12)
    rank = spectrum.rank.ranks[3]
    assert np.count_nonzero(spectrum.eigenvalues[3]) == rank
    logarithms = np.log(spectrum.eigenvalues[spectrum.eigenvalues > 0])
    assert spectrum.log_std == pytest.approx(logarithms.std())


def test_information_is_in_the_order_of_the_parameters() -> None:
    """The last mixing layer's angles of QPU B are found where ravel_pytree puts them."""
    model = model_of("none", 2, 1, mixing=2)
    places: Any = Layout.of(model).cut(np.arange(Layout.of(model).angles))
    parameters = model.init(jax.random.key(3))
    with jax.enable_x64(True):
        flat, restore = ravel_pytree(
            {key: value for key, value in parameters.items() if key != "readout"}
        )
        again: Any = restore(jax.numpy.arange(len(flat), dtype=flat.dtype))
    jax.tree.map(np.testing.assert_array_equal, dict(places), dict(again))


def test_no_setting_of_jax_changes() -> None:
    ebit.effective_dimension(model_of("classical", 2, 1), inputs=3, points=1)
    assert jax.numpy.ones(1).dtype == np.float32


BAD: list[tuple[dict[str, Any], str]] = [
    ({"inputs": 0}, "`inputs` must be a whole number from 1 to 1000000, but is 0"),
    ({"inputs": 1.5}, "`inputs` must be a whole number from 1 to 1000000, but is 1.5"),
    ({"points": -1}, "`points` must be a whole number from 1 to 1000000, but is -1"),
    ({"points": True}, "`points` must be a whole number from 1 to 1000000, but is True"),
    ({"seed": -1}, "`seed` must be a whole number from 0 to 4294967295, but is -1"),
    (
        {"outcomes": "bits"},
        "`outcomes` must be one of joint, parity, classes, numbers, but is 'bits'",
    ),
    (
        {"model": ebit.SingleQCNN(qubits=2), "outcomes": "parity"},
        "'single' does not support parity outcomes",
    ),
    (
        {"model": ebit.DistributedDNN(qubits=2)},
        "must be a DistributedQCNN or a SingleQCNN, but is 'dnn'",
    ),
    ({"model": "bell:1"}, "must be a DistributedQCNN or a SingleQCNN, but is 'bell:1'"),
    ({"model": ebit.DistributedQCNN(qubits=9)}, "`qubits` must be at most 8 .* but is 9"),
]


@pytest.mark.parametrize(("changes", "names"), BAD, ids=str)
def test_bad_input(changes: dict[str, Any], names: str) -> None:
    model = changes.get("model", model_of("none", 2, 1))
    others = {key: value for key, value in changes.items() if key != "model"}
    for function in (ebit.effective_dimension, ebit.fisher_spectrum):
        with pytest.raises(ebit.EbitError, match=names):
            function(model, **others)


@pytest.mark.parametrize(
    ("damage", "names"),
    [
        (lambda p: {}, "`parameters` lacks `convolution`"),
        (lambda p: {**p, "mixing": np.zeros((2, 1, 2))}, "`parameters` must have arrays of shapes"),
        (lambda p: jax.tree.map(lambda leaf: leaf + np.nan, p), "NaN or infinite"),
    ],
)
def test_bad_parameters(damage: Any, names: str) -> None:
    model = model_of("none", 2, 1)
    with pytest.raises(ebit.EbitError, match=names):
        ebit.fisher_information(model, damage(model.init(jax.random.key(0))))


@pytest.mark.parametrize("pairs", [0, 1, 2])
def test_the_largest_dimension_with_mixing_layers(pairs: int) -> None:
    """Projectors of half the dimension on both QPUs, and the orbit of the pairs' state."""
    dimension, rank = 4, 2**pairs
    orbit = 2 * dimension**2 - 1 - rank**2 - 2 * (dimension - rank) ** 2
    model = ebit.DistributedQCNN(qubits=2, depth=10, mixing=15, resource=ebit.BellPairs(pairs))
    found = ebit.effective_dimension(model, inputs=100, points=2)
    assert found.rank == dimension**2 + orbit < found.sampling_bound
