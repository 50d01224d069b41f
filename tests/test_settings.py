"""Settings are told once: what a class says appears at every front door."""

import inspect
from typing import Annotated, Any, get_type_hints

import pytest
import typer
import typer.main
from pydantic import Field

from ebit.cli.configured import flag_of
from ebit.cli.options import Given, with_settings
from ebit.cli.verbs import app
from ebit.data import DataSource
from ebit.errors import EbitError
from ebit.estimators.classifier import DQMLClassifier
from ebit.learning import TrainingOptions, TrainingSettings
from ebit.models import ModelOptions, ModelSettings
from ebit.settings import Number, Settings, Shown, Since, Whole, hash_of

COMMANDS: Any = typer.main.get_command(app)


class Own(Settings):
    """Settings of a test."""

    first: Annotated[Whole, Field(ge=1, description="How many.")] = 3
    rate: Annotated[
        Number, Field(gt=0, description="How fast."), Shown(flag="--speed"), Since("2030-01-01")
    ] = 0.5


def test_a_class_tells_its_docstring() -> None:
    assert (
        Own.__doc__
        == """Settings of a test.

Attributes:
    first: How many.
    rate: How fast."""
    )


def test_a_later_setting_counts_where_it_is_not_at_its_default() -> None:
    assert Own(first=2).content == {"first": 2}
    assert Own(rate=2).content == {"first": 3, "rate": 2.0}
    assert hash_of(Own(rate=0.5).content) == hash_of(Own().content)


def test_a_class_becomes_options_of_a_verb() -> None:
    seen: list[dict[str, Any]] = []

    @with_settings(Own)
    def verb(given: Given, loud: bool = False) -> None:
        seen.append(given.of(Own))
        Own(**given.of(Own))

    small = typer.Typer()
    small.command()(verb)
    for arguments in ([], ["--first", "4", "--speed", "2"]):
        small(arguments, standalone_mode=False)
    assert seen == [{}, {"first": 4, "rate": 2.0}]
    with pytest.raises(EbitError, match=r"^Argument `speed` must be greater than 0, but is -1.0"):
        small(["--speed", "-1"], standalone_mode=False)
    helps = [p.help for p in typer.main.get_command(small).params][1:3]  # type: ignore[attr-defined]
    assert helps == ["How many. Default: 3.", "How fast. Default: 0.5."]


@pytest.mark.parametrize(
    ("options", "settings"),
    [(ModelOptions, ModelSettings), (TrainingOptions, TrainingSettings)],
)
def test_keyword_arguments_are_the_fields(options: Any, settings: type[Settings]) -> None:
    assert set(get_type_hints(options)) == set(settings.model_fields) - {"resource"}


@pytest.mark.parametrize("verb", ["train", "compare"])
def test_every_setting_is_an_option(verb: str) -> None:
    there = {option for p in COMMANDS.commands[verb].params for option in p.opts}
    wanted = {
        flag_of(name, field)
        for own in (DataSource, ModelSettings, TrainingSettings)
        for name, field in own.model_fields.items()
    }
    assert wanted <= there


def test_every_setting_is_a_parameter_of_the_classifier() -> None:
    parameters = set(inspect.signature(DQMLClassifier).parameters)
    wanted = {*ModelSettings.model_fields, *TrainingSettings.model_fields}
    assert wanted - parameters == {"runs", "scores", "seed", "target", "validate_every"}
    assert set(DQMLClassifier().get_params()) == parameters
    with pytest.raises(EbitError, match="`step` is unknown"):
        DQMLClassifier(step=3)


def test_all_settings_are_described() -> None:
    for own in (DataSource, ModelSettings, TrainingSettings):
        for name, field in own.model_fields.items():
            assert field.description, name
            assert f"    {name}: {field.description}" in (own.__doc__ or "")
