"""A link that makes entangled pairs between two QPUs."""

import math
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import ConfigDict, Field, model_validator

from ebit.errors import EbitError
from ebit.network.bell_states import werner_weights
from ebit.network.delays import (
    FIBRE_INDEX,
    FIBRE_LOSS,
    attempt_period,
    expected_pair_time,
    light_delay,
    transmission,
)
from ebit.network.purification import Protocol, Purified, purify
from ebit.network.qpu import Name, Probability
from ebit.network.units import DecibelsPerKilometre, Hertz, Kilometres, PositiveSeconds, Seconds
from ebit.settings import Settings

MOST_ROUNDS = 20


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
        loss: Loss of the fibre.
        refractive_index: Group refractive index of the fibre, 1 for free space.
        pair_rate: Fresh pairs per second.
        efficiency: Probability that an attempt makes a pair if no photon is lost in the fibre.
        attempt_time: Shortest time between attempts of the hardware.
        purification: `bbpssw` or `dejmps`.
        purification_rounds: Rounds of purification, 0 to 20.
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
    loss: DecibelsPerKilometre = FIBRE_LOSS
    refractive_index: Annotated[float, Field(ge=1.0, le=10.0, allow_inf_nan=False)] = FIBRE_INDEX
    pair_rate: Hertz | None = None
    efficiency: Probability | None = None
    attempt_time: Seconds | None = None
    purification: Protocol = "dejmps"
    purification_rounds: Annotated[int, Field(ge=0, le=MOST_ROUNDS)] = 0
    coherence_time: PositiveSeconds | None = None

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
        self._check_rate()
        return self

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
        if attempt_period(self.message_time, self.attempt_time or 0.0) == 0:
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
    def raw_pair_rate(self) -> float:
        r"""Fresh pairs per second: as given, or :math:`\epsilon\,10^{-\alpha L/10}/T`."""
        if self.pair_rate is not None:
            return self.pair_rate
        probability = (self.efficiency or 0.0) * transmission(self.length or 0.0, self.loss)
        period = attempt_period(self.message_time, self.attempt_time or 0.0)
        return 1 / expected_pair_time(probability, period)

    @property
    def purified(self) -> Purified:
        """The pair after all rounds of purification, and its price."""
        return purify(werner_weights(self.fidelity), self.purification, self.purification_rounds)

    @property
    def purified_pair_rate(self) -> float:
        """Purified pairs per second if memories never limit it."""
        return self.raw_pair_rate / self.purified.pairs
