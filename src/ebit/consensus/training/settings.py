"""Settings of a training over a faulty network."""

from typing import Annotated, Any, Literal

from pydantic import Field

from ebit.consensus.attacks import ATTACKS
from ebit.consensus.broker import NetworkSettings
from ebit.consensus.training.arms import ARMS
from ebit.errors import EbitError
from ebit.settings import Number, Since, Whole, hash_of, one_of

Claim = Literal["median", "best"]
Hardware = Literal["even", "skewed"]
CostModel = Literal["per_update", "per_shot"]

NEW = Since("2026-11-26")


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
    partition: Annotated[
        Literal["data", "circuit", "feature"],
        NEW,
        Field(
            description="What is split: the data, or one circuit or the features over a team of "
            "nodes: data, circuit, feature."
        ),
    ] = "data"
    members: Annotated[
        Whole, NEW, Field(ge=2, le=4, description="Nodes of a team; not for partition data.")
    ] = 2
    cost_model: Annotated[
        CostModel,
        NEW,
        Field(
            description="Whether some pairs stand for the transport of an update (per_update), or "
            "every shot takes its own, however long the round is then (per_shot)."
        ),
    ] = "per_update"
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
        if self.nodes % self.team:
            raise EbitError(
                f"Argument `nodes` must be a multiple of the {self.team} members of a team, but is "
                f"{self.nodes}."
            )
        group = self.nodes // self.team
        most = (group - 1) // 3
        if self.faulty > most:
            who = "nodes" if self.team == 1 else "nodes that hold the same part"
            raise EbitError(
                f"Argument `faulty` must be at most {most} of {group} {who} (n >= 3f + 1), "
                f"but is {self.faulty}."
            )

    @property
    def team(self) -> int:
        """Nodes that run one circuit together."""
        return 1 if self.partition == "data" else self.members

    @property
    def hash(self) -> str:
        """Of all settings."""
        return hash_of({"kind": "consensus", **self.content})
