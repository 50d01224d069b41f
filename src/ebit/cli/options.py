"""Options of the verbs: those of settings are made from the fields of their classes."""

import functools
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic.fields import FieldInfo

from ebit.cli.console import messages
from ebit.cluster import Certificates
from ebit.data import Dataset, DataSource
from ebit.errors import EbitError
from ebit.physics import Noise
from ebit.results import load_splits, read_noise
from ebit.settings import Settings, Shown, kind_of, mark

FILES: Mapping[object, Callable[[Path], Any]] = {Noise: read_noise}
"""Settings that the command line reads from a file."""

Cluster = Annotated[
    str | None,
    typer.Option(
        help="local, slurm, tls://HOST:PORT or tcp://HOST:PORT. Default: one task after the other."
    ),
]
TlsCa = Annotated[
    Path | None,
    typer.Option(help="Certificate (PEM) of who signed those of a cluster at tls://HOST:PORT."),
]
TlsCert = Annotated[Path | None, typer.Option(help="Own certificate for such a cluster.")]
TlsKey = Annotated[Path | None, typer.Option(help="Private key of that certificate.")]
Workers = Annotated[
    int | None,
    typer.Option(min=1, help="Processes of local (default: one per core) or jobs of slurm."),
]
Json = Annotated[
    Path | None, typer.Option("--json", help="Write the results to this JSON file, too.")
]


@dataclass(frozen=True)
class Given:
    """The settings that stand on the command line; those that do not are by default.

    Attributes:
        values: Values by name of the setting.
    """

    values: Mapping[str, Any]

    def of(self, *classes: type[Settings]) -> dict[str, Any]:
        """Those of some classes."""
        names = {name for own in classes for name in own.model_fields}
        return {name: value for name, value in self.values.items() if name in names}

    def source(self) -> DataSource:
        """Where the data come from."""
        return DataSource(**self.of(DataSource))

    def load(self) -> Dataset:
        """The data set, after its notes; raises `EbitError` if anything is wrong with it."""
        return self.load_splits(1)[0]

    def load_splits(self, splits: int | None) -> list[Dataset]:
        """The same for random splits of a file; by default as many as its size asks for."""
        datasets = load_splits(self.source(), splits)
        for note in datasets[0].notes:
            messages.print(f"Note: {note}")
        return datasets


def with_settings(
    *classes: type[Settings],
    without: Sequence[str] = (),
    defaults: Mapping[str, str] | None = None,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a verb the options of some settings.

    Its first argument, `given`, holds what stands on the command line.

    Args:
        *classes: The settings. One without a default is required, unless `defaults` has it.
        without: Fields that are no options of this verb.
        defaults: Words for the defaults of this verb where they are not those of the class.

    Returns:
        A decorator.
    """
    fields = {
        name: field
        for own in classes
        for name, field in own.model_fields.items()
        if name not in without
    }
    words = defaults or {}

    def decorate(verb: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(verb)
        def command(**arguments: Any) -> None:
            given = {name: arguments.pop(name) for name in fields}
            there = {name: value for name, value in given.items() if value is not None}
            try:
                read = {name: _read(fields[name], value) for name, value in there.items()}
                verb(Given(read), **arguments)
            except EbitError as error:
                raise EbitError(_as_options(str(error), fields)) from None

        options = [_parameter(name, field, words.get(name)) for name, field in fields.items()]
        own = list(inspect.signature(verb).parameters.values())[1:]
        keywords = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
        command.__signature__ = inspect.Signature([*options, *keywords])  # type: ignore[attr-defined]
        command.__annotations__ = {p.name: p.annotation for p in [*options, *keywords]}
        return command

    return decorate


def flag_of(name: str, field: FieldInfo) -> str:
    """The option of a setting, such as `--batch-size`."""
    shown = mark(field, Shown)
    return (shown and shown.flag) or f"--{name.replace('_', '-')}"


def _parameter(name: str, field: FieldInfo, words: str | None) -> inspect.Parameter:
    """One option, as Typer reads it from a signature."""
    shown = mark(field, Shown)
    required = field.is_required() and words is None
    default = words or (shown and shown.default) or field.default
    kind = kind_of(field.annotation)
    told = required or kind is bool
    text = field.description if told else f"{field.description} Default: {default}."
    kind = Path if kind in FILES else kind
    option = typer.Option(flag_of(name, field), help=text)
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=inspect.Parameter.empty if required else False if kind is bool else None,
        annotation=Annotated[kind if required or kind is bool else kind | None, option],
    )


def _read(field: FieldInfo, value: Any) -> Any:
    """The value of an option; a file is read."""
    kind = kind_of(field.annotation)
    return FILES[kind](value) if kind in FILES else value


def _as_options(message: str, fields: Mapping[str, FieldInfo]) -> str:
    """A message that calls settings as the command line does."""
    for name, field in fields.items():
        called = flag_of(name, field).removeprefix("--")
        if called != name.replace("_", "-"):
            message = message.replace(f"`{name}`", f"`{called}`")
    return message


def split_resources(text: str) -> list[str]:
    """Resource strings between commas; an option such as `concurrence=0.5` stays with its own."""
    return [name.strip() for name in re.split(r",(?!\s*[a-z]+=)", text)]


def certificates_of(ca: Path | None, cert: Path | None, key: Path | None) -> Certificates | None:
    """The certificates that three options name, or None where none does."""
    files = [file for file in (ca, cert, key) if file is not None]
    if not files:
        return None
    if len(files) < 3:
        raise EbitError("Options `--tls-ca`, `--tls-cert` and `--tls-key` go together: give all.")
    return Certificates(*files)
