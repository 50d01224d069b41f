"""Reports in a real browser: nothing sticks out, nothing complains, all can be used by keyboard."""

from base64 import b64decode
from urllib.parse import unquote

import polars as pl
import pytest

from ebit.plots import new_figure, paper_style, validation_curves
from ebit.report import write_report
from ebit.report.parts import PagePart, write_parts
from ebit.report.picture import resource_series, save_picture
from ebit.report.provenance import Made
from ebit.report.table import Cell, Column, Line, Table
from report.browser import CHROMIUM, Browser

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")

OUTSIDE = """[...document.querySelectorAll('main *')].filter(one =>
    one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.scrolls, .plot')
).map(one => `${one.tagName}: ${one.textContent.trim().slice(0, 40)}`).slice(0, 3)"""

CONTRAST = """(() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = (color) => {
    const [r, g, b] = color.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (one) => {
    for (let place = one; place; place = place.parentElement) {
      const found = rgb(getComputedStyle(place).backgroundColor);
      if (found[3] === 255) return getComputedStyle(place).backgroundColor;
    }
    return 'white';
  };
  let worst = {ratio: 99, text: ''};
  for (const one of document.querySelectorAll('main *')) {
    const own = [...one.childNodes].filter((part) => part.nodeType === 3).map((part) => part.data);
    const text = own.join('').trim();
    if (!text || one.closest('title, style, script, option')) continue;
    const style = getComputedStyle(one);
    const ink = one.closest('svg') ? style.fill : style.color;
    const both = [ink, behind(one)].map(rgb).map((color) => light(color.slice(0, 3)));
    both.sort((one, other) => other - one);
    const ratio = (both[0] + 0.05) / (both[1] + 0.05);
    if (ratio < worst.ratio) worst = {ratio, text: text.slice(0, 40)};
  }
  return worst;
})()"""

FIRST_CELLS = """[...document.querySelectorAll('#summary-table tbody tr:not(.group)')].map(
    line => line.cells[0].dataset.value)"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with_page = Browser(tmp_path_factory.mktemp("profile"))
    yield with_page
    with_page.close()


def check(browser, path, *, dark=False):
    """What has to be so at every width."""
    for width in (400, 800, 1400):
        browser.open(path, width, dark=dark)
        assert browser.value("document.documentElement.scrollWidth") <= width
        assert browser.value(OUTSIDE) == [], width
        assert browser.complaints() == []
        worst = browser.value(CONTRAST)
        assert worst["ratio"] >= 4.5, worst


def test_nothing_sticks_out_and_nothing_complains(browser, whole):
    _, paths, _ = whole
    check(browser, paths[0])
    check(browser, paths[0], dark=True)


def test_the_widest_summary_fits_at_every_width(browser, rows, tmp_path):
    """Accuracy at shots, intervals and all costs: what `ebit compare` writes by default."""
    accuracy = pl.col("validation_accuracy")
    every_column = rows.with_columns(
        validation_accuracy_1000_shots=accuracy - 0.013,
        shots_per_label=1000,
        shared_bits_per_inference=2,
        resource=pl.col("resource").replace("classical", "classical+bell:1"),
    )
    paths = write_report(every_column, tmp_path / "out", title="Wide", settings={}, quick=False)
    browser.open(paths[0], 1440)
    too_wide = """[...document.querySelectorAll('.data > .card')].filter(
        card => card.scrollWidth > card.clientWidth).length"""
    for width in range(320, 1441, 20):
        browser.resize(width)
        assert browser.value("document.documentElement.scrollWidth") <= width, width
        assert browser.value(too_wide) == 0, width


def test_tables_become_cards_where_columns_have_no_room(browser, whole):
    _, paths, _ = whole
    shown = "getComputedStyle(document.querySelector('#summary-table tbody tr')).display"
    browser.open(paths[0], 1400)
    assert browser.value(shown) == "table-row"
    browser.resize(400)
    assert browser.value(shown) == "block"
    label = "getComputedStyle(document.querySelector('#summary-table td'), '::before').content"
    assert browser.value(label) == '"Validation accuracy (mean ± std)"'


def test_tables_sort_inside_their_groups(browser, whole):
    _, paths, _ = whole
    browser.open(paths[0], 1400)
    assert browser.value(FIRST_CELLS) == ["single", "dnn", "none", "bell:1", "classical", "quantum"]
    head = "document.querySelectorAll('#summary-table thead button')"
    browser.value(f"{head}[1].click()")
    assert browser.value(FIRST_CELLS) == ["dnn", "single", "none", "bell:1", "quantum", "classical"]
    browser.value(f"{head}[0].focus()")
    browser.press("Enter")
    assert browser.value(FIRST_CELLS) == ["dnn", "single", "none", "bell:1", "classical", "quantum"]
    sort = "document.querySelector('#summary-table thead th').getAttribute('aria-sort')"
    assert browser.value(sort) == "ascending"
    browser.press("Enter")
    assert browser.value(sort) == "descending"
    choice = "document.querySelector('#summary-table select')"
    browser.value(f"{choice}.value = ''; {choice}.dispatchEvent(new Event('change'))")
    assert browser.value(FIRST_CELLS) == ["single", "dnn", "none", "bell:1", "classical", "quantum"]


def test_resources_are_switched_off_and_on_by_keyboard(browser, whole):
    _, paths, _ = whole
    browser.open(paths[0], 800)
    button = "[...document.querySelectorAll('[data-switch] button')].at(-1)"
    key = browser.value(f"{button}.parentElement.dataset.switch")
    shown = f"""[...document.querySelectorAll('[data-series="{key}"]')].filter(
        one => getComputedStyle(one).display !== 'none').length"""
    before = browser.value(shown)
    assert before > 5
    browser.value(f"{button}.focus()")
    browser.press(" ")
    assert browser.value(shown) == 0
    assert browser.value(f"{button}.getAttribute('aria-pressed')") == "false"
    browser.press(" ")
    assert browser.value(shown) == before


def test_points_speak_to_the_pointer_and_to_the_keyboard(browser, whole):
    _, paths, _ = whole
    browser.open(paths[0], 800)
    tip = "[document.querySelector('.tip').hidden, document.querySelector('.tip').textContent]"
    browser.value("document.querySelector('#accuracy .plot').focus()")
    browser.press("ArrowRight")
    hidden, text = browser.value(tip)
    assert not hidden
    assert "Validation accuracy: " in text
    browser.press("Escape")
    assert browser.value(tip)[0]
    place = browser.value("""(() => {
        const box = document.querySelector('#accuracy circle').getBoundingClientRect();
        return [box.x + box.width / 2, box.y + box.height / 2];
    })()""")
    browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=place[0], y=place[1])
    assert not browser.value(tip)[0]


def test_every_control_is_reached_by_tab_and_shows_it(browser, whole):
    _, paths, _ = whole
    browser.open(paths[0], 1400)
    reached = set()
    for _ in range(30):
        browser.press("Tab")
        name, outline = browser.value(
            "[document.activeElement.closest('nav, .tools, thead, .legend, .plot, p, th')?.tagName,"
            "getComputedStyle(document.activeElement).outlineStyle]"
        )
        assert outline != "none", name
        reached.add(name)
    assert {"NAV", "DIV", "TH"} <= reached


def test_a_table_is_copied(browser, whole):
    _, paths, _ = whole
    browser.open(paths[0], 1400)
    browser.value("""window.copied = ''; document.execCommand = () => {
        window.copied = document.activeElement.value; };
        Object.defineProperty(navigator, 'clipboard', {value: {writeText: async () => {
            throw new Error('not allowed'); }}})""")
    browser.value("document.querySelector('#summary-table .tools button').click()")
    lines = browser.value("new Promise(done => setTimeout(() => done(window.copied), 50))")
    assert lines.split("\n")[0].startswith("Resource\tValidation accuracy mean ± std\tRuns")
    assert lines.split("\n")[1] == "single\t0.6\t2\t-0.1\t268\t0\t0\t0\t0\t12.5\t3.25"


SAVED = """new Promise(done => {
    HTMLAnchorElement.prototype.click = function () { done([this.download, this.href]); };
    %s.dispatchEvent(new MouseEvent('click', {cancelable: true}));
})"""


def test_downloads_are_unpacked_and_drawn(browser, whole):
    _, paths, _ = whole
    browser.open(paths[0], 1400)
    name, address = browser.value(SAVED % "document.querySelector('#accuracy a[download$=csv]')")
    assert name == "accuracy.csv"
    kind, content = address.split(",", 1)
    assert kind == "data:text/csv"
    csv = next(path for path in paths if path.name == "accuracy.csv")
    assert unquote(content) == csv.read_text("utf-8")
    name, address = browser.value(SAVED % "document.querySelector('#accuracy figcaption button')")
    assert name == "accuracy.png"
    kind, content = address.split(",", 1)
    assert kind == "data:image/png;base64"
    head = b64decode(content)[:24]
    assert head[:4] == b"\x89PNG"
    assert 2140 < int.from_bytes(head[16:20]) < 2155, "7.16 inches at 300 dots an inch"
    assert browser.complaints() == []


@pytest.mark.slow
def test_the_page_of_a_plan(browser, plan):
    path = plan[0]
    check(browser, path)
    browser.open(path, 400)
    feasible = "document.querySelector('#options-table td').getBoundingClientRect()"
    assert browser.value(f"{feasible}.right") <= 400


@pytest.mark.slow
def test_columns_of_long_numbers_have_room(browser, rows, tmp_path):
    """Tables of reproduced numbers: eight columns, but no room for them at 800 pixels."""
    titles = ("Published", "Measured", "Difference", "95% interval", "Standard errors", "p")
    texts = ("75.55 ± 12.87", "79.18 ± 13.59", "+13.63", "-11.15 to +18.41", "+1.8", "0.022")
    columns = [Column("Figure 3", is_number=False), Column("Verdict", is_number=False)]
    lines = [[Cell("classical, depth 9"), Cell("cannot be compared", note="not published")]]
    lines[0] += [Cell(text) for text in texts]
    table = Table("numbers", "Numbers", [*columns, *map(Column, titles)], [Line(lines[0])])
    series = resource_series(rows["resource"])
    with paper_style():
        figure, ax = new_figure()
        validation_curves(rows, ax)
    picture = save_picture(figure, "means", "Means.", "Means", tmp_path, series)
    part = PagePart("Figure 3", ["That of `quantum`."], {}, [table], [("Figure 3", picture)])
    write_parts(tmp_path / "a.html", title="A study", parts=[part], made=Made([], ""), quick=False)
    check(browser, tmp_path / "a.html")
    assert browser.value("document.querySelector('#numbers table').className") == "wide"
    assert browser.value("document.querySelector('main p code').textContent") == "quantum"
    named = "[...document.querySelectorAll('figure .legend li')].map(one => one.textContent.trim())"
    assert browser.value(named) == [one.label for one in series]
