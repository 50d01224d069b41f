"""One entry for all data: generators and files."""

import os
from pathlib import Path
from typing import Any

from ebit.data.bundled import BUNDLED, read_bundled
from ebit.data.dataset import Dataset
from ebit.data.files import READERS, STANDARD_INPUT, load_file, prepare
from ebit.data.frames import read_frame
from ebit.data.generators import FORMS, generate
from ebit.data.messages import bad_input, listed
from ebit.data.source import DataSource

FRAME = "data frame"
"""Name of a data set that a program has made."""


def load(source: DataSource | str | os.PathLike[str] | object, **options: Any) -> Dataset:
    """Generate a data set, load one from a file, or take a table that a program has made.

    Args:
        source: `clusters:SEED` (Kim 2026), `clusters-hwang:SEED` (Hwang 2025),
            `clusters-product:SEED`, `chsh`, `chsh:alternative`, `parity-game:K`, `chain-game:K`,
            some with options after a comma (`clusters:0,features=16,classes=4`); `iris`, `wine`,
            `breast_cancer`, `digits` or `diabetes` of scikit-learn; the path of an NPZ, CSV or
            Parquet file, `-` for CSV text on standard input, a `DataSource` with one of
            these and more options, a data frame of Polars or pandas, columns by name, or a pair
            (x, y) of arrays.
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
clusters-hwang:SEED, clusters-product:SEED, chsh, chsh:alternative, parity-game:K, chain-game:K, \
iris, wine, breast_cancer, digits, diabetes, or a .npz, .csv or .parquet file.
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
    generated = generate(name)
    if generated is not None:
        given = source.file_options()
        if given:
            raise bad_input(
                f"Data source `{name}` is generated and takes no {listed(given)}: leave it out."
            )
        return generated
    if name in BUNDLED:
        own = BUNDLED[name].items()
        by_default = {key: value for key, value in own if key not in source.model_fields_set}
        return prepare(name, read_bundled(name), source.model_copy(update=by_default))
    path = Path(name)
    is_path = (
        name == STANDARD_INPUT
        or path.suffix.lower() in READERS
        or len(path.parts) > 1
        or os.path.exists(name)
    )
    if not is_path:
        raise bad_input(
            f"Data source `{name}` is unknown: use {', '.join((*FORMS, *BUNDLED))}, or a .npz, "
            ".csv or .parquet file."
        )
    return load_file(source)
