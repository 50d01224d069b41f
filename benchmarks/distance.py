"""Accuracy against distance for three kinds of hardware: the figure and table of the documentation.

Usage: python benchmarks/distance.py --out docs/results/distance [--quick]

The circuits are trained once, without noise, and run on every hardware.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from ebit.benchmark.tables import write_tables
from ebit.data import load
from ebit.network import Link, Network, profile
from ebit.planning import DISTANCES, Plan, Stretch, best_trained, open_site, plan, words
from ebit.plots import accuracy_against_distance, new_panels, paper_style, save_figure
from ebit.results import make_task
from ebit.writing import write_atomically

HARDWARE = ("superconducting", "trapped-ion", "neutral-atom")
RESOURCES = ("none", "bell:1", "bell:2", "classical", "quantum")


def network(name: str) -> Network:
    """Two QPUs of one kind and a fibre link; all kinds have the same link, which is assumed."""
    qpus = [profile(name).qpu(end) for end in ("a", "b")]
    link = Link(
        between=("a", "b"), length="1 km", efficiency=0.1, attempt_time="1 us", fidelity=0.95
    )
    return Network(qpus=qpus, links=[link])


def planned(
    name: str, out: Path, *, depth: int, steps: int, runs: int, quick: bool, train_with_noise: bool
) -> Plan:
    """The plan for one kind of hardware."""
    data = load("clusters:0")
    tasks = [
        make_task(data, resource=resource, depth=depth, steps=steps, runs=runs)
        for resource in RESOURCES
    ]
    return plan(
        open_site(network(name)),
        data,
        tasks,
        out,
        shots=[1000],
        purification=[0],
        distances=DISTANCES[::5] if quick else DISTANCES,
        fidelities=[0.5, 1.0],
        rows=128 if quick else 512,
        train_with_noise=train_with_noise,
        progress=lambda task: (
            lambda done, steps: (
                print(f"{task.model.resource}: {done} steps", flush=True) if done == steps else None
            )
        ),
        evaluating=lambda done, total: (
            print(f"{name}: {done} of {total} points", flush=True) if done % 10 == 0 else None
        ),
    )


def crossing_rows(name: str, found: Plan) -> list[dict[str, object]]:
    """One row per resource: where it is told apart from its reference, and where it is feasible."""
    rows: list[dict[str, object]] = []
    for resource, crossing in found.distance_crossings.items():
        own = best_trained(found.distance).filter(
            (pl.col("resource") == resource) & pl.col("feasible")
        )
        near = own["distance_km"].to_numpy()
        rows.append(
            {
                "hardware": name,
                "resource": resource,
                "better_than_none_km": _where(crossing.stretches, "better"),
                "worse_than_none_km": _where(crossing.stretches, "worse"),
                "crossing_km": crossing.place,
                "feasible_up_to_km": f"{near.max():.0f}" if len(near) else "nowhere",
            }
        )
    return rows


def _where(stretches: Sequence[Stretch], verdict: str) -> str:
    """The distances with a verdict."""
    spans = [f"{part.low:.3g} to {part.high:.3g}" for part in stretches if part.verdict == verdict]
    return ", ".join(spans) or "nowhere"


def main(
    out: Annotated[Path, typer.Option()] = Path("docs/results/distance"),
    store: Annotated[Path, typer.Option(help="Folder for trainings.")] = Path("ebit-distance"),
    depth: int = 5,
    steps: int = 2000,
    runs: int = 5,
    quick: bool = False,
    train_with_noise: bool = False,
) -> None:
    """Plan for every kind of hardware, then write figure and table."""
    plans = {
        name: planned(
            name,
            store,
            depth=depth,
            steps=steps,
            runs=runs,
            quick=quick,
            train_with_noise=train_with_noise,
        )
        for name in HARDWARE
    }
    with paper_style():
        figure, axes = new_panels(len(plans), 2.9)
        for ax, (name, found) in zip(axes, plans.items(), strict=True):
            accuracy_against_distance(
                best_trained(found.distance), ax, words.marks(found.distance_crossings)
            )
            ax.set_title(name)
            if (legend := ax.get_legend()) is not None:
                legend.remove()
        for ax in axes[1:]:
            ax.set_ylabel("")
        figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    save_figure(figure, out / "distance")
    rows = [row for name, found in plans.items() for row in crossing_rows(name, found)]
    write_tables(out, "crossings", pl.DataFrame(rows, infer_schema_length=None))
    first = next(iter(plans.values()))
    settings = (
        f"Depth {depth}, {steps} training steps, {runs} runs, "
        f"{first.distance['distance_km'].n_unique()} distances, {first.sweep_shots} shots per "
        f"label, {first.rows} validation rows.\n"
    )
    write_atomically(out / "settings.md", settings.encode())
    for name, found in plans.items():
        print(name)
        for sentence in words.findings(found):
            print(f"- {sentence}")


if __name__ == "__main__":
    typer.run(main)
