"""Documented functions of single rooms answer wrong arguments with one `EbitError`, too."""

import inspect
import re
import tempfile
from pathlib import Path
from typing import Any

import jax
import numpy as np
import polars as pl
import pytest

import ebit
from ebit import communication, cutting, data, plots, report, results
from ebit.communication.links import infer_on_links
from ebit.network import Link, Network, Qpu
from test_hostile_arguments import CHSH, TASK, Call, others

ROOMS = (communication, cutting, plots, report, results)
LINK = ebit.DistributedQCNN(qubits=2, depth=1, resource=ebit.QuantumLink())
CUT = {"model": LINK, "parameters": LINK.init(jax.random.key(0)), "x": np.ones(4)}
X, Y = np.arange(16.0).reshape(4, 4) % 5, np.array([1.0, -1.0, 1.0, -1.0])
SPLIT = communication.ColumnSplit(X, {"a": [0, 1], "b": [2, 3]})
LAYERED = communication.model_for(SPLIT, 2)
ANGLES = [np.zeros(layer.shape) for layer in LAYERED.layers]
ASKED = {"model": LAYERED, "theta": ANGLES, "data": SPLIT, "eps": 0.5, "delta": 0.3,
         "copies": 10, "seed": 0}  # fmt: skip
PAIR = Network(
    qpus=(Qpu(name="a", qubits=4), Qpu(name="b", qubits=4)),
    links=(Link(between=("a", "b"), length="1 km", fidelity=0.9, pair_rate="1 kHz"),),
)
ROWS = pl.DataFrame({"resource": ["none", "bell:1"], "validation_accuracy": [0.5, 0.6]})
COSTS = pl.DataFrame({"n": [6, 8], "cost": [100.0, 100.0]})
FIGURE, _AX = plots.new_figure()
plots.accuracy_by_resource(ROWS, _AX)


def figures() -> dict[str, Call]:
    """Every function that draws rows, with all arguments it has."""
    found: dict[str, Call] = {}
    for name in plots.__all__:
        function = getattr(plots, name)
        first, *further = inspect.signature(function).parameters or [""]
        if first in ("rows", "points", "gains", "options"):
            good = dict.fromkeys(further) | {first: ROWS} | {"ax": None}
            known = {"axis": "qubits", "exponents": {}, "resource": "none"}
            found[f"plots.{name}"] = (function, good | {k: known[k] for k in known & good.keys()})
    return found


GOOD: dict[str, Call] = {
    **figures(),
    "plots.crossing": (plots.crossing, {"quantum": COSTS, "classical": COSTS}),
    "plots.leading_resources": (plots.leading_resources, {"data": ROWS}),
    "plots.new_figure": (plots.new_figure, {"height": 3.2, "projection": None}),
    "plots.new_panels": (plots.new_panels, {"count": 2, "height": 3.2, "share": True}),
    "plots.sort_resources": (plots.sort_resources, {"resources": ["none"]}),
    "plots.resource_styles": (plots.resource_styles, {"resources": ["none"]}),
    "plots.save_figure": (plots.save_figure, {"figure": FIGURE, "stem": Path("x")}),
    "plots.first_three_coordinates": (plots.first_three_coordinates, {
        "x": X, "y": Y[:3], "class_names": ("n", "p"), "ax": None}),
    "plots.shots_between_cut_and_teleport": (
        plots.shots_between_cut_and_teleport, {"pairs": 1, "ax": None}),
    "report.write_report": (report.write_report, {
        "rows": ROWS.clear(), "out": Path("out"), "title": "t", "settings": {}, "quick": True,
        "shots": None}),
    "report.write_plan": (report.write_plan, {"page": None, "out": Path("out")}),
    "report.Predictions": (report.Predictions, {
        "resource": "none", "run": 0, "true": ("a", "b"), "predicted": ("a", "a"),
        "classes": ("a", "b")}),
    "results.compare_splits": (results.compare_splits, {
        "datasets": [], "tasks": [[TASK]], "others": [[]], "out": "out"}),
    "results.load_splits": (results.load_splits, {
        "source": data.DataSource(source="chsh"), "splits": None}),
    "results.gains": (results.gains, {"rows": ROWS, "over": "none"}),
    "results.with_gains": (results.with_gains, {"summary": ROWS, "rows": ROWS}),
    "results.completed": (results.completed, {"rows": ROWS}),
    "results.estimate": (results.estimate, {"task": TASK}),
    "results.OtherClassifier": (results.OtherClassifier, {
        "name": "svc", "dataset": CHSH, "seed": 0, "runs": 1}),
    "results.run_experiment": (results.run_experiment, {
        "experiment": None, "store": ebit.Store(Path(tempfile.gettempdir(), "ebit-none"))}),
    "results.read_noise": (results.read_noise, {"path": "none"}),
    "cutting.gate_gamma": (cutting.gate_gamma, {"matrix": np.eye(4)}),
    "cutting.pair_gamma": (cutting.pair_gamma, {"fidelity": 0.8}),
    "cutting.pairs_gamma": (cutting.pairs_gamma, {"pairs": 2, "fidelity": 0.8}),
    "cutting.cut_overhead": (cutting.cut_overhead, CUT),
    "cutting.reconstruct": (cutting.reconstruct, CUT),
    "communication.ColumnSplit": (communication.ColumnSplit, {
        "x": X, "columns": {"a": [0, 1], "b": [2, 3]}, "bias": True, "standardise": True,
        "moments": None}),
    "communication.model_for": (communication.model_for, {
        "data": SPLIT, "layers": 2, "parties": ()}),
    "communication.walsh_model": (communication.walsh_model, {
        "qubits": 2, "layers": 2, "owners": ("a", "b"), "weight": 1}),
    "communication.WalshLayers": (communication.WalshLayers, {"qubits": 2, "weight": 1}),
    "communication.PauliLayers": (communication.PauliLayers, {"words": ("XX", "ZI")}),
    "communication.ReuploadLayers": (communication.ReuploadLayers, {
        "qubits": 2, "places": (0,), "scale": 1.0, "x": np.ones((3, 1))}),
    "communication.LayeredModel": (communication.LayeredModel, {
        "layers": LAYERED.layers, "owners": LAYERED.owners}),
    "communication.infer": (communication.infer, ASKED),
    "communication.gradient": (communication.gradient, ASKED),
    "communication.infer_on_links": (infer_on_links, {**ASKED, "network": PAIR}),
    "communication.fit": (communication.fit, {
        "model": LAYERED, "data": SPLIT, "y": Y, "shots": 1, "steps": 1, "batch": 2, "rate": 0.1,
        "radius": 1.0, "scale": 1.0, "start": None, "seed": 0, "ledger": None}),
    "communication.fit_last_layer": (communication.fit_last_layer, {
        **ASKED, "y": Y, "weight": 1, "radius": 1.0, "steps": 1, "rate": 0.1}),
    "communication.Parties": (communication.Parties, {
        "names": ("a", "b"), "wire": "direct", "ledger": None}),
}  # fmt: skip
"""One call of each; what is refused as it stands is refused with hostile arguments, too."""

READ_OR_MADE = {
    "ResourceStyle", "check_installed", "paper_style", "CutOverhead", "Estimate", "Experiment",
    "Exported", "Training", "Capacity", "ModelSettings", "TrainingSettings", "export_model",
    "links",
}  # fmt: skip
"""Values that users only read, what takes no argument, and settings, which check themselves."""


def test_every_documented_name_has_its_row() -> None:
    pages = Path(__file__).parents[1] / "docs" / "api"
    text = "".join(page.read_text("utf-8") for page in pages.glob("*.md"))
    for room in ROOMS:
        short = room.__name__.rpartition(".")[2]
        documented = set(re.findall(rf"auto(?:function|class):: ebit\.{short}\.(\w+)", text))
        rows = {name.partition(".")[2] for name in GOOD if name.startswith(f"{short}.")}
        assert documented - rows - READ_OR_MADE == set(), short


@pytest.mark.parametrize("name", GOOD)
def test_a_hostile_argument_is_one_ebit_error(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert others(*GOOD[name]) == []


@pytest.mark.parametrize("good", [{"rows": ROWS}, {"rows": ROWS.rename({"resource": "r"})}])
def test_columns_of_another_kind_are_named(good: dict[str, Any]) -> None:
    with pytest.raises(ebit.EbitError, match="Argument `rows`"):
        plots.accuracy_against_cost(**good)
