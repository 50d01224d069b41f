r"""How many more shots a cut circuit takes: :math:`\gamma^2` times as many for the same error."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ebit import checks
from ebit.checks import real, whole
from ebit.errors import EbitError, UnsupportedError
from ebit.export import program_of
from ebit.export.gates import matrix_of
from ebit.export.program import Apply, Barrier, Program, Wire
from ebit.models import Model

WIRE_GAMMA = 4.0
"""Of a cut wire, if the two parts send each other no bits; 3 if they do."""


@dataclass(frozen=True)
class CutOverhead:
    r"""What it takes to run a circuit with gates across the QPUs without a link.

    Attributes:
        gates: Gates that are cut.
        log10_each: Decimal logarithm of :math:`\gamma^2`, every gate cut by itself.
        log10_joint: The same if gates between two QPUs that act side by side are cut together.
    """

    gates: int
    log10_each: float
    log10_joint: float

    def shots(self, shots: int) -> float:
        """Shots of cut gates that are worth so many without cuts; infinity beyond all floats."""
        return shots * 10.0**self.log10_each if self.log10_each < 300 else math.inf

    @classmethod
    def mean(cls, overheads: Sequence["CutOverhead"]) -> "CutOverhead":
        r"""That of several inputs with equal shots: the mean of :math:`\gamma^2`.

        Args:
            overheads: Of the same circuit with different inputs.

        Returns:
            The overhead.

        Example:
            >>> CutOverhead.mean([CutOverhead(1, 0.0, 0.0), CutOverhead(1, 1.0, 1.0)]).log10_each
            0.7403626894942439
        """
        logs = np.array([(one.log10_each, one.log10_joint) for one in overheads])  # (inputs, 2)
        most = logs.max(axis=0)
        each, joint = (most + np.log10(np.mean(10.0 ** (logs - most), axis=0))).tolist()
        return cls(overheads[0].gates, each, joint)


def no_symbols(name: str, value: Any) -> Any:
    """The rule of parameters that must be numbers: without them an export has symbols."""
    if value is None:
        raise checks.wrong(name, "parameters as `init` returns them", value)
    return value


def gate_gamma(matrix: ArrayLike) -> float:
    r"""The smallest quasi-probability norm of a two-qubit gate that is cut.

    .. math:: \gamma = 2 \Big(\sum_i s_i\Big)^2 - 1

    with the coefficients s of its operator Schmidt decomposition, whose squares add up to 1.

    Args:
        matrix: Unitary of shape (4, 4).

    Returns:
        Gamma, from 1 (a product) to 7 (SWAP); the shots grow with its square.

    Raises:
        EbitError: If it is no unitary of two qubits.

    Example:
        >>> import numpy as np
        >>> [round(gate_gamma(np.diag([1, 1, 1, phase])) ** 2, 4) for phase in (-1, 1j)]
        [9.0, 5.8284]
        >>> round(gate_gamma(np.eye(4)[[0, 2, 1, 3]]) ** 2, 4)
        49.0

    Source:
        Schmitt, Piveteau and Sutter, Quantum 9, 1634 (2025).
    """
    try:
        gate = np.asarray(matrix, complex)
    except Exception:  # of whatever class the matrix is
        gate = np.zeros(0)
    if gate.shape != (4, 4) or not np.allclose(gate @ gate.conj().T, np.eye(4), atol=1e-9):
        raise EbitError("Argument `matrix` must be a unitary matrix of shape (4, 4).")
    return 2 * _schmidt(gate) ** 2 - 1


def pair_gamma(fidelity: float) -> float:
    r"""The norm of a wire that is cut with the help of a pair: from a cut wire to teleportation.

    .. math:: \gamma = \frac{2}{f} - 1

    Args:
        fidelity: f, the largest overlap with a Bell pair that the pair can be brought to, 1/2 (no
            entanglement) to 1 (a Bell pair).

    Returns:
        Gamma, 3 to 1, if the parts send each other bits.

    Raises:
        EbitError: If f is out of range.

    Example:
        >>> pair_gamma(0.5), pair_gamma(1.0)
        (3.0, 1.0)

    Source:
        Bechtold et al., arXiv:2403.09690.
    """
    return 2 / real(0.5, 1.0)("fidelity", fidelity) - 1


def pairs_gamma(pairs: int, fidelity: float = 0.5) -> float:
    r"""The norm of several Bell pairs that are made up together, without or with poorer pairs.

    .. math:: \gamma = \frac{2}{f} - 1, \qquad f = f_1^k

    where the state of the pairs at hand has an overlap f with k Bell pairs; :math:`f_1 = 1/2`
    without any entanglement, which gives :math:`2^{k+1} - 1` instead of :math:`3^k` one by one.

    Args:
        pairs: Number k of Bell pairs that are used at the same time.
        fidelity: Overlap :math:`f_1` of each pair at hand with a Bell pair, 1/2 to 1.

    Returns:
        Gamma; teleported gates need no more shots if it is 1.

    Raises:
        EbitError: If a number is out of range.

    Example:
        >>> pairs_gamma(1), pairs_gamma(3), round(pairs_gamma(3, 0.9), 3), pairs_gamma(3, 1.0)
        (3.0, 15.0, 1.743, 1.0)

    Source:
        Bechtold et al., arXiv:2403.09690; for several pairs with fewer Bell pairs at hand compare
        arXiv:2510.26789.
    """
    whole(1, 1000)("pairs", pairs)
    return 2 / real(0.5, 1.0)("fidelity", fidelity) ** pairs - 1


@checks.takes(parameters=no_symbols, x=checks.numbers)
def cut_overhead(model: Model, parameters: Any, x: Any) -> CutOverhead:
    r"""What it takes to run a model with gates across the QPUs without a link.

    .. math:: \gamma^2 = \prod_g \gamma_g^2, \qquad
        \gamma_{\text{joint}} = 2 \prod_{g} \Big(\sum_i s_{gi}\Big)^2 - 1

    Args:
        model: A model with gates across the QPUs; others have nothing to cut.
        parameters: As `init` returns them.
        x: One input, angles of shape (features,) in radians: it turns some of the gates.

    Returns:
        The overhead, as logarithms: it soon leaves all numbers behind.

    Raises:
        EbitError: If the model cannot be exported.

    Example:
        >>> import ebit, jax
        >>> model = ebit.DistributedQCNN(qubits=2, depth=1, resource=ebit.QuantumLink())
        >>> overhead = cut_overhead(model, model.init(jax.random.key(0)), [3.1, 3.1, 3.1, 3.1])
        >>> overhead.gates, round(overhead.log10_each, 2), round(overhead.log10_joint, 2)
        (4, 1.91, 1.69)

    Source:
        Mitarai and Fujii, New J. Phys. 23, 023021 (2021); Schmitt et al. as in `gate_gamma`.
    """
    program = program_of(model, parameters, x)
    each, joint = 0.0, 0.0
    groups = groups_across(program)
    for group in groups:
        sums: dict[frozenset[str], list[float]] = {}
        for gate in group:
            ends = frozenset(program.owners[wire.register] for wire in gate.wires)
            sums.setdefault(ends, []).append(_schmidt(matrix_of(gate)))
        for own in sums.values():
            each += sum(2 * math.log10(2 * size**2 - 1) for size in own)
            joint += 2 * math.log10(2 * math.prod(own) ** 2 - 1)
    return CutOverhead(sum(map(len, groups)), each, joint)


def groups_across(program: Program) -> list[list[Apply]]:
    """Gates across the QPUs; those that act side by side are together.

    Args:
        program: A program whose gates across are not teleported.

    Returns:
        Groups of gates with no qubit in common, which a round puts side by side.

    Raises:
        UnsupportedError: If gates across are teleported already.
    """
    if any(register.name.startswith("link_") for register in program.wires):
        raise UnsupportedError("teleported gates", "Cutting", "use the resource quantum")
    groups: list[list[Apply]] = []
    taken: set[Wire] = set()
    for operation in program.operations:
        if isinstance(operation, Barrier):
            taken = set()
            groups.append([])
        if isinstance(operation, Apply) and is_across(program, operation):
            if taken & {*operation.wires}:
                groups.append([])
                taken = set()
            groups[-1].append(operation)
            taken |= {*operation.wires}
    return [group for group in groups if group]


def is_across(program: Program, gate: Apply) -> bool:
    """Whether a gate acts on two QPUs."""
    return len({program.owners[wire.register] for wire in gate.wires}) > 1


def _schmidt(gate: NDArray[Any]) -> float:
    """Sum of the coefficients of the operator Schmidt decomposition."""
    halves = gate.reshape(2, 2, 2, 2).transpose(0, 2, 1, 3).reshape(4, 4)  # (first, second)
    return float(np.linalg.svd(halves, compute_uv=False).sum() / 2)
