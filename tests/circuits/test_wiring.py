from ebit.circuits import QPU, Qubit, Rotate, SharedState, Wiring, build_circuit
from ebit.physics import BELL
from ebit.resources import parse_resource


def test_features_follow_the_qpus() -> None:
    wiring = Wiring((QPU("A", 2, 4), QPU("B", 3, 3)))
    assert [wiring.first_feature(name) for name in "AB"] == [0, 4]
    assert wiring.features == 7
    assert [qpu.passes for qpu in wiring.qpus] == [2, 1]
    assert list(map(str, wiring.qubits)) == ["A0", "A1", "B0", "B1", "B2"]


def test_without_messages_a_qpu_drives_itself() -> None:
    qpus = (QPU("A", 2, 2), QPU("B", 2, 2), QPU("C", 2, 2))
    circuit = build_circuit(Wiring(qpus, messages=(("A", "B"),)), depth=1)
    drivers = {op.qubit.qpu: op.bit for op in circuit.operations if isinstance(op, Rotate)}
    assert drivers == {"A": "a0", "B": "a0", "C": "c0"}


def test_what_resources_share() -> None:
    def members(name: str) -> list[str]:
        shared = parse_resource(name).wiring(4).shared
        return [" ".join(map(str, state.members)) for state in shared]

    assert members("none") == []
    assert members("bell:2") == ["A0 B0", "A1 B1"]
    assert members("designed:2") == ["A0 B0 A1 B1"]
    pair = SharedState((Qubit("A", 0), Qubit("B", 0)), BELL)
    assert parse_resource("bell:1").wiring(2).shared == (pair,)


def test_gates_are_teleported_over_pairs_or_by_noisy_qpus() -> None:
    direct, pairs = parse_resource("quantum"), parse_resource("quantum,fidelity=0.9")
    assert not direct.wiring(2).teleported
    assert direct.wiring(2, noisy=True).teleported
    assert pairs.wiring(2).teleported
    assert not parse_resource("bell:1,fidelity=0.9").wiring(2, noisy=True).teleported
