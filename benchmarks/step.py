"""Training steps in one compiled program, for the benchmarks beside this file."""

import time
from collections.abc import Callable
from typing import Any

RATE = 1e-3
"""Learning rate: plain gradient descent."""


def compiled_steps(model: Any, batch: int, steps: int) -> tuple[Callable[[], Any], float, float]:
    """Steps on random data, and the wall and processor seconds that they took to compile.

    As a training does, a program makes many steps, so that its memory is there from the second one
    on.
    """
    import jax
    import jax.numpy as jnp
    import numpy as np

    from ebit.jax_settings import quick_to_compile, xla_options_of

    rng = np.random.default_rng(0)
    x = jnp.asarray(rng.uniform(0, np.pi, (batch, model.features)), jnp.float32)
    y = jnp.asarray(rng.choice([-1.0, 1.0], batch), jnp.float32)
    parameters = model.init(jax.random.key(0))
    encoded = jax.jit(model.encode)(x)

    def loss(parameters: Any, encoded: Any, y: Any) -> Any:
        return jnp.mean((model.read_out(parameters, encoded).scores[:, 0] - y) ** 2)

    def run(parameters: Any, encoded: Any, y: Any) -> Any:
        def step(_: Any, parameters: Any) -> Any:
            slopes = jax.grad(loss)(parameters, encoded, y)
            return jax.tree.map(lambda leaf, slope: leaf - RATE * slope, parameters, slopes)

        return jax.lax.fori_loop(0, steps, step, parameters)

    started, used = time.perf_counter(), time.process_time()
    options = quick_to_compile(1, xla_options_of(model))  # as trainings do
    compiled = jax.jit(run).lower(parameters, encoded, y).compile(compiler_options=options)
    seconds, processor = time.perf_counter() - started, time.process_time() - used
    return lambda: jax.block_until_ready(compiled(parameters, encoded, y)), seconds, processor
