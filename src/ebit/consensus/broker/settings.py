"""Settings of a schedule."""

from typing import Annotated, Literal

from pydantic import Field

from ebit.consensus.broker.policies import POLICIES
from ebit.consensus.broker.regimes import REGIMES
from ebit.settings import Number, Settings, Since, Whole, hash_of, one_of

Knowledge = Literal["known", "learned", "optimistic"]


class NetworkSettings(Settings):
    """The network that hands out pairs, and for how long."""

    regime: Annotated[str, one_of(REGIMES), Field(description=f"{', '.join(REGIMES)}.")] = "easy"
    nodes: Annotated[
        Whole, Field(ge=1, le=1000, description="Nodes, with one link to the hub each.")
    ] = 50
    stations: Annotated[
        Whole, Field(ge=1, le=1000, description="Most links that try in one slot.")
    ] = 12
    slots: Annotated[Whole, Field(ge=2, le=10000, description="Slots of a round.")] = 100
    pairs: Annotated[
        Whole, Field(ge=1, le=64, description="Pairs that the update of a node takes.")
    ] = 4
    memories: Annotated[Whole, Field(ge=1, le=64, description="Pairs that a link can store.")] = 4
    rounds: Annotated[Whole, Field(ge=1, le=100_000, description="Rounds.")] = 100
    seed: Annotated[
        Whole, Field(ge=0, lt=2**31, description="Seed of the first run; run k has seed + k.")
    ] = 0
    seeds: Annotated[
        Whole, Field(ge=1, le=1000, description="Runs, each with a network of its own.")
    ] = 3
    knowledge: Annotated[
        Knowledge,
        Field(
            description="Whether CEAS is told success rates and time constants, learns them, or "
            "learns and takes rates as large as is likely: known, learned, optimistic."
        ),
    ] = "known"
    tests: Annotated[
        Number, Field(ge=0, le=0.5, description="Share of aged pairs measured to learn from.")
    ] = 0.05
    quality: Annotated[
        Number, Field(ge=0, le=10, description="What CEAS pays for a pair without any worth.")
    ] = 0.05
    discard_below: Annotated[
        Number,
        Since("2026-11-26"),
        Field(
            ge=0.26,
            le=0.95,
            description="Fidelity below which pairs are discarded, but not by fifo and freshest. "
            "With 0.65 and --quality 0.2 CEAS completes 0.93 of the jobs in the hard regime, too.",
        ),
    ] = 0.70


class ScheduleSettings(NetworkSettings):
    """A schedule: one policy on one network."""

    policy: Annotated[
        str, one_of(POLICIES), Field(description=f"Who tries next: {', '.join(POLICIES)}.")
    ] = "ceas"

    @property
    def hash(self) -> str:
        """Of all settings."""
        return hash_of({"kind": "schedule", **self.content})
