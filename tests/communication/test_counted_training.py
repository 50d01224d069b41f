"""Training with counted shots, the last layer from one batch, and inference over real links."""

import numpy as np
import pytest

from ebit.communication import (
    ColumnSplit,
    costs,
    even_columns,
    fit,
    fit_last_layer,
    infer,
    model_for,
)
from ebit.communication.baselines.columns import (
    Shipped,
    cheapest_shipment,
    ridge_error,
    ship_columns,
)
from ebit.communication.links import PauliWire, infer_on_links
from ebit.errors import EbitError
from ebit.network import Link, Network, Qpu

NAMES = ("alice", "bob")


def separable(rows: int = 80) -> tuple[ColumnSplit, np.ndarray]:
    x = np.random.default_rng(0).normal(size=(rows, 6))
    return ColumnSplit(x, even_columns(6, NAMES)), np.sign(x[:, 0] + x[:, 4])


@pytest.mark.parametrize(
    ("optimizer", "options"),
    [("adam", {}), ("eg", {"rate": 0.1, "radius": 6.0, "scale": 2.0})],
)
def test_training_learns_and_counts(optimizer: str, options: dict[str, float]) -> None:
    data, y = separable()
    model = model_for(data, 2)
    fitted = fit(model, data, y, optimizer=optimizer, steps=60, batch=16, **options)  # type: ignore[arg-type]
    assert fitted.losses[-10:].mean() < 0.8 * fitted.losses[:3].mean()
    assert fitted.accuracy(data, y) > 0.75
    expected = costs.training_qubits(model, steps=60, batch=16, shots=32, load_hops=data.hops)
    assert fitted.ledger.qubits == expected
    if optimizer == "eg":
        assert all(np.abs(own).sum() <= 6 + 1e-9 for own in fitted.theta)


def test_exact_training_sends_nothing() -> None:
    data, y = separable(20)
    assert len(fit(model_for(data, 2), data, y, shots=None, steps=2).ledger) == 0


def test_one_batch_serves_all_steps_within_its_bound() -> None:
    data, y = separable(30)
    model = model_for(data, 2)
    theta = model.init(0)
    layer = fit_last_layer(model, theta, data, y, eps=0.2, weight=1, radius=3.0, steps=50)
    states = model.forward(theta, data.states())
    exact = np.stack(
        [
            (np.abs(states) ** 2) @ (1.0 - 2.0 * ((np.arange(model.size) >> k) & 1))
            for k in range(model.qubits)
        ],
        axis=1,
    )
    assert np.abs(exact - layer.features).max() < 0.2
    assert np.abs((exact - layer.features) @ layer.weights).max() <= layer.bound
    assert np.abs(layer.weights).sum() <= 3 + 1e-9
    m = layer.ledger.entries[-1].copies // len(data)
    assert layer.ledger.qubits == len(data) * m * model.qubits * (data.hops + model.hops)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"shots": 0}, "shots"),
        ({"shots": 10**20}, "shots"),
        ({"steps": 0}, "steps"),
        ({"optimizer": "sgd"}, "optimizer"),
    ],
)
def test_bad_training_is_one_clear_line(options: dict[str, object], words: str) -> None:
    data, y = separable(10)
    with pytest.raises(EbitError, match=words):
        fit(model_for(data, 2), data, y, **options)  # type: ignore[arg-type]
    with pytest.raises(EbitError, match="label -1 or 1"):
        fit(model_for(data, 2), data, y + 1)


def test_shipping_more_bits_is_not_worse() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(300, 5))
    y = np.sign(x[:, 0] - x[:, 3])
    assert ridge_error(x[:200], y[:200], x[200:], y[200:]) < 0.06
    parts = (x[:200, :2], x[:200, 2:], y[:200], x[200:, :2], x[200:, 2:], y[200:])

    def ship(bits: int, kept: int | None) -> Shipped:
        return ship_columns(*parts, bits=bits, kept=kept)

    shipped, _, reached = cheapest_shipment(ship, [None], 0.06)
    assert reached
    assert shipped.bits in {200 * 2 * b for b in (2, 4, 8)}
    assert not cheapest_shipment(ship, [None, 1], -1.0)[2]


def network(fidelity: float, rate: str = "100 Hz") -> Network:
    return Network(
        qpus=[Qpu(name=name, qubits=9) for name in NAMES],
        links=[Link(between=NAMES, delay="1 ms", pair_rate=rate, fidelity=fidelity)],
    )


def test_a_perfect_link_is_the_wire() -> None:
    data, _ = separable(2)
    model = model_for(data, 2)
    theta = model.init(0)
    found = infer_on_links(model, theta, data, network(1.0), copies=400)
    _, ledger = infer(model, theta, data, copies=400, wire="teleport")
    assert (found.ledger.ebits, found.ledger.cbits) == (ledger.ebits, ledger.cbits)
    assert np.abs(found.values - found.exact).max() < 5 / 20
    assert found.clean == 1.0
    hops = data.hops + model.hops
    assert found.seconds == pytest.approx(400 * hops * data.qubits / 100 + hops * 1e-3)


def test_noise_shrinks_the_output_by_what_density_matrices_say() -> None:
    """One hop of one qubit that is read along Z: X and XZ errors flip it."""
    fidelity, copies = 0.7, 4000
    state = np.tile(np.array([[1.0, 0.0]], complex), (copies, 1))
    weights = {NAMES: np.array([fidelity, 0.1, 0.1, 0.1])}
    wire = PauliWire(weights, np.random.default_rng(0))
    moved = wire(*NAMES, state)
    assert np.mean(np.abs(moved[:, 1]) ** 2) == pytest.approx(0.2, abs=0.03)
    assert wire.touched is not None
    assert wire.touched.mean() == pytest.approx(0.3, abs=0.03)
    plus = np.full((copies, 2), 0.5**0.5, complex)
    moved = wire(*NAMES, plus)
    assert np.mean(np.abs(moved[:, 0] - moved[:, 1]) ** 2 / 2) == pytest.approx(0.2, abs=0.03)
