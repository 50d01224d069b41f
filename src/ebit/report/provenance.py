"""How the numbers of the report were obtained: settings, versions, command, method."""

import platform
from collections.abc import Mapping
from html import escape
from importlib.metadata import PackageNotFoundError, version

import polars as pl

from ebit.plots.resources import sort_resources

_PACKAGES = ("ebit", "jax", "jaxlib", "optax", "numpy", "polars", "matplotlib")
_SETTING_COLUMNS = {
    "data": "data",
    "qubits": "qubits per QPU",
    "depth": "depth",
    "mixing": "mixing layers",
    "readout": "read-out",
    "pooling": "pooling",
    "loss": "loss",
    "steps": "training steps",
    "batch_size": "batch size (samples)",
    "learning_rate": "learning rate",
    "seed": "seed",
    "noise": "noise",
}
_METHOD = (
    "Validation accuracy is the fraction of validation samples whose label is predicted right "
    "after the last training step.",
    "Runs of a resource differ in their random numbers only; all share one data set. Standard "
    "deviation and standard error therefore tell nothing about other data sets.",
    "The best resource is picked by the same validation accuracy that is shown, so its value is "
    "slightly optimistic; check it on data that were not used here.",
    "Ebits, bits, non-local gates and rounds are those of running the circuits once on one "
    "sample, without the final read-out that every resource needs; estimating a probability takes "
    "many such shots, and each has this cost.",
)


def provenance_html(rows: pl.DataFrame, settings: Mapping[str, object]) -> str:
    """Settings, versions, command and method as HTML.

    Args:
        rows: Result rows, one a run.
        settings: What produced the rows, by name; ``command`` is set apart.

    Returns:
        HTML in which every value is escaped.

    Example:
        >>> import polars as pl
        >>> from ebit.report.provenance import provenance_html
        >>> rows = pl.DataFrame({"resource": ["none"], "depth": [20]})
        >>> "ebit compare --quick" in provenance_html(rows, {"command": "ebit compare --quick"})
        True
    """
    method = "".join(f"<li>{sentence}</li>" for sentence in _METHOD)
    parts = [f"<ul>{method}</ul>"]
    if "command" in settings:
        parts.append(command_html(str(settings["command"])))
    given = {name: str(value) for name, value in settings.items() if name != "command"}
    shown = _row_settings(rows, set(given)) | given
    if shown:
        parts.append(f"<h3>Settings</h3>{pairs_html(shown)}")
    parts.append(f"<h3>Versions when this page was written</h3>{pairs_html(versions())}")
    return "\n".join(parts)


def _row_settings(rows: pl.DataFrame, given: set[str]) -> dict[str, str]:
    """Settings that the rows hold and the caller did not give, with the values of each."""
    shown = {}
    for column, name in _SETTING_COLUMNS.items():
        if column in given or column not in rows.columns:
            continue
        values: dict[str, list[str]] = {}
        for resource in sort_resources(rows["resource"]):
            own = rows.filter(pl.col("resource") == resource)[column].drop_nulls()
            text = ", ".join(str(value) for value in own.unique(maintain_order=True))
            values.setdefault(text or "—", []).append(resource)
        if len(values) == 1:
            shown[name] = next(iter(values))
        else:
            shown[name] = "; ".join(f"{text} ({', '.join(of)})" for text, of in values.items())
    return shown


def command_html(command: str) -> str:
    """The command line that makes the numbers again."""
    return (
        "<h3>Make it again</h3>"
        '<div class="card" role="region" tabindex="0" aria-label="Command line">'
        f"<pre><code>{escape(command)}</code></pre></div>"
    )


def versions() -> dict[str, str]:
    """Versions of ebit and of what it computes with, by name."""
    found = {"Python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def pairs_html(pairs: Mapping[str, str]) -> str:
    """A table of names and values; every value is escaped."""
    lines = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>'
        for name, value in pairs.items()
    )
    return f'<div class="card"><table class="settings"><tbody>{lines}</tbody></table></div>'
