from itertools import product
from math import factorial, prod

import numpy as np
import pytest

from ebit.models.counts import all_counts, number_of_counts


@pytest.mark.parametrize(("shots", "outcomes"), [(1, 2), (1, 4), (3, 2), (4, 3), (3, 4)])
def test_every_result_comes_once_with_its_number_of_orders(shots: int, outcomes: int) -> None:
    counts, log_orders = all_counts(shots, outcomes)
    found = {tuple(row): order for row, order in zip(counts.tolist(), log_orders, strict=True)}
    assert len(found) == len(counts) == number_of_counts(shots, outcomes)
    expected = [c for c in product(range(shots + 1), repeat=outcomes) if sum(c) == shots]
    assert found.keys() == set(expected)
    for result in expected:
        orders = factorial(shots) / prod(map(factorial, result))
        assert np.exp(found[result]) == pytest.approx(orders)


def test_one_shot_of_many_outcomes() -> None:
    counts, orders = all_counts(1, 64)
    assert counts.tolist() == np.eye(64, dtype=int)[::-1].tolist()
    assert not orders.any()
