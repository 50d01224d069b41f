"""Options that several verbs share."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from ebit.data import Dataset, DataSource, load
from ebit.errors import EbitError

DATA_HELP = (
    "clusters:SEED, clusters-hwang:SEED, chsh, chsh:alternative, or an NPZ, CSV or Parquet file."
)

Label = Annotated[
    str | None,
    typer.Option(help="Label column of a file. Default: label, y or target, else the last one."),
]
Split = Annotated[float, typer.Option(help="Share of a file's rows used for validation.")]
SplitSeed = Annotated[int, typer.Option(help="Seed of that split.")]
Scale = Annotated[
    str,
    typer.Option(help="none (features are angles in radians) or angles (range to [0, pi])."),
]
Features = Annotated[
    str | None,
    typer.Option(help="Which columns go to which QPU: 'a,b|c,d' (names, or places from 0)."),
]
Positive = Annotated[
    str | None, typer.Option(help="Label value that is one class; all others are the other.")
]
Qubits = Annotated[
    int | None, typer.Option(help="Qubits per QPU. Default: half of the number of features.")
]
Mixing = Annotated[int, typer.Option(help="Mixing layers before the embedding.")]
BatchSize = Annotated[
    int | None, typer.Option(help="Rows of a minibatch. Default: 768, or all rows if fewer.")
]
LearningRate = Annotated[float, typer.Option(help="Step size of Adam.")]
Seed = Annotated[int, typer.Option(help="Seed of initial parameters and order of the data.")]
Loss = Annotated[str, typer.Option(help="mse or product.")]
Readout = Annotated[str, typer.Option(help="weights (four trained) or parity (one trained).")]
Pooling = Annotated[
    str, typer.Option(help="halves (measured in every round) or all-but-one (in one round).")
]
NoiseFile = Annotated[
    Path | None,
    typer.Option("--noise", help="TOML file with the noise of the QPUs. Default: no noise."),
]
ValidateEvery = Annotated[
    int | None, typer.Option(help="Steps between points of the curves. Default: 50 points.")
]
Cluster = Annotated[
    str | None,
    typer.Option(help="local, slurm or tcp://HOST:PORT. Default: one task after the other."),
]
Workers = Annotated[
    int | None,
    typer.Option(min=1, help="Processes of local (default: one per core) or jobs of slurm."),
]
Json = Annotated[
    Path | None, typer.Option("--json", help="Write the results to this JSON file, too.")
]


def split_resources(text: str) -> list[str]:
    """Resource strings between commas; an option such as `concurrence=0.5` stays with its own."""
    return [name.strip() for name in re.split(r",(?!\s*[a-z]+=)", text)]


@dataclass(frozen=True)
class DataOptions:
    """How a user describes data on the command line."""

    data: str
    label: str | None
    split: float
    split_seed: int
    scale: str
    features: str | None
    positive: str | None

    def load(self) -> Dataset:
        """The data set; raises `EbitError` if anything is wrong with it."""
        try:
            return load(
                DataSource(
                    source=self.data,
                    label=self.label,
                    validation_fraction=self.split,
                    split_seed=self.split_seed,
                    scale=self.scale,
                    features=self.features,
                    positive=self.positive,
                )
            )
        except EbitError as error:  # named as on the command line
            raise EbitError(str(error).replace("`validation_fraction`", "`split`")) from None
