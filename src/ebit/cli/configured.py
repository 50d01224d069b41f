"""`--config FILE` and `--set NAME=VALUE`: settings and options that no option of the line says.

The command line counts more than `--set`, that more than the file, and the file more than defaults.
"""

import inspect
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import fields as fields_of
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic.fields import FieldInfo

from ebit.errors import EbitError
from ebit.physics import Noise
from ebit.reading import read_toml
from ebit.results import noise_of, read_noise
from ebit.settings import Shown, kind_of, mark

PANEL = "Settings from elsewhere"
_KEPT = "ebit.configured"
_NOT_THESE = ("config", "set", "help")


@dataclass(frozen=True)
class Written:
    """A value of `--set`, as it was written."""

    text: str

    def read(self) -> Any:
        """The value as in TOML; what is no TOML is text."""
        try:
            found = tomllib.loads(f"value = {self.text}")
        except (ValueError, RecursionError):
            return self.text
        return found["value"] if len(found) == 1 else self.text


@dataclass(frozen=True)
class Known:
    """The settings of a verb.

    Attributes:
        sections: Fields by name, by the name of their section, such as `training`.
    """

    sections: Mapping[str, Mapping[str, FieldInfo]]

    @property
    def fields(self) -> dict[str, FieldInfo]:
        """All fields by name."""
        return {name: field for own in self.sections.values() for name, field in own.items()}

    def find(self, key: str) -> str | None:
        """The name of the field that a key means: its own name, or that of its option."""
        name = key.replace("-", "_")
        flags = {
            flag_of(own, field)[2:].replace("-", "_"): own for own, field in self.fields.items()
        }
        return name if name in self.fields else flags.get(name)

    def paths(self) -> Iterator[str]:
        """What may stand before the `=`."""
        for section, own in self.sections.items():
            for name, field in own.items():
                called = flag_of(name, field)[2:]
                yield from (called, f"{section}.{called}")
                if kind_of(field.annotation) is Noise:
                    yield from (f"{called}.{part.name}" for part in fields_of(Noise))


def flag_of(name: str, field: FieldInfo) -> str:
    """The option of a setting, such as `--batch-size`."""
    shown = mark(field, Shown)
    return (shown and shown.flag) or f"--{name.replace('_', '-')}"


def parameters_for(known: Known) -> list[inspect.Parameter]:
    """The options `--config` and `--set` of a verb with these settings."""

    def read_config(ctx: typer.Context, value: Path | None) -> Path | None:
        if value is not None:
            _keep(ctx, known, "file", read_toml(value), str(value))
        return value

    def read_set(ctx: typer.Context, value: list[str] | None) -> list[str] | None:
        if value:
            _keep(ctx, known, "set", _tree(value), "--set")
        return value

    config = typer.Option(
        "--config",
        help="TOML file with settings and options by name, as in depth = 3 or [model] depth = 3.",
        callback=read_config,
        is_eager=True,
        rich_help_panel=PANEL,
    )
    set_one = typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="A setting or option, as in depth=3 or model.depth=3; may be given again. It counts "
        "more than the file, and an option more than it.",
        callback=read_set,
        is_eager=True,
        rich_help_panel=PANEL,
    )
    keyword = inspect.Parameter.KEYWORD_ONLY
    return [
        inspect.Parameter(
            "config", keyword, default=None, annotation=Annotated[Path | None, config]
        ),
        inspect.Parameter(
            "set", keyword, default=None, annotation=Annotated[list[str] | None, set_one]
        ),
        inspect.Parameter("ctx", keyword, annotation=typer.Context),
    ]


def taken(ctx: typer.Context, known: Known) -> dict[str, Any]:
    """The settings that the options of `parameters_for` gave to a verb."""
    layers = ctx.meta.get(_KEPT, {})
    settings: dict[str, Any] = {}
    for layer in ("file", "set"):
        for name, value in layers.get(layer, ({}, {}))[0].items():
            both = isinstance(value, dict) and isinstance(settings.get(name), dict)
            settings[name] = {**settings[name], **value} if both else value
    return {name: _typed(name, known.fields[name], value) for name, value in settings.items()}


def _tree(texts: Sequence[str]) -> dict[str, Any]:
    """Tables within tables, from dotted names; of equal names the last counts."""
    tree: dict[str, Any] = {}
    for text in texts:
        path, equals, value = text.partition("=")
        parts = [part.strip() for part in path.split(".")]
        if not equals or not all(parts) or len(parts) > 4:
            raise EbitError(
                f"Option `--set` must be like depth=3 or model.depth=3, but is {text!r}."
            )
        table = tree
        for part in parts[:-1]:
            inner = table.get(part)
            table[part] = inner if isinstance(inner, dict) else {}
            table = table[part]
        table[parts[-1]] = Written(value.strip())
    return tree


def _keep(
    ctx: typer.Context, known: Known, layer: str, content: Mapping[str, Any], where: str
) -> None:
    """Sort a content into settings and options of the verb; the latter become its defaults."""
    own = {
        max(parameter.opts, key=len).lstrip("-").replace("-", "_"): parameter
        for parameter in ctx.command.params
    }
    own = {name: found for name, found in own.items() if known.find(name) is None}
    settings: dict[str, Any] = {}
    options: dict[str, Any] = {}
    for key, value in content.items():
        name = key.replace("-", "_")
        section = known.sections.get(name)
        field = known.find(key)
        if section is not None and isinstance(value, dict):
            inner = Known({name: section})
            for part, item in value.items():
                found = inner.find(part)
                if found is None:
                    raise _unknown(ctx, f"{key}.{part}", where, known, own)
                settings[found] = item
        elif field is not None:
            settings[field] = value
        elif name in own and name not in _NOT_THESE:
            options[own[name].name] = _as_option(value, key, where, own[name])
        else:
            raise _unknown(ctx, _first_path(key, value), where, known, own)
    layers = ctx.meta.setdefault(_KEPT, {})
    layers[layer] = (settings, options)
    ctx.default_map = {
        **layers.get("file", ({}, {}))[1],
        **layers.get("set", ({}, {}))[1],
    }


def _first_path(key: str, value: Any) -> str:
    return (
        _first_path(f"{key}.{next(iter(value))}", None)
        if isinstance(value, dict) and value
        else key
    )


def _unknown(
    ctx: typer.Context, path: str, where: str, known: Known, own: Mapping[str, Any]
) -> EbitError:
    names = [*known.paths(), *(name.replace("_", "-") for name in own if name not in _NOT_THESE)]
    last = path.replace("_", "-")
    near = get_close_matches(last, names, 3) or get_close_matches(last.split(".")[-1], names, 3)
    cure = f"did you mean {' or '.join(near)}?" if near else f"see `{ctx.command_path} --help`."
    return EbitError(f"Setting {path!r} of {where} is unknown: {cure}")


def _as_option(value: Any, key: str, where: str, parameter: Any) -> Any:
    """A value as it would stand on the command line, which then says whether it is right."""
    if isinstance(value, Written):
        found = value.read()
        value = found if isinstance(found, list) else value.text
    if isinstance(value, dict):
        raise EbitError(f"Setting {key!r} of {where} must be a value, but is a table.")
    several = [_as_text(item) for item in value] if isinstance(value, list) else [_as_text(value)]
    return several if getattr(parameter, "multiple", False) else ",".join(several)


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _typed(name: str, field: FieldInfo, value: Any) -> Any:
    """The value of a setting; its class checks it."""
    kind = kind_of(field.annotation)
    if kind is Noise:
        return _noise(value)
    if not isinstance(value, Written):
        return value
    read = value.read()
    return read if kind is not str or isinstance(read, str) else value.text


def _noise(value: Any) -> Noise:
    if isinstance(value, Written | str):
        return read_noise(Path(value.text if isinstance(value, Written) else value))
    if not isinstance(value, dict):
        raise EbitError(f"Setting `noise` must be a file or a table, but is {value!r}.")
    names = [part.name for part in fields_of(Noise)]
    for key in value:
        if key not in names:
            near = get_close_matches(key, names, 3)
            cure = f"did you mean {' or '.join(near)}?" if near else f"use {', '.join(names)}."
            raise EbitError(f"Setting 'noise.{key}' is unknown: {cure}")
    read = {key: item.read() if isinstance(item, Written) else item for key, item in value.items()}
    return noise_of(read)
