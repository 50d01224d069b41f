"""The settings of a model: which circuit or network, told once."""

from typing import Annotated, Any, Literal, TypedDict

from pydantic import Field, field_validator

from ebit.errors import EbitError
from ebit.models.base import Model
from ebit.models.baselines import BASELINES
from ebit.models.distributed_qcnn import DistributedQCNN
from ebit.models.readout import READOUTS
from ebit.physics import Noise
from ebit.resources import find_row, parse_resource, resources_help
from ebit.settings import Settings, Shown, Since, Whole, one_of

RESOURCES_HELP = resources_help(installed=False)
"""What can be named without another package."""


class CircuitSettings(Settings):
    """A circuit of two QPUs."""

    resource: Annotated[str, Field(description=f"{RESOURCES_HELP}.")]
    qubits: Annotated[
        Whole, Field(description="Qubits per QPU."), Shown(default="half of the features")
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

    @field_validator("resource", mode="before")
    @classmethod
    def _name(cls, resource: Any) -> Any:
        """A resource stands for its name."""
        return getattr(resource, "name", resource)


class ModelSettings(CircuitSettings):
    """Which model is trained."""

    readout: Annotated[
        str,
        one_of(READOUTS),
        Field(description="weights (four trained), parity (one trained) or fixed-parity (none)."),
    ] = "weights"

    def build(self) -> Model:
        """The model; raises `EbitError` if a setting is out of range."""
        row = find_row(self.resource)
        if row is None:
            raise EbitError(f"Unknown resource {self.resource!r}: use {resources_help()}.")
        settings = {name: getattr(self, name) for name in type(self).model_fields}
        del settings["resource"]
        if not row.is_baseline:
            return DistributedQCNN(resource=parse_resource(self.resource), **settings)
        make = BASELINES.get(row.form, row.model)
        if make is None:
            raise EbitError(
                f"Baseline {row.form!r} has no `model`: give its ebit.ResourceRow a function of "
                "the settings."
            )
        model: Model = make(**settings)
        return model


class ModelOptions(TypedDict, total=False):
    """The settings of a model, but for its resource, as keyword arguments."""

    qubits: int | None
    depth: int | None
    mixing: int | None
    pooling: str | None
    noise: Noise | dict[str, Any] | None
    readout: str | None
