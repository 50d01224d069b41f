"""Questions of our own studies: which resources are named, intervals, verdicts, files."""

from typing import Any

import polars as pl
import pytest

from ebit.statistics import gaps, paired, unpaired
from ebit.studies import Item
from ebit.studies.questions import QUICK, Answer, answers, samples
from ebit.studies.run import ItemResult
from ebit.studies.study import Drawing, Predicted, Question
from ebit.studies.words import outcome

VALUES = {
    "none": [0.70, 0.72, 0.71, 0.69],
    "shared:1": [0.90, 0.93, 0.91, 0.92],
    "shared:2": [0.80, 0.81, 0.82, 0.83],
    "bell:1": [0.91, 0.92, 0.90, 0.93],
}


def rows(values: dict[str, list[float]], *, sets: bool) -> pl.DataFrame:
    """Two runs a data set, 0.01 below and above the value; or one run a value on one set."""
    runs = ((-0.01, 0), (0.01, 1)) if sets else ((0.0, 0),)
    return pl.DataFrame(
        [
            {
                "resource": name,
                "fingerprint": str(place) if sets else "0",
                "run": run if sets else place,
                "validation_accuracy": value + shift,
            }
            for name, own in values.items()
            for place, value in enumerate(own)
            for shift, run in runs
        ]
    )


def ask(
    first: tuple[str, ...],
    second: tuple[str, ...],
    predicted: Predicted | None = None,
    *,
    sets: bool = True,
    quick: bool = False,
) -> Answer:
    question = Question(
        text="?",
        first=first,
        second=second,
        predicted=predicted,
        measures=("validation_accuracy",),
    )
    item = Item(
        table="1",
        title="",
        data="",
        settings="",
        expected="",
        keys=("resource",),
        drawing=Drawing(kind="shots", caption=""),
        question=(question,),
    )
    (answer,) = answers(item, rows(VALUES, sets=sets), quick=quick)
    return answer


def test_no_interval_goes_beyond_the_largest_difference() -> None:
    """Of two data sets it was -11.6 to 11.6."""
    few = {"none": [0.4, 0.9], "bell:1": [0.9, 0.5]}
    item = Item(
        table="1", title="", data="", settings="", expected="", keys=("resource",),
        question=(Question(text="?", first=("bell:1",), second=("none",),
                           measures=("validation_accuracy",)),),
        drawing=Drawing(kind="means", caption=""),
    )  # fmt: skip
    (answer,) = answers(item, rows(few, sets=True), quick=False)
    assert (answer.gap.low, answer.gap.high) == (-1, 1)


def test_a_quick_look_has_no_verdict_in_the_summary_either() -> None:
    item = Item(
        table="1", title="", data="", settings="", expected="", keys=("resource",),
        question=(Question(text="?", first=("bell:1",), second=("none",)),),
        drawing=Drawing(kind="means", caption=""),
    )  # fmt: skip
    answer = ask(("bell:1",), ("none",), "above", quick=True)
    frame = pl.DataFrame()
    assert outcome(ItemResult(item, frame, frame, (), (), (answer,))) == f"1 difference, {QUICK}"
    told = ask(("bell:1",), ("none",), "above")
    told_words = outcome(ItemResult(item, frame, frame, (), (), (told, told)))
    assert told_words == "2 of 2 differences told apart; 2 of 2 as predicted"


def test_the_best_of_each_side_with_intervals_for_all_pairs() -> None:
    answer = ask(("bell:1",), ("none", "shared:1", "shared:2"))
    assert (answer.first, answer.second) == ("bell:1", "shared:1")
    pairs = [paired(VALUES["bell:1"], VALUES[name]) for name in ("none", "shared:1", "shared:2")]
    expected = gaps(pairs)[1]
    assert answer.gap.value == pytest.approx(expected.value)
    assert (answer.gap.low, answer.gap.high) == pytest.approx((expected.low, expected.high))
    assert (answer.above, answer.number) == (2, 4)
    assert answer.verdict == "not told apart"


def test_runs_of_one_data_set_are_not_paired() -> None:
    answer = ask(("bell:1",), ("none",), sets=False)
    expected = gaps([unpaired(VALUES["bell:1"], VALUES["none"])])[0]
    assert answer.gap.low == pytest.approx(expected.low)


@pytest.mark.parametrize(
    ("first", "second", "predicted", "verdict"),
    [
        ("bell:1", "none", None, "above"),
        ("none", "bell:1", None, "below"),
        ("bell:1", "none", "above", "above, as predicted"),
        ("bell:1", "none", "equal", "above, not as predicted"),
        ("bell:1", "none", "not above", "above, not as predicted"),
        ("bell:1", "shared:1", "equal", "not told apart, as predicted"),
        ("bell:1", "shared:1", "not above", "not told apart, as predicted"),
        ("bell:1", "shared:1", "above", "not told apart, not as predicted"),
        ("none", "bell:1", "not above", "below, as predicted"),
        ("none", "bell:1", "equal", "below, not as predicted"),
    ],
)
def test_verdicts(first: str, second: str, predicted: Predicted | None, verdict: str) -> None:
    assert ask((first,), (second,), predicted).verdict == verdict
    assert ask((first,), (second,), predicted, quick=True).verdict == QUICK


def test_a_resource_that_failed_on_a_data_set_is_left_out() -> None:
    table = rows(VALUES, sets=True).filter(
        (pl.col("resource") != "none") | (pl.col("fingerprint") != "0")
    )
    assert samples(table, "validation_accuracy").keys() == VALUES.keys() - {"none"}


def test_without_questions_rows_need_no_data_set() -> None:
    """Rows of capacities have none."""
    drawing = Drawing(kind="shots", caption="")
    words: dict[str, Any] = {"title": "", "data": "", "settings": "", "expected": ""}
    item = Item(table="1", **words, keys=("resource",), drawing=drawing)
    assert answers(item, pl.DataFrame({"resource": ["none"]}), quick=True) == ()
