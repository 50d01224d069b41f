"""A link that makes entangled pairs between two QPUs."""

import math
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from ebit.errors import EbitError
from ebit.network.bell_states import werner_weights
from ebit.network.chain import Chain
from ebit.network.delays import (
    FIBRE_INDEX,
    FIBRE_LOSS,
    attempt_period,
    beam_transmission,
    expected_pair_time,
    light_delay,
    transmission,
)
from ebit.network.pairs import Delivered, Weights
from ebit.network.purification import Purified, purify
from ebit.network.qpu import Name, Probability
from ebit.network.units import (
    Counts,
    Decibels,
    DecibelsPerKilometre,
    Hertz,
    Kilometres,
    Metres,
    PositiveSeconds,
    Radians,
    Seconds,
)
from ebit.physics import Heralded, Protocol, double_click, swap
from ebit.settings import Settings

MOST_ROUNDS = 20
Medium = Literal["fibre", "free-space", "satellite"]


class Link(Settings):
    r"""A link: where it leads, how long it is, how many pairs it makes and how good they are.

    Quantities are text with a unit when a link is made, and numbers in seconds, kilometres, dB/km
    and hertz when they are read. Give `length` or `delay`, and `pair_rate` or `efficiency`.

    Args:
        between: Names of the two QPUs.
        fidelity: Fidelity of a fresh pair with :math:`\Phi^+`, 1/4 to 1; the pair is a Werner
            state.
        length: Length of the fibre.
        delay: Time that a message takes from one QPU to the other.
        medium: `fibre` (light is lost with every kilometre), `free-space` (one beam that widens) or
            `satellite` (two downlinks of half the length each, whose beams widen).
        loss: Loss of the fibre; not for beams.
        fixed_loss: Loss that does not depend on the length, such as that of couplings.
        divergence: Half angle at which the intensity of a beam falls to 1/e^2, for beams.
        aperture: Diameter of the receiving telescope, for beams.
        altitude: Height of the satellite: a downlink is not shorter.
        refractive_index: Group refractive index of the fibre, 1 for free space.
        pair_rate: Fresh pairs per second.
        efficiency: Probability that an attempt makes a pair if no photon is lost in the fibre.
        attempt_time: Time of the local operations of an attempt.
        communication_qubits: Qubits of each QPU that attempt to make pairs.
        source_rate: Most pairs per second that the source makes.
        dark_counts: Clicks per second of a detector without light.
        detection_window: Time in which a click counts.
        detected: Whether the pair rate is that of photons that were detected, and so destroyed.
        storage_efficiency: Probability that the photons of such a pair are stored and heralded.
        purification: `bbpssw` or `dejmps`.
        purification_rounds: Rounds of purification, 0 to 20.
        cutoff: Age at which the first pair of a circuit is given up if others are missing.
        repeaters: A chain of repeaters, see `Chain`; `pair_rate` is then that of a segment.
        coherence_time: Time constant with which a stored pair depolarises; without it the pair
            decays with the `t1` and `t2` of the QPUs.

    Raises:
        EbitError: If a field is unknown, out of range, without a known unit or in conflict.

    Example:
        >>> link = Link(between=("alice", "bob"), length="50 km", efficiency=0.1, fidelity=0.9)
        >>> round(link.raw_pair_rate, 3)
        40.844
    """

    model_config = ConfigDict(strict=True)

    if TYPE_CHECKING:  # fields take text with a unit and lists, too

        def __init__(self, **values: Any) -> None: ...

    between: Annotated[tuple[Name, Name], Field(strict=False)]
    fidelity: Annotated[float, Field(ge=0.25, le=1.0, allow_inf_nan=False)]
    length: Kilometres | None = None
    delay: Seconds | None = None
    medium: Medium = "fibre"
    loss: DecibelsPerKilometre = Field(
        default_factory=lambda data: FIBRE_LOSS if data.get("medium") == "fibre" else 0.0
    )
    fixed_loss: Decibels = 0.0
    divergence: Radians | None = None
    aperture: Metres | None = None
    altitude: Kilometres = 0.0
    refractive_index: Annotated[float, Field(ge=1.0, le=10.0, allow_inf_nan=False)] = FIBRE_INDEX
    pair_rate: Hertz | None = None
    efficiency: Probability | None = None
    attempt_time: Seconds | None = None
    communication_qubits: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    source_rate: Hertz | None = None
    dark_counts: Counts = 0.0
    detection_window: Seconds = 0.0
    detected: bool = False
    storage_efficiency: Probability | None = None
    purification: Protocol = "dejmps"
    purification_rounds: Annotated[int, Field(ge=0, le=MOST_ROUNDS)] = 0
    coherence_time: PositiveSeconds | None = None
    cutoff: PositiveSeconds | None = None
    repeaters: Chain | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "Link":
        if self.between[0] == self.between[1]:
            raise EbitError(
                f"Argument `between` must name two QPUs, but names {self.between[0]!r} twice."
            )
        for name in ("delay", "attempt_time"):
            if (value := getattr(self, name)) is not None and math.isinf(value):
                raise EbitError(f"Argument `{name}` must be finite, but is 'inf s'.")
        if (self.length is None) == (self.delay is None):
            raise EbitError("Arguments `length` and `delay`: give one of them.")
        self._check_beam()
        self._check_rate()
        self._check_source()
        return self

    def _check_beam(self) -> None:
        """A beam has an angle and a telescope, a fibre has neither."""
        if self.medium == "fibre":
            for name in ("divergence", "aperture", "altitude"):
                if getattr(self, name):
                    raise EbitError(
                        f"Argument `{name}` belongs to a beam: say medium 'free-space' or "
                        "'satellite', or leave it out."
                    )
            return
        if self.loss:
            raise EbitError(
                f"Argument `loss` is that of a fibre, but `medium` is {self.medium!r}: a beam "
                "loses light by diffraction, so give `divergence`, `aperture` and `fixed_loss`."
            )
        for name in ("divergence", "aperture", "length"):
            if getattr(self, name) is None:
                raise EbitError(f"Argument `{name}` is missing: a {self.medium} link needs it.")
        if self.repeaters is not None:
            raise EbitError("Argument `repeaters` belongs to a fibre: leave it out of a beam.")

    def _check_source(self) -> None:
        """What a source cannot make, and pairs that nobody has."""
        if self.source_rate is not None and (self.pair_rate or 0.0) > self.source_rate:
            raise EbitError(
                f"Argument `pair_rate` must be at most the {self.source_rate:g} Hz that the source "
                f"makes, but is {self.pair_rate:g} Hz."
            )
        if self.storage_efficiency is not None and not self.detected:
            raise EbitError(
                "Argument `storage_efficiency` belongs to pairs that are `detected`: leave it out."
            )
        if self.storage_efficiency == 0:
            raise EbitError("Argument `storage_efficiency` must be more than 0, but is 0.")
        if not self.dark_counts:
            return
        if self.efficiency is None or self.efficiency > 0.5:
            raise EbitError(
                "Argument `dark_counts` needs `efficiency` of at most 0.5, that of two clicks."
            )
        if not 0 < self.dark_counts * self.detection_window <= 1:
            raise EbitError(
                "Argument `dark_counts` needs a `detection_window` in which there is at most one."
            )

    def _check_rate(self) -> None:
        """Either the rate is given, or all that it follows from."""
        if self.pair_rate is not None:
            for name in ("efficiency", "attempt_time"):
                if getattr(self, name) is not None:
                    raise EbitError(
                        f"Argument `{name}` has no effect with `pair_rate`: leave one out."
                    )
            return
        if self.efficiency is None or self.length is None:
            raise EbitError(
                "Argument `pair_rate` is missing: give it, or `length` and `efficiency`."
            )
        if self.efficiency == 0:
            raise EbitError("Argument `efficiency` must be more than 0, but is 0.")
        if self.period == 0:
            raise EbitError(
                "Argument `attempt_time` must be more than 0 s on a link of 0 km: give it, or "
                "`pair_rate`."
            )

    @property
    def message_time(self) -> float:
        """Time that a message takes from one QPU to the other, in seconds."""
        if self.length is None:
            return self.delay or 0.0
        return light_delay(self.length, self.refractive_index)

    @property
    def period(self) -> float:
        """Time from one attempt to the next, on a segment if there are repeaters, in seconds."""
        time = self.attempt_time or 0.0
        return attempt_period(self.message_time / self._segments, time, self.communication_qubits)

    @property
    def transmitted(self) -> float:
        """Probability that the light of a pair arrives, on a segment if there are repeaters."""
        kept = float(10 ** (-self.fixed_loss / 10))
        length = self.length or 0.0
        if self.medium == "fibre":
            return kept * transmission(length / self._segments, self.loss)
        beams = 2 if self.medium == "satellite" else 1
        path = max(length / beams, self.altitude)
        return kept * beam_transmission(path, self.divergence or 0.0, self.aperture or 0.0) ** beams

    @property
    def attempt_probability(self) -> float | None:
        """Probability that an attempt makes a pair; None for a rate that is given."""
        if self.efficiency is None:
            return None
        if not self.dark_counts:
            return self.efficiency * self.transmitted
        return float(self._heralded.probability)

    @property
    def raw_pair_rate(self) -> float:
        """Fresh pairs per second of the whole link; detected pairs count as far as stored."""
        return 1 / self._made.seconds

    @property
    def fresh_weights(self) -> Weights:
        r"""Weights of :math:`\Phi^+, \Phi^-, \Psi^+, \Psi^-` of a fresh pair of the whole link."""
        return self._made.weights

    @property
    def fresh_pairs(self) -> float:
        """Pairs of single segments for a fresh pair of the whole link."""
        return self._made.pairs

    @property
    def _made(self) -> Delivered:
        """Fresh pairs: of the link, or through its repeaters."""
        probability = self.attempt_probability
        if probability is None:
            rate = (self.pair_rate or 0.0) * (self.storage_efficiency or 1.0)
        else:
            rate = 1 / expected_pair_time(probability, self.period)
        rate = min(rate, math.inf if self.source_rate is None else self.source_rate)
        weights = werner_weights(self.fidelity)
        if self.dark_counts:
            weights = swap(weights, self._heralded.weights)
        pair = Delivered(weights, 1 / rate if rate > 0 else math.inf, 1.0)
        if self.repeaters is None or math.isinf(pair.seconds):
            return pair
        return self.repeaters.deliver(pair, self.purification, self.message_time)

    @property
    def _segments(self) -> int:
        return 1 if self.repeaters is None else self.repeaters.segments

    @property
    def _heralded(self) -> Heralded:
        """Two clicks, some of which are dark counts."""
        arrived = math.sqrt(2 * (self.efficiency or 0.0) * self.transmitted)
        return double_click(arrived, arrived, dark=self.dark_counts * self.detection_window)

    @property
    def purified(self) -> Purified:
        """The pair after all rounds of purification with perfect gates, and its price."""
        return purify(self.fresh_weights, self.purification, self.purification_rounds)

    @property
    def purified_pair_rate(self) -> float:
        """Purified pairs per second if gates are perfect and memories never limit it."""
        return self.raw_pair_rate / self.purified.pairs
