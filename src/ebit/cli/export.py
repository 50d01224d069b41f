"""`ebit export`: a trained model as files of other tools."""

from pathlib import Path
from typing import Annotated

import typer

from ebit.cli.console import check_output, output, write_json
from ebit.cli.options import Json
from ebit.errors import EbitError
from ebit.export import FORMATS, TARGETS
from ebit.results import export_model, load_model
from ebit.writing import write_atomically


def export(
    model: Annotated[Path, typer.Argument(help="A .safetensors file that `ebit train` wrote.")],
    out: Annotated[Path, typer.Option(help="File, or folder if there is a file per QPU.")],
    format: Annotated[str, typer.Option(help=f"{', '.join(FORMATS)}.")] = "qasm3",
    data: Annotated[
        Path | None,
        typer.Option(help="NPZ, CSV or Parquet file with the input. Default: symbols x_0, ..."),
    ] = None,
    row: Annotated[int, typer.Option(help="Row of that file, from 0.")] = 0,
    input: Annotated[
        str | None,
        typer.Option(help="Features of one input instead of a file, as in 0.1,0.2. Default: none."),
    ] = None,
    run: Annotated[
        int | None, typer.Option(help="Which run. Default: the best on the validation data.")
    ] = None,
    symbols: Annotated[
        bool, typer.Option("--symbols", help="Leave the angles as symbols theta_0, theta_1, ...")
    ] = False,
    teleport: Annotated[
        bool, typer.Option("--teleport", help="Make gates across the QPUs from pairs and bits.")
    ] = False,
    deferred: Annotated[
        bool, typer.Option("--deferred", help="Measure at the end; controls replace conditions.")
    ] = False,
    without_noise: Annotated[
        bool, typer.Option("--without-noise", help="Leave out the noise that it was trained with.")
    ] = False,
    check: Annotated[
        str | None, typer.Option(help=f"What has to run it: {', '.join(TARGETS)}. Default: nobody.")
    ] = None,
    json: Json = None,
) -> None:
    """Write a trained model as a circuit of another tool, or as one program per QPU."""
    several = FORMATS[format].is_folder if format in FORMATS else False
    if not several:
        check_output(out, data=str(data))
    elif out.exists() and not out.is_dir():
        raise EbitError(f"Argument `out` must be a folder for {format}, but {str(out)!r} is none.")
    check_output(json, data=str(data))
    exported = export_model(
        load_model(model),
        format=format,
        data=data,
        row=row,
        values=None if input is None else _numbers(input),
        run=run,
        symbols=symbols,
        teleport=teleport,
        deferred=deferred,
        target=check,
        without_noise=without_noise,
    )
    for name, content in exported.files.items():
        write_atomically(out / name if several else out, content)
    size = sum(map(len, exported.files.values()))
    output.print(
        f"{len(exported.files)} file{'s' if several else ''}, {size} bytes: {exported.qubits} "
        f"qubits, {exported.inputs} symbols."
    )
    for line in exported.refusals:
        output.print(f"{check} refuses it: {line}.")
    write_json(
        json,
        {
            "format": format,
            "files": [str(out / name if several else out) for name in exported.files],
            "bytes": size,
            "qubits": exported.qubits,
            "symbols": exported.inputs,
            "refusals": list(exported.refusals),
        },
    )
    if exported.refusals:
        raise typer.Exit(1)


def _numbers(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise EbitError(
            f"Argument `--input` must be numbers with commas, as in 0.1,0.2, but is {text!r}."
        ) from None
