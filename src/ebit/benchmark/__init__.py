"""One training step of ebit beside the same step in other tools, and how it grows.

Every tool runs in a process of its own (`scripts/`), so that each can have its own environment
and its peak memory is its own. Losses and gradients must agree before a time is kept.
"""

from ebit.benchmark.cases import GROUPS, QUICK, Case, Tool
from ebit.benchmark.growth import exponents, fit_exponent
from ebit.benchmark.tables import write_tables
from ebit.benchmark.tools import Runner

__all__ = [
    "GROUPS",
    "QUICK",
    "Case",
    "Runner",
    "Tool",
    "exponents",
    "fit_exponent",
    "write_tables",
]
