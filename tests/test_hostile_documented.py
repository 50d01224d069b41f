"""Documented functions of single rooms answer wrong arguments with one `EbitError`, too."""

import inspect
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import numpy as np
import polars as pl
import pytest

import ebit
from ebit import (
    algorithms,
    circuits,
    communication,
    cutting,
    data,
    engine,
    plots,
    report,
    results,
    studies,
)
from ebit.circuits.circuit import Block
from ebit.communication.links import infer_on_links
from ebit.network import Link, Network, Qpu
from test_hostile_arguments import CHSH, TASK, Call, others

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


OWN = circuits.Wiring((circuits.QPU("A", 2, 0),))
TRAINED = circuits.Parameter(("local",), (0,))
FIRST, LAST = circuits.Qubit("A", 0), circuits.Qubit("A", 1)
ARRAYS = ((("local",), (2,)),)
ENTANGLED = circuits.SharedState(
    (circuits.Qubit("A", 0), circuits.Qubit("B", 0)), ebit.BellPairs(1).pair_state
)
QPUS = (circuits.QPU("A", 2, 2), circuits.QPU("B", 2, 2))
TRANSFORM = algorithms.inverse_fourier(4, 2)


def modelled(local: circuits.Circuit) -> ebit.DistributedQCNN:
    """A model whose QPUs have this circuit."""
    return ebit.DistributedQCNN(qubits=2, local=local)


def running(make: Callable[..., Any], **fields: Any) -> Call:
    """A model whose QPUs have a circuit with this operation in it."""

    def run(**own: Any) -> None:
        ends = circuits.Measure(FIRST, "a"), circuits.Measure(LAST, "b")
        layers = ((ends[0],), (make(**own),), (ends[1],))
        modelled(circuits.Circuit(OWN, (Block("local circuit", layers),), ARRAYS))

    return run, fields


def wired(make: Callable[..., circuits.Wiring], **fields: Any) -> Call:
    """A model of QPUs that are wired so."""
    return lambda **own: ebit.DistributedQCNN(qubits=2, topology=make(**own)), fields


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
    "algorithms.inverse_fourier": (algorithms.inverse_fourier, {
        "qubits": 4, "qpus": 2, "answer": None, "told": False}),
    "algorithms.phase_estimation": (algorithms.phase_estimation, {
        "qubits": 2, "qpus": 2, "answer": None, "told": False}),
    "algorithms.shor_15": (algorithms.shor_15, {"qpus": 2}),
    "algorithms.grover": (algorithms.grover, {}),
    "algorithms.outcomes": (algorithms.outcomes, {"algorithm": TRANSFORM, "fidelity": 0.9}),
    "algorithms.ways": (lambda **own: next(algorithms.ways(**own)), {
        "algorithm": TRANSFORM, "fidelities": (0.9,)}),
    "algorithms.program_of_algorithm": (algorithms.program_of_algorithm, {
        "algorithm": TRANSFORM, "fidelity": 0.9}),
    "algorithms.NonlocalGates": (algorithms.NonlocalGates, {
        "algorithm": "grover", "qubits": 2, "qpus": 2, "fidelities": (0.9,), "shots": 10}),
    "algorithms.nonlocal_gates": (algorithms.nonlocal_gates, {
        "algorithms": ("grover",), "quick": True, "shots": 10}),
    "algorithms.break_even": (algorithms.break_even, {"rows": ROWS, "column": "error"}),
    "circuits.Circuit": (lambda **own: modelled(circuits.Circuit(**own)), {
        "wiring": OWN, "shapes": ARRAYS,
        "blocks": (Block("read-out", ((circuits.Measure(LAST, "b"),),)),)}),
    "circuits.Share": running(circuits.Share, state=ENTANGLED),
    "circuits.Gate": running(circuits.Gate, kind="RX", qubits=(LAST,), angle=TRAINED),
    "circuits.Measure": running(circuits.Measure, qubit=FIRST, bit="a"),
    "circuits.Send": running(circuits.Send, bit="a", sender="A", receiver="B"),
    "circuits.Rotate": running(
        circuits.Rotate, kind="RX", qubit=LAST, bit="a", angles=(TRAINED, TRAINED)),
    "circuits.Parameter": running(
        lambda **own: circuits.Gate("RX", (LAST,), circuits.Parameter(**own)),
        leaf=("local",), place=(0,)),
    "circuits.DataAngle": running(
        lambda **own: circuits.Gate("RX", (LAST,), circuits.DataAngle(**own)), features=(0,)),
    "circuits.Qubit": running(
        lambda **own: circuits.Gate("H", (circuits.Qubit(**own),)), qpu="A", number=1),
    "circuits.QPU": wired(
        lambda **own: circuits.Wiring((circuits.QPU(**own), QPUS[1])),
        name="A", qubits=2, features=2),
    "circuits.SharedState": wired(
        lambda **own: circuits.Wiring(QPUS, (circuits.SharedState(**own),)),
        members=ENTANGLED.members, state=ENTANGLED.state, unit="ebits", amount=1, leaf=None),
    "circuits.Wiring": wired(
        circuits.Wiring, qpus=QPUS, shared=(ENTANGLED,), messages=(("A", "B"),), drives=(),
        gates_across=False, teleported=False),
    "engine.select_engine": (engine.select_engine, {
        "resource": ebit.BellPairs(1), "qubits": 4, "mixing": 0, "pooling": "halves",
        "noise": None}),
    "studies.reproduce_counted": (studies.reproduce_counted, {
        "study": "none", "out": "out", "tables": (), "quick": True, "seed": 0, "start": None}),
    "studies.plan_study": (studies.plan_study, {
        "name": "worth", "tables": (), "figures": (), "data": (), "quick": True, "runs": None,
        "sets": None}),
    "studies.read_study": (studies.read_study, {"name": "worth"}),
}  # fmt: skip
"""One call of each; what is refused as it stands is refused with hostile arguments, too."""


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


A, B, C = (circuits.Qubit(name, 0) for name in "ABC")
THREE = tuple(circuits.QPU(name, 2, 2) for name in "ABC")
BELL = ebit.BellPairs(1).pair_state
WRONG_WIRINGS: list[tuple[dict[str, Any], str]] = [
    ({"shared": (circuits.SharedState((A, B, C), BELL),)}, "of 2 qubits is on 3 of them"),
    ({"shared": (circuits.SharedState((A, B), ebit.GHZState(3)),)}, "of 3 qubits is on 2 of them"),
    ({"shared": (circuits.SharedState((A, B), None),)}, "of 0 qubits is on 2 of them"),
    ({"shared": (circuits.SharedState((A, circuits.Qubit("A", 1)), BELL),)}, "two qubits of QPU A"),
    ({"shared": (circuits.SharedState((A, B), BELL, leaf="x"),)}, "leave out its `leaf`"),
    ({"messages": (("A", "A"),)}, "name another QPU"),
    ({"drives": ((A, circuits.Qubit("B", 9)),)}, "`drives` names qubit B9"),
    ({"drives": ((A, circuits.Qubit("B", 1)),)}, "B1 is not measured by then"),
    ({"drives": ((circuits.Qubit("A", 1), B),)}, "A1, which is not measured before the read-out"),
    ({"qpus": (circuits.QPU("A", 2, 3), *THREE[1:])}, "the features of each QPU"),
    ({"qpus": (THREE[0], *THREE[:2])}, "QPUs of different names"),
]


@pytest.mark.parametrize(("parts", "words"), WRONG_WIRINGS)
def test_a_wiring_that_does_not_fit_is_one_line(parts: dict[str, Any], words: str) -> None:
    with pytest.raises(ebit.EbitError, match=words) as error:
        ebit.DistributedQCNN(
            qpus=3, qubits=2, depth=1, topology=circuits.Wiring(**{"qpus": THREE, **parts})
        )
    assert "\n" not in str(error.value)
