"""Every documented or public name is attacked by a test, or it is said why it is not."""

import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ebit
import test_hostile_arguments
import test_hostile_documented
import test_hostile_methods
from ebit import capacity, data, network, planning, public, shots

PAGES = Path(__file__).parents[1] / "docs"
DIRECTIVE = re.compile(r"auto(function|class):: ebit\.([\w.]+)[^\n]*\n((?: +:[^\n]*\n)*)")

ROWS = {
    *test_hostile_arguments.GOOD,
    *test_hostile_arguments.COSTLY,
    *test_hostile_arguments.OF_STORED,
    *test_hostile_documented.GOOD,
    *test_hostile_methods.GOOD,
}
SAME_AS = {
    "DistributedQCNN.init": "init", "DistributedQCNN.encode": "encode",
    "DistributedQCNN.probabilities": "probabilities",
    "estimators.DQMLClassifier": "DQMLClassifier", "estimators.DQMLRegressor": "DQMLRegressor",
    "QPU": "circuits.QPU", "Qubit": "circuits.Qubit", "SharedState": "circuits.SharedState",
    "Wiring": "circuits.Wiring", "ManyState.from_matrix": "ManyState",
}  # fmt: skip
"""Names whose row has another name."""

REASONS: dict[str, set[str]] = {
    "users read what ebit has made": {
        "CapacityRow", "EffectiveDimension", "FisherSpectrum", "Fit", "Plan", "ShotCost",
        "StoredModel", "StudyResult", "SweepResult", "SweepTask", "capacity.Rank",
        "cutting.CutOverhead", "network.Delivered", "network.Profile", "network.Purified",
        "planning.Condition", "planning.Crossing", "planning.GateTimes", "planning.Layout",
        "planning.ManyCondition", "planning.ManyPlan", "planning.Readouts",
        "planning.Recommendation", "planning.Stretch", "planning.Trained", "plots.ResourceStyle",
        "results.Estimate", "results.Exported", "studies.CountedResult", "studies.ItemResult",
    },
    "an error": {"EbitError", "TrainingDivergedError", "UnsupportedError"},
    "a programmer derives from it or registers it, and it is checked where it is registered": {
        "Look", "Model", "Resource", "ResourceRow", "engine.Engine", "engine.LocalForm",
        "engine.Supports",
    },
    "it takes what other steps of `plan` have made": {
        "planning." + name
        for name in (
            "circuit_seconds", "circuit_words", "crossing", "crossing_place", "crossings",
            "describe", "label_seconds", "many_condition", "obstacles", "pareto_front", "read_out",
            "recommend", "task_under", "trained_circuit",
        )
    },
    "settings, which check themselves: make_task and capacity_row have rows": {
        "results.Capacity", "results.Experiment", "results.ModelSettings", "results.Training",
        "results.TrainingSettings",
    },
    "it takes no argument that could be wrong": {"plots.check_installed", "plots.paper_style"},
    "the verb `ebit export` gives it what it has checked": {"results.export_model"},
}  # fmt: skip

REASONS_OF_METHODS: dict[str, set[str]] = {
    "a method of what users read: its class says so": {
        "Readouts.accuracy", "CutOverhead.shots", "CutOverhead.mean", "Experiment.run",
    },
    "only of what the caller has made just before: a circuit model reads its own parameters": {
        f"{model}.{name}"
        for model, further in (
            ("DistributedQCNN", ["readout_weights"]),
            ("SingleQCNN", ["readout_weights"]),
            ("DistributedDNN", []),
        )
        for name in ("expectation", "read_out", *further)
    },
    "the same as of DistributedQCNN": {
        "SingleQCNN.probabilities", "SingleQCNN.operations", "SingleQCNN.memory",
        "DistributedDNN.operations", "DistributedDNN.memory",
    },
    "for those who write a resource or a channel: ebit calls it": {
        "PairState.groups_of", "PairState.through",
        *(f"{name}.consumption" for name in ("Separable", "SharedPairs", "QuantumLink")),
    },
    "attacked with a trained model, see `test_hostile_arguments.OF_STORED`": {
        f"StoredModel.{name}"
        for name in (
            "check_run", "class_probabilities", "expectation", "measurement", "parameters_of",
            "placed", "scores",
        )
    },
    "scikit-learn checks what its estimators are given": {
        f"{name}.{method}"
        for name, further in (
            ("DQMLClassifier", ["predict_proba", "decision_function"]),
            ("DQMLRegressor", []),
        )
        for method in ("fit", "partial_fit", "predict", "save", "load", *further)
    },
    "it takes text that it writes down, which the ledger checks": {"Parties.during"},
}  # fmt: skip


OWN = {"self", "cls"}
"""Arguments that a caller does not write."""


def documented() -> Iterator[tuple[str, Any, str]]:
    """Every documented name, what it is, and the options of its directive."""
    text = "".join(page.read_text("utf-8") + "\n" for page in sorted(PAGES.rglob("*.md")))
    for _, path, options in DIRECTIVE.findall(text):
        *rooms, name = path.split(".")
        room = importlib.import_module(".".join(["ebit", *rooms]))
        yield path, getattr(room, name), options


def short(path: str) -> str:
    """`room.name` of a name in a room, `name` of one that `import ebit` has."""
    room, _, name = path.partition(".")
    name = name.rpartition(".")[2]
    return room if not name else name if name in public.__all__ else f"{room}.{name}"


def methods() -> Iterator[str]:
    """Documented methods with arguments, as `Class.method`."""
    for path, found, options in documented():
        members = re.search(r":members:([^\n]*)", options)
        if not inspect.isclass(found) or members is None:
            continue
        chosen = {name.strip() for name in members[1].split(",") if name.strip()}
        for name in chosen or {name for name in vars(found) if not name.startswith("_")}:
            method = inspect.getattr_static(found, name)
            method = getattr(method, "__func__", method)
            if inspect.isfunction(method) and {*inspect.signature(method).parameters} - OWN:
                yield f"{path.rpartition('.')[2]}.{name}"


def without_row(names: set[str], reasons: dict[str, set[str]]) -> set[str]:
    """Names that are neither attacked nor excused."""
    excused = set().union(*reasons.values())
    return {name for name in names if SAME_AS.get(name, name) not in ROWS | excused}


def test_every_documented_or_public_name_is_attacked() -> None:
    names = {short(path) for path, _, _ in documented()} | set(public.__all__)
    for room in (data, network, planning, capacity, shots):
        own = (name for name in room.__all__ if callable(getattr(room, name)))
        names |= {short(f"{room.__name__.rpartition('.')[2]}.{name}") for name in own}
    assert len(names) > 200
    assert without_row(names, REASONS) == set()


def test_every_documented_method_is_attacked() -> None:
    names = set(methods())
    assert len(names) > 60
    protocols = {"Engine", "Model", "Resource"}
    assert (
        without_row(
            {name for name in names if name.partition(".")[0] not in protocols}, REASONS_OF_METHODS
        )
        == set()
    )


def test_no_reason_is_left_over() -> None:
    names = {short(path) for path, _, _ in documented()} | set(public.__all__) | set(methods())
    names |= {f"planning.{name}" for name in planning.__all__}
    excused = set().union(*REASONS.values(), *REASONS_OF_METHODS.values())
    assert {name for name in excused if name not in names} == set()
    assert not excused & ROWS
    assert ebit.__all__ == public.__all__
