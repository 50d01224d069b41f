from typing import Any

import pytest
from data_helpers import error_of
from pydantic import BaseModel, ValidationError

from ebit.data import DataSource, load


class Task(BaseModel):
    data: DataSource


def test_defaults() -> None:
    source = DataSource(source="a.csv")
    assert (source.validation_fraction, source.split_seed, source.scale) == (0.25, 0, "none")
    assert source.label is source.features is source.positive is None


def test_is_an_immutable_value() -> None:
    source = DataSource(source="a.csv", scale="angles", positive=3)
    assert source == DataSource(source="a.csv", scale="angles", positive="3")
    assert hash(source) == hash(DataSource.model_validate(source.model_dump()))
    with pytest.raises(ValidationError):
        source.scale = "none"


def test_inside_another_model_the_line_of_the_error_stays() -> None:
    assert Task.model_validate({"data": {"source": "chsh"}}).data.source == "chsh"
    with pytest.raises(ValidationError) as caught:
        Task.model_validate({"data": {"source": "a.csv", "scale": "log"}})
    error = caught.value.errors()[0]
    assert error["loc"] == ("data",)
    assert "Data option `scale` is 'log': use `none`, `angles`." in error["msg"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "Data option `source` is missing."),
        ({"source": None}, "`source` is None: it must be text"),
        ({"source": "a.csv", "scale": "standard"}, "`scale` is 'standard': use `none`, `angles`"),
        ({"source": "a.csv", "validation_fraction": 0}, "must be a number between 0 and 1"),
        ({"source": "a.csv", "validation_fraction": 1.0}, "must be a number between 0 and 1"),
        ({"source": "a.csv", "validation_fraction": "nan"}, "must be a number between 0 and 1"),
        ({"source": "a.csv", "split_seed": -1}, "`split_seed` is -1: it must be a whole number"),
        ({"source": "a.csv", "split_seed": 0.5}, "must be a whole number"),
        ({"source": "a.csv", "positive": ["1\n2"]}, "`positive` is ['1\\n2']: it must be text"),
        ({"source": "a.csv", "colour": "red"}, "`colour` is unknown: use `source`, `label`"),
    ],
)
def test_bad_options(options: dict[str, Any], expected: str) -> None:
    assert expected in error_of(lambda: DataSource(**options))


@pytest.mark.parametrize(
    "source",
    [
        "clusters",
        "clusters:",
        "clusters:x",
        "clusters:-1",
        "clusters:1.5",
        "clusters:0:1",
        "clusters-hwang:x",
        "clusters:\N{ARABIC-INDIC DIGIT ONE}",
        "clusters:" + "9" * 5000,
    ],
)
def test_bad_seed(source: str) -> None:
    assert "must end in a seed" in error_of(lambda: load(source))


@pytest.mark.parametrize("source", ["moons:0", "moons", "", "Clusters:0", "a\nb:0", "a\0b"])
def test_unknown_source(source: str) -> None:
    message = error_of(lambda: load(source))
    assert "is unknown" in message or "is a directory" in message


@pytest.mark.parametrize(
    "options", [{"scale": "angles"}, {"label": "y"}, {"validation_fraction": 0.5}, {"positive": 1}]
)
def test_generators_take_no_file_options(options: dict[str, Any]) -> None:
    message = error_of(lambda: load(DataSource(source="chsh", **options)))
    assert f"takes no `{next(iter(options))}`" in message
