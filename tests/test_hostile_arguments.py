"""Public functions answer wrong arguments with one `EbitError`, and nothing else."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from qiskit.circuit import QuantumCircuit

import ebit
from ebit import capacity, checks, data, network, planning, shots
from ebit.estimators import classifier as estimator
from ebit.estimators import regressor

HOSTILE: list[Any] = [
    None, True, -1, 0, 2**70, 10**30, 10**5000, float("nan"), float("inf"), 1e30, 1j, "text",
    "2020-01-01", b"bytes", "", [], {}, object(), np.ma.masked_array([1.0], mask=[True]),
    np.array("2020-01-01", "M8[s]"), np.array([]), np.zeros((2, 3, 5)), "\ud800", (1, "x", None),
    400 * "x",
]  # fmt: skip

MODEL = ebit.DistributedQCNN(qubits=2, depth=1)
KEY = jax.random.key(0)
PARAMETERS = MODEL.init(KEY)
FAIR = np.full((3, 2, 2), 0.25)
PARITY = np.array([[1.0, -1.0], [-1.0, 1.0]])
X, Y = np.ones((4, 4)), np.array([1.0, -1.0, 1.0, -1.0])
CHSH = data.load("chsh")
SITE = ebit.open_site("trapped-ion+laboratory")
SETTINGS: dict[str, Any] = {"depth": 1, "steps": 1, "runs": 1, "validate_every": 1}
TASK = ebit.make_task(CHSH, resource="none", **SETTINGS)
PAIR = np.diag([0.5, 0.0, 0.0, 0.5]).astype(complex)
QPU = network.Qpu(name="a", qubits=2)
SETUP = network.Network(qpus=(QPU, network.Qpu(name="b", qubits=2)), links=(
    network.Link(between=("a", "b"), length="1 km", fidelity=0.9, pair_rate="1 kHz"),))  # fmt: skip
TRIANGLE = network.Network(
    qpus=tuple(network.Qpu(name=name, qubits=2) for name in "abc"),
    links=tuple(
        network.Link(between=ends, length="1 km", fidelity=0.9, pair_rate="1 kHz")
        for ends in (("a", "b"), ("b", "c"), ("a", "c"))
    ),
)
LAYOUT = planning.layouts(TRIANGLE, 3)[0]
PAIRS = {"pairs": 1, "concurrence": 1.0, "fidelity": 0.9, "dephasing": 0.0, "damping": 0.0}
CIRCUIT = {"qubits": 2, "depth": 1, "mixing": 0, "pooling": "halves", "noise": None}
FISHER = {"inputs": 1, "points": 1, "data": None, "outcomes": "joint", "seed": 0}

ROTATION = QuantumCircuit(1)
ROTATION.rx(0.1, 0)
QASM = "OPENQASM 3.0; qubit[1] q; bit[1] c; U(0, 0, 0) q[0]; c[0] = measure q[0];"
EXPORTED = {"model": MODEL, "parameters": PARAMETERS, "teleport": False, "deferred": False}

Call = tuple[Callable[..., Any], dict[str, Any]]

GOOD: dict[str, Call] = {
    "BellPairs": (ebit.BellPairs, PAIRS),
    "ClassicalBits": (ebit.ClassicalBits, PAIRS),
    "DesignedPairs": (ebit.DesignedPairs, {"pairs": 1}),
    "GivenState": (
        ebit.GivenState,
        {"state": ebit.ManyState.from_matrix([1, 0, 0, 1j] / np.sqrt(2)), "qubits": ("A0", "B0")},
    ),
    "GHZStates": (ebit.GHZStates, {"members": 3, "fidelity": 0.9}),
    "GHZState": (ebit.GHZState, {"size": 3, "visibility": 0.9}),
    "ManyState": (ebit.ManyState.from_matrix, {"matrix": np.eye(8)[0]}),
    "OnEdges": (ebit.OnEdges, {"edges": {"A-B": ebit.BellPairs(1)}, "other": ebit.Separable()}),
    "Mixture": (ebit.Mixture, {"values": 2, **PAIRS}),
    "QuantumLink": (ebit.QuantumLink, {k: v for k, v in PAIRS.items() if k != "pairs"}),
    "SharedBits": (ebit.SharedBits, {"pairs": 1, "sends_bits": False}),
    "SharedPairs": (ebit.SharedPairs, {"pairs": 1, "pair_state": ebit.BellPairs(1).pair_state,
                                       "sends_bits": False, "values": 1}),
    "PairState": (ebit.PairState, {"entries": ebit.BellPairs(1).pair_state.entries}),
    "Separable": (ebit.Separable, {}),
    "Consumption": (ebit.Consumption, {"ebits": 1, "bits": 0, "nonlocal_gates": 0, "rounds": 1,
                                       "photons": 2}),
    "Usage": (ebit.Usage, {"inferences": 1, "used": ebit.Consumption(ebits=1),
                             "waiting_seconds": 0.0}),
    "parse_resource": (ebit.parse_resource, {"text": "bell:1"}),
    "all_resources": (ebit.all_resources, {"qubits": 2}),
    "model_from_string": (ebit.model_from_string, {"resource": "bell:1", **CIRCUIT}),
    "DistributedQCNN": (ebit.DistributedQCNN, {"qpus": 2, "resource": ebit.Separable(),
                                               "readout": "weights", **CIRCUIT, "topology": "line",
                        "sizes": (2, 3), "passes": 1}),
    "SingleQCNN": (ebit.SingleQCNN, CIRCUIT),
    "DistributedDNN": (ebit.DistributedDNN, {"qubits": 2}),
    "Noise": (ebit.Noise, {
        "one_qubit_error": 0.1, "two_qubit_error": 0.1, "gate_dephasing": 0.0, "gate_damping": 0.0,
        "flip_zero": 0.0, "flip_one": 0.0, "t1_seconds": 1.0, "t2_seconds": 1.0,
        "one_qubit_seconds": 0.0, "two_qubit_seconds": 0.0, "measurement_seconds": 0.0,
        "storage_seconds": 0.0, "message_seconds": 0.0, "herald_seconds": 0.0,
        "correlated_error": 0.0}),
    "init": (MODEL.init, {"key": KEY}),
    "encode": (MODEL.encode, {"x": np.ones((1, 4))}),
    "probabilities": (MODEL.probabilities, {"parameters": PARAMETERS, "x": np.ones((1, 4))}),
    "Checkpoint": (ebit.Checkpoint, {"path": "state", "identity": "x"}),
    "Certificates": (ebit.Certificates, {"ca": "none", "certificate": "none", "key": "none"}),
    "Store": (ebit.Store, {"folder": "out"}),
    "load_model": (ebit.load_model, {"path": "none"}),
    "read_sweep": (ebit.read_sweep, {"path": "none"}),
    "open_site": (ebit.open_site, {"network": "trapped-ion+laboratory", "qpus": None}),
    "Site": (ebit.Site, {"network": SETUP, "first": "a", "second": "b"}),
    "Task": (ebit.Task, {"model": TASK.model, "training": TASK.training, "data": "chsh",
                         "fingerprint": "0", "format": 1}),
    "CapacitySettings": (ebit.CapacitySettings, {
        "resource": "none", "converge": False, **CIRCUIT, **FISHER, "data": "haar",
        "fingerprint": "", "format": 1}),
    "sample_outcomes": (ebit.sample_outcomes, {"key": KEY, "probabilities": FAIR, "shots": 3}),
    "estimate_expectation": (ebit.estimate_expectation, {"counts": FAIR, "weights": PARITY}),
    "gradient_circuits": (ebit.gradient_circuits, {"model": MODEL}),
    "shot_cost": (ebit.shot_cost, {"model": MODEL, "shots": 3, "rows": 2, "circuits": 1}),
    "summarize": (ebit.summarize, {"rows": None}),
    "make_task": (ebit.make_task, {
        "dataset": CHSH, "resource": "none", **CIRCUIT, "steps": 1, "runs": 1, "seed": 0,
        "learning_rate": 0.1, "batch_size": 2, "validate_every": 1, "optimizer": "adam", "b1": 0.9,
        "b2": 0.9, "minibatches": "permuted", "schedule": "constant", "loss": "mse",
        "readout": "weights", "shots": 3}),
    "run_sweep": (ebit.run_sweep, {
        "tasks": [], "out": "out", "cluster": None, "workers": 1, "retries": 0,
        "certificates": None, "progress": None}),
    "reproduce": (ebit.reproduce, {
        "study": "none", "out": "out", "tables": (), "figures": (), "data": (), "quick": True,
        "runs": 1, "cluster": None, "workers": None, "progress": None}),
    "CustomReadOut": (ebit.CustomReadOut, {
        "model": MODEL, "function": lambda read_out: read_out.scores, "scores": 1}),
    "from_pennylane": (ebit.from_pennylane, {
        "function": lambda angles: None, "angles": 1, "features": 0, "qpu": "A"}),
    "from_qasm3": (ebit.from_qasm3, {"text": QASM, "qpu": "A"}),
    "from_qiskit": (ebit.from_qiskit, {"circuit": ROTATION, "qpu": "A"}),
    "role_programs": (ebit.role_programs, {
        "model": MODEL, "parameters": PARAMETERS, "x": np.ones(4), "tool": "qnetbench"}),
    "to_pennylane": (ebit.to_pennylane, EXPORTED),
    "to_qasm3": (ebit.to_qasm3, {**EXPORTED, "x": np.ones(4), "dialect": "qiskit"}),
    "to_qiskit": (ebit.to_qiskit, {**EXPORTED, "x": np.ones(4)}),
    # modules
    "data.load": (data.load, {"source": "none.csv", "label": "y", "validation_fraction": 0.2,
                              "split_seed": 0, "scale": "none", "features": "a|b",
                              "positive": "yes"}),
    "data.chsh": (data.chsh, {"embedding": "optimal"}),
    "data.clusters": (data.clusters, {"seed": 0, "points": 64, "clusters": 4,
                                      "dimensions": 4, "classes": 2}),
    "data.parity_game": (data.parity_game, {"qpus": 3}),
    "data.chain_game": (data.chain_game, {"qpus": 3, "topology": "ring"}),
    "data.DataSource": (data.DataSource, {
        "source": "none.csv", "label": "y", "validation_fraction": 0.2, "split_seed": 0,
        "scale": "none", "features": "a|b", "positive": "yes"}),
    "data.Dataset": (data.Dataset, {
        "x_train": X, "y_train": Y, "x_validation": X, "y_validation": Y, "name": "x",
        "class_names": ("a", "b"), "feature_names": ("p", "q", "r", "s")}),
    "data.Scaling": (data.Scaling, {"kind": "angles", "minimum": (0.0,), "maximum": (1.0,)}),
    "data.TargetScaling": (data.TargetScaling, {"mean": 0.0, "std": 1.0}),
    "data.check_features": (data.check_features, {"dataset": CHSH, "qpus": 2, "qubits": 2}),
    "data.read_features": (data.read_features, {
        "path": "none.csv", "feature_names": ("a", "b"), "class_names": ("n", "p"),
        "scaling": data.Scaling(), "label": None}),
    "network.Link": (network.Link, {
        "between": ("a", "b"), "length": 1.0, "fidelity": 0.9, "pair_rate": 1.0}),
    "network.Qpu": (network.Qpu, {"name": "a", "qubits": 2, "t1": 1.0, "t2": 1.0,
                                  "readout_error": 0.1}),
    "network.Network": (network.Network, {"qpus": SETUP.qpus, "links": SETUP.links}),
    "network.Chain": (network.Chain, {
        "segments": 2, "swap_error": 0.1, "readout_error": 0.0, "swap_probability": 1.0,
        "swap_time": 0.0, "coherence_time": None, "purification": ()}),
    "network.beam_transmission": (network.beam_transmission, {
        "length": 1.0, "divergence": 1e-5, "aperture": 1.0}),
    "network.deliver": (network.deliver, {
        "link": SETUP.links[0], "qpus": SETUP.qpus, "rounds": 0}),
    "network.drawing": (network.drawing, {"network": SETUP}),
    "network.profile_page": (network.profile_page, {"name": "trapped-ion"}),
    "network.troubles": (network.troubles, {"network": SETUP, "link": SETUP.links[0]}),
    "network.written_as": (network.written_as, {"network": SETUP, "path": "net.toml"}),
    "network.attempt_period": (network.attempt_period, {"delay": 1.0, "attempt_time": 0.0}),
    "network.bbpssw": (network.bbpssw, {"weights": [0.9, 0.1, 0, 0]}),
    "network.dejmps": (network.dejmps, {"weights": [0.9, 0.1, 0, 0]}),
    "network.bell_diagonal": (network.bell_diagonal, {"weights": [0.9, 0.1, 0, 0]}),
    "network.depolarise_pair": (network.depolarise_pair, {
        "state": PAIR, "seconds": 1.0, "coherence_time": 1.0}),
    "network.expected_pair_time": (network.expected_pair_time, {"probability": 0.5, "period": 1.0}),
    "network.import_sequence": (network.import_sequence, {"path": "none"}),
    "network.import_squidasm": (network.import_squidasm, {"path": "none"}),
    "planning.NoisyTraining": (planning.NoisyTraining, {
        "dataset": CHSH, "out": Path("out"), "rows": 1, "progress": None}),
    "planning.layouts": (planning.layouts, {"network": TRIANGLE, "qpus": 3}),
    "planning.best_trained": (planning.best_trained, {"rows": None}),
    "network.unverified": (network.unverified, {"names": ["nv"]}),
    "planning.task_on_links": (planning.task_on_links, {
        "network": TRIANGLE, "names": ["a", "b", "c"], "task": TASK}),
    "planning.task_on": (planning.task_on, {"site": SITE, "task": TASK}),
    "network.light_delay": (network.light_delay, {"length": 1.0, "refractive_index": 1.468}),
    "network.pair_fidelity": (network.pair_fidelity, {"state": PAIR}),
    "network.parse_quantity": (network.parse_quantity, {
        "name": "t1", "value": "1 s", "dimension": "time", "positive": True}),
    "network.profile": (network.profile, {"name": "trapped-ion"}),
    "network.profile_names": (network.profile_names, {"kind": "qpu"}),
    "network.purify": (network.purify, {"weights": [1, 0, 0, 0], "protocol": "dejmps",
                                        "rounds": 1}),
    "network.read_description": (network.read_description, {"path": "none"}),
    "network.read_network": (network.read_network, {"path": "none"}),
    "network.store_pair": (network.store_pair, {"state": PAIR, "seconds": 1.0, "t1": (2.0, 2.0),
                                                "t2": (1.0, 1.0)}),
    "network.to_toml": (network.to_toml, {"network": SETUP}),
    "network.transmission": (network.transmission, {"length": 1.0, "loss": 0.2}),
    "network.werner_weights": (network.werner_weights, {"fidelity": 0.9}),
    "planning.circuit_of": (planning.circuit_of, {"task": TASK}),
    "planning.check_plan": (planning.check_plan, {
        "site": SITE, "tasks": [TASK], "shots": [1], "purification": [0], "rate": 1.0, "rows": 1}),
    "planning.condition": (planning.condition, {"site": SITE, "model": MODEL}),
    "planning.depolarising_probability": (planning.depolarising_probability, {
        "infidelity": 0.1, "qubits": 1}),
    "planning.local_noise": (planning.local_noise, {
        "qpus": (QPU, QPU), "message_seconds": 0.0, "herald_seconds": 0.0}),
    "planning.waiting_seconds": (planning.waiting_seconds, {"site": SITE, "tasks": [TASK]}),
    "capacity.data_functions": (capacity.data_functions, {"model": MODEL}),
    "capacity.rank_of": (capacity.rank_of, {"spectra": [np.ones(2)]}),
    "capacity.sampling_bound": (capacity.sampling_bound, {
        "resource": ebit.Separable(), "qubits": 2, "outcomes": "joint", "distinct": (1, 1, 1),
        "noise": None, "mixing": 0}),
    "shots.accuracy_at_shots": (shots.accuracy_at_shots, {
        "probabilities": FAIR, "weights": PARITY, "labels": np.ones(3), "shots": 1}),
    "shots.sampled_accuracies": (shots.sampled_accuracies, {
        "key": KEY, "probabilities": FAIR, "weights": PARITY, "labels": np.ones(3),
        "shots": (1,), "repeats": 1}),
    "shots.check_measured": (shots.check_measured, {"model": MODEL}),
    "shots.check_seed": (shots.check_seed, {"seed": 0}),
    "shots.check_shots": (shots.check_shots, {"shots": 1}),
    "shots.shift_rule": (shots.shift_rule, {"uses": 2}),
}  # fmt: skip
"""One good call of each; what does not exist (a file `none`) is refused, too."""

COSTLY: dict[str, Call] = {
    "DQMLClassifier": (lambda **options: estimator.DQMLClassifier(**options).fit(X, Y), {
        "resource": "none", "scale": "angles", "qubits": 2, "depth": 1, "steps": 1,
        "learning_rate": 0.1, "batch_size": 2}),  # scikit-learn checks X and y
    "DQMLRegressor": (lambda **options: regressor.DQMLRegressor(**options).fit(X, X[:, 0]), {
        "resource": "none", "scale": "angles", "qubits": 2, "depth": 1, "steps": 1,
        "learning_rate": 0.1, "batch_size": 2}),
    "fit": (ebit.fit, {
        "model": MODEL, "train": (X, Y), "validation": None, "settings": None, "shots": None,
        "checkpoint": None, "progress": None, "steps": 1, "seed": 0, "runs": 1, "batch_size": 4}),
    "train": (ebit.train, {"dataset": CHSH, "out": "out", "task": TASK, "progress": None}),
    "compare": (ebit.compare, {"dataset": CHSH, "out": "out", "tasks": [TASK], "progress": None}),
    "plan": (ebit.plan, {
        "site": SITE, "dataset": CHSH, "tasks": [TASK], "out": "out", "shots": [1],
        "purification": [0], "rate": 1.0, "distances": [1, 2], "fidelities": [0.5, 1.0],
        "rows": 1, "progress": None, "evaluating": None}),
    "planning.plan_many": (planning.plan_many, {
        "dataset": CHSH, "tasks": [(LAYOUT, TASK)], "out": Path("out"), "shots": [1],
        "purification": [0], "rate": 1.0, "rows": 1, "progress": None}),
    "planning.plan_links": (planning.plan_links, {
        "dataset": CHSH, "tasks": [(LAYOUT, TASK)], "out": Path("out"), "shots": [1],
        "purification": [0], "rate": 1.0, "distances": [1, 2], "fidelities": [0.5, 1.0],
        "rows": 1, "progress": None, "evaluating": None}),
    "capacity_row": (ebit.capacity_row, {
        "settings": ebit.CapacitySettings(resource="none", qubits=2, depth=1, inputs=1, points=1),
        "data": None, "progress": None}),
    "effective_dimension": (ebit.effective_dimension, {
        "model": MODEL, **FISHER, "converge": False, "progress": None}),
    "fisher_information": (ebit.fisher_information, {
        "model": MODEL, "parameters": PARAMETERS, "inputs": 1, "data": None, "outcomes": "joint",
        "seed": 0}),
    "fisher_spectrum": (ebit.fisher_spectrum, {"model": MODEL, **FISHER, "progress": None}),
    "parameter_shift_gradient": (ebit.parameter_shift_gradient, {
        "model": MODEL, "parameters": PARAMETERS, "x": X, "labels": Y, "loss": "mse",
        "trained_readout": True, "shots": 3, "key": KEY}),
}  # fmt: skip
"""The same for what compiles or trains."""

OF_STORED: dict[str, Call] = {
    "predict": (ebit.predict, {"path": "none.csv", "run": 0, "shots": 1, "seed": 0}),
    "accuracy_with_shots": (ebit.accuracy_with_shots, {
        "x": CHSH.x_train, "labels": CHSH.y_train, "shots": [1], "repeats": 1, "seed": 0}),
}  # fmt: skip
"""The same for what takes a trained model as `stored`."""


def others(function: Callable[..., Any], good: dict[str, Any]) -> list[str]:
    """What else than an `EbitError` of one line comes of hostile arguments."""
    found = []
    for argument in good:
        for value in HOSTILE:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("error")
                    function(**{**good, argument: value})
            except ebit.TrainingDivergedError:
                pass
            except ebit.EbitError as error:
                if "\n" in str(error) or len(str(error)) > 1000:
                    found.append(f"{argument}={type(value).__name__}: {error}")
            except Exception as error:
                found.append(
                    f"{argument}={checks.shown(value)}: {type(error).__name__} {str(error)[:80]}"
                )
    return found


@pytest.mark.parametrize("name", GOOD)
def test_a_hostile_argument_is_one_ebit_error(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert others(*GOOD[name]) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", COSTLY)
def test_a_hostile_argument_of_what_trains(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert others(*COSTLY[name]) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", OF_STORED)
def test_a_hostile_argument_of_what_takes_a_trained_model(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ebit.train(CHSH, TASK, "out")
    stored = ebit.load_model(f"out/models/{TASK.hash}.safetensors")
    function, good = OF_STORED[name]
    assert others(function, {"stored": stored, **good}) == []
