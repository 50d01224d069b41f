"""What shots cost: circuits, inferences, and what they use up between the QPUs."""

from dataclasses import dataclass

import numpy as np

from ebit.errors import EbitError
from ebit.models import Model
from ebit.models.readout import check_shots
from ebit.resources import Consumption
from ebit.shots.parameter_shift import UNSHIFTED_CIRCUITS, schmidt_coefficients, shifts_of
from ebit.shots.sampling import check_measured


@dataclass(frozen=True)
class ShotCost:
    """What a measurement with shots uses up.

    Attributes:
        inferences: Circuits times rows times shots.
        consumption: What all of them use up between the QPUs, one after the other.
    """

    inferences: int
    consumption: Consumption


def gradient_circuits(model: Model) -> int:
    r"""Circuits per row of one `parameter_shift_gradient`: :math:`2 + 2 \sum_j r_j + M + 2 c`.

    Args:
        model: A quantum model; its circuit uses angle j r_j times.

    Returns:
        Two unshifted circuits, two for every use of an angle, one for every value of a mixture and
        two for each of c trained Schmidt coefficients.

    Raises:
        EbitError: If nothing is measured in the model.

    Example:
        >>> from ebit.models import DistributedQCNN
        >>> gradient_circuits(DistributedQCNN(qubits=2, depth=4))
        50
        >>> gradient_circuits(DistributedQCNN(qubits=4, depth=4))
        210
    """
    circuit = check_measured(model)
    values = circuit.values if circuit.values > 1 else 0
    return (
        UNSHIFTED_CIRCUITS
        + len(shifts_of(circuit).angle)
        + values
        + 2 * schmidt_coefficients(circuit)
    )


def shot_cost(model: Model, shots: int, *, rows: int = 1, circuits: int = 1) -> ShotCost:
    """The cost of running circuits on rows of data, every one `shots` times.

    Args:
        model: A quantum model.
        shots: Shots per row and circuit.
        rows: Rows of data.
        circuits: Circuits per row: 1 for a label, `gradient_circuits` for a gradient.

    Returns:
        Inferences and what they use up.

    Raises:
        EbitError: If a number is out of range or nothing is measured in the model.

    Example:
        >>> from ebit.models import DistributedQCNN
        >>> from ebit.resources import BellPairs
        >>> model = DistributedQCNN(qubits=2, depth=4, resource=BellPairs(1))
        >>> shot_cost(model, 100).consumption.ebits
        100
        >>> shot_cost(model, 100, rows=16, circuits=gradient_circuits(model)).inferences
        80000
    """
    check_shots(shots)
    for name, number in {"rows": rows, "circuits": circuits}.items():
        if not isinstance(number, int | np.integer) or number < 1:
            raise EbitError(
                f"Argument `{name}` must be a whole number, at least 1, but is {number!r}."
            )
    inferences = int(circuits) * int(rows) * int(shots)
    return ShotCost(inferences, inferences * check_measured(model).consumption)
