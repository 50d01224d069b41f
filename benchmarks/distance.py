"""Is a Bell pair worth having, at which distance and at which fidelity: three kinds of hardware.

Usage: python benchmarks/distance.py --out docs/results/distance, then python docs/theme.py

Every circuit is trained without noise, and then with the noise of every distance and fidelity; for
comparison also as many steps further without noise. Every finished part is kept: the same command
goes on where it stopped, and the tables hold what there is. Several processes may share a store if
each has resources, data or depths of its own: with --no-tables, and the tables at last by one.
"""

import time
from collections.abc import Callable, Iterator, Sequence
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
    SHARE,
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
from ebit.statistics import Comparisons, compare_all, paired
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
KINDS = ("far", "worn", "longer", "long")
"""What is computed: the distances, the fidelities, and at the shortest distance as many further
steps without noise, and four times as many with it."""
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
    """Where the rows of a part are."""
    return store / "distance" / settings.name / f"{part.name}-{kind}.parquet"


def compute(part: Part, settings: Settings, store: Path, kinds: Sequence[str]) -> None:
    """The rows of a part that are not there yet."""
    files = {kind: _file(part, settings, store, kind) for kind in kinds}
    files = {kind: file for kind, file in files.items() if not file.is_file()}
    if not files:
        return
    dataset = load(part.data)
    task = settings.task(part, dataset)
    train(dataset, task, store, progress=False)
    circuit = trained_circuit(dataset, task, store, settings.rows)
    training = NoisyTraining(dataset, store, settings.rows, False)
    site = open_site(network(part.hardware))
    near = site.at_distance(settings.distances[0])
    shared: dict[str, Any] = {"shots": SHOTS, "step": lambda: None, "training": training}
    ways: dict[str, Callable[[], Iterator[dict[str, Any]]]] = {
        "far": lambda: _far(site, circuit, settings.distances, shared),
        "worn": lambda: _worn(site, circuit, shared),
        "longer": lambda: _further(near, circuit, training, with_noise=False, times=1),
        "long": lambda: _further(near, circuit, training, with_noise=True, times=SHARE),
    }
    same = {"depth": part.depth, "data": part.data, "hardware": part.hardware}
    for kind, file in files.items():
        table = pl.DataFrame(list(ways[kind]()), infer_schema_length=None)
        file.parent.mkdir(parents=True, exist_ok=True)
        table.with_columns(**{k: pl.lit(v) for k, v in same.items()}).write_parquet(file)


def _far(
    site: Site, circuit: Trained, distances: Sequence[float], shared: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    for row in distance_rows(
        site, circuit, distances=distances, purification=[0], rate=None, **shared
    ):
        link = site.at_distance(row["distance_km"]).link
        yield {**row, "pair_rate": link.raw_pair_rate}


def _worn(site: Site, circuit: Trained, shared: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if circuit.model.resource.pairs_of_link:
        yield from fidelity_rows(site, circuit, fidelities=FIDELITIES, **shared)


def _further(
    site: Site, circuit: Trained, training: NoisyTraining, *, with_noise: bool, times: int
) -> Iterator[dict[str, Any]]:
    """Accuracy on a site after so many times the steps of a training under noise."""
    found = circuit.condition(site)
    task = task_under(
        circuit.stored.task, found.noisy(circuit.model) if with_noise else circuit.model
    )
    steps = times * task.training.steps
    task = task.model_copy(update={"training": task.training.model_copy(update={"steps": steps})})
    train(training.dataset, task, training.out, progress=False)
    further = trained_circuit(
        training.dataset, task, training.out, training.rows, model=circuit.model
    )
    for run, accuracy in enumerate(further.read_out(found).accuracy(SHOTS)):
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
            yield {
                **case,
                "resource": name,
                "accuracy": compared.means[name],
                **_gaps(compared, name),
                "accuracy_without": before.means[name],
                "noise_in_training": _gain(trained, longer.filter(**case), name),
                "feasible_up_to_km": far["distance_km"][0] if far.height else None,
                "pair_rate_there": rate[0] if rate else None,
            }


def _samples(rows: pl.DataFrame, names: Sequence[str]) -> dict[str, list[float]]:
    """Accuracies of the runs of every resource."""
    return {name: rows.filter(resource=name)["accuracy"].to_list() for name in names}


def trained_long(rows: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Accuracy at the shortest distance after the long training with noise."""
    for values, own in rows.group_by(*CASE, maintain_order=True):
        names = own["resource"].unique(maintain_order=True).to_list()
        if not set(names) & set(REFERENCES):
            continue
        compared = compare_all(_samples(own, names), paired)
        for name in names:
            case = dict(zip(CASE, values, strict=True))
            row = {"resource": name, "accuracy": compared.means[name]}
            yield {**case, **row, **_gaps(compared, name)}


def _gaps(compared: Comparisons, name: str) -> dict[str, str | None]:
    """Differences to the references."""
    return {
        f"over_{other}": str(compared.gap(name, other))
        if other in compared.means and other != name
        else None
        for other in REFERENCES
    }


def _gain(trained: pl.DataFrame, longer: pl.DataFrame, name: str) -> str | None:
    """What the noise in training adds to as many steps without it; runs share all else."""
    if longer.filter(resource=name).is_empty():
        return None
    ways = {"with": trained, "without": longer}
    samples = {way: _samples(rows, [name])[name] for way, rows in ways.items()}
    return str(compare_all(samples, paired).gap("with", "without"))


def _where(stretches: Sequence[Stretch], verdict: str) -> str:
    """The places with a verdict."""
    spans = [
        f"{_digits(part.low)} to {_digits(part.high)}"
        for part in stretches
        if part.verdict == verdict
    ]
    return ", ".join(spans) or "nowhere"


def _digits(place: float) -> str:
    """Three digits, without an exponent."""
    return f"{float(f'{place:.3g}'):g}"


def _rows(store: Path, parts: Sequence[Part], settings: Settings, kind: str) -> pl.DataFrame:
    files = [_file(part, settings, store, kind) for part in parts]
    frames = [pl.read_parquet(file) for file in files if file.is_file()]
    distance = pl.selectors.by_name("distance_km", require_all=False)
    found = [
        frame.with_columns(distance.round_sig_figs(12))  # machines differ in the last digit
        for frame in frames
        if frame.height
    ]
    return pl.concat(found, how="diagonal_relaxed") if found else pl.DataFrame()


def write(out: Path, store: Path, parts: Sequence[Part], settings: Settings) -> None:
    """Tables and figure of the parts that are finished."""
    far = _rows(store, parts, settings, "far")
    nearest = list(near(far, _rows(store, parts, settings, "longer")))
    write_tables(out, "near", pl.DataFrame(nearest, infer_schema_length=None))
    if (long := _rows(store, parts, settings, "long")).height:
        rows = list(trained_long(long))
        write_tables(out, "long", pl.DataFrame(rows, infer_schema_length=None))
    places = list(standing(far, "distance_km", log=True))
    write_tables(out, "crossings", pl.DataFrame(places, infer_schema_length=None))
    if (worn := _rows(store, parts, settings, "worn")).height:
        beside = pl.concat([worn, *_references(far, worn)], how="diagonal")
        rows = list(standing(beside, "pair_fidelity", log=False))
        write_tables(out, "fidelities", pl.DataFrame(rows, infer_schema_length=None))
    write_atomically(out / "settings.md", settings.words().encode())
    drawn = far.filter("trained_with_noise", data=parts[0].data)
    for (depth,), own in drawn.group_by("depth"):
        _draw(own, out / f"distance-{depth}")


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
    kinds: Annotated[str, typer.Option(help="What to compute, with commas.")] = ",".join(KINDS),
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
        compute(part, settings, store, kinds.split(","))
        print(f"{part.name}: {time.monotonic() - started:.0f} s", flush=True)
    if tables:
        write(out, store, parts, settings)


if __name__ == "__main__":
    typer.run(main)
