"""The circuit, parameters and data that ebit and its peers are timed on.

NumPy only and nothing of ebit, so that it can be imported beside any tool. Run as a program it
writes the problem file that every measuring script reads with ``--problem``.
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


@dataclass(frozen=True)
class Layout:
    """Which qubits meet in which gates. Wires 0 ... n - 1 are QPU A, the others QPU B.

    Args:
        resource: `none`, `bell:N`, `classical` or `quantum`.
        qubits: Qubits per QPU, a power of two.
    """

    resource: str
    qubits: int

    @property
    def wires(self) -> int:
        """Qubits of both QPUs."""
        return QPUS * self.qubits

    @property
    def stages(self) -> int:
        """Pooling rounds."""
        return self.qubits.bit_length() - 1

    @property
    def pairs(self) -> int:
        """Bell pairs between the first qubits of the QPUs."""
        return int(self.resource.partition(":")[2] or 0)

    @property
    def readout(self) -> tuple[int, int]:
        """The wires that are read out."""
        return self.qubits - 1, self.wires - 1

    def remaining(self, qpu: int, stage: int) -> list[int]:
        """Wires of the QPU that no earlier stage has measured."""
        first = qpu * self.qubits
        return list(range(first + 2**stage - 1, first + self.qubits, 2**stage))

    def groups(self, stage: int) -> list[list[int]]:
        """Wires that are convolved together: one group per QPU, or one for both."""
        first, second = (self.remaining(qpu, stage) for qpu in range(QPUS))
        return [first + second] if self.resource == "quantum" else [first, second]

    def moves(self, stage: int) -> list[tuple[int, int, int, int]]:
        """Pooling rotations: wire that chooses, rotated wire, its QPU, its number there."""
        swap = self.resource == "classical"
        own = [self.remaining(qpu, stage) for qpu in range(QPUS)]
        return [
            (own[1 - q if swap else q][2 * k], own[q][2 * k + 1], q, k)
            for q in range(QPUS)
            for k in range(len(own[q]) // 2)
        ]


@dataclass(frozen=True)
class Problem:
    """Resource, start parameters, inputs x (batch, 2n) and labels y (batch,) in {-1, 1}."""

    resource: str
    params: Params
    x: Real
    y: Real

    @property
    def layout(self) -> Layout:
        """Which qubits meet in which gates."""
        return Layout(self.resource, self.x.shape[1] // QPUS)

    @property
    def depth(self) -> int:
        """Convolution layers at every stage."""
        return int(self.params["convolution"][0].shape[1])

    @property
    def batch(self) -> int:
        """Samples in the minibatch."""
        return len(self.x)

    def first(self, samples: int) -> "Problem":
        """The same with the first samples only."""
        return Problem(self.resource, self.params, self.x[:samples], self.y[:samples])


def make_problem(resource: str, qubits: int, depth: int, batch: int, seed: int = 0) -> Problem:
    """Angles uniform in [0, 2 pi), read-out (1, -1, -1, 1), x uniform in +-pi/2, random labels."""
    rng = np.random.default_rng(seed)
    sizes = [qubits // 2**stage for stage in range(Layout(resource, qubits).stages)]
    full_turn = 2 * np.pi
    params: Params = {
        "mixing": np.zeros((QPUS, 0, qubits)),
        "convolution": tuple(rng.uniform(0, full_turn, (QPUS, depth, m)) for m in sizes),
        "pooling": tuple(rng.uniform(0, full_turn, (QPUS, m // 2, 2, 2)) for m in sizes),
        "readout": np.array([[1.0, -1.0], [-1.0, 1.0]]),
    }
    x = rng.uniform(-np.pi / 2, np.pi / 2, (batch, QPUS * qubits))
    return Problem(resource, params, x, rng.choice([-1.0, 1.0], batch))


def flatten(params: Params) -> Real:
    """All angles and weights in one vector, in the order of the parameters' names."""
    leaves: list[Any] = []
    for name in ("convolution", "pooling", "readout"):
        value = params[name]
        leaves += list(value) if isinstance(value, tuple) else [value]
    return np.concatenate([np.asarray(leaf, np.float64).ravel() for leaf in leaves])


def places(params: Params) -> Params:
    """All angles replaced by their places in the vector that `flatten` makes."""
    found: Params = {}
    start = 0
    for name in ("convolution", "pooling"):
        found[name] = []
        for leaf in params[name]:
            found[name].append(np.arange(start, start + leaf.size).reshape(leaf.shape))
            start += leaf.size
    return found


def save_problem(path: Path, problem: Problem) -> None:
    """Write an npz: resource, x, y, mixing, convolution_0 ..., pooling_0 ..., readout."""
    arrays: dict[str, Any] = {"resource": problem.resource, "x": problem.x, "y": problem.y}
    for name, value in problem.params.items():
        if isinstance(value, tuple):
            arrays |= {f"{name}_{stage}": leaf for stage, leaf in enumerate(value)}
        else:
            arrays[name] = value
    with path.open("wb") as file:
        np.savez(file, **arrays)


def load_problem(path: Path) -> Problem:
    """Read what `save_problem` wrote."""
    with np.load(path, allow_pickle=False) as arrays:
        resource, x, y = str(arrays["resource"]), arrays["x"], arrays["y"]
        stages = range(Layout(resource, x.shape[1] // QPUS).stages)
        params: Params = {"mixing": arrays["mixing"]}
        for name in ("convolution", "pooling"):
            params[name] = tuple(arrays[f"{name}_{stage}"] for stage in stages)
        params["readout"] = arrays["readout"]
        return Problem(resource, params, x, y)


def ring(size: int) -> list[Bond]:
    """Neighbours on a ring of qubits; two qubits have one bond."""
    return [(i, (i + 1) % size) for i in range(size)] if size > 2 else [(0, 1)]


def halves(size: int) -> list[list[Bond]]:
    """Bonds of the CZ gates in each half of a convolution layer on `size` qubits."""
    bonds = ring(size)
    return [bonds[0::2], bonds[1::2]] if size > 2 else [bonds]


def main() -> None:
    """Write a problem file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resource", default="bell:1")
    parser.add_argument("--qubits", type=int, default=4)
    parser.add_argument("--depth", type=int, default=5)
    parser.add_argument("--batch", type=int, default=768)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    problem = make_problem(given.resource, given.qubits, given.depth, given.batch, given.seed)
    save_problem(given.out, problem)


if __name__ == "__main__":
    main()
