"""What `--help` shows of a verb: its options in groups, and an example that runs."""

from collections.abc import Mapping
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

EXAMPLES: Mapping[str, str] = {
    "compare": "ebit compare --data clusters:0 --resource none,bell:1,classical --quick",
    "train": "ebit train --data clusters:0 --resource bell:1 --set training.steps=500",
    "predict": "ebit predict MODEL.safetensors --data new.csv --out labels.csv",
    "export": "ebit export MODEL.safetensors --format qasm3 --out circuit.qasm",
    "sweep": "ebit sweep grid.toml --cluster local --workers 2",
    "plan": "ebit plan trapped-ion+laboratory --data clusters:0 --quick",
    "capacity": "ebit capacity --resource none,bell:1 --depth 1:10 --inputs 50",
    "network show": "ebit network show network.toml",
    "network check": "ebit network check network.toml",
    "network convert": "ebit network convert network.yaml network.toml",
    "consensus schedule": "ebit consensus schedule --policy ceas,fifo --regime hard --rounds 20",
    "consensus run": "ebit consensus run --arm ceas --attack sign_flip --faulty 0,5 --rounds 20",
    "consensus report": "ebit consensus report --quick --out ebit-consensus",
    "consensus prepare": "ebit consensus prepare nodes --nodes 4 --faulty 1",
    "consensus node": "ebit consensus node --config nodes/node-0.toml",
    "communication scale": "ebit communication scale --experiment E2 --quick",
    "communication report": "ebit communication report --experiment E2 --quick",
    "communication train": "ebit communication train --data clusters:0 --parties alice,bob",
    "communication infer": "ebit communication infer --data clusters:0 --model model.safetensors",
    "communication graph": "ebit communication graph --data mutag --folds 2 --epochs 20",
    "communication nodes": "ebit communication nodes --data cora.npz --runs 1",
    "communication privacy": "ebit communication privacy --qubits 10 --copies 738",
    "nonlocal-gates": "ebit nonlocal-gates --quick",
    "reproduce": "ebit reproduce kim2026 --table S4 --quick",
    "bench": "ebit bench --quick",
    "report": "ebit report ebit-compare",
    "plot": "ebit plot ebit-compare --out figures",
    "show": "ebit show 3f2a --out ebit-compare",
    "info": "ebit info",
}
"""A command line of every verb."""

PANELS: Mapping[str, tuple[str, ...]] = {
    "Learn": ("compare", "train", "predict", "sweep", "export"),
    "Networks": ("plan", "network", "consensus", "communication"),
    "Study": ("capacity", "reproduce", "nonlocal-gates", "bench"),
    "Look": ("report", "plot", "show", "info"),
}
"""The verbs as `ebit --help` groups them."""


class Verb(TyperCommand):
    """A verb whose options stand below the heading of their group."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Arguments first, then the options of the verb itself, then those of settings."""
        groups: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": []}
        parameter: Any
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            is_argument = parameter.param_type_name == "argument"
            panel = getattr(parameter, "rich_help_panel", None) or "Options"
            name = "Arguments" if is_argument else panel
            if record is not None:
                groups.setdefault(name, []).append(record)
        for name, records in groups.items():
            if records:
                with formatter.section(name):
                    formatter.write_dl(records)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """The example, as one line that can be copied."""
        if self.epilog:
            formatter.write(f"\nExample:\n  {self.epilog}\n")


class Verbs(TyperGroup):
    """Verbs in groups, each with its whole summary."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """What every verb does, as wide as it needs."""
        found = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        told = {
            name: " ".join((verb.help or "").split("\n\n")[0].split())
            for name, verb in found.items()
            if verb is not None and not verb.hidden
        }
        panels = PANELS if ctx.parent is None else {"Commands": tuple(told)}
        for title, names in panels.items():
            records = [(name, told[name]) for name in names if name in told]
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)

    format_epilog = Verb.format_epilog


def dress(app: typer.Typer, before: str = "") -> None:
    """Give all verbs of an app this help.

    Args:
        app: The app, with its groups.
        before: Name of the group that it is, and a space.
    """
    app.info.cls = Verbs
    for verb in app.registered_commands:
        function = verb.callback
        name = verb.name or (function.__name__ if function else "")
        verb.cls, verb.epilog = Verb, EXAMPLES.get(before + name)
    for group in app.registered_groups:
        if group.typer_instance is not None:
            group.cls = Verbs
            dress(group.typer_instance, f"{group.typer_instance.info.name} ")
