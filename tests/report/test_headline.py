import polars as pl
import pytest

from ebit.errors import EbitError
from ebit.report.advice import advise
from ebit.report.headline import details, headline, method_words

MINUS = "\N{MINUS SIGN}"


def rows_of(**accuracies):
    """Rows with these accuracies; bell_1 stands for bell:1, and costs are as they are."""
    costs = {
        "bell:1": (1, 0, 0),
        "bell:2": (2, 0, 0),
        "classical": (0, 6, 0),
        "shared:1": (0, 0, 1),
    }
    lines = []
    for key, values in accuracies.items():
        resource = key.replace("_", ":")
        ebits, bits, shared = costs.get(resource, (0, 0, 0))
        for run, value in enumerate(values):
            lines.append(
                {
                    "resource": resource,
                    "run": run,
                    "seed": 0,
                    "validation_accuracy": value,
                    "ebits_per_inference": ebits,
                    "bits_per_inference": bits,
                    "nonlocal_gates_per_inference": 0,
                    "rounds_per_inference": 0,
                    "shared_bits_per_inference": shared,
                }
            )
    return pl.DataFrame(lines)


def said(**accuracies):
    advice = advise(rows_of(**accuracies))
    return headline(advice), details(advice)


GOOD = [0.90, 0.91, 0.89, 0.90]
BAD = [0.80, 0.81, 0.80, 0.79]
NOISY = [0.95, 0.88, 0.93, 0.88]


def test_a_resource_that_is_worth_its_cost():
    sentence, more = said(none=BAD, bell_1=GOOD)
    assert sentence == (
        "bell:1 reaches a validation accuracy of 0.900 ± 0.008 and costs 1 ebit per inference. It "
        "is worth +0.100 (0.087 to 0.113) over none, the best of what costs less."
    )
    assert more == []


def test_what_is_free_and_not_told_apart_wins():
    sentence, more = said(none=GOOD, bell_1=NOISY)
    assert sentence == (
        "none reaches a validation accuracy of 0.900 ± 0.008 and costs no communication before the "
        f"read-out. The best one, bell:1, for 1 ebit per inference, is worth +0.010 ({MINUS}0.055 "
        "to 0.075) more, which is not told apart from nothing."
    )
    assert more == ["Not told apart from none: bell:1 (0.910 ± 0.036)."]


def test_a_shared_bit_is_cheaper_than_a_pair_and_dearer_than_nothing():
    sentence, _ = said(none=BAD, bell_1=NOISY, shared_1=GOOD)
    assert sentence.startswith("shared:1 reaches")
    assert "and costs 1 shared bit per inference." in sentence
    assert "The best one, bell:1, for 1 ebit per inference, is worth +0.010" in sentence
    assert ", which is not told apart from nothing. shared:1 is worth +0.1" in sentence
    assert sentence.endswith("over none, the best of what costs less.")


def test_what_beats_the_cheaper_one_is_named():
    """none is told apart from bell:2 only; bell:1 is not told apart from any."""
    base = [0.90, 0.92, 0.88, 0.90]
    rows = rows_of(
        none=base,
        bell_1=[0.95, 0.90, 0.97, 0.94],
        bell_2=[value + 0.06 + 0.001 * step for step, value in enumerate(base)],
    )
    found = headline(advise(rows))
    assert found.startswith("bell:1 reaches")
    assert "none, the best of what costs less, is worse than bell:2, which is worth +0.0" in found


def test_none_can_be_best():
    assert said(none=GOOD, bell_1=BAD)[0].endswith("No resource is better than none here.")


def test_equal_accuracies_go_to_what_costs_less():
    assert said(bell_1=GOOD, none=GOOD)[0].startswith("none reaches")
    assert said(bell_1=GOOD, classical=GOOD)[0].startswith("classical reaches")


def test_single_runs_tell_nothing_apart():
    sentence, more = said(none=[0.8], bell_1=[0.9])
    assert sentence.startswith("none reaches a validation accuracy of 0.800 and costs no")
    assert "nothing is told apart" in sentence
    assert "(the best one, bell:1, has 0.900); train several runs." in sentence
    assert "single run" in more[-1]


def test_unknown_costs_are_not_called_free():
    rows = rows_of(none=BAD, bell_1=GOOD).select("resource", "validation_accuracy")
    assert "costs no" not in headline(advise(rows))


def test_baselines_are_set_beside_what_is_recommended():
    better = [0.95, 0.96, 0.94, 0.95]
    _, more = said(dnn=better, single=BAD, none=BAD, bell_1=GOOD)
    assert len(more) == 1, "a baseline that is worse is not worth a sentence"
    assert more[0].startswith("dnn, where nothing is shared, is better than bell:1: +0.050 (0.0")
    _, more = said(dnn=NOISY, none=BAD, bell_1=GOOD)
    assert more[0].startswith("dnn, where nothing is shared, is not told apart from bell:1: +0.010")


def test_runs_are_paired_if_all_have_the_same():
    rows = rows_of(none=BAD, bell_1=GOOD)
    assert "paired by run (4 runs)" in method_words(advise(rows))
    shuffled = advise(rows.sample(fraction=1, shuffle=True, seed=1))
    assert shuffled.compared.gap("bell:1", "none") == advise(rows).compared.gap("bell:1", "none")
    uneven = advise(rows.filter(~((pl.col("resource") == "none") & (pl.col("run") == 0))))
    assert "of means over the runs (3 or 4 runs)" in method_words(uneven)


def test_splits_are_paired_and_their_overlap_counts():
    rows = pl.concat(
        [
            rows_of(none=BAD, bell_1=GOOD).with_columns(
                split=pl.lit(split),
                validation_accuracy=pl.col("validation_accuracy") + 0.01 * split * shift,
                task=pl.col("resource") + f"-{split}",
                train_rows=pl.lit(300),
                validation_rows=pl.lit(100),
            )
            for split, shift in enumerate((1, -1, 2))
        ]
    )
    advice = advise(rows)
    assert "paired by split (3 splits)" in method_words(advice)
    gap = advice.compared.gap("bell:1", "none")
    assert gap.value == pytest.approx(0.1)
    assert gap.told_apart
    shifts = rows.with_columns(
        validation_accuracy=pl.col("validation_accuracy")
        + pl.when(pl.col("resource") == "bell:1").then(0.05 * (pl.col("split") - 1)).otherwise(0)
    )
    wide = advise(shifts).compared.gap("bell:1", "none")
    # standard error sqrt(0.05^2 (1/3 + 1/3)), Student's 0.975 quantile with 2 degrees of freedom
    assert wide.high == pytest.approx(0.1 + 4.302653 * 0.05 * (2 / 3) ** 0.5)


def test_equal_runs_may_be_rounding():
    rows = rows_of(none=[0.75, 0.75], bell_1=[0.8125, 0.8125])
    assert advise(rows).choice.chosen == "bell:1"
    rows = rows.with_columns(train_rows=pl.lit(48), validation_rows=pl.lit(16))
    assert advise(rows).choice.chosen == "none", "one of 16 rows, in two runs"


def at_shots(shots_column, **accuracies):
    """Rows with accuracies at 1000 shots; the exact ones are those of `accuracies`."""
    rows = rows_of(**accuracies)
    values = [value for own in shots_column.values() for value in own]
    return rows.with_columns(validation_accuracy_1000_shots=pl.Series(values, dtype=pl.Float64))


def test_accuracies_are_those_at_the_shots_one_has():
    """With infinitely many shots bell:1 is best, at 1000 shots `none`."""
    rows = at_shots({"none": GOOD, "bell:1": BAD}, none=BAD, bell_1=GOOD)
    assert headline(advise(rows)).startswith("bell:1 reaches a validation accuracy of 0.900")
    advice = advise(rows, 1000)
    assert headline(advice).startswith(
        "none reaches a validation accuracy of 0.900 ± 0.008 at 1,000 shots and costs no"
    )
    assert advice.exact == pytest.approx({"none": 0.8, "bell:1": 0.9})
    assert "labels read off 1,000 shots" in method_words(advice)
    assert "labels read off infinitely many shots" in method_words(advise(rows))


def test_a_pair_is_worth_what_it_is_at_those_shots():
    rows = at_shots({"none": BAD, "bell:1": GOOD}, none=GOOD, bell_1=GOOD)
    assert headline(advise(rows, 1000)) == (
        "bell:1 reaches a validation accuracy of 0.900 ± 0.008 at 1,000 shots and costs 1 ebit per "
        "inference. It is worth +0.100 (0.087 to 0.113) at 1,000 shots over none, the best of what "
        "costs less."
    )


def test_where_nothing_is_measured_the_exact_accuracy_counts():
    rows = at_shots(
        {"dnn": [None] * 4, "none": BAD, "bell:1": GOOD}, dnn=GOOD, none=GOOD, bell_1=GOOD
    )
    advice = advise(rows, 1000)
    assert advice.of("dnn").mean == pytest.approx(0.9)
    assert advice.without_shots == ("dnn",)
    assert any(line.startswith("Nothing is measured in dnn, so") for line in details(advice))
    assert advise(rows).without_shots == ()


def test_a_number_of_shots_that_the_rows_lack_is_one_line():
    rows = at_shots({"none": BAD, "bell:1": GOOD}, none=GOOD, bell_1=GOOD)
    with pytest.raises(EbitError, match="column `validation_accuracy_50_shots` for `shots` = 50"):
        advise(rows, 50)


def test_intervals_end_where_no_difference_can_be():
    assert advise(rows_of(none=BAD, bell_1=GOOD, shared_1=NOISY)).cut_intervals == ""
    advice = advise(rows_of(none=[0.6, 0.7], bell_1=[0.9, 0.8], bell_2=[0.9, 0.4]))
    ends = [end for gap in advice.compared.gaps.values() for end in (gap.low, gap.high)]
    assert (min(ends), max(ends)) == (-1, 1)
    sentence = "An interval that reaches \N{MINUS SIGN}1 or 1 is cut there"
    assert [line.startswith(sentence) for line in details(advice)] == [False, True]
    assert f"({MINUS}1.000 to 1.000)" in headline(advice)
