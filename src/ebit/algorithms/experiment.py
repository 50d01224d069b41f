"""Non-local gates as experiments: an algorithm over QPUs, run in every way."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from ebit import checks
from ebit.algorithms.arms import ways
from ebit.algorithms.circuits import MOST_QUBITS, grover, inverse_fourier, phase_estimation, shor_15
from ebit.algorithms.steps import Algorithm
from ebit.errors import EbitError
from ebit.results.experiment import Progress
from ebit.results.provenance import provenance
from ebit.results.store import Kind, Store
from ebit.settings import hash_of

KIND = Kind("non-local gates", "nonlocal_gates")

ALGORITHMS: Mapping[str, Callable[[int, int], Algorithm]] = {
    "fourier": inverse_fourier,
    "fourier, bits": lambda qubits, qpus: inverse_fourier(qubits, qpus, told=True),
    "phase": phase_estimation,
    "phase, bits": lambda qubits, qpus: phase_estimation(qubits, qpus, told=True),
    "shor": lambda qubits, qpus: shor_15(qpus),
    "grover": lambda qubits, qpus: grover(),
}
"""Algorithms by name, made from a number of qubits and one of QPUs."""

SIZES: tuple[tuple[str, int, int], ...] = (
    ("fourier", 2, 2), ("fourier", 4, 2), ("fourier", 6, 2), ("fourier", 6, 3),
    ("fourier, bits", 6, 3),
    ("phase", 1, 2), ("phase", 2, 2), ("phase", 3, 2), ("phase", 4, 2), ("phase", 5, 2),
    ("phase", 4, 3), ("phase, bits", 4, 3),
    ("shor", 7, 2), ("shor", 7, 3), ("grover", 2, 2),
)  # fmt: skip
"""Algorithm, qubits and QPUs of the study."""

FIDELITIES = (0.5, 0.6, 0.7, 0.8, 0.86, 0.9, 0.95, 0.97, 0.99, 1.0)
"""Fidelities of pairs of the study."""

SHOTS = 1000
"""Shots of the study at which errors are compared."""


@dataclass(frozen=True)
class NonlocalGates:
    """An algorithm over QPUs in every way: pairs of several fidelities, corrected pairs, cutting.

    Args:
        algorithm: A name of `ALGORITHMS`.
        qubits: Qubits that are read, where the algorithm has a choice.
        qpus: Number of QPUs.
        fidelities: Fidelities of pairs, 1/2 to 1.
        shots: Shots at which errors are compared.

    Raises:
        EbitError: If an argument is out of range.

    Example:
        >>> import tempfile
        >>> from ebit.results import run_experiment
        >>> task = NonlocalGates("fourier", 2, 2, (0.9,))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     rows = run_experiment(task, Store(folder))
        >>> rows["arm"].to_list()[:2]
        ['pairs', 'pairs, corrected']
    """

    algorithm: str
    qubits: int
    qpus: int
    fidelities: tuple[float, ...] = FIDELITIES
    shots: int = SHOTS

    def __post_init__(self) -> None:
        checks.one_of(ALGORITHMS)("algorithm", self.algorithm)
        for name in ("qubits", "qpus"):
            checks.whole(1, MOST_QUBITS)(name, getattr(self, name))
        points = checks.several(checks.real(0.5, 1))("fidelities", self.fidelities)
        object.__setattr__(self, "fidelities", points)
        checks.whole(1, 10**9)("shots", self.shots)
        _ = self.built

    @property
    def built(self) -> Algorithm:
        """The algorithm."""
        return ALGORITHMS[self.algorithm](self.qubits, self.qpus)

    @property
    def kind(self) -> Kind:
        """It has rows only."""
        return KIND

    @property
    def content(self) -> Mapping[str, Any]:
        """All settings."""
        return {"kind": "non-local gates", **asdict(self), "fidelities": [*self.fidelities]}

    @property
    def hash(self) -> str:
        """Of the content."""
        return hash_of(self.content)

    def run(self, store: Store, progress: Progress | None = None) -> pl.DataFrame:
        """One row per way: what it uses up, how often a shot is right, and shots that it takes."""
        own = self.built
        made = asdict(provenance("complex128"))
        total = 2 * len(self.fidelities) + 3
        rows = []
        for number, way in enumerate(ways(own, self.fidelities)):
            rows.append(
                {
                    "algorithm": self.algorithm,
                    "qubits": self.qubits,
                    "qpus": self.qpus,
                    "links": len(own.links),
                    "gates_through_pairs": own.pairs,
                    "arm": way.arm,
                    "fidelity": way.fidelity,
                    "ebits": way.pairs,
                    "bits": own.bits if way.fidelity is not None else 0,
                    "gamma": way.gamma,
                    "success": way.success,
                    "success_ideal": float(way.ideal[list(own.right)].sum()),
                    "chance": len(own.right) / len(way.ideal),
                    "shots": self.shots,
                    "error": way.error(self.shots),
                    "shots_needed": way.shots_needed,
                    "task": self.hash,
                    **made,
                }
            )
            if progress is not None:
                progress(min(number + 1, total), total)
        return pl.DataFrame(rows, infer_schema_length=None)


@checks.takes(
    algorithms=checks.several(checks.text("names of algorithms"), least=0),
    quick=checks.flag,
    shots=checks.whole(1, 10**9),
)
def nonlocal_gates(
    algorithms: Sequence[str] = (), *, quick: bool = False, shots: int = SHOTS
) -> list[NonlocalGates]:
    """The experiments of the study.

    Args:
        algorithms: Names of `ALGORITHMS`; all if none is named.
        quick: Up to three pairs, and few fidelities.
        shots: Shots at which errors are compared.

    Returns:
        The experiments.

    Raises:
        EbitError: If a name or number is wrong.

    Example:
        >>> [len(nonlocal_gates(quick=quick)) for quick in (True, False)]
        [9, 15]
    """
    for name in algorithms:
        checks.one_of(ALGORITHMS)("algorithm", name)
    points = (0.6, 0.9, 0.97, 1.0) if quick else FIDELITIES
    found = [
        NonlocalGates(*size, points, shots)
        for size in SIZES
        if not algorithms or size[0] in algorithms
    ]
    return [one for one in found if not quick or one.built.pairs <= 3]


@checks.takes(rows=checks.frame, column=checks.one_of(("error", "shots_needed")))
def break_even(rows: pl.DataFrame, column: str = "error") -> pl.DataFrame:
    """From which fidelity on pairs beat the best way without any pair.

    Args:
        rows: Rows of any number of experiments.
        column: What is compared: `error` (at equal shots) or `shots_needed`; less is better.

    Returns:
        One row per algorithm, qubits and QPUs with gates through pairs: `gates_through_pairs`,
        `best_cut` (its arm), `cut` (its value), and `fidelity`, the least of those looked at from
        which on pairs are better (for `shots_needed`: not worse), or null.

    Raises:
        EbitError: If the rows are those of no such experiments.

    Example:
        >>> rows = pl.DataFrame({"algorithm": ["phase"] * 3, "qubits": [1] * 3, "qpus": [2] * 3,
        ...     "gates_through_pairs": [1] * 3, "arm": ["pairs", "pairs", "cut gates"],
        ...     "fidelity": [0.6, 0.9, None], "error": [0.3, 0.1, 0.2]})
        >>> break_even(rows)["fidelity"].to_list()
        [0.9]
    """
    keys = ("algorithm", "qubits", "qpus", "gates_through_pairs")
    checks.columns("rows", rows, *keys, "arm", "fidelity", column)
    for name in ("fidelity", column):
        if not rows[name].dtype.is_numeric():
            raise EbitError(
                f"Argument `rows` must hold numbers in `{name}`, but holds {rows[name].dtype}: "
                "pass the rows of an experiment."
            )
    rows = rows.drop_nulls(column)
    found = []
    for key, own in rows.group_by(keys, maintain_order=True):
        cut = own.filter(pl.col("fidelity").is_null())
        if cut.is_empty():
            continue
        best = cut.sort(column).row(0, named=True)
        pairs = own.filter(pl.col("arm") == "pairs").sort("fidelity", descending=True)
        least = None
        for row in pairs.iter_rows(named=True):
            if row[column] > best[column]:
                break
            least = row["fidelity"]
        told = {"best_cut": best["arm"], "cut": float(best[column]), "fidelity": least}
        found.append(dict(zip(keys, key, strict=True)) | told)
    return pl.DataFrame(found, infer_schema_length=None)
