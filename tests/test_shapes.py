"""Shapes in signatures are true: checked by beartype while every kind of model is traced.

In a process of its own, because the check is put into the package while it is imported. Tracing is
enough, and nothing has to be compiled for it.
"""

import subprocess
import sys

import pytest

CHECKED = """
import sys
from jaxtyping import install_import_hook

hook = install_import_hook(
    ["ebit.engine", "ebit.models", "ebit.capacity", "ebit.shots", "ebit.learning.program",
     "ebit.learning.gradient"], "beartype.beartype"
)
with hook:
    import ebit.engine, ebit.models, ebit.capacity, ebit.shots, ebit.learning.program

import jax
import jax.numpy as jnp
import numpy as np

from ebit.capacity.factors import fisher_factors
from ebit.capacity.inputs import haar_inputs
from ebit.capacity.points import Layout, random_points
from ebit.learning.program import Program
from ebit.learning.settings import TrainingSettings
from ebit.models import model_from_string
from ebit.physics import Noise

noise = Noise(flip_one=0.1)
"""

MODELS = """
def trace(resource, qubits, **settings):
    model = model_from_string(resource, qubits=qubits, depth=2, **settings)
    parameters = jax.eval_shape(model.init, jax.random.key(0))
    x = jax.ShapeDtypeStruct((3, model.features), np.float32)
    jax.eval_shape(jax.grad(lambda p, x: model.probabilities(p, x).sum()), parameters, x)
    if resource != "single":
        unitaries = jax.ShapeDtypeStruct((2, 3, 2**qubits, 2**qubits), np.complex64)
        circuit = {name: leaf for name, leaf in parameters.items() if name != "readout"}
        table = jax.eval_shape(model.engine.probabilities_behind, circuit, unitaries)
        assert table.shape == (3, 2, 2)

for resource in sys.argv[1:]:
    trace(resource, 2, mixing=1)
    trace(resource, 2, noise=noise)
if "designed:1" in sys.argv:
    trace("designed:1", 3)
    trace("classical", 3, noise=noise, mixing=1, pooling="all-but-one")
    trace("bell:1", 5, mixing=1)
    trace("bell:1", 5, noise=noise)
model = model_from_string("bell:1", qubits=2, depth=1)
layout = Layout.of(model)
points = random_points(layout, 1, 0)
next(fisher_factors(model, points, haar_inputs(2, 3, 0), "joint"))

def shape(*axes, of=np.float32):
    return jax.ShapeDtypeStruct(axes, of)

def trace_training(model, labels, **settings):
    program = Program.of(model, TrainingSettings(steps=4, runs=2, batch_size=3, **settings))
    start = lambda keys: program.initial_state(keys, np.dtype("float32"))
    state = jax.eval_shape(start, jax.random.split(jax.random.key(0), 2))
    encoded = jax.eval_shape(program.encode, shape(5, model.features))
    steps = (shape(4, 2), shape(4, 3, of=np.int32), 0, 4)
    for weights in (None, shape(5)):
        data = (encoded, labels, weights)
        jax.eval_shape(program.steps, state, *steps, data, jax.random.key(0))
    jax.eval_shape(program.evaluate, state[0], encoded, labels, shape(5))

trace_training(model, shape(5))
trace_training(model_from_string("quantum", qubits=2, depth=1), shape(5), loss="product")
trace_training(model, shape(5), target="numbers")
try:
    trace_training(model, shape(4, 1))
except Exception as error:
    assert type(error).__name__ == "TypeCheckError", error
else:
    raise AssertionError("four labels of five rows")
print("right")
"""

WRONG = """
from ebit.engine.contraction import joint_table
try:
    joint_table(jnp.zeros(3), jnp.zeros(3), jnp.zeros(4))
except Exception as error:
    print(type(error).__name__)
"""


@pytest.mark.parametrize(
    "resources",
    [
        pytest.param(("bell:1", "classical"), id="few"),
        pytest.param(
            (
                "none", "bell:2,fidelity=0.9", "classical+bell:1", "quantum",
                "quantum,fidelity=0.9", "single", "mixture:2+bell:1", "designed:1",
            ),
            id="others", marks=pytest.mark.slow,
        ),
    ],
)  # fmt: skip
def test_all_models_have_the_shapes_of_their_signatures(resources: tuple[str, ...]) -> None:
    """And a wrong shape is seen."""
    done = subprocess.run(
        [sys.executable, "-c", CHECKED + MODELS + WRONG, *resources],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.split() == ["right", "TypeCheckError"]
