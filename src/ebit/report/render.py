"""Pages from templates: Jinja2 with autoescape, style and script inside, downloads embedded."""

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from functools import cache
from gzip import compress
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ebit.errors import EbitError
from ebit.plots.resources import blend

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_TEMPLATES = Path(__file__).parent / "templates"
_MEDIA_TYPES = {".svg": "image/svg+xml", ".csv": "text/csv", ".gz": "application/gzip"}
_MINUS = re.compile(r"(?<![\w.)-])-(?=\d)")
_PERCENT = re.compile(r"(?<=\d) %")
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*[a-z]")
_ONE_LINE = r'<span class="option">\g<0></span>'
_LIGHTER = 0.35
"""How far the colours of lines go towards white on the dark page."""


def render(template: str, **context: Any) -> str:
    """A whole page that works offline and without JavaScript, in light and in dark.

    The page itself forbids any request and any script but its own one.

    Args:
        template: Name of the template of the page, such as `compare.html`.
        **context: What it shows. Texts are plain: the template escapes them.

    Returns:
        HTML.

    Raises:
        EbitError: If Jinja2 is not installed.

    Example:
        >>> page = render("base.html", title="A & B", quick=False, colors=[], contents=[])
        >>> "<h1>A &amp; B</h1>" in page
        True
    """
    script = (_TEMPLATES / "page.js").read_text("utf-8")
    digest = b64encode(sha256(script.encode()).digest()).decode()
    page = _environment().get_template(template)
    return page.render(context, script=script, script_hash=f"sha256-{digest}")


def check_installed() -> None:
    """Raise now, before hours of work, if pages cannot be made.

    Raises:
        EbitError: If Jinja2 is not installed.

    Example:
        >>> check_installed()
    """
    if find_spec("jinja2") is None:
        raise _jinja_missing()


def color_name(color: str) -> str:
    """What a colour is called in the style sheet of the page.

    Args:
        color: Colour as ``#rrggbb``.

    Returns:
        The variable.

    Example:
        >>> color_name("#0072b2")
        'var(--c-0072b2)'
    """
    return f"var(--c-{color.removeprefix('#')})"


def color_rules(colors: Iterable[str]) -> list[tuple[str, str, str]]:
    """Names of the colours of a page, and their values in light and in dark.

    Args:
        colors: Colours as ``#rrggbb``.

    Returns:
        Every distinct colour once: name, value in light, value in dark.

    Example:
        >>> color_rules(["#000000", "#000000"])
        [('c-000000', '#000000', '#595959')]
    """
    return [
        (f"c-{color.removeprefix('#')}", color, blend(color, "#ffffff", _LIGHTER))
        for color in dict.fromkeys(colors)
    ]


def data_address(content: bytes, suffix: str) -> str:
    """A file as an address, so that a page that is passed on has no dead link.

    Args:
        content: What is in the file.
        suffix: The end of its name: `.svg`, `.csv` or `.gz`.

    Returns:
        The address.

    Example:
        >>> data_address(b"a", ".csv")
        'data:text/csv;base64,YQ=='
    """
    return f"data:{_MEDIA_TYPES[suffix]};base64,{b64encode(content).decode()}"


def packed(name: str, content: bytes) -> Mapping[str, str]:
    """A file to download, as small as it gets; the script of the page unpacks it.

    Without the script it is saved as it is, a file of gzip.

    Args:
        name: Its name.
        content: What is in it.

    Returns:
        Name, kind, media type and address.

    Example:
        >>> file = packed("a.csv", b"1")
        >>> file["name"], file["kind"], file["type"]
        ('a.csv.gz', 'CSV', 'text/csv')
    """
    suffix = Path(name).suffix
    return {
        "name": f"{name}.gz",
        "kind": suffix[1:].upper(),
        "type": _MEDIA_TYPES[suffix],
        "address": data_address(compress(content, mtime=0), ".gz"),
    }


def prose(text: str) -> "Markup":
    """A sentence as HTML: what stands between backticks is code, and no option is broken.

    Args:
        text: Plain text.

    Returns:
        The sentence, all else in it escaped.

    Example:
        >>> print(prose("`none` & `bell:1`"))
        <code>none</code> &amp; <code>bell:1</code>
        >>> print(prose("Give it with --data."))
        Give it with <span class="option">--data</span>.
    """
    from markupsafe import Markup, escape

    def plain(part: str) -> Markup:
        return Markup(_OPTION.sub(_ONE_LINE, str(escape(unbroken(part)))))

    parts = text.split("`")
    if len(parts) % 2 == 0:  # one of them stands alone
        return plain(text)
    code = Markup("<code>{}</code>")
    shown = (code.format(part) if k % 2 else plain(part) for k, part in enumerate(parts))
    return Markup("").join(shown)


def unbroken(text: str) -> str:
    """A text with the minus sign of print, in which no line breaks at a ± or before a %.

    Example:
        >>> unbroken("-0.1 (-0.2 to 0.1), clusters-product")
        '−0.1 (−0.2 to 0.1), clusters-product'
    """
    text = _PERCENT.sub("\u00a0%", text.replace(" ± ", "\u00a0±\u00a0"))
    return _MINUS.sub("−", text)


@cache
def _environment() -> "Environment":
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError as error:
        raise _jinja_missing() from error
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"color": color_name, "prose": prose, "unbroken": unbroken}
    return environment


def _jinja_missing() -> EbitError:
    return EbitError('Reports need Jinja2, which is not installed: pip install "ebit[report]"')
