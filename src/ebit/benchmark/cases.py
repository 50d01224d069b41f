"""What is measured: settings and the tools that run on them."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Tool:
    """One way to run a case.

    Args:
        name: As shown in tables.
        script: File in `scripts/`, without its ending.
        variant: How the model is written; for ebit the number of runs in one program.
        is_peer: Whether it needs the environment of the peers.
    """

    name: str
    script: str
    variant: str
    is_peer: bool = True

    @property
    def runs(self) -> int:
        """Runs that are trained together."""
        return int(self.variant) if self.name == "ebit" else 1


@dataclass(frozen=True)
class Case:
    """One problem and the tools it is given to; the first is ebit with one run.

    Args:
        group: Which table it belongs to.
        resource: What the QPUs share.
        tools: The tools.
        qubits: Qubits per QPU.
        depth: Convolution layers per stage.
        batch: Samples of a minibatch.
        task: `step` (loss, gradient and Adam) or `capacity` (Jacobian and singular values).
        axis: What grows along the cases, for the growth only.
    """

    group: str
    resource: str
    tools: tuple[Tool, ...]
    qubits: int = 4
    depth: int = 20
    batch: int = 768
    task: str = "step"
    axis: str | None = None

    @property
    def title(self) -> str:
        """Name for messages."""
        return (
            f"{self.group} {self.resource}, {self.qubits} qubits per QPU, depth {self.depth}, "
            f"batch {self.batch}"
        )


def ebit(runs: int) -> Tool:
    """The package itself with some runs in one program."""
    return Tool("ebit", "measure_ebit", str(runs), is_peer=False)


def tensorcircuit(variant: str) -> Tool:
    """TensorCircuit-NG."""
    return Tool("TensorCircuit-NG", "peer_tensorcircuit", variant)


def pennylane(variant: str) -> Tool:
    """PennyLane with JAX."""
    return Tool("PennyLane JAX", "peer_pennylane_jax", variant)


DENSE = Tool("dense JAX", "peer_dense_jax", "scan", is_peer=False)
DEFAULT_QUBIT = Tool("PennyLane default.qubit", "peer_pennylane_samples", "samples")
LIGHTNING = Tool("PennyLane lightning.qubit", "peer_pennylane_lightning", "samples")
QULACS = Tool("Qulacs", "peer_qulacs", "samples")
MINDQUANTUM = Tool("MindQuantum", "peer_mindquantum", "batch")

_EBIT = (ebit(1), ebit(10))
_WHOLE = (DEFAULT_QUBIT, LIGHTNING, QULACS, MINDQUANTUM, DENSE)
_BY_HAND = (tensorcircuit("unitary"), pennylane("unitary"))
_PLAIN = tuple(tool(v) for tool in (tensorcircuit, pennylane) for v in ("unrolled", "scan"))


def kim() -> list[Case]:
    """Step of Kim et al., arXiv:2605.03864; all variants for one Bell pair."""
    everything = (*_EBIT, *_WHOLE, *_PLAIN, *_BY_HAND)
    others = [Case("kim", f"bell:{n}", (*_EBIT, DENSE, *_BY_HAND)) for n in (0, 2, 4)]
    return [others[0], Case("kim", "bell:1", everything), *others[1:]]


def hwang() -> list[Case]:
    """Step of Hwang et al., Quantum Sci. Technol. 10 015059."""
    tools = (*_EBIT, *_WHOLE, tensorcircuit("scan"), pennylane("scan"))
    return [Case("hwang", name, tools, depth=9, batch=512) for name in ("classical", "quantum")]


def capacity() -> list[Case]:
    """Jacobian of all probabilities for 100 inputs and its singular values, double precision."""
    tools = (ebit(1), DENSE, tensorcircuit("scan"))
    return [Case("capacity", "bell:1", tools, batch=100, task="capacity")]


def growth() -> list[Case]:
    """One setting grows, the others stay; dense simulators only where they end in time."""
    cases = [
        Case("growth", "bell:1", _tools(depth <= 40), depth=depth, batch=256, axis="depth")
        for depth in (5, 10, 20, 40, 80)
    ]
    cases += [
        Case("growth", "bell:1", _tools(n <= 4), qubits=n, depth=5, batch=64, axis="qubits")
        for n in (2, 4, 8)
    ]
    cases += [
        Case("growth", "bell:1", _tools(batch <= 1024), depth=5, batch=batch, axis="batch")
        for batch in (2**k for k in range(6, 14))
    ]
    cases += [Case("growth", "bell:1", (ebit(2**k),), axis="runs") for k in range(7)]
    return cases


def _tools(with_dense: bool) -> tuple[Tool, ...]:
    return (ebit(1), DENSE, tensorcircuit("scan")) if with_dense else (ebit(1),)


GROUPS = {"kim": kim, "hwang": hwang, "capacity": capacity, "growth": growth}
"""Cases by the name of their table."""

QUICK: Sequence[Case] = (
    Case("kim", "bell:1", (ebit(1), ebit(10), DENSE, *_BY_HAND), depth=5, batch=128),
)
"""A first look, less than a minute."""
