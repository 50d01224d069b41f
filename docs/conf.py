"""Settings of the documentation."""

import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

import ebit

sys.path.insert(0, str(Path(__file__).parent))

project = "ebit"
author = "the ebit authors"
release = ebit.__version__
version = release

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "results"]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

html_math_renderer = "mathml"
html_theme = "furo"
html_title = f"ebit {release}"
html_static_path = ["_static"]
html_css_files = ["ebit.css"]
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False
templates_path: list[str] = []

default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 100
napoleon_custom_sections = ["Source"]
napoleon_use_ivar = True
napoleon_attr_annotations = False
strip_signature_backslash = True
add_module_names = False

_BLANK_BEFORE_FENCE = re.compile(r"\n\n```$", re.MULTILINE)
_SIZES = re.compile(r"\\[bB]ig+[lr]?(?=\\[lr]angle)")
"""Sizes that latex2mathml does not know; MathML stretches angle brackets by itself."""

_INCLUDED = re.compile(r"^Included: \[\S+\]\((\S+)\)$", re.MULTILINE)
_DISPLAY = re.compile(r"\$\$(.+?)\$\$")
_INLINE = re.compile(r"\$([^$]+)\$")


@cache
def _aliases() -> dict[str, str]:
    """Types whose definitions are longer than a signature should be."""
    from sphinx.util.typing import stringify_annotation

    types = {
        "ArrayLike": ArrayLike,
        "NDArray[float64]": NDArray[np.float64],
        "NDArray[int64]": NDArray[np.int64],
        "NDArray": NDArray[Any],
    }
    return {stringify_annotation(type_, "smart"): name for name, type_ in types.items()}


def _short_types(
    app: Any,
    what: str,
    name: str,
    obj: object,
    options: object,
    signature: str | None,
    result: str | None,
) -> tuple[str | None, str | None]:
    """Write the names of array types, not what they stand for."""
    for long, short in _aliases().items():
        signature = signature and signature.replace(long, short)
        result = result and result.replace(long, short)
    return signature, result


def _trim(app: Any, page: str, source: list[str]) -> None:
    """Doctest needs an empty line behind the last output of a block; readers do not.

    What is included is a link where Markdown is read without Sphinx.
    """
    text = _BLANK_BEFORE_FENCE.sub("\n```", source[0])
    source[0] = _INCLUDED.sub(_include, text)


def _include(found: re.Match[str]) -> str:
    """A text of another folder as a part of the page; headings of a README go one level down."""
    offset = ":heading-offset: 1\n" if found[1].endswith("README.md") else ""
    return f"```{{include}} {found[1]}\n{offset}```"


def _linked(app: Any, doctree: Any, page: str) -> None:
    """Let `ebit.fit` in a text lead to its place in the Python API."""
    from docutils import nodes
    from sphinx.util.nodes import make_refnode

    objects = app.env.domains["py"].objects
    for node in list(doctree.findall(nodes.literal)):
        found = objects.get(node.astext())
        if found is not None and not isinstance(node.parent, nodes.reference | nodes.title):
            place = (found.docname, found.node_id)
            node.replace_self(make_refnode(app.builder, page, *place, node.deepcopy()))


def _plain_colons(
    app: Any, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """A colon in a property's or a result's first line is no type: Napoleon must not see it."""
    for number, line in enumerate(lines):
        first_of_property = what in ("attribute", "property") and number == 0
        if first_of_property or (number and lines[number - 1].strip() == "Returns:"):
            lines[number] = line.replace(": ", " \N{EN DASH} ")


def _mathematics(
    app: Any, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Docstrings may write formulas as $...$; autodoc wants roles."""
    for number, line in enumerate(lines):
        line = _DISPLAY.sub(r".. math:: \1", line)
        lines[number] = _INLINE.sub(r":math:`\1`", line)


def _notebook_parser() -> Any:
    """Notebooks, read as the Markdown of their cells and outputs."""
    from myst_parser.parsers.sphinx_ import MystParser
    from notebooks import markdown

    class NotebookParser(MystParser):
        supported = ("notebook",)

        def parse(self, inputstring: str, document: Any) -> None:
            name = Path(document["source"]).name
            super().parse(markdown(inputstring, name), document)

    return NotebookParser


def _mathml(display: str) -> Any:
    """A visitor that writes a formula as MathML, which browsers draw without a script."""

    def visit(self: Any, node: Any) -> None:
        from docutils import nodes
        from latex2mathml.converter import convert

        formula = convert(_SIZES.sub("", node.astext()), display=display)
        block = display == "block"
        self.body.append(f'<div class="math">{formula}</div>' if block else formula)
        raise nodes.SkipNode

    return visit


def setup(app: Any) -> None:
    """Connect the steps above."""
    app.add_html_math_renderer("mathml", (_mathml("inline"), None), (_mathml("block"), None))
    app.add_source_suffix(".ipynb", "notebook")
    app.add_source_parser(_notebook_parser())
    app.connect("source-read", _trim)
    app.connect("doctree-resolved", _linked)
    app.connect("autodoc-process-signature", _short_types)
    app.connect("autodoc-process-docstring", _plain_colons, priority=400)
    app.connect("autodoc-process-docstring", _mathematics)
