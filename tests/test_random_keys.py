import ast
from pathlib import Path

import jax
import pytest

import ebit
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


def test_all_keys_of_ebit_are_made_here() -> None:
    package = Path(ebit.__file__).parent
    makers = {"key", "PRNGKey"}
    found = []
    for path in package.rglob("*.py"):
        if path.name == "random_keys.py" or "scripts" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if called.startswith("jax.random.") and called.split(".")[-1] in makers:
                found.append(f"{path.name}:{getattr(node, 'lineno', 0)}")
    assert found == []
