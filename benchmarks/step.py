"""A step of loss and gradient, compiled, for the benchmarks beside this file."""

import time
from collections.abc import Callable
from typing import Any


def compiled_step(model: Any, batch: int) -> tuple[Callable[[], Any], float, float]:
    """The step on random data, and the wall and processor seconds that it took to compile."""
    import jax
    import jax.numpy as jnp
    import numpy as np

    from ebit.jax_settings import quick_to_compile

    rng = np.random.default_rng(0)
    x = jnp.asarray(rng.uniform(0, np.pi, (batch, model.features)), jnp.float32)
    y = jnp.asarray(rng.choice([-1.0, 1.0], batch), jnp.float32)
    parameters = model.init(jax.random.key(0))
    encoded = jax.jit(model.encode)(x)

    def loss(parameters: Any, encoded: Any, y: Any) -> Any:
        return jnp.mean((model.read_out(parameters, encoded).scores[:, 0] - y) ** 2)

    started, used = time.perf_counter(), time.process_time()
    options = quick_to_compile(1)  # as trainings do
    step = jax.jit(jax.value_and_grad(loss), compiler_options=options)
    compiled = step.lower(parameters, encoded, y).compile()
    seconds, processor = time.perf_counter() - started, time.process_time() - used
    return lambda: jax.block_until_ready(compiled(parameters, encoded, y)), seconds, processor
