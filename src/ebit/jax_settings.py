"""JAX's settings inside ebit: a user's own ones change neither its numbers nor whether it works."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import cache, wraps
from typing import Any, NamedTuple, ParamSpec, TypeVar

import jax

from ebit.errors import EbitError
from ebit.reading import one_line

P = ParamSpec("P")
R = TypeVar("R")


class _Setting(NamedTuple):
    """A setting of JAX, what it is inside ebit, and the block that makes it so."""

    name: str
    value: Any
    block: Callable[[Any], Any]


_SETTINGS = (
    _Setting("jax_threefry_partitionable", True, jax.threefry_partitionable),
    _Setting("jax_numpy_dtype_promotion", "standard", jax.numpy_dtype_promotion),
    _Setting("jax_numpy_rank_promotion", "allow", jax.numpy_rank_promotion),
    _Setting("jax_default_matmul_precision", None, jax.default_matmul_precision),
    _Setting("jax_disable_jit", False, jax.disable_jit),
    _Setting("jax_debug_nans", False, jax.debug_nans),
    _Setting("jax_debug_infs", False, jax.debug_infs),
    _Setting("jax_debug_key_reuse", False, jax.debug_key_reuse),
    _Setting("jax_check_tracer_leaks", False, jax.check_tracer_leaks),
    _Setting("jax_transfer_guard_host_to_device", "allow", jax.transfer_guard_host_to_device),
    _Setting("jax_transfer_guard_device_to_host", "allow", jax.transfer_guard_device_to_host),
    _Setting("jax_transfer_guard_device_to_device", "allow", jax.transfer_guard_device_to_device),
)
"""JAX's defaults. Lost numbers (NaN) are looked for by ebit itself, with messages of its own."""


Options = tuple[tuple[str, Any], ...]
"""Options of XLA: names and values."""

WITHOUT_PRODUCT_FUSION: Options = (("xla_cpu_experimental_ynn_fusion_type", ""),)
"""For many products of stacks of small tensors: without it some programs of more than two QPUs end
in a segmentation fault (jaxlib 0.10.2). With it programs of two QPUs are a fifth slower."""

WITH_FUSION_EMITTERS: Options = (("xla_cpu_use_fusion_emitters", True),)
"""For passes over many amplitudes, those of a whole register or of a QPU of five qubits and more: a
step takes six to nine tenths of the time. Programs of smaller QPUs run as fast without them, and
compile in half the time."""


def xla_options_of(owner: object) -> Options:
    """Further options of XLA that programs of a model need, as its attribute `xla_options` says.

    Args:
        owner: A model, or anything else.

    Returns:
        Names and values; nothing where the object does not say any.
    """
    found: Options = getattr(owner, "xla_options", ())
    return found


@cache
def quick_to_compile(level: int, further: Options = ()) -> dict[str, Any]:
    """Options of XLA with which programs for processors compile two to five times faster.

    With level 1 the small programs of ebit run as fast as with XLA's own options; with level 0 they
    compile three times faster still, but take two to five times as long. Options that the installed
    XLA does not know or that `XLA_FLAGS` sets, and other devices than processors, are left out.

    Args:
        level: How much XLA optimises, 0 to 3.
        further: Other options of XLA.

    Returns:
        Argument `compiler_options` of `jax.jit`.

    Example:
        >>> function = jax.jit(lambda x: x + 1, compiler_options=quick_to_compile(0))
        >>> float(function(1.0))
        2.0
    """
    if jax.default_backend() != "cpu":
        return {}
    known: dict[str, Any] = {}
    wanted: dict[str, Any] = {
        "xla_backend_optimization_level": level,
        "xla_cpu_use_fusion_emitters": False,
        **dict(further),
    }
    if level == 0:
        wanted["xla_llvm_disable_expensive_passes"] = True
        wanted["xla_cpu_parallel_codegen_split_count"] = 1
    flags = os.environ.get("XLA_FLAGS", "")
    for name, value in wanted.items():
        if f"--{name}=" in flags:
            continue
        with suppress(jax.errors.JaxRuntimeError):
            jax.jit(lambda x: x).lower(0.0).compile(compiler_options={name: value})
            known[name] = value
    return known


def own_settings(function: Callable[P, R]) -> Callable[P, R]:
    """A function that computes under JAX's default settings, whatever the user's are.

    Where nothing differs, nothing is changed. 64-bit numbers (`jax_enable_x64`) are not among the
    settings: a user may ask for them by the dtype of the arguments.

    Args:
        function: Any function that runs or traces JAX programs.

    Returns:
        The function; it raises `EbitError` where JAX finds no device.

    Example:
        >>> total = own_settings(lambda x: jax.numpy.ones(3, "float32") + x)
        >>> with jax.numpy_rank_promotion("raise"):
        ...     total(jax.numpy.ones((1, 3))).shape
        (1, 3)
    """

    @wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        _check_device()
        others = [s for s in _SETTINGS if getattr(jax.config, s.name) not in (s.value, None)]
        if not others:
            return function(*args, **kwargs)
        with ExitStack() as stack:
            for setting in others:
                stack.enter_context(setting.block(setting.value))
            return function(*args, **kwargs)

    return wrapped


def one_program(method: Callable[P, R]) -> Callable[P, R]:
    """A method as one compiled program, where JAX would compile and run each operation by itself.

    A circuit of 4 qubits and depth 20 has some hundred operations: 8 s of compilation become 0.8 s,
    0.4 s of a later call become 1 ms. Inside a program or gradient of the caller it is unchanged.

    Args:
        method: A method of an object that can be hashed, see also `xla_options_of`; arrays are
            given by place, what selects another program by name.

    Returns:
        The method.

    Example:
        >>> class Square:
        ...     @one_program
        ...     def of(self, x):
        ...         return x * x
        >>> float(Square().of(3.0))
        9.0
    """

    @cache
    def program(names: tuple[str, ...], further: Options) -> Any:
        return jax.jit(
            method,
            static_argnums=0,
            static_argnames=names,
            compiler_options=quick_to_compile(1, further),
        )

    @wraps(method)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        traced = any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves(args[1:]))
        if traced or _in_a_program():
            return method(*args, **kwargs)
        found: R = program(tuple(kwargs), xla_options_of(args[0]))(*args, **kwargs)
        return found

    return called


def _in_a_program() -> bool:
    """Whether the caller is tracing a program, in which even constants are traced."""
    with jax.transfer_guard("allow"):
        return isinstance(jax.numpy.zeros(()), jax.core.Tracer)


_ASK = "from jaxlib import xla_client; xla_client.CompileOptions()"
"""Makes XLA read its flags and nothing else."""

_REFUSAL = "parse_flags_from_env.cc"
"""The file of XLA that speaks where it does not take its flags."""


@cache
def check_xla_flags() -> None:
    """Raise unless XLA takes the flags in `XLA_FLAGS`, where it would end the process.

    Another process asks it, only where flags are set (0.2 s).

    Raises:
        EbitError: If XLA does not know a flag or its value.

    Example:
        >>> check_xla_flags()
    """
    flags = os.environ.get("XLA_FLAGS", "").strip()
    if not flags or not sys.executable:
        return
    asked = subprocess.run(
        [sys.executable, "-c", _ASK], capture_output=True, text=True, errors="replace", check=False
    )
    if asked.returncode and _REFUSAL in asked.stderr:
        first = next(line for line in asked.stderr.splitlines() if ".cc:" in line)
        why = one_line(first.partition("] ")[2])
        raise EbitError(
            f"XLA does not take XLA_FLAGS={one_line(flags)!r} ({why}): unset or correct it."
        )


@cache
def _check_device() -> None:
    """Raise unless JAX finds a device to compute on."""
    check_xla_flags()
    try:
        jax.devices()
    except (RuntimeError, AssertionError) as error:
        wanted = jax.config.values["jax_platforms"]
        raise EbitError(
            f"JAX finds no device for JAX_PLATFORMS={wanted!r} : unset JAX_PLATFORMS, or install "
            f"the JAX for that device ({one_line(error) or 'no device'})."
        ) from None
