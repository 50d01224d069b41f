"""CEAS as a strategy of Flower: the server by itself, and a run in Flower's simulation."""

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from ebit.consensus.aggregation import AGGREGATORS
from ebit.consensus.broker import NetworkSettings
from ebit.consensus.flower import Server, ceas_strategy
from ebit.errors import EbitError

IDEAL = NetworkSettings(nodes=7, regime="ideal", stations=7)
TRUTH = np.array([1.0, -2.0, 0.5])


def shard(node: int) -> tuple[Any, Any]:
    """Rows of a linear regression."""
    random = np.random.default_rng(node)
    x = random.normal(size=(40, 3))
    return x, x @ TRUTH + 0.05 * random.normal(size=40)


def trained(node: int, theta: Any) -> Any:
    """Parameters of a client after ten steps; clients 0 and 1 lie."""
    if node < 2:
        return theta + 50.0
    x, y = shard(node)
    for _ in range(10):
        theta = theta - 0.05 * x.T @ (x @ theta - y) / len(y)
    return theta


def test_the_step_is_the_filtered_mean_where_nothing_decays() -> None:
    random = np.random.default_rng(0)
    updates = random.normal(size=(7, 5))
    step, told = Server(IDEAL, faulty=2).step(updates, np.ones(7, bool))
    expected = AGGREGATORS["nnm+trmean"](jnp.asarray(updates, jnp.float32), jnp.full(7, 1 / 7), 2)
    np.testing.assert_allclose(step, np.asarray(expected), rtol=1e-5, atol=1e-6)
    assert told == {"arrived": 7, "worth": pytest.approx(1.0, abs=0.1), "skipped": 0}


@pytest.mark.slow
def test_equal_updates_come_through_a_network_that_shrinks_them() -> None:
    """What decay takes from all messages, the division by their mean worth gives back."""
    server = Server(NetworkSettings(nodes=10, regime="hard", stations=5), faulty=3)
    update = np.array([3.0, -1.0])
    for _ in range(3):
        step, told = server.step(np.tile(update, (10, 1)), np.ones(10, bool))
        assert 0 < told["worth"] < 0.95
        np.testing.assert_allclose(step, update, rtol=0.15)


def test_too_few_updates_skip_the_step() -> None:
    sent = np.arange(7) < 4
    step, told = Server(IDEAL, faulty=2).step(np.ones((7, 2)), sent)
    assert step.tolist() == [0, 0]
    assert told["skipped"] == 1


def test_an_update_that_is_no_number_does_not_count() -> None:
    updates = np.ones((7, 2))
    updates[0, 1] = np.nan
    step, told = Server(IDEAL, faulty=2).step(updates, np.ones(7, bool))
    assert told["arrived"] == 6
    np.testing.assert_allclose(step, 1, rtol=1e-5)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"faulty": 3}, r"`faulty` must be 0 to 2 for 7 nodes \(n >= 3f \+ 1\), but is 3"),
        ({"faulty": 1, "weights": "none"}, "`weights` must be one of info, minvar, uniform"),
    ],
)
def test_wrong_servers(given: dict[str, Any], words: str) -> None:
    with pytest.raises(EbitError, match=words):
        Server(IDEAL, **given)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_a_run_in_the_simulation_of_flower() -> None:
    """Two of seven clients lie: the strategy finds the truth, a plain mean does not."""
    pytest.importorskip("flwr")
    pytest.importorskip("ray")
    from flwr.app import Array, ArrayRecord, Context, Message, MetricRecord, RecordDict
    from flwr.clientapp import ClientApp
    from flwr.serverapp import Grid, ServerApp
    from flwr.simulation import run_simulation

    def train(message: Message, context: Context) -> Message:
        node = int(context.node_config["partition-id"])
        after = trained(node, message.content["arrays"]["theta"].numpy())
        told = MetricRecord({"num-examples": 40})
        content = RecordDict({"arrays": ArrayRecord({"theta": Array(after)}), "metrics": told})
        return Message(content=content, reply_to=message)

    found = []

    def main(grid: Grid, context: Context) -> None:
        server = Server(NetworkSettings(nodes=7, regime="hard", stations=5), faulty=2)
        strategy = ceas_strategy(server, fraction_evaluate=0.0)
        start = ArrayRecord({"theta": Array(np.zeros(3))})
        found.append(strategy.start(grid=grid, initial_arrays=start, num_rounds=8))

    client, app = ClientApp(), ServerApp()
    client.train()(train)
    app.main()(main)
    run_simulation(
        server_app=app,
        client_app=client,
        num_supernodes=7,
        backend_config={"client_resources": {"num_cpus": 2, "num_gpus": 0.0}},
    )
    (result,) = found
    np.testing.assert_allclose(result.arrays["theta"].numpy(), TRUTH, atol=0.3)
    told = result.train_metrics_clientapp
    assert sorted(told) == list(range(1, 9))
    assert all(one["arrived"] >= 5 or one["skipped"] for one in told.values())
    theta = np.zeros(3)
    for _ in range(8):  # what FedAvg does
        theta = np.mean([trained(node, theta) for node in range(7)], axis=0)
    assert np.abs(theta - TRUTH).max() > 10
