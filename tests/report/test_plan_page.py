"""The page of a plan."""

import re
from dataclasses import replace

import polars as pl

from ebit.report import write_plan
from ebit.report.plan_table import options_table


def test_the_page_says_everything(plan):
    text = plan[0].read_text()
    assert [path.name for path in plan] == [
        "plan.html",
        *(f"{name}.{kind}" for name in ("distance", "fidelity", "rate")
          for kind in ("png", "svg", "csv")),
    ]  # fmt: skip
    parts = [
        "a &amp; b: 1 km",
        '<p class="headline">Use none.<sup>',
        '<li id="reason-1">bell:1 with <code>a</code> is worth −0.01 more.</li>',
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


def test_captions_name_only_what_is_drawn(page, tmp_path):
    bare = replace(page, distance_marks={}, fidelity_marks={}, distance_before=page.distance,
                   fidelity_before=None)  # fmt: skip
    captions = re.findall("<figcaption>.*?</figcaption>", write_plan(bare, tmp_path)[0].read_text())
    assert len(captions) == 3
    assert not any("Dotted" in one or "Thin" in one for one in captions)
    before = page.distance.with_columns(accuracy=pl.lit(0.5))
    full = replace(page, distance_marks={"bell:1": 3.0}, distance_before=before)
    captions = re.findall("<figcaption>.*?</figcaption>", write_plan(full, tmp_path)[0].read_text())
    assert "Dotted verticals: where a resource stops to help. Thin dashed" in captions[0]


def test_without_a_recommendation_no_row_is_said_to_be_coloured(page):
    table = options_table(page.options.with_columns(recommended=False))
    assert not any(line.is_marked for line in table.lines)
    assert not any("coloured" in remark for remark in table.remarks)


def test_the_same_page_twice_is_the_same_bytes(page, plan, tmp_path):
    again = [path.read_bytes() for path in write_plan(page, tmp_path)]
    assert again == [path.read_bytes() for path in plan]
