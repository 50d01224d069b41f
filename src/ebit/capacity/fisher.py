"""Fisher information and the spectrum of its eigenvalues."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from ebit import checks
from ebit.capacity.factors import check_model, fisher_factors, inputs_of, space_of
from ebit.capacity.inputs import Inputs
from ebit.capacity.rank import THRESHOLD, Rank, rank_of
from ebit.jax_settings import own_settings
from ebit.models import DistributedQCNN, Model, SingleQCNN
from ebit.models.base import Parameters

Real = NDArray[np.float64]
MAX_COUNT = 1_000_000
"""More inputs or points than this are a slip of the pen."""

Progress = Callable[[int, int], None]
"""Called with (points done, points in all)."""


@own_settings
def fisher_information(
    model: Model,
    parameters: Parameters,
    *,
    inputs: int = 100,
    data: ArrayLike | None = None,
    outcomes: str = "joint",
    seed: int = 0,
) -> Real:
    r"""Fisher information matrix of the parameters of a circuit, in double precision.

    .. math:: F = \frac1N \sum_x \sum_y \frac{\partial P(y|x)\, \partial P(y|x)^T}{P(y|x)}

    Args:
        model: A quantum model.
        parameters: As `init` of the model returns them, in radians; read-out weights play a part
            in `classes` and `numbers` only.
        inputs: Number of inputs N.
        data: Angles (rows, features) in radians to choose the inputs from; None for Haar-random
            ones.
        outcomes: `joint` (all bits), `parity` (whether an even number of them is 1), `classes`
            (softmax of the scores) or `numbers` (scores with a normal error of variance 1).
        seed: Seed of the inputs.

    Returns:
        Shape (numbers, numbers), in the order of `jax.flatten_util.ravel_pytree`: convolution,
        mixing, pooling and, if they are trained, Schmidt coefficients. The norm of the coefficients
        means nothing, so their own direction is an eigenvector with the eigenvalue 0.

    Raises:
        EbitError: If an argument is unknown or out of range.

    Example:
        >>> import jax, ebit
        >>> model = ebit.DistributedQCNN(qubits=2, depth=1, resource=ebit.BellPairs(1))
        >>> ebit.fisher_information(model, model.init(jax.random.key(0))).shape
        (12, 12)

    Source:
        Abbas et al., Nature Computational Science 1 (2021) 403; Kim et al., arXiv:2605.03864.
    """
    circuit = check_model(model, outcomes)
    check_count("inputs", inputs)
    point = space_of(circuit, outcomes).given(parameters)
    chosen = inputs_of(circuit, outcomes, inputs, data, check_seed(seed))
    with threadpool_limits(1, "blas"):
        (factor,) = fisher_factors(circuit, point, chosen, outcomes)
        return factor.T @ factor


@dataclass(frozen=True, eq=False)
class FisherSpectrum:
    """Eigenvalues of the Fisher information at several parameter points.

    Attributes:
        eigenvalues: Largest first, (points, r) with r the smaller of angles and rows of J; those
            that count as zero are 0.
        rank: Rank at the points, and its gap.
    """

    eigenvalues: Real
    rank: Rank

    @property
    def log_std(self) -> float | None:
        """Standard deviation of the natural logarithm of all non-zero eigenvalues together."""
        positive = self.eigenvalues[self.eigenvalues > 0]
        return float(np.log(positive).std()) if positive.size else None


@own_settings
@checks.takes(progress=checks.maybe(checks.function))
def fisher_spectrum(
    model: Model,
    *,
    inputs: int = 100,
    points: int = 20,
    data: ArrayLike | None = None,
    outcomes: str = "joint",
    seed: int = 0,
    progress: Progress | None = None,
) -> FisherSpectrum:
    r"""Eigenvalues of the Fisher information at random parameter points.

    They are the squared singular values of J with :math:`F = J^T J`. F itself is not formed,
    because that would square the condition number and drown small eigenvalues in rounding errors.

    Args:
        model: A quantum model.
        inputs: Number of inputs.
        points: Parameter points, angles uniform in [0, 2 pi).
        data: Angles (rows, features) in radians to choose the inputs from; None for Haar-random
            ones.
        outcomes: `joint` (all bits), `parity` (whether an even number of them is 1), `classes`
            (softmax of the scores) or `numbers` (scores with a normal error of variance 1).
        seed: Seed of inputs and points.
        progress: Called after every point with (points done, points in all).

    Returns:
        Eigenvalues, rank and gap.

    Raises:
        EbitError: If an argument is unknown or out of range.

    Example:
        >>> import ebit
        >>> spectrum = ebit.fisher_spectrum(ebit.DistributedQCNN(qubits=2, depth=4), points=5)
        >>> spectrum.eigenvalues.shape, spectrum.rank.rank
        ((5, 24), 16)

    Source:
        Hwang et al., Quantum Sci. Technol. 10 015059, figure 6.
    """
    circuit = check_model(model, outcomes)
    check_count("inputs", inputs)
    check_count("points", points)
    chosen = inputs_of(circuit, outcomes, inputs, data, check_seed(seed))
    angles = space_of(circuit, outcomes).random(points, seed)
    return spectrum_at(circuit, angles, chosen, outcomes, progress)


def spectrum_at(
    model: DistributedQCNN | SingleQCNN,
    angles: Real,
    inputs: Inputs,
    outcomes: str,
    progress: Progress | None = None,
) -> FisherSpectrum:
    """The spectrum at given points and inputs; small matrices want one thread."""
    spectra: list[NDArray[Any]] = []
    with threadpool_limits(1, "blas"):
        for factor in fisher_factors(model, angles, inputs, outcomes):
            spectra.append(np.linalg.svd(factor, compute_uv=False))
            if progress is not None:
                progress(len(spectra), len(angles))
    values = np.stack(spectra)
    kept = values > THRESHOLD * values[:, :1]
    return FisherSpectrum(np.where(kept, values, 0) ** 2, rank_of(spectra))


def check_count(name: str, value: int) -> None:
    """Raise unless the value is a whole number of at least 1."""
    checks.whole(1, MAX_COUNT)(name, value)


def check_seed(seed: int) -> int:
    """The seed, or an `EbitError` unless it is a whole number from 0."""
    number: int = checks.seed("seed", seed)
    return number
