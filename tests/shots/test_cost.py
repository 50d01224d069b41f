from typing import Any

import pytest

from ebit import Consumption, DistributedDNN, EbitError, gradient_circuits, shot_cost
from random_circuits import circuit_model

MODEL = circuit_model("classical+bell:1", 2, depth=4)


def test_a_label_costs_its_shots() -> None:
    cost = shot_cost(MODEL, 7)
    assert cost.inferences == 7
    assert cost.consumption == Consumption(ebits=7, bits=14, nonlocal_gates=0, rounds=7)


def test_a_gradient_costs_two_circuits_for_every_use_of_an_angle_and_two_more() -> None:
    circuits = gradient_circuits(MODEL)
    assert circuits == 2 + 2 * 24
    cost = shot_cost(MODEL, 10, rows=16, circuits=circuits)
    assert cost.inferences == 10 * 16 * 50
    assert cost.consumption.ebits == cost.inferences


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"shots": 0}, "`shots` must be a whole number from 1 to"),
        ({"shots": 1, "rows": 0}, "`rows` must be a whole number, at least 1, but is 0"),
        ({"shots": 1, "circuits": 1.5}, "`circuits` must be a whole number"),
        ({"shots": 1, "model": DistributedDNN()}, "'dnn' has none"),
    ],
)
def test_bad_input(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(EbitError, match=message):
        shot_cost(**{"model": MODEL, **arguments})


def test_no_gradient_of_a_model_without_a_measurement() -> None:
    with pytest.raises(EbitError, match="'dnn' has none"):
        gradient_circuits(DistributedDNN())
