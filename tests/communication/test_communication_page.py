"""Figures and the page: made from rows, with verdicts and limits."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from command_line import error_of
from ebit.communication import ColumnSplit, fit, model_for
from ebit.communication.experiments import EXPERIMENTS, Communication, trained
from ebit.communication.model_file import load_fitted, save_fitted
from ebit.communication.rows import Row, judged
from ebit.communication.study import claims
from ebit.errors import EbitError
from ebit.plots import (
    bits_against_qubits,
    cost_against_size,
    crossing,
    error_against_copies,
    error_against_cost,
    frequencies_against_layers,
    new_figure,
)
from ebit.report import Part, write_communication
from ebit.report.communication_page import LIMITS, markdown

ROWS = [
    row
    for n, bits in ((6, 20), (8, 40), (10, 90))
    for row in (
        Row("E4", n, "quantum <b>", "one-way", qubits=4 * n, error=0.03, quantum=True),
        Row("E4", n, "C5 coordinates", "one-way", cbits=bits, error=0.03),
    )
]


def frame() -> pl.DataFrame:
    return pl.DataFrame([vars_of(row) for row in judged(ROWS)], infer_schema_length=None)


def vars_of(row: Row) -> dict[str, object]:
    return {name: getattr(row, name) for name in Row.__dataclass_fields__}


@pytest.mark.parametrize(
    ("quantum", "classical", "place"),
    [
        ([100.0, 100.0, 100.0], [25.0, 100.0, 400.0], 8.0),
        ([100.0, 100.0, 100.0], [50.0, 200.0, 400.0], 7.0),
        ([100.0, 100.0, 100.0], [1.0, 2.0, 3.0], None),
        ([100.0, 100.0, 100.0], [200.0, 300.0, 400.0], None),
    ],
)
def test_lines_cross_where_they_do(
    quantum: list[float], classical: list[float], place: float | None
) -> None:
    frames = [pl.DataFrame({"n": [6, 8, 10], "cost": own}) for own in (quantum, classical)]
    found = crossing(*frames)
    assert found == (place if place is None else pytest.approx(place))


def test_figures_draw_what_is_sent() -> None:
    _, ax = new_figure()
    drawn = cost_against_size(frame(), ax)
    assert drawn.filter(pl.col("protocol") == "C5 coordinates")["cost"].to_list() == [20, 40, 90]
    assert any(line.get_linestyle() == ":" for line in ax.lines[2:])  # the crossing near n = 7
    _, ax = new_figure()
    assert error_against_cost(frame(), ax).height == 6
    with pytest.raises(EbitError, match="sends something"):
        cost_against_size(frame().with_columns(qubits=0, cbits=0), new_figure()[1])


def test_only_crossings_with_what_was_run_are_marked() -> None:
    bound = frame().with_columns(executed=pl.col("quantum"))
    _, ax = new_figure()
    cost_against_size(bound, ax)
    assert len(ax.lines) == 2  # no vertical


def test_whole_numbers_are_written_alike_in_all_columns() -> None:
    rows = frame().with_columns(qubits=pl.lit(13_284), expected=pl.lit(13_284.0), error=0.25)
    table = markdown([Part("E2", "A title", "", rows)])
    assert "| 13,284 | 0 | 0 | 0.25 | 13,284 |" in table


def test_figures_that_are_no_costs_draw_their_own_columns() -> None:
    rows = [
        Row("E12", 4, "attack shadows", "one-way", copies=m, error=e, expected=b)
        for m, e, b in ((100, 0.2, 0.1), (10, 0.5, 0.4))
    ]
    rows += [
        Row("E12", 10, "bob of alice", "two-way", qubits=7380, error=1722.0, copies=738,
            case="bits learned at most, M=2"),
        Row("E11", 1, "frequencies", "two-way", rounds=2, value=9.0, case="scales 3^l, L=2"),
    ]  # fmt: skip
    table = pl.DataFrame([vars_of(row) for row in rows], infer_schema_length=None)
    _, ax = new_figure()
    assert error_against_copies(table, ax)["copies"].to_list() == [10, 100]
    assert len(ax.lines) == 2  # the error and its bound
    ax.set_xlim(8, 60)
    assert {20.0, 50.0} == {x for x in ax.get_xticks(minor=True) if 8 < x < 60}  # labels have room
    assert frequencies_against_layers(table, new_figure()[1]).rows() == [("scales 3^l", 2, 9.0)]
    assert bits_against_qubits(table, new_figure()[1]).rows() == [(10, 7380, 1722.0)]
    for draw in (error_against_copies, frequencies_against_layers, bits_against_qubits):
        with pytest.raises(EbitError, match="must hold"):
            draw(table.head(0), new_figure()[1])


def test_budgets_that_missed_the_error_are_off_the_lines() -> None:
    rows = frame().with_columns(reached=(pl.col("n") != 8) | pl.col("quantum"))
    _, ax = new_figure()
    assert cost_against_size(rows, ax).filter(~pl.col("reached"))["cost"].to_list() == [40]
    marks = {str(line.get_label()): np.asarray(line.get_xdata()).tolist() for line in ax.lines[:3]}
    assert marks["C5 coordinates"] == [6, 10]
    assert marks["C5 coordinates, error not reached"] == [8]


def test_the_page_says_where_and_under_which_limits(tmp_path: Path) -> None:
    part = Part("E4", "Hidden <matching>", "A one-way statement.", frame(), limits=(3,))
    page, table, *files = write_communication([part], tmp_path, command="ebit x", quick=True)
    text = page.read_text("utf-8")
    assert "one-way advantage at N = 2^8, 2^10 (2 of 3 rows)" in text
    assert text.index(f"Limits: {LIMITS[3]}") < text.index("<table")
    assert "<matching>" not in text.replace("Hidden &lt;matching&gt;", "")
    assert "quantum &lt;b&gt;" in text
    assert all(limit.split(",")[0][:40] in text.replace("&#x27;", "'") for limit in LIMITS)
    assert table.read_text("utf-8").count("\n") == 2 + 6
    assert {file.suffix for file in files} == {".png", ".svg", ".csv"}


def test_every_experiment_can_be_found() -> None:
    assert [name for name in EXPERIMENTS if name.startswith("E")] == [f"E{k}" for k in range(1, 16)]
    assert all(callable(case.run) for case in EXPERIMENTS.values())
    assert list(claims()) == list(EXPERIMENTS)
    assert {claim.mark for claim in claims().values()} == {"fact", "design"}
    with pytest.raises(EbitError, match="experiment"):
        Communication("E99")
    assert Communication("E2").hash != Communication("E2", quick=True).hash


def test_a_trained_model_comes_back(tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(20, 3))
    data = ColumnSplit(x, {"alice": [0, 2], "bob": [1]})
    fitted = fit(model_for(data, 2), data, np.sign(x[:, 0]), steps=3, batch=4)
    path = tmp_path / "model.safetensors"
    save_fitted(path, fitted, data)
    found, columns, bias, moments = load_fitted(path)
    again = ColumnSplit(x, columns, bias=bias, moments=moments)
    np.testing.assert_array_equal(found.scores(again), fitted.scores(data))
    path.write_bytes(path.read_bytes()[:-8] + b"\1" * 8)
    with pytest.raises(EbitError, match="damaged"):
        load_fitted(path)
    with pytest.raises(EbitError, match="2 columns"):
        ColumnSplit(x, {"alice": [0, 1, 2]}, moments=(np.zeros(2), np.ones(2)))


def test_a_model_wants_the_columns_it_was_trained_on(tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(20, 3))
    data = ColumnSplit(x, {"alice": [0, 2], "bob": [1]})
    fitted = fit(model_for(data, 2), data, np.sign(x[:, 0]), steps=1, batch=4)
    save_fitted(tmp_path / "model.safetensors", fitted, data)
    message = error_of(
        "communication", "infer", "--data", "chsh", "--model", tmp_path / "model.safetensors"
    )
    assert "have 4 feature columns, but the model of" in message
    with pytest.raises(EbitError, match="`layers` must be a whole number from 1 to 10000"):
        model_for(data, 10**8)


def test_parts_of_an_interrupted_experiment_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []

    def part(n: int, case: str, seed: int) -> list[Row]:
        if len(ran) == 4:
            raise KeyboardInterrupt
        ran.append(f"{n}, {case}")
        return [Row("E9", n, "quantum", "two-way", qubits=7, case=case)]

    monkeypatch.setattr(trained, "_images", part)
    with pytest.raises(KeyboardInterrupt):
        trained.images(True, 0, tmp_path)
    first = list(ran)
    ran.clear()
    rows = trained.images(True, 0, tmp_path)
    assert len(rows) == 6
    assert all(row.qubits == 7 for row in rows)
    assert not set(first) & set(ran)
    assert len(ran) == 2
