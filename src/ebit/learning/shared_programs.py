"""Functions that differ in their constants only share one compiled program.

A circuit under another noise is the same function with other numbers in it. Its trace is taken,
which is cheap; the arrays in it become arguments of a program that all such functions share.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np
from jax import lax
from jax.extend.core import ClosedJaxpr, Jaxpr, jaxpr_as_fun

from ebit.jax_settings import quick_to_compile

_MOST_KEPT = 32
"""Programs that a process keeps; the one that was used longest ago goes first."""

_programs: OrderedDict[tuple[Any, ...], Any] = OrderedDict()


def over_runs(function: Callable[[Any, Any], Any], runs: Any, data: Any, *, stacks: bool) -> Any:
    """A function of every run and the same data, compiled unless an equal one was before.

    Args:
        function: Of (run, data); arrays that it holds may differ from call to call.
        runs: Its first argument, runs on the first axis of every leaf.
        data: Its second argument.
        stacks: Whether runs are computed side by side; else one after the other.

    Returns:
        What the function returns, runs on the first axis.

    Example:
        >>> import jax.numpy as jnp
        >>> def shifted(by):
        ...     return over_runs(lambda run, x: run * x + by, jnp.arange(2.0), 3.0, stacks=True)
        >>> shifted(jnp.ones(1)).tolist(), shifted(jnp.zeros(1)).tolist()
        ([[1.0], [4.0]], [[0.0], [3.0]])
    """
    first = jax.tree.map(lambda leaf: leaf[0], runs)
    traced, shape = jax.make_jaxpr(function, return_shape=True)(first, data)
    found = _program(traced, stacks)(traced.consts, jax.tree.leaves(runs), jax.tree.leaves(data))
    return jax.tree.unflatten(jax.tree.structure(shape), found)


def _program(traced: ClosedJaxpr, stacks: bool) -> Any:
    """The program of a trace, which takes its constants as first argument."""
    key = (str(traced.jaxpr), _inner_constants(traced.jaxpr), stacks)
    if key not in _programs:
        jaxpr = traced.jaxpr

        def run_all(constants: list[Any], runs: list[Any], data: list[Any]) -> list[Any]:
            call = jaxpr_as_fun(ClosedJaxpr(jaxpr, constants))
            if stacks:
                return list(jax.vmap(lambda run: call(*run, *data))(runs))
            return list(lax.map(lambda run: call(*run, *data), runs))

        # A program runs a few hundred times at most, so most of its time is compilation.
        _programs[key] = jax.jit(run_all, compiler_options=quick_to_compile(0))
    _programs.move_to_end(key)
    while len(_programs) > _MOST_KEPT:
        _programs.popitem(last=False)
    return _programs[key]


def _inner_constants(jaxpr: Jaxpr) -> str:
    """A hash of the constants of functions within: a trace shows their names, not their values."""
    digest = hashlib.sha256()
    for inner in _functions(jaxpr):
        for constant in inner.consts:
            array = np.asarray(constant)
            digest.update(f"{array.shape}{array.dtype}".encode() + array.tobytes())
    return digest.hexdigest()


def _functions(jaxpr: Jaxpr) -> Iterator[ClosedJaxpr]:
    """Functions within a trace, at any depth."""
    for equation in jaxpr.eqns:
        for value in equation.params.values():
            for part in value if isinstance(value, tuple | list) else (value,):
                if isinstance(part, ClosedJaxpr):
                    yield part
                    yield from _functions(part.jaxpr)
                elif isinstance(part, Jaxpr):
                    yield from _functions(part)
