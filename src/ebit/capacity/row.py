"""One row of a capacity table: settings in, rank with its bound and its gap out."""

import json
import time
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from numpy.typing import ArrayLike
from pydantic import Field, field_validator

from ebit import checks
from ebit.capacity.dimension import effective_dimension
from ebit.capacity.fisher import FisherSpectrum, Progress
from ebit.errors import EbitError
from ebit.jax_settings import own_settings
from ebit.models import CircuitSettings, DistributedQCNN
from ebit.models.readout import MOST_SCORES
from ebit.physics import Noise
from ebit.resources import parse_resource
from ebit.settings import Since, Whole, hash_of


class CapacitySettings(CircuitSettings):
    """One capacity; the same hash gives the same numbers.

    Raises:
        EbitError: If a setting is unknown or out of range.

    Example:
        >>> len(CapacitySettings(resource="bell:1", depth=5).hash)
        64
    """

    outcomes: Annotated[
        Literal["joint", "parity", "classes", "numbers"],
        Field(
            description="joint (all bits), parity (whether an even number of them is 1), classes "
            "(softmax of the scores) or numbers (scores with a normal error)."
        ),
    ] = "joint"
    scores: Annotated[
        Whole,
        Field(ge=1, le=MOST_SCORES, description="Scores, for classes and numbers."),
        Since("2026-11-26"),
    ] = 1
    inputs: Annotated[
        Whole, Field(ge=1, le=1_000_000, description="Inputs; with converge, to begin with.")
    ] = 100
    points: Annotated[Whole, Field(ge=1, le=1_000_000, description="Random parameter points.")] = 20
    seed: Annotated[
        Whole, Field(ge=0, lt=2**32, description="Seed of inputs and parameter points.")
    ] = 0
    converge: Annotated[bool, Field(description="Double the inputs until the rank stops.")] = False
    data: Annotated[
        str, Field(description="haar, or the name of the data set that the inputs come from.")
    ] = "haar"
    fingerprint: Annotated[str, Field(description="Hash of these data; empty for haar.")] = ""
    format: Annotated[Literal[1], Field(description="Version of the meaning of these fields.")] = 1

    @field_validator("resource")
    @classmethod
    def _canonical(cls, resource: str) -> str:
        return parse_resource(resource).name

    @field_validator("noise")
    @classmethod
    def _some(cls, noise: Noise | None) -> Noise | None:
        return None if noise is None or noise.is_zero else noise

    def build(self) -> DistributedQCNN:
        """The model; raises `EbitError` if a setting is out of range."""
        circuit = {name: getattr(self, name) for name in CircuitSettings.model_fields}
        circuit |= {"resource": parse_resource(self.resource), "sizes": self.qpu_sizes}
        return DistributedQCNN(**circuit, scores=self.scores)

    @property
    def content(self) -> dict[str, Any]:
        """What counts in the hash: all but the name of the data."""
        content = {**super().content, "pooling": self.pooling}
        del content["data"]
        return content

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical JSON form of `content`."""
        return hash_of(self.content)


@dataclass(frozen=True)
class CapacityRow:
    """One capacity as flat columns.

    Attributes:
        task: Hash of the settings.
        resource: Resource string.
        qubits: Qubits per QPU.
        depth: Convolution layers per stage.
        mixing: Mixing layers.
        pooling: `halves` or `all-but-one`.
        noise: Local noise, the numbers that are not 0 as JSON; None without noise.
        qpus: Number of QPUs.
        topology: Edges between them.
        sizes: Qubits of each QPU where they are not the same.
        passes: Passes of the embedding.
        outputs: Qubits of every QPU that are read out.
        outcomes: What is seen, one of `OUTCOMES`.
        scores: Scores, for `classes` and `numbers`.
        data: `haar` or the name of the data set.
        inputs: Inputs behind the rank; with `converge`, the last number tried.
        points: Parameter points, all of which were computed.
        seed: Seed of inputs and points.
        rank: The effective dimension.
        sampling_bound: Inputs times independent outcomes.
        on_sampling_bound: Whether the rank sits on that bound, so that more inputs may raise it.
        converged: Whether twice the inputs gave the same rank; None if that was not asked for.
        smallest_kept: Smallest singular value that counted, as a share of the largest.
        largest_dropped: Largest singular value that did not count, likewise; None if all counted.
        log_eigenvalue_std: Standard deviation of the natural logarithm of the eigenvalues that
            count, all points together.
        num_parameters: Angles of the circuit, read-out weights left out.
        seconds: Wall time.
    """

    task: str
    resource: str
    qubits: int
    depth: int
    mixing: int
    pooling: str
    noise: str | None
    qpus: int
    topology: str
    sizes: str | None
    passes: int
    outputs: int
    outcomes: str
    scores: int
    data: str
    inputs: int
    points: int
    seed: int
    rank: int
    sampling_bound: int
    on_sampling_bound: bool
    converged: bool | None
    smallest_kept: float | None
    largest_dropped: float | None
    log_eigenvalue_std: float | None
    num_parameters: int
    seconds: float


@own_settings
@checks.takes(
    settings=checks.instance(CapacitySettings, "ebit.CapacitySettings"),
    progress=checks.maybe(checks.function),
)
def capacity_row(
    settings: CapacitySettings,
    data: ArrayLike | None = None,
    *,
    progress: Progress | None = None,
) -> tuple[CapacityRow, FisherSpectrum]:
    """The row of some settings: equal settings give equal rows, but for `seconds`.

    Args:
        settings: What to compute.
        data: The data that the settings name, angles (rows, features) in radians; None for `haar`.
        progress: Called after every point with (points done, points in all).

    Returns:
        The row, and the spectrum behind it.

    Raises:
        EbitError: If a setting is out of range, or data and settings do not belong together.

    Example:
        >>> row, _ = capacity_row(CapacitySettings(resource="none", qubits=2, depth=4, points=3))
        >>> row.rank, row.sampling_bound, row.converged
        (16, 200, None)
    """
    if (data is None) != (settings.data == "haar"):
        raise EbitError(
            f"Argument `data` does not belong to the settings, whose data are {settings.data!r}: "
            "pass the angles unless that is 'haar'."
        )
    started = time.perf_counter()
    found = effective_dimension(
        settings.build(),
        inputs=settings.inputs,
        points=settings.points,
        data=data,
        outcomes=settings.outcomes,
        seed=settings.seed,
        converge=settings.converge,
        progress=progress,
    )
    same = settings.model_dump(exclude={"converge", "fingerprint", "format", "inputs", "noise"})
    row = CapacityRow(
        task=settings.hash,
        **same,
        noise=None if settings.noise is None else json.dumps(settings.noise.changed),
        inputs=found.inputs,
        rank=found.rank,
        sampling_bound=found.sampling_bound,
        on_sampling_bound=found.on_sampling_bound,
        converged=found.converged,
        smallest_kept=found.spectrum.rank.smallest_kept,
        largest_dropped=found.spectrum.rank.largest_dropped,
        log_eigenvalue_std=found.spectrum.log_std,
        num_parameters=found.num_parameters,
        seconds=time.perf_counter() - started,
    )
    return row, found.spectrum
