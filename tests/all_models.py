"""The one list of models that exist: resource x noise x pooling layout x read-out.

Whoever adds a resource, an option of a circuit or a baseline adds it here; `test_all_models.py`
runs every public function on all of them. What an engine declares as unsupported is left out by
asking, not by hand.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import circuit_interpreter
import density_reference as density
from ebit.circuits import POOLINGS
from ebit.errors import UnsupportedError
from ebit.models import Model, model_from_string
from ebit.models.readout import READOUTS
from ebit.physics import NO_NOISE, Noise
from ebit.resources import find_row, parse_resource

RESOURCES = (
    "none",
    "shared:1",
    "mixture:1",
    "mixture:2",
    "mixture:2+bell:1",
    "bell:1",
    "bell:2",
    "bell:1,concurrence=0.6",
    "bell:1,fidelity=0.9,dephasing=0.1",
    "bell:2,damping=0.2",
    "ghz:2",
    "ghz:2,fidelity=0.8",
    "designed:1",
    "designed:2",
    "classical",
    "classical+bell:1",
    "classical+shared:1",
    "quantum",
    "quantum,fidelity=0.9",
    "single",
    "joint",
    "dnn",
)
EVERYTHING = Noise(
    one_qubit_error=(0.01, 0.02),
    two_qubit_error=(0.03, 0.05),
    gate_dephasing=0.02,
    gate_damping=(0.04, 0.01),
    flip_zero=(0.02, 0.07),
    flip_one=(0.1, 0.03),
    t1_seconds=(1.0, 2.0),
    t2_seconds=(1.5, 0.7),
    one_qubit_seconds=0.01,
    two_qubit_seconds=(0.03, 0.02),
    measurement_seconds=(0.05, 0.04),
    storage_seconds=0.1,
    message_seconds=0.2,
    herald_seconds=0.15,
)
"""All kinds of noise, different on both QPUs."""

NOISES = {
    "": None,
    "gates": Noise(one_qubit_error=0.02, two_qubit_error=(0.03, 0.05), gate_damping=0.04),
    "everything": EVERYTHING,
}
QUBITS = {"halves": 2, "all-but-one": 3}
"""QPUs on which a layout shows: both are the same for two qubits."""

MIXING = {"": 0, "gates": 1, "everything": 0}


@dataclass(frozen=True)
class Named:
    """A model of the list.

    Attributes:
        name: What the tests show.
        resource: Its resource string.
        model: The model.
    """

    name: str
    resource: str
    model: Model


def all_models() -> Iterator[Named]:
    """Every combination that can be built; the others raise the generic error."""
    for resource in RESOURCES:
        row = find_row(resource)
        assert row is not None
        readouts = ("weights",) if row.is_baseline else READOUTS
        for kind, noise in NOISES.items():
            for pooling in POOLINGS:
                for readout in readouts:
                    settings: dict[str, Any] = {
                        "qubits": QUBITS[pooling],
                        "depth": 1,
                        "mixing": MIXING[kind],
                        "pooling": pooling,
                        "readout": readout,
                        "noise": noise,
                    }
                    try:
                        model = model_from_string(resource, **settings)
                    except UnsupportedError:
                        continue
                    name = "-".join(filter(None, (resource, kind, pooling, readout)))
                    yield Named(name, resource, model)
        if not row.is_baseline:
            try:
                model = model_from_string(resource, qubits=4, depth=1, outputs=2)
            except UnsupportedError:
                continue
            yield Named(f"{resource}-two outputs", resource, model)


def reference(named: Named, parameters: Any, x: Any) -> Any:
    """Probabilities from the density-matrix reference, which knows nothing of the engines."""
    model: Any = named.model
    if named.resource in {"single", "joint"}:
        return density.probabilities(
            parameters,
            x,
            qubits=model.qubits,
            resource=named.resource,
            noise=model.noise or NO_NOISE,
            pair=np.eye(4).astype(np.complex128),
            layout=model.pooling,
        )
    shared = parse_resource(named.resource)
    values, pair = shared.values, shared.pair_state.density_matrix
    noise = model.noise or NO_NOISE
    if shared.unit != "ebits":  # what needs no link is not kept in a memory
        noise = replace(noise, storage_seconds=0.0)
    inner = dict(parameters)
    logits = inner.pop("mixture", np.zeros(1))
    weights = np.exp(logits - np.max(logits))
    if shared.is_of_graph:  # two members of a GHZ state are a pair
        pair = shared.group_state.density_matrix
    kind = "classical+bell" if shared.sends_bits else "bell"
    pairs = 1 if shared.is_of_graph else shared.pairs
    text = "quantum" if shared.has_nonlocal_gates else f"{kind}:{pairs}"
    total = 0.0
    for value in range(values):
        angles = {
            name: leaf
            if values == 1
            else tuple(part[value] for part in leaf)
            if isinstance(leaf, tuple)
            else leaf[value]
            for name, leaf in inner.items()
            if name != "readout"
        }
        if model.outputs > 1:
            table = circuit_interpreter.probabilities(model.circuit, angles, x, deferred=True)
            total = total + weights[value] / weights.sum() * table
            continue
        if "schmidt" in angles:
            pair = trained_pair(angles.pop("schmidt"))
        table = density.probabilities(
            angles,
            x,
            qubits=model.qubits,
            resource=text,
            noise=noise,
            pair=pair,
            layout=model.pooling,
        )
        total = total + weights[value] / weights.sum() * table
    return total


def trained_pair(schmidt: Any) -> Any:
    """Density matrix of one pair with these Schmidt coefficients; more pairs are not a product."""
    vector = np.zeros(4, complex)
    vector[[0, 3]] = schmidt / np.linalg.norm(schmidt)
    return np.outer(vector, vector.conj())
