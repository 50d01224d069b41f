"""The frame of every report: one page with its style, a header and sections."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from string import Template

from ebit.plots.resources import blend, resource_styles
from ebit.report.figures import Picture
from ebit.report.style import STYLE_SHEET

_PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>$style</style>
</head>
<body>
<main>
<header>
$banner
<h1>$title</h1>
$header
</header>
$sections
<footer>Made by ebit. The page is one file and needs no network.</footer>
</main>
</body>
</html>
""")

_QUICK = (
    '<p class="banner" role="note">A quick look: small data, few steps. '
    "Do not cite these numbers.</p>"
)

_MEDIA_TYPES = {".png": "image/png", ".svg": "image/svg+xml", ".csv": "text/csv"}

SCROLLS = '<p class="note narrow">Tables and figures scroll sideways.</p>\n'
"""A note for narrow screens."""


def page_html(
    title: str,
    header: str,
    sections: Mapping[str, str],
    *,
    resources: Iterable[str],
    quick: bool,
) -> str:
    """A whole page that works offline, in light and in dark.

    Args:
        title: Heading and title, plain text.
        header: HTML below the heading.
        sections: HTML of every section by its heading (plain text).
        resources: Resources whose colours the page uses.
        quick: Mark the page as a quick look that must not be cited.

    Returns:
        HTML.

    Example:
        >>> page = page_html("A & B", "", {"C": "<p>text</p>"}, resources=["none"], quick=False)
        >>> "<h1>A &amp; B</h1>" in page, "<h2>C</h2>" in page
        (True, True)
    """
    body = "\n".join(
        f"<section>\n<h2>{escape(heading)}</h2>\n{html}\n</section>"
        for heading, html in sections.items()
    )
    return _PAGE.substitute(
        title=escape(title),
        style=STYLE_SHEET + _color_rules(resources),
        banner=_QUICK if quick else "",
        header=header,
        sections=body,
    )


def figure_html(label: str, picture: Picture) -> str:
    """A figure with its caption and its files, which the page holds itself.

    Args:
        label: Its number in words, plain text.
        picture: The figure.

    Returns:
        HTML.
    """
    files = " · ".join(
        f'<a download="{escape(path.name)}" href="{_data_uri(path)}">{path.suffix[1:].upper()}</a>'
        for path in picture.paths
    )
    return (
        f'<figure id="{picture.name}">'
        f'<div class="card" role="img" tabindex="0" aria-label="{escape(picture.alt)}">'
        f"{picture.svg}</div>"
        f"<figcaption><strong>{escape(label)}.</strong> {escape(picture.caption)} "
        f"{files}</figcaption></figure>"
    )


def _data_uri(path: Path) -> str:
    """The content of a file as an address, so that a page that is passed on has no dead link."""
    content = b64encode(path.read_bytes()).decode()
    return f"data:{_MEDIA_TYPES[path.suffix]};base64,{content}"


def _color_rules(resources: Iterable[str]) -> str:
    """The resource colours as variables --r0, --r1, ...; lighter ones for the dark page."""
    styles = resource_styles(resources).values()
    light = " ".join(f"--r{number}: {style.color};" for number, style in enumerate(styles))
    dark = " ".join(
        f"--r{number}: {blend(style.color, '#ffffff', 0.35)};"
        for number, style in enumerate(styles)
    )
    return f":root {{ {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
