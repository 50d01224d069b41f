"""A study of experiments that count what is sent: rows beside the numbers expected of them."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import polars as pl

from ebit import checks
from ebit.communication.experiments import EXPERIMENTS, Communication
from ebit.errors import EbitError
from ebit.results import Store
from ebit.results.experiment import Progress, run_experiment
from ebit.studies.points import AGREES, DIFFERS, UNKNOWN
from ebit.studies.study import folder_of

COUNTED = ("gilboa2024",)
"""Names of all studies of this form: folders beside this file."""

NOT_RUN = "not run"
"""The verdict on a number whose size, case or protocol is not among the rows."""

QUICK = "quick look"

RULES: Mapping[str, str] = {"=": "{0}", "~": "{0} ± {1}", "<=": "at most {0}", ">=": "at least {0}"}
"""What can be expected of a number, in words."""

MEASURES: Mapping[str, pl.Expr] = {
    "qubits": pl.col("qubits"),
    "cbits": pl.col("cbits"),
    "error": pl.col("error"),
    "accuracy": 1 - pl.col("error"),
}
"""What is compared, by the column of the file of numbers."""

Start = Callable[[str], Progress]
"""Called with the name of an experiment when it starts; returns what is called now and then."""


class Expected(NamedTuple):
    """A number that the specification of a study has.

    Attributes:
        experiment: Such as `E2`.
        n: Qubits, or log2 of the size; None for all.
        case: Case of the rows; empty for those of no case, or else all.
        protocol: What the name of the protocol begins with.
        copies: Copies of the rows; None for all.
        column: One of `MEASURES`.
        rule: One of `RULES`.
        value: The number.
        slack: How far from it a measured number may be, for `~`.
        reason: Why it differs, if so.
    """

    experiment: str
    n: int | None
    case: str
    protocol: str
    copies: int | None
    column: str
    rule: str
    value: float
    slack: float
    reason: str

    @property
    def title(self) -> str:
        """Which number it is."""
        size = "" if self.n is None else f"n = {self.n}"
        many = "" if self.copies is None else f"{self.copies} copies"
        return ", ".join(text for text in (size, self.case, self.protocol, many) if text)

    @property
    def words(self) -> str:
        """What is expected."""
        return RULES[self.rule].format(number_words(self.value), number_words(self.slack))

    def holds(self, measured: float) -> bool:
        """Whether a measured number is as expected."""
        off = measured - self.value
        return {
            "=": off == 0,
            "~": abs(off) <= self.slack * (1 + 1e-9),
            "<=": off <= 0,
            ">=": off >= 0,
        }[self.rule]

    def worst(self, measured: Sequence[float]) -> float:
        """The number that is the least as expected."""
        sign = {"<=": 1, ">=": -1}.get(self.rule)
        return max(measured, key=lambda one: abs(one - self.value) if sign is None else sign * one)


@dataclass(frozen=True)
class CountedResult:
    """What came of a study of this form.

    Attributes:
        study: Its name.
        quick: Whether the sizes are those of a quick look.
        rows: Rows of every experiment, by its name.
        comparisons: One row for every number expected of these experiments, see `compare_counted`.
    """

    study: str
    quick: bool
    rows: Mapping[str, pl.DataFrame]
    comparisons: pl.DataFrame


def expected_numbers(study: str) -> list[Expected]:
    """The numbers that the specification of a study has.

    Args:
        study: `gilboa2024`.

    Returns:
        One for each line of its file.

    Example:
        >>> expected_numbers("gilboa2024")[2].title, expected_numbers("gilboa2024")[2].words
        ('n = 6, quantum', '13,284')
    """
    checks.one_of(COUNTED)("study", study)
    text = (folder_of(study) / "numbers.csv").read_text("utf-8")
    return [
        Expected(
            experiment=line["experiment"],
            n=int(line["n"]) if line["n"] else None,
            case=line["case"],
            protocol=line["protocol"],
            copies=int(line["copies"]) if line["copies"] else None,
            column=line["column"],
            rule=line["rule"],
            value=float(line["expected"]),
            slack=float(line["slack"] or 0),
            reason=line["reason"],
        )
        for line in csv.DictReader(io.StringIO(text))
    ]


def compare_counted(
    rows: Mapping[str, pl.DataFrame], numbers: Sequence[Expected], *, quick: bool = False
) -> pl.DataFrame:
    """Measured numbers beside the expected ones.

    Where several rows belong to a number, the one that is the least as expected counts. Numbers
    that only large samples give are not judged in a quick look; exact ones are.

    Args:
        rows: Rows of every experiment.
        numbers: What is expected of them.
        quick: Whether the rows are those of a quick look.

    Returns:
        `experiment`, `what`, `measure`, `expected` (in words), `measured`, `verdict` and `reason`.

    Example:
        >>> number = Expected("E4", 6, "", "quantum", None, "qubits", "=", 24, 0, "")
        >>> row = {"n": 6, "case": "", "protocol": "quantum", "copies": 4, "qubits": 24,
        ...        "cbits": 0, "error": 0.03, "expected": 24}
        >>> compare_counted({"E4": pl.DataFrame([row])}, [number])["verdict"].to_list()
        ['agrees']
    """
    found = []
    for number in numbers:
        if number.experiment in rows:
            measured = _measured(rows[number.experiment], number)
            verdict = _verdict(number, measured, quick)
            reason = number.reason if verdict == DIFFERS else ""
            found.append(
                (
                    number.experiment, number.title, number.column, number.words, measured,
                    verdict, QUICK if verdict == UNKNOWN else reason,
                )
            )  # fmt: skip
    return pl.DataFrame(found, schema=COMPARED, orient="row")


COMPARED: Mapping[str, type[pl.DataType]] = {
    "experiment": pl.String,
    "what": pl.String,
    "measure": pl.String,
    "expected": pl.String,
    "measured": pl.Float64,
    "verdict": pl.String,
    "reason": pl.String,
}


def _measured(rows: pl.DataFrame, number: Expected) -> float | None:
    own = rows.filter(pl.col("protocol").str.starts_with(number.protocol))
    for column, value in (("n", number.n), ("copies", number.copies)):
        if value is not None:
            own = own.filter(pl.col(column) == value)
    for column, name in (("case", number.case), ("protocol", number.protocol)):
        exact = own.filter(pl.col(column) == name)
        own = exact if exact.height or (column == "case" and name) else own
    values = own.select(value=MEASURES[number.column])["value"].drop_nulls().to_list()
    return float(number.worst(values)) if values else None


def _verdict(number: Expected, measured: float | None, quick: bool) -> str:
    if measured is None:
        return NOT_RUN
    if quick and number.rule != "=":
        return UNKNOWN
    return AGREES if number.holds(measured) else DIFFERS


def select_counted(tables: Sequence[str] = ()) -> list[str]:
    """The experiments that are named, or all that the study numbers.

    Raises:
        EbitError: If there is none of a name.
    """
    known = [name for name in EXPERIMENTS if name.startswith("E")]
    for name in tables:
        if name not in known:
            raise EbitError(f"Argument `table` must be one of {', '.join(known)}, but is {name!r}.")
    return [name for name in known if name in tables or not tables]


@checks.takes(
    study=checks.one_of(COUNTED),
    out=checks.path,
    tables=checks.several(checks.text("names of experiments"), least=0),
    quick=checks.flag,
    seed=checks.seed,
    start=checks.maybe(checks.function),
)
def reproduce_counted(
    study: str,
    out: checks.PathLike,
    *,
    tables: Sequence[str] = (),
    quick: bool = False,
    seed: int = 0,
    start: Start | None = None,
) -> CountedResult:
    """Run the experiments of a study that are not in a folder yet, and compare their numbers.

    Args:
        study: `gilboa2024`.
        out: Folder of results; each finished experiment is in it at once.
        tables: Only these experiments; all if none is named.
        quick: Sizes that end within a minute each, not to be cited.
        seed: Seed of all that is random.
        start: Called with the name of an experiment when it starts.

    Returns:
        Rows and comparisons.

    Raises:
        EbitError: If a name is unknown, or the folder cannot be used.
        KeyboardInterrupt: If interrupted; the same call goes on later.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     found = reproduce_counted("gilboa2024", folder, tables=["E15"], quick=True)
        >>> found.comparisons.filter(verdict="agrees").height
        9
    """
    numbers = expected_numbers(study)
    store = Store(Path(out))
    rows = {}
    for name in select_counted(tables):
        progress = start(name) if start is not None else None
        rows[name] = run_experiment(Communication(name, quick, seed), store, progress).drop("task")
    return CountedResult(study, quick, rows, compare_counted(rows, numbers, quick=quick))


def number_words(value: float | None) -> str:
    """A number as tables show it; a dash for none.

    Example:
        >>> number_words(13284.0), number_words(0.0304), number_words(9.5e11)
        ('13,284', '0.0304', '9.5e+11')
    """
    if value is None:
        return "-"
    if abs(value) < 1e9 and float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:.4g}"
