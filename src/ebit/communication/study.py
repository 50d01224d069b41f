"""The study gilboa2024: what each experiment is about to show, and where the claim comes from."""

import tomllib
from importlib.resources import files
from typing import NamedTuple


class Claim(NamedTuple):
    """A claim behind an experiment.

    Attributes:
        mark: `fact` (a paper or its public pages say it) or `design` (a choice of ebit).
        text: One sentence.
    """

    mark: str
    text: str


def claims() -> dict[str, Claim]:
    """The claim behind every experiment.

    Returns:
        Claims by name of the experiment.

    Example:
        >>> claims()["E6"].mark
        'fact'
    """
    text = (files("ebit.studies") / "gilboa2024" / "claims.toml").read_text("utf-8")
    return {
        name: Claim(**own) for name, own in tomllib.loads(text).items() if isinstance(own, dict)
    }
