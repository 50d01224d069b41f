"""The table of options on the page of a plan."""

from html import escape
from typing import Any

import polars as pl

_TITLES = (
    "Purification<br>rounds", "Shots<br>per label", "Accuracy<br><small>mean ± std</small>",
    "Without<br>noise", "Pair<br>fidelity", "Fresh pairs<br>per label", "Bits<br>per label",
    "Waiting<br><small>s per inference</small>", "Labels<br>per second", "Pareto<br>front",
    "Feasible",
)  # fmt: skip

_NOTE = (
    "A label takes so many shots, and every shot is one inference: one run of the circuits. "
    "Accuracy is that under the noise of the network with this number of shots. Fresh pairs: as "
    "the link makes them, before purification. A dash means: not defined."
)


def options_table_html(options: pl.DataFrame, marked: bool) -> str:
    """The table as HTML.

    Args:
        options: One row per option, with a column `recommended`.
        marked: Whether one row is recommended.

    Returns:
        HTML of a table that scrolls sideways on a narrow screen, and a note on its terms.

    Example:
        >>> options_table_html(pl.DataFrame(), False).startswith('<div class="card"')
        True
    """
    head = "".join(f'<th scope="col">{title}</th>' for title in _TITLES)
    lines = "\n".join(_line(row) for row in options.to_dicts())
    shown = "The coloured row is the recommended one. " if marked else ""
    return (
        '<div class="card" role="region" tabindex="0" aria-label="Options">'
        '<table class="summary"><thead><tr><th scope="col" style="text-align:left">Resource</th>'
        f"{head}</tr></thead><tbody>\n{lines}\n</tbody></table></div>"
        f'<p class="note">{shown}{_NOTE}</p>'
    )


def _line(row: dict[str, Any]) -> str:
    spread = f" ± {row['accuracy_std']:.3f}" if row["runs"] > 1 else ""
    cells = (
        str(row["purification_rounds"]) if row["pair_fidelity"] is not None else "—",
        str(row["shots"]),
        f"{row['accuracy_mean']:.3f}{spread}",
        f"{row['accuracy_noiseless']:.3f}",
        "—" if row["pair_fidelity"] is None else f"{row['pair_fidelity']:.3f}",
        f"{row['fresh_pairs_per_label']:.4g}",
        str(row["bits_per_label"]),
        f"{row['waiting_seconds_per_inference']:.3g}",
        "no limit"
        if row["labels_per_second"] == float("inf")
        else f"{row['labels_per_second']:.3g}",
        "yes" if row["pareto"] else "",
    )
    mark = ' class="best"' if row["recommended"] else ""
    text = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    why = "yes" if row["feasible"] else f"no: {row['reason']}"
    reason = f'<td style="text-align:left;white-space:normal;min-width:18rem">{escape(why)}</td>'
    return f'<tr{mark}><th scope="row">{escape(row["resource"])}</th>{text}{reason}</tr>'
