import polars as pl
import pytest

from ebit.errors import EbitError
from ebit.report.summary import summarize


def test_values_of_each_resource_in_the_fixed_order(rows):
    lines = summarize(rows)
    assert [line.resource for line in lines] == (
        ["single", "dnn", "none", "bell:1", "classical", "quantum"]
    )
    bell = lines[3]
    assert bell.mean == pytest.approx(0.90)
    assert bell.std == pytest.approx(0.02 / 2**0.5)
    assert (bell.runs, bell.parameters) == (2, 268)
    assert bell.amounts == {"ebits": 1, "bits": 0, "nonlocal_gates": 0, "rounds": 0}


def test_time_of_a_task_counts_once_and_tasks_add_up(rows):
    assert summarize(rows)[0].seconds == 12.5
    more = rows.with_columns(task=pl.col("task") + "-b", seconds=pl.lit(2.5))
    assert summarize(pl.concat([rows, more]))[0].seconds == 15.0


def test_missing_columns_are_unknown(rows):
    line = summarize(rows.select("resource", "validation_accuracy"))[0]
    assert line.parameters is line.seconds is None
    assert set(line.amounts.values()) == {None}


@pytest.mark.parametrize("written", [None, 0])
def test_what_costs_nothing_known_costs_no_shared_bits_either(rows, written):
    further = rows.with_columns(
        shared_bits_per_inference=pl.when(resource="none").then(2).otherwise(written),
        ebits_per_inference=pl.when(pl.col("resource") != "dnn").then("ebits_per_inference"),
    )
    found = {line.resource: line.amounts["shared_bits"] for line in summarize(further)}
    assert (found["none"], found["bell:1"], found["dnn"]) == (2, 0, None)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"data": pl.col("resource")}, "one data set"),
        ({"depth": pl.col("run")}, "`depth` 0, 1"),
        ({"run": pl.lit(0)}, "there twice"),
        ({"validation_accuracy": pl.lit(96.9)}, "between 0 and 1"),
    ],
)
def test_rows_that_do_not_belong_together_give_one_line(rows, change, words):
    with pytest.raises(EbitError, match=words) as error:
        summarize(rows.with_columns(**change))
    assert "\n" not in str(error.value)
