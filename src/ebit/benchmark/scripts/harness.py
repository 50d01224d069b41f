"""What the tools that run on JAX have in common: loss, Adam step, Jacobian, timing."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import protocol
from problem import Layout, Params, Problem, flatten
from protocol import Answer, Check, Order, median_seconds

STEP_SIZE = 0.05


@dataclass(frozen=True)
class Variant:
    """One way to write the model in a tool.

    `prepare` turns the inputs (batch, 2n) into what does not depend on the parameters. A user
    computes that once for the whole training, so it is not part of the step. `probabilities` maps
    the parameters and the prepared inputs to P(a, b | x) of shape (batch, 2, 2).
    """

    prepare: Callable[[Layout, jax.Array], Any]
    probabilities: Callable[[Layout, Params, Any], jax.Array]


@dataclass(frozen=True)
class Peer:
    """A tool, its version, its variants by name, and what switches it to double precision."""

    name: str
    version: str
    variants: Mapping[str, Variant]
    use_double: Callable[[], None] = lambda: None


def main(peer: Peer) -> None:
    """Run the tool as a program."""

    def measure(order: Order) -> Answer:
        variant = peer.variants[order.variant]
        if order.task == "capacity":
            jax.config.update("jax_enable_x64", True)
            peer.use_double()
            return measure_jacobian(peer.version, variant, order)
        return measure_step(peer.version, variant, order)

    protocol.run(f"{peer.name}: one training step.", list(peer.variants), measure)


def measure_step(version: str, variant: Variant, order: Order) -> Answer:
    """Compile one training step, run it once for loss and gradient, then time it."""
    layout = order.problem.layout
    params, inputs, labels = arrays(variant, order.problem, jnp.float32)
    optimizer = optax.adam(STEP_SIZE)
    state = optimizer.init(params)

    def step(params: Any, state: Any, inputs: Any, labels: jax.Array) -> Any:
        value, gradient = jax.value_and_grad(
            lambda p: loss(variant.probabilities(layout, p, inputs), p, labels)
        )(params)
        updates, state = optimizer.update(gradient, state)
        return optax.apply_updates(params, updates), state, value, gradient

    begin = time.perf_counter()
    compiled = jax.jit(step).lower(params, state, inputs, labels).compile()
    compile_seconds = time.perf_counter() - begin
    wait: Callable[[Any], Any] = jax.block_until_ready
    *_, value, gradient = wait(compiled(params, state, inputs, labels))
    return Answer(
        version=version,
        device=device(),
        compile_seconds=compile_seconds,
        step_seconds=median_seconds(
            lambda: wait(compiled(params, state, inputs, labels)), order.seconds
        ),
        checks={order.problem.batch: Check(float(value), flatten(gradient).tolist())},
        memory_bytes=device_memory(),
    )


def measure_jacobian(version: str, variant: Variant, order: Order) -> Answer:
    """Jacobian of all probabilities by all angles, by the faster of the two directions.

    Args:
        version: Of the tool.
        variant: How the model is written.
        order: With JAX in double precision.

    Returns:
        Times of one Jacobian with its singular values.
    """
    params, inputs, _ = arrays(variant, order.problem, jnp.float64)

    def table(params: Params) -> jax.Array:
        return variant.probabilities(order.problem.layout, params, inputs)

    answers = []
    for direction in (jax.jacrev, jax.jacfwd):
        begin = time.perf_counter()
        try:
            compiled = jax.jit(direction(table)).lower(params).compile()
        except TypeError:  # a function with its own reverse rule has no forward one
            continue
        compile_seconds = time.perf_counter() - begin

        def values(compiled: Any = compiled) -> Any:
            return singular_values(compiled(params))

        mean = float(jnp.mean(table(params)[:, 0, 0]))
        answers.append(
            Answer(
                version=version,
                device=device(),
                compile_seconds=compile_seconds,
                step_seconds=median_seconds(values, order.seconds),
                checks={order.problem.batch: Check(mean, values().tolist())},
                variant=direction.__name__,
                memory_bytes=device_memory(),
            )
        )
    return min(answers, key=lambda answer: answer.step_seconds)


def singular_values(jacobian: Params) -> Any:
    """Singular values of the Jacobian, all samples and outcomes below each other."""
    leaves = [leaf for name, leaf in sorted(jacobian.items()) if name != "readout"]
    rows = [
        np.asarray(leaf).reshape(-1, np.prod(leaf.shape[3:], dtype=int))
        for leaf in jax.tree.leaves(leaves)
        if leaf.size
    ]
    return np.linalg.svd(np.concatenate(rows, axis=1), compute_uv=False)


def arrays(variant: Variant, problem: Problem, real: Any) -> tuple[Params, Any, jax.Array]:
    """Parameters, prepared inputs and labels as real numbers of a type."""
    params = jax.tree.map(lambda leaf: jnp.asarray(leaf, real), problem.params)
    inputs = jax.jit(lambda x: variant.prepare(problem.layout, x))(jnp.asarray(problem.x, real))
    return params, inputs, jnp.asarray(problem.y, real)


def loss(probabilities: jax.Array, params: Params, labels: jax.Array) -> jax.Array:
    """Mean of (y - E)^2 with E = sum_ab w_ab P(a, b | x)."""
    expectation = jnp.sum(params["readout"] * probabilities, axis=(1, 2))
    return jnp.mean((labels - expectation) ** 2)


def device() -> str:
    """Platform and name of what JAX computes on."""
    first = jax.devices()[0]
    return f"{first.platform} ({first.device_kind})"


def device_memory() -> int:
    """Peak bytes on an accelerator; 0 on a CPU, where the process's own memory counts."""
    first = jax.devices()[0]
    return 0 if first.platform == "cpu" else int(first.memory_stats()["peak_bytes_in_use"])
