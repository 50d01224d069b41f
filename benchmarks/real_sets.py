"""Real data sets: what entanglement and bits are worth beside classical learners.

    python benchmarks/real_sets.py --splits 10 --steps 500 --json real_sets.json

digits, wine and breast cancer (classes) and diabetes (a number) of scikit-learn, features to PCA
components so that every learner sees the same ones. Repeated stratified splits; differences to
`none` and to logistic regression are paired by split, with 95 % intervals. Seeds are those of the
splits.
"""

import argparse
import json
import time
import warnings
from pathlib import Path

import numpy as np
from sklearn import datasets
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

from ebit import DQMLClassifier, DQMLRegressor
from ebit.statistics import paired

SETS = ("digits", "wine", "breast_cancer", "diabetes")


def learners(name, options, seed):
    """All learners for one set by name; the network has about the parameters of the circuits."""
    numbers = name == "diabetes"
    own = DQMLRegressor if numbers else DQMLClassifier
    settings = {
        "qpus": options.qpus,
        "qubits": options.qubits,
        "depth": options.depth,
        "steps": options.steps,
        "random_state": seed,
        "learning_rate": 0.05,
    }
    found = {text: own(text, **settings) for text in options.resources.split(",")}
    hidden = {"hidden_layer_sizes": (options.hidden,), "max_iter": 2000, "random_state": seed}
    if numbers:
        return found | {"ridge": Ridge(), "svr": SVR(), "mlp": MLPRegressor(**hidden)}
    logistic = LogisticRegression(max_iter=5000)
    return found | {"logistic": logistic, "svc": SVC(), "mlp": MLPClassifier(**hidden)}


def scores(name, options):
    """Accuracy or R^2 of every learner on the held-out rows of every split, and their number."""
    x, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    if options.rows and len(y) > options.rows:
        kept = np.random.default_rng(0).permutation(len(y))[: options.rows]
        x, y = x[kept], y[kept]
    components = min(options.qpus * options.qubits, x.shape[1])
    table = {}
    for split in range(options.splits):
        stratify = None if name == "diabetes" else y
        parts = train_test_split(x, y, test_size=0.25, random_state=split, stratify=stratify)
        x_train, x_test, y_train, y_test = parts
        for learner, estimator in learners(name, options, split).items():
            before = (StandardScaler(), PCA(components, random_state=0))
            scaled = learner in options.resources.split(",")
            steps = before if scaled else (*before, StandardScaler())
            target = {}
            if name == "diabetes" and not scaled:  # the other learners do not scale numbers
                target = {"mean": y_train.mean(), "std": y_train.std()}
            mean, std = target.get("mean", 0), target.get("std", 1)
            known = (y_train - mean) / std if target else y_train
            asked = (y_test - mean) / std if target else y_test
            fitted = make_pipeline(*steps, estimator).fit(x_train, known)
            table.setdefault(learner, []).append(float(fitted.score(x_test, asked)))
    return table, len(y_test)


def difference(first, second, rows):
    """Mean paired difference with its 95 % interval; test rows over training rows overlap."""
    if len(first) < 2:
        return None
    found = paired(first, second, step=1 / rows, overlap=1 / 3)
    ends = found.interval()
    return None if ends is None else [found.value, *ends]


def main():
    """Print a table per set and write all numbers."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--resource", default="none,bell:1,classical")
    for option, default in (
        ("splits", 10), ("steps", 500), ("depth", 5), ("qpus", 2), ("qubits", 4),
        ("hidden", 16), ("rows", 0),
    ):  # fmt: skip
        parser.add_argument(f"--{option}", type=int, default=default)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    everything = {}
    for name in options.sets.split(","):
        started = time.perf_counter()
        table, rows = scores(name, options)
        other = "ridge" if name == "diabetes" else "logistic"
        print(f"{name}: {'R^2' if name == 'diabetes' else 'accuracy'} over {options.splits} splits")
        everything[name] = {}
        for learner, values in table.items():
            gains = {
                over: difference(values, table[over], rows)
                for over in ("none", other)
                if over in table and over != learner
            }
            everything[name][learner] = {"values": values, "gains": gains}
            words = "  ".join(
                f"- {over}: {gain[0]:+.3f} ({gain[1]:+.3f} to {gain[2]:+.3f})"
                for over, gain in gains.items()
                if gain
            )
            print(f"  {learner:12} {np.mean(values):.3f}  {words}")
        print(f"  {time.perf_counter() - started:.0f} s")
    if options.json:
        settings = {k: v for k, v in vars(options).items() if k != "json"}
        options.json.write_text(json.dumps({"settings": settings, "sets": everything}, indent=1))


if __name__ == "__main__":
    main()
