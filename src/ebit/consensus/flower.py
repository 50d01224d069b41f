r"""CEAS as a strategy of Flower: broker, weights and filter around clients of any kind.

A client answers with its parameters, as for `FedAvg`; its update is what it changed. The simulated
broker says whose update arrives in a round, and shrinks it by the Werner parameter of its pairs,
:math:`x_k \to w_{tel,k} x_k`. What arrived is weighted, filtered, and divided once by
:math:`\sum_k p_k w_k`, as in `ebit consensus run`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from ebit.consensus.broker import Broker, NetworkSettings, ScheduleSettings
from ebit.consensus.filter import robust_mean
from ebit.consensus.witness import LEAST_WORTH, SMALLEST, WEIGHTS, capped
from ebit.errors import EbitError
from ebit.jax_settings import own_settings

Array = NDArray[np.float64]


def trusted(turn: int, nodes: int) -> Array:
    """The circuits of all nodes are without noise.

    Args:
        turn: The round, from 0.
        nodes: How many nodes.

    Returns:
        Werner parameters, shape (nodes,).

    Example:
        >>> trusted(0, 2).tolist()
        [1.0, 1.0]
    """
    return np.ones(nodes)


@dataclass
class Server:
    """What a server does with the updates of a round.

    Args:
        network: Nodes, links and rounds; its number of runs does not matter.
        faulty: Most nodes that may lie.
        witness: What verifiers measured of the circuits of the nodes in a round; no client reports
            its own. It gets the round, from 0, and the number of nodes.
        weights: Name of the weights, see `ebit.consensus.witness.WEIGHTS`.
        dimension: Dimension of the state that a node measures; for the weights `info` only.
        cap: Largest weight, in units of 1 / nodes.
        floor: Least expected squared distance of two updates with shot noise, see `drop_twins`.

    Raises:
        EbitError: If more than a third of the nodes may lie, or a setting is wrong.

    Example:
        >>> server = Server(NetworkSettings(nodes=4, regime="ideal", stations=4), faulty=1)
        >>> updates = np.array([[1.0], [1.2], [1.1], [99.0]])
        >>> step, told = server.step(updates, np.ones(4, bool))
        >>> bool(1.0 < step[0] < 1.2), told["arrived"]
        (True, 4)
    """

    network: NetworkSettings
    faulty: int
    witness: Callable[[int, int], Array] = trusted
    weights: str = "minvar"
    dimension: int = 2
    cap: float = 1.5
    floor: float = 0.0
    broker: Broker = field(init=False)
    value: Array = field(init=False)

    def __post_init__(self) -> None:
        nodes = self.network.nodes
        most = (nodes - 1) // 3
        if not 0 <= self.faulty <= most:
            raise EbitError(
                f"Argument `faulty` must be 0 to {most} for {nodes} nodes (n >= 3f + 1), but is "
                f"{self.faulty}."
            )
        if self.weights not in WEIGHTS:
            raise EbitError(
                f"Argument `weights` must be one of {', '.join(WEIGHTS)}, but is {self.weights!r}."
            )
        given = {**self.network.content, "seeds": 1}
        self.broker = Broker(ScheduleSettings(**given, policy="ceas"))
        self.value = np.ones((1, nodes))

    @own_settings
    def step(self, updates: Array, sent: NDArray[np.bool_]) -> tuple[Array, dict[str, Any]]:
        """Step of everybody after one round.

        Args:
            updates: One row for every node, shape (nodes, P); rows of nodes that sent nothing do
                not matter.
            sent: Which nodes sent one.

        Returns:
            The step, shape (P,), and what happened: updates that `arrived`, their mean `worth`, and
            whether the step was `skipped` because they are too few.
        """
        nodes, turn = self.network.nodes, self.broker.turn
        played = self.broker.round(self.value)
        done = played.done[0] & sent & np.isfinite(updates).all(axis=1)
        carried = self.broker.links.worth(played.used_age).mean(axis=-1)[0]
        carried = np.where(done, carried, 0.0)
        worth = np.clip(self.witness(turn, nodes) * carried, SMALLEST, 1)
        shares = np.where(done, WEIGHTS[self.weights](worth, 1, self.dimension), 0.0)
        p = capped(shares, self.cap)
        told = {
            "arrived": int(done.sum()),
            "worth": float(worth[done].mean()) if any(done) else 0.0,
        }
        if done.sum() <= 2 * self.faulty:
            return np.zeros(updates.shape[1]), {**told, "skipped": 1}
        self.value = np.where(done, p * done.sum(), 1.0)[None]
        x = np.where(done[:, None], carried[:, None] * updates, 0.0)
        raw, kept = robust_mean(
            jnp.asarray(x, jnp.float32),
            jnp.asarray(p, jnp.float32),
            self.faulty,
            jnp.asarray(self.floor, jnp.float32),
        )
        divisor = max(float(np.asarray(kept) @ worth), float(LEAST_WORTH))
        return np.asarray(raw, float) / divisor, {**told, "skipped": 0}


def ceas_strategy(server: Server, **options: Any) -> Any:
    """A strategy of Flower.

    All nodes are asked in every round. The first of them by number has the first link, and so on.

    Args:
        server: What is done with the updates.
        **options: Options of `FedAvg`, such as ``fraction_evaluate``.

    Returns:
        A ``flwr.serverapp.strategy.Strategy``.

    Raises:
        EbitError: If Flower is missing; in a round, if the number of clients is another one.
    """
    try:
        from flwr.app import Array as FlowerArray
        from flwr.app import ArrayRecord, ConfigRecord, Message, MetricRecord
        from flwr.serverapp import Grid
        from flwr.serverapp.strategy import FedAvg
    except ImportError:
        raise EbitError("This strategy needs Flower: install ebit[flower].") from None

    class Ceas(FedAvg):
        """Broker, weights and filter of CEAS."""

        before: ArrayRecord
        nodes: tuple[int, ...] = ()

        def configure_train(
            self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
        ) -> Iterable[Message]:
            """Ask all nodes."""
            messages = list(super().configure_train(server_round, arrays, config, grid))
            asked = tuple(sorted(message.metadata.dst_node_id for message in messages))
            if len(asked) != server.network.nodes or self.nodes not in ((), asked):
                raise EbitError(
                    f"Argument `network` has {server.network.nodes} nodes, but there are "
                    f"{len(asked)} clients, or others than before: set `nodes` to their number."
                )
            self.before, self.nodes = arrays, asked
            return messages

        def aggregate_train(
            self, server_round: int, replies: Iterable[Message]
        ) -> tuple[ArrayRecord | None, MetricRecord | None]:
            """Parameters after the step, and what happened."""
            start = {name: one.numpy() for name, one in self.before.items()}
            flat = _flat(start, start)
            updates = np.zeros((len(self.nodes), len(flat)))
            sent = np.zeros(len(self.nodes), bool)
            answered = []
            for reply in replies:
                if reply.has_error():
                    continue
                (record,) = reply.content.array_records.values()
                found = {name: one.numpy() for name, one in record.items()}
                if {n: v.shape for n, v in found.items()} != {n: v.shape for n, v in start.items()}:
                    continue
                place = self.nodes.index(reply.metadata.src_node_id)
                updates[place], sent[place] = _flat(found, start) - flat, True
                answered.append(reply.content)
            step, told = server.step(updates, sent)
            after, place = {}, 0
            for name, value in start.items():
                moved = value + step[place : place + value.size].reshape(value.shape)
                after[name] = FlowerArray(moved.astype(value.dtype))
                place += value.size
            metrics = MetricRecord(told)
            if answered:
                own = self.train_metrics_aggr_fn(answered, self.weighted_by_key)
                metrics.update(own)
            return ArrayRecord(after), metrics

    least = dict.fromkeys(("min_train_nodes", "min_available_nodes"), server.network.nodes)
    return Ceas(**{"fraction_train": 1.0, **least, **options})


def _flat(arrays: dict[str, Any], order: dict[str, Any]) -> Array:
    """All numbers as one vector."""
    return np.concatenate([np.asarray(arrays[name], float).ravel() for name in order])
