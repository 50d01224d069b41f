"""Is a Bell pair worth having, at which distance and at which fidelity: three kinds of hardware.

Usage: python benchmarks/distance.py --out docs/results/distance, then python docs/theme.py

Every circuit is trained without noise, and then with the noise of every distance and fidelity; for
comparison also as many steps further without noise. Every finished part is kept: the same command
goes on where it stopped, and the tables hold what there is. Several processes may share a store if
each has resources, data or depths of its own: with --no-tables, and the tables at last by one.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from ebit.benchmark.tables import write_tables
from ebit.data import Dataset, load
from ebit.network import Link, Network, profile
from ebit.planning import (
    DISTANCES,
    Crossing,
    NoisyTraining,
    Site,
    Stretch,
    Trained,
    crossings,
    open_site,
    task_under,
    trained_circuit,
)
from ebit.planning.sweeps import distance_rows, fidelity_rows
from ebit.plots import accuracy_against_distance, new_panels, paper_style, save_figure
from ebit.results import Task, make_task, train
from ebit.statistics import compare_all, paired
from ebit.writing import write_atomically

HARDWARE = ("trapped-ion", "neutral-atom", "superconducting", "trapped-ion/10")
"""Profiles of QPUs; `/10`: gates and read-outs are assumed to err ten times less."""

ERRORS = ("one_qubit_gate_error", "two_qubit_gate_error", "readout_error")
RESOURCES = ("none", "shared:1", "bell:1", "bell:2", "classical")
REFERENCES = ("none", "shared:1")
FIDELITY = 0.9689
"""The best one published for two separate modules, see the profile `laboratory`."""

FIDELITIES = (0.25, 0.5, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 1.0)
SHOTS = 1000
CASE = ("depth", "data", "hardware")


def network(name: str) -> Network:
    """Two QPUs of one kind and a fibre link; all kinds have the same link, which is assumed."""
    kind, _, better = name.partition("/")
    qpus = [profile(kind).qpu(end) for end in ("a", "b")]
    if better:
        less = {error: getattr(qpus[0], error) / float(better) for error in ERRORS}
        qpus = [qpu.model_copy(update=less) for qpu in qpus]
    link = Link(
        between=("a", "b"), length="1 km", efficiency=0.1, attempt_time="1 us", fidelity=FIDELITY
    )
    return Network(qpus=qpus, links=[link])


@dataclass(frozen=True)
class Part:
    """A resource on one kind of hardware."""

    depth: int
    data: str
    hardware: str
    resource: str

    @property
    def name(self) -> str:
        """Name of its files."""
        words = f"{self.depth}-{self.data}-{self.hardware}-{self.resource}"
        return words.translate(str.maketrans(":/", "__"))


@dataclass(frozen=True)
class Settings:
    """What all parts have in common."""

    steps: int
    batch_size: int
    runs: int
    rows: int
    every: int

    @property
    def name(self) -> str:
        """Name of the folder with what was computed with them."""
        return f"{self.steps}-{self.batch_size}-{self.runs}-{self.rows}-{self.every}"

    @property
    def distances(self) -> list[float]:
        """Kilometres, with that of the link."""
        return sorted({*DISTANCES[:: self.every], DISTANCES[-1], 1.0})

    def task(self, part: Part, dataset: Dataset) -> Task:
        """The training without noise."""
        return make_task(
            dataset,
            resource=part.resource,
            depth=part.depth,
            steps=self.steps,
            batch_size=self.batch_size,
            runs=self.runs,
        )

    def words(self) -> str:
        """For the page."""
        return (
            f"{self.steps} training steps without noise and a quarter of them with it, minibatches "
            f"of {self.batch_size}, {self.runs} runs, {len(self.distances)} distances, "
            f"{len(FIDELITIES)} fidelities, {SHOTS} shots per label, {self.rows} validation rows.\n"
        )


def _file(part: Part, settings: Settings, store: Path, kind: str) -> Path:
    """Where the rows of a part are: `far`, `worn`, or those trained `longer` without noise."""
    return store / "distance" / settings.name / f"{part.name}-{kind}.parquet"


def compute(part: Part, settings: Settings, store: Path) -> None:
    """The rows of a part, unless they are there."""
    files = {kind: _file(part, settings, store, kind) for kind in ("far", "worn", "longer")}
    if all(file.is_file() for file in files.values()):
        return
    dataset = load(part.data)
    task = settings.task(part, dataset)
    train(dataset, task, store, progress=False)
    circuit = trained_circuit(dataset, task, store, settings.rows)
    training = NoisyTraining(dataset, store, settings.rows, False)
    site = open_site(network(part.hardware))
    shared: dict[str, Any] = {"shots": SHOTS, "step": lambda: None, "training": training}
    found = {"far": list(_far(site, circuit, settings.distances, shared)), "worn": []}
    found["longer"] = list(_longer(site, circuit, settings.distances[0], training))
    if circuit.model.resource.pairs_of_link:
        found["worn"] = list(fidelity_rows(site, circuit, fidelities=FIDELITIES, **shared))
    for kind, rows in found.items():
        table = pl.DataFrame(rows, infer_schema_length=None)
        same = {"depth": part.depth, "data": part.data, "hardware": part.hardware}
        files[kind].parent.mkdir(parents=True, exist_ok=True)
        table.with_columns(**{k: pl.lit(v) for k, v in same.items()}).write_parquet(files[kind])


def _far(
    site: Site, circuit: Trained, distances: Sequence[float], shared: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    for row in distance_rows(
        site, circuit, distances=distances, purification=[0], rate=None, **shared
    ):
        link = site.at_distance(row["distance_km"]).link
        yield {**row, "pair_rate": link.raw_pair_rate}


def _longer(
    site: Site, circuit: Trained, distance: float, training: NoisyTraining
) -> Iterator[dict[str, Any]]:
    """Accuracy at a distance after as many further steps as with noise, but without it."""
    task = task_under(circuit.stored.task, circuit.model)
    train(training.dataset, task, training.out, progress=False)
    longer = trained_circuit(training.dataset, task, training.out, training.rows)
    found = longer.condition(site.at_distance(distance))
    for run, accuracy in enumerate(longer.read_out(found).accuracy(SHOTS)):
        yield {"resource": circuit.name, "run": run, "accuracy": float(accuracy)}


def standing(rows: pl.DataFrame, column: str, *, log: bool) -> Iterator[dict[str, Any]]:
    """One row per case, resource and reference: where it is better or worse, trained either way."""
    for values, own in rows.group_by(*CASE, maintain_order=True):
        ways = {
            "": own.filter("trained_with_noise"),
            "_without": own.filter(~pl.col("trained_with_noise")),
        }
        for reference in REFERENCES:
            if reference not in own["resource"]:
                continue
            found = {
                way: crossings(table, column, log=log, reference=reference)
                for way, table in ways.items()
            }
            for name in found[""]:
                if name in REFERENCES:
                    continue
                yield {
                    **dict(zip(CASE, values, strict=True)),
                    "resource": name,
                    "against": reference,
                    **{
                        key + way: value
                        for way, of in found.items()
                        for key, value in _place(of[name]).items()
                    },
                }


def _place(found: Crossing) -> dict[str, Any]:
    """The columns of a crossing."""
    low, high = found.interval or (None, None)
    return {
        "better": _where(found.stretches, "better"),
        "worse": _where(found.stretches, "worse"),
        "crossing": found.place,
        "crossing_low": low,
        "crossing_high": high,
    }


def near(rows: pl.DataFrame, longer: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Accuracy at the shortest distance, its difference to the references, and how far it goes."""
    for values, own in rows.group_by(*CASE, maintain_order=True):
        first = own.filter(pl.col("distance_km") == own["distance_km"].min())
        trained = first.filter("trained_with_noise")
        names = first["resource"].unique(maintain_order=True).to_list()
        compared = compare_all(_samples(trained, names), paired)
        before = compare_all(_samples(first.filter(~pl.col("trained_with_noise")), names), paired)
        case = dict(zip(CASE, values, strict=True))
        for name in names:
            usable = own.filter("feasible", resource=name)
            far = usable.filter(pl.col("distance_km") == usable["distance_km"].max())
            rate = far["pair_rate"].to_list() if name not in REFERENCES else []
            others = [other for other in REFERENCES if other in names and other != name]
            yield {
                **case,
                "resource": name,
                "accuracy": compared.means[name],
                **{f"over_{other}": str(compared.gap(name, other)) for other in others},
                "accuracy_without": before.means[name],
                **{f"over_{other}_without": str(before.gap(name, other)) for other in others},
                "noise_in_training": _gain(trained, longer.filter(**case), name),
                "feasible_up_to_km": far["distance_km"][0] if far.height else None,
                "pair_rate_there": rate[0] if rate else None,
            }


def _samples(rows: pl.DataFrame, names: Sequence[str]) -> dict[str, list[float]]:
    """Accuracies of the runs of every resource."""
    return {name: rows.filter(resource=name)["accuracy"].to_list() for name in names}


def _gain(trained: pl.DataFrame, longer: pl.DataFrame, name: str) -> str:
    """What the noise in training adds to as many steps without it; runs share all else."""
    ways = {"with": trained, "without": longer}
    samples = {way: _samples(rows, [name])[name] for way, rows in ways.items()}
    return str(compare_all(samples, paired).gap("with", "without"))


def _where(stretches: Sequence[Stretch], verdict: str) -> str:
    """The places with a verdict."""
    spans = [f"{part.low:.3g} to {part.high:.3g}" for part in stretches if part.verdict == verdict]
    return ", ".join(spans) or "nowhere"


def _rows(store: Path, parts: Sequence[Part], settings: Settings, kind: str) -> pl.DataFrame:
    files = [_file(part, settings, store, kind) for part in parts]
    frames = [pl.read_parquet(file) for file in files if file.is_file()]
    return pl.concat([frame for frame in frames if frame.height], how="diagonal_relaxed")


def write(out: Path, store: Path, parts: Sequence[Part], settings: Settings) -> None:
    """Tables and figure of the parts that are finished."""
    far = _rows(store, parts, settings, "far")
    longer = _rows(store, parts, settings, "longer")
    nearest = list(near(far, longer))
    write_tables(out, "near", pl.DataFrame(nearest, infer_schema_length=None))
    places = list(standing(far, "distance_km", log=True))
    write_tables(out, "crossings", pl.DataFrame(places, infer_schema_length=None))
    worn = _rows(store, parts, settings, "worn")
    with_references = [worn, *_references(far, worn)]
    fidelities = list(
        standing(pl.concat(with_references, how="diagonal"), "pair_fidelity", log=False)
    )
    write_tables(out, "fidelities", pl.DataFrame(fidelities, infer_schema_length=None))
    write_atomically(out / "settings.md", settings.words().encode())
    for (depth,), rows in far.filter("trained_with_noise", data=parts[0].data).group_by("depth"):
        _draw(rows, out / f"distance-{depth}")


def _draw(rows: pl.DataFrame, path: Path) -> None:
    """A panel for every kind of hardware."""
    shown = [name for name in HARDWARE if name in rows["hardware"]]
    with paper_style():
        figure, axes = new_panels(len(shown), 2.9)
        for ax, name in zip(axes, shown, strict=True):
            accuracy_against_distance(rows.filter(hardware=name), ax)
            ax.set_title(name)
            if (legend := ax.get_legend()) is not None:
                legend.remove()
        for ax in axes[1:]:
            ax.set_ylabel("")
        figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    save_figure(figure, path)


def _references(far: pl.DataFrame, worn: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """What uses no pairs has at every fidelity the accuracy that it has at the first distance."""
    near = far.filter(
        pl.col("resource").is_in(REFERENCES), pl.col("distance_km") == far["distance_km"].min()
    )
    for (fidelity,), _ in worn.group_by("pair_fidelity"):
        yield near.select(*CASE, "trained_with_noise", "resource", "run", "accuracy").with_columns(
            pair_fidelity=pl.lit(fidelity), uses_pairs=pl.lit(False)
        )


def main(
    out: Annotated[Path, typer.Option()] = Path("docs/results/distance"),
    store: Annotated[Path, typer.Option(help="Folder for trainings.")] = Path("ebit-distance"),
    depths: Annotated[str, typer.Option(help="With commas.")] = "5,20",
    data: Annotated[str, typer.Option(help="Data sets, with commas.")] = (
        "clusters:0,clusters-hwang:0"
    ),
    resources: Annotated[str, typer.Option(help="With commas.")] = ",".join(RESOURCES),
    hardware: Annotated[str, typer.Option(help="With commas.")] = ",".join(HARDWARE),
    steps: int = 2000,
    batch_size: int = 256,
    runs: int = 5,
    rows: Annotated[int, typer.Option(help="Validation rows.")] = 512,
    every: Annotated[int, typer.Option(help="Every so many of 26 distances.")] = 1,
    minutes: Annotated[float, typer.Option(help="Begin nothing new after that.")] = float("inf"),
    tables: Annotated[bool, typer.Option(help="Write figure and tables.")] = True,
) -> None:
    """Compute what is missing, then write figure and tables."""
    started = time.monotonic()
    settings = Settings(steps, batch_size, runs, rows, every)
    parts = [
        Part(int(depth), source, kind, resource)
        for depth, source, resource, kind in product(
            depths.split(","), data.split(","), resources.split(","), hardware.split(",")
        )
    ]
    for part in parts:
        if time.monotonic() - started > 60 * minutes:
            break
        compute(part, settings, store)
        print(f"{part.name}: {time.monotonic() - started:.0f} s", flush=True)
    if tables:
        write(out, store, parts, settings)


if __name__ == "__main__":
    typer.run(main)
