"""`ebit network`: files that describe networks."""

from pathlib import Path
from typing import Annotated

import typer

from ebit.cli.console import check_output, messages, output, write_json
from ebit.cli.options import Json
from ebit.network import Network, drawing, read_description, troubles, unverified, written_as
from ebit.planning.site import used_profiles
from ebit.writing import write_atomically

network = typer.Typer(name="network", help="Work with files that describe networks.")


@network.callback()
def _verbs() -> None:
    """Work with files that describe networks."""


@network.command()
def show(
    file: Annotated[Path, typer.Argument(help="Network file: TOML, SquidASM YAML, SeQUeNCe JSON.")],
    json: Json = None,
) -> None:
    """Draw a network and print what its QPUs and links say."""
    described, left_out = read_description(file)
    check_output(json, data=str(file))
    for line in left_out:
        messages.print(f"Note: {line}")
    output.print(drawing(described))
    marks = unverified(used_profiles(file))
    for line in marks:
        output.print(line)
    write_json(json, {**described.model_dump(mode="json"), "unverified": marks})


@network.command()
def check(
    file: Annotated[Path, typer.Argument(help="Network file: TOML, SquidASM YAML, SeQUeNCe JSON.")],
) -> None:
    """Read a network and say in one line each what it cannot be used for; exit code 1 if any."""
    described, left_out = read_description(file)
    for line in left_out:
        messages.print(f"Note: {line}")
    found = [line for link in described.links for line in troubles(described, link)]
    for line in found:
        output.print(line)
    if found:
        raise typer.Exit(1)
    output.print(f"{file}: {_counts(described)}, no trouble.")


@network.command()
def convert(
    file: Annotated[Path, typer.Argument(help="Network file: TOML, SquidASM YAML, SeQUeNCe JSON.")],
    out: Annotated[Path, typer.Argument(help="File to write: .toml, .yaml or .json.")],
) -> None:
    """Write a network in another form by the ending of its name, and say what was left out."""
    check_output(out, data=str(file))
    described, left_out = read_description(file)
    text, lost = written_as(described, out)
    for line in [*left_out, *lost]:
        messages.print(f"Note: {line}")
    write_atomically(out, text.encode())
    output.print(f"Wrote {out}: {_counts(described)}.")


def _counts(described: Network) -> str:
    links = len(described.links)
    return f"{len(described.qpus)} QPUs and {links} link{'' if links == 1 else 's'}"
