"""`ebit report`, `plot`, `show` and `info`: what is there, without any training."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from command_line import SMALL, error_of, run_ebit
from ebit.cli.comparison import Comparison, keep_comparison
from ebit.cli.pages import read_kept
from ebit.data import DataSource, load
from ebit.results import Store

pytest.importorskip("matplotlib")

REPORTED = ("--resource", "none,bell:1", *SMALL)


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory, trained: Any) -> Path:
    folder = tmp_path_factory.mktemp("compared")
    shutil.copy(trained.data, folder / "points.csv")
    outcome = run_ebit(
        "compare", "--data", folder / "points.csv", *REPORTED, "--out", folder / "out",
        "--json", folder / "rows.json",
    )  # fmt: skip
    assert outcome.code == 0, outcome
    return folder


@pytest.fixture(autouse=True)
def no_training(monkeypatch: pytest.MonkeyPatch, compared: Path) -> None:
    def fail(*_: object, **__: object) -> None:
        pytest.fail("trained again")

    monkeypatch.setattr("ebit.results.run.fit", fail)


@pytest.mark.slow
def test_sets_with_options_of_their_own_are_found_again(tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    kept = Comparison(pl.DataFrame({"resource": ["none"]}), [], "", "")
    keep_comparison(kept, DataSource(source="diabetes"), 0, tmp_path)
    found = read_kept(tmp_path)
    assert found is not None
    assert load(DataSource(**found.values["source"])).is_numeric


def undated(text: str) -> str:
    """A page without what differs by the moment, and without counts in any order."""
    text = re.sub(r'aria-label="\d+ points in space: [^"]*"', "", text)
    return re.sub(r"\d{4}-\d\d-\d\d[T ][\d:.+Z-]+", "", text)


def test_the_report_of_a_comparison_is_written_again(compared: Path, here: Path) -> None:
    first = compared / "out" / "report.html"
    before = first.read_text()
    first.unlink()
    outcome = run_ebit("report", compared / "out")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == f"Report: {first}\n"
    again, before = undated(first.read_text()), undated(before)
    assert again == before
    outcome = run_ebit("report", compared / "out", "--out", "elsewhere")
    assert outcome.out == "Report: elsewhere/report.html\n"
    assert (here / "elsewhere" / "figures" / "accuracy.svg").is_file()


def test_a_report_does_without_data_that_are_gone(
    compared: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(compared / "out", "out")
    (compared / "points.csv").rename(compared / "moved.csv")
    try:
        outcome = run_ebit("report", "out")
    finally:
        (compared / "moved.csv").rename(compared / "points.csv")
    assert outcome.code == 0
    assert outcome.err.startswith("Note: the report does without the data: ")
    assert len(outcome.err.splitlines()) == 1
    assert "bell:1" in (here / "out" / "report.html").read_text()


def test_a_report_of_rows_alone(compared: Path, here: Path) -> None:
    shutil.copytree(compared / "out", "out")
    Path("out/report.parquet").unlink()
    assert run_ebit("report", "out").code == 0
    message = error_of("report", "out", "--where", "depth=7")
    assert message == "No row has 'depth=7': `depth` is 1."
    assert run_ebit("report", "out", "--where", "depth=1", "--where", "qubits=2").code == 0


def test_rows_that_do_not_fit_on_one_page(compared: Path, here: Path) -> None:
    store = Store("out")
    for depth in (1, 2):
        for task, rows in Store(compared / "out").rows().group_by("task"):
            name = f"{depth}{str(task[0])[1:]}"
            own = rows.with_columns(depth=pl.lit(depth, pl.Int64), task=pl.lit(name))
            store.put(name, own)
    message = error_of("report", "out")
    assert "several values of `depth` (1, 2): choose with --where depth=1." in message
    assert "several values of `depth`" in error_of("plot", "out")
    assert run_ebit("report", "out", "--where", "depth=2").code == 0


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ((), "Missing argument"),
        (("gone",), "must be a folder of results, but 'gone' is none"),
        ((".",), "has no report to write again and no rows"),
        (("OUT", "--where", "depth"), "must be COLUMN=VALUE"),
        (("OUT", "--where", "planet=earth"), "must be COLUMN=VALUE"),
        (("OUT", "--where", "train_loss_curve=1"), "must be COLUMN=VALUE"),
        (("OUT", "--where", "depth=x"), "No row has 'depth=x'"),
        (("OUT", "--out", "/proc/x"), "Cannot write"),
    ],
    ids=str,
)
def test_a_bad_argument_of_report(
    compared: Path, here: Path, arguments: tuple[str, ...], names: str
) -> None:
    places = {"OUT": compared / "out"}
    message = error_of("report", *(places.get(part, part) for part in arguments))
    assert names in message
    assert list(here.iterdir()) == []


def test_a_damaged_report_is_one_line(compared: Path, here: Path) -> None:
    shutil.copytree(compared / "out", "out")
    path = Path("out/report.parquet")
    path.write_bytes(path.read_bytes()[:-9])
    assert "is damaged or not of ebit" in error_of("report", "out")


def test_figures_of_a_folder_and_of_a_file(compared: Path, here: Path) -> None:
    outcome = run_ebit("plot", compared / "out", "--out", "figures")
    assert (outcome.code, outcome.err) == (0, "")
    names = [Path(line.removeprefix("Figure: ")).stem for line in outcome.out.splitlines()]
    assert names == ["accuracy", "cost", "shots", "loss", "validation"]
    assert (here / "figures" / "loss.csv").is_file()
    rows = Store(compared / "out").rows()
    rows.select("resource", "validation_accuracy").write_csv("rows.csv")
    rows.write_parquet("rows.parquet")
    assert run_ebit("plot", "rows.csv", "--out", "b").out == "Figure: b/accuracy.png\n"
    outcome = run_ebit("plot", "rows.parquet", "--figure", "loss", "--out", "c")
    assert outcome.out == "Figure: c/loss.png\n"


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (("gone.csv",), "Cannot read 'gone.csv'"),
        (("gone",), "must be a folder, or a file"),
        (("bad.json",), "holds no rows"),
        (("list.json",), "can be drawn"),
        (("bad.parquet",), "holds no rows"),
        (("empty.csv",), "holds no rows"),
        ((".",), "has no results"),
        ((".", "--figure", "cake"), "must be one of accuracy"),
    ],
    ids=str,
)
def test_a_bad_argument_of_plot(here: Path, arguments: tuple[str, ...], names: str) -> None:
    (here / "bad.json").write_text("{")
    (here / "list.json").write_text('{"rows": [{"a": 1}]}')
    (here / "bad.parquet").write_text("PAR1")
    (here / "empty.csv").write_text("")
    assert names in error_of("plot", *arguments)
    assert not (here / "ebit-figures").exists()


def test_show_tells_what_a_hash_stands_for(trained: Any, here: Path) -> None:
    name = trained.content["task"]["hash"]
    outcome = run_ebit("show", name[:9], "--out", trained.out, "--json", "show.json")
    assert (outcome.code, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert lines[0] == f"hash:    {name}"
    assert "status:  finished" in lines
    assert "model.resource = bell:1" in lines
    assert "training.steps = 5" in lines
    told = json.loads((here / "show.json").read_text())
    assert (told["hash"], told["status"], len(told["rows"])) == (name, "finished", 2)
    assert told["content"]["model"]["depth"] == 1


def test_show_of_an_unfinished_training(here: Path) -> None:
    name = "ab" * 32
    path = here / "ebit-train" / "checkpoints" / f"{name}.safetensors"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"")
    assert "status:  unfinished: the same command goes on" in run_ebit("show", "ab").out


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (("xyz",), "digits from 0-9 and a-f"),
        (("",), "digits from 0-9 and a-f"),
        (("../../etc",), "digits from 0-9 and a-f"),
        (("abc",), "No result in this folder has the hash 'abc'"),
        (("abc", "--out", "gone"), "'gone' is none"),
        (("0", "--out", "two"), "2 results begin with '0', such as"),
    ],
    ids=str,
)
def test_a_bad_argument_of_show(here: Path, arguments: tuple[str, ...], names: str) -> None:
    for last in "ab":
        path = here / "two" / "models" / f"{'0' * 63}{last}.safetensors"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    assert names in error_of("show", *arguments)


def test_info_is_one_block(here: Path) -> None:
    outcome = run_ebit("info", "--json", "info.json")
    assert (outcome.code, outcome.err) == (0, "")
    told = json.loads((here / "info.json").read_text())
    for name in ("ebit", "python", "packages", "extras", "devices", "cache", "cache_bytes"):
        assert name in told
        assert any(
            line.startswith(name.replace("_", " ") + ":") for line in outcome.out.splitlines()
        )
    assert told["packages"]["jax"]


def test_a_comparison_without_matplotlib_prints_its_table(
    compared: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(compared / "out", "out")
    shutil.rmtree("out/figures")
    Path("out/report.html").unlink()
    monkeypatch.setattr("ebit.plots.style.find_spec", lambda _: None)
    outcome = run_ebit("compare", "--data", compared / "points.csv", *REPORTED, "--out", "out")
    assert outcome.code == 0, outcome
    assert "bell:1" in outcome.out
    assert outcome.err.splitlines()[-1] == (
        "Report and figures need Matplotlib and Jinja2: install them with "
        "`pip install 'ebit[report]'`, then "
        "`ebit report out` writes them."
    )
    assert not (here / "out" / "report.html").exists()
    assert not (here / "out" / "figures").exists()
    monkeypatch.undo()
    assert run_ebit("report", here / "out").code == 0
