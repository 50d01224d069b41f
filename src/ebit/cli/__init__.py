"""The command line: one file per verb."""

from ebit.cli.main import main

__all__ = ["main"]
