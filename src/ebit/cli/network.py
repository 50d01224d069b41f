"""`ebit network`: files that describe networks."""

from pathlib import Path
from typing import Annotated

import typer

from ebit.cli.console import check_output, messages, output
from ebit.network import read_description, to_toml
from ebit.writing import write_atomically

network = typer.Typer(name="network", help="Work with files that describe networks.")


@network.callback()
def _verbs() -> None:
    """Work with files that describe networks."""


@network.command()
def convert(
    file: Annotated[Path, typer.Argument(help="YAML file of SquidASM or JSON file of SeQUeNCe.")],
    out: Annotated[Path, typer.Argument(help="TOML file to write.")],
) -> None:
    """Write the network of another tool's file as TOML, and say what was left out."""
    check_output(out, data=str(file))
    described, left_out = read_description(file)
    for line in left_out:
        messages.print(f"Note: {line}")
    write_atomically(out, to_toml(described).encode())
    links = len(described.links)
    output.print(
        f"Wrote {out}: {len(described.qpus)} QPUs and {links} link{'' if links == 1 else 's'}."
    )
