"""E11: frequencies of circuits into which data enter again, and a function that needs them."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ebit.communication.privacy import (
    Reupload,
    equal_scales,
    fit_observable,
    growing_scales,
    spectrum,
)
from ebit.communication.rows import Row

Real = NDArray[np.float64]
Scales = Callable[[int, int], Real]

BANDWIDTH = 40
"""Highest frequency of the function that is fitted."""
FIT_QUBITS = 5


def expressivity(quick: bool, seed: int) -> list[Row]:
    """Counted frequencies beside 2L + 1, 3^L and 9^L, and the error of a fit at L = 4."""
    deepest = 4 if quick else 7
    families: list[tuple[str, Scales, int, Callable[[int], int], int]] = [
        ("equal scales", equal_scales, 1, lambda layers: 2 * layers + 1, deepest),
        ("scales 3^l", growing_scales, 1, lambda layers: 3**layers, deepest),
        ("scales 3^l, two qubits", growing_scales, 2, lambda layers: 9**layers, 3),
    ]
    rows = []
    for name, scales, qubits, expected, last in families:
        for layers in range(1, last + 1):
            found = spectrum(Reupload.random(scales(layers, qubits), seed=seed).output)
            rows.append(
                Row(
                    "E11", qubits, "frequencies", "two-way", qubits=qubits * layers,
                    rounds=layers, error=float(abs(found - expected(layers))),
                    expected=float(expected(layers)), case=f"{name}, L={layers}",
                    verdict="exact" if found == expected(layers) else "differs",
                    value=float(found),
                )
            )  # fmt: skip
    target = band_limited(BANDWIDTH, seed)
    for name, scales in (("equal scales", equal_scales), ("scales 3^l", growing_scales)):
        fitted = fit_observable(Reupload.random(scales(4, 1), FIT_QUBITS, seed=seed), target)
        rows.append(
            Row(
                "E11", FIT_QUBITS, "fit", "two-way", qubits=FIT_QUBITS * 4, rounds=4,
                error=fitted.error, case=f"bandwidth {BANDWIDTH}, {name}, L=4",
                verdict="fits" if fitted.error < 0.05 else "does not fit",
                note=f"norm of the observable {fitted.norm:.1f}",
            )
        )  # fmt: skip
    return rows


def band_limited(highest: int, seed: int) -> Callable[[Real], Real]:
    """A random real function of period 2 pi with all frequencies up to a highest one."""
    frequencies = np.arange(1, highest + 1)
    cosines, sines = np.random.default_rng([seed, 6]).normal(size=(2, highest)) / np.sqrt(highest)

    def function(x: Real) -> Real:
        angles = np.outer(x, frequencies)
        return np.cos(angles) @ cosines + np.sin(angles) @ sines

    return function
