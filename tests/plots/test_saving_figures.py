import sys
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import polars as pl
import pytest

from ebit.errors import EbitError
from ebit.plots import accuracy_by_resource, loss_curves, new_figure, paper_style, save_figure


def test_three_files_and_no_others(rows, tmp_path):
    figure, ax = new_figure()
    data = accuracy_by_resource(rows, ax)
    paths = save_figure(figure, tmp_path / "new" / "fig.1")
    assert [path.name for path in paths] == ["fig.1.png", "fig.1.svg", "fig.1.csv"]
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == (
        ["fig.1.csv", "fig.1.png", "fig.1.svg"]
    )
    assert paths[0].read_bytes().startswith(b"\x89PNG")
    assert ElementTree.parse(paths[1]).getroot().tag.endswith("svg")
    assert pl.read_csv(paths[2])["mean"].to_list() == pytest.approx(data["mean"].to_list())


def test_same_figure_gives_same_bytes(rows, tmp_path):
    for name in "ab":
        figure, ax = new_figure()
        loss_curves(rows, ax)
        save_figure(figure, tmp_path / name)
    for suffix in (".png", ".svg", ".csv"):
        assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


def test_several_axes_are_panels_of_one_table(rows, tmp_path):
    figure, _ = new_figure()
    figure.clear()
    first, second = figure.subplots(1, 2)
    accuracy_by_resource(rows, first)
    loss_curves(rows, second)
    table = pl.read_csv(save_figure(figure, tmp_path / "both")[2])
    assert table["panel"].unique().sort().to_list() == [1, 2]


def test_figure_of_others_is_refused(tmp_path):
    figure, _ = new_figure()
    with pytest.raises(EbitError, match="`figure`"):
        save_figure(figure, tmp_path / "empty")
    assert not list(tmp_path.iterdir())


def test_failed_write_leaves_the_old_file_and_nothing_else(rows, tmp_path, monkeypatch):
    figure, ax = new_figure()
    accuracy_by_resource(rows, ax)
    (tmp_path / "fig.png").write_bytes(b"old")

    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(EbitError, match="No space left"):
        save_figure(figure, tmp_path / "fig")
    assert [path.name for path in tmp_path.iterdir()] == ["fig.png"]
    assert (tmp_path / "fig.png").read_bytes() == b"old"


def test_folder_that_is_a_file_is_an_ebit_error(rows, tmp_path):
    (tmp_path / "file").write_text("")
    figure, ax = new_figure()
    accuracy_by_resource(rows, ax)
    with pytest.raises(EbitError, match="Cannot write"):
        save_figure(figure, tmp_path / "file" / "fig")


def test_style_stays_inside_its_block():
    before = dict(mpl.rcParams)
    with paper_style():
        assert mpl.rcParams["svg.hashsalt"] == "ebit"
    assert dict(mpl.rcParams) == before


def test_missing_matplotlib_names_the_cure(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(EbitError, match=r'pip install "ebit\[report\]"'):
        new_figure()


def test_plots_load_without_matplotlib():
    sources = Path(sys.modules["ebit.plots"].__file__).parent.glob("*.py")
    for source in sources:
        for line in source.read_text("utf-8").splitlines():
            assert not line.startswith(("import matplotlib", "from matplotlib")), source
