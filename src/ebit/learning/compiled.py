"""The compiled programs of trainings: equal ones are compiled once per process, several at once."""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import jax
import numpy as np

from ebit.jax_settings import own_settings, quick_to_compile, xla_options_of
from ebit.learning.compilation_cache import programs_on_disk
from ebit.learning.program import Program, training_operations
from ebit.learning.settings import TrainingSettings
from ebit.learning.shared_programs import Shared
from ebit.random_keys import random_key

_MOST_KEPT = 32
"""Programs that a process keeps; the one that was used longest ago goes first."""

_SHORT = 3e9
"""Operations of a training (about a second) that is over before optimising its programs pays."""


@dataclass(frozen=True)
class Shapes:
    """Everything that the compiled programs of a training depend on.

    Attributes:
        program: What is computed.
        real: Name of the real dtype, float32 or float64.
        runs: Runs that are trained together.
        batch_size: Rows of a minibatch.
        every: Steps of an interval of the curves.
        train_rows: Rows of training data.
        validation_rows: Rows of validation data.
        weighted: Whether rows have weights.
        level: How much XLA optimises: 0 for a short training, 1 for others.
    """

    program: Program
    real: str
    runs: int
    batch_size: int
    every: int
    train_rows: int
    validation_rows: int
    weighted: bool
    level: int

    @classmethod
    def of(
        cls,
        program: Program,
        real: np.dtype[Any],
        settings: TrainingSettings,
        train_rows: int,
        validation_rows: int,
        *,
        weighted: bool = False,
    ) -> "Shapes":
        """Those of a training."""
        every = min(settings.validate_every, settings.steps)
        sizes = (settings.runs, settings.batch_size, every, train_rows, validation_rows)
        level = 0 if training_operations(program.model, settings) < _SHORT else 1
        return cls(program, str(real), *sizes, weighted, level)

    @property
    def slice_rows(self) -> int:
        """Rows of a slice of the data for evaluation."""
        return min(max(self.batch_size, 256), max(self.train_rows, self.validation_rows))


@dataclass(frozen=True)
class Compiled:
    """The programs of a training.

    Attributes:
        steps: `Program.steps`.
        evaluate: `Program.evaluate`.
    """

    steps: Any
    evaluate: Any


_kept: OrderedDict[Shapes, Future[Compiled]] = OrderedDict()
_lock = threading.Lock()


def compiled(shapes: Shapes) -> Compiled:
    """The programs of a training; a thread waits for those that another one is compiling.

    Args:
        shapes: What they depend on.

    Returns:
        The programs.
    """
    with _lock:
        future = _kept.get(shapes)
        is_mine = future is None
        if future is None:
            future = _kept[shapes] = Future()
        _kept.move_to_end(shapes)
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    if is_mine:
        try:
            future.set_result(_compile(shapes))
        except BaseException as error:
            with _lock:
                _kept.pop(shapes, None)
            future.set_exception(error)
    return future.result()


class CompilingAhead:
    """Programs of several trainings, compiled in their order while the first ones already run.

    At the end of a `with` block those that have not been begun are left out.

    Args:
        shapes: What each of them depends on; no more than are kept are compiled.
    """

    def __init__(self, shapes: Sequence[Shapes]) -> None:
        with _lock:
            new = [one for one in dict.fromkeys(shapes) if one not in _kept][:_MOST_KEPT]
        # Each of them uses a second core for a while, and the trainings need one, too.
        workers = max(1, (os.cpu_count() or 1) - 1)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="ebit-compile")
        for one in new:
            self._pool.submit(own_settings(compiled), one)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


def _compile(shapes: Shapes) -> Compiled:
    """Trace and compile both programs, the first one while the second is being traced."""
    with (
        jax.enable_x64(shapes.real == "float64"),
        programs_on_disk(),
        ThreadPoolExecutor(max_workers=2, thread_name_prefix="ebit-compile") as pool,
    ):
        steps, evaluate = [pool.submit(compile_it) for compile_it in _traced(shapes)]
        return Compiled(steps.result(), evaluate.result())


def _traced(shapes: Shapes) -> Iterator[Callable[[], Any]]:
    """What compiles `steps`, and then `evaluate`, for arguments of these shapes.

    Those of a model with noise are shared with all that differ in the numbers of the noise only.
    """
    program, real = shapes.program, np.dtype(shapes.real)

    def array(*shape: int, dtype: Any = real) -> jax.ShapeDtypeStruct:
        return jax.ShapeDtypeStruct(shape, dtype)

    def encoded(rows: int) -> Any:
        return jax.eval_shape(program.encode, array(rows, program.model.features))

    key = random_key(0)
    keys = jax.random.split(key, shapes.runs)
    state = jax.eval_shape(lambda keys: program.initial_state(keys, real), keys)
    rows, size = shapes.train_rows, shapes.slice_rows
    measured = (array(rows, program.model.features),)
    inputs = encoded(rows) if program.shots is None else measured
    step_arguments = (
        state,
        array(shapes.every, shapes.runs),
        array(shapes.every, shapes.batch_size, dtype=np.dtype(np.int32)),
        0,
        shapes.every,
        (
            inputs,
            array(rows, *program.target_shape),
            array(rows) if shapes.weighted else None,
        ),
        key,
    )
    targets = array(size, *program.target_shape)
    rows_arguments = (state[0], encoded(size), targets, array(size))
    options = quick_to_compile(shapes.level, xla_options_of(program.model))
    if program.model.noise is None:
        steps = Program.steps.lower(program, *step_arguments)
        yield partial(steps.compile, compiler_options=options)
        evaluate = Program.evaluate.lower(program, *rows_arguments)
        yield partial(evaluate.compile, compiler_options=options)
        return
    for method, arguments, donated in (
        (Program.steps, step_arguments, 2),
        (Program.evaluate, rows_arguments, 0),
    ):
        function = partial(_plain(method), program)
        yield Shared.of(function, arguments, donated=donated, options=options).compile


def _plain(method: Any) -> Any:
    """A method without its compilation, so that its constants are seen."""
    return method.__wrapped__
