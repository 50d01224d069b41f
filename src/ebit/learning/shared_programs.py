"""Functions that differ in their constants only share one compiled program.

A circuit under another noise is the same function with other numbers in it. Its trace is taken,
which is cheap; the arrays in it become arguments of a program that all such functions share.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.extend.core import ClosedJaxpr, Jaxpr, jaxpr_as_fun

from ebit.jax_settings import quick_to_compile

_MOST_KEPT = 32
"""Programs that a process keeps; the one that was used longest ago goes first."""

_programs: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
_lock = threading.Lock()


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
    key = ("over runs", *_identity(traced), stacks)
    program = _known(key) or _keep(key, _runs_program(traced.jaxpr, stacks))
    found = program(traced.consts, jax.tree.leaves(runs), jax.tree.leaves(data))
    return jax.tree.unflatten(jax.tree.structure(shape), found)


def _runs_program(jaxpr: Jaxpr, stacks: bool) -> Any:
    """The program of a trace, which takes its constants as first argument."""

    def run_all(constants: list[Any], runs: list[Any], data: list[Any]) -> list[Any]:
        call = jaxpr_as_fun(ClosedJaxpr(jaxpr, constants))
        if stacks:
            return list(jax.vmap(lambda run: call(*run, *data))(runs))
        return list(lax.map(lambda run: call(*run, *data), runs))

    # A program runs a few hundred times at most, so most of its time is compilation.
    return jax.jit(run_all, compiler_options=quick_to_compile(0))


@dataclass(frozen=True)
class Shared:
    """A function that is traced, and compiled unless one that differs in constants only was.

    Attributes:
        constants: Arrays in it.
        shape: What it returns.
        donated: How many of its first arguments a call uses up.
        options: Options of XLA.
        key: The same for all functions that differ in their constants only.
        lowered: The program before compilation; None if it is there already.
    """

    constants: list[Any]
    shape: Any
    donated: int
    options: Mapping[str, Any]
    key: tuple[Any, ...]
    lowered: Any

    @classmethod
    def of(
        cls,
        function: Callable[..., Any],
        arguments: Sequence[Any],
        *,
        donated: int = 0,
        options: Mapping[str, Any] = MappingProxyType({}),
    ) -> "Shared":
        """Trace a function.

        Args:
            function: Of these arguments; arrays that it holds may differ from call to call.
            arguments: Arrays, or their shapes and types.
            donated: How many of the first ones a call uses up.
            options: Options of XLA that it will be compiled with.

        Returns:
            The function.

        Example:
            >>> def shifted(by):
            ...     return Shared.of(lambda x: x + by, [jnp.zeros(2)]).compile()
            >>> shifted(jnp.ones(1))(jnp.ones(2)).tolist()
            [2.0, 2.0]
        """
        traced, shape = jax.make_jaxpr(function, return_shape=True)(*arguments)
        constants = [jnp.asarray(constant) for constant in traced.consts]
        key = ("call", *_identity(traced), donated, *options.items())
        lowered = None
        if _known(key) is None:

            def call(constants: list[Any], used: list[Any], others: list[Any]) -> list[Any]:
                return jaxpr_as_fun(ClosedJaxpr(traced.jaxpr, constants))(*used, *others)

            lowered = jax.jit(call, donate_argnums=1).lower(constants, *_halves(arguments, donated))
        return cls(constants, shape, donated, options, key, lowered)

    def compile(self) -> Callable[..., Any]:
        """The compiled function.

        Returns:
            A function of arguments as they were traced.
        """
        program = _known(self.key)
        if program is None:
            program = _keep(self.key, self.lowered.compile(compiler_options=dict(self.options)))

        def call(*arguments: Any) -> Any:
            found = program(self.constants, *_halves(arguments, self.donated))
            return jax.tree.unflatten(jax.tree.structure(self.shape), found)

        return call


def _halves(arguments: Sequence[Any], donated: int) -> tuple[list[Any], list[Any]]:
    """Leaves of the arguments that are used up, and of the others."""
    return jax.tree.leaves(arguments[:donated]), jax.tree.leaves(arguments[donated:])


def _known(key: tuple[Any, ...]) -> Any:
    """A program that was compiled before, or None."""
    with _lock:
        if key in _programs:
            _programs.move_to_end(key)
        return _programs.get(key)


def _keep(key: tuple[Any, ...], program: Any) -> Any:
    """The program, kept for the next one like it."""
    with _lock:
        _programs[key] = program
        while len(_programs) > _MOST_KEPT:
            _programs.popitem(last=False)
    return program


def _identity(traced: ClosedJaxpr) -> tuple[str, str]:
    """The same for traces that differ in their constants only."""
    return str(traced.jaxpr), _inner_constants(traced.jaxpr)


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
