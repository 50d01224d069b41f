"""Measured numbers beside published ones: CHSH, a published data set, clusters.

    python benchmarks/published.py chsh
    python benchmarks/published.py hwang --data hwang2025_dataset1.npz
    python benchmarks/published.py clusters

Each prints a table and writes it to docs/results/ as Markdown and CSV. Finished trainings are
kept in the folder given by --store, so an interrupted command goes on where it stopped.
"""

import argparse
from pathlib import Path

import numpy as np
import polars as pl

from ebit import make_task, train
from ebit.data import Dataset, clusters, load

RESULTS = Path(__file__).parent.parent / "docs" / "results"

# Kim et al., arXiv:2605.03864, figure 3: accuracy, 10 runs.
CHSH_ACCURACY = {
    ("optimal", "mse", "bell:1"): 1.0,
    ("optimal", "mse", "bell:0"): 0.75,
    ("optimal", "product", "bell:1"): 1.0,
    ("optimal", "product", "bell:0"): 0.75,
    ("alternative", "mse", "bell:1"): 1.0,
    ("alternative", "mse", "bell:0"): 0.75,
    ("alternative", "product", "bell:1"): 0.75,
    ("alternative", "product", "bell:0"): 0.75,
}
# The same, table S2: mean success probability of 10 runs, and the bounds.
CHSH_SUCCESS = {"bell:1": 0.85185, "bell:0": 0.74103}
CHSH_BOUND = {"bell:1": (2 + 2**0.5) / 4, "bell:0": 0.75}

# Hwang et al., Quantum Sci. Technol. 10 015059, table 1, rows 2 and 3 of each depth:
# validation accuracy in percent, mean and standard deviation of 10 trials.
HWANG = {
    ("single", 3): ((71.23, 1.38), (71.43, 2.24)),
    ("none", 3): ((85.68, 2.35), (86.97, 1.91)),
    ("classical", 3): ((86.74, 1.83), (89.36, 1.07)),
    ("quantum", 3): ((88.3, 1.67), (87.13, 1.89)),
    ("single", 5): ((74.04, 1.69), (75.27, 1.72)),
    ("none", 5): ((88.59, 3.04), (90.92, 1.31)),
    ("classical", 5): ((91.05, 1.8), (91.88, 1.8)),
    ("quantum", 5): ((91.89, 1.29), (91.68, 0.82)),
    ("single", 7): ((75.18, 2.29), (76.88, 2.05)),
    ("none", 7): ((88.79, 2.22), (90.96, 0.94)),
    ("classical", 7): ((95.25, 1.28), (94.43, 0.79)),
    ("quantum", 7): ((94.22, 0.93), (93.67, 1.11)),
    ("single", 9): ((77.27, 1.33), (78.24, 1.31)),
    ("none", 9): ((89.49, 2.76), (92.25, 1.53)),
    ("classical", 9): ((96.0, 1.31), (96.52, 0.98)),
    ("quantum", 9): ((95.94, 0.85), (95.7, 0.86)),
}


def _train(dataset: Dataset, store: Path, **settings: object) -> pl.DataFrame:
    task = make_task(dataset, **settings)  # type: ignore[arg-type]
    rows = train(dataset, task, store)
    accuracy = rows["validation_accuracy"].to_numpy()
    mean, std = accuracy.mean(), accuracy.std(ddof=1)
    print(
        f"{dataset.name} {task.model.resource} depth {task.model.depth}: {mean:.4f} ± {std:.4f} "
        f"({rows['seconds'][0]:.0f} s)",
        flush=True,
    )
    return rows


def write_table(name: str, table: pl.DataFrame, digits: int = 4) -> None:
    """Write a table to docs/results as Markdown and CSV, and print it."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    table.write_csv(RESULTS / f"{name}.csv", float_precision=digits)
    with pl.Config(
        tbl_formatting="MARKDOWN",
        tbl_hide_column_data_types=True,
        tbl_hide_dataframe_shape=True,
        tbl_rows=-1,
        tbl_cols=-1,
        tbl_width_chars=400,
        fmt_str_lengths=80,
        float_precision=digits,
    ):
        (RESULTS / f"{name}.md").write_text(f"{table}\n".replace("null", "    "))
    print(table)


def chsh(store: Path) -> None:
    """Extended CHSH data, depth 20, 10 runs: success probability and accuracy."""
    accuracy, success = [], []
    for (embedding, loss, resource), published in CHSH_ACCURACY.items():
        source = "chsh" if embedding == "optimal" else "chsh:alternative"
        rows = _train(
            load(source), store, resource=resource, loss=loss, runs=10, steps=2000, depth=20
        )
        accuracy.append(
            {
                "embedding": embedding,
                "loss": loss,
                "resource": resource,
                "published": published,
                "accuracy mean": rows["train_accuracy"].mean(),
                "accuracy std": rows["train_accuracy"].std(),
                "lowest": rows["train_accuracy"].min(),
                "highest": rows["train_accuracy"].max(),
            }
        )
        if loss == "product" and embedding == "optimal":
            measured = rows["success_probability"]
            success.append(
                {
                    "resource": resource,
                    "bound": CHSH_BOUND[resource],
                    "published mean": CHSH_SUCCESS[resource],
                    "success mean": measured.mean(),
                    "success std": measured.std(),
                    "lowest": measured.min(),
                    "highest": measured.max(),
                }
            )
    write_table("chsh-accuracy", pl.DataFrame(accuracy))
    write_table("chsh-success", pl.DataFrame(success), digits=6)


def hwang(store: Path, data: Path) -> None:
    """The published data set: batch 512, 1000 steps, 10 runs."""
    dataset, table = load(data), []
    for (resource, depth), published in HWANG.items():
        rows = _train(
            dataset, store, resource=resource, depth=depth, batch_size=512, steps=1000, runs=10
        )
        accuracy = 100 * rows["validation_accuracy"].to_numpy()
        mean, std = accuracy.mean(), accuracy.std(ddof=1)
        errors = [
            (mean - other) / np.hypot(std, spread) * np.sqrt(10) for other, spread in published
        ]
        nearest = min(errors, key=abs)
        inside = min(m for m, _ in published) <= mean <= max(m for m, _ in published)
        table.append(
            {
                "resource": resource,
                "L": depth,
                "published row 2": f"{published[0][0]:.2f} ± {published[0][1]:.2f}",
                "published row 3": f"{published[1][0]:.2f} ± {published[1][1]:.2f}",
                "measured": f"{mean:.2f} ± {std:.2f}",
                "standard errors": "between the rows" if inside else f"{nearest:+.1f}",
                "agrees": "yes" if inside or abs(nearest) <= 3 else "no",
            }
        )
    write_table("hwang-table-1", pl.DataFrame(table))


def cluster_sets(store: Path) -> None:
    """Five cluster data sets, depth 20, 2000 steps, batch 768, 5 runs: Bell-0 to Bell-4."""
    table = []
    for seed in range(5):
        entry: dict[str, object] = {"data": f"clusters:{seed}"}
        for pairs in range(5):
            rows = _train(clusters(seed), store, resource=f"bell:{pairs}", batch_size=768, runs=5)
            accuracy = rows["validation_accuracy"].to_numpy()
            entry[f"Bell-{pairs}"] = f"{accuracy.mean():.3f} ± {accuracy.std(ddof=1):.3f}"
        table.append(entry)
    write_table("clusters", pl.DataFrame(table))


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("table", choices=["chsh", "hwang", "clusters"])
    parser.add_argument("--data", type=Path, help="the published NPZ file, for hwang")
    parser.add_argument("--store", type=Path, default=Path("published-results"))
    arguments = parser.parse_args()
    if arguments.table == "chsh":
        chsh(arguments.store)
    elif arguments.table == "clusters":
        cluster_sets(arguments.store)
    elif arguments.data is None:
        parser.error("hwang needs --data FILE")
    else:
        hwang(arguments.store, arguments.data)


if __name__ == "__main__":
    main()
