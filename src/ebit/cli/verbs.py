"""The verbs, and how an error becomes one line and an exit code."""

import errno
import io
import os
import sys
from typing import Annotated, Any

import jax
import typer

import ebit
from ebit.checks import check_text, shortened
from ebit.cli.bench import bench
from ebit.cli.capacity import capacity
from ebit.cli.communication import communication
from ebit.cli.compare import compare
from ebit.cli.consensus import consensus
from ebit.cli.export import export
from ebit.cli.help import Verbs, dress
from ebit.cli.info import info
from ebit.cli.main import fail
from ebit.cli.network import network
from ebit.cli.nonlocal_gates import nonlocal_gates_verb
from ebit.cli.plan import plan
from ebit.cli.plot import plot
from ebit.cli.predict import predict
from ebit.cli.renamed import with_new_names
from ebit.cli.report import report
from ebit.cli.reproduce import reproduce
from ebit.cli.show import show
from ebit.cli.sweep import sweep
from ebit.cli.train import train
from ebit.errors import EbitError, TrainingDivergedError
from ebit.learning.compilation_cache import use_compilation_cache

USAGE_ERROR: Any = typer.BadParameter.__mro__[-4]
"""What Typer raises for wrong usage; its name and place differ between versions."""

app = typer.Typer(
    name="ebit",
    help=(
        "Distributed quantum machine learning: what is each communication resource worth? "
        "Exit codes: 0 done, 1 a check failed (such as a training that diverged), 2 wrong usage "
        "or bad input, 130 interrupted."
    ),
    epilog="ebit compare --quick",
    cls=Verbs,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(compare)
app.command()(train)
app.command()(predict)
app.command()(export)
app.command()(sweep)
app.command()(plan)
app.command()(capacity)
app.add_typer(network)
app.add_typer(consensus)
app.add_typer(communication)
app.command()(reproduce)
app.command("nonlocal-gates")(nonlocal_gates_verb)
app.command()(bench)
app.command()(report)
app.command()(plot)
app.command()(show)
app.command()(info)
dress(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ebit {ebit.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Distributed quantum machine learning: what is each communication resource worth?"""


def run() -> None:
    """Run a verb; every error is one line on standard error."""
    _show_anything()
    arguments = with_new_names(sys.argv[1:]) or ["--help"]
    use_compilation_cache()
    try:
        for argument in arguments:
            check_text("argument", argument)
        code = app(arguments, prog_name="ebit", standalone_mode=False)
        if code == 130:  # how Typer tells that Ctrl-C was pressed
            raise KeyboardInterrupt
    except EbitError as error:
        fail(error, 2)
    except USAGE_ERROR as error:
        fail(shortened(_usage(error, arguments)), 2)
    except TrainingDivergedError as error:
        fail(error, 1)
    except (MemoryError, jax.errors.JaxRuntimeError) as error:
        if isinstance(error, jax.errors.JaxRuntimeError) and "RESOURCE_EXHAUSTED" not in str(error):
            raise
        fail("There is not enough memory: use a smaller batch size or fewer runs or qubits.", 1)
    except OSError as error:
        if error.filename is not None or error.errno == errno.EMFILE:
            fail(shortened(_cannot_use(error)), 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # no second try at the end
        if isinstance(error, BrokenPipeError):
            sys.exit(1)
        fail(f"Cannot print the results ({error.strerror}): free some space.", 1)
    except typer.Abort:
        raise KeyboardInterrupt from None
    sys.exit(code if isinstance(code, int) else 0)


def _show_anything() -> None:
    """Print whatever the terminal: letters that it lacks are replaced."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _cannot_use(error: OSError) -> str:
    if error.errno == errno.EMFILE:
        return "Too many files are open: allow more (ulimit -n), or use fewer workers."
    return f"Cannot use {str(error.filename)!r} ({error.strerror}): choose another place."


def _usage(error: Any, arguments: list[str]) -> str:
    """What was wrong with the command line, with the value and where to look."""
    message = error.format_message().rstrip(".")
    parameter: Any = getattr(error, "param", None)
    for option in getattr(parameter, "opts", []):
        values = [a.split("=", 1)[1] for a in arguments if a.startswith(f"{option}=")]
        places = [k + 1 for k, a in enumerate(arguments) if a == option]
        values += [arguments[k] for k in places if k < len(arguments)]
        values += [
            v for name, _, v in (a.partition("=") for a in arguments) if f"--{name}" == option
        ]
        if values:
            message += f", but is {values[-1]!r}"
    context = getattr(error, "ctx", None)
    command = "ebit" if context is None else context.command_path
    stop = "" if message.endswith("?") else "."
    return f"{message}{stop} See `{command} --help`."
