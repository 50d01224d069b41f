"""Splitting, inference and gradients: against states made in one place, JAX, and formulas."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ebit.communication import (
    ColumnSplit,
    LayeredModel,
    Parties,
    PauliLayers,
    ReuploadLayers,
    costs,
    even_columns,
    gradient,
    infer,
    model_for,
    random_words,
    walsh_model,
)
from ebit.communication.memory import check_memory
from ebit.errors import EbitError, UnsupportedError

NAMES = ("alice", "bob", "carol", "dave")
RNG = np.random.default_rng(0)


def data_of(parties: int, features: int, rows: int = 2) -> ColumnSplit:
    x = np.random.default_rng(features).normal(size=(rows, features))
    return ColumnSplit(x, even_columns(features, NAMES[:parties]))


def kron_model(theta: jax.Array, state: jax.Array) -> jax.Array:
    """Walsh layers by dense matrices, written without the code under test."""
    size = len(state)
    qubits = size.bit_length() - 1
    gate = jnp.array([[1.0, 1.0], [1.0, -1.0]]) / jnp.sqrt(2.0)
    gates = jnp.ones((1, 1))
    for _ in range(qubits):
        gates = jnp.kron(gates, gate)
    bits = np.array([[bin(a & b).count("1") % 2 for b in range(size)] for a in range(size)])
    for angles in theta:
        state = gates @ (jnp.exp(-0.5j * (angles @ (1.0 - 2.0 * bits))) * state)
    weights = jnp.abs(state) ** 2
    return weights[: size // 2].sum() - weights[size // 2 :].sum()


@pytest.mark.parametrize("parties", [1, 2, 3, 4])
def test_states_loaded_in_turn_are_those_made_in_one_place(parties: int) -> None:
    data = data_of(parties, 9)
    room = Parties(NAMES)
    register = data.load(room, data.announce(room), copies=5)
    assert register.owner == NAMES[parties - 1]
    np.testing.assert_allclose(register.state, data.states(), atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(register.state, axis=1), 1, atol=1e-12)
    assert room.ledger.qubits == 5 * 2 * data.qubits * (parties - 1)
    assert room.ledger.cbits == 32 * 2 * (parties - 1)


def test_a_gate_on_a_foreign_register_is_an_error() -> None:
    room = Parties(NAMES)
    register = room.register("alice", np.eye(1, 4, dtype=complex), copies=1)
    for act in (room.gate, room.measure):
        with pytest.raises(EbitError, match="belongs to 'alice', not to 'bob'"):
            act("bob", register, lambda state: state)
    room.send_qubits(register, "bob")
    with pytest.raises(EbitError, match="belongs to 'bob'"):
        room.gate("alice", register, lambda state: state)


def test_output_and_gradient_are_those_of_jax() -> None:
    data = data_of(1, 6, rows=1)
    model = walsh_model(3, 4, NAMES[:2])
    theta = model.init(3)
    state = data.states()
    with jax.enable_x64(True):
        arrays = jnp.array(theta)
        value, slope = jax.value_and_grad(kron_model)(arrays, jnp.array(state[0]))
        value, slope = float(value), np.array(slope)
    assert model.output(theta, state)[0] == pytest.approx(value, abs=1e-12)
    for exact, own in zip(slope, model.gradient(theta, state), strict=True):
        np.testing.assert_allclose(own[0, 1:], exact[1:], atol=1e-6)


def pauli_model(layers: int = 2) -> LayeredModel:
    ansatz = tuple(PauliLayers(random_words(3, 5, seed=k)) for k in range(layers))
    return LayeredModel(ansatz, NAMES[:2] * (layers // 2))


def reupload_model() -> LayeredModel:
    x = np.array([[0.3, -1.0], [1.1, 0.4]])
    ansatz = (
        ReuploadLayers(3, (0, 1), 1.0, x),
        ReuploadLayers(3, (2,), 3.0, x[:, :1]),
    )
    return LayeredModel(ansatz, NAMES[:2])


@pytest.mark.parametrize(
    "model", [walsh_model(3, 2, NAMES[:2], weight=2), pauli_model(), reupload_model()]
)
def test_derivatives_are_finite_differences(model: LayeredModel) -> None:
    states = data_of(1, 6).states()
    theta = model.init(1, deviation=0.7)
    exact = model.gradient(theta, states)
    for place, layer in enumerate(model.layers):
        index: Any = tuple(int(k[-1]) for k in np.nonzero(layer.free))
        sides = []
        for step in (1e-5, -1e-5):
            moved = [own.copy() for own in theta]
            moved[place][index] += step
            sides.append(model.output(moved, states))
        slope = (sides[0] - sides[1]) / 2e-5
        np.testing.assert_allclose(exact[place][(slice(None), *index)], slope, atol=1e-8)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("parties", [2, 3])
def test_replay_is_the_same_as_the_batch(parties: int) -> None:
    data = data_of(parties, 7)
    model = model_for(data, 4)
    theta = model.init(0)
    exact = model.output(theta, data.states())
    runs = [infer(model, theta, data, copies=64, seed=k, replay=True) for k in range(30)]
    _, batched = infer(model, theta, data, copies=64)
    assert runs[0][1].merged() == batched.merged()
    means = np.mean([f for f, _ in runs], axis=0)
    errors = np.sqrt((1 - exact**2) / (64 * 30))
    assert (np.abs(means - exact) < 4 * errors + 1e-9).all()


@pytest.mark.parametrize("method", ["commuting", "shift", "repeat"])
def test_gradients_from_shots_have_the_right_mean(method: str) -> None:
    data = data_of(2, 3)
    model = model_for(data, 2)
    theta = model.init(0)
    exact = np.stack(model.gradient(theta, data.states()))
    many = data[np.repeat(np.arange(len(data)), 300)]
    found, _ = gradient(model, theta, many, copies=8, method=method)  # type: ignore[arg-type]
    runs = np.stack(found).reshape(len(found), len(data), 300, -1)  # (layers, rows, runs, angles)
    errors = runs.std(2) / np.sqrt(300) + 1e-9
    assert (np.abs(runs.mean(2) - exact) < 5 * errors).all()
    assert runs.std() > 0.05


@settings(max_examples=12, deadline=None)
@given(
    parties=st.integers(1, 4),
    features=st.integers(4, 9),
    turns=st.integers(1, 3),
    copies=st.integers(1, 9),
)
def test_the_ledger_is_the_formula(parties: int, features: int, turns: int, copies: int) -> None:
    data = data_of(parties, features, rows=1)
    model = model_for(data, 2 * turns, NAMES[: max(parties, 2)])
    theta = model.init(0)
    _, ledger = infer(model, theta, data, copies=copies)
    hops = data.hops + model.hops
    assert ledger.qubits == costs.inference_qubits(data.qubits, hops, copies)
    _, ledger = gradient(model, theta, data, copies=copies)
    assert ledger.qubits == costs.gradient_qubits(model, copies, data.hops)
    if data.qubits < 4:
        _, ledger = gradient(model, theta, data, copies=copies, method="shift")
        assert ledger.qubits == costs.shift_qubits(model, copies, data.hops)
        _, ledger = gradient(model, theta, data, copies=copies, method="repeat")
        assert ledger.qubits == costs.repeat_qubits(model, copies, data.hops)


def test_teleporting_costs_a_pair_and_two_bits() -> None:
    data = data_of(2, 5, rows=1)
    model = model_for(data, 2)
    _, direct = infer(model, model.init(), data, copies=3)
    _, wire = infer(model, model.init(), data, copies=3, wire="teleport")
    assert (wire.qubits, wire.ebits) == (0, direct.qubits)
    assert wire.cbits == direct.cbits + 2 * direct.qubits


def test_amplitude_estimation_is_within_its_bound_and_cheaper() -> None:
    data = data_of(2, 5, rows=1)
    model = model_for(data, 2)
    theta = model.init(2)
    exact = model.output(theta, data.states())[0]
    runs = [infer(model, theta, data, eps=0.01, mode="amplitude", seed=k) for k in range(20)]
    assert sum(abs(f[0] - exact) > 0.01 for f, _ in runs) <= 2
    _, shots = infer(model, theta, data, eps=0.01)
    assert all(ledger.qubits < shots.qubits / 4 for _, ledger in runs)


def test_emulated_shadow_tomography_is_within_its_bound_and_marked() -> None:
    data = data_of(1, 6, rows=1)
    model = pauli_model()
    theta = model.init(0, deviation=0.5)
    found, ledger = gradient(model, theta, data, eps=0.25, method="shadow_emulated")
    exact = model.gradient(theta, data.states())
    for own, true in zip(found, exact, strict=True):
        np.testing.assert_allclose(own, true, atol=0.25)
    assert all(entry.emulated for entry in ledger)
    assert ledger.qubits > 0
    with pytest.raises(UnsupportedError, match="commuting"):
        gradient(model, theta, data)


def bad(x: object = ((1.0, 2.0), (3.0, 5.0)), columns: object = None, **options: object) -> object:
    own = {"alice": [0], "bob": [1]} if columns is None else columns
    return ColumnSplit(x, own, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: bad([[1, np.nan], [1, 2]]), "holds nan in row 0, column 1"),
        (lambda: bad(np.zeros((2, 2)), bias=False, standardise=False), "Row 0 of `x` is zero"),
        (lambda: bad(columns={"alice": [0, 1], "bob": []}), "'bob' has no column"),
        (lambda: bad(columns={"alice": [0], "bob": [0, 1]}), "belongs to 'alice' and to 'bob'"),
        (lambda: bad(columns={"alice": [0]}), "Column 1 belongs to no party"),
        (lambda: bad(columns={"alice": [0], "bob": [2]}), "columns are 0 to 1"),
        (lambda: bad([1.0, 2.0]), "shape"),
        (lambda: even_columns(2, ("a", "b", "c")), "2 columns cannot be spread over 3"),
        (lambda: data_of(2, 2)[5:], "no row"),
    ],
)
def test_bad_data_are_one_clear_line(make: object, words: str) -> None:
    with pytest.raises(EbitError, match=words):
        make()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("options", "words"),
    [({"copies": 0}, "copies"), ({"eps": 0.0}, "eps"), ({"delta": 1.0}, "delta"),
     ({"copies": 10**20}, "copies"), ({"eps": 1e-200}, "takes more than 1e.15 copies"),
     ({"eps": 1e-5, "mode": "amplitude"}, "`eps` must be at least 0.0001"),
     ({"wire": "tin"}, "wire"), ({"mode": "best"}, "mode"), ({"copies": 65, "replay": True}, "64")],
)  # fmt: skip
def test_bad_arguments_are_one_clear_line(options: dict[str, object], words: str) -> None:
    data = data_of(2, 2)
    model = model_for(data, 2)
    with pytest.raises(EbitError, match=words):
        infer(model, model.init(), data, **options)  # type: ignore[arg-type]


def test_too_large_states_are_refused_before_they_are_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(EbitError, match=r"1000000 states of 29 qubits would need about .* GB"):
        check_memory(29, rows=10**6)
    with pytest.raises(EbitError, match="at most 30 qubits"):
        check_memory(31)
    many = np.broadcast_to(np.float32(1), (10**6, 2**20))  # 4 TB, of which nothing is there
    with pytest.raises(
        EbitError, match=r"1000000 states of 20 qubits would need about 100663.3 GB"
    ):
        ColumnSplit(many, {"alice": range(2**20)})
    monkeypatch.setattr("ebit.communication.memory.memory", lambda: 10**5)
    assert len(walsh_model(9, 4, NAMES[:2]).init()) == 4
    with pytest.raises(EbitError, match=r"A state of 9 qubits and its angles would need about 0.0"):
        walsh_model(9, 13, NAMES[:2]).init()
