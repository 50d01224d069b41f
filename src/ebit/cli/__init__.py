"""The command line: one file per verb."""

from ebit.cli.main import app, main

__all__ = ["app", "main"]
