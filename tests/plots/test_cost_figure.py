import polars as pl
import pytest

from ebit.errors import EbitError
from ebit.plots import accuracy_against_cost, new_figure


def test_points_sit_at_ebits_plus_gates(rows):
    _, ax = new_figure()
    data = accuracy_against_cost(rows, ax)
    cost = dict(data.select("resource", "total_ebits").iter_rows())
    assert cost["none"] == cost["classical"] == 0
    assert cost["bell:2"] == 2
    assert cost["quantum"] == 100
    bits = dict(data.select("resource", "total_bits").iter_rows())
    assert bits["classical"] == 6
    assert bits["quantum"] == 200
    assert len(ax.containers) == 6, "a point for every resource but the two baselines"
    assert ax.get_xscale() == "symlog"


def test_baselines_are_lines_and_legend_names_bits(rows):
    _, ax = new_figure()
    accuracy_against_cost(rows, ax)
    labels = {text.get_text() for text in ax.get_legend().get_texts()}
    assert {"single (baseline)", "dnn (baseline)", "classical (6 bits)", "none (0 bits)"} <= labels


def test_few_ebits_have_a_linear_axis(rows):
    _, ax = new_figure()
    accuracy_against_cost(rows.filter(pl.col("resource") != "quantum"), ax)
    assert ax.get_xscale() == "linear"
    assert ax.get_xticks().tolist() == [0, 1, 2]


def test_baseline_costs_may_be_missing_others_not(rows):
    def without_cost(resource):
        empty = pl.when(pl.col("resource") != resource).then("ebits_per_inference")
        return rows.with_columns(ebits_per_inference=empty)

    _, ax = new_figure()
    accuracy_against_cost(without_cost("dnn"), ax)
    with pytest.raises(EbitError, match=r"bell:1 lacks"):
        accuracy_against_cost(without_cost("bell:1"), ax)


def test_only_baselines(rows):
    _, ax = new_figure()
    accuracy_against_cost(rows.filter(pl.col("resource") == "dnn"), ax)
    assert len(ax.get_legend().get_texts()) == 1
