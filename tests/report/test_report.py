import re
import subprocess
import sys
from base64 import b64decode, b64encode
from gzip import decompress
from hashlib import sha256
from html import escape
from html.parser import HTMLParser

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ebit import model_from_string
from ebit.errors import EbitError
from ebit.plots import resource_styles
from ebit.plots.cost import COSTS
from ebit.report import Predictions, write_report
from ebit.report.glossary import explain
from ebit.report.picture import inline_svg
from ebit.report.provenance import made_from
from ebit.report.render import _environment, render

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


def light(rows):
    """Rows that lead to two figures only, which is fast."""
    drawn = ("curve_steps", "train_loss_curve", "validation_accuracy_curve")
    return rows.drop(*drawn, *COSTS)


def report(rows, out, **changes):
    arguments = {"title": "Clusters", "settings": {}, "quick": False, "points": None}
    paths = write_report(rows, out, **(arguments | changes))
    return paths, paths[0].read_text("utf-8")


def test_files(whole):
    out, paths, _ = whole
    names = ["accuracy", "gain", "cost", "loss", "validation", "points"]
    expected = ["report.html"]
    expected += [f"figures/{name}.{kind}" for name in names for kind in ("png", "svg", "csv")]
    assert [path.relative_to(out).as_posix() for path in paths] == expected
    there = {path for path in out.rglob("*") if path.is_file()}
    assert there == set(paths), "a temporary file was left behind"


def lines_of(page):
    """Words of every row of the first table by resource, and its tag."""
    table = page[page.index("<table class=") : page.index("</table>")]
    lines = re.findall(r"<tr role=.row.[^>]*>\s*<th scope=.row..*?</tr>", table, flags=re.DOTALL)
    words = [re.sub(r"<[^>]+>", " ", line).split() for line in lines]
    return {own[0]: (" ".join(own), line) for own, line in zip(words, lines, strict=True)}


def test_page_holds_every_resource_and_number(rows, whole):
    out, _, page = whole
    lines = lines_of(page)
    assert list(lines) == ["single", "dnn", "none", "bell:1", "classical", "quantum"]
    words, line = lines["bell:1"]
    assert words.replace("\xa0", " ") == (
        "bell:1 0.900 ± 0.014 2 +0.200 (0.200 to 0.200) 268 1 0 0 0 12.5 3.25"
    )
    assert line.startswith('<tr role="row" class="best">')
    for resource in rows["resource"].unique():
        assert f"<dt>{resource}</dt><dd>{escape(explain(resource), quote=False)}</dd>" in page
    assert "bell:1 reaches a validation accuracy of 0.900" in page
    assert "+0.100 (0.100 to 0.100) over classical, the best of what costs less." in page
    assert f"<td>{out}</td>" in page
    assert 'href="#task-hash-bell:1"' in line
    assert '<code id="task-hash-bell:1">hash-bell:1</code>' in page
    assert "ebit compare <span>--runs 2</span>" in page
    assert "<td>cpu</td>" in page
    assert "<td>20; — for dnn</td>" in page


def test_the_verdict_stands_second_and_its_reasons_are_footnotes(whole):
    *_, page = whole
    head = page[page.index("<h1>") : page.index("<nav")]
    assert re.match(r'<h1>Clusters</h1>\s*<p class="headline">bell:1 reaches', head)
    assert "over classical" not in head
    marks = re.findall(r'href="#(reason-\d+)"', head)
    assert marks
    assert all(f'<li id="{mark}">' in page for mark in marks)


def test_rows_are_grouped_by_what_they_share(whole):
    *_, page = whole
    headings = re.findall(r'scope="rowgroup"[^>]*>([^<]+)<', page)
    assert headings == [
        "One machine sees all features",
        "QPUs that share nothing",
        "QPUs that share something, or send it",
    ]


def test_contents_lead_to_all_sections(whole):
    *_, page = whole
    links = re.findall(r'<li><a href="#([^"]+)">', page[: page.index("</nav>")])
    assert links == re.findall(r'<section id="([^"]+)">', page)


def test_page_at_shots_shows_infinitely_many_beside(rows, tmp_path):
    at = pl.when(pl.col("resource") != "dnn").then(pl.col("validation_accuracy") - 0.05)
    rows = light(rows.with_columns(validation_accuracy_100_shots=at))
    paths, page = report(rows, tmp_path, shots=100)
    assert "<span>Validation accuracy at 100 shots</span>" in page
    lines = {name: words.replace("\xa0", " ") for name, (words, _) in lines_of(page).items()}
    assert lines["bell:1"].startswith("bell:1 0.850 ± 0.014 0.900 2 ")
    assert lines["dnn"].startswith("dnn 0.750 ± 0.014 0.750 2 ")
    assert "Validation accuracy at 100 shots by resource." in page
    figure = pl.read_csv(next(path for path in paths if path.name == "accuracy.csv"))
    assert figure.filter(pl.col("resource") == "bell:1")["mean"].item() == pytest.approx(0.85)


def test_page_is_self_contained_and_well_formed(rows, whole):
    *_, page = whole
    parsed = Page(page)
    assert parsed.open == []
    assert len(parsed.ids) == len(set(parsed.ids)), "ids of two figures collide"
    assert parsed.tags.count("script") == 1
    assert not {"link", "iframe", "img"} & set(parsed.tags)
    without_namespaces = re.sub(r'xmlns(:\w+)?="[^"]*"', "", page)
    assert "://" not in without_namespaces
    for target in re.findall(r'(?:href="#|url\(#)([^")]+)', page):
        assert target in parsed.ids
    pictures = 4 + 2 * rows["resource"].n_unique()
    assert page.count('role="img"') == pictures
    assert page.count('role="img" tabindex="0" aria-label="') == pictures


def test_coordinates_are_short_and_words_stay():
    svg = (
        '<svg><path d="M 1.23456 2.99999 L -0.12345 7"/><text x="1.0001">0.375 0.12345</text></svg>'
    )
    short = '<path d="M 1.23 3 L -0.12 7"/><text x="1">0.375 0.12345</text></svg>'
    assert inline_svg(svg, "f", []).endswith(short)


def test_only_the_script_of_the_page_may_run(whole):
    *_, page = whole
    script = page[page.index("<script>") + 8 : page.index("</script>")]
    digest = b64encode(sha256(script.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'" in page


def test_downloads_are_in_the_page(rows, whole):
    _, paths, page = whole
    links = re.findall(
        r'<a download="([^"]+)"(?: data-type="[^"]+")? href="data:([^;]+);base64,([^"]+)">', page
    )
    names = [name.removesuffix(".gz") for name, _, _ in links]
    files = {path.name: path for path in paths[1:] if path.suffix != ".png"}
    assert {*names} == {*files, "summary-table.csv", "confusion-1.csv", "rows.csv"}
    for name, (_, kind, content) in zip(names, links, strict=True):
        if name == "confusion-1.csv":
            continue
        if name == "summary-table.csv":
            assert b64decode(content).decode().startswith("Resource,Validation accuracy (mean")
            continue
        assert kind == "application/gzip"
        unpacked = decompress(b64decode(content))
        if name == "rows.csv":
            found = pl.read_csv(unpacked)
            assert found.height == rows.height
            assert "train_loss_curve" not in found.columns
            continue
        assert unpacked == files[name].read_bytes()


def test_where_results_were_computed_is_shown(rows, tmp_path):
    given = light(rows).with_columns(
        ebit_version=pl.lit("0.2.0"),
        device=pl.when(pl.col("resource") == "dnn")
        .then(pl.lit("gpu H100"))
        .otherwise(pl.lit("cpu")),
        git_commit=pl.lit(None, pl.String),
        validation_rows=pl.lit(512),
    )
    _, page = report(given, tmp_path)
    assert '<th scope="row">ebit</th><td>0.2.0</td>' in page
    assert "<td>cpu; gpu H100 for dnn</td>" in page
    assert '<th scope="row">git commit</th><td>—</td>' in page
    assert '<th scope="row">validation rows</th><td>512</td>' in page


def test_figures_use_the_colours_of_the_page(rows, whole):
    *_, page = whole
    page = page[: page.index('<figure id="points"')]  # in which colours are those of classes
    for style in resource_styles(rows["resource"]).values():
        name = style.color.removeprefix("#")
        assert page.count(style.color) == 1, "a colour is set once, in the style sheet"
        assert f"--c-{name}: {style.color}" in page
        assert page.count(f"var(--c-{name})") > 3
    assert "prefers-color-scheme: dark" in page


def test_lines_and_points_know_their_resource(rows, whole):
    *_, page = whole
    switches = dict(re.findall(r'data-switch="(\w+)">.*?</span>([^<]+)</li>', page))
    assert sorted(switches.values()) == sorted(rows["resource"].unique())
    key = next(key for key, name in switches.items() if name == "bell:1")
    points = re.findall(rf'<circle [^>]*data-series="{key}"><title>([^<]+)</title>', page)
    assert "bell:1; Validation accuracy: 0.9; bell:1" in points
    assert f'<g data-series="{key}">' in page


def test_curves_are_small_multiples(rows, whole):
    _, paths, page = whole
    figure = page[page.index('<figure id="loss"') :]
    figure = figure[: figure.index("</figure>")]
    assert figure.count('class="card plot"') == rows["resource"].n_unique()
    panels = pl.read_csv(next(path for path in paths if path.name == "loss.csv"))["panel"]
    assert panels.n_unique() == rows["resource"].n_unique()


def test_numbers_are_judged_by_their_explained_share(rows, tmp_path):
    few = rows.filter(pl.col("resource").is_in(["none", "bell:1"])).drop("train_loss_curve", *COSTS)
    numbers = few.with_columns(
        validation_r2=pl.col("validation_accuracy") - 1.2,
        validation_accuracy=pl.lit(None, pl.Float64),
        validation_r2_curve="validation_accuracy_curve",
        validation_accuracy_curve=pl.lit(None, pl.List(pl.Float64)),
    )

    def predictions(resources):
        return [Predictions(resources[-1], 1, [1.0, 2.0], [1.5, 1.75])]

    paths, page = report(numbers, tmp_path, predictions=predictions)
    assert "bell:1 reaches a validation R² of -0.300" in page.replace("\N{MINUS SIGN}", "-")
    assert "Validation R² against the training step" in page
    assert "the explained share of the variance" in page
    assert "Validation accuracy is" not in page
    table = pl.read_csv(next(path for path in paths if path.name == "predicted-1.csv"))
    assert table.rows() == [(1.0, 1.5), (2.0, 1.75)]
    assert "bell:1; True: 1; Predicted: 1.5" in page


def test_confusion_matrix(whole):
    *_, page = whole
    table = page[page.index('<table class="confusion">') :]
    table = re.sub(r"<[^>]+>", " ", table[: table.index("</table>")])
    assert "a 0 0 % 1 33 % 2 67 % 33 %" in " ".join(table.split())
    csv = re.search(r'download="confusion-1.csv" href="data:text/csv;base64,([^"]+)"', page)
    assert b64decode(csv[1]).decode().endswith("b,b,1\n")


def test_banner_only_if_quick():
    for quick in (True, False):
        page = render("base.html", title="", quick=quick, colors=[], contents=[])
        assert ("Do not cite" in page) == quick


def test_user_strings_are_escaped(rows, points, tmp_path):
    x, y, _ = points
    hostile = light(rows).with_columns(
        data=pl.lit(ATTACK), resource=pl.col("resource") + f",{ATTACK}"
    )
    _, page = report(
        hostile,
        tmp_path,
        title=ATTACK,
        settings={"command": ATTACK, ATTACK: ATTACK},
        points=(x, y, [ATTACK, f'"{ATTACK}']),
    )
    assert Page(page).tags.count("script") == 1
    assert "<script>alert" not in page
    assert escape(ATTACK).replace("&#x27;", "&#39;") in page


@settings(deadline=None, max_examples=20)
@given(st.text(), st.text().filter(lambda text: "-" not in text))  # -0 has the minus of print
def test_any_setting_is_shown_as_text(name, value):
    rows = pl.DataFrame({"resource": ["none"]})
    made = made_from(rows, {f"x{name}": value})
    page = render(
        "parts.html",
        title="", quick=False, colors=[], contents=[], headline="", answers=[], remarks=[],
        parts=[], limits=[], made=made,
    )  # fmt: skip
    assert f"<td>{escape(value).replace('&#x27;', '&#39;').replace('&quot;', '&#34;')}</td>" in page
    assert Page(page).open == []


def test_minimal_columns_and_one_run(tmp_path):
    rows = pl.DataFrame({"resource": ["none"], "validation_accuracy": [0.9]})
    paths, page = report(rows, tmp_path)
    assert [path.name for path in paths[1:]] == ["accuracy.png", "accuracy.svg", "accuracy.csv"]
    assert "none reaches a validation accuracy of 0.900." in page
    assert "Figure 2" not in page
    assert not re.search(r"\b(nan|None|inf)\b", page)


def test_only_baselines_have_no_cost_figure(rows, tmp_path):
    rows = rows.drop("curve_steps").filter(pl.col("resource").is_in(["dnn", "single"]))
    paths, page = report(rows, tmp_path)
    assert "cost.png" not in [path.name for path in paths]
    assert "dnn reaches a validation accuracy of 0.750" in page


def test_rerun_replaces_the_page(tmp_path):
    rows = pl.DataFrame({"resource": ["none"], "validation_accuracy": [0.9]})
    report(rows, tmp_path, title="First")
    _, page = report(rows, tmp_path, title="Second")
    assert "First" not in page


def test_bad_rows_write_nothing(rows, tmp_path):
    with pytest.raises(EbitError):
        report(rows.with_columns(data=pl.col("resource")), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("package", ["matplotlib", "jinja2"])
def test_a_missing_package_writes_nothing(rows, tmp_path, monkeypatch, package):
    _environment.cache_clear()
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(EbitError, match=r'pip install "ebit\[report\]"'):
        report(light(rows), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_importing_the_report_does_not_import_matplotlib():
    check = (
        "import sys, ebit.report; sys.exit(not {'matplotlib', 'jinja2'}.isdisjoint(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_circuits_of_the_best_resource_and_of_none(rows, tmp_path):
    """Drawings come from the caller: the report reads rows only."""
    asked = []

    def draw(resource):
        asked.append(resource)
        return model_from_string(resource, qubits=2, depth=20).draw("matplotlib")

    rows = light(rows).filter(pl.col("resource").is_in(["none", "bell:1", "single"]))
    paths, text = report(rows, tmp_path, draw=draw)
    assert sorted(asked) == ["bell:1", "none"]
    names = {path.name for path in paths}
    assert {"circuit-bell-1.svg", "circuit-bell-1.csv", "circuit-none.png"} <= names
    page = Page(text)
    assert len(page.ids) == len(set(page.ids))
    assert "<h2>The circuits</h2>" in text
    assert text.count("convolution × 20") == 2
    assert len(re.findall(r'<figure id="circuit-[^"]+" class="wide">', text)) == 2


def test_without_a_circuit_there_is_no_section(tmp_path):
    rows = pl.DataFrame({"resource": ["dnn"], "validation_accuracy": [0.9]})
    _, text = report(rows, tmp_path, draw=lambda resource: None)
    assert "The circuits" not in text
