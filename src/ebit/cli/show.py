"""`ebit show`: what a hash stands for, whether it is finished, and its rows."""

import re
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from ebit.cli.console import check_output, output, print_table, write_json
from ebit.cli.options import Json
from ebit.cli.pages import KINDS
from ebit.errors import EbitError
from ebit.results.store import Kind, Store, read_content, read_rows

FOLDERS = ("ebit-train", "ebit-compare", "ebit-sweep", "ebit-plan", "ebit-consensus",
           "ebit-communication", "ebit-reproduce/*")  # fmt: skip
"""Where results are looked for if no folder is named."""

MOST = 12
"""Rows that are printed."""


def show(
    hash: Annotated[str, typer.Argument(help="Hash of a task, or the first digits of it.")],
    out: Annotated[
        Path | None,
        typer.Option(help="Folder of results. Default: those of the verbs in this folder."),
    ] = None,
    json: Json = None,
) -> None:
    """Tell what a hash of results stands for, whether it is finished, and its rows."""
    if not re.fullmatch(r"[0-9a-f]{1,64}", hash):
        raise EbitError(
            f"Argument `hash` must be up to 64 digits from 0-9 and a-f, but is {hash!r}."
        )
    check_output(json, data="")
    folders = (
        [out] if out is not None else [p for name in FOLDERS for p in sorted(Path().glob(name))]
    )
    if out is not None and not out.is_dir():
        raise EbitError(f"Argument `out` must be a folder of results, but {str(out)!r} is none.")
    found = [(folder, name) for folder in folders for name in _hashes(folder, hash)]
    names = sorted({name for _, name in found})
    if not names:
        where = ", ".join(map(str, folders)) or "this folder"
        raise EbitError(f"No result in {where} has the hash {hash!r}: name its folder with --out.")
    if len(names) > 1:
        raise EbitError(
            f"{len(names)} results begin with {hash!r}, such as {names[0][:12]} and "
            f"{names[1][:12]}: give more digits."
        )
    _tell(found[0][0], names[0], json)


def _hashes(folder: Path, start: str) -> set[str]:
    """Hashes in a folder that begin so, of rows and of states that are unfinished."""
    places = ["checkpoints/{}*.safetensors", "models/{}*.safetensors"]
    places += [f"{kind.folder}/{{}}*.parquet" for kind in KINDS]
    paths = [path for place in places for path in folder.glob(place.format(start))]
    return {path.stem for path in paths if re.fullmatch(r"[0-9a-f]{64}", path.stem)}


def _kind(store: Store, name: str) -> Kind | None:
    """The kind of the rows; trainings and other classifiers lie in the same folder."""
    return next((kind for kind in KINDS if store.path(name, kind).is_file()), None)


def _tell(folder: Path, name: str, json: Path | None) -> None:
    store = Store(folder)
    kind = _kind(store, name)
    rows = pl.DataFrame() if kind is None else read_rows(store.path(name, kind))
    content = None if kind is None else read_content(store.path(name, kind))
    status = "finished"
    if kind is None:
        unfinished = store.checkpoint_path(name).is_file()
        status = "unfinished: the same command goes on" if unfinished else "a model without rows"
    model = store.model_path(name)
    told = {
        "hash": name,
        "folder": str(folder),
        "kind": None if kind is None else kind.name,
        "status": status,
        "model": str(model) if model.is_file() else None,
        "content": content,
    }
    write_json(json, {**told, "rows": [_plain(row) for row in rows.to_dicts()]})
    for key, value in told.items():
        if key != "content" and value is not None:
            output.print(f"{key + ':':<9}{value}")
    for key, value in _flat(content or {}):
        output.print(f"{key} = {value}")
    flat = [n for n in rows.columns if not rows[n].dtype.is_nested() and rows[n].n_unique() > 1]
    flat = flat or [n for n in ("run", "resource", "validation_accuracy") if n in rows.columns]
    if rows.height:
        output.print(f"{rows.height} row{'' if rows.height == 1 else 's'}:")
        cells = [[_cell(row[n]) for n in flat] for row in rows.head(MOST).iter_rows(named=True)]
        print_table([(n, rows[n].dtype.is_numeric()) for n in flat], cells)


def _flat(content: Any, before: str = "") -> list[tuple[str, Any]]:
    """Dotted names and values, as `--set` takes them."""
    found: list[tuple[str, Any]] = []
    for key, value in content.items():
        inner = isinstance(value, dict) and value
        found += _flat(value, f"{before}{key}.") if inner else [(f"{before}{key}", value)]
    return found


def _cell(value: Any) -> str:
    return "-" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row with numbers that JSON knows."""
    finite = {k: v for k, v in row.items() if not isinstance(v, float) or abs(v) < float("inf")}
    return {**dict.fromkeys(row), **finite}
