"""What putting all tensors together takes is in the counts of a model."""

import pytest

import ebit
from ebit import DistributedQCNN, EbitError, make_task
from ebit.data import clusters
from ebit.results import estimate


def model_of(topology: str, readout: str) -> DistributedQCNN:
    return DistributedQCNN(
        qpus=9, qubits=4, depth=1, topology=topology, resource=ebit.BellPairs(1), readout=readout
    )


@pytest.mark.parametrize("readout", ["weights", "parity", "mps:2"])
def test_a_grid_takes_more_than_its_single_edges(readout: str) -> None:
    alone, together = (model_of("grid:3x3", name) for name in ("pairwise", readout))
    for batch in (1, 10):
        more = together.operations(batch) - alone.operations(batch)
        assert more == batch * sum(plan.operations for plan in together._plans) > 0
        assert together.memory(batch, 4) - alone.memory(batch, 4) == 4 * batch * sum(
            plan.most for plan in together._plans
        )


def test_many_classes_take_a_product_of_matrices_each() -> None:
    one, ten = (
        DistributedQCNN(qpus=9, qubits=2, depth=1, readout="mps:2", scores=scores)
        for scores in (1, 10)
    )
    assert len(ten._plans) == 10 * len(one._plans) == 10


@pytest.mark.parametrize(
    ("resource", "times"),
    [("bell:1", 1), ("mixture:4", 4), ("mixture:4+bell:1", 4), ("classical", 1)],
)
def test_every_value_of_shared_randomness_has_a_contraction(resource: str, times: int) -> None:
    model = ebit.model_from_string(resource, qpus=3, qubits=2, depth=1, readout="parity")
    assert isinstance(model, DistributedQCNN)
    assert len(model._plans) == times


@pytest.mark.parametrize("resource", ["none", "bell:1", "classical", "quantum"])
def test_two_qpus_and_registers_contract_nothing(resource: str) -> None:
    for qpus in (2, 3) if resource == "quantum" else (2,):
        model = ebit.model_from_string(resource, qpus=qpus, qubits=2, depth=1)
        assert isinstance(model, DistributedQCNN)
        assert model._plans == []


def test_a_wide_grid_says_that_it_is_long_before_it_starts() -> None:
    data = clusters(0, points=64, clusters=4, dimensions=128)
    settings = {"qpus": 64, "qubits": 4, "depth": 1, "topology": "grid:8x8", "runs": 1}
    long, short = (
        estimate(make_task(data, resource="bell:1", readout=readout, **settings))  # type: ignore[arg-type]
        for readout in ("parity", "pairwise")
    )
    assert long.is_large
    assert long.seconds > 100 * short.seconds


def test_a_graph_that_is_too_wide_is_told_before_a_training() -> None:
    with pytest.raises(EbitError, match="tree-width"):
        DistributedQCNN(
            qpus=9, qubits=8, depth=1, topology="complete", resource=ebit.BellPairs(1),
            readout="parity",
        ).operations(1)  # fmt: skip
