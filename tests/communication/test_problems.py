"""Problems, rivals and verdicts: laws that are known exactly."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ebit.communication import walsh_model
from ebit.communication.baselines import (
    pass_vector,
    project_and_pass,
    quantised,
    ship_angles,
    smallest_budget,
)
from ebit.communication.baselines.sketches import covered_edges, hyperplane_error
from ebit.communication.experiments.counting import ring_all_reduce
from ebit.communication.problems import (
    aligned_states,
    draw_matching,
    hidden_bits,
    margin_pair,
    measure_matching,
    subspace_input,
    turned,
    typed_edges,
)
from ebit.communication.rows import ADVANTAGE, DROWNED, EMULATED, NO_RIVAL, Row, judged


def test_a_hit_edge_tells_the_hidden_bit_without_error() -> None:
    rng = np.random.default_rng(0)
    hits = 0
    for _ in range(50):
        matching, answer = draw_matching(64, rng), int(rng.integers(2))
        bits, edges = hidden_bits(matching, answer, rng)
        seen = measure_matching(((1 - 2 * bits) / 8).astype(complex), matching, 4, rng)
        hits += len(seen)
        assert all(parity ^ edges[edge] == answer for edge, parity in seen)
    assert 60 < hits < 140  # half of the copies hit an edge


def test_an_input_lies_in_its_subspace() -> None:
    rng = np.random.default_rng(1)
    signs = rng.choice([-1.0, 1.0], (3, 64))
    for inside in (True, False):
        weights = np.abs(turned(signs, subspace_input(signs, inside, rng))) ** 2
        assert weights[:32].sum() == pytest.approx(float(inside), abs=1e-12)


def test_hyperplanes_agree_as_the_law_says() -> None:
    rng = np.random.default_rng(2)
    x, w = margin_pair(32, 0.4, rng)
    planes = rng.normal(size=(20_000, 32))
    agree = np.mean(np.sign(planes @ x) == np.sign(planes @ w))
    assert agree == pytest.approx(0.5 + math.asin(0.4) / math.pi, abs=0.015)
    assert hyperplane_error(0.4, 1, 20_000, 0) == pytest.approx(1 - agree, abs=0.02)


def test_alone_the_coordinates_of_typed_edges_say_nothing() -> None:
    data = typed_edges(256, 400, np.random.default_rng(3))
    agree = data.parities * data.labels[:, None] * data.signs[data.types]
    assert agree.mean() == pytest.approx(0.8, abs=0.02)  # 10 % are flipped


def test_outputs_of_aligned_states_spread() -> None:
    model = walsh_model(6, 4, ("alice", "bob"))
    theta = model.init(0)
    outputs = model.output(theta, aligned_states(model, theta, 200, np.random.default_rng(0)))
    assert outputs.std() > 0.3


def test_rivals_with_all_they_need_are_exact() -> None:
    model = walsh_model(5, 4, ("alice", "bob"))
    theta = model.init(0)
    states = aligned_states(model, theta, 3, np.random.default_rng(0))
    exact = model.output(theta, states)
    found, sent = pass_vector(model, theta, states, 32)
    assert sent == 3 * 2 * 32 * 32
    np.testing.assert_allclose(found, exact, atol=0.05)
    arrived, angles, sent = ship_angles(model, theta, states, 32)
    assert sent == (32 + 2 * 31) * 32
    np.testing.assert_allclose(model.output(angles, arrived), exact, atol=0.01)
    found, sent = project_and_pass(model, theta, states, 32, 32, seed=0)
    assert sent == 3 * 2 * 32 * 32
    np.testing.assert_allclose(found, exact, atol=0.05)
    coarse, _ = project_and_pass(model, theta, states, 8, 32, seed=0)
    assert np.abs(coarse - exact).max() > 0.05


@settings(max_examples=30)
@given(st.floats(-3.9, 3.9), st.integers(2, 16))
def test_a_quantised_number_is_half_a_step_away(value: float, bits: int) -> None:
    assert abs(quantised(np.array([value]), bits, 1.0)[0] - value) <= 4 / 2**bits + 1e-12


@settings(max_examples=30)
@given(st.integers(1, 500), st.integers(1, 64))
def test_the_smallest_budget_is_found(needed: int, start: int) -> None:
    found = smallest_budget(lambda b: float(b < needed), 0.5, start=start, most=500)
    assert found == (needed, 0.0, True)
    assert not smallest_budget(lambda b: 1.0, 0.5, start=start, most=500).reached


def test_more_coordinates_cover_more_edges() -> None:
    rng = np.random.default_rng(4)
    firsts = [covered_edges(draw_matching(256, rng).edges, 256, rng)[0] for _ in range(500)]
    missed = np.mean(np.array(firsts) >= 93)  # h = 93^2 / (4 * 256) = 8.4 expected edges
    assert missed < 0.01
    assert np.mean(np.array(firsts) >= 32) == pytest.approx(math.exp(-1), abs=0.08)


@pytest.mark.parametrize("count", range(2, 9))
def test_superdense_coding_halves_what_is_sent_on_line(count: int) -> None:
    plain, dense = ring_all_reduce(count), ring_all_reduce(count, dense=True)
    assert plain.cbits == 2 * (count - 1) * count * 128
    assert dense.where(tag="chunk").qubits * 2 == plain.cbits
    assert dense.qubits == plain.cbits


QUANTUM = Row("E4", 8, "quantum", "one-way", qubits=32, cbits=4, error=0.03, quantum=True)


@pytest.mark.parametrize(
    ("row", "rivals", "verdict"),
    [
        ({}, [], NO_RIVAL),
        ({}, [{"cbits": 37}], ADVANTAGE),
        ({}, [{"cbits": 36}], "no advantage: C5 needs 36"),
        ({}, [{"cbits": 37}, {"cbits": 9, "error": 0.04}], ADVANTAGE),
        ({"asked": 0.05}, [{"cbits": 37}, {"cbits": 9, "error": 0.04}], "no advantage: C5 needs 9"),
        ({}, [{"cbits": 37}, {"cbits": 9, "model": "two-way"}], ADVANTAGE),
        ({"model": "two-way"}, [{"cbits": 9, "model": "two-way"}], "no advantage: C5 needs 9"),
        ({"model": "two-way"}, [{"cbits": 9}], "no advantage: C5 needs 9"),
        ({}, [{"cbits": 9, "executed": False}], NO_RIVAL),
        ({}, [{"cbits": 9, "reached": False}], NO_RIVAL),
        ({}, [{"cbits": 9, "n": 10}], NO_RIVAL),
        ({}, [{"cbits": 9, "case": "b"}], NO_RIVAL),
        ({"emulated": True}, [{"cbits": 99}], EMULATED),
        ({"signal": 0.9}, [{"cbits": 99}], DROWNED),
        ({"executed": False}, [{"cbits": 99}], "formula"),
    ],
)
def test_the_word_advantage_is_said_only_where_it_is_due(
    row: dict[str, object], rivals: list[dict[str, object]], verdict: str
) -> None:
    own = replace(QUANTUM, **row)  # type: ignore[arg-type]
    base = Row("E4", 8, "C5 coordinates", "one-way", error=0.03)
    others = [replace(base, **rival) for rival in rivals]  # type: ignore[arg-type]
    assert judged([own, *others])[0].verdict == verdict
