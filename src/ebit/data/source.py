"""Where data come from, as one immutable value."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ebit.checks import shown
from ebit.data.bundled import BUNDLED
from ebit.data.generators import FORMS
from ebit.data.messages import bad_input, listed
from ebit.data.scaling import SCALE_KINDS, ScaleKind
from ebit.settings import Number, Settings, Shown, Whole

_ALLOWED = {
    "validation_fraction": "it must be a number between 0 and 1, both excluded",
    "split_seed": "it must be a whole number, 0 or more",
    "scale": f"use {listed(SCALE_KINDS)}",
    "target": "use `labels`, `numbers`",
}


class DataSource(Settings):
    """What to load and how to prepare it.

    The source is a generator such as `clusters:SEED`, some with options of their own after a comma
    (`clusters:0,features=16,classes=4`), a set that scikit-learn has (`iris`), or the path of an
    NPZ, CSV or Parquet file. All other options are for files and those sets.

    Raises:
        EbitError: If an option is unknown or has a wrong value.

    Example:
        >>> from ebit.data import DataSource
        >>> DataSource(source="wine.csv", scale="angles").validation_fraction
        0.25
        >>> DataSource(source="wine.csv", scale="log")
        Traceback (most recent call last):
        ebit.errors.EbitError: Data option `scale` is 'log': use `none`, `angles`.
    """

    model_config = ConfigDict(coerce_numbers_to_str=True)

    source: Annotated[
        str,
        Field(description=f"{', '.join((*FORMS, *BUNDLED))}, or an NPZ, CSV or Parquet file."),
        Shown(flag="--data"),
    ]
    label: Annotated[
        str | None,
        Field(description="Label column of a file."),
        Shown(default="label, y or target, else the last one"),
    ] = None
    validation_fraction: Annotated[
        Number,
        Field(gt=0, lt=1, description="Share of a file's rows used for validation."),
        Shown(flag="--split"),
    ] = 0.25
    split_seed: Annotated[
        Whole,
        Field(ge=0, description="Seed of that split, which keeps the share of each class."),
    ] = 0
    scale: Annotated[
        ScaleKind,
        Field(
            description="none (features are angles in radians) or angles (the training range of "
            "each feature to [0, pi])."
        ),
        Shown(default="none; angles for the sets of scikit-learn"),
    ] = "none"
    features: Annotated[
        str | None,
        Field(description="Which columns go to which QPU: 'a,b|c,d' (names, or places from 0)."),
        Shown(default="all columns in order"),
    ] = None
    positive: Annotated[
        str | None,
        Field(description="Label value that is one class; all others are the other."),
        Shown(default="every value is a class"),
    ] = None
    target: Annotated[
        Literal["labels", "numbers"] | None,
        Field(description="labels (of classes) or numbers (regression)."),
        Shown(default="labels; numbers for diabetes"),
    ] = None

    def __init__(self, **options: Any) -> None:
        """Check the options; the first wrong one is named in an EbitError."""
        try:
            BaseModel.__init__(self, **options)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            name = str(first["loc"][0])
            if first["type"] == "extra_forbidden":
                cure = f"Data option `{name}` is unknown: use {listed(_names(), limit=10)}."
            elif first["type"] == "missing":
                cure = f"Data option `{name}` is missing."
            else:
                allowed = _ALLOWED.get(name, "it must be text")
                cure = f"Data option `{name}` is {shown(first['input'])}: {allowed}."
            raise bad_input(cure) from None
        except ValueError:  # Python writes no longer numbers as text
            raise bad_input(
                "A data option is a number of more than 4300 digits: give text."
            ) from None

    def file_options(self) -> list[str]:
        """Name the options, other than the source, that differ from their defaults."""
        fields = type(self).model_fields
        return [n for n in _names()[1:] if getattr(self, n) != fields[n].default]


def _names() -> list[str]:
    return list(DataSource.model_fields)
