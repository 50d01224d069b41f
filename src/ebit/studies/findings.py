"""What is found beside the published numbers: sentences with numbers, per kind of figure."""

import math
from collections.abc import Callable

import polars as pl

from ebit.capacity import data_functions
from ebit.models import DistributedQCNN
from ebit.resources import parse_resource
from ebit.studies.study import Item


def findings(item: Item, rows: pl.DataFrame, points: pl.DataFrame) -> list[str]:
    """Sentences on an item, if it has bounds or its kind of figure has some.

    Args:
        item: The item.
        rows: Its rows.
        points: Its points.

    Returns:
        Plain text.
    """
    found = _FINDINGS.get(item.drawing.kind)
    return _best_runs(item, rows) + (found(rows, points) if found is not None else [])


def gains(points: pl.DataFrame) -> pl.DataFrame:
    """Baseline and gain of Bell-1 over Bell-0 for every data set that has both.

    Args:
        points: Points with data, resource and measured.

    Returns:
        Columns data, baseline, gain.
    """
    sides = [
        points.filter(resource=resource).select("data", pl.col("measured").alias(name))
        for resource, name in (("none", "baseline"), ("bell:1", "with_resource"))
    ]
    joined = sides[0].join(sides[1], on="data", maintain_order="left")
    gain = pl.col("with_resource") - pl.col("baseline")
    return joined.select("data", "baseline", gain=gain)


def _gain(_: pl.DataFrame, points: pl.DataFrame) -> list[str]:
    from scipy.special import stdtrit
    from scipy.stats import spearmanr

    table = gains(points)
    values = table["gain"].to_list()
    if len(values) < 3:
        return []
    count, mean = len(values), sum(values) / len(values)
    std = math.sqrt(sum((value - mean) ** 2 for value in values) / (count - 1))
    half = float(stdtrit(count - 1, 0.975)) * std / math.sqrt(count)
    rank = spearmanr(table["baseline"].to_numpy(), table["gain"].to_numpy())
    return [
        f"Gain of Bell-1 over Bell-0 on {count} data sets: mean {mean:.3f} (95% interval "
        f"{mean - half:.3f} to {mean + half:.3f}), standard deviation {std:.3f}, from "
        f"{min(values):.3f} to {max(values):.3f}; above 0 on {sum(v > 0 for v in values)} of them.",
        f"Rank correlation of gain and accuracy of Bell-0: {rank.statistic:+.2f} (p = "
        f"{rank.pvalue:.2g}). The gain contains minus the accuracy of Bell-0, so errors of the "
        "latter alone make it negative.",
    ]


def _best_runs(item: Item, rows: pl.DataFrame) -> list[str]:
    """The best run of every resource with a bound, which no run may pass."""
    if not item.bound:
        return []
    best = rows.group_by("resource").agg(pl.col(item.measure).max())
    largest = dict(best.iter_rows())
    return [
        f"Best run of {name}: {largest[name]:.6f}; bound {bound:.6f}."
        for name, bound in item.bound.items()
        if name in largest
    ]


def _correlation(_: pl.DataFrame, points: pl.DataFrame) -> list[str]:
    from scipy.stats import pearsonr, spearmanr

    sentences = []
    for (name,), own in points.group_by("set", maintain_order=True):
        if own.height < 3 or own["measured"].n_unique() < 2:
            continue
        x, y = own["concurrence"].to_numpy(), own["measured"].to_numpy()
        linear, rank = pearsonr(x, y), spearmanr(x, y)
        sentences.append(
            f"Concurrence and mean accuracy on {name}, {own.height} values: Pearson correlation "
            f"{linear.statistic:+.2f} (p = {linear.pvalue:.2g}), Spearman rank correlation "
            f"{rank.statistic:+.2f} (p = {rank.pvalue:.2g})."
        )
    return sentences


def _rank(rows: pl.DataFrame, _: pl.DataFrame) -> list[str]:
    kept = rows.drop_nulls(["smallest_kept", "largest_dropped"])
    kept = kept.filter(pl.col("largest_dropped") > 0)
    sentences = []
    if kept.height:
        ratio = float((kept["smallest_kept"] / kept["largest_dropped"]).min())  # type: ignore[arg-type]
        sentences.append(
            f"Ranks: between the smallest singular value that counts and the largest that does "
            f"not there is at least a factor of {ratio:.1g}."
        )
    bound = rows.filter(pl.col("rank") == pl.col("sampling_bound")).height
    if bound:
        sentences.append(
            f"{bound} of {rows.height} ranks sit at their sampling bound (inputs times independent "
            "outcomes): more inputs may give larger ranks there."
        )
    return [*sentences, *_classical_gap(rows)]


def _classical_gap(rows: pl.DataFrame) -> list[str]:
    """By how much classical bits raise the effective dimension, depth by depth."""
    keys = [name for name in ("pooling", "mixing", "qubits", "depth") if name in rows.columns]
    none, classical = (
        rows.filter(resource=name).select(*keys, pl.col("rank").alias(name))
        for name in ("none", "classical")
    )
    both = none.join(classical, on=keys, maintain_order="left")
    if both.is_empty():
        return []
    groups = both.partition_by("pooling") if "pooling" in keys else [both]
    sentences = []
    for own in groups:
        gaps = own.with_columns(gap=pl.col("classical") - pl.col("none"))
        parts = [f"{gap} at {depth}" for depth, gap in gaps.select("depth", "gap").iter_rows()]
        layout = f" (pooling {own['pooling'][0]})" if "pooling" in keys else ""
        sentences.append(f"Classical minus none by depth{layout}: {', '.join(parts)}.")
    return sentences


def with_functions(points: pl.DataFrame) -> pl.DataFrame:
    """Points with the number of functions of the data that each circuit can form.

    Args:
        points: Points of two QPUs of 4 qubits, with resource and mixing.

    Returns:
        The points with a column data_functions.
    """
    counts = [
        data_functions(DistributedQCNN(resource=parse_resource(resource), mixing=mixing))
        for resource, mixing in points.select("resource", "mixing").iter_rows()
    ]
    return points.with_columns(data_functions=pl.Series(counts))


def _functions(_: pl.DataFrame, points: pl.DataFrame) -> list[str]:
    counted = with_functions(points).unique(["resource", "mixing"], maintain_order=True)
    words = [
        f"{resource}{' with mixing layers' if mixing else ''} {count}"
        for resource, mixing, count in counted.select(
            "resource", "mixing", "data_functions"
        ).iter_rows()
    ]
    sides = [
        points.filter(readout=readout, mixing=0).select(
            "set", "resource", pl.col("measured").alias(readout)
        )
        for readout in ("weights", "parity")
    ]
    both = sides[0].join(sides[1], on=["set", "resource"], maintain_order="left")
    entangled = both.filter(pl.col("resource").is_in(["bell:1", "bell:2", "bell:3"]))
    loss = (entangled["weights"] - entangled["parity"]).to_list()
    sentences = [f"Functions of the data that a circuit can form: {', '.join(words)}."]
    if loss:
        sentences.append(
            "With the parity read-out, one independent outcome instead of three, Bell-1 to Bell-3 "
            f"lose {sum(loss) / len(loss):.3f} of accuracy on average ({min(loss):+.3f} to "
            f"{max(loss):+.3f})."
        )
    return sentences


def _spectrum(rows: pl.DataFrame, _: pl.DataFrame) -> list[str]:
    return [
        f"Standard deviation of the logarithm of the non-zero eigenvalues, {outcomes} outcomes, "
        f"{resource}: {std:.3f}."
        for outcomes, resource, std in rows.group_by("outcomes", "resource", maintain_order=True)
        .agg(pl.col("log_eigenvalue_std").mean())
        .iter_rows()
    ]


_FINDINGS: dict[str, Callable[[pl.DataFrame, pl.DataFrame], list[str]]] = {
    "gain": _gain,
    "correlation": _correlation,
    "rank": _rank,
    "spectrum": _spectrum,
    "functions": _functions,
}
