"""The page of a plan."""

import dataclasses
import re

from ebit.report import write_plan


def test_the_page_says_everything(page, tmp_path):
    paths = write_plan(page, tmp_path)
    text = paths[0].read_text()
    assert [path.name for path in paths] == [
        "plan.html",
        *(f"{name}.{kind}" for name in ("distance", "fidelity", "rate")
          for kind in ("png", "svg", "csv")),
    ]  # fmt: skip
    parts = [
        "a &amp; b: 1 km",
        "Use none.",
        "up to 3 km.",
        "A method.",
        '<li id="options-table-1">a &lt;pair&gt; waits</li>',
        '<a href="#options-table-1" aria-label="Note 1">1</a>',
        '<code id="task-abcd">abcd</code>',
        "no limit",
        "0.900\xa0±\xa00.010",
        "ebit plan nv+laboratory",
    ]
    for part in parts:
        assert part in text, part
    assert text.count('class="best"') == 1
    assert "The coloured row is the recommended one." in text
    assert "Do not cite" not in text
    assert not re.search(r'(?:src|href)="http', text), "works offline"


def test_nothing_recommended_and_a_quick_look(page, tmp_path):
    changed = dataclasses.replace(
        page, options=page.options.with_columns(recommended=False), quick=True
    )
    text = write_plan(changed, tmp_path)[0].read_text()
    assert "Do not cite" in text
    assert "coloured row" not in text


def test_the_same_page_twice_is_the_same_bytes(page, tmp_path):
    first = [path.read_bytes() for path in write_plan(page, tmp_path / "a")]
    assert [path.read_bytes() for path in write_plan(page, tmp_path / "b")] == first
