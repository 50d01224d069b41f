"""Only quantum links pay for a joint state of both QPUs.

Two ways to look at every intermediate array of the computation, none of which needs the engine's
internals: its size, in a register where a joint state would dwarf everything else; and which of its
elements depend on the data of both QPUs. A joint state has 4**n amplitudes per sample that do.
"""

import math
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal
from numpy.typing import NDArray

from random_circuits import Circuit, circuit_model, random_data, random_parameters

BATCH = 101


def nested(value: Any) -> Iterator[Jaxpr]:
    """The programs among the parameters of an operation."""
    if isinstance(value, ClosedJaxpr):
        yield value.jaxpr
    elif isinstance(value, Jaxpr):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from nested(item)


def sizes(jaxpr: Jaxpr) -> Iterator[int]:
    """Elements of every intermediate array, also inside loops and nested functions."""
    for equation in jaxpr.eqns:
        for variable in equation.outvars:
            yield math.prod(getattr(variable.aval, "shape", ()))
        for value in equation.params.values():
            for inner in nested(value):
                yield from sizes(inner)


def largest_array(model: Circuit, *, gradient: bool) -> int:
    """Elements of the largest intermediate array; the program is traced, nothing is computed."""

    def value(parameters: Any, x: jax.Array) -> jax.Array:
        return model.probabilities(parameters, x)[:, 0].sum()

    parameters = jax.eval_shape(model.init, jax.random.key(0))
    x = jax.ShapeDtypeStruct((BATCH, model.features), np.float32)
    return max(sizes(jax.make_jaxpr(jax.grad(value) if gradient else value)(parameters, x).jaxpr))


@pytest.mark.parametrize("gradient", [False, True])
@pytest.mark.parametrize("resource", ["none", "bell:1", "bell:2"])
def test_arrays_stay_far_below_a_joint_state(resource: str, gradient: bool) -> None:
    model = circuit_model(resource, 8, depth=2)
    assert largest_array(model, gradient=gradient) <= BATCH * 4**8 / 8


def test_quantum_link_has_arrays_of_a_joint_state() -> None:
    """The counterpart: the measure sees the joint state where there is one."""
    model = circuit_model("quantum", 8, depth=2)
    assert largest_array(model, gradient=False) >= BATCH * 4**8


def test_classical_arrays_stay_below_one_joint_state_per_message() -> None:
    """Both QPUs list what they do for every message: together as large as one joint state."""
    model = circuit_model("classical", 8, depth=2)
    assert largest_array(model, gradient=False) <= BATCH * 4**8


CALLS = {"jit": "jaxpr", "custom_vjp_call": "call_jaxpr", "custom_jvp_call": "call_jaxpr"}


def run(program: ClosedJaxpr, arguments: list[Any], seen: list[jax.Array]) -> list[Any]:
    """Go through all operations; note which elements of every result are not a number."""
    jaxpr = program.jaxpr
    known = dict(zip([*jaxpr.constvars, *jaxpr.invars], [*program.consts, *arguments], strict=True))

    def read(variable: Any) -> Any:
        return variable.val if isinstance(variable, Literal) else known[variable]

    for equation in jaxpr.eqns:
        inputs = [read(variable) for variable in equation.invars]
        if equation.primitive.name in CALLS:
            outputs = run(equation.params[CALLS[equation.primitive.name]], inputs, seen)
        else:
            result = equation.primitive.bind(*inputs, **equation.params)
            outputs = result if equation.primitive.multiple_results else [result]
            seen.extend(jnp.isnan(output) for output in outputs)
        known.update(zip(equation.outvars, outputs, strict=True))
    return [read(variable) for variable in jaxpr.outvars]


def joint_numbers_per_sample(model: Circuit) -> float:
    """Most elements of one array that depend on the data of both QPUs.

    Not-a-number spreads to all that depends on it, so it is put into the data of one QPU and then
    into the data of the other.
    """
    batch, rng = 2, np.random.default_rng(0)
    parameters, x = random_parameters(model, rng), random_data(model, rng, batch)
    program = jax.make_jaxpr(model.probabilities)(parameters, x)

    @jax.jit
    def run_all(arguments: Any) -> tuple[list[Any], list[jax.Array]]:
        seen: list[jax.Array] = []
        return run(program, jax.tree.leaves(arguments), seen), seen

    seen: list[list[NDArray[np.bool_]]] = []
    for half in (slice(0, model.qubits), slice(model.qubits, None)):
        marked = x.copy()
        marked[:, half] = np.nan
        outputs, found = run_all((parameters, marked))
        assert np.isnan(np.asarray(outputs[0])).any()
        seen.append([np.asarray(one) for one in found])
    return max(np.count_nonzero(a & b) for a, b in zip(*seen, strict=True)) / batch


@pytest.mark.sampled(1)
@pytest.mark.parametrize("mixing", [0, 1])
@pytest.mark.parametrize("resource", ["none", "bell:1", "bell:2", "classical"])
def test_the_data_of_both_qpus_meet_in_few_numbers(resource: str, mixing: int) -> None:
    model = circuit_model(resource, 4, depth=2, mixing=mixing)
    assert joint_numbers_per_sample(model) <= 4**4 / 8


def test_quantum_link_has_a_joint_state() -> None:
    """The counterpart: the test would notice."""
    assert joint_numbers_per_sample(circuit_model("quantum", 4, depth=2)) >= 4**4
