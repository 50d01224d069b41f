"""Tables of reports: what a cell shows, what it is sorted by, and what stands in the CSV file."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ebit.report.render import data_address

_MANY = 8
_FEW = 4
_SENTENCE = 40
"""Letters of a text that has no room in a narrow column."""

_LETTERS = 70
"""Letters in all columns together, unbroken, from which a table needs the whole width of a page."""


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes:
        title: Its heading.
        below: A second line of the heading, such as a unit.
        is_number: Whether it is set to the right.
    """

    title: str
    below: str = ""
    is_number: bool = True

    @property
    def name(self) -> str:
        """The whole heading in one line."""
        return f"{self.title} ({self.below})" if self.below else self.title


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes:
        text: What it shows.
        value: What it is sorted by, and what stands in the CSV file; by default the text.
        below: A second line, such as an interval.
        note: A footnote of the table.
        link: Id of the place in the page that it leads to.
        color: Colour of a dot before the text, as ``#rrggbb``.
    """

    text: str
    value: float | str | None = None
    below: str = ""
    note: str = ""
    link: str = ""
    color: str = ""

    @property
    def key(self) -> str:
        """The value as text: numbers without what rounding adds."""
        if self.value is None or isinstance(self.value, str):
            return self.text if self.value is None else self.value
        return f"{self.value:.10g}"


@dataclass(frozen=True)
class Line:
    """A row; the first cell is its heading.

    Attributes:
        cells: One for each column.
        is_marked: Whether it is the recommended one.
        group: Heading of the rows that it stands among; rows of one group follow each other.
    """

    cells: Sequence[Cell]
    is_marked: bool = False
    group: str = ""


@dataclass(frozen=True)
class Table:
    """A table that sorts, and that is copied and downloaded as CSV.

    Attributes:
        name: Its id on the page, and the stem of its CSV file.
        title: What it holds, for those who cannot see it.
        columns: The columns.
        lines: The rows.
        remarks: Sentences below it.
    """

    name: str
    title: str
    columns: Sequence[Column]
    lines: Sequence[Line]
    remarks: Sequence[str] = ()

    @property
    def width(self) -> str:
        """How much room it needs: `wide`, `medium` or `slim`."""
        count = len(self.columns)
        if count > _MANY or (count > _FEW and sum(self._letters()) > _LETTERS):
            return "wide"
        texts = (cell.text for line in self.lines for cell in line.cells)
        has_sentences = count > 2 and max(map(len, texts), default=0) > _SENTENCE
        return "medium" if count > _FEW or has_sentences else "slim"

    def _letters(self) -> Iterator[int]:
        """The longest part of every column that is not broken: numbers are not, texts at spaces."""
        for place, column in enumerate(self.columns):
            texts = [line.cells[place].text for line in self.lines]
            whole = texts if column.is_number else " ".join(texts).split()
            yield max(map(len, [*whole, *column.name.split()]), default=0)

    @property
    def groups(self) -> list[tuple[str, list[Line]]]:
        """Rows that follow each other and have one heading."""
        starts = [0] if self.lines else []
        starts += [
            place + 1
            for place, (one, other) in enumerate(pairwise(self.lines))
            if one.group != other.group
        ]
        ends = [*starts[1:], len(self.lines)]
        return [
            (self.lines[start].group, list(self.lines[start:end]))
            for start, end in zip(starts, ends, strict=False)
        ]

    @property
    def notes(self) -> Mapping[str, str]:
        """Marks of the footnotes by their text."""
        texts = dict.fromkeys(cell.note for line in self.lines for cell in line.cells if cell.note)
        return {text: str(number) for number, text in enumerate(texts, start=1)}

    @property
    def csv(self) -> str:
        """The values with all footnotes."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        noted = [
            any(line.cells[place].note for line in self.lines) for place in range(len(self.columns))
        ]
        heads = []
        for column, has_notes in zip(self.columns, noted, strict=True):
            heads += [column.name, f"{column.name}: note"] if has_notes else [column.name]
        writer.writerow(heads)
        for line in self.lines:
            row = []
            for cell, has_notes in zip(line.cells, noted, strict=True):
                row += [cell.key, cell.note] if has_notes else [cell.key]
            writer.writerow(row)
        return buffer.getvalue()

    @property
    def csv_address(self) -> str:
        """The CSV file inside the page."""
        return data_address(self.csv.encode(), ".csv")


def text_table(
    name: str, title: str, columns: Sequence[Column], lines: Sequence[Sequence[str]]
) -> Table:
    """A table of texts.

    Args:
        name: Its id on the page.
        title: What it holds.
        columns: The columns.
        lines: One text for each column.

    Returns:
        The table.

    Example:
        >>> print(text_table("t", "T", [Column("a"), Column("b", "s")], [["x", "1"]]).csv, end="")
        a,b (s)
        x,1
    """
    return Table(name, title, columns, [Line([Cell(text) for text in line]) for line in lines])


def markdown_table(titles: Sequence[str], lines: Iterable[Iterable[str]]) -> str:
    """A table as Markdown, for pages that stand with the source.

    Args:
        titles: Of the columns.
        lines: One text for each column.

    Returns:
        Its lines, without a break at the end.

    Example:
        >>> print(markdown_table(("a", "b"), [("x", "1")]))
        | a | b |
        | --- | --- |
        | x | 1 |
    """
    ruled = [titles, ["---"] * len(titles), *lines]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in ruled)


def number_text(value: float | None) -> str:
    """A number for the table: whole numbers in full, others to three digits.

    Args:
        value: The number, or None if it is unknown.

    Returns:
        Text; a dash for None.

    Example:
        >>> from ebit.report.table import number_text
        >>> number_text(12345.0), number_text(0.51234), number_text(903.21), number_text(None)
        ('12345', '0.512', '903', '—')
    """
    if value is None:
        return "—"
    return f"{value:.0f}" if value == round(value) or value >= 100 else f"{value:.3g}"


def number_cell(value: float | None) -> Cell:
    """The same as a cell, which sorts by the number."""
    return Cell(number_text(value), "" if value is None else value)
