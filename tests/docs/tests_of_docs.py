"""What the tests of the documentation read from its pages."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def pages() -> list[Path]:
    """The README and all pages of the documentation."""
    docs = [path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts]
    return [ROOT / "README.md", *sorted(docs)]


def blocks(page: Path, kind: str) -> list[str]:
    """Texts of the fenced blocks of a kind ("" for blocks without one) on a page."""
    text = page.read_text("utf-8")
    fenced = re.findall(r"^```(\S*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [str(block) for its_kind, block in fenced if its_kind == kind]


def printed(page: Path) -> list[str]:
    """Every `ebit` command on a page, in order."""
    kind, prompt = ("", "ebit ") if page.name == "README.md" else ("console", "$ ebit ")
    lines = [line for block in blocks(page, kind) for line in block.splitlines()]
    found = [line.removeprefix("$ ") for line in lines if line.startswith(prompt)]
    if page.name == "claims.md":
        found += re.findall(r"`(ebit \w[^`]+)`", page.read_text("utf-8"))
    return found
