"""One entry for all data: generators and files."""

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from ebit.data.chsh import chsh
from ebit.data.clusters import clusters, product_clusters
from ebit.data.dataset import Dataset
from ebit.data.files import READERS, STANDARD_INPUT, load_file, prepare
from ebit.data.frames import read_frame
from ebit.data.messages import bad_input, listed
from ebit.data.source import DataSource

FRAME = "data frame"
"""Name of a data set that a program has made."""
HWANG_POINTS, HWANG_CLUSTERS = 2048, 32


def load(source: DataSource | str | os.PathLike[str] | object, **options: Any) -> Dataset:
    """Generate a data set, load one from a file, or take a table that a program has made.

    Args:
        source: `clusters:SEED` (Kim 2026), `clusters-hwang:SEED` (Hwang 2025),
            `clusters-product:SEED`, `chsh`, `chsh:alternative`, the path of an NPZ, CSV or Parquet
            file, `-` for CSV text on standard input, a `DataSource` with one of these and more
            options, a data frame of Polars or pandas, columns by name, or a pair (x, y) of arrays.
        **options: Options of `DataSource`, unless it is one.

    Returns:
        The data set.

    Raises:
        EbitError: If the source is unknown or the file or an option is bad.

    Example:
        >>> from ebit.data import load
        >>> load("clusters-hwang:3").x_train.shape
        (1536, 8)
        >>> load({"a": [3, 1, 4, 2], "kind": ["u", "v", "v", "u"]}, positive="u").class_names
        ('v', 'u')
        >>> load("moons:0")
        Traceback (most recent call last):
        ebit.errors.EbitError: Data source `moons:0` is unknown: use clusters:SEED, \
clusters-hwang:SEED, clusters-product:SEED, chsh, chsh:alternative, or a .npz, .csv or .parquet \
file.
    """
    if isinstance(source, DataSource):
        if options:
            raise bad_input(f"A `DataSource` takes no {listed(list(options))}: give them to it.")
    elif isinstance(source, str | os.PathLike):
        source = DataSource(source=os.fspath(source), **options)
    else:
        options = {"source": FRAME} | options
        return prepare(FRAME, read_frame(source), DataSource(**options))
    name = source.source
    generated = _generate(name)
    if generated is not None:
        given = source.file_options()
        if given:
            raise bad_input(
                f"Data source `{name}` is generated and takes no {listed(given)}: leave it out."
            )
        return generated
    path = Path(name)
    is_path = (
        name == STANDARD_INPUT
        or path.suffix.lower() in READERS
        or len(path.parts) > 1
        or os.path.exists(name)
    )
    if not is_path:
        raise bad_input(
            f"Data source `{name}` is unknown: use clusters:SEED, clusters-hwang:SEED, "
            "clusters-product:SEED, chsh, chsh:alternative, or a .npz, .csv or .parquet file."
        )
    return load_file(source)


def _generate(name: str) -> Dataset | None:
    generator, _, option = name.partition(":")
    if generator == "clusters":
        return clusters(_seed(name, option))
    if generator == "clusters-hwang":
        data = clusters(_seed(name, option), points=HWANG_POINTS, clusters=HWANG_CLUSTERS)
        return replace(data, name=name)
    if generator == "clusters-product":
        return product_clusters(_seed(name, option))
    if generator == "chsh" and option in ("", "optimal"):
        return chsh("optimal")
    if generator == "chsh":
        return chsh(option)  # type: ignore[arg-type]
    return None


def _seed(name: str, text: str) -> int:
    if not re.fullmatch("[0-9]{1,18}", text):
        raise bad_input(
            f"Data source `{name}` must end in a seed, a whole number from 0, as in "
            f"{name.partition(':')[0]}:0."
        )
    return int(text)
