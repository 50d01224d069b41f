"""The factor J of the Fisher information F = J^T J at every parameter point."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike, NDArray

from ebit import checks
from ebit.capacity.inputs import Inputs, choose_inputs
from ebit.capacity.likelihood import SCORED, Arrays, likelihood_factors
from ebit.capacity.local_jacobian import local_jacobian
from ebit.capacity.outcomes import OUTCOMES, equal_bits, fisher_factor
from ebit.capacity.points import Layout
from ebit.capacity.traced_jacobian import traced_jacobian
from ebit.errors import EbitError, UnsupportedError
from ebit.models import DistributedQCNN, Model, SingleQCNN

Real = NDArray[np.float64]

MAX_QPUS = 12
"""Most QPUs whose joint outcomes are written out."""

MAX_QUBITS = 8
"""Largest QPU: the derivatives of an effect are matrices of 4**n numbers for every angle."""


def check_model(model: Model, outcomes: str) -> DistributedQCNN | SingleQCNN:
    """The model, or an `EbitError` if it has no Fisher information of these outcomes.

    Example:
        >>> check_model(DistributedQCNN(), "bits")
        Traceback (most recent call last):
        ebit.errors.EbitError: Argument `outcomes` must be one of joint, parity, classes, \
numbers, but is 'bits'.
    """
    if not isinstance(model, DistributedQCNN | SingleQCNN):
        name = getattr(model, "resource_name", model)
        raise EbitError(
            f"Argument `model` must be a DistributedQCNN or a SingleQCNN, but is "
            f"{checks.shown(name)}: a capacity is that of quantum circuits."
        )
    if isinstance(model, SingleQCNN) and model.passes == 1:
        who = f"Resource {model.resource_name!r}"
        raise UnsupportedError("capacities", who, "use 'quantum', which has the same gates")
    if model.qubits > MAX_QUBITS:
        raise EbitError(
            f"Argument `qubits` must be at most {MAX_QUBITS} for a capacity, but is "
            f"{model.qubits}: use smaller QPUs."
        )
    checks.one_of(OUTCOMES)("outcomes", outcomes)
    if outcomes == "parity" and model.engine.supports.bits == 1:
        who = f"Resource {model.resource_name!r}"
        raise UnsupportedError("parity outcomes", who, "use joint outcomes, it has one bit")
    if outcomes in SCORED and isinstance(model, SingleQCNN):
        who = f"Resource {model.resource_name!r}"
        raise UnsupportedError(f"the outcomes {outcomes!r}", who, "use joint outcomes")
    if (
        outcomes == "joint"
        and isinstance(model, DistributedQCNN)
        and model.qpus * model.outputs > MAX_QPUS
    ):
        raise EbitError(
            f"Argument `qpus` must be at most {MAX_QPUS} for joint outcomes, but is {model.qpus}: "
            "use outcomes 'classes' or 'numbers'."
        )
    return model


def space_of(model: DistributedQCNN | SingleQCNN, outcomes: str) -> Layout | Arrays:
    """All parameters that a likelihood depends on."""
    if has_own_form(model, outcomes):
        return Layout.of(model)
    assert isinstance(model, DistributedQCNN), "check_model refuses others"
    return Arrays.of(model, outcomes)


def has_own_form(model: DistributedQCNN | SingleQCNN, outcomes: str) -> bool:
    """Whether it is what two bits say, whose probabilities are affine in three numbers at most."""
    return isinstance(model, SingleQCNN) or not (model.is_graph or outcomes in SCORED)


def inputs_of(
    model: DistributedQCNN | SingleQCNN,
    outcomes: str,
    inputs: int,
    data: ArrayLike | None,
    seed: int,
) -> Inputs:
    """Inputs of a model, see `choose_inputs`.

    Raises:
        EbitError: If the data do not fit, or there have to be some.
    """
    if has_own_form(model, outcomes):
        return choose_inputs(model.qubits, inputs, data, seed)
    assert isinstance(model, DistributedQCNN), "check_model refuses others"
    if data is None and (outcomes in SCORED or model.sizes is not None):
        why = "QPUs of different sizes" if model.sizes is not None else f"outcomes {outcomes!r}"
        raise EbitError(f"Argument `data` is missing: {why} take their inputs from data.")
    features = model.features if model.is_graph else None
    return choose_inputs(model.qubits, inputs, data, seed, qpus=model.qpus, features=features)


def fisher_factors(
    model: DistributedQCNN | SingleQCNN,
    points: Float[np.ndarray, "points numbers"],
    inputs: Inputs,
    outcomes: str,
) -> Iterator[Real]:
    """J at one parameter point after the other.

    Args:
        model: Quantum circuits.
        points: Parameters (points, numbers), see `Layout`.
        inputs: The inputs.
        outcomes: One of `OUTCOMES`.

    Yields:
        Shape (rows, numbers), see `ebit.capacity.outcomes.fisher_factor`.

    Example:
        >>> from ebit.capacity.inputs import haar_inputs
        >>> model = DistributedQCNN(qubits=2, depth=1)
        >>> (factor,) = fisher_factors(model, np.ones((1, 12)), haar_inputs(2, 5, 0), "joint")
        >>> factor.shape
        (15, 12)
    """
    if not has_own_form(model, outcomes):
        assert isinstance(model, DistributedQCNN), "check_model refuses others"
        yield from likelihood_factors(model, Arrays.of(model, outcomes), points, inputs, outcomes)
        return
    layout, form = Layout.of(model), model.engine.local_form
    if form is None:
        numbers = traced_jacobian(model.engine, layout, points, inputs, outcomes)
    else:
        state = form.state.density_matrix
        numbers = local_jacobian(layout, points, inputs, form.pairs, state)
        if outcomes == "parity":
            numbers = (equal_bits(values, slopes) for values, slopes in numbers)
    for values, slopes in numbers:
        yield fisher_factor(values, slopes)
