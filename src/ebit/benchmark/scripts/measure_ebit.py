"""ebit itself, measured like its peers: its own training program, on its own problem file.

The variant is the number of runs that are trained together in one program.
"""

import time
from typing import Any

import harness
import jax
import jax.numpy as jnp
import optax
import protocol
from harness import Variant
from problem import Layout, Params, Problem, flatten
from protocol import SAMPLES, Answer, Check, Order, median_seconds

from ebit.jax_settings import quick_to_compile, xla_options_of
from ebit.learning import TrainingSettings
from ebit.learning.minibatches import minibatch_indices
from ebit.learning.program import Program
from ebit.models import DistributedQCNN, make_loss
from ebit.resources import parse_resource
from ebit.results import matrix_product_rate

RUNS = [str(2**k) for k in range(7)] + ["10"]
STEPS = 100
"""Longest loop that is timed as one; shorter where a step is slow."""

LOOP_SECONDS = 0.2


def model_of(problem: Problem) -> DistributedQCNN:
    """The model that the problem describes."""
    resource = parse_resource(problem.resource)
    return DistributedQCNN(qubits=problem.layout.qubits, depth=problem.depth, resource=resource)


def measure(order: Order) -> Answer:
    """Compile and time the training program, or the Jacobian for the capacity."""
    if order.task == "capacity":
        jax.config.update("jax_enable_x64", True)
        return measure_jacobian(order)
    return measure_training(order.problem, int(order.variant), order.seconds)


def measure_jacobian(order: Order) -> Answer:
    """The Jacobian of the probabilities, as the peers compute it."""
    model = model_of(order.problem)

    def probabilities(layout: Layout, params: Params, x: jax.Array) -> jax.Array:
        return model.probabilities(params, x)

    return harness.measure_jacobian("", Variant(lambda layout, x: x, probabilities), order)


def measure_training(problem: Problem, runs: int, budget: float) -> Answer:
    """Loops of training steps, `runs` copies at once; seconds per step of all runs."""
    program = Program(model_of(problem), optax.adam(harness.STEP_SIZE), make_loss("mse"))
    data = (program.encode(jnp.asarray(problem.x, jnp.float32)), _real(problem.y), None)
    params = jax.tree.map(_real, problem.params)
    checks = {problem.batch: check(program, params, data)}
    if problem.batch > SAMPLES:
        few = (tuple(part[:SAMPLES] for part in data[0]), data[1][:SAMPLES], None)
        checks[SAMPLES] = check(program, params, few)
    copies = jax.tree.map(lambda leaf: jnp.broadcast_to(leaf, (runs, *leaf.shape)), params)
    state = (copies, jax.vmap(program.optimizer.init)(copies))
    losses = jnp.zeros((STEPS, runs), jnp.float32)
    settings = TrainingSettings(batch_size=problem.batch)
    indices = jnp.asarray(minibatch_indices(settings, problem.batch, 0, STEPS))
    key = jax.random.key(0)
    begin = time.perf_counter()
    lowered = Program.steps.lower(program, state, losses, indices, 0, STEPS, data, key)
    compiled = lowered.compile(compiler_options=quick_to_compile(1, xla_options_of(program.model)))
    compile_seconds = time.perf_counter() - begin

    def loop(steps: int) -> None:
        nonlocal state, losses
        state, losses = compiled(state, losses, indices, 0, steps, data, key)
        jax.block_until_ready(losses)

    loop(1)
    begin = time.perf_counter()
    loop(1)
    steps = max(1, min(STEPS, int(LOOP_SECONDS / (time.perf_counter() - begin))))
    return Answer(
        version="",
        device=harness.device(),
        compile_seconds=compile_seconds,
        step_seconds=median_seconds(lambda: loop(steps), budget) / steps,
        checks=checks,
        memory_bytes=harness.device_memory(),
        operations=program.model.operations(problem.batch),
        rate=matrix_product_rate(),
    )


def check(program: Program, params: Params, data: Any) -> Check:
    """Loss and gradient of one run."""
    encoded, labels, _ = data

    def loss(params: Params) -> jax.Array:
        return jnp.mean((labels - program.model.expectation(params, encoded)) ** 2)

    value, gradient = jax.jit(jax.value_and_grad(loss))(params)
    return Check(float(value), flatten(gradient).tolist())


def _real(leaf: Any) -> jax.Array:
    return jnp.asarray(leaf, jnp.float32)


if __name__ == "__main__":
    protocol.run("ebit: steps of its training program.", RUNS, measure)
