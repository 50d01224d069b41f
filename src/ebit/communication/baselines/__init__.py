"""Classical protocols that are really run, each at the smallest budget that reaches an error.

C0 pass the vector on, C1 ship it with the own angles, C2 ship the columns once, C3 and C4 random
projections over one hop and over several, C5 and C6 coordinates of a matching one-way and two-way,
C7 shared hyperplanes, C8 projections to train on.
"""

from ebit.communication.baselines.budget import BITS, Budget, smallest_budget
from ebit.communication.baselines.vectors import (
    pass_vector,
    project_and_pass,
    quantised,
    ship_angles,
)

__all__ = [
    "BITS",
    "Budget",
    "pass_vector",
    "project_and_pass",
    "quantised",
    "ship_angles",
    "smallest_budget",
]
