"""Run a task, or take it from the store."""

from typing import Any

import polars as pl
from numpy.typing import ArrayLike

from ebit.learning import Checkpoint, Progress, fit
from ebit.results.model_file import save_model
from ebit.results.rows import provenance_of, rows_of
from ebit.results.store import Store
from ebit.results.task import Task

Rows = tuple[ArrayLike, ArrayLike]


def run_task(
    task: Task,
    train: Rows,
    validation: Rows,
    store: Store,
    *,
    preparation: dict[str, Any],
    progress: Progress | None = None,
) -> pl.DataFrame:
    """The rows of a task: from the store if it is finished, else by training.

    An interrupted training goes on from its checkpoint with the same numbers. The model is
    written before the rows, and the checkpoint goes after them, so that a full disk costs
    nothing but the time since the last checkpoint.

    Args:
        task: What to do; `task.fingerprint` must belong to the data.
        train: Angles (rows, features) in radians and labels +1 or -1.
        validation: The same for validation.
        store: Where finished tasks are kept.
        preparation: How the data were prepared; kept with the model.
        progress: Called between chunks with (steps done, steps in all).

    Returns:
        One row per run.

    Raises:
        EbitError: If a setting does not fit or the store cannot be written.
        TrainingDivergedError: If the loss stops being finite.
        KeyboardInterrupt: If interrupted; the same call goes on later.
    """
    finished = store.get(task.hash)
    if finished is not None:
        return finished.with_columns(pl.lit(task.data).alias("data"))
    store.check_writable()
    checkpoint = Checkpoint(store.checkpoint_path(task.hash), task.hash)
    model = task.model.build()
    result = fit(
        model,
        train,
        validation=validation,
        settings=task.training,
        checkpoint=checkpoint,
        progress=progress,
    )
    made = provenance_of(result)
    save_model(
        store.model_path(task.hash),
        task,
        result.parameters,
        result.validation_accuracy,
        preparation,
        made,
    )
    rows = rows_of(task, model, result, made)
    store.put(task.hash, rows)
    checkpoint.remove()
    return rows
