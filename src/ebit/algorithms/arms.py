r"""Ways to run gates across QPUs: through pairs, by cutting, and between the two.

A way without bias is a sum of runs with signs: with the norm :math:`\Gamma`, a shot has an
outcome o of the distribution T, and counts as :math:`\pm\Gamma`, so that the mean is the ideal P:

.. math:: \Pr(o, \pm) = \tfrac12 \big(T(o) \pm P(o) / \Gamma\big)

Through pairs nothing has a sign: :math:`\Gamma = 1`, and T is what the pairs make of P.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebit import checks
from ebit.algorithms.simulate import Density, outcomes, signs, simulate
from ebit.algorithms.steps import Algorithm, Block, is_algorithm
from ebit.export.program import Apply, Wire

MOST_SHOTS = 10**15
"""More shots than this are none that anybody takes."""

SURE = 0.99
"""The answer has to be right so often."""

DRAWS = 2000
"""How often shots are drawn for the probability of a right answer."""

_DRAWN = 20261126


@dataclass(frozen=True)
class Way:
    """A way to run an algorithm.

    Attributes:
        arm: What it is called.
        fidelity: Fidelity of the pairs; None without pairs.
        pairs: Pairs of one shot.
        gamma: The norm of its signs, 1 without any.
        shown: T, shape (outcomes,).
        ideal: P, shape (outcomes,).
        right: Right outcomes.
    """

    arm: str
    fidelity: float | None
    pairs: int
    gamma: float
    shown: NDArray[np.float64]
    ideal: NDArray[np.float64]
    right: tuple[int, ...]

    @property
    def success(self) -> float:
        """Probability that a shot has a right outcome, signs left out."""
        return float(self.shown[list(self.right)].sum())

    def error(self, shots: int) -> float:
        r"""Root mean square error of the probability of right outcomes, from so many shots.

        .. math:: \sqrt{b^2 + (\Gamma^2 T - (P + b)^2) / N}

        with the bias b of pairs that are not corrected.
        """
        wanted = float(self.ideal[list(self.right)].sum())
        mean = self.success if self.gamma == 1 else wanted
        spread = max(self.gamma**2 * self.success - mean**2, 0.0) / shots
        return math.hypot(mean - wanted, math.sqrt(spread))

    def sure(self, shots: int) -> float:
        """Probability that the answer read off so many shots is right.

        The answer is the outcome with the largest estimate; where several outcomes are right, the
        first shot that passes the check of the answer.

        Args:
            shots: Shots.

        Returns:
            The probability.
        """
        if len(self.right) > 1:
            return -math.expm1(shots * math.log1p(-min(self.success, 1 - 1e-15)))
        rng = np.random.default_rng(_DRAWN)
        if self.gamma == 1:
            estimate = rng.multinomial(shots, self.shown / self.shown.sum(), DRAWS)
        else:
            cells = np.concatenate([self.shown + self.ideal / self.gamma,
                                    self.shown - self.ideal / self.gamma])  # fmt: skip
            drawn = rng.multinomial(shots, np.clip(cells, 0, None) / cells.sum(), DRAWS)
            positive, negative = drawn.reshape(DRAWS, 2, -1).transpose(1, 0, 2)
            estimate = positive - negative  # (draws, outcomes)
        best = estimate.max(axis=1)
        among = (estimate == best[:, None]).sum(axis=1)
        return float(np.mean((estimate[:, self.right[0]] == best) / among))

    @cached_property
    def shots_needed(self) -> float:
        """Least shots from which the answer is right in 99 of 100 cases; infinity beyond reach."""
        low, high = 0, 1
        while self.sure(high) < SURE:
            low, high = high, 2 * high
            if high > MOST_SHOTS:
                return math.inf
        while high - low > max(1, high // 16):
            middle = (low + high) // 2
            low, high = (low, middle) if self.sure(middle) >= SURE else (middle, high)
        return high


@checks.takes(algorithm=is_algorithm, fidelities=checks.several(checks.real(0.5, 1)))
def ways(algorithm: Algorithm, fidelities: tuple[float, ...]) -> Iterator[Way]:
    """All ways to run an algorithm.

    Args:
        algorithm: The algorithm.
        fidelities: Fidelities of pairs, 1/2 to 1.

    Yields:
        `pairs` and `pairs, corrected` for each fidelity; then, without any pairs, `cut gates`
        (where all gates across are rotations), `cut pairs` and `cut pairs together`.

    Raises:
        EbitError: If it is no algorithm, or a number is no fidelity.

    Example:
        >>> from ebit.algorithms.circuits import inverse_fourier
        >>> found = list(ways(inverse_fourier(4, 2), (0.9,)))
        >>> [(way.arm, round(way.gamma, 3)) for way in found[1:]]
        [('pairs, corrected', 1.494), ('cut gates', 10.46), ('cut pairs', 9.0), \
('cut pairs together', 7.0)]
    """
    ideal, pairs, right = outcomes(algorithm), algorithm.pairs, algorithm.right
    for fidelity in fidelities:
        shown = outcomes(algorithm, fidelity)
        yield Way("pairs", fidelity, pairs, 1.0, shown, ideal, right)
        if fidelity < 1 and pairs:
            shown = outcomes(algorithm, fidelity / (2 - fidelity))
            gamma = (2 / fidelity - 1) ** pairs
            yield Way("pairs, corrected", fidelity, pairs, gamma, shown, ideal, right)
    if not pairs:
        return
    gates = [gate for block in algorithm.blocks for gate in block.gates]
    if all(gate.name == "rzz" for gate in gates):
        angles = [_angle(gate) for gate in gates]
        gamma = math.prod(1 + 2 * abs(math.sin(angle)) for angle in angles)
        yield Way("cut gates", None, 0, gamma, simulate(algorithm, _cut_gates), ideal, right)
    shown = outcomes(algorithm, 1 / 3)
    yield Way("cut pairs", None, 0, 3.0**pairs, shown, ideal, right)
    if len(algorithm.links) == 1:
        yield Way("cut pairs together", None, 0, 2.0 ** (pairs + 1) - 1,
                  _together(algorithm, ideal), ideal, right)  # fmt: skip


def _together(algorithm: Algorithm, ideal: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""T if all k pairs are made up together, with :math:`D = 2^k` and Bell pairs :math:`\Phi`.

    .. math:: \Phi = D\,\sigma_+ - (D - 1)\,\sigma_-, \quad
        \sigma_- = \frac{1 - \Phi}{D^2 - 1}, \quad \sigma_+ = \frac{\Phi + (D - 1)\sigma_-}{D}
    """
    size = 2.0**algorithm.pairs
    bell = 1 / (2 * size - 1)  # share of all Bell pairs in the mean over both signs
    nothing = outcomes(algorithm, 0.25)  # pairs that are wholly mixed
    others = (size**2 * nothing - ideal) / (size**2 - 1)
    return np.asarray(bell * ideal + (1 - bell) * others)


def _angle(gate: Apply) -> float:
    """The angle of a rotation whose angle is a number."""
    angle: Any = gate.angle
    return float(angle)


def _cut_gates(rho: Density, block: Block, wires: tuple[Wire, ...]) -> Density:
    """T of gates RZZ that are cut one by one, see `ebit.cutting.reconstruct`."""
    for gate in block.gates:
        angle = _angle(gate)
        norm = 1 + 2 * abs(math.sin(angle))
        first, second = (signs(rho, wires.index(wire)) for wire in gate.wires)
        lost = (1 + first) * (1 + second) / 4  # both qubits lose their phase
        weights = (
            math.cos(angle / 2) ** 2
            + math.sin(angle / 2) ** 2 * first * second
            + 2 * abs(math.sin(angle)) * lost
        )
        rho = rho * weights / norm
    return rho
