"""Writes the example files of this folder anew: made-up data, the same on every machine."""

from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
CENTRES, ROWS = 16, 400


def points() -> tuple[str, str]:
    """Points around 16 centres in four columns, of two kinds; and ten more without a kind."""
    random = np.random.default_rng(4)
    centres = random.uniform(0, 10, (CENTRES, 4))
    kinds = np.array(["early", "late"])[np.arange(CENTRES) % 2]
    which = random.integers(CENTRES, size=ROWS + 10)
    rows = np.clip(centres[which] + random.normal(0, 0.5, (ROWS + 10, 4)), 0, 10)
    lines = [",".join(f"{value:.2f}" for value in row) for row in rows]
    known = [f"{line},{kinds[k]}" for line, k in zip(lines[:ROWS], which[:ROWS], strict=True)]
    return (
        "\n".join(["a,b,c,d,kind", *known]) + "\n",
        "\n".join(["a,b,c,d", *lines[ROWS:]]) + "\n",
    )


def flats() -> str:
    """Flats with their rents, a number to predict."""
    random = np.random.default_rng(5)
    size, floor = random.uniform(20, 120, ROWS), random.integers(0, 12, ROWS)
    year, way = random.integers(1900, 2025, ROWS), random.uniform(0.1, 15, ROWS)
    rent = 250 + 9 * size - 25 * way + 0.04 * (year - 1960) ** 2 + random.normal(0, 40, ROWS)
    columns = zip(size, floor, year, way, rent, strict=True)
    lines = [f"{s:.0f},{f},{y},{w:.1f},{r:.0f}" for s, f, y, w, r in columns]
    return "\n".join(["size,floor,year,way,rent", *lines]) + "\n"


def files() -> dict[str, str]:
    """Every made file and its text."""
    known, new = points()
    return {"points.csv": known, "new-points.csv": new, "flats.csv": flats()}


if __name__ == "__main__":
    for name, text in files().items():
        (HERE / name).write_text(text, "utf-8")
