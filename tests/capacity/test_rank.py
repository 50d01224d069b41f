import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ebit.capacity import THRESHOLD, rank_of


def test_all_zero() -> None:
    found = rank_of([np.zeros(3)])
    assert (found.rank, found.smallest_kept, found.largest_dropped) == (0, None, 0.0)


def test_full_rank_has_no_dropped_value() -> None:
    found = rank_of([np.array([2.0, 1.0])])
    assert (found.rank, found.smallest_kept, found.largest_dropped) == (2, 0.5, None)


def test_the_gap_is_the_worst_of_the_points_of_full_rank() -> None:
    spectra = [np.array([1, 0.1, 1e-15]), np.array([1, 1e-3, 1e-13]), np.array([1, 1e-12, 1e-12])]
    found = rank_of(spectra)
    assert found.ranks == (2, 2, 1)
    assert (found.smallest_kept, found.largest_dropped) == (1e-3, 1e-13)


@given(
    st.lists(st.floats(1e-9, 1), min_size=1, max_size=6), st.integers(0, 4), st.floats(1e-5, 1e5)
)
def test_the_scale_plays_no_part(kept: list[float], zeros: int, scale: float) -> None:
    values = scale * np.sort(np.array([1.0, *kept, *zeros * [0.1 * THRESHOLD]]))[::-1]
    found = rank_of([values])
    assert found.rank == len(kept) + 1
    assert found.smallest_kept is not None
    assert found.smallest_kept > THRESHOLD
    assert (found.largest_dropped is None) == (zeros == 0)
