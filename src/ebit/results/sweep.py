"""A sweep: many tasks from one TOML file."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ebit import checks
from ebit.data import DataSource, load
from ebit.data.files import READERS
from ebit.errors import EbitError
from ebit.reading import read_toml
from ebit.results.task import Task, TaskOptions
from ebit.results.train import task_of
from ebit.writing import followed

MOST_TASKS = 100_000
"""More tasks than this are a slip of the pen."""


@dataclass(frozen=True)
class SweepTask:
    """A task, and what another process needs to train it.

    Attributes:
        source: Where its data come from.
        task: The task.
        rows: Rows of training and validation data.
        notes: What the user should know about how the data were read.
    """

    source: DataSource
    task: Task
    rows: tuple[int, int]
    notes: tuple[str, ...] = ()

    @property
    def hash(self) -> str:
        """That of the task."""
        return self.task.hash

    @property
    def shape(self) -> str:
        """Equal for tasks that one compiled program serves: all but data, seed and steps.

        A schedule holds the number of steps, so that with one they count.
        """
        training = self.task.training
        interval = min(training.validate_every, training.steps)
        free = {"seed", "steps", "validate_every"}
        if training.schedule != "constant":
            free.remove("steps")
        rest = training.model_dump_json(exclude=free)
        return f"{self.task.model.model_dump_json()} {rest} {interval} {self.rows}"


def read_sweep(path: checks.PathLike, settings: Mapping[str, Any] | None = None) -> list[SweepTask]:
    """The tasks of a sweep file, each once, in the order of the file.

    Every `[[grid]]` table gives the product of its lists; `[defaults]` holds for all of them.
    Paths of data files are relative to the folder of the sweep file.

    Args:
        path: A TOML file.
        settings: Those that take the place of what the grids say; fields of `DataSource` and of the
            model and training settings by name.

    Returns:
        The tasks; their data have been read once to check that everything fits.

    Raises:
        EbitError: If the file cannot be read, or a setting or its data are wrong.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "sweep.toml"
        ...     _ = path.write_text('''
        ...         [[grid]]
        ...         data = "chsh"
        ...         resource = ["none", "bell:1"]
        ...         depth = [1, 2, 3]
        ...     ''')
        ...     len(read_sweep(path))
        6
    """
    file = checks.path("path", path)
    return sweep_tasks(_replaced(_content(file), settings or {}), file)


def _replaced(content: dict[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """The content of a sweep file with some settings in the place of its own."""
    of_data = {name: value for name, value in settings.items() if name in DataSource.model_fields}
    others = {name: value for name, value in settings.items() if name not in of_data}
    tables = content.get("grid", [])
    if not settings or not _are_tables(tables):
        return content
    grids = [{**content.get("defaults", {}), **table, **others} for table in tables]
    if of_data:
        grids = [
            {**grid, "data": [_source_with(data, of_data) for data in _values(grid.get("data"))]}
            for grid in grids
        ]
    return {"grid": grids}


def _source_with(data: Any, settings: Mapping[str, Any]) -> Any:
    """The data of a point with some settings in the place of its own."""
    own = data if isinstance(data, dict) else {} if data is None else {"source": data}
    return {**own, **settings}


def sweep_tasks(content: Mapping[str, Any], path: Path) -> list[SweepTask]:
    """The tasks that the content of a sweep file describes, each once, in its order.

    Args:
        content: `defaults` and `grid`, as `tomllib` reads them.
        path: The file, for messages; paths of data files are relative to its folder.

    Returns:
        The tasks; their data have been read once to check that everything fits.

    Raises:
        EbitError: If a setting or its data are wrong.

    Example:
        >>> grid = {"data": "chsh", "resource": "bell:1", "depth": [1, 2]}
        >>> [item.task.model.depth for item in sweep_tasks({"grid": [grid]}, Path("a.toml"))]
        [1, 2]
    """
    loaded = cache(load)
    tasks: dict[str, SweepTask] = {}
    for where, settings in grid_points(content, path):
        try:
            source = _source(settings.pop("data", None), path.parent)
            _check_none_of_data(settings)
            dataset = loaded(source)
            task = task_of(dataset, settings)
        except EbitError as error:
            raise EbitError(f"{where}: {error}") from None
        rows = (len(dataset.y_train), len(dataset.y_validation))
        tasks.setdefault(task.hash, SweepTask(source, task, rows, dataset.notes))
    return list(tasks.values())


def batches(tasks: Sequence[SweepTask], size: int) -> list[list[SweepTask]]:
    """Tasks in batches of equal shape, so that a batch needs one compiled program.

    Args:
        tasks: The tasks.
        size: Most tasks of a batch.

    Returns:
        The batches; equal shapes follow each other, shapes in the order of first appearance.
    """
    groups: dict[str, list[SweepTask]] = {}
    for task in tasks:
        groups.setdefault(task.shape, []).append(task)
    return [
        group[start : start + size]
        for group in groups.values()
        for start in range(0, len(group), size)
    ]


def _content(path: Path) -> dict[str, Any]:
    content = read_toml(path)
    for name in content:
        if name not in ("defaults", "grid"):
            raise EbitError(
                f"Table `{name}` of {str(path)!r} is unknown: use [defaults] and [[grid]]."
            )
    return content


def grid_points(content: Mapping[str, Any], path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Where each point of the grids stands in the file, and its settings.

    Args:
        content: `defaults` and `grid`, as `tomllib` reads them.
        path: The file, for messages.

    Yields:
        Words such as "sweep.toml, [[grid]] 1", and one value for each setting.

    Raises:
        EbitError: If the content is no grid, or far too large.

    Example:
        >>> grid = {"resource": ["none", "bell:1"], "depth": 2}
        >>> [point["resource"] for _, point in grid_points({"grid": [grid]}, Path("a.toml"))]
        ['none', 'bell:1']
    """
    defaults, tables = content.get("defaults", {}), content.get("grid", [])
    if not isinstance(defaults, dict) or not _are_tables(tables) or not tables:
        raise EbitError(
            f"File {str(path)!r} must hold one or more [[grid]] tables and, if you like, a table "
            "[defaults]."
        )
    grids = [{**defaults, **table} for table in tables]
    total = sum(math.prod(len(_values(v)) for v in grid.values()) for grid in grids)
    if total > MOST_TASKS:
        raise EbitError(
            f"File {str(path)!r} describes {total} tasks: use at most {MOST_TASKS} in one sweep."
        )
    for number, grid in enumerate(grids, start=1):
        where = f"{path.name}, [[grid]] {number}"
        for name, value in grid.items():
            if value == []:
                raise EbitError(f"{where}: Argument `{name}` is an empty list: give a value.")
        for values in itertools.product(*map(_values, grid.values())):
            yield where, dict(zip(grid, values, strict=True))


def _are_tables(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _values(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _check_none_of_data(settings: Mapping[str, Any]) -> None:
    """Raise if options of the data stand outside their table."""
    for name in settings:
        if name in DataSource.model_fields and name not in TaskOptions.__annotations__:
            raise EbitError(
                f"Argument `{name}` is about data: write data = {{ source = ..., {name} = ... }}."
            )


def _source(data: object, folder: Path) -> DataSource:
    """The data of a point; a path is taken from the folder of the sweep file."""
    if not isinstance(data, str | dict):
        raise EbitError(
            f"Argument `data` must be text or a table with `source`, but is {data!r}: give one."
        )
    source = DataSource(**({"source": data} if isinstance(data, str) else data))
    if Path(source.source).suffix.lower() not in READERS:
        return source
    return source.model_copy(update={"source": str(followed(folder) / source.source)})
