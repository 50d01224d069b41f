"""Settings of all tests."""

import os
import sys
from collections.abc import Iterator
from importlib.metadata import version

import pytest
from hypothesis import settings

settings.register_profile("ebit", deadline=None)  # machines are noisy: time decides no test
settings.load_profile("ebit")


def _quick_to_compile() -> str:
    """Settings of XLA that compile four times faster, for programs that a test runs once."""
    release = tuple(int(part) for part in version("jaxlib").split(".")[:2])
    if release >= (0, 11):
        return "--xla_backend_optimization_level=0"
    return "--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false"


# `XLA_FLAGS= pytest` runs the tests with the programs that users get.
os.environ.setdefault("XLA_FLAGS", _quick_to_compile())


@pytest.fixture(scope="module", autouse=True)
def _programs_of_one_file() -> Iterator[None]:
    """Compiled programs go with the file that needed them: thousands would fill the memory."""
    yield
    if "jax" in sys.modules:
        sys.modules["jax"].clear_caches()
