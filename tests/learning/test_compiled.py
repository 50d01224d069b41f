"""Programs of trainings are compiled once per process, and several at once."""

import threading
from collections import OrderedDict
from dataclasses import replace
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

import ebit
from ebit.errors import EbitError
from ebit.learning import TrainingSettings, compile_trainings, compiled, shared_programs
from ebit.learning.program import Program

X = np.linspace(0, 3, 24).reshape(6, 4)
Y = np.array([1.0, -1, 1, -1, 1, -1])
MODEL = ebit.DistributedQCNN(qubits=2, depth=1, resource=ebit.BellPairs(1))


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Shapes whose programs are compiled from now on, with nothing kept from other tests."""
    calls: list[Any] = []
    original = compiled._compile

    def count(shapes: compiled.Shapes) -> compiled.Compiled:
        calls.append(shapes)
        return original(shapes)

    monkeypatch.setattr(compiled, "_compile", count)
    monkeypatch.setattr(compiled, "_kept", type(compiled._kept)())
    return calls


def test_equal_trainings_share_their_programs(counted: list[Any]) -> None:
    first = ebit.fit(MODEL, (X, Y), steps=2, runs=2)
    second = ebit.fit(MODEL, (X + 0.1, Y), steps=3, runs=2, seed=7)
    assert len(counted) == 1
    assert not np.array_equal(first.train_loss, second.train_loss)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    "other",
    [{"runs": 3}, {"loss": "product"}, {"dtype": jnp.complex128}],
)
def test_other_trainings_get_their_own(counted: list[Any], other: dict[str, Any]) -> None:
    ebit.fit(MODEL, (X, Y), steps=2, runs=2)
    ebit.fit(MODEL, (X, Y), **{"steps": 2, "runs": 2, **other})
    assert len(counted) == 2


def test_what_was_compiled_ahead_is_used_and_changes_nothing(counted: list[Any]) -> None:
    settings = TrainingSettings(steps=2, runs=2, batch_size=6, validate_every=1)
    models = [MODEL, ebit.DistributedQCNN(qubits=2, depth=1)]
    with compile_trainings([(model, settings) for model in models], 6, 6):
        fits = [ebit.fit(model, (X, Y), settings=settings) for model in models]
    assert len(counted) == 2
    again = ebit.fit(MODEL, (X, Y), settings=settings)
    assert len(counted) == 2  # nothing is compiled again
    np.testing.assert_array_equal(again.train_loss, fits[0].train_loss)


def test_a_training_that_cannot_be_compiled_is_left_to_its_own_fit(counted: list[Any]) -> None:
    shots = TrainingSettings(steps=2, runs=1, batch_size=6, loss="shots")
    dnn = ebit.DistributedDNN(qubits=2)
    with compile_trainings([(dnn, shots), (MODEL, shots)], 6, 6):
        with pytest.raises(EbitError):
            ebit.fit(dnn, (X, Y), settings=shots)
        ebit.fit(MODEL, (X, Y), settings=shots)
    assert [call.program.model for call in counted] == [MODEL]


def test_what_is_not_begun_is_left_out_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    started, end = threading.Event(), threading.Event()

    def compile_one(shapes: Any) -> Any:
        begun.append(shapes.runs)
        started.set()
        assert end.wait(60)
        return compiled.Compiled(None, None)

    monkeypatch.setattr(compiled, "_compile", compile_one)
    monkeypatch.setattr(compiled, "_kept", OrderedDict())
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    settings = [TrainingSettings(steps=2, runs=runs, batch_size=6) for runs in (1, 2, 3)]
    with compile_trainings([(MODEL, one) for one in settings], 6, 6) as ahead:
        assert started.wait(60)
    end.set()
    ahead._pool.shutdown(wait=True)
    assert begun == [1]


def test_two_threads_wait_for_one_compilation(counted: list[Any]) -> None:
    losses: list[Any] = []
    threads = [
        threading.Thread(
            target=lambda: losses.append(ebit.fit(MODEL, (X, Y), steps=2).train_loss.tolist())
        )
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(counted) == 1
    assert losses[0] == losses[1]


def test_the_oldest_program_goes_first(counted: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_MOST_KEPT", 1)
    for runs in (1, 2, 1):
        ebit.fit(MODEL, (X, Y), steps=1, runs=runs)
    assert [call.runs for call in counted] == [1, 2, 1]
    assert len(compiled._kept) == 1


def test_trainings_under_noise_share_programs_and_have_numbers_of_their_own(
    counted: list[Any],
) -> None:
    """Noise of other numbers is another model, but the same program with other constants."""
    settings: dict[str, Any] = {"steps": 3, "runs": 2, "learning_rate": 0.1}
    noises = [ebit.Noise(two_qubit_error=error, flip_one=0.1) for error in (0.05, 0.2, 0.05)]
    models = [replace(MODEL, noise=noise) for noise in noises]
    first = ebit.fit(models[0], (X, Y), **settings)
    programs = set(shared_programs._programs)
    others = [ebit.fit(model, (X, Y), **settings) for model in models[1:]]
    assert set(shared_programs._programs) == programs
    assert len(counted) == 2
    np.testing.assert_array_equal(others[1].train_loss, first.train_loss)
    assert np.abs(others[0].train_loss - first.train_loss).min() > 1e-3
    own = Program.of(models[1], TrainingSettings(batch_size=6, **settings))
    rows = own.encode(jnp.asarray(X, jnp.float32))
    right, loss, _ = own.evaluate(others[0].parameters, rows, jnp.asarray(Y), jnp.ones(6))
    np.testing.assert_allclose(loss / 6, others[0].train_loss, rtol=1e-5)
    assert right.shape == (2,)


def test_programs_of_short_trainings_are_hardly_optimised(
    counted: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    short, long = (TrainingSettings(steps=steps, batch_size=6) for steps in (2, 10**6))
    levels = [
        compiled.Shapes.of(Program.of(MODEL, one), np.dtype("float32"), one, 6, 6).level
        for one in (short, long)
    ]
    assert levels == [0, 1]
    asked: list[int] = []

    def options(level: int, _: object = ()) -> dict[str, Any]:
        asked.append(level)
        return {}

    monkeypatch.setattr(compiled, "quick_to_compile", options)
    ebit.fit(MODEL, (X, Y), settings=short)
    assert asked == [0]


def test_options_of_the_compiler_are_part_of_a_shared_program() -> None:
    def keys(level: int) -> tuple[Any, ...]:
        options = {"xla_backend_optimization_level": level}
        return shared_programs.Shared.of(lambda x: x + 1, [jnp.zeros(2)], options=options).key

    assert keys(0) == keys(0)
    assert keys(0) != keys(1)
