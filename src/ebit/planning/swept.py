"""What plans of any number of QPUs have in common: options, sweeps and a recommendation."""

from dataclasses import dataclass

import polars as pl

from ebit.planning.crossing import Crossing
from ebit.planning.recommend import Recommendation
from ebit.planning.sweeps import best_trained, crossings
from ebit.represented import Represented
from ebit.statistics import Measure


@dataclass(frozen=True, repr=False)
class Swept(Represented):
    """Options, their accuracy along sweeps, and what to use.

    Attributes:
        options: One row per resource, purification rounds and shots.
        distance: Accuracy against distance, one row per resource, distance and run; at every
            distance with the rounds of purification that are best for the resource there.
        fidelity: Accuracy against the fidelity of pairs, one row per resource, fidelity and run.
        recommendation: What to use, and why.
        rows: Validation rows that were evaluated.
        sweep_shots: Shots per label in both sweeps.
        purification: Rounds of purification that were looked at, rising.
        measure: How the runs of two resources are compared.
    """

    options: pl.DataFrame
    distance: pl.DataFrame
    fidelity: pl.DataFrame
    recommendation: Recommendation
    rows: int
    sweep_shots: int
    purification: tuple[int, ...]
    measure: Measure

    @property
    def distance_crossings(self) -> dict[str, Crossing]:
        """How each resource stands to its reference, by kilometres."""
        return crossings(best_trained(self.distance), "distance_km", log=True, measure=self.measure)

    @property
    def fidelity_crossings(self) -> dict[str, Crossing]:
        """How each resource stands to its reference, by fidelity of the pairs."""
        return crossings(
            best_trained(self.fidelity), "pair_fidelity", log=False, measure=self.measure
        )
