import re
import subprocess
import sys
from base64 import b64decode
from html import escape
from html.parser import HTMLParser

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ebit import model_from_string
from ebit.errors import EbitError
from ebit.plots import resource_styles
from ebit.report import write_report
from ebit.report.glossary import explain
from ebit.report.provenance import provenance_html

ATTACK = "<script>alert('x')</script>"
VOID = {"meta", "link", "br", "img", "hr", "input"}


class Page(HTMLParser):
    """Collects ids and tags, and checks that tags are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_starttag(self, tag, attrs):
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def report(rows, out, **changes):
    arguments = {"title": "Clusters", "settings": {}, "quick": False, "points": None}
    paths = write_report(rows, out, **(arguments | changes))
    return paths, paths[0].read_text("utf-8")


@pytest.fixture
def points():
    x = np.random.default_rng(0).normal(size=(1200, 8))
    return x, np.where(x[:, 0] > 0, 1, -1), ["no", "yes"]


def test_files(rows, points, tmp_path):
    paths, _ = report(rows, tmp_path / "out", points=points)
    names = ["accuracy", "cost", "loss", "validation", "points"]
    expected = ["report.html"]
    expected += [f"figures/{name}.{kind}" for name in names for kind in ("png", "svg", "csv")]
    assert [path.relative_to(tmp_path / "out").as_posix() for path in paths] == expected
    there = {path for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert there == set(paths), "a temporary file was left behind"


def test_page_holds_every_resource_and_number(rows, tmp_path):
    _, page = report(rows, tmp_path, settings={"command": "ebit compare --runs 2", "device": "cpu"})
    table = page[page.index("<table class=") : page.index("</table>")]
    lines = re.findall(r"<tr[^>]*><th scope=\"row\">.*?</tr>", table)
    text = [re.sub(r"<[^>]+>", " ", line).split() for line in lines]
    assert [line[0] for line in text] == (
        ["single", "dnn", "none", "bell:1", "classical", "quantum"]
    )
    assert (
        " ".join(text[3]) == "bell:1 0.900 ± 0.014 2 +0.200 (0.200 to 0.200) 268 1 0 0 0 12.5 3.25"
    )
    assert lines[3].startswith('<tr class="best">')
    for resource in rows["resource"].unique():
        assert f"<dt>{resource}</dt><dd>{escape(explain(resource))}</dd>" in page
    assert "bell:1 reaches a validation accuracy of 0.900" in page
    assert "+0.100 (0.100 to 0.100) over classical, the best of what costs less." in page
    assert f"<td>{tmp_path}</td>" in page
    assert '<th scope="row">bell:1</th><td>hash-bell:1</td>' in page
    assert "ebit compare --runs 2" in page
    assert "<td>cpu</td>" in page
    assert "<td>20 (single, none, bell:1, classical, quantum); — (dnn)</td>" in page


def test_page_at_shots_shows_infinitely_many_beside(rows, tmp_path):
    at = pl.when(pl.col("resource") != "dnn").then(pl.col("validation_accuracy") - 0.05)
    paths, page = report(rows.with_columns(validation_accuracy_100_shots=at), tmp_path, shots=100)
    assert "accuracy<br>at 100 shots<br>" in page
    line = page[page.index("</span>bell:1</th>") :]
    assert line.startswith("</span>bell:1</th><td>0.850 ± 0.014</td><td>0.900</td><td>2</td>")
    assert "</span>dnn</th><td>0.750 ± 0.014</td><td>0.750</td>" in page
    assert "Validation accuracy at 100 shots by resource." in page
    assert "Validation accuracy at infinitely many shots during training." in page
    figure = pl.read_csv(next(path for path in paths if path.name == "accuracy.csv"))
    assert figure.filter(pl.col("resource") == "bell:1")["mean"].item() == pytest.approx(0.85)


def test_page_is_self_contained_and_well_formed(rows, points, tmp_path):
    _, page = report(rows, tmp_path, points=points)
    parsed = Page(page)
    assert parsed.open == []
    assert len(parsed.ids) == len(set(parsed.ids)), "ids of two figures collide"
    assert parsed.tags.count("svg") == 5
    assert not {"script", "link", "iframe"} & set(parsed.tags)
    without_namespaces = re.sub(r'xmlns(:\w+)?="[^"]*"', "", page)
    assert "://" not in without_namespaces
    for target in re.findall(r'(?:href="#|url\(#)([^")]+)', page):
        assert target in parsed.ids
    assert page.count('role="img"') == page.count('role="img" tabindex="0" aria-label="') == 5


def test_downloads_are_in_the_page(rows, points, tmp_path):
    paths, page = report(rows, tmp_path, points=points)
    links = re.findall(r'<a download="([^"]+)" href="data:([^;]+);base64,([^"]+)">', page)
    assert page.count("<a ") == len(links) == len(paths) - 1
    files = {path.name: path for path in paths[1:]}
    kinds = {".png": "image/png", ".svg": "image/svg+xml", ".csv": "text/csv"}
    for name, kind, content in links:
        assert b64decode(content) == files[name].read_bytes()
        assert kind == kinds[files[name].suffix]


def test_where_results_were_computed_is_shown(rows, tmp_path):
    given = rows.with_columns(
        ebit_version=pl.lit("0.2.0"),
        device=pl.when(pl.col("resource") == "dnn")
        .then(pl.lit("gpu H100"))
        .otherwise(pl.lit("cpu")),
        git_commit=pl.lit(None, pl.String),
        validation_rows=pl.lit(512),
    )
    _, page = report(given, tmp_path)
    assert '<th scope="row">ebit</th><td>0.2.0</td>' in page
    assert "<td>cpu (single, none, bell:1, classical, quantum); gpu H100 (dnn)</td>" in page
    assert '<th scope="row">git commit</th><td>—</td>' in page
    assert '<th scope="row">validation rows</th><td>512</td>' in page


def test_figures_use_the_colours_of_the_page(rows, tmp_path):
    _, page = report(rows, tmp_path)
    for number, style in enumerate(resource_styles(rows["resource"]).values()):
        assert page.count(style.color) == 1, "a colour is set once, in the style sheet"
        assert f"--r{number}: {style.color}" in page
        assert page.count(f"var(--r{number})") > 3
    assert "prefers-color-scheme: dark" in page


def test_banner_only_if_quick(rows, tmp_path):
    rows = rows.select("resource", "validation_accuracy")
    assert "Do not cite" in report(rows, tmp_path / "a", quick=True)[1]
    assert "Do not cite" not in report(rows, tmp_path / "b", quick=False)[1]


def test_user_strings_are_escaped(rows, points, tmp_path):
    x, y, _ = points
    hostile = rows.with_columns(data=pl.lit(ATTACK), resource=pl.col("resource") + f",{ATTACK}")
    _, page = report(
        hostile,
        tmp_path,
        title=ATTACK,
        settings={"command": ATTACK, ATTACK: ATTACK},
        points=(x, y, [ATTACK, f'"{ATTACK}']),
    )
    assert "script" not in Page(page).tags
    assert "<script" not in page
    assert escape(ATTACK) in page


@settings(deadline=None)
@given(st.text(), st.text())
def test_any_setting_is_shown_as_text(name, value):
    rows = pl.DataFrame({"resource": ["none"]})
    shown = provenance_html(rows, {f"x{name}": value})
    assert escape(value) in shown
    assert Page(shown).open == []


def test_minimal_columns_and_one_run(tmp_path):
    rows = pl.DataFrame({"resource": ["none"], "validation_accuracy": [0.9]})
    paths, page = report(rows, tmp_path)
    assert [path.name for path in paths[1:]] == ["accuracy.png", "accuracy.svg", "accuracy.csv"]
    assert "none reaches a validation accuracy of 0.900." in page
    assert "Figure 2" not in page
    assert not re.search(r"\b(nan|None|inf)\b", page)


def test_only_baselines_have_no_cost_figure(rows, tmp_path):
    paths, page = report(rows.filter(pl.col("resource").is_in(["dnn", "single"])), tmp_path)
    assert "cost.png" not in [path.name for path in paths]
    assert "dnn reaches a validation accuracy of 0.750" in page


def test_rerun_replaces_the_page(rows, tmp_path):
    rows = rows.select("resource", "validation_accuracy")
    report(rows, tmp_path, title="First")
    _, page = report(rows, tmp_path, title="Second")
    assert "First" not in page


def test_bad_rows_write_nothing(rows, tmp_path):
    with pytest.raises(EbitError):
        report(rows.with_columns(data=pl.col("resource")), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_missing_matplotlib_writes_nothing(rows, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(EbitError, match=r'pip install "ebit\[report\]"'):
        report(rows, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_importing_the_report_does_not_import_matplotlib():
    check = "import sys, ebit.report; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_circuits_of_the_best_resource_and_of_none(rows, tmp_path):
    """Drawings come from the caller: the report reads rows only."""
    asked = []

    def draw(resource):
        asked.append(resource)
        return model_from_string(resource, qubits=2, depth=20).draw("matplotlib")

    paths, text = report(rows, tmp_path, draw=draw)
    assert sorted(asked) == ["bell:1", "none"]
    names = {path.name for path in paths}
    assert {"circuit-bell-1.svg", "circuit-bell-1.csv", "circuit-none.png"} <= names
    page = Page(text)
    assert len(page.ids) == len(set(page.ids))
    assert "<h2>The circuits</h2>" in text
    assert text.count("convolution × 20") == 2


def test_without_a_circuit_there_is_no_section(rows, tmp_path):
    _, text = report(rows, tmp_path, draw=lambda resource: None)
    assert "The circuits" not in text
