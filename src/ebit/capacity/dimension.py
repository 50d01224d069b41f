"""Effective dimension: the largest rank of the Fisher information, and whether to believe it."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from ebit import checks
from ebit.capacity.factors import check_model, has_own_form, inputs_of, space_of
from ebit.capacity.fisher import (
    FisherSpectrum,
    Progress,
    check_count,
    check_seed,
    spectrum_at,
)
from ebit.capacity.inputs import Inputs
from ebit.capacity.likelihood import likelihood_bound
from ebit.capacity.outcomes import sampling_bound
from ebit.jax_settings import own_settings
from ebit.models import DistributedQCNN, Model, SingleQCNN

MAX_INPUTS = 10_000
"""Largest number of Haar-random inputs that `converge` tries; with data, all rows are."""


@dataclass(frozen=True, eq=False)
class EffectiveDimension:
    """The effective dimension and what bounds it.

    Attributes:
        spectrum: Eigenvalues at all points, with the rank and its gap.
        inputs: Number of inputs behind it.
        sampling_bound: Inputs times independent outcomes, see
            `ebit.capacity.sampling_bound`: no rank can be larger.
        num_parameters: Angles of the circuit, and Schmidt coefficients less their norm: no rank can
            be larger than this, either.
        converged: Whether twice the inputs gave the same rank below the sampling bound; None if
            that was not asked for.
    """

    spectrum: FisherSpectrum
    inputs: int
    sampling_bound: int
    num_parameters: int
    converged: bool | None

    @property
    def rank(self) -> int:
        """The effective dimension."""
        return self.spectrum.rank.rank

    @property
    def on_sampling_bound(self) -> bool:
        """Whether the number of inputs may be what limits the rank."""
        return self.rank >= self.sampling_bound


@own_settings
@checks.takes(converge=checks.flag, progress=checks.maybe(checks.function))
def effective_dimension(
    model: Model,
    *,
    inputs: int = 100,
    points: int = 20,
    data: ArrayLike | None = None,
    outcomes: str = "joint",
    seed: int = 0,
    converge: bool = False,
    progress: Progress | None = None,
) -> EffectiveDimension:
    r"""Largest rank of the Fisher information over random parameter points.

    .. math:: d = \max_\theta \operatorname{rank} F(\theta) \le \text{inputs} \times
        \text{independent outcomes}

    The rank counts the singular values of J, with :math:`F = J^T J`, above 1e-10 of the largest.

    Args:
        model: A quantum model.
        inputs: Number of inputs; with `converge`, the first number tried.
        points: Parameter points, angles uniform in [0, 2 pi), trained Schmidt coefficients uniform
            on the sphere; all of them are computed.
        data: Angles (rows, features) in radians to choose the inputs from; None for Haar-random
            ones.
        outcomes: `joint` (all bits), `parity` (whether an even number of them is 1), `classes`
            (softmax of the scores) or `numbers` (scores with a normal error of variance 1).
        seed: Seed of inputs and points.
        converge: Whether to double the inputs until two numbers in turn give the same rank, below
            the sampling bound (rows that repeat earlier ones do not count). It gives up, with
            `converged=False`, at 10000 Haar-random inputs or all rows of the data.
        progress: Called after every point with (points done, points in all).

    Returns:
        Rank, bounds and spectrum.

    Raises:
        EbitError: If an argument is unknown or out of range.

    Example:
        >>> import ebit
        >>> model = ebit.DistributedQCNN(qubits=2, depth=8, resource=ebit.ClassicalBits())
        >>> ebit.effective_dimension(model, inputs=40, points=3).rank
        30
        >>> few = ebit.effective_dimension(model, inputs=5, points=3)
        >>> few.rank, few.sampling_bound, few.on_sampling_bound
        (15, 15, True)

    Source:
        Kim et al., arXiv:2605.03864, table S6; Hwang et al., Quantum Sci. Technol. 10 015059.
    """
    circuit = check_model(model, outcomes)
    check_count("inputs", inputs)
    check_count("points", points)
    layout = space_of(circuit, outcomes)
    angles = layout.random(points, check_seed(seed))

    def measure(number: int, converged: bool | None) -> EffectiveDimension:
        chosen = inputs_of(circuit, outcomes, number, data, seed)
        spectrum = spectrum_at(circuit, angles, chosen, outcomes, progress)
        bound = _bound(circuit, outcomes, chosen)
        return EffectiveDimension(spectrum, number, bound, layout.parameters, converged)

    last = measure(inputs, False if converge else None)
    limit = MAX_INPUTS if data is None else len(np.asarray(data))
    while converge and not last.converged and last.inputs < limit:
        number = min(2 * last.inputs, limit)
        before, last = last, measure(number, False)
        more = last.sampling_bound > before.sampling_bound
        stopped = more and last.rank == before.rank  # so the rank is below its bound
        last = replace(last, converged=stopped)
    return last


def _bound(model: DistributedQCNN | SingleQCNN, outcomes: str, inputs: Inputs) -> int:
    """The sampling bound; one bit has one independent outcome per input."""
    if isinstance(model, SingleQCNN):
        return inputs.distinct[2]
    if not has_own_form(model, outcomes):
        return likelihood_bound(model, inputs, outcomes)
    settings = (model.resource, model.qubits, outcomes, inputs.distinct)
    return sampling_bound(*settings, noise=model.noise, mixing=model.mixing)
