"""Settings of all tests."""

import gc
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from hypothesis import settings

MOST_BYTES = 3 * 2**30
"""Memory of a worker from which on it forgets its compiled programs."""

gc.set_threshold(50_000, 20, 50)  # tracing makes many objects, and hardly any rubbish

settings.register_profile("ebit", deadline=None)  # machines are noisy: time decides no test
settings.load_profile("ebit")


def _quick_to_compile() -> str:
    """Settings of XLA that compile four times faster, for programs that a test runs once."""
    flags = [
        "--xla_backend_optimization_level=0",
        "--xla_llvm_disable_expensive_passes=true",
        "--xla_cpu_parallel_codegen_split_count=1",
    ]
    release = tuple(int(part) for part in version("jaxlib").split(".")[:2])
    if release < (0, 11):
        flags.append("--xla_cpu_use_fusion_emitters=false")
    return " ".join(flags)


@pytest.hookimpl(tryfirst=True)  # before the slow ones are left out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of the cases of a test marked `sampled(n)`, n evenly spaced ones are fast, the rest slow."""
    cases: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if item.get_closest_marker("sampled") and not item.get_closest_marker("slow"):
            cases[item.nodeid.partition("[")[0]].append(item)
    for own in cases.values():
        marker = own[0].get_closest_marker("sampled")
        number = min(marker.args[0], len(own)) if marker else len(own)
        fast = {(2 * k + 1) * len(own) // (2 * number) for k in range(number)}
        for place, item in enumerate(own):
            if place not in fast:
                item.add_marker(pytest.mark.slow)


def pytest_collection_finish() -> None:
    """Thousands of tests are no rubbish: the collector need not look at them again and again."""
    gc.collect()
    gc.freeze()


# `XLA_FLAGS= pytest` runs the tests with the programs that users get.
os.environ.setdefault("XLA_FLAGS", _quick_to_compile())


@pytest.fixture(scope="module", autouse=True)
def _programs_of_some_files() -> Iterator[None]:
    """Compiled programs serve the next files, too, until they fill the memory."""
    yield
    if "jax" in sys.modules and _held_bytes() > MOST_BYTES:
        sys.modules["jax"].clear_caches()


def _held_bytes() -> int:
    """Memory of this process; more than there may be where nothing tells it."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return MOST_BYTES + 1
    return pages * os.sysconf("SC_PAGE_SIZE")
