import itertools
import math

import numpy as np
import pytest
from data_helpers import error_of

from ebit.data import Dataset, chain_game, chsh, load, parity_game


def best_local(data: Dataset, qpus: int) -> float:
    """Largest share of right labels if each player's sign depends on the own features alone."""
    _, places = np.unique(data.x_train.reshape(-1, 2), axis=0, return_inverse=True)
    places = places.reshape(-1, qpus)
    answers = np.array(list(itertools.product((-1, 1), repeat=places.max() + 1)))
    best = 0.0
    for strategy in itertools.product(range(len(answers)), repeat=qpus - 1):
        product = np.ones(len(places))
        for player, answer in enumerate(strategy):
            product = product * answers[answer][places[:, player]]
        wanted = data.y_train * product  # the last player's best answer, input by input
        sums = np.bincount(places[:, -1], wanted)
        best = max(best, (1 + np.abs(sums).sum() / len(places)) / 2)
    return best


@pytest.mark.parametrize(("qpus", "bound"), [(3, 0.75), (4, 0.75), (5, 0.625), (6, 0.625)])
def test_parity_game_has_the_bound_of_local_strategies(qpus: int, bound: float) -> None:
    data = parity_game(qpus)
    assert data.x_train.shape == (2 ** (qpus - 1), 2 * qpus)
    assert best_local(data, qpus) == bound


@pytest.mark.parametrize(
    ("name", "qpus", "bound"),
    [("chain-game:2", 2, 0.75), ("chain-game:3", 3, 0.75), ("chain-game:3,topology=ring", 3, 0.75)],
)
def test_chain_game_has_the_bound_of_local_strategies(name: str, qpus: int, bound: float) -> None:
    assert best_local(load(name), qpus) == bound


def test_chain_game_of_two_is_the_extended_chsh_game() -> None:
    pair, game = chain_game(2), chsh()
    np.testing.assert_array_equal(pair.x_train, game.x_train)
    np.testing.assert_array_equal(pair.y_train, game.y_train)


def test_ring_counts_the_closing_edge() -> None:
    line, ring = chain_game(4), chain_game(4, "ring")
    ends = line.x_train[:, [0, 6]] / (math.pi / 2)
    closing = (-1) ** (ends[:, 0] * ends[:, 1])
    np.testing.assert_array_equal(ring.y_train, line.y_train * closing)
    assert (line.name, ring.name) == ("chain-game:4", "chain-game:4,topology=ring")


def test_three_players_of_a_shared_ghz_state_win_always() -> None:
    """The angles allow it: measure X for the bit 0 and Y for 1, whichever way the qubits turn."""
    x, y = np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]])
    ghz = np.zeros(8)
    ghz[[0, 7]] = 1 / np.sqrt(2)
    data = parity_game(3)
    for row, label in zip(data.x_train, data.y_train, strict=True):
        a, b, c = (y if angle > 0 else x for angle in row[::2])
        assert np.real(ghz @ np.kron(a, np.kron(b, c)) @ ghz) == pytest.approx(label)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("parity-game", "must end in the number of players"),
        ("parity-game:x", "must end in the number of players"),
        (
            "parity-game:2",
            "Data source `parity-game:2`: Argument `qpus` must be a whole number from 3 to 12",
        ),
        ("parity-game:3,topology=ring", "has no option `topology`: leave it out"),
        ("chain-game:1", "`qpus` must be a whole number from 2 to 8, but is 1"),
        ("chain-game:2,topology=ring", "`qpus` must be a whole number from 3 to 8, but is 2"),
        ("chain-game:4,topology=star", "`topology` must be one of line, ring, but is 'star'"),
        ("clusters:0,", "has no option ``"),
        ("clusters:0,points", "must be a whole number, but is 'missing'"),
        ("clusters:0,points=-4", "must be a whole number, but is '-4'"),
        ("clusters:0,points=64,points=64", "has option `points` twice"),
        ("clusters:0,dimensions=4", "has no option `dimensions`: use `features`"),
        ("clusters,features=4", "must end in a seed"),
        ("clusters-hwang:0,points=64", "has no option `points`: leave it out"),
        ("chsh,points=64", "has no option `points`"),
    ],
)
def test_bad_sources(source: str, expected: str) -> None:
    assert expected in error_of(lambda: load(source))


def test_options_are_part_of_the_name() -> None:
    name = "clusters:0,features=128,clusters=256,points=2048"
    data = load(name)
    assert (data.name, data.x_train.shape) == (name, (1536, 128))
    assert load("clusters:0,features=8").fingerprint == load("clusters:0").fingerprint
