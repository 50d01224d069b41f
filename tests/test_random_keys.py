import jax
import pytest

from ebit.random_keys import random_key


@pytest.mark.parametrize("seed", [0, 1, 7, 2**31 - 1, 2**32 - 1])
def test_the_key_of_a_seed_is_that_of_jax_under_its_defaults(seed: int) -> None:
    assert bool(random_key(seed) == jax.random.key(seed, impl="threefry2x32"))


def test_no_setting_changes_the_key() -> None:
    offset = jax.config.values["jax_random_seed_offset"]
    expected = jax.random.key_data(random_key(5)).tolist()
    jax.config.update("jax_random_seed_offset", 3)
    try:
        with jax.default_prng_impl("rbg"), jax.numpy_dtype_promotion("strict"):
            assert jax.random.key_data(random_key(5)).tolist() == expected
    finally:
        jax.config.update("jax_random_seed_offset", offset)
