"""Algorithms over QPUs: right answers, what noisy pairs make of them, and cutting beside it."""

import math
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ebit
from ebit.algorithms import (
    ALGORITHMS,
    Algorithm,
    NonlocalGates,
    break_even,
    grover,
    inverse_fourier,
    nonlocal_gates,
    outcomes,
    phase_estimation,
    program_of_algorithm,
    shor_15,
    ways,
)
from ebit.cutting import pairs_gamma
from ebit.export.gates import matrix_of
from ebit.export.qiskit import written
from ebit.results import Store, run_experiment

CASES = [
    inverse_fourier(2, 1), inverse_fourier(4, 2), inverse_fourier(6, 3),
    inverse_fourier(4, 4, told=True), phase_estimation(3, 2), phase_estimation(4, 3),
    phase_estimation(4, 3, told=True), grover(),
]  # fmt: skip


@pytest.mark.parametrize("algorithm", CASES, ids=lambda a: f"{a.name}-{len(a.qpus)}")
def test_perfect_pairs_give_the_answer(algorithm: Algorithm) -> None:
    assert outcomes(algorithm)[list(algorithm.right)].sum() == pytest.approx(1)


@pytest.mark.parametrize("answer", range(8))
def test_every_answer_is_found(answer: int) -> None:
    assert outcomes(phase_estimation(3, 2, answer=answer))[answer] == pytest.approx(1)
    assert outcomes(inverse_fourier(3, 3, answer=answer))[answer] == pytest.approx(1)


@pytest.mark.parametrize("qpus", [2, 3])
def test_shor_finds_the_order_four(qpus: int) -> None:
    """The powers of 7 are 1, 7, 4, 13 (mod 15): each multiple of 1/4 comes equally often."""
    np.testing.assert_allclose(outcomes(shor_15(qpus)), [0.25, 0] * 4, atol=1e-12)


def test_pairs_and_bits() -> None:
    """Every qubit is copied once to every QPU behind it; a measured bit is told once to each."""
    assert dict(inverse_fourier(6, 3).links) == {("A", "B"): 2, ("A", "C"): 2, ("B", "C"): 2}
    assert (inverse_fourier(6, 3).pairs, inverse_fourier(6, 3).bits) == (6, 12)
    told = inverse_fourier(6, 3, told=True)
    assert (told.pairs, told.bits) == (0, 6)
    assert [phase_estimation(k, 2).pairs for k in (1, 3, 5)] == [1, 3, 5]


AER: list[tuple[Algorithm, float]] = [
    (grover(), 0.9),
    (inverse_fourier(4, 2), 0.8),
    (phase_estimation(2, 2), 0.7),
    (inverse_fourier(4, 2, told=True), 1.0),
    (phase_estimation(4, 3, told=True), 1.0),
]


@pytest.mark.parametrize(("algorithm", "fidelity"), AER, ids=lambda v: getattr(v, "name", str(v)))
def test_aer_runs_pairs_measurements_and_conditions(algorithm: Algorithm, fidelity: float) -> None:
    exported = pytest.importorskip("exported_circuits")
    found = exported.exact(written(program_of_algorithm(algorithm, fidelity)))
    expected = outcomes(algorithm, fidelity)
    np.testing.assert_allclose(found.transpose().ravel(), expected, rtol=0, atol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize(("qpus", "shots"), [(2, 500), (3, 30)])
def test_aer_runs_shor(qpus: int, shots: int) -> None:
    exported = pytest.importorskip("exported_circuits")
    circuit = written(program_of_algorithm(shor_15(qpus)))
    found = sum(exported.counts(circuit, shots, seed=1_000_000 * k) for k in range(1, 4))
    observed = np.asarray(found).transpose().ravel()
    assert observed[1::2].sum() == 0
    from scipy.stats import chisquare

    assert chisquare(observed[0::2]).pvalue > 1e-3


def test_cut_gates_are_signed_runs_of_local_operations() -> None:
    """All six local operations of RZZ one by one, on the two qubits of one gate."""
    algorithm = phase_estimation(1, 2)
    cut = next(way for way in ways(algorithm, (1.0,)) if way.arm == "cut gates")
    (block,) = algorithm.blocks
    angle: Any = block.gates[0].angle
    z, i = np.diag([1.0, -1.0]), np.eye(2)
    plus, minus = (
        np.diag(np.exp(-0.5j * t * np.array([1, -1]))) for t in (math.pi / 2, -math.pi / 2)
    )
    up, down = np.diag([1.0, 0.0]), np.diag([0.0, 1.0])
    half = math.sin(angle) / 2
    terms = [(math.cos(angle / 2) ** 2, i, i), (math.sin(angle / 2) ** 2, z, z)]
    for sign, turn in ((1, plus), (-1, minus)):
        for value, kept in ((1, up), (-1, down)):
            terms += [(half * sign * value, kept, turn), (half * sign * value, turn, kept)]
    gamma = cut.gamma
    assert gamma == pytest.approx(1 + 2 * abs(math.sin(angle)))
    signed, plain = np.zeros(2), np.zeros(2)
    for weight, first, second in terms:
        state = np.zeros(4, complex)
        state[0] = 1
        for step in algorithm.steps:
            if step is block:
                state = np.kron(first, second) @ state
                continue
            gate: Any = step
            place = algorithm.wires.index(gate.wires[0])
            matrices: list[Any] = [i, i]
            matrices[place] = matrix_of(gate)
            state = np.kron(*matrices) @ state
        shown = (np.abs(state) ** 2).reshape(2, 2).sum(axis=1)
        signed += weight * shown
        plain += abs(weight) * shown
    np.testing.assert_allclose(signed, cut.ideal, atol=1e-12)
    np.testing.assert_allclose(plain / gamma, cut.shown, atol=1e-12)


@pytest.mark.parametrize("pairs", [1, 2, 3])
def test_pairs_that_are_made_up_have_the_least_norm(pairs: int) -> None:
    algorithm = phase_estimation(pairs, 2)
    found = {way.arm: way for way in ways(algorithm, (0.5, 0.8))}
    assert found["cut pairs"].gamma == 3**pairs
    assert found["cut pairs together"].gamma == pairs_gamma(pairs)
    assert found["pairs, corrected"].gamma == pytest.approx(pairs_gamma(1, 0.8) ** pairs)
    for way in found.values():
        assert way.shown.sum() == pytest.approx(1)
        if way.gamma > 1:  # signs cannot be more than all
            assert np.all(way.shown - way.ideal / way.gamma > -1e-12)


def test_pairs_of_fidelity_one_half_are_worth_no_more_than_cutting() -> None:
    algorithm = inverse_fourier(4, 2)
    half = next(way for way in ways(algorithm, (0.5,)) if way.arm == "pairs, corrected")
    cut = next(way for way in ways(algorithm, (0.5,)) if way.arm == "cut pairs")
    np.testing.assert_allclose(half.shown, cut.shown, atol=1e-12)
    assert half.gamma == cut.gamma


def test_shots_until_the_answer_is_sure() -> None:
    found = {way.arm: way for way in ways(phase_estimation(2, 2), (1.0, 0.9))}
    perfect = next(ways(phase_estimation(2, 2), (1.0,)))
    assert perfect.shots_needed == 1
    assert perfect.error(10) == 0
    needed = [found[arm].shots_needed for arm in ("pairs", "cut pairs together", "cut pairs")]
    assert needed == sorted(needed)
    assert found["pairs"].sure(int(needed[0])) >= 0.99
    drawn = found["cut pairs"].error(100) / found["cut pairs"].error(400)
    assert drawn == pytest.approx(2)


def test_the_nature_experiment_is_what_its_gates_say() -> None:
    """CZ of 86 % twice: the search is right about as often as was measured, 71 %."""
    success = outcomes(grover(), 0.86)[3]
    assert success == pytest.approx(0.71, abs=0.05)
    assert outcomes(grover(), 0.97)[3] > 0.9  # pairs alone would do better: gates have errors too


def test_rows_are_kept_and_pairs_beat_cuts_from_some_fidelity_on(tmp_path: Path) -> None:
    store = Store(tmp_path)
    task = NonlocalGates("phase", 3, 2, (0.6, 0.9, 1.0), shots=1000)
    rows = run_experiment(task, store)
    assert rows.equals(run_experiment(task, store))
    assert set(rows["task"]) == {task.hash}
    found = break_even(rows).row(0, named=True)
    assert (found["gates_through_pairs"], found["best_cut"]) == (3, "cut pairs together")
    assert found["fidelity"] in (0.9, 1.0)
    assert task.hash != NonlocalGates("phase", 3, 2, (0.6, 0.9), shots=1000).hash
    assert {task.algorithm for task in nonlocal_gates()} == set(ALGORITHMS)


def test_what_does_not_fit_is_one_line() -> None:
    for match, build in (
        ("`qubits` must be a multiple of the 2 QPUs", lambda: inverse_fourier(3, 2)),
        ("`qubits`", lambda: inverse_fourier(20, 2)),
        ("`qpus`", lambda: shor_15(4)),
        ("`answer`", lambda: phase_estimation(2, 2, answer=4)),
        ("`algorithm` must be one of fourier", lambda: nonlocal_gates(["simon"])),
        ("`fidelities`", lambda: NonlocalGates("grover", 2, 2, (0.3,))),
    ):
        with pytest.raises(ebit.EbitError, match=match) as error:
            build()
        assert "\n" not in str(error.value)


def test_a_product_of_bits_is_no_answer() -> None:
    """The order of bits: m is not its mirror image."""
    for number, told in product((1, 6), (False, True)):
        assert np.argmax(outcomes(inverse_fourier(4, 2, answer=number, told=told))) == number
