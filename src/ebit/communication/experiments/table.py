"""The list of all experiments, and an experiment as a value that runs to rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import polars as pl

from ebit import checks
from ebit.communication.experiments.parts import table_of
from ebit.communication.rows import Row, judged
from ebit.results import Store
from ebit.results.experiment import Progress
from ebit.results.store import Kind
from ebit.settings import hash_of

COMMUNICATION = Kind("communication", "communication")

Run = Callable[..., list[Row]]
"""From (quick, seed) to rows; with a folder as third argument where parts are kept."""


@dataclass(frozen=True)
class Case:
    """One experiment of the study.

    Attributes:
        title: What is asked.
        function: Where the function lies, as `module:name`; it takes (quick, seed).
        caption: What a reader has to know beside the rows.
        limits: Which of the limits of `ebit.report` belong to it, beside the first.
        edition: Raised when its rows change, so that stored ones of before are not taken for them.
        keeps: Whether it keeps finished parts and unfinished trainings in a folder.
    """

    title: str
    function: str
    caption: str = ""
    limits: tuple[int, ...] = ()
    edition: int = 1
    keeps: bool = False

    def run(self, quick: bool, seed: int, folder: Path | None = None) -> list[Row]:
        """Rows of the function, which is imported now.

        Args:
            quick: Sizes that end within a minute.
            seed: Seed of all that is random.
            folder: For finished parts and unfinished trainings, if it `keeps` them.
        """
        function: Run = resolve_name(self.function)
        return function(quick, seed, folder) if self.keeps else function(quick, seed)


_HERE = "ebit.communication.experiments"

EXPERIMENTS: Mapping[str, Case] = {
    "E1": Case("The ledger is the formula", f"{_HERE}.counting:ledger"),
    "E2": Case(
        "Output of a model of two parties against the size of its input",
        f"{_HERE}.travelling:inference",
        "Two-way. Inputs are aligned with the model; of unstructured ones the output is 0.",
        limits=(2, 4),
    ),
    "E3": Case(
        "All derivatives against the size of the input",
        f"{_HERE}.travelling:gradients",
        "C1 is not charged for the derivatives that it would have to send back.",
        limits=(2, 4, 5),
        edition=2,
    ),
    "E4": Case(
        "Boolean Hidden Matching",
        f"{_HERE}.separations:matching",
        "A one-way statement: with talk in both directions (C6) it is as cheap without qubits.",
        limits=(3, 7),
        edition=2,
    ),
    "E5": Case(
        "Vector in Subspace",
        f"{_HERE}.separations:subspace",
        "Hard for classical parties that talk both ways, too; the sketch here is the rival run.",
        limits=(6, 7),
        edition=4,
    ),
    "E6": Case(
        "Linear classification by margin",
        f"{_HERE}.separations:linear",
        "At most quadratic: single copies and hyperplanes both need 1/margin^2, amplitude "
        "estimation 1/margin. The margin is known to all and the same for all rows.",
        limits=(4, 7),
    ),
    "E7": Case(
        "Labels that only products along typed edges tell",
        f"{_HERE}.separations:learning",
        "A one-way statement. Bits and qubits are those of one sample.",
        limits=(3, 7),
    ),
    "E8": Case(
        "Training on small real tables, half of the columns each",
        f"{_HERE}.trained:tables",
        "Small real data: shipping the columns once (C2) costs far less. It may train a linear "
        "classifier or the same model.",
        limits=(1,),
        edition=3,
        keeps=True,
    ),
    "E9": Case(
        "Training on images of growing size",
        f"{_HERE}.trained:images",
        "Near-linear data: shipping the pixels (C2) or projections of them (C8) wins; C2 is the "
        "rival that grows with N.",
        limits=(1, 7),
        edition=4,
        keeps=True,
    ),
    "E10": Case(
        "Graphs as one observable on one state per class: MUTAG",
        f"{_HERE}.graph_sets:graph_sets",
        "One-way; qubits and bits are those of one label, n those of the largest graph. The case "
        "published chooses its epoch on the graphs that it is told of, nested does not. Sets that "
        "are not shipped (PROTEINS, NCI1, IMDB-BINARY, Cora) are on the page Graph networks.",
        limits=(1, 3),
        edition=4,
        keeps=True,
    ),
    "E11": Case(
        "Frequencies of circuits into which data enter again",
        f"{_HERE}.expressivity:expressivity",
        "The value is the number of frequencies, its error the difference to the formula; that of "
        "a fit is relative.",
        edition=2,
    ),
    "E12": Case(
        "What a party could have learned from the states it was sent",
        f"{_HERE}.leaking:privacy",
        "The error of a bound is its bits in the symmetric space, that of an attack 1 - fidelity. "
        "Bounds are on information, not on its use; copies of later steps add up.",
        edition=2,
    ),
    "E13": Case(
        "Largest derivative of structureless data, which drowns in eps",
        f"{_HERE}.travelling:signal",
        limits=(5,),
    ),
    "E14": Case(
        "A random state is sent, and measured in a basis that is chosen later",
        f"{_HERE}.hardware:hardware",
        "A one-way statement; the error is 1 less the cross-entropy score. The rival is one that "
        "was run, and no best one.",
        limits=(3, 7),
    ),
    "E15": Case(
        "Ring all-reduce with superdense coding",
        f"{_HERE}.counting:all_reduce",
        "Pairs are shared in advance: traffic on line halves, traffic in all stays the same. "
        "Here n is the number of parties.",
    ),
    "links": Case(
        "The output over links of a network: teleported copies against fidelity",
        f"{_HERE}.noisy:links",
        "At 1000 pairs a second. Nothing is corrected or mitigated; pairs do not wait.",
        limits=(2, 4),
    ),
    "speed": Case(
        "CPU seconds of the simulation against N log N",
        f"{_HERE}.speed:speed",
        "Says nothing on hardware.",
        edition=2,
    ),
}
"""All experiments by name, in order."""


@dataclass(frozen=True)
class Communication:
    """An experiment as a value.

    Args:
        experiment: `E1` to `E15`.
        quick: Sizes that end within a minute.
        seed: Seed of all that is random.

    Example:
        >>> Communication("E1", quick=True).content
        {'communication': 'E1', 'quick': True, 'seed': 0}
    """

    experiment: str
    quick: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        """The name is known, the seed a seed."""
        checks.one_of(EXPERIMENTS)("experiment", self.experiment)
        checks.seed("seed", self.seed)

    @property
    def kind(self) -> Kind:
        """Rows only."""
        return COMMUNICATION

    @property
    def content(self) -> Mapping[str, Any]:
        """Name, sizes and seed, and the edition of its rows from the second one on."""
        edition = EXPERIMENTS[self.experiment].edition
        own = {"communication": self.experiment, "quick": self.quick, "seed": self.seed}
        return own if edition == 1 else {**own, "edition": edition}

    @property
    def hash(self) -> str:
        """Hash of the content."""
        return hash_of(self.content)

    def run(self, store: Store, progress: Progress | None = None) -> pl.DataFrame:
        """One row for each protocol at each size, with verdicts."""
        rows = judged(EXPERIMENTS[self.experiment].run(self.quick, self.seed, store.folder))
        return table_of(rows).insert_column(0, pl.lit(self.hash).alias("task"))
