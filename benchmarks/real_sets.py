"""Real data sets: what entanglement and bits are worth beside classical learners.

    python benchmarks/real_sets.py --json docs/results/many-qpus/real-sets.json

digits, wine and breast cancer (classes) and diabetes (a number) of scikit-learn, features to PCA
components so that every learner sees the same ones; the perceptron has as many trained numbers as
the circuits with pairs, or the next fewer. Repeated stratified splits; differences to `none` and to
logistic (or ridge) regression are paired by split, with 95 % intervals. Seeds are those of the
splits. What the JSON file holds already is not computed again: interrupt it and go on.
"""

import argparse
import json
import math
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

from ebit import DQMLClassifier, DQMLRegressor, model_from_string
from ebit.statistics import paired

CASES = (
    ("wine", 2, 4, "none,bell:1,classical", None),
    ("breast_cancer", 2, 4, "none,bell:1,classical", None),
    ("diabetes", 2, 4, "none,bell:1,classical", None),
    ("digits", 4, 4, "none,bell:1,classical", None),
    ("digits", 8, 4, "none,bell:1", None),
    ("digits", 16, 4, "none,bell:1", None),
    ("digits", 8, 4, "none,bell:1,classical", "weights"),
    ("digits", 16, 4, "none,bell:1", "mps:2"),
)
"""Set, QPUs, qubits per QPU, resources and read-out: by default `weights` for up to four QPUs and
`pairwise` beyond, which does not go with bits."""

SHARE = 0.25
"""Of the rows, held out."""


def is_numeric(name):
    """Whether a number is asked for."""
    return name == "diabetes"


def key(name, qpus, qubits, readout):
    """Name of a case, in the JSON file and for --sets."""
    return f"{name} {qpus}x{qubits}" + (f" {readout}" if readout else "")


def hidden(name, qpus, qubits, readout, components, options):
    """Width of a perceptron with no more trained numbers than the circuits with pairs."""
    outputs = {"digits": 10, "wine": 3}.get(name, 1)
    model = model_from_string(
        "bell:1",
        qpus=qpus,
        qubits=qubits,
        depth=options.depth,
        scores=outputs,
        readout=readout,
    )
    return max(1, (model.num_parameters - outputs) // (components + 1 + outputs))


def learners(name, qpus, qubits, resources, readout, components, options, seed):
    """All learners for one set by name."""
    own = DQMLRegressor if is_numeric(name) else DQMLClassifier
    settings = {
        "qpus": qpus,
        "qubits": qubits,
        "depth": options.depth,
        "steps": options.steps,
        "random_state": seed,
        "learning_rate": options.rate,
        "readout": readout,
    }
    found = {text: own(text, **settings) for text in resources.split(",")}
    width = hidden(name, qpus, qubits, readout, components, options)
    network = {"hidden_layer_sizes": (width,), "max_iter": 2000, "random_state": seed}
    if is_numeric(name):
        return found | {"ridge": Ridge(), "svr": SVR(), "mlp": MLPRegressor(**network)}
    logistic = LogisticRegression(max_iter=5000)
    return found | {"logistic": logistic, "svc": SVC(), "mlp": MLPClassifier(**network)}


def scores(name, qpus, qubits, resources, readout, options, known, save):
    """Accuracy or R^2 of every learner on the held-out rows of every split, into `known`."""
    x, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    components = min(qpus * qubits, x.shape[1])
    for split in range(options.splits):
        parts = train_test_split(
            x, y, test_size=SHARE, random_state=split, stratify=None if is_numeric(name) else y
        )
        x_train, x_test, y_train, y_test = parts
        every = learners(name, qpus, qubits, resources, readout, components, options, split)
        for learner, estimator in every.items():
            values = known.setdefault(learner, [])
            if len(values) > split:
                continue
            before = (StandardScaler(), PCA(components, random_state=0))
            is_own = learner in resources.split(",")
            steps = before if is_own else (*before, StandardScaler())
            mean, std = (
                (0, 1) if is_own or not is_numeric(name) else (y_train.mean(), y_train.std())
            )
            told, asked = (y_train - mean) / std if std != 1 else y_train, y_test
            if std != 1:  # the other learners do not scale numbers
                asked = (y_test - mean) / std
            fitted = make_pipeline(*steps, estimator).fit(x_train, told)
            values.append(float(fitted.score(x_test, asked)))
            save()
            used = time.process_time()
            print(f"<!-- {learner}, split {split}: {values[-1]:.3f}, {used:.0f} s -->", flush=True)
    return math.ceil(SHARE * len(y))


def difference(first, second, rows):
    """Mean paired difference with its 95 % interval; test rows over training rows overlap."""
    both = min(len(first), len(second))
    if both < 2:
        return None
    found = paired(first[:both], second[:both], step=1 / rows, overlap=1 / 3)
    ends = found.interval()
    return None if ends is None else [found.value, *ends]


def lines(name, qpus, qubits, readout, table, rows):
    """Rows of the table of the documentation."""
    other = "ridge" if is_numeric(name) else "logistic"
    for learner, values in table.items():
        gains = [
            difference(values, table[over], rows) if over in table and over != learner else None
            for over in ("none", other)
        ]
        words = [
            "" if gain is None else f"{gain[0]:+.3f} ({gain[1]:+.3f} to {gain[2]:+.3f})"
            for gain in gains
        ]
        shown = f"`{learner}`" if learner in ("none", "bell:1", "classical") else learner
        who = f"{qpus} x {qubits}" + (f", `{readout}`" if readout else "")
        cells = (name, who, shown, len(values), f"{np.mean(values):.3f}", *words)
        yield f"| {' | '.join(map(str, cells))} |"


def main():
    """Fill in what is missing and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for option, default in (("splits", 5), ("steps", 200), ("depth", 3)):
        parser.add_argument(f"--{option}", type=int, default=default)
    parser.add_argument("--rate", type=float, default=0.05)
    parser.add_argument("--sets", default=",".join(dict.fromkeys(case[0] for case in CASES)))
    parser.add_argument("--json", type=Path, required=True)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    settings = {"steps": options.steps, "depth": options.depth, "rate": options.rate}
    content = {"settings": settings, "sets": {}}
    if options.json.exists():
        content = json.loads(options.json.read_text())
        if content["settings"] != settings:
            parser.error(f"{options.json} was made with {content['settings']}: use another file")

    def save():
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(content, indent=1))

    print("| Set | QPUs x qubits | Learner | Splits | Accuracy or R^2 | - none | - linear |")
    print(f"|{' --- |' * 7}")
    for name, qpus, qubits, resources, readout in CASES:
        case = key(name, qpus, qubits, readout)
        if not {name, case} & set(options.sets.split(",")):
            continue
        started = time.process_time()
        table = content["sets"].setdefault(case, {})
        rows = scores(name, qpus, qubits, resources, readout, options, table, save)
        for line in lines(name, qpus, qubits, readout, table, rows):
            print(line, flush=True)
        print(f"<!-- {time.process_time() - started:.0f} s of CPU -->", flush=True)


if __name__ == "__main__":
    main()
