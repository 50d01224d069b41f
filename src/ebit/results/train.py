"""Train one resource on a data set, with everything kept in a folder."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Unpack

import polars as pl

from ebit import checks
from ebit.checks import shown
from ebit.circuits.topology import MAX_QPUS, qpu_names
from ebit.data import Dataset, check_features
from ebit.errors import EbitError
from ebit.learning import Progress, TrainingSettings, reporting, shown_or_called
from ebit.models import DEFAULT_LOSSES, ModelSettings, TargetKind
from ebit.models.checks import MAX_QUBITS
from ebit.models.distributed_qcnn import MAX_PASSES
from ebit.models.places import check_blocks, passes_needed
from ebit.resources import Resource
from ebit.results.experiment import run_experiment
from ebit.results.run import Training, parts_of, places_of
from ebit.results.store import Store
from ebit.results.task import Task, TaskOptions

MOST_TOLD = 8
"""A note names what each QPU gets for no more QPUs than this."""


def default_qubits(dataset: Dataset, qpus: int = 2, passes: int = 1) -> int:
    """Qubits per QPU that take all features of a data set: an equal share of them, rounded up.

    Args:
        dataset: The data.
        qpus: Number of QPUs.
        passes: Passes of the embedding.

    Returns:
        A whole number from 2 to 16.

    Raises:
        EbitError: If no QPUs of equal size take this number of features.
    """
    if dataset.blocks is not None:
        check_blocks(dataset.blocks, qpus)
    largest = -(-dataset.features // qpus) if dataset.blocks is None else max(dataset.blocks)
    qubits = max(2, -(-largest // passes))
    if qubits > MAX_QUBITS:
        few = MAX_QUBITS // 2
        raise EbitError(
            f"Data `{dataset.name}` has {dataset.features} features, but {qpus} QPUs of "
            f"{MAX_QUBITS} qubits take {qpus * MAX_QUBITS * passes}: use --qubits {few}, which "
            f"takes them in {-(-largest // few)} passes of the embedding, or choose some of them "
            "with --features."
        )
    return qubits


def model_settings(dataset: Dataset, given: Mapping[str, Any]) -> ModelSettings:
    """Settings of a model that takes all features of a data set.

    Args:
        dataset: The data.
        given: Settings that somebody gave. Without sizes of QPUs these are as large as the features
            ask for; without `passes` there are as many as QPUs of given sizes need.

    Returns:
        All settings.

    Raises:
        EbitError: If a setting is out of range, or the features do not fit; the message says what
            would.

    Example:
        >>> from ebit.data import load
        >>> model_settings(load("chsh"), {"resource": "none"}).qubits
        2
    """
    has_size = "qubits" in given or "sizes" in given
    if has_size:
        found = ModelSettings(**given)
        found.check_size()
    else:
        qpus = checks.whole(2, MAX_QPUS)("qpus", given.get("qpus", 2))
        passes = checks.whole(1, MAX_PASSES)("passes", given.get("passes", 1))
        found = ModelSettings(**given, qubits=default_qubits(dataset, qpus, passes))
    if has_size and "passes" not in given:
        passes = passes_needed(dataset.features, found.every_size, dataset.blocks)
        found = found.model_copy(update={"passes": min(passes, MAX_PASSES)})
    is_plain = found.sizes is None and dataset.blocks is None and found.passes == 1
    if is_plain and dataset.features > sum(found.shares):
        check_features(dataset, found.qpus, found.qubits)
    parts_of(dataset, found)
    return found


def fitting_note(dataset: Dataset, settings: ModelSettings) -> str | None:
    """How the features get into the qubits, where there is not one for each; one sentence.

    Args:
        dataset: The data.
        settings: Those of the model.

    Returns:
        The sentence, or None.
    """
    features, places = dataset.features, sum(settings.shares)
    said = []
    if settings.passes > 1:
        said.append(f"go into {settings.passes} passes of the embedding")
    if features < places:
        left = places - features
        said.append(f"leave {left} of {places} angles at 0")
    if not said:
        return None
    parts = parts_of(dataset, settings)
    is_chosen = settings.sizes is not None or dataset.blocks is not None
    is_told = is_chosen and len(set(parts)) > 1 and len(parts) <= MOST_TOLD
    each = f" ({', '.join(map(str, parts))} on {', '.join(qpu_names(len(parts)))})"
    return f"Note: {features} features{each if is_told else ''} {' and '.join(said)}."


@checks.takes(dataset=checks.instance(Dataset, "a Dataset, as ebit.data.load returns it"))
def make_task(
    dataset: Dataset, *, resource: str | Resource, **settings: Unpack[TaskOptions]
) -> Task:
    """A task from a data set and settings; every setting is checked.

    Args:
        dataset: The data.
        resource: Resource string or resource, or a baseline (`single`, `dnn`).
        **settings: Any settings of `ModelSettings` and `TrainingSettings`; None or left out: by
            default. `scores`, `target` and `loss` are as the data have classes or numbers, `qubits`
            is an equal share of the features by default, `passes` is as many as the features take
            (qubits that are left over get the angle 0), `batch_size` 768 or all rows if there are
            fewer, and `validate_every` gives 50 points.

    Returns:
        The task.

    Raises:
        EbitError: If a setting is unknown or out of range or does not fit the data.

    Example:
        >>> from ebit.data import load
        >>> make_task(load("chsh"), resource="bell:1", depth=3).training.batch_size
        16
    """
    return task_of(dataset, {"resource": resource, **settings})


def task_of(dataset: Dataset, settings: Mapping[str, Any]) -> Task:
    """As `make_task`, for settings that are a table."""
    given = {name: value for name, value in settings.items() if value is not None}
    model = {name: given.pop(name) for name in ModelSettings.model_fields if name in given}
    _fit_targets(dataset, model, given)
    training = TrainingSettings.for_rows(len(dataset.y_train), given)
    return Task(
        model=model_settings(dataset, model),
        training=training,
        data=dataset.name,
        fingerprint=fingerprint_of(dataset),
    )


@checks.takes(
    dataset=checks.instance(Dataset, "a Dataset, as ebit.data.load returns it"),
    task=checks.instance(Task, "a task, as ebit.make_task returns it"),
    progress=shown_or_called,
)
def train(
    dataset: Dataset,
    task: Task,
    out: checks.PathLike,
    *,
    progress: Progress | bool | None = True,
) -> pl.DataFrame:
    """The rows of a task; its model, rows and checkpoint live in a folder.

    Args:
        dataset: The data that the task was made for.
        task: As `make_task` returns it.
        out: The folder; finished tasks in it cost nothing.
        progress: As for `ebit.fit`: shown where somebody looks; False for none.

    Returns:
        One row per run.

    Raises:
        EbitError: If the task belongs to other data, or the folder cannot be written.
        TrainingDivergedError: If the loss stops being finite.
        KeyboardInterrupt: If interrupted; the same call goes on later.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from ebit.data import load
        >>> data = load("chsh")
        >>> task = make_task(data, resource="bell:1", depth=2, steps=5, runs=2)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     rows = train(data, task, Path(folder))
        >>> rows["resource"].to_list()
        ['bell:1', 'bell:1']
    """
    if task.fingerprint != fingerprint_of(dataset):
        raise EbitError(
            f"Argument `task` was made for other data than {dataset.name!r}: make it again."
        )
    training = Training(task, dataset, _preparation(dataset) | _places(dataset, task.model))
    with reporting(progress, task.model.resource) as report:
        rows = run_experiment(training, Store(out), report)
    return rows.with_columns(pl.lit(task.data).alias("data"))  # the same data under any name


def _preparation(dataset: Dataset) -> dict[str, Any]:
    """How the file became the data set: what a prediction has to do to another file."""
    numbers = {"target_scaling": dataset.target_scaling.to_dict()} if dataset.is_numeric else {}
    return {
        "scaling": dataset.scaling.to_dict(),
        "feature_names": list(dataset.feature_names),
        "class_names": list(dataset.class_names),
        "label": dataset.label,
        **numbers,
    }


def _places(dataset: Dataset, settings: ModelSettings) -> dict[str, Any]:
    """Where the features stand among those of the model, if these are more."""
    if dataset.features == sum(settings.shares):
        return {}
    return {"places": places_of(dataset, settings)}


def _fit_targets(dataset: Dataset, model: dict[str, Any], training: dict[str, Any]) -> None:
    """Fill in what the targets of the data ask for, or raise if something else was given."""
    target = "numbers" if dataset.is_numeric else "labels"
    if training.setdefault("target", target) != target:
        raise EbitError(
            f"Argument `target` is {shown(training['target'])}, but the targets of data "
            f"{dataset.name!r} are {target}: leave it out, or load the data with it."
        )
    if model.setdefault("scores", dataset.scores) != dataset.scores:
        raise EbitError(
            f"Argument `scores` must be {dataset.scores} for data {dataset.name!r}, but is "
            f"{shown(model['scores'])}: leave it out."
        )
    kind: TargetKind = "classes" if dataset.scores > 1 else "two classes"
    training.setdefault("loss", DEFAULT_LOSSES["numbers" if dataset.is_numeric else kind])


def fingerprint_of(dataset: Dataset) -> str:
    """SHA-256 of the data and their preparation, as it counts in the hash of a task.

    Two files that give the same angles in different ways need a model each.
    """
    text = json.dumps([dataset.fingerprint, _preparation(dataset)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
