"""A study small enough to run in a test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import ebit.studies.study
from undrawn import undrawn_figures


@pytest.fixture(scope="package", autouse=True)
def _undrawn() -> Iterator[None]:
    with undrawn_figures():
        yield


STUDY = """
paper = "Nobody, nowhere"
note = "Made up."

[quick]
steps = 2

[sets]
generator = "clusters"
count = 4
quick = 3

[sets.choice]
names = ["A", "B"]
file = "figure-gain"
resource = "none"
table = "1"

[[item]]
table = "1"
figure = "1a"
title = "Two resources"
data = "Chosen."
settings = "Small."
expected = "Nothing."
keys = ["set", "resource"]

[item.drawing]
kind = "means"
x = "set"
caption = "Means."

[[item.pattern]]
text = "More is more."
above = { resource = "bell:1" }
below = { resource = "none" }
each = ["set"]

[[item.reason]]
where = { resource = "bell:1" }
text = "Made up."

[[item]]
figure = "gain"
title = "Gain"
data = "All."
settings = "Small."
expected = "Nothing."
keys = ["data", "resource"]

[item.drawing]
kind = "gain"
caption = "Gains."
"""
TASKS = {
    "table-1": """
        [[grid]]
        data = "set:chosen"
        resource = ["none", "bell:1"]
        depth = 1
        steps = 3
        batch_size = 64
        runs = 3
    """,
    "figure-gain": """
        [[grid]]
        data = "set:all"
        resource = ["none", "bell:1"]
        depth = 1
        steps = 3
        batch_size = 64
        runs = 3
        seed = 1
    """,
}
PUBLISHED = """set,resource,published,published_std,published_runs
A,none,0.5,0.1,10
A,bell:1,0.99,0.0001,10
B,none,0.6,0.1,10
B,bell:1,0.6,0.1,10
"""


@pytest.fixture
def small_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a small study, which takes the place of kim2026."""
    folder = tmp_path / "studies" / "kim2026"
    for name in ("tasks", "published"):
        (folder / name).mkdir(parents=True)
    (folder / "study.toml").write_text(STUDY)
    for name, text in TASKS.items():
        (folder / "tasks" / f"{name}.toml").write_text(text)
    (folder / "published" / "table-1.csv").write_text(PUBLISHED)
    monkeypatch.setattr(ebit.studies.study, "files", lambda _: tmp_path / "studies")
    return "kim2026"
