"""The settings of a model: which circuit or network, told once."""

from typing import Annotated, Any, Literal, TypedDict

from pydantic import Field, field_serializer, field_validator, model_validator

from ebit import checks
from ebit.circuits.topology import FORMS, MAX_QPUS, topology_of_graph
from ebit.errors import EbitError
from ebit.models.base import Model
from ebit.models.baselines import BASELINES
from ebit.models.checks import MAX_QUBITS
from ebit.models.distributed_qcnn import MAX_OUTPUTS, MAX_PASSES, DistributedQCNN
from ebit.models.graph_readout import graph_readout, has_few_outcomes
from ebit.models.readout import MOST_SCORES
from ebit.physics import Noise
from ebit.resources import find_row, parse_resource, resources_help
from ebit.settings import Settings, Shown, Since, Whole

RESOURCES_HELP = resources_help(installed=False)
"""What can be named without another package."""


class CircuitSettings(Settings):
    """A circuit of QPUs."""

    resource: Annotated[str, Field(description=f"{RESOURCES_HELP}.")]
    qubits: Annotated[
        Whole, Field(description="Qubits per QPU."), Shown(default="an equal share of the features")
    ] = 4
    depth: Annotated[Whole, Field(ge=1, le=10_000, description="Convolution layers per stage.")] = (
        20
    )
    mixing: Annotated[
        Whole, Field(ge=0, le=10_000, description="Mixing layers before the embedding.")
    ] = 0
    pooling: Annotated[
        Literal["halves", "all-but-one"],
        Field(description="halves (measured in every round) or all-but-one (in one round)."),
        Since("2026-11-21"),
    ] = "halves"
    noise: Annotated[
        Noise | None,
        Field(description="Noise of the QPUs."),
        Shown(default="no noise"),
        Since("2026-11-21"),
    ] = None
    qpus: Annotated[
        Whole,
        Field(ge=2, le=MAX_QPUS, description="Number of QPUs."),
        Since("2026-11-26"),
    ] = 2
    topology: Annotated[
        str,
        Field(description=f"Edges between the QPUs: {FORMS}."),
        Since("2026-11-26"),
    ] = "line"
    sizes: Annotated[
        str | None,
        Field(description="Qubits of each QPU, such as 4,2,2, where they are not the same."),
        Shown(default="the same for all"),
        Since("2026-11-26"),
    ] = None
    passes: Annotated[
        Whole,
        Field(
            ge=1,
            le=MAX_PASSES,
            description="Passes of the embedding, each with one feature per qubit.",
        ),
        Since("2026-11-26"),
    ] = 1
    outputs: Annotated[
        Whole,
        Field(ge=1, le=MAX_OUTPUTS, description="Qubits of every QPU that are read out."),
        Since("2026-11-26"),
    ] = 1

    @field_validator("topology", mode="before")
    @classmethod
    def _edges(cls, topology: Any) -> Any:
        """A graph stands for its edges."""
        return topology_of_graph(topology) if hasattr(topology, "nodes") else topology

    @model_validator(mode="before")
    @classmethod
    def _one_size(cls, values: Any) -> Any:
        """`sizes`, as text or numbers, alone say how large QPUs are; `qubits` is the largest."""
        if not isinstance(values, dict) or values.get("sizes") is None:
            return values
        sizes, qubits = values["sizes"], values.get("qubits")
        if isinstance(sizes, tuple | list):
            sizes = ",".join(map(str, sizes))
        if not isinstance(sizes, str):
            return values
        most = max(_sizes(sizes))
        if qubits not in (None, most):
            raise EbitError(
                f"Arguments `sizes` ({sizes!r}) and `qubits` ({qubits!r}) both say how many qubits "
                "QPUs have: leave one of them out."
            )
        return {**values, "sizes": sizes, "qubits": most}

    @field_validator("resource", mode="before")
    @classmethod
    def _name(cls, resource: Any) -> Any:
        """A resource stands for its name, a file for what it holds."""
        text = getattr(resource, "name", resource)
        row = find_row(text) if isinstance(text, str) else None
        return text if row is None else row.settled(text)

    @property
    def shares(self) -> tuple[int, ...]:
        """Features that each QPU takes; halves of a baseline are equal."""
        return tuple(size * self.passes for size in self.every_size)

    @property
    def every_size(self) -> tuple[int, ...]:
        """Qubits of each QPU."""
        row = find_row(self.resource)
        has_sizes = row is None or not row.is_baseline
        return (self.qpu_sizes if has_sizes else None) or self.qpus * (self.qubits,)

    @property
    def qpu_sizes(self) -> tuple[int, ...] | None:
        """Qubits of each QPU; None where they are the same."""
        return None if self.sizes is None else _sizes(self.sizes)

    def check_size(self) -> None:
        """Raise `EbitError` unless QPUs have a number of qubits that they can have."""
        name = "qubits" if self.qpu_sizes is None else "sizes"
        for size in sorted(set(self.every_size)):
            checks.whole(2, MAX_QUBITS, "qubits per QPU")(name, size)

    @field_serializer("noise")
    def _noise_content(self, noise: Noise | None) -> dict[str, Any] | None:
        return None if noise is None else noise.content


class ModelSettings(CircuitSettings):
    """Which model is trained."""

    readout: Annotated[
        str,
        Field(
            description="weights (one trained per string of outcomes), parity (one trained), "
            "fixed-parity (none), pairwise (one per QPU and edge) or mps:chi (matrices)."
        ),
        Shown(default="weights for up to 4 QPUs, else pairwise"),
    ] = "weights"
    scores: Annotated[
        Whole,
        Field(ge=1, le=MOST_SCORES, description="Scores: one, or one for each of many classes."),
        Shown(default="as the data have classes"),
        Since("2026-11-26"),
    ] = 1

    @model_validator(mode="before")
    @classmethod
    def _readout_of_many(cls, values: Any) -> Any:
        """Without a read-out many QPUs take the one that is made for them."""
        if not isinstance(values, dict) or values.get("readout") is not None:
            return values
        numbers = [values.get(name, default) for name, default in (("qpus", 2), ("outputs", 1))]
        if all(isinstance(number, int) for number in numbers) and not has_few_outcomes(*numbers):
            return {**values, "readout": "pairwise"}
        return values

    def build(self) -> Model:
        """The model; raises `EbitError` if a setting is out of range."""
        row = find_row(self.resource)
        if row is None:
            raise EbitError(f"Unknown resource {self.resource!r}: use {resources_help()}.")
        settings = {name: getattr(self, name) for name in type(self).model_fields}
        del settings["resource"]
        settings["sizes"] = self.qpu_sizes
        if not row.is_baseline:
            return DistributedQCNN(resource=parse_resource(self.resource), **settings)
        make = BASELINES.get(row.form, row.model)
        if make is None:
            raise EbitError(
                f"Baseline {row.form!r} has no `model`: give its ebit.ResourceRow a function of "
                "the settings."
            )
        if self.qpus != 2:
            raise EbitError(
                f"Argument `resource` is {self.resource!r}, a baseline for the features of two "
                f"QPUs, but `qpus` is {self.qpus}: use two QPUs or another resource."
            )
        if self.outputs != 1:
            raise EbitError(
                f"Argument `outputs` is {self.outputs}, but the baseline {self.resource!r} has one "
                "output: leave it out."
            )
        graph_readout(self.readout, self.qpus, [])  # not used, but nothing wrong is accepted
        settings["qubits"] = self.qubits * self.passes  # it has no passes
        for name in ("qpus", "topology", "sizes", "passes", "outputs"):
            del settings[name]
        model: Model = make(**settings)
        return model


def _sizes(text: str) -> tuple[int, ...]:
    """Whole numbers between commas."""
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise EbitError(
            f"Argument `sizes` must be whole numbers between commas, such as 4,2,2, but is "
            f"{text!r}."
        ) from None


class ModelOptions(TypedDict, total=False):
    """The settings of a model, but for its resource, as keyword arguments."""

    qubits: int | None
    depth: int | None
    mixing: int | None
    pooling: str | None
    noise: Noise | dict[str, Any] | None
    readout: str | None
    qpus: int | None
    topology: Any
    sizes: str | tuple[int, ...] | list[int] | None
    passes: int | None
    outputs: int | None
    scores: int | None
