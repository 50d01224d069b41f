"""Settings of all tests."""

import os
from importlib.metadata import version

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
