"""Chain games whose players give every half of a pair the bit that it is measured by.

    python benchmarks/chain_games.py --json chain-games.json [--cases 0,1]

In the data set `chain-game:K` the bit s of a QPU turns one qubit and its sign r the other. A QPU
with two halves of pairs then cannot turn both by s, as players of independent CHSH games do. With
the angles (s, s, r) on three qubits these strategies are among the models: products of X and Y of
both halves commute with every RZZ of the embedding. A file goes on where it ended.
"""

import argparse
import json
import math
from pathlib import Path

import numpy as np

import ebit
from ebit.data import chain_game

CASES = (
    (2, "line", "s r|s r", "bell:1"),
    (3, "line", "s r|s s r|s r", "bell:1"),
    (4, "line", "s r|s s r|s s r|s r", "bell:1"),
    (4, "line", "s r|s s r|s s r|s r", "none"),
    (3, "line", "s r|s s r|s r", "none"),
    (4, "line", "s s r|s s r|s s r|s s r", "bell:1"),
    (3, "ring", "s s r|s s r|s s r", "bell:1"),
    (3, "ring", "s s r|s s r|s s r", "none"),
    (4, "ring", "s s r|s s r|s s r|s s r", "bell:1"),
    (4, "ring", "s s r|s s r|s s r|s s r", "none"),
    (5, "line", "s r|s s r|s s r|s s r|s r", "bell:1"),
    (5, "line", "s r|s s r|s s r|s s r|s r", "none"),
    (5, "ring", "s s r|s s r|s s r|s s r|s s r", "bell:1"),
    (5, "ring", "s s r|s s r|s s r|s s r|s s r", "none"),
    (3, "ring", "s s r c|s s r c|s s r c", "bell:1"),
    (3, "ring", "s s r c|s s r c|s s r c", "none"),
    (3, "line", "s r c|s s r c|s r c", "bell:1"),
    (3, "line", "s r c|s s r c|s r c", "none"),
)
"""QPUs, graph, angles of every QPU (nothing couples to c, which is pi), and what edges share."""


def columns(data, features):
    """Angles (rows, all qubits) of a game, and the qubits of every QPU."""
    found = []
    for qpu, names in enumerate(features.split("|")):
        every = {
            "s": data.x_train[:, 2 * qpu],
            "r": data.x_train[:, 2 * qpu + 1],
            "c": np.full(len(data.x_train), math.pi),
        }
        found.append([every[name] for name in names.split()])
    return np.stack([angles for own in found for angles in own], axis=1), tuple(map(len, found))


def won(case, options):
    """Probability to win of every run, from the product loss."""
    qpus, topology, features, resource = case
    data = chain_game(qpus, topology)
    x, sizes = columns(data, features)
    model = ebit.DistributedQCNN(
        qpus=qpus, topology=topology, sizes=sizes, depth=options.depth,
        resource=ebit.parse_resource(resource), readout="fixed-parity",
    )  # fmt: skip
    fitted = ebit.fit(
        model, (x, data.y_train), loss="product", batch_size=len(x), runs=options.runs,
        steps=options.steps, validate_every=options.steps, learning_rate=options.rate,
        progress=False,
    )  # fmt: skip
    return ((1 - fitted.train_loss) / 2).tolist()


def main():
    """Fill in what is missing and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for option, default in (("runs", 16), ("steps", 1500), ("depth", 6)):
        parser.add_argument(f"--{option}", type=int, default=default)
    parser.add_argument("--rate", type=float, default=0.02, help="learning rate")
    parser.add_argument("--cases", help="their places, from 0", default="")
    parser.add_argument("--json", type=Path, required=True)
    options = parser.parse_args()
    content = json.loads(options.json.read_text()) if options.json.exists() else {}
    chosen = [int(k) for k in options.cases.split(",") if k] or range(len(CASES))
    print("| Game | Angles | Resource | Runs | Won | Best |")
    print(f"|{' --- |' * 6}")
    for k in chosen:
        qpus, topology, features, resource = CASES[k]
        name = f"{topology} of {qpus}, {features}, {resource}"
        if name not in content:
            content[name] = won(CASES[k], options)
            options.json.write_text(json.dumps(content, indent=1))
        values = np.array(content[name])
        told = f"`{features}`".replace("|", ", ")
        print(
            f"| {topology} of {qpus} | {told} | `{resource}` | {len(values)} "
            f"| {values.mean():.4f} | {values.max():.4f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
