"""E2, E3 and E13: output and gradient of the layered model against the size, with rivals."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ebit.communication import costs
from ebit.communication.baselines import (
    BITS,
    Budget,
    pass_vector,
    project_and_pass,
    ship_angles,
    smallest_budget,
)
from ebit.communication.gradient import gradient
from ebit.communication.inference import infer
from ebit.communication.layers import State
from ebit.communication.model import LayeredModel, Theta, walsh_model
from ebit.communication.problems import aligned_states
from ebit.communication.rows import DROWNED, Row, row_of
from ebit.communication.split import ColumnSplit

EPS, DELTA = 0.1, 0.05
NAMES = ("alice", "bob")
LAYERS = 4
PROJECTED = 14
"""Qubits up to which projections are run."""

INFERENCE = {6: 13_284, 8: 17_712, 10: 22_140, 14: 30_996, 20: 44_280}
GRADIENT = {6: 210_216, 8: 318_600, 10: 446_772, 14: 762_648, 20: 1_386_408}
"""Qubits by the specification."""


def quantile(errors: NDArray[np.float64]) -> float:
    """The error that 95 of 100 runs stay below."""
    return float(np.quantile(errors, 1 - DELTA))


def inference(quick: bool, seed: int) -> list[Row]:
    """E2: one party has x, L = 2; errors are those that 95 % of the runs stay below."""
    rows = []
    for n in (6, 8, 10) if quick else INFERENCE:
        instances = 10 if n < 12 else 2
        rows += _inference(n, instances, 200 // instances, seed)
    return rows


def _inference(n: int, instances: int, repeats: int, seed: int) -> list[Row]:
    model, theta, states = _task(n, instances, seed)
    exact = model.output(theta, states)
    data = _alone(states)
    runs = [infer(model, theta, data, eps=EPS, delta=DELTA, seed=seed + k) for k in range(repeats)]
    errors = np.abs([f - exact for f, _ in runs])
    one = infer(model, theta, data[0], eps=EPS, delta=DELTA, seed=seed)[1]
    m = costs.copies_for_value(EPS, DELTA)
    target = quantile(errors)
    quantum = row_of(
        one, experiment="E2", n=n, protocol="quantum", model="two-way", copies=m, error=target,
        expected=INFERENCE[n], note=f"{np.mean(errors <= EPS):.3f} of the runs within {EPS}",
    )  # fmt: skip
    amplitude, ledger = infer(
        model, theta, data[0], eps=EPS, delta=DELTA, mode="amplitude", seed=seed
    )
    rows = [
        quantum,
        row_of(
            ledger, experiment="E2", n=n, protocol="quantum, amplitude estimation",
            model="two-way", error=float(abs(amplitude[0] - exact[0])), verdict="one run",
        ),
        Row("E2", n, "C- answer 0", "one-way", error=quantile(np.abs(exact)), rounds=0),
    ]  # fmt: skip

    def passed(bits: int) -> float:
        return quantile(np.abs(pass_vector(model, theta, states, bits)[0] - exact))

    def shipped(bits: int) -> float:
        arrived, angles, _ = ship_angles(model, theta, states, bits)
        return quantile(np.abs(model.output(angles, arrived) - exact))

    hops = model.hops
    found = _bits(passed, target)
    rows.append(_row("E2", n, f"C0 vector, {found.amount} bits", 2 * model.size * found.amount
                     * hops, found, rounds=hops))  # fmt: skip
    rows.append(
        Row("E2", n, "C0 vector, 32 bits", "two-way", cbits=hops * 2 * model.size * 32,
            rounds=hops, error=passed(32), expected=hops * 2 * 2**n * 32)
    )  # fmt: skip
    found = _bits(shipped, target)
    sent = ship_angles(model, theta, states[:1], found.amount)[2]
    rows.append(_row("E2", n, f"C1 ship x and angles, {found.amount} bits", sent, found))
    if n <= PROJECTED:
        rows.append(_projected(model, theta, states, exact, target))
    return rows


def _projected(
    model: LayeredModel,
    theta: Theta,
    states: State,
    exact: NDArray[np.float64],
    target: float,
) -> Row:
    """C4 with the best number of bits of 2, 4 and 8."""
    found: dict[int, Budget] = {}
    for bits in (2, 4, 8):

        def error(kept: int, bits: int = bits) -> float:
            runs = [
                project_and_pass(model, theta, states, kept, bits, seed)[0] - exact
                for seed in range(max(40 // len(states), 2))
            ]
            return quantile(np.abs(runs))

        found[bits] = smallest_budget(error, target, start=model.size // 4, most=model.size)
    cost = {bits: 2 * own.amount * bits * model.hops for bits, own in found.items()}
    best = min(found, key=lambda bits: (not found[bits].reached, cost[bits]))
    own = found[best]
    name = f"C4 projection to {own.amount}, {best} bits"
    return _row("E2", model.qubits, name, cost[best], own, rounds=model.hops)


def gradients(quick: bool, seed: int) -> list[Row]:
    """E3: all derivatives of all layers; errors are the largest ones of 95 % of the runs."""
    rows = []
    for n in (6, 8) if quick else GRADIENT:
        rows += _gradients(n, 5 if quick else 20, seed) if n <= PROJECTED else _formulas(n)
    for weight in (1, 2, 3, 10):
        rows.append(_masked(10, weight, seed))
    return rows


def _gradients(n: int, runs: int, seed: int) -> list[Row]:
    model, theta, states = _task(n, 2, seed)
    exact = [own[0] for own in model.gradient(theta, states[:1])]
    data = _alone(states[:1])
    largest = max(float(np.abs(own).max()) for own in exact)
    found = [gradient(model, theta, data, eps=EPS, delta=DELTA, seed=seed + k) for k in range(runs)]
    target = quantile(np.array([_worst(own, exact) for own, _ in found]))
    m = costs.copies_for_gradient(EPS, DELTA, costs.angles_of(model))
    rows = [
        row_of(
            found[0][1], experiment="E3", n=n, protocol="quantum, commuting", model="two-way",
            copies=m, error=target, expected=GRADIENT[n], signal=largest / EPS,
            note=f"largest derivative {largest:.3f}",
        ),
        Row("E3", n, "C- answer 0", "one-way", error=largest, rounds=0),
    ]  # fmt: skip

    def shipped(bits: int) -> float:
        arrived, angles, _ = ship_angles(model, theta, states[:1], bits)
        return _worst(model.gradient(angles, arrived), exact)

    best = _bits(shipped, target)
    sent = ship_angles(model, theta, states[:1], best.amount)[2]
    rows.append(_row("E3", n, f"C1 ship x and angles, {best.amount} bits", sent, best))
    full = ship_angles(model, theta, states[:1], 32)[2]
    rows.append(
        Row("E3", n, "C1 ship x and angles, 32 bits", "one-way", cbits=full, error=shipped(32))
    )
    return [*rows, _shifted(n, model, theta, data, exact, seed)]


def _shifted(
    n: int,
    model: LayeredModel,
    theta: Theta,
    data: ColumnSplit,
    exact: list[NDArray[np.float64]],
    seed: int,
) -> Row:
    """The shift rule: run to 6 qubits, a formula above."""
    if n > 6:
        return _shift_formula(model)
    m = costs.copies_for_shift(EPS, DELTA, costs.angles_of(model))
    own, ledger = gradient(model, theta, data, eps=EPS, delta=DELTA, method="shift", seed=seed)
    return row_of(
        ledger, experiment="E3", n=n, protocol="quantum, shift rule", model="two-way",
        copies=m, error=_worst(own, exact), expected=costs.shift_qubits(model, m),
    )  # fmt: skip


def _shift_formula(model: LayeredModel) -> Row:
    m = costs.copies_for_shift(EPS, DELTA, costs.angles_of(model))
    return Row(
        "E3", model.qubits, "quantum, shift rule", "two-way", qubits=costs.shift_qubits(model, m),
        copies=m, executed=False, quantum=True,
    )  # fmt: skip


def _formulas(n: int) -> list[Row]:
    """Costs at a size at which the shots are not drawn."""
    model = walsh_model(n, LAYERS, NAMES)
    m = costs.copies_for_gradient(EPS, DELTA, LAYERS * (2**n - 1))
    commuting = Row(
        "E3", n, "quantum, commuting", "two-way", qubits=costs.gradient_qubits(model, m),
        copies=m, executed=False, quantum=True, expected=GRADIENT[n],
    )  # fmt: skip
    return [commuting, _shift_formula(model)]


def _masked(n: int, weight: int, seed: int) -> Row:
    """The same with fewer angles: copies grow as their logarithm."""
    model = walsh_model(n, LAYERS, NAMES, weight)
    theta = model.init(seed)
    states = aligned_states(model, theta, 1, np.random.default_rng(seed))
    exact = [own[0] for own in model.gradient(theta, states)]
    found, ledger = gradient(model, theta, _alone(states), eps=EPS, delta=DELTA, seed=seed)
    return row_of(
        ledger, experiment="E3", n=n, protocol="quantum, commuting", model="two-way",
        copies=costs.copies_for_gradient(EPS, DELTA, costs.angles_of(model)),
        error=_worst(found, exact), case=f"P={model.free}", verdict="no rival run",
    )  # fmt: skip


SIGNAL = {6: 0.26, 8: 0.16, 10: 0.10, 12: 0.06, 14: 0.03}
"""Largest derivatives by the specification."""


def signal(quick: bool, seed: int) -> list[Row]:
    """E13: the largest derivative for unstructured x, dense and sparse starts; mean of 10 draws."""
    rows = []
    for n in (6, 8, 10) if quick else SIGNAL:
        for case, weight in (("dense", None), ("sparse", 1)):
            draws = [_largest(n, weight, seed + k) for k in range(10)]
            mean = float(np.mean(draws))
            rows.append(
                Row("E13", n, "largest derivative", "two-way", error=mean, case=case, rounds=0,
                    quantum=True, expected=SIGNAL[n], signal=mean / EPS,
                    verdict=DROWNED if mean < EPS else "signal above eps")
            )  # fmt: skip
    return rows


def _largest(n: int, weight: int | None, seed: int) -> float:
    """Sparse: only strings of weight 1 start away from 0, but all derivatives are looked at."""
    model = walsh_model(n, LAYERS, NAMES)
    start = walsh_model(n, LAYERS, NAMES, weight).init(seed)
    states = np.random.default_rng([seed, n]).normal(size=(1, 2**n)).astype(complex)
    states /= np.linalg.norm(states)
    return max(float(np.abs(own).max()) for own in model.gradient(start, states))


def _task(
    n: int, instances: int, seed: int
) -> tuple[LayeredModel, list[NDArray[np.float64]], State]:
    model = walsh_model(n, LAYERS, NAMES)
    theta = model.init(seed)
    return model, theta, aligned_states(model, theta, instances, np.random.default_rng([seed, n]))


def _alone(states: State) -> ColumnSplit:
    """Alice has all of x."""
    columns = {"alice": range(states.shape[1])}
    return ColumnSplit(states.real, columns, bias=False, standardise=False)


def _worst(found: list[NDArray[np.float64]], exact: list[NDArray[np.float64]]) -> float:
    pairs = zip(found, exact, strict=True)
    return max(float(np.abs(own.reshape(true.shape) - true).max()) for own, true in pairs)


def _bits(error_of: Callable[[int], float], target: float) -> Budget:
    """The fewest bits per number that reach an error."""
    for bits in BITS:
        error = error_of(bits)
        if error <= target:
            return Budget(bits, error, True)
    return Budget(BITS[-1], error, math.isclose(error, target))


def _row(
    experiment: str, n: int, protocol: str, bits: int, found: Budget, *, rounds: int = 1
) -> Row:
    return Row(
        experiment, n, protocol, "one-way" if rounds == 1 else "two-way", cbits=bits,
        rounds=rounds, error=found.error, reached=found.reached,
    )  # fmt: skip
