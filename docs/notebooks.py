"""The tutorials: notebooks that are run here and are pages of the documentation.

`python docs/notebooks.py docs/tutorials/*.ipynb` runs them and writes their outputs into them.
"""

import ast
import contextlib
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from theme import themed

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
Cell = dict[str, Any]


def cells_of(text: str) -> list[Cell]:
    """The cells of a notebook."""
    cells: list[Cell] = json.loads(text)["cells"]
    return cells


def run(path: Path) -> list[list[Cell]]:
    """Run a notebook in a copy of the examples.

    Args:
        path: The notebook.

    Returns:
        The outputs of every code cell, as a notebook holds them.
    """
    text = path.read_text("utf-8")
    names: dict[str, Any] = {"__name__": "__main__"}
    with tempfile.TemporaryDirectory() as folder:
        work = shutil.copytree(EXAMPLES, Path(folder) / "examples")
        with contextlib.chdir(work):
            code = [cell for cell in cells_of(text) if cell["cell_type"] == "code"]
            return [_run("".join(cell["source"]), names) for cell in code]


def _run(source: str, names: dict[str, Any]) -> list[Cell]:
    if source.startswith("!"):
        return list(_stream(_shell(source)))
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "cell", "exec"), names)
        value = None
        if isinstance(last, ast.Expr) and not source.rstrip().endswith(";"):
            value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
        elif last is not None:
            exec(compile(ast.Module([last], []), "cell", "exec"), names)
    shown = [] if value is None else [_result(value)]
    return [*_stream(printed.getvalue()), *shown]


def _shell(source: str) -> str:
    """What commands print; `ebit` is the one that runs here."""
    ebit = f"{shlex.quote(sys.executable)} -m ebit "
    lines = [line.removeprefix("!") for line in source.splitlines()]
    script = "\n".join(re.sub(r"^ebit ", ebit, line) for line in lines)
    script = re.sub(r"^python ", f"{shlex.quote(sys.executable)} ", script, flags=re.MULTILINE)
    done = subprocess.run(
        ["bash", "-ec", script],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "100"},
    )
    if done.returncode:
        raise RuntimeError(f"{source}\n{done.stderr}")
    return done.stdout


def _stream(text: str) -> Iterator[Cell]:
    if text:
        yield {"output_type": "stream", "name": "stdout", "text": text.splitlines(keepends=True)}


def _result(value: Any) -> Cell:
    data: dict[str, Any] = {"text/plain": repr(value).splitlines(keepends=True)}
    for method, kind in (("_repr_html_", "text/html"), ("_repr_svg_", "image/svg+xml")):
        if hasattr(value, method):
            text = getattr(value, method)()
            if text is not None:
                data[kind] = text.splitlines(keepends=True)
    return {"output_type": "execute_result", "execution_count": None, "metadata": {}, "data": data}


def markdown(text: str, name: str) -> str:
    """A notebook as a page.

    Args:
        text: The notebook.
        name: Its file name, to download.

    Returns:
        Markdown with its outputs.
    """
    parts = []
    for number, cell in enumerate(cells_of(text)):
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source)
            if number == 0:
                parts.append(f"Run it in the folder `examples`: {{download}}`{name} <{name}>`")
            continue
        is_shell = source.startswith("!")
        shown = re.sub(r"^!", "$ ", source, flags=re.MULTILINE)
        parts.append(f"```{'console' if is_shell else 'python'}\n{shown}\n```")
        parts += [_shown(output) for output in cell["outputs"]]
    return "\n\n".join(parts) + "\n"


def _shown(output: Cell) -> str:
    if output["output_type"] == "stream":
        return f"```text\n{''.join(output['text'])}```"
    data = {kind: "".join(lines) for kind, lines in output["data"].items()}
    if "image/svg+xml" in data:
        svg = themed(data["image/svg+xml"])
        return f'```{{raw}} html\n<div class="figure">{svg[svg.index("<svg") :]}</div>\n```'
    if "text/html" in data:
        return f'```{{raw}} html\n<div class="output">{data["text/html"]}</div>\n```'
    return f"```text\n{data['text/plain']}\n```"


def main(paths: list[str]) -> None:
    """Run notebooks and write their outputs into them."""
    for path in map(Path, paths):
        outputs = iter(run(path))
        notebook = json.loads(path.read_text("utf-8"))
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                cell["outputs"] = next(outputs)
        path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf-8")
        print(path)


if __name__ == "__main__":
    main(sys.argv[1:])
