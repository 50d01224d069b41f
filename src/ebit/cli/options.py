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

from ebit.cli.configured import Known, flag_of, parameters_for, taken
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


def section_of(settings: type[Settings]) -> str:
    """What the settings of a class are called in a file, in `--set` and in the help.

    Example:
        >>> from ebit.learning import TrainingSettings
        >>> section_of(TrainingSettings), section_of(DataSource)
        ('training', 'data')
    """
    return settings.__name__.removesuffix("Settings").removesuffix("Source").lower()


def with_settings(
    *classes: type[Settings],
    without: Sequence[str] = (),
    defaults: Mapping[str, str] | None = None,
    as_options: bool = True,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a verb the options of some settings, and `--set` and `--config`.

    Its first argument, `given`, holds what stands on the command line or in a file.

    Args:
        *classes: The settings. One without a default is required, unless `defaults` has it.
        without: Fields that are no settings of this verb.
        defaults: Words for the defaults of this verb where they are not those of the class.
        as_options: Whether the settings are options; else they are for `--set` and `--config` only.

    Returns:
        A decorator.
    """
    sections: dict[str, dict[str, FieldInfo]] = {}
    for own in classes:
        before = {name for section in sections.values() for name in section}
        sections[section_of(own)] = {
            name: field
            for name, field in own.model_fields.items()
            if name not in without and name not in before
        }
    known, words = Known(sections), defaults or {}
    fields = known.fields if as_options else {}
    required = [name for name, field in fields.items() if field.is_required() and name not in words]

    def decorate(verb: Callable[..., None]) -> Callable[..., None]:
        def command(ctx: typer.Context, **arguments: Any) -> None:
            on_line = {name: arguments.pop(name) for name in fields}
            try:
                there = taken(ctx, known) | {
                    name: _read(fields[name], value)
                    for name, value in on_line.items()
                    if value is not None and value is not False
                }
                for name in required:
                    if name not in there:
                        flag = flag_of(name, fields[name])
                        raise EbitError(
                            f"Missing option '{flag}'. See `{ctx.command_path} --help`."
                        )
                verb(Given(there), **arguments)
            except EbitError as error:
                raise EbitError(_as_options(str(error), known.fields)) from None

        options = [
            _parameter(name, field, words.get(name), section.capitalize())
            for section, own in sections.items()
            for name, field in own.items()
            if name in fields
        ]
        return _as_command(command, verb, options, known, given=True)

    return decorate


def with_config(verb: Callable[..., None]) -> Callable[..., None]:
    """Give a verb without settings `--set` and `--config` for its options."""

    def command(ctx: typer.Context, **arguments: Any) -> None:
        verb(**arguments)

    return _as_command(command, verb, [], Known({}), given=False)


def _as_command(
    command: Callable[..., None],
    verb: Callable[..., None],
    options: Sequence[inspect.Parameter],
    known: Known,
    *,
    given: bool,
) -> Callable[..., None]:
    """The command with the signature that Typer is to read."""

    @functools.wraps(verb)
    def found(**arguments: Any) -> None:
        for name in ("config", "set"):
            arguments.pop(name)
        command(**arguments)

    own = list(inspect.signature(verb).parameters.values())[given:]
    keywords = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
    signature = inspect.Signature([*keywords, *options, *parameters_for(known)])
    found.__signature__ = signature  # type: ignore[attr-defined]
    found.__annotations__ = {p.name: p.annotation for p in signature.parameters.values()}
    return found


def _parameter(name: str, field: FieldInfo, words: str | None, panel: str) -> inspect.Parameter:
    """One option, as Typer reads it from a signature."""
    shown = mark(field, Shown)
    required = field.is_required() and words is None
    default = words or (shown and shown.default) or field.default
    kind = kind_of(field.annotation)
    flag = kind is bool
    ending = " [required]" if required else "" if flag else f" Default: {default}."
    kind = Path if kind in FILES else kind
    option = typer.Option(
        flag_of(name, field), help=f"{field.description}{ending}", rich_help_panel=panel
    )
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=False if flag else None,
        annotation=Annotated[kind if flag else kind | None, option],
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


def split_resources(*texts: str) -> list[str]:
    """Resource strings between commas; an option such as `concurrence=0.5` stays with its own."""
    return [name.strip() for text in texts for name in re.split(r",(?!\s*[a-z]+=)", text)]


def certificates_of(ca: Path | None, cert: Path | None, key: Path | None) -> Certificates | None:
    """The certificates that three options name, or None where none does."""
    files = [file for file in (ca, cert, key) if file is not None]
    if not files:
        return None
    if len(files) < 3:
        raise EbitError("Options `--tls-ca`, `--tls-cert` and `--tls-key` go together: give all.")
    return Certificates(*files)
