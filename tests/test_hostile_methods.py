"""Documented methods, ledgers and losses answer wrong arguments with one `EbitError`, too."""

from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

import ebit
from ebit import circuits, communication, data, ledger, models, network, planning
from ebit.models import ReadOut, objective
from ebit.results.store import TRAINING
from test_hostile_arguments import (
    KEY,
    MODEL,
    PAIR,
    PARAMETERS,
    SETUP,
    SITE,
    TASK,
    Call,
    X,
    others,
)  # fmt: skip
from test_hostile_documented import ANGLES, LAYERED, ROWS, SPLIT

ENTRY = ledger.Entry(0, "p", "a", "b", "qubit", 3)
FIELDS = {"step": 0, "protocol": "p", "src": "a", "dst": "b", "kind": "qubit", "amount": 3,
          "copies": 1, "tag": "", "emulated": False}  # fmt: skip
TABLE = {
    "scores": jnp.array([[0.5], [0.1]]),
    "probabilities": jnp.array([[0.75, 0.25], [0.5, 0.5]]),
    "weights": jnp.array([[1.0, -1.0]]),
}
READ = ReadOut(**TABLE)
LABELS = jnp.array([1.0, -1.0])
LOSS = {"targets": LABELS, "read_out": READ, "weights": jnp.ones(2)}
ESTIMATES = {"targets": LABELS, "first": LABELS, "second": LABELS}
STATES = np.eye(LAYERED.size, dtype=complex)
ENCODED = MODEL.encode(jnp.ones((1, 4)))
SINGLE, DNN = ebit.SingleQCNN(qubits=2, depth=1), ebit.DistributedDNN(qubits=2)
BELL = ebit.BellPairs(1)
SHARED = BELL.pair_state
ON_EDGES = ebit.OnEdges({"A-B": BELL})
CONDITION = planning.condition(SITE, ebit.DistributedQCNN(qubits=2, depth=1, resource=BELL))
PLACE = circuits.Parameter(("convolution", 0), (0, 0, 0))
HASH = {"task_hash": TASK.hash}
KIND = {"kind": TRAINING}


HELD = object()
"""Stands for the register that the parties of a call hold."""


def parties() -> communication.Parties:
    """Two parties that have sent nothing yet."""
    return communication.Parties(("a", "b"))


def sent(method: str) -> Any:
    """A method of a ledger with one entry."""
    return lambda **own: getattr(ledger.Ledger([ENTRY]), method)(**own)


def passed(method: str) -> Any:
    """A method of parties that hold a register."""

    def run(**own: Any) -> None:
        held = parties()
        register = held.register("a", np.eye(2, dtype=complex), 1)
        if own.get("register") is HELD:
            own["register"] = register
        getattr(held, method)(**own)

    return run


def stored(method: str) -> Any:
    """A method of a store."""
    return lambda **own: getattr(ebit.Store("out"), method)(**own)


GOOD: dict[str, Call] = {
    "ledger.Entry": (ledger.Entry, FIELDS),
    "ledger.Ledger": (ledger.Ledger, {"entries": [ENTRY]}),
    "Ledger.append": (sent("append"), {"entry": ENTRY}),
    "Ledger.send": (sent("send"), FIELDS),
    "Ledger.where": (sent("where"), FIELDS),
    "Ledger.total": (sent("total"), {"kind": "qubit"}),
    "Ledger.extend": (sent("extend"), {"other": ledger.Ledger([ENTRY])}),
    "models.ReadOut": (lambda **own: objective.WrongLabel(3)(LABELS, ReadOut(**own)), TABLE),
    "models.Loss": (objective.Product().positive_probability, {"read_out": READ}),
    "models.MeanSquaredError": (objective.MeanSquaredError(), LOSS),
    "MeanSquaredError.from_two_estimates": (
        objective.MeanSquaredError().from_two_estimates, ESTIMATES),
    "models.Product": (objective.Product(), LOSS),
    "Product.from_two_estimates": (objective.Product().from_two_estimates, ESTIMATES),
    "Product.class_probabilities": (objective.Product().class_probabilities, {"read_out": READ}),
    "models.WrongLabel": (objective.WrongLabel, {"shots_per_label": 3}),
    "WrongLabel.of_rows": (
        objective.WrongLabel(3).of_rows, {"targets": LABELS, "read_out": READ}),
    "WrongLabel.positive_probability": (
        objective.WrongLabel(3).positive_probability, {"read_out": READ}),
    "CrossEntropy.of_rows": (
        objective.CrossEntropy().of_rows, {"targets": LABELS, "read_out": READ}),
    "CrossEntropy.positive_probability": (
        objective.CrossEntropy().positive_probability, {"read_out": READ}),
    "CrossEntropy.class_probabilities": (
        objective.CrossEntropy().class_probabilities, {"read_out": READ}),
    "models.OwnLoss": (models.OwnLoss, {"function": lambda targets, read_out: targets}),
    "OwnLoss.of_rows": (
        lambda rows: models.OwnLoss(lambda targets, read_out: rows).of_rows(LABELS, READ),
        {"rows": LABELS}),
    "models.make_loss": (models.make_loss, {"name": "shots", "shots_per_label": 3}),
    "models.kind_of_target": (models.kind_of_target, {"model": MODEL, "target": "labels"}),
    "models.check_objective": (models.check_objective, {
        "loss": models.make_loss("mse"), "model": MODEL, "target": "labels", "shots": 3}),
    "ColumnSplit.announce": (SPLIT.announce, {"parties": parties()}),
    "ColumnSplit.load": (SPLIT.load, {
        "parties": parties(), "squares": SPLIT.announce(parties()), "copies": 1}),
    "LayeredModel.hops_between": (LAYERED.hops_between, {"first": 0, "last": 1}),
    "LayeredModel.init": (LAYERED.init, {"seed": 0, "deviation": 0.1}),
    "LayeredModel.forward": (LAYERED.forward, {"theta": ANGLES, "states": STATES}),
    "LayeredModel.output": (LAYERED.output, {"theta": ANGLES, "states": STATES}),
    "LayeredModel.gradient": (LAYERED.gradient, {"theta": ANGLES, "states": STATES}),
    "LayeredModel.pass_on": (LAYERED.pass_on, {
        "theta": ANGLES, "parties": parties(), "register": None}),
    "LayeredModel.take_back": (LAYERED.take_back, {
        "theta": ANGLES, "parties": parties(), "register": None, "to_layer": 0}),
    "Parties.register": (passed("register"), {
        "owner": "a", "state": np.eye(2, dtype=complex), "copies": 1}),
    "Parties.gate": (passed("gate"), {
        "caller": "a", "register": HELD, "operation": lambda state: state, "new_qubits": 0}),
    "Parties.measure": (passed("measure"), {
        "caller": "a", "register": HELD, "read": lambda state: state}),
    "Parties.send_qubits": (passed("send_qubits"), {
        "register": HELD, "dst": "b", "tag": "state"}),
    "Parties.send_bits": (passed("send_bits"), {
        "src": "a", "dst": "b", "width": 3, "copies": 1, "tag": "bits"}),
    "Parties.send_numbers": (passed("send_numbers"), {
        "src": "a", "dst": "b", "values": np.ones(3), "tag": "numbers"}),
    "Parties.repeat": (passed("repeat"), {"entry": ENTRY, "copies": 3, "emulated": False}),
    "Site.with_purification": (SITE.with_purification, {"rounds": 1}),
    "Site.at_distance": (SITE.at_distance, {"kilometres": 1.0}),
    "Condition.ledger": (CONDITION.ledger, {"inferences": 1}),
    "Condition.noisy": (CONDITION.noisy, {"model": MODEL}),
    "Condition.with_fidelity": (CONDITION.with_fidelity, {"fidelity": 0.9}),
    "Network.qpu": (SETUP.qpu, {"name": "a"}),
    "Network.link": (SETUP.link, {"first": "a", "second": "b"}),
    "Network.stored_pair": (SETUP.stored_pair, {"first": "a", "second": "b", "seconds": 1.0}),
    "Profile.settings": (network.profile("nv").settings, {"kind": "qpu", "given": {}}),
    "Profile.qpu": (network.profile("nv").qpu, {"name": "a"}),
    "Profile.link": (network.profile("laboratory").link, {"first": "a", "second": "b"}),
    "Scaling.fit": (data.Scaling.fit, {"kind": "angles", "x": X}),
    "Scaling.apply": (data.Scaling.fit("angles", X).apply, {"x": X}),
    "Scaling.from_dict": (data.Scaling.from_dict, {"values": data.Scaling().to_dict()}),
    "Store.path": (stored("path"), HASH | KIND),
    "Store.checkpoint_path": (stored("checkpoint_path"), HASH),
    "Store.model_path": (stored("model_path"), HASH),
    "Store.has": (stored("has"), HASH | KIND),
    "Store.get": (stored("get"), HASH | KIND),
    "Store.content": (stored("content"), HASH | KIND),
    "Store.put": (stored("put"), HASH | KIND | {"rows": ROWS, "content": None}),
    "Store.rows": (stored("rows"), KIND),
    "Store.check_writable": (stored("check_writable"), KIND),
    "Checkpoint.save": (ebit.Checkpoint(Path("a"), "x").save, {
        "state": {"a": np.ones(2)}, "position": {}}),
    "Checkpoint.load": (ebit.Checkpoint(Path("none"), "x").load, {"state": {"a": np.ones(2)}}),
    "Circuit.number": (MODEL.circuit.number, {"parameter": PLACE}),
    "Wiring.place": (MODEL.circuit.wiring.place, {"name": "A"}),
    "Wiring.first_feature": (MODEL.circuit.wiring.first_feature, {"name": "A"}),
    "OnEdges.on_edge": (ON_EDGES.on_edge, {"edge": "A-B"}),
    "OnEdges.check_edges": (ON_EDGES.check_edges, {"names": ("A-B",)}),
    "PairState.from_matrix": (ebit.PairState.from_matrix, {"matrix": PAIR}),
    "PairState.partially_entangled": (ebit.PairState.partially_entangled, {"concurrence": 0.5}),
    "PairState.werner": (ebit.PairState.werner, {"fidelity": 0.5}),
    "PairState.with_white_noise": (SHARED.with_white_noise, {"fidelity": 0.5}),
    "PairState.dephased": (SHARED.dephased, {"probability": 0.5}),
    "PairState.damped": (SHARED.damped, {"probability": 0.5}),
    "ManyState.from_matrix": (ebit.ManyState.from_matrix, {"matrix": np.eye(8)[0]}),
    "Usage.of": (ebit.Usage.of, {
        "used": ebit.Consumption(ebits=1), "inferences": 1, "waiting_seconds": 0.0}),
    "DistributedQCNN.init": (MODEL.init, {"key": KEY, "dtype": np.float32}),
    "DistributedQCNN.encode": (MODEL.encode, {"x": np.ones((1, 4))}),
    "DistributedQCNN.probabilities": (MODEL.probabilities, {
        "parameters": PARAMETERS, "x": np.ones((1, 4))}),
    "DistributedQCNN.operations": (MODEL.operations, {"batch": 1}),
    "DistributedQCNN.memory": (MODEL.memory, {"batch": 1, "bytes_per_real": 4}),
    "SingleQCNN.init": (SINGLE.init, {"key": KEY, "dtype": np.float32}),
    "SingleQCNN.encode": (SINGLE.encode, {"x": np.ones((1, 4))}),
    "DistributedDNN.init": (DNN.init, {"key": KEY, "dtype": np.float32}),
    "DistributedDNN.encode": (DNN.encode, {"x": np.ones((1, 4))}),
    "Noise.seconds_of": (ebit.Noise().seconds_of, {"name": "message_seconds", "places": 2}),
    "Noise.for_qpus": (ebit.Noise().for_qpus, {"count": 2}),
}  # fmt: skip
"""One call of each; what is refused as it stands is refused with hostile arguments, too."""


@pytest.mark.parametrize("name", GOOD)
def test_a_hostile_argument_is_one_ebit_error(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert others(*GOOD[name]) == []


REFUSED = {
    "LayeredModel.pass_on",
    "LayeredModel.take_back",
}
"""Calls that are refused as they stand: a good one needs a register with data."""


@pytest.mark.parametrize("name", sorted(GOOD.keys() - REFUSED))
def test_the_good_call_is_taken(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    function, good = GOOD[name]
    function(**good)
