"""Gives the SVG figures of the documentation a dark form: run it after drawing any of them."""

from pathlib import Path

DOCS = Path(__file__).parent
COLORS = {
    "ink": ("#222222", "#e6e6e6"),
    "paper": ("#ffffff", "#131416"),
    "grid": ("#dddddd", "#3a3d42"),
}
_START = '<style type="text/css">'
_DARK = "@media (prefers-color-scheme: dark)"


def figures() -> list[Path]:
    """Every SVG file below the documentation."""
    return sorted(path for path in DOCS.rglob("*.svg") if "_build" not in path.parts)


def themed(text: str) -> str:
    """A Matplotlib figure whose ink, paper and grid follow the reader's colours."""
    if _DARK in text:
        return text
    for name, (light, _) in COLORS.items():
        text = text.replace(light, f"var(--{name}, {light})")
    light, dark = (
        "svg{" + ";".join(f"--{name}:{pair[k]}" for name, pair in COLORS.items()) + "}"
        for k in (0, 1)
    )
    return text.replace(_START, f"{_START}{light}{_DARK}{{{dark}}}", 1)


if __name__ == "__main__":
    for path in figures():
        path.write_text(themed(path.read_text("utf-8")), "utf-8")
