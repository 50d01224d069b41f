"""How the numbers of the report were obtained: settings, versions, command, method, tasks."""

import platform
from collections.abc import Mapping, Sequence
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
    "shots_per_label": "shots per label",
    "steps": "training steps",
    "batch_size": "batch size (samples)",
    "learning_rate": "learning rate",
    "seed": "seed",
    "noise": "noise",
}
_ORIGIN_COLUMNS = {
    "ebit_version": "ebit",
    "jax_version": "JAX",
    "python_version": "Python",
    "git_commit": "git commit",
    "device": "device",
    "precision": "precision",
    "created_at": "computed at",
    "train_rows": "training rows",
    "validation_rows": "validation rows",
}
_METHOD = (
    "Validation accuracy is the fraction of validation samples whose label is predicted right "
    "after the last training step.",
    "Runs of a resource differ in their random numbers only; all share one data set. Standard "
    "deviations and intervals therefore tell nothing about other data sets.",
    "The recommended resource is picked by the same validation accuracy that is shown, so its "
    "value is slightly optimistic; check it on data that were not used here.",
    "Ebits, bits, non-local gates and rounds are those of running the circuits once on one "
    "sample, without the final read-out that every resource needs; estimating a probability takes "
    "many such shots, and each has this cost.",
)


def provenance_html(
    rows: pl.DataFrame, settings: Mapping[str, object], method: Sequence[str] = ()
) -> str:
    """Settings, versions, command, method and tasks as HTML.

    Args:
        rows: Result rows, one a run.
        settings: What produced the rows, by name; ``command`` is set apart.
        method: Sentences on the method besides those of every report.

    Returns:
        HTML in which every value is escaped.

    Example:
        >>> import polars as pl
        >>> from ebit.report.provenance import provenance_html
        >>> rows = pl.DataFrame({"resource": ["none"], "depth": [20]})
        >>> "ebit compare --quick" in provenance_html(rows, {"command": "ebit compare --quick"})
        True
    """
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in (*_METHOD, *method))
    parts = [f"<ul>{items}</ul>"]
    if "command" in settings:
        parts.append(command_html(str(settings["command"])))
    given = {name: str(value) for name, value in settings.items() if name != "command"}
    shown = _row_values(rows, _SETTING_COLUMNS, set(given)) | given
    if shown:
        parts.append(f"<h3>Settings</h3>{pairs_html(shown)}")
    origin = _row_values(rows, _ORIGIN_COLUMNS, set(given))
    if origin:
        parts.append(f"<h3>Where the results were computed</h3>{pairs_html(origin)}")
    if "task" in rows.columns:
        parts.append(f"<h3>Tasks</h3>{pairs_html(_tasks(rows))}")
    parts.append(f"<h3>Versions when this page was written</h3>{pairs_html(versions())}")
    return "\n".join(parts)


def _tasks(rows: pl.DataFrame) -> dict[str, str]:
    """Hashes of the tasks, under which their results are stored, by resource."""
    return {
        resource: ", ".join(rows.filter(pl.col("resource") == resource)["task"].unique().sort())
        for resource in sort_resources(rows["resource"])
    }


def _row_values(rows: pl.DataFrame, columns: Mapping[str, str], given: set[str]) -> dict[str, str]:
    """Values of columns that the rows hold and the caller did not give, and whose they are."""
    shown = {}
    for column, name in columns.items():
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
