"""Check a peer's loss and gradient against the dense NumPy reference of the tests.

Run it with the peer's Python: ``python benchmarks/peers/check_peer.py peer_pennylane --depth 2``.
Exit code 1 if a loss differs by more than 1e-5 or a gradient by more than 1e-5.
"""

import argparse
import importlib
import sys
from pathlib import Path

import jax
import numpy as np
from harness import Peer, Variant, arrays, loss
from problem import QUBITS, Params, Problem, load_problem, make_problem

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
import dense_reference as dense

LOSS_TOLERANCE = 1e-5
GRADIENT_TOLERANCE = 1e-5


def expected(problem: Problem) -> tuple[float, Params]:
    """Loss and gradient in double precision."""
    params, weights = problem.params, problem.params["readout"]
    p = dense.probabilities(params, problem.x, qubits=QUBITS, resource="bell:1")
    residual = problem.y - np.sum(weights * p, axis=(1, 2))
    slope = -2 * residual[:, None, None] / problem.batch
    gradient = dense.gradient(params, problem.x, slope * weights, qubits=QUBITS, resource="bell:1")
    return float(np.mean(residual**2)), gradient | {"readout": np.sum(slope * p, axis=0)}


def errors(variant: Variant, problem: Problem) -> tuple[float, float]:
    """Largest difference of the loss and of any component of the gradient."""
    params, inputs, labels = arrays(variant, problem)
    function = jax.jit(jax.value_and_grad(lambda p: loss(variant, p, inputs, labels)))
    value, gradient = function(params)
    exact_value, exact_gradient = expected(problem)
    differences = jax.tree.map(
        lambda a, b: float(np.max(np.abs(np.asarray(a) - b), initial=0.0)), gradient, exact_gradient
    )
    return abs(float(value) - exact_value), max(jax.tree.leaves(differences))


def main() -> int:
    """Check every variant of one peer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", help="name of the peer's module")
    parser.add_argument("--depth", type=int, default=2)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--problem", type=Path)
    given = parser.parse_args()
    made = given.problem is None
    problem = make_problem(given.depth, given.batch) if made else load_problem(given.problem)
    peer: Peer = importlib.import_module(given.peer).PEER
    right = True
    for name, variant in peer.variants.items():
        value, gradient = errors(variant, problem)
        right &= value <= LOSS_TOLERANCE and gradient <= GRADIENT_TOLERANCE
        print(f"{peer.name} {name}: loss differs by {value:.1e}, gradient by {gradient:.1e}")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
