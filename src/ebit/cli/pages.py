"""What a report was made from, kept beside it in one file, so that it can be written again."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import polars as pl

from ebit.communication.experiments.table import COMMUNICATION
from ebit.consensus.broker.schedule import SCHEDULE
from ebit.consensus.study import Part as ConsensusPart
from ebit.consensus.training.experiment import CONSENSUS
from ebit.consensus.verdict import write_verdict
from ebit.errors import EbitError
from ebit.report import Part, PlanPage, write_communication, write_plan
from ebit.results.store import CAPACITY, TRAINING, Kind, read_content, read_rows, write_rows

KINDS: tuple[Kind, ...] = (TRAINING, CAPACITY, CONSENSUS, SCHEDULE, COMMUNICATION)
"""What can lie in a folder of results."""

FILE = "report.parquet"
"""One row per table: its name, and the table as a Parquet file."""


@dataclass(frozen=True)
class Kept:
    """Content of a report.

    Attributes:
        verb: Which verb made it.
        values: All that is no table, JSON-compatible.
        tables: Tables by name.
        folder: Folder of the results, where it was read from.
    """

    verb: str
    values: Mapping[str, Any]
    tables: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    folder: Path | None = None


def keep(kept: Kept, folder: Path) -> None:
    """Write the file of a report, whole or not at all.

    Raises:
        EbitError: If the folder cannot be written.
    """
    content: list[bytes] = []
    for table in kept.tables.values():
        buffer = io.BytesIO()
        table.write_parquet(buffer)
        content.append(buffer.getvalue())
    rows = pl.DataFrame(
        {"table": list(kept.tables), "content": content},
        schema={"table": pl.String, "content": pl.Binary},
    )
    write_rows(folder / FILE, rows, {"verb": kept.verb, "values": dict(kept.values)})


def read_kept(folder: Path) -> Kept | None:
    """What the last report of a folder was made from; None if it has none.

    Raises:
        EbitError: If the file is damaged.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    rows, content = read_rows(path), read_content(path)
    if content is None or rows.columns != ["table", "content"] or "verb" not in content:
        raise EbitError(f"File {str(path)!r} is not of this version of ebit: delete it.")
    tables = {name: pl.read_parquet(io.BytesIO(own)) for name, own in rows.iter_rows()}
    return Kept(content["verb"], content["values"], tables, folder)


def keep_plan(page: PlanPage, folder: Path) -> None:
    """Keep the page of `ebit plan`."""
    parts = {part.name: getattr(page, part.name) for part in fields(page)}
    tables = {name: value for name, value in parts.items() if isinstance(value, pl.DataFrame)}
    values = {name: value for name, value in parts.items() if name not in tables}
    keep(Kept("plan", values, tables), folder)


def write_kept_plan(kept: Kept, out: Path) -> list[Path]:
    """Write the page of `ebit plan` again."""
    known = {part.name for part in fields(PlanPage)}
    values: dict[str, Any] = {**kept.values, **kept.tables}
    page = PlanPage(**{name: value for name, value in values.items() if name in known})
    return write_plan(page, out)


def keep_communication(parts: Sequence[Part], folder: Path, *, command: str, quick: bool) -> None:
    """Keep the page of `ebit communication report`."""
    told = [
        {part.name: getattr(one, part.name) for part in fields(one) if part.name != "rows"}
        for one in parts
    ]
    values = {"command": command, "quick": quick, "parts": told}
    keep(Kept("communication", values, {one.name: one.rows for one in parts}), folder)


def write_kept_communication(kept: Kept, out: Path) -> list[Path]:
    """Write the page of `ebit communication report` again."""
    values = kept.values
    parts = [Part(rows=kept.tables[one["name"]], **one) for one in values["parts"]]
    return write_communication(parts, out, command=values["command"], quick=values["quick"])


def keep_consensus(
    parts: Sequence[ConsensusPart],
    rows: pl.DataFrame,
    schedules: pl.DataFrame,
    folder: Path,
    *,
    command: str,
    quick: bool,
) -> None:
    """Keep the page of `ebit consensus report`."""
    titles = {part.name: part.title for part in parts}
    values = {"command": command, "quick": quick, "parts": titles}
    keep(Kept("consensus", values, {"rows": rows, "schedules": schedules}), folder)


def write_kept_consensus(kept: Kept, out: Path) -> list[Path]:
    """Write the page of `ebit consensus report` again."""
    values = kept.values
    parts = [ConsensusPart(name, title, ()) for name, title in values["parts"].items()]
    rows, schedules = kept.tables["rows"], kept.tables["schedules"]
    return write_verdict(
        parts, rows, schedules, out, quick=values["quick"], command=values["command"]
    )
