"""What the nodes compute together: local updates, and the step that follows from them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ebit.consensus.agreement.fixed_point import add_trimmed_mean, from_fixed, to_fixed
from ebit.consensus.agreement.state import Apply, Integers
from ebit.consensus.agreement.updates import Ledger, Record


class LocalUpdate(Protocol):
    """The update of one node: it alone has the data for it."""

    def __call__(self, theta: Integers, round: int, key: int) -> Integers | None:
        """Compute the update of a round.

        Args:
            theta: Parameters in units of 2^-20, shape (P,).
            round: Number of the round, from 1.
            key: Seed for whatever is random in it.

        Returns:
            Update in units of 2^-20, below 2^31, shape (P,); None if the job was not done in time.
        """
        ...


class Ledgers(Protocol):
    """What the broker publishes about each round."""

    def __call__(self, round: int) -> Ledger:
        """The ledger of a round."""
        ...


def no_ledger(round: int) -> Ledger:
    """There is no broker."""
    return Ledger()


class Records(Protocol):
    """What honest nodes say of their witness."""

    def __call__(self, node: int, round: int) -> Record:
        """The record of a node in a round."""
        ...


def no_record(node: int, round: int) -> Record:
    """There are no verifiers."""
    return Record()


@dataclass(frozen=True)
class Work:
    """A training as the nodes see it.

    Attributes:
        theta: Parameters at the start in units of 2^-20, shape (P,).
        local_updates: One function per node.
        apply: The step: parameters, updates by node, ledger -> parameters.
        ledger: What the broker publishes.
        record: What honest nodes say of their witness.
    """

    theta: Integers
    local_updates: Sequence[LocalUpdate]
    apply: Apply
    ledger: Ledgers = no_ledger
    record: Records = no_record


def key_of(seed: int, node: int, round_number: int) -> int:
    """The seed of one node and round.

    Args:
        seed: Seed of the training.
        node: The node.
        round_number: The round.

    Returns:
        A whole number below 2^32.

    Example:
        >>> key_of(0, 1, 2) == key_of(0, 2, 1)
        False
    """
    text = f"{seed} {node} {round_number}".encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:4], "big")


@dataclass(frozen=True)
class LeastSquares:
    """A linear regression on the rows of one node: gradient steps, for trials of the agreement.

    Attributes:
        x: Features, shape (rows, P).
        y: Targets, shape (rows,).
        rate: Step size.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    rate: float = 0.1

    def __call__(self, theta: Integers, round: int, key: int) -> Integers:
        """The step of gradient descent on these rows."""
        residual = self.x @ from_fixed(theta) - self.y
        step = -self.rate * (self.x.T @ residual) / len(self.y)
        return to_fixed(np.clip(step, -1000.0, 1000.0))


def least_squares(nodes: int, f: int, parameters: int = 4, rows: int = 32, seed: int = 0) -> Work:
    """A linear regression whose rows are spread over the nodes.

    Args:
        nodes: Number of nodes.
        f: Most faulty ones; so many values are cut off at either end.
        parameters: Number of parameters P.
        rows: Rows of each node.
        seed: Chooses the data.

    Returns:
        The work.

    Example:
        >>> work = least_squares(4, 1)
        >>> len(work.local_updates), work.theta
        (4, array([0, 0, 0, 0]))
    """
    random = np.random.default_rng(seed)
    truth = random.normal(size=parameters)
    shards = []
    for _ in range(nodes):
        x = random.normal(size=(rows, parameters))
        shards.append(LeastSquares(x, x @ truth + 0.1 * random.normal(size=rows)))
    return Work(np.zeros(parameters, np.int64), shards, add_trimmed_mean(f))
