r"""Inputs of a capacity: Haar-random local unitaries, or rows of data.

An input is what stands in the place of the embedding :math:`D(x)\,H^{\otimes n}`. The protocol of
the papers takes a random unitary on each QPU there.
"""

from dataclasses import dataclass

import jax
import numpy as np
from numpy.typing import ArrayLike, NDArray

from ebit import checks
from ebit.circuits import embedding_phases, hadamard_matrix
from ebit.errors import EbitError
from ebit.models.checks import check_angles

Complex = NDArray[np.complex128]


@dataclass(frozen=True)
class Inputs:
    """Inputs of the QPUs.

    Attributes:
        local: Unitary of each QPU in the place of its embedding, (QPUs, inputs, 2**n, 2**n), basis
            in measurement order; empty, (0, inputs, 1, 1), for data that QPUs on a graph embed.
        x: For data, the angles (inputs, features) in radians; None for Haar-random inputs.
        distinct: Different halves of QPU A and of QPU B, and different inputs.
    """

    local: Complex
    x: NDArray[np.float64] | None
    distinct: tuple[int, int, int]

    def __len__(self) -> int:
        """Number of inputs."""
        return self.local.shape[1]


def haar_inputs(qubits: int, inputs: int, seed: int, qpus: int = 2) -> Inputs:
    """Independent Haar-random unitaries for all QPUs.

    Args:
        qubits: Qubits per QPU.
        inputs: How many of each; the first ones do not depend on how many there are.
        seed: Seed.
        qpus: Number of QPUs.

    Returns:
        The inputs.

    Example:
        >>> bool(np.all(haar_inputs(2, 5, seed=0).local[:, :3] == haar_inputs(2, 3, seed=0).local))
        True

    Source:
        Mezzadri, Notices of the AMS 54 (2007) 592: QR of a Gaussian matrix with fixed phases.
    """
    dimension = 2**qubits
    parts = np.random.default_rng([seed, 0]).normal(size=(inputs, qpus, dimension, dimension, 2))
    gaussian: Complex = parts[..., 0] + 1j * parts[..., 1]
    unitary, triangle = np.linalg.qr(gaussian)
    phases = np.diagonal(triangle, axis1=-2, axis2=-1)
    unitary *= (phases / np.abs(phases))[..., None, :]
    return Inputs(np.ascontiguousarray(unitary.swapaxes(0, 1)), None, (inputs, inputs, inputs))


def data_inputs(x: NDArray[np.float64]) -> Inputs:
    """Rows of data, embedded as the model embeds them.

    Args:
        x: Angles (inputs, 2n) in radians: QPU A's features, then QPU B's.

    Returns:
        The inputs.

    Example:
        >>> data_inputs(np.zeros((3, 4))).local.shape
        (2, 3, 4, 4)
    """
    qubits = x.shape[1] // 2
    with jax.enable_x64(True):
        halves = np.stack([x[:, :qubits], x[:, qubits:]])
        phases: Complex = np.exp(1j * np.asarray(embedding_phases(jax.numpy.asarray(halves))))
    first, second, both = (len(np.unique(part, axis=0)) for part in (*halves, x))
    return Inputs(phases[..., None] * hadamard_matrix(qubits), x, (first, second, both))


def choose_inputs(
    qubits: int,
    inputs: int,
    data: ArrayLike | None,
    seed: int,
    *,
    qpus: int = 2,
    features: int | None = None,
) -> Inputs:
    """Haar-random inputs, or a random choice of rows of data.

    Args:
        qubits: Qubits per QPU.
        inputs: How many; the first ones do not depend on how many there are.
        data: Angles (rows, features) in radians to choose from, each row once; None for
            Haar-random.
        seed: Seed.
        qpus: Number of QPUs.
        features: Features of QPUs on a graph, which embed them themselves; None for two QPUs.

    Returns:
        The inputs.

    Raises:
        EbitError: If the data do not fit or have fewer rows.

    Example:
        >>> len(choose_inputs(2, 5, None, seed=0))
        5
        >>> choose_inputs(2, 5, np.zeros((3, 4)), seed=0)
        Traceback (most recent call last):
        ebit.errors.EbitError: Argument `inputs` must be at most the 3 rows of the data, but is 5.
    """
    if data is None:
        return haar_inputs(qubits, inputs, seed, qpus)
    x = check_data(data, 2 * qubits if features is None else features)
    if inputs > len(x):
        raise EbitError(
            f"Argument `inputs` must be at most the {len(x)} rows of the data, but is {inputs}."
        )
    rows = np.random.default_rng([seed, 2]).permutation(len(x))[:inputs]
    if features is None:
        return data_inputs(x[rows])
    return Inputs(np.zeros((0, inputs, 1, 1), complex), x[rows], (0, 0, 0))


def check_data(data: ArrayLike, features: int) -> NDArray[np.float64]:
    """Convert to angles of shape (rows, features), or raise an `EbitError`."""
    x = checks.real_numbers("data", data)
    if x.ndim != 2 or x.shape[1] != features:
        raise EbitError(
            f"Argument `data` must have shape (rows, {features}), but has shape {x.shape}."
        )
    check_angles(x, "data")
    return x
