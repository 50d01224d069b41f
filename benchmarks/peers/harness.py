"""What the peers have in common: command line, loss, Adam step, timing and report."""

import argparse
import json
import resource
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import optax
from problem import Params, Problem, load_problem, make_problem

STEP_SIZE = 0.05


@dataclass(frozen=True)
class Variant:
    """One way to write the model in a peer.

    `prepare` turns the inputs (batch, 8) into what does not depend on the parameters. A user
    computes that once for the whole training, so it is not part of the step. `probabilities` maps
    the parameters and the prepared inputs to P(a, b | x) of shape (batch, 2, 2).
    """

    prepare: Callable[[jax.Array], jax.Array]
    probabilities: Callable[[Params, jax.Array], jax.Array]


@dataclass(frozen=True)
class Peer:
    """A tool, its version and its variants by name."""

    name: str
    version: str
    variants: Mapping[str, Variant]


def arrays(variant: Variant, problem: Problem) -> tuple[Params, jax.Array, jax.Array]:
    """Parameters, prepared inputs and labels in single precision."""
    params = jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.float32), problem.params)
    inputs = jax.jit(variant.prepare)(jnp.asarray(problem.x, jnp.float32))
    return params, inputs, jnp.asarray(problem.y, jnp.float32)


def loss(variant: Variant, params: Params, inputs: jax.Array, labels: jax.Array) -> jax.Array:
    """Mean of (y - E)^2 with E = sum_ab w_ab P(a, b | x)."""
    probabilities = variant.probabilities(params, inputs)
    expectation = jnp.sum(params["readout"] * probabilities, axis=(1, 2))
    return jnp.mean((labels - expectation) ** 2)


def measure(variant: Variant, problem: Problem, steps: int) -> dict[str, float]:
    """Compile one training step, run it once for loss and gradient, then time `steps` more."""
    params, inputs, labels = arrays(variant, problem)
    optimizer = optax.adam(STEP_SIZE)
    state = optimizer.init(params)

    def step(params: Any, state: Any, inputs: jax.Array, labels: jax.Array) -> Any:
        value, gradient = jax.value_and_grad(lambda p: loss(variant, p, inputs, labels))(params)
        updates, state = optimizer.update(gradient, state)
        return optax.apply_updates(params, updates), state, value, optax.global_norm(gradient)

    wait: Callable[[Any], Any] = jax.block_until_ready
    begin = time.perf_counter()
    compiled = jax.jit(step).lower(params, state, inputs, labels).compile()
    compile_seconds = time.perf_counter() - begin
    params, state, value, norm = wait(compiled(params, state, inputs, labels))
    seconds = []
    for _ in range(steps):
        begin = time.perf_counter()
        params, state, *_ = wait(compiled(params, state, inputs, labels))
        seconds.append(time.perf_counter() - begin)
    return {
        "compile_seconds": compile_seconds,
        "step_seconds_median": statistics.median(seconds),
        "step_seconds_min": min(seconds),
        "loss": float(value),
        "gradient_norm": float(norm),
    }


def peak_memory_mb() -> float:
    """Largest resident set of this process, compilation included, in 10^6 bytes (Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def main(peer: Peer) -> None:
    """Run the peer as a program."""
    parser = argparse.ArgumentParser(description=f"One training step in {peer.name}.")
    parser.add_argument("--depth", type=int, default=5, help="convolution layers at every stage")
    parser.add_argument("--variant", choices=list(peer.variants), required=True)
    parser.add_argument("--batch", type=int, default=768, help="samples in the minibatch")
    parser.add_argument("--steps", type=int, default=20, help="steps that are timed")
    parser.add_argument("--json", type=Path, help="also write the result to this file")
    parser.add_argument("--problem", type=Path, help="npz written by problem.py")
    given = parser.parse_args()
    if given.problem is None:
        problem = make_problem(given.depth, given.batch)
    else:
        problem = load_problem(given.problem)
        if (problem.depth, problem.batch) != (given.depth, given.batch):
            parser.error(f"{given.problem} has depth {problem.depth} and batch {problem.batch}")
    result = {
        "peer": peer.name,
        "version": peer.version,
        "variant": given.variant,
        "depth": problem.depth,
        "batch": problem.batch,
        "dtype": "complex64",
        **measure(peer.variants[given.variant], problem, given.steps),
        "peak_memory_mb": peak_memory_mb(),
    }
    text = json.dumps(result)
    print(text)
    if given.json is not None:
        given.json.write_text(text + "\n")
