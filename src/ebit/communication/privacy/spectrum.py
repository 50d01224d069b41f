r"""Which functions of the data a circuit can give: its Fourier spectrum, and whether parties mix.

Data x enter through diagonal gates :math:`e^{-i x \lambda Z/2}` between other gates, so the output
is :math:`\sum_k c_k e^{i \omega_k x}`, and frequencies are sums of :math:`0, \pm\lambda` of all
gates. With equal scales there are 2L + 1 of them, with scales 1, 3, 9, ... there are 3^L.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ebit import checks
from ebit.errors import EbitError

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]
Function = Callable[[Real], Real]
"""From points, shape (points,), to outputs, shape (points,)."""

POINTS = 4096
SMALLEST = 1e-9
"""Coefficients below this count as none."""


@dataclass(frozen=True, eq=False)
class Reupload:
    r"""A circuit into which one number enters again and again; its output is the mean of Z_0.

    Args:
        scales: :math:`\lambda` of every gate with data, shape (layers, qubits with data).
        gates: Unitary matrices between them, shape (layers + 1, 2^n, 2^n).

    Example:
        >>> [spectrum(Reupload.random(equal_scales(layers)).output) for layers in (1, 2, 3)]
        [3, 5, 7]
        >>> [spectrum(Reupload.random(growing_scales(layers)).output) for layers in (1, 2, 3)]
        [3, 9, 27]
    """

    scales: Real
    gates: Complex

    @classmethod
    def random(cls, scales: Real, qubits: int | None = None, seed: int = 0) -> "Reupload":
        """The same with Haar-random gates.

        Args:
            scales: Shape (layers, qubits with data).
            qubits: All qubits; those with data if None.
            seed: Of the gates.

        Returns:
            The circuit.

        Raises:
            EbitError: If the scales are no table of numbers, or there are too few qubits.
        """
        scales = checks.numbers("scales", scales)
        if scales.ndim != 2 or scales.size == 0:
            raise EbitError(
                "Argument `scales` must have the shape (layers, qubits with data), but has "
                f"{scales.shape}."
            )
        number = scales.shape[1] if qubits is None else qubits
        number = checks.whole(scales.shape[1], 10)("qubits", number)
        random = np.random.default_rng([checks.seed("seed", seed), 4])
        parts = random.normal(size=(2, len(scales) + 1, 2**number, 2**number))
        gates, upper = np.linalg.qr(parts[0] + 1j * parts[1])
        signs = np.diagonal(upper, axis1=1, axis2=2)
        return cls(scales, gates * (signs / np.abs(signs))[:, None, :])

    def states(self, x: Real) -> Complex:
        """State for every x, shape (points, 2^n)."""
        size, kinds = self.gates.shape[1], self.scales.shape[1]
        z = 1 - 2 * ((np.arange(size)[:, None] >> np.arange(kinds)) & 1)  # the last qubits
        state = np.broadcast_to(self.gates[0][:, 0], (len(x), size))
        for scales, gate in zip(self.scales, self.gates[1:], strict=True):
            state = (np.exp(-0.5j * np.outer(x, z @ scales)) * state) @ gate.T
        return state

    def output(self, x: Real) -> Real:
        """Mean of Z on the first qubit, shape (points,)."""
        chance = np.abs(self.states(x)) ** 2
        half = chance.shape[1] // 2
        return chance[:, :half].sum(axis=1) - chance[:, half:].sum(axis=1)


def equal_scales(layers: int, qubits: int = 1) -> Real:
    """Ones, shape (layers, qubits)."""
    return np.ones((layers, qubits))


def growing_scales(layers: int, qubits: int = 1) -> Real:
    """Powers of 3, so that no two sums are equal, shape (layers, qubits)."""
    return np.power(3.0, np.arange(layers * qubits)).reshape(layers, qubits)  # (layers, qubits)


def spectrum(function: Function, points: int = POINTS) -> int:
    r"""How many frequencies a function of period :math:`2\pi` has.

    Args:
        function: The function.
        points: Points at which it is taken; frequencies up to half of them are told apart.

    Returns:
        Number of Fourier coefficients that are not zero, negative frequencies included.

    Raises:
        EbitError: If there are too few points, or the function is not finite or has another shape.

    Example:
        >>> spectrum(lambda x: 1 + np.cos(5 * x))
        3
    """
    points = checks.whole(2, 2**24)("points", points)
    values = checks.numbers("function", function(2 * np.pi * np.arange(points) / points))
    if values.shape != (points,):
        raise EbitError(
            f"Argument `function` must give one number a point, but gives shape {values.shape} for "
            f"{points} points."
        )
    return int(np.sum(np.abs(np.fft.fft(values)) / points > SMALLEST))


def interaction(
    function: Callable[[Real, Real], Real], *, points: int = 50, seed: int = 0
) -> float:
    r"""How far a function of two parties' data is from a sum of functions of one of them.

    .. math:: \max |f(a, b) - f(a', b) - f(a, b') + f(a', b')|

    Args:
        function: Of two arrays of shape (points,), to shape (points,).
        points: How many random places.
        seed: Of the places.

    Returns:
        The largest mixed difference; 0 for a sum.

    Raises:
        EbitError: If the function is not finite.

    Example:
        >>> round(interaction(lambda a, b: np.sin(a) + b), 12)
        0.0
        >>> interaction(lambda a, b: np.sin(a) * b) > 0.1
        True
    """
    points = checks.whole(1, 10**6)("points", points)
    random = np.random.default_rng([checks.seed("seed", seed), 5])
    a, b, other_a, other_b = random.uniform(-np.pi, np.pi, (4, points))
    mixed = (
        function(a, b) - function(other_a, b) - function(a, other_b) + function(other_a, other_b)
    )
    return float(np.abs(checks.numbers("function", mixed)).max())


@dataclass(frozen=True)
class FunctionFit:
    """A function fitted by the observable at the end of a circuit.

    Attributes:
        error: Root of the mean squared error at new points, over the largest value.
        norm: Largest eigenvalue of the observable; copies grow with its square.
    """

    error: float
    norm: float


def fit_observable(circuit: Reupload, target: Function, *, points: int = 512) -> FunctionFit:
    r"""Fit :math:`f(x) = \langle\psi(x)|O|\psi(x)\rangle` to a target by least squares.

    Args:
        circuit: Gives the states; only O is fitted.
        target: A function of period :math:`2\pi`.
        points: Points of the fit; as many others between them give the error.

    Returns:
        Error and norm of the observable.

    Raises:
        EbitError: If the target is not finite.

    Example:
        >>> circuit = Reupload.random(growing_scales(2), qubits=2)
        >>> fit_observable(circuit, lambda x: np.cos(4 * x)).error < 1e-6
        True
    """
    points = checks.whole(8, 2**16)("points", points)
    x = 2 * np.pi * np.arange(2 * points) / (2 * points)
    values = checks.numbers("target", target(x))
    states = circuit.states(x)
    size = states.shape[1]
    products = np.einsum("pa,pb->pab", states.conj(), states).reshape(len(x), -1)  # (points, N^2)
    design = np.concatenate([products.real, -products.imag], axis=1)
    solution = np.linalg.lstsq(design[::2], values[::2], rcond=1e-10)[0]
    observable = (solution[: size**2] + 1j * solution[size**2 :]).reshape(size, size)  # (N, N)
    observable = (observable + observable.conj().T) / 2
    rest = design[1::2] @ solution - values[1::2]
    error = np.sqrt(np.mean(rest**2)) / np.abs(values).max()
    return FunctionFit(float(error), float(np.abs(np.linalg.eigvalsh(observable)).max()))
