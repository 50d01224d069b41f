"""Which engine computes what, and what it says about its cost."""

import pickle

import pytest

from ebit.engine import Contraction, Messages, Register, select_engine
from ebit.errors import UnsupportedError
from ebit.physics import Noise
from ebit.resources import parse_resource
from random_circuits import circuit_model

RESOURCES = ["none", "bell:1", "bell:2", "bell:4", "classical", "classical+bell:1", "quantum"]


@pytest.mark.parametrize(
    ("resource", "kind"),
    [
        ("none", Contraction),
        ("bell:0", Contraction),
        ("bell:4", Contraction),
        ("classical", Messages),
        ("classical+bell:2", Messages),
        ("quantum", Register),
    ],
)
def test_only_non_local_gates_get_a_joint_state(resource: str, kind: type) -> None:
    assert type(select_engine(parse_resource(resource), qubits=4)) is kind


@pytest.mark.parametrize(
    ("resource", "qubits", "noise", "says"),
    [
        ("bell:1", 9, Noise(flip_one=0.1), "noise on QPUs of 9 qubits: argument `qubits` must be"),
        ("quantum,fidelity=0.9", 5, None, "noise on QPUs of 5 qubits"),
        ("classical", 5, Noise(flip_one=0.1), "at most 4 with noise"),
        ("designed:1", 5, None, "use QPUs of at most 4 qubits"),
    ],
)
def test_what_is_not_declared_is_refused(
    resource: str, qubits: int, noise: Noise | None, says: str
) -> None:
    """One line that names who, what and the cure; it survives the way from a worker process."""
    with pytest.raises(UnsupportedError, match=says) as caught:
        select_engine(parse_resource(resource), qubits, noise=noise)
    error = pickle.loads(pickle.dumps(caught.value))
    assert str(error) == str(caught.value)
    assert error.of == f"Resource '{resource}'"


@pytest.mark.parametrize("qubits", [2, 3, 4, 5, 8])
@pytest.mark.parametrize("resource", [*RESOURCES, "single"])
def test_costs_grow_with_the_work(resource: str, qubits: int) -> None:
    if resource == "bell:4" and qubits < 4:
        resource = "bell:2"
    model = circuit_model(resource, qubits, depth=5)
    deeper = circuit_model(resource, qubits, depth=10)
    assert 0 < model.operations(100) < model.operations(200) <= 2 * model.operations(100)
    assert model.operations(100) < deeper.operations(100) <= 2 * model.operations(100)
    assert 0 < model.memory(100, 4) < model.memory(200, 4) <= 2 * model.memory(100, 4)
    assert model.memory(100, 8) == 2 * model.memory(100, 4)


@pytest.mark.parametrize("resource", ["none", "bell:1", "classical"])
def test_joint_state_is_the_dear_one(resource: str) -> None:
    """At the published size and batch a training step of a joint state costs the most."""
    model, joint = circuit_model(resource, 4, depth=20), circuit_model("quantum", 4, depth=20)
    assert model.operations(768) < joint.operations(768)
