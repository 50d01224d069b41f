"""A study: a paper, or questions of our own, as tasks, numbers and rules, all of it data."""

import tomllib
from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Any, Literal

from pydantic import Field

from ebit import checks
from ebit.errors import EbitError
from ebit.settings import Settings

STUDIES = ("kim2026", "hwang2025", "worth")
"""Names of all studies: folders beside this file."""

Setting = str | int | float
Filter = dict[str, Setting]
"""Columns of rows and the values they must have."""


class Pattern(Settings):
    """A statement on the means of an item that holds or does not.

    Attributes:
        text: The statement.
        above: Means that must be larger ...
        below: ... than these.
        each: Columns; the statement is checked for every combination of their values.
        falls: Whether, instead, the gain of `above` over `below` must fall as `below` rises
            (rank correlation over the values of `each` below 0).
    """

    text: str
    above: Filter
    below: Filter
    each: tuple[str, ...] = ()
    falls: bool = False


class Reason(Settings):
    """Why some numbers differ.

    Attributes:
        text: The reason.
        where: Which ones; all if empty.
    """

    text: str
    where: Filter = Field(default_factory=dict)


Predicted = Literal["above", "equal", "not above"]

AT_SHOTS = (
    "validation_accuracy_1_shot", "validation_accuracy_10_shots", "validation_accuracy_100_shots",
    "validation_accuracy_1000_shots", "validation_accuracy",
)  # fmt: skip
"""Accuracies with 1 to infinitely many shots per label, of all trainings."""


class Question(Settings):
    """Which resources are better, asked in a study of our own.

    Attributes:
        text: The question.
        first: Resources, the best of which is compared ...
        second: ... with the best of these.
        predicted: What the first is to the second, said before anything was measured.
        measures: Columns of fractions, such as accuracies; each gets an answer.
    """

    text: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    predicted: Predicted | None = None
    measures: tuple[str, ...] = AT_SHOTS


class Drawing(Settings):
    """How an item is drawn.

    Attributes:
        kind: One of the kinds of `ebit.studies.figures`.
        x: Column along the horizontal axis.
        panels: Column with one value per panel.
        caption: What the figure shows.
    """

    kind: Literal[
        "means", "success", "curves", "validation", "gain", "correlation", "rank", "spectrum",
        "functions", "shots",
    ]  # fmt: skip
    x: str = "depth"
    panels: str | None = None
    caption: str


class Item(Settings):
    """A table or a figure of a paper, or both where one shows the other; or a table of our own.

    Attributes:
        table: Name of the table in the paper.
        figure: Name of the figure in the paper.
        title: What it is about.
        data: The data, in words.
        settings: The settings, in words.
        expected: What the paper finds, in words.
        tasks: Files of tasks in the folder `tasks`, without ending; by default the name.
        published: File of numbers in the folder `published`, without ending; by default the name.
        capacity: Whether the tasks compute capacities instead of training.
        measure: Column of the rows that is compared.
        bound: Largest value of the measure with a resource, by theory.
        keys: Columns that tell the numbers apart.
        digits: Decimals to show.
        percent: Whether the published numbers are percentages of the measure.
        exact: Whether the numbers are whole ones without an error.
        reads_files: Whether numbers of data files can be compared even so.
        not_comparable: Why the numbers cannot be compared, if so.
        drawing: How it is drawn.
        pattern: Statements to check.
        reason: Why some numbers differ.
        question: What is asked, in a study of our own, where nothing is published.
    """

    table: str | None = None
    figure: str | None = None
    title: str
    data: str
    settings: str
    expected: str
    tasks: tuple[str, ...] = ()
    published: str | None = None
    capacity: bool = False
    measure: str = "validation_accuracy"
    bound: dict[str, float] = Field(default_factory=dict)
    keys: tuple[str, ...]
    digits: Annotated[int, Field(ge=0)] = 3
    percent: bool = False
    exact: bool = False
    reads_files: bool = False
    not_comparable: str | None = None
    drawing: Drawing
    pattern: tuple[Pattern, ...] = ()
    reason: tuple[Reason, ...] = ()
    question: tuple[Question, ...] = ()

    @property
    def name(self) -> str:
        """Name of its files: of the table if there is one, such as "table-S4"."""
        return f"table-{self.table}" if self.table is not None else f"figure-{self.figure}"

    @property
    def label(self) -> str:
        """Name in words, such as "Table S4, figure 4d"."""
        parts = [("table", self.table), ("figure", self.figure)]
        text = ", ".join(f"{kind} {name}" for kind, name in parts if name)
        return text[0].upper() + text[1:]

    @property
    def task_files(self) -> tuple[str, ...]:
        """Files of tasks, without ending."""
        return self.tasks or (self.name,)


class Choice(Settings):
    """Data sets chosen by the result of one resource.

    Attributes:
        names: Names of the chosen sets.
        file: File of tasks that trains the candidates.
        resource: The resource whose accuracy decides.
        table: Table with the published accuracy of that resource for every name.
    """

    names: tuple[str, ...]
    file: str
    resource: str
    table: str


class DataSets(Settings):
    """What `set:NAME` stands for in files of tasks.

    Attributes:
        generator: Generated data sets, `generator:0` and so on.
        count: How many there are.
        quick: How many there are in a quick look.
        choice: Data sets that are chosen among them.
        takes_files: Whether the user's files replace them.
    """

    generator: str
    count: Annotated[int, Field(ge=1)]
    quick: Annotated[int, Field(ge=1)]
    choice: Choice | None = None
    takes_files: bool = False


class Study(Settings):
    """A published paper to reproduce, or a study of our own.

    Attributes:
        name: Name on the command line.
        paper: Title, authors and place of publication; of a study of our own, what it is.
        note: What holds for all of it.
        quick: Training settings of a quick look.
        sets: Data sets.
        item: Tables and figures.

    Example:
        >>> from ebit.studies import read_study
        >>> read_study("kim2026").item[0].name
        'table-S6'
    """

    name: str
    paper: str
    note: str
    quick: Filter
    sets: DataSets
    item: tuple[Item, ...]

    @property
    def is_own(self) -> bool:
        """Whether it asks questions and no paper has numbers."""
        return all(item.question for item in self.item)

    def select(self, tables: Sequence[str] = (), figures: Sequence[str] = ()) -> list[Item]:
        """The items with one of these tables or figures; all of them if none is named.

        Raises:
            EbitError: If the study has no such table or figure here.
        """
        if not tables and not figures:
            return list(self.item)
        for option, wanted in (("table", tables), ("figure", figures)):
            there = [getattr(item, option) for item in self.item if getattr(item, option)]
            for name in wanted:
                if name not in there:
                    raise EbitError(
                        f"Argument `{option}` must be one of {', '.join(there)} for study "
                        f"{self.name!r}, but is {name!r}."
                    )
        return [item for item in self.item if item.table in tables or item.figure in figures]


def folder_of(name: str) -> Traversable:
    """The folder of a study inside the package."""
    return files("ebit.studies") / name


def read_study(name: str) -> Study:
    """A study by its name.

    Args:
        name: `kim2026`, `hwang2025` or `worth`.

    Returns:
        The study.

    Raises:
        EbitError: If there is none of that name.

    Example:
        >>> read_study("kim2025")
        Traceback (most recent call last):
        ebit.errors.EbitError: Argument `study` must be one of kim2026, hwang2025, worth, but \
is 'kim2025'.
    """
    checks.one_of(STUDIES)("study", name)
    content: dict[str, Any] = tomllib.loads((folder_of(name) / "study.toml").read_text("utf-8"))
    return Study(name=name, **content)
