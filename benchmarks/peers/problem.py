"""The training step that ebit and its peers are timed on: two 4-qubit QPUs with one Bell pair.

NumPy only, so that it can be imported beside any tool. Run as a program it writes the problem file
that every peer reads with ``--problem``.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
Params = dict[str, Any]
Bond = tuple[int, int]

QPUS = 2
QUBITS = 4
STAGES = 2


@dataclass(frozen=True)
class Problem:
    """Start parameters, inputs x (batch, 8) and labels y (batch,) in {-1, 1}."""

    params: Params
    x: Real
    y: Real

    @property
    def depth(self) -> int:
        """Convolution layers at every stage."""
        return int(self.params["convolution"][0].shape[1])

    @property
    def batch(self) -> int:
        """Samples in the minibatch."""
        return len(self.x)


def make_problem(depth: int, batch: int, seed: int = 0) -> Problem:
    """Angles uniform in [0, 2 pi), read-out (1, -1, -1, 1), x uniform in +-pi/2, random labels."""
    rng = np.random.default_rng(seed)
    sizes = [QUBITS // 2**stage for stage in range(STAGES)]
    full_turn = 2 * np.pi
    params: Params = {
        "mixing": np.zeros((QPUS, 0, QUBITS)),
        "convolution": tuple(rng.uniform(0, full_turn, (QPUS, depth, m)) for m in sizes),
        "pooling": tuple(rng.uniform(0, full_turn, (QPUS, m // 2, 2, 2)) for m in sizes),
        "readout": np.array([[1.0, -1.0], [-1.0, 1.0]]),
    }
    x = rng.uniform(-np.pi / 2, np.pi / 2, (batch, QPUS * QUBITS))
    return Problem(params, x, rng.choice([-1.0, 1.0], batch))


def save_problem(path: Path, problem: Problem) -> None:
    """Write an npz: x, y, mixing, convolution_0, convolution_1, pooling_0, pooling_1, readout."""
    arrays: dict[str, Real] = {"x": problem.x, "y": problem.y}
    for name, value in problem.params.items():
        if isinstance(value, tuple):
            arrays |= {f"{name}_{stage}": leaf for stage, leaf in enumerate(value)}
        else:
            arrays[name] = value
    with path.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]


def load_problem(path: Path) -> Problem:
    """Read what `save_problem` wrote."""
    with np.load(path, allow_pickle=False) as arrays:
        params: Params = {"mixing": arrays["mixing"]}
        for name in ("convolution", "pooling"):
            params[name] = tuple(arrays[f"{name}_{stage}"] for stage in range(STAGES))
        params["readout"] = arrays["readout"]
        return Problem(params, arrays["x"], arrays["y"])


def ring(size: int) -> list[Bond]:
    """Neighbours on a ring of qubits; two qubits have one bond."""
    return [(i, (i + 1) % size) for i in range(size)] if size > 2 else [(0, 1)]


def halves(size: int) -> list[list[Bond]]:
    """Bonds of the CZ gates in each half of a convolution layer on `size` qubits."""
    bonds = ring(size)
    return [bonds[0::2], bonds[1::2]] if size > 2 else [bonds]


def remaining(qpu: int, stage: int) -> list[int]:
    """Qubits of the QPU that no earlier stage has measured."""
    first = qpu * QUBITS
    return list(range(first + 2**stage - 1, first + QUBITS, 2**stage))


def main() -> None:
    """Write a problem file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--depth", type=int, default=5)
    parser.add_argument("--batch", type=int, default=768)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    problem = make_problem(arguments.depth, arguments.batch, arguments.seed)
    save_problem(arguments.out, problem)


if __name__ == "__main__":
    main()
