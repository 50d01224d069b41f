import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from numpy.typing import NDArray

from ebit.learning import TrainingSettings
from ebit.learning.minibatches import minibatch_indices

KINDS = st.sampled_from(["permuted", "replacement"])
SEEDS = st.integers(0, 2**32 - 1)


@st.composite
def sizes(draw: st.DrawFn) -> tuple[int, int]:
    rows = draw(st.integers(1, 40))
    return rows, draw(st.integers(1, rows))


def drawn(
    seed: int, rows: int, batch: int, *, first: int, count: int, minibatches: str = "permuted"
) -> NDArray[np.int32]:
    settings = TrainingSettings(seed=seed, batch_size=batch, minibatches=minibatches)  # type: ignore[arg-type]
    return minibatch_indices(settings, rows, first, count)


@given(KINDS, SEEDS, sizes(), st.integers(0, 30), st.integers(1, 30))
def test_a_batch_depends_on_seed_and_step_alone(
    kind: str, seed: int, size: tuple[int, int], first: int, count: int
) -> None:
    rows, batch = size
    from_start = drawn(seed, rows, batch, first=0, count=first + count, minibatches=kind)
    later = drawn(seed, rows, batch, first=first, count=count, minibatches=kind)
    assert_array_equal(later, from_start[first:])


@given(SEEDS, sizes(), st.integers(0, 5))
def test_an_epoch_has_no_row_twice_and_leaves_less_than_a_batch(
    seed: int, size: tuple[int, int], epoch: int
) -> None:
    rows, batch = size
    per_epoch = rows // batch
    seen = drawn(seed, rows, batch, first=epoch * per_epoch, count=per_epoch).ravel()
    assert len(set(seen.tolist())) == len(seen) == per_epoch * batch > rows - batch
    assert seen.min() >= 0
    assert seen.max() < rows


def test_epochs_and_seeds_have_orders_of_their_own() -> None:
    one = drawn(0, 100, 100, first=0, count=2)
    other = drawn(1, 100, 100, first=0, count=1)
    assert not np.array_equal(one[0], one[1])
    assert not np.array_equal(one[0], other[0])


def test_every_row_comes_equally_often_in_the_long_run() -> None:
    counts = np.bincount(drawn(3, 10, 4, first=0, count=4000).ravel(), minlength=10)
    assert counts.sum() == 16000
    assert np.all(np.abs(counts - 1600) < 100)


def test_with_replacement_a_row_may_come_twice_and_every_row_is_as_likely() -> None:
    batches = drawn(3, 10, 40, first=0, count=1000, minibatches="replacement")
    assert batches.shape == (1000, 40)  # more rows than there are
    counts = np.bincount(batches.ravel(), minlength=10)
    assert len(counts) == 10
    assert np.all(np.abs(counts - 4000) < 5 * np.sqrt(4000))
    assert len({tuple(batch) for batch in batches.tolist()}) == 1000
