"""Bad input raises one line that names the argument, the value and the cure."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebit.errors import EbitError
from ebit.models import DistributedDNN, DistributedQCNN, SingleQCNN, model_from_string
from ebit.resources import BellPairs, ClassicalBits, resources_help

MODELS = ["none", "bell:1", "classical", "quantum", "single", "dnn"]


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            lambda: DistributedQCNN(qubits=1),
            "Argument `qubits` must be a whole number from 2 to 16 (qubits per QPU), but is 1.",
        ),
        (
            lambda: SingleQCNN(qubits=17),
            "Argument `qubits` must be a whole number from 2 to 16 (qubits per QPU), but is 17.",
        ),
        (
            lambda: DistributedQCNN(depth=0),
            "Argument `depth` must be a whole number from 1 to 10000 (convolution layers), but is "
            "0.",
        ),
        (
            lambda: SingleQCNN(mixing=-1),
            "Argument `mixing` must be a whole number from 0 to 10000 (mixing layers), but is -1.",
        ),
        (
            lambda: DistributedQCNN(qpus=1),
            "Argument `qpus` must be a whole number from 2 to 4096, but is 1.",
        ),
        (
            lambda: DistributedQCNN(readout="mean"),
            "Argument `readout` must be weights, parity, fixed-parity, pairwise or mps:chi, chi "
            "from 1 to 64, but is 'mean'.",
        ),
        (
            lambda: DistributedQCNN(pooling="half"),
            "Argument `pooling` must be one of halves, all-but-one, but is 'half'.",
        ),
        (
            lambda: SingleQCNN(pooling=""),
            "Argument `pooling` must be one of halves, all-but-one, but is ''.",
        ),
        (
            lambda: DistributedQCNN(qubits=4, resource=BellPairs(5)),
            "Resource 'bell:5' shares 5 Bell pairs, but a QPU has 4 qubits: use at most 4 pairs "
            "or more qubits.",
        ),
        (
            lambda: DistributedQCNN(qubits=2, resource=ClassicalBits(3)),
            "Resource 'classical+bell:3' shares 3 Bell pairs, but a QPU has 2 qubits: use at most "
            "2 pairs or more qubits.",
        ),
        (
            lambda: DistributedDNN(qubits=0),
            "Argument `qubits` must be a whole number from 1 to 100000 (features per half), but is "
            "0.",
        ),
        (
            lambda: model_from_string("bel:1"),
            f"Unknown resource 'bel:1': use {resources_help()}.",
        ),
    ],
)
def test_message(build: Callable[[], Any], message: str) -> None:
    with pytest.raises(EbitError) as raised:
        build()
    assert str(raised.value) == message


@given(
    qubits=st.integers(-3, 40),
    depth=st.integers(-3, 3),
    mixing=st.integers(-3, 3),
    resource=st.sampled_from(
        ["none", "bell:3", "classical+bell:9", "quantum", "single", "dnn", ""]
    ),
    pooling=st.sampled_from(["halves", "all-but-one", "all"]),
)
def test_a_model_is_built_or_one_line_says_why(
    qubits: int, depth: int, mixing: int, resource: str, pooling: str
) -> None:
    message = ""
    try:
        model = model_from_string(
            resource, qubits=qubits, depth=depth, mixing=mixing, pooling=pooling
        )
    except EbitError as error:
        message = str(error)
    if message:
        assert len(message.splitlines()) == 1
    else:
        assert model.features == 2 * qubits
        assert model.num_parameters > 0


@pytest.mark.parametrize("resource", MODELS)
@pytest.mark.parametrize("shape", [(), (4,), (3, 7), (3, 8), (2, 3, 4), (0,)])
def test_shape_of_the_data(resource: str, shape: tuple[int, ...]) -> None:
    model = model_from_string(resource, qubits=2, depth=1)
    x: Any = np.zeros(shape, np.float32)
    with pytest.raises(EbitError) as raised:
        model.encode(x)
    assert str(raised.value) == f"Argument `x` must have shape (batch, 4), but has shape {shape}."


def test_probabilities_check_too() -> None:
    model = DistributedQCNN(qubits=2, depth=1)
    parameters = model.init(jax.random.key(0))
    with pytest.raises(EbitError, match=r"^Argument `x` must have shape \(batch, 4\)"):
        model.probabilities(parameters, jnp.zeros((3, 5)))


def test_models_are_values() -> None:
    """Equal and hashable, so that compiled programs can be kept for them."""
    models = {DistributedQCNN(resource=BellPairs(1)), DistributedQCNN(resource=BellPairs(1))}
    assert len({*models, SingleQCNN(), DistributedDNN(), DistributedDNN()}) == 3
