"""Settings of a training over a faulty network."""

from typing import Annotated, Any, Literal

from pydantic import Field

from ebit.consensus.attacks import ATTACKS
from ebit.consensus.broker import NetworkSettings
from ebit.consensus.training.arms import ARMS
from ebit.errors import EbitError
from ebit.settings import Number, Whole, hash_of, one_of

Claim = Literal["median", "best"]
Hardware = Literal["even", "skewed"]


class ConsensusSettings(NetworkSettings):
    """One arm under one attack.

    Raises:
        EbitError: If a setting is wrong, or more than a third of the nodes may lie.

    Example:
        >>> ConsensusSettings(nodes=50, faulty=17)
        Traceback (most recent call last):
        ebit.errors.EbitError: Argument `faulty` must be at most 16 of 50 nodes (n >= 3f + 1), but
        is 17.
    """

    seeds: Annotated[
        Whole, Field(ge=1, le=1000, description="Runs, each with a network and data of its own.")
    ] = 10
    arm: Annotated[str, one_of(ARMS), Field(description=f"{', '.join(ARMS)}.")] = "ceas"
    attack: Annotated[
        str, one_of(ATTACKS), Field(description=f"What faulty nodes send: {', '.join(ATTACKS)}.")
    ] = "none"
    faulty: Annotated[Whole, Field(ge=0, le=333, description="Nodes that lie.")] = 0
    strength: Annotated[
        Number | None, Field(ge=0, le=100, description="Strength of the attack.")
    ] = None
    claim: Annotated[
        Claim, Field(description="Witness that faulty nodes get: median of the others, or best.")
    ] = "best"
    hardware: Annotated[
        Hardware, Field(description="Noise of the nodes: even (uniform) or skewed (good or bad).")
    ] = "even"
    model: Annotated[
        str, Field(description="What is trained: dqnn, or a resource such as bell:1.")
    ] = "dqnn"
    data: Annotated[str, Field(description="digits for dqnn; else a data set of two classes.")] = (
        "digits"
    )
    batch_size: Annotated[
        Whole, Field(ge=1, le=10_000, description="Samples of a node in a round.")
    ] = 8
    evenness: Annotated[
        Number, Field(gt=0, le=1e6, description="Dirichlet parameter of the shards; large is even.")
    ] = 10.0
    step: Annotated[Number, Field(gt=0, le=1000, description="Step size.")] = 2.0
    momentum: Annotated[Number, Field(ge=0, lt=1, description="Momentum of the nodes.")] = 0.9
    sigma: Annotated[
        Number, Field(ge=0, le=100, description="Deviation of a gradient entry with one shot.")
    ] = 1.0
    cap: Annotated[
        Number, Field(ge=1, le=1000, description="Largest weight, in units of 1 / nodes.")
    ] = 1.5

    def __init__(self, **values: Any) -> None:
        """Check the settings together, too."""
        super().__init__(**values)
        most = (self.nodes - 1) // 3
        if self.faulty > most:
            raise EbitError(
                f"Argument `faulty` must be at most {most} of {self.nodes} nodes (n >= 3f + 1), "
                f"but is {self.faulty}."
            )

    @property
    def hash(self) -> str:
        """Of all settings."""
        return hash_of({"kind": "consensus", **self.content})
