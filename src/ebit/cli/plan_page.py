"""The page of `ebit plan`, for any number of QPUs."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from ebit.cli.console import command_line
from ebit.planning import best_trained, words
from ebit.planning.swept import Swept
from ebit.report import PlanPage
from ebit.resources import depth_note
from ebit.results import Task
from ebit.results.provenance import provenance
from ebit.writing import followed


def plan_page(
    found: Swept,
    place: str,
    tasks: Sequence[Task],
    *,
    settings: dict[str, str],
    findings: Sequence[str],
    method: Sequence[str],
    quick: bool,
) -> PlanPage:
    """What the report shows of a plan.

    Args:
        found: The plan.
        place: The QPUs and links in words.
        tasks: Its trainings.
        settings: What produced the numbers, by name.
        findings: Sentences on the crossings.
        method: Sentences on how the numbers were obtained.
        quick: Whether it is a first look.

    Returns:
        The content of the page.
    """
    hashes: dict[str, list[str]] = {}
    for task in tasks:
        hashes.setdefault(task.model.resource, []).append(task.hash)
    return PlanPage(
        site=place,
        recommendation=found.recommendation.sentence,
        options=found.options,
        distance=best_trained(found.distance),
        fidelity=best_trained(found.fidelity),
        distance_before=found.distance.filter(~pl.col("trained_with_noise")),
        fidelity_before=found.fidelity.filter(~pl.col("trained_with_noise")),
        distance_marks=words.marks(found.distance_crossings),
        fidelity_marks=words.marks(found.fidelity_crossings),
        findings=findings,
        method=method,
        settings=settings,
        command=command_line(),
        quick=quick,
        tasks=hashes,
        remarks=[*filter(None, [depths_of(tasks)])],
    )


def depths_of(tasks: Sequence[Task]) -> str:
    """What to say of a resource that is shallower than the others; empty if none is."""
    return depth_note({task.model.resource: task.model.depth for task in tasks})


def plan_settings(found: Swept, tasks: Sequence[Task], network: str, out: Path) -> dict[str, str]:
    """What the page says about how the circuits were made, and where they are stored."""
    task, made = tasks[0], provenance("complex64")
    training = task.training
    return {
        "folder": str(followed(out)),
        "network": network,
        "data": task.data,
        "validation rows evaluated": str(found.rows),
        "qubits per QPU": str(task.model.qubits),
        "depth": str(task.model.depth),
        "training steps": str(training.steps),
        "batch size": str(training.batch_size),
        "runs": str(training.runs),
        "seed": str(training.seed),
        "device": made.device,
        "git commit": made.git_commit or "none",
        "computed at": made.created_at,
    }
