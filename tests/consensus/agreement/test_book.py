"""The broker's book, and the step of CEAS without floating point."""

import jax
import numpy as np
import pytest

from ebit.consensus.aggregation import trimmed_mean
from ebit.consensus.agreement.book import Book
from ebit.consensus.agreement.committee import Committee
from ebit.consensus.agreement.fixed_point import SCALE
from ebit.consensus.agreement.robust_step import add_robust_mean
from ebit.consensus.agreement.settings import BROKERS
from ebit.consensus.agreement.simulation import Simulation
from ebit.consensus.agreement.updates import Ledger, Record
from ebit.consensus.agreement.work import Work, least_squares
from ebit.consensus.broker import REGIMES
from ebit.consensus.keys.plane import key_rates
from ebit.consensus.mixing import nnm
from ebit.consensus.twins import drop_twins


@jax.jit
def direction_of(
    x: jax.Array, p: jax.Array, witness: jax.Array, f: int, floor: float
) -> tuple[jax.Array, jax.Array]:
    """The direction of the training, and how many liars are left after twins are dropped."""
    own, left = drop_twins(x, p, f, floor)  # type: ignore[arg-type]
    return trimmed_mean(nnm(x, own, left), own, left) / (own @ witness), left


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("floor", [0.0, 1e-3])
def test_the_exact_step_is_that_of_the_training(seed: int, floor: float) -> None:
    random = np.random.default_rng(seed)
    n, f, size = 10, 3, 5
    x = np.rint(random.normal(size=(n, size)) * SCALE).astype(np.int64)
    x[7:9] = x[7] + np.array([[0], [1]])  # twins
    p = random.uniform(0.5, 1.5, n)
    p[9] = 0.0  # absent
    witness = random.uniform(0.3, 1.0, n)
    weight, shown = (np.rint(a * SCALE).astype(int) for a in (p, witness))
    ledger = Ledger((4,) * n, (0,) * n, (0,) * n, tuple(shown.tolist()), tuple(weight.tolist()))
    theta = np.arange(size)
    squared = floor * SCALE**2
    found = add_robust_mean(f, int(squared))(theta, dict(enumerate(x)), ledger)
    direction, left = direction_of(
        *(np.asarray(a, np.float32) for a in (x / SCALE, p / p.sum(), witness)), f, floor
    )
    assert int(left) == (f if floor == 0 else f - 2)
    np.testing.assert_allclose((found - theta) / SCALE, direction, atol=1e-5)


def test_all_nodes_read_the_same_book_and_their_witness_is_believed() -> None:
    books = [Book("hard", nodes=7, faulty=2, rounds=6, seed=3, rate=0.1, size=4) for _ in range(2)]
    for number in range(1, 7):
        ledger = books[0].ledger(number)
        assert ledger == books[1].ledger(number)
        assert Ledger.decode(ledger.encode()) == ledger
        for node in range(7):
            record = books[1].record(node, number)
            assert ledger.confirms(node, record)
            assert not ledger.confirms(
                node, Record(record.pairs + 1, record.shots, record.successes)
            )
            assert (books[0].worth(node, number) is None) == (ledger.pairs[node] == 0)
            assert (ledger.weight[node] == 0) == (ledger.pairs[node] == 0)


def test_a_committee_trains_with_the_book() -> None:
    work = least_squares(7, 2)
    book = Book("easy", nodes=7, faulty=2, rounds=8, seed=0, rate=0.1, size=4)
    carried = [book.carried(local, k) for k, local in enumerate(work.local_updates)]
    own = Work(work.theta, carried, book.apply, book.ledger, book.record)
    outcome = Simulation(Committee(7, 2), own, rounds=8, faulty={1: "wrong update"}).run(until=5000)
    assert outcome.finished
    assert not outcome.violations
    assert not outcome.alarms["false witness"]
    assert outcome.final is not None
    assert (outcome.final.values != work.theta).all()


def test_regimes_of_nodes_are_those_of_the_broker() -> None:
    assert ("", *REGIMES) == BROKERS


def test_keys_come_with_the_square_of_success_and_none_from_noise() -> None:
    rates = key_rates([0.1, 0.5], 0.99)
    assert rates[0, 1] == rates[1, 0]
    np.testing.assert_allclose(rates[1] / rates[0], 5.0)
    assert (key_rates([0.5], 0.90) == 0).all()  # two links of F = 0.90 make one of 0.81
