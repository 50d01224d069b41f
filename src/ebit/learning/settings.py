"""The settings of a training, told once."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, TypedDict

import optax
from pydantic import Field, ValidationInfo, field_validator, model_validator

from ebit import checks
from ebit.errors import EbitError
from ebit.learning.optimizers import CHOSEN_BY_OPTIMIZER, OPTIMIZERS
from ebit.models.objective import LOSSES, LossFunction
from ebit.settings import Number, Settings, Shown, Since, Whole, one_of

SHOTS_PER_LABEL = 1000
"""Shots that the loss `shots` counts on, if nothing else is said."""


class TrainingOptions(TypedDict, total=False):
    """The settings of a training as keyword arguments."""

    steps: int | None
    batch_size: int | None
    learning_rate: float | None
    loss: str | LossFunction | None
    runs: int | None
    seed: int | None
    validate_every: int | None
    optimizer: str | optax.GradientTransformation | None
    b1: float | None
    b2: float | None
    schedule: str | None
    minibatches: str | None
    shots_per_label: int | None
    target: str | None


class TrainingSettings(Settings):
    """How a model is trained."""

    steps: Annotated[Whole, Field(ge=1, le=10**9, description="Optimiser steps.")] = 2000
    batch_size: Annotated[
        Whole,
        Field(ge=1, le=10**9, description="Rows of a minibatch."),
        Shown(default="768, or all rows if fewer"),
    ] = 768
    learning_rate: Annotated[
        Number, Field(gt=0, allow_inf_nan=False, description="Step size of the optimiser.")
    ] = 0.05
    loss: Annotated[str, one_of(LOSSES), Field(description=f"{' or '.join(LOSSES)}.")] = "mse"
    runs: Annotated[
        Whole, Field(ge=1, le=10_000, description="Independent runs, trained together.")
    ] = 5
    seed: Annotated[
        Whole,
        Field(ge=0, lt=2**32, description="Seed of the initial parameters and of the data order."),
    ] = 0
    validate_every: Annotated[
        Whole,
        Field(ge=1, le=10**9, description="Steps between the points of the curves."),
        Shown(default="50 points in all"),
    ] = 40
    optimizer: Annotated[
        str,
        one_of(OPTIMIZERS),
        Field(description=f"{' or '.join(OPTIMIZERS)}."),
        Since("2026-11-26"),
    ] = "adam"
    b1: Annotated[
        Number,
        Field(ge=0, lt=1, description="Decay of Adam's mean of the gradients."),
        Shown(flag="--beta1"),
        Since("2026-11-26"),
    ] = 0.9
    b2: Annotated[
        Number,
        Field(ge=0, lt=1, description="Decay of Adam's mean of their squares."),
        Shown(flag="--beta2"),
        Since("2026-11-26"),
    ] = 0.999
    schedule: Annotated[
        Literal["constant", "cosine"],
        Field(description="Step size over the steps: constant, or cosine (falls to 0)."),
        Since("2026-11-26"),
    ] = "constant"
    minibatches: Annotated[
        Literal["permuted", "replacement"],
        Field(
            description="permuted (every row once an epoch) or replacement (rows drawn anew, of "
            "which a minibatch may hold some twice)."
        ),
        Since("2026-11-26"),
    ] = "permuted"
    shots_per_label: Annotated[
        Whole | None,
        Field(
            ge=1, le=10**9, validate_default=True, description="Shots that the loss `shots` has."
        ),
        Shown(default=f"{SHOTS_PER_LABEL} with loss shots"),
        Since("2026-11-26"),
    ] = None

    target: Annotated[
        Literal["labels", "numbers"],
        Field(description="labels (of classes) or numbers (regression)."),
        Shown(default="as the data are"),
        Since("2026-11-26"),
    ] = "labels"

    @field_validator("shots_per_label")
    @classmethod
    def _with_loss_shots(cls, shots: int | None, info: ValidationInfo) -> int | None:
        loss = info.data.get("loss", "shots")
        if loss == "shots":
            return SHOTS_PER_LABEL if shots is None else shots
        if shots is not None:
            raise EbitError(
                f"Argument `shots_per_label` belongs to the loss 'shots', but `loss` is {loss!r}: "
                "leave it out or change the loss."
            )
        return None

    @field_validator("loss", "optimizer", mode="before")
    @classmethod
    def _by_name(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, str):
            return value
        raise EbitError(
            f"Argument `{info.field_name}` must be a name here, which a file can hold, but is "
            f"{checks.shown(value)}: give the name of one, or train with ebit.fit, which keeps "
            "nothing."
        )

    @model_validator(mode="after")
    def _used_by_optimizer(self) -> Self:
        uses = OPTIMIZERS[self.optimizer].uses
        for name in CHOSEN_BY_OPTIMIZER:
            value = getattr(self, name)
            if name not in uses and value != type(self).model_fields[name].default:
                raise EbitError(
                    f"Argument `{name}` is not used by the optimizer {self.optimizer!r}, but is "
                    f"{checks.shown(value)}: leave it out."
                )
        return self

    @classmethod
    def for_rows(cls, rows: int, given: Mapping[str, Any]) -> Self:
        """The settings of a training on so many rows.

        Args:
            rows: Rows of training data.
            given: What the user gave; None or left out: by default. The default of `batch_size`
                is at most the number of rows (all of them for L-BFGS), that of `validate_every` a
                fiftieth of the steps.

        Returns:
            The settings.

        Raises:
            EbitError: If one is unknown or out of range.

        Example:
            >>> settings = TrainingSettings.for_rows(100, {"steps": 500})
            >>> settings.batch_size, settings.validate_every
            (100, 10)
        """
        found = {name: value for name, value in given.items() if value is not None}
        settings = cls(**found)
        fitting: dict[str, int] = {}
        if "batch_size" not in found:
            searches = OPTIMIZERS[settings.optimizer].searches
            fitting["batch_size"] = rows if searches else min(settings.batch_size, rows)
        if "validate_every" not in found:
            fitting["validate_every"] = max(1, settings.steps // 50)
        settings = settings.model_copy(update=fitting)
        settings.check_rows(rows)
        return settings

    def check_rows(self, rows: int) -> None:
        """Raise `EbitError` unless minibatches fit the rows and the optimiser."""
        if OPTIMIZERS[self.optimizer].searches:
            self.check_all_rows(rows)
        if self.minibatches == "permuted" and self.batch_size > rows:
            raise EbitError(
                f"Argument `batch_size` must be at most the {rows} rows of training data, but is "
                f"{self.batch_size}: use a smaller one, or minibatches with replacement."
            )

    def check_all_rows(self, rows: int) -> None:
        """Raise `EbitError` unless every step sees all rows, as a line search needs."""
        if self.batch_size != rows or self.minibatches != "permuted":
            raise EbitError(
                f"Argument `optimizer` is one that searches a line, which needs all {rows} rows at "
                f"every step, but `batch_size` is {self.batch_size} and `minibatches` "
                f"{self.minibatches!r}: leave both out, or use another optimizer."
            )
