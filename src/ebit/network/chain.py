"""A first-generation repeater chain: segments, swapping, purification level by level."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import ConfigDict, Field, model_validator

from ebit.errors import EbitError
from ebit.network.pairs import Delivered, distilled, joined, waits
from ebit.network.qpu import Probability
from ebit.network.units import PositiveSeconds, Seconds
from ebit.physics import Noise, Protocol, depolarising_probability
from ebit.settings import Settings

MOST_LEVELS = 10


class Chain(Settings):
    """Repeaters between two QPUs, at equal distances; pairs are swapped in a binary tree.

    All segments make pairs at the same time. Two neighbouring pairs are swapped when both are
    there; the older one waits. The result of a swap travels from the middle to both ends, that of a
    purification from end to end. What is purified at a level is made twice, one after the other.

    Args:
        segments: Number of segments, a power of two from 2 to 1024.
        swap_error: Average infidelity of the gate of a Bell measurement, 0 to 0.75.
        readout_error: Probability that a measurement shows the wrong bit, 0 to 1.
        swap_probability: Probability that a Bell measurement succeeds, above 0 to 1.
        swap_time: Duration of a Bell measurement.
        coherence_time: Time constant with which a pair in two memories depolarises.
        purification: Rounds of purification at each level, segments first, as in [1, 0].
        cutoff: A pair is given up if it has waited so long for the one that it is swapped or
            purified with.

    Raises:
        EbitError: If a field is unknown, missing or out of range.

    Example:
        >>> Chain(segments=4, swap_error=0.01).levels
        2
    """

    model_config = ConfigDict(strict=True)

    if TYPE_CHECKING:  # fields take text with a unit

        def __init__(self, **values: Any) -> None: ...

    segments: Annotated[int, Field(ge=2, le=2**MOST_LEVELS)]
    swap_error: Annotated[float, Field(ge=0.0, le=0.75, allow_inf_nan=False)] | None = None
    readout_error: Probability = 0.0
    swap_probability: Annotated[float, Field(gt=0.0, le=1.0, allow_inf_nan=False)] = 1.0
    swap_time: Seconds = 0.0
    coherence_time: PositiveSeconds | None = None
    purification: Annotated[tuple[Annotated[int, Field(ge=0, le=3)], ...], Field(strict=False)] = ()
    cutoff: PositiveSeconds | None = None

    @model_validator(mode="after")
    def _swaps(self) -> "Chain":
        if self.segments & (self.segments - 1):
            raise EbitError(
                f"Argument `segments` must be a power of two, but is {self.segments}: pairs are "
                "swapped in a binary tree."
            )
        if self.swap_error is None:
            raise EbitError(
                f"Argument `swap_error` is missing: a chain of {self.segments} segments swaps its "
                "pairs, so say how well (0 for perfect swaps)."
            )
        if len(self.purification) > self.levels + 1:
            raise EbitError(
                f"Argument `purification` must have at most {self.levels + 1} numbers, one per "
                f"level, but has {len(self.purification)}."
            )
        return self

    @property
    def levels(self) -> int:
        """How often neighbouring pairs are swapped: the logarithm of the segments."""
        return self.segments.bit_length() - 1

    def rounds(self, level: int) -> int:
        """Rounds of purification of the pairs of a level; 0 are those of the segments."""
        return self.purification[level] if level < len(self.purification) else 0

    def deliver(self, segment: Delivered, protocol: Protocol, message_seconds: float) -> Delivered:
        """Pairs of the whole chain from those of a segment.

        Args:
            segment: Fresh pairs of one segment.
            protocol: How they are purified.
            message_seconds: Time of a message from one QPU to the other.

        Returns:
            Pairs of the two QPUs; their `pairs` are fresh pairs of all segments.
        """
        store = Noise(pair_lifetime_seconds=self.coherence_time)
        shared: dict[str, Any] = {
            "cutoff": self.cutoff,
            "two_qubit_error": depolarising_probability(self.swap_error or 0.0, 2),
            "readout_error": self.readout_error,
        }
        herald = message_seconds / self.segments
        pair = replace(segment, weights=waits(segment.weights, store, fixed=herald))
        for level in range(self.levels + 1):
            message = message_seconds * 2.0**level / self.segments
            if level > 0:
                seconds = self.swap_time + message / 2
                pair = joined(
                    pair, store, **shared, probability=self.swap_probability, seconds=seconds
                )
            for _ in range(self.rounds(level)):
                seconds = self.swap_time + message
                pair = distilled(pair, store, protocol, **shared, seconds=seconds)
        return pair
