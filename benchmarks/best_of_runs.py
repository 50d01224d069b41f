"""Differences of the study `worth` with the best run of every training, not their mean.

    ebit reproduce worth --table shots-10 --sets 100
    python benchmarks/best_of_runs.py ebit-reproduce/worth --table shots-10 --sets 100

Some trainings end in one of several optima. A user would start several and keep the one with the
smallest training loss, which needs no validation data. Differences are paired by data set and
adjusted for the number of those that a table prints (Holm).
"""

import argparse
from pathlib import Path
from statistics import fmean

import polars as pl

from ebit.accuracies import accuracy_column, shots_of_columns
from ebit.statistics import gaps, paired
from ebit.studies import plan_study

FREE = ("shared:1", "shared:2", "mixture:2", "mixture:4")
CASES = (("bell:1", ("none",)), ("bell:1", FREE))


def accuracies(rows, measure):
    """Accuracy of the best run by resource, (data sets,)."""
    best = rows.drop_nulls(measure).sort("train_loss").unique(["resource", "data"], keep="first")
    own = best.sort("resource", "data").partition_by("resource", as_dict=True)
    return {name: one[measure].to_list() for (name,), one in own.items()}


def report(folder, table, sets):
    """Print what the resources of a table reach."""
    plan = plan_study("worth", tables=[table], sets=sets)
    paths = [folder / "rows" / f"{task.task.hash}.parquet" for task in plan.tasks(plan.sets)]
    rows = pl.concat([pl.read_parquet(path) for path in paths], how="diagonal_relaxed")
    names = [accuracy_column(n) for n in shots_of_columns(rows.columns)] + ["validation_accuracy"]
    found = {name: accuracies(rows, name) for name in names}
    told = [
        (name, first, max(second, key=lambda one: fmean(found[name][one])))
        for name in names
        for first, second in CASES
    ]
    # The best of several is named, so all of them are looked at.
    looked = [(n, a, b) for n in names for a, second in CASES for b in second]
    differences = gaps([paired(found[n][a], found[n][b]) for n, a, b in looked], most=1)
    gap_of = dict(zip(looked, differences, strict=True))
    print(f"{table}, {rows['data'].n_unique()} data sets, best of {rows['run'].n_unique()} runs")
    for name in names:
        means = ", ".join(f"{key} {fmean(value):.3f}" for key, value in found[name].items())
        print(f"  {name}: {means}")
    for name, first, second in told:
        gap = gap_of[name, first, second]
        state = "" if gap.told_apart else ", not told apart"
        print(f"  {name}: {first} - {second} {gap}{state}")


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("folder", type=Path)
parser.add_argument("--table", action="append", required=True)
parser.add_argument("--sets", type=int)
arguments = parser.parse_args()
for one in arguments.table:
    report(arguments.folder, one, arguments.sets)
