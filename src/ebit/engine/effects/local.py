r"""The effect of a circuit of the user's own, gate by gate.

A measured qubit is left alone, so a bit is its qubit and what it drives is a controlled rotation.
With all gates U, :math:`M = U^\dagger (|0\rangle\langle 0| \otimes 1) U` on the qubit that is read
out. Every gate G leaves each column with two entries, so rows R are pulled back by

.. math:: (R G)_k = a_k R_k + b_k R_{k \oplus x}.

Bits that come from elsewhere choose fixed rotations instead: one U for every string of them.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Complex
from numpy.typing import NDArray

from ebit.circuits import Circuit, Gate, Measure, Parameter, Qubit, Rotate, measurement_order
from ebit.circuits.local import count_angles, rounds_of
from ebit.engine.base import CircuitParameters
from ebit.engine.effects.pure import PureEffect


class Gates(NamedTuple):
    """The gates of a circuit in the opposite order, T of them, as tables over D basis states.

    Attributes:
        angles: Numbers of the two angles of a gate among the trained and the fixed ones, (T, 2).
        chosen: Which of the two each basis state takes, (strings, T, D), of the bits that it has
            or that are received.
        fixed: Fixed angles in radians.
        flips: x of every gate, (T,).
        same: a: constant, times the cosine and times the sine of half the angle, (T, 3, D).
        other: b, the same.
    """

    angles: NDArray[np.int64]
    chosen: NDArray[np.int64]
    fixed: NDArray[np.float64]
    flips: NDArray[np.int64]
    same: NDArray[np.complex128]
    other: NDArray[np.complex128]


@lru_cache(maxsize=32)
def gates_of(local: Circuit, hears: bool) -> Gates:
    """The tables of a local circuit.

    Args:
        local: The circuit.
        hears: Whether the bits come from elsewhere, in every string of them.
    """
    qubits = local.wiring.qpus[0].qubits
    order, index = measurement_order(qubits), np.arange(2**qubits)
    weight = {q: 1 << (qubits - 1 - order.index(q.number)) for q in local.wiring.qubits}
    ones = {q: (index & w) > 0 for q, w in weight.items()}
    at = {op.bit: op.qubit for op in local.operations if isinstance(op, Measure)}
    measured = [qubit for qubit, _ in string_bits(local)]
    strings = 2 ** len(measured) if hears else 1
    heard = np.indices(len(measured) * (2,)).reshape(len(measured), 2 ** len(measured))
    trained = count_angles(local)
    fixed: list[float] = [0.0]
    rows: list[tuple[tuple[int, int], Any, int, Any, Any]] = []
    zero, one = np.zeros(2**qubits, complex), np.ones(2**qubits, complex)
    for op in reversed(local.operations):
        if isinstance(op, Measure):
            continue
        angles, chosen = (trained, trained), np.zeros((strings, 2**qubits), int)
        assert isinstance(op, Gate | Rotate)
        if isinstance(op, Rotate):
            angles = local.number(op.angles[0]), local.number(op.angles[1])
            driver = at[op.bit]
            if hears:
                chosen = np.repeat(heard[measured.index(driver)][:, None], 2**qubits, axis=1)
            else:
                chosen = ones[driver].astype(int)[None]
        elif isinstance(op.angle, Parameter):
            angles = (local.number(op.angle),) * 2
        elif isinstance(op.angle, float):
            fixed.append(op.angle)
            angles = (trained + len(fixed) - 1,) * 2
        signs = np.prod([np.where(ones[q], -1, 1) for q in op.qubits], axis=0)
        flip, root = 0, np.sqrt(0.5)
        same, other = [zero, one, zero], [zero, zero, zero]
        match op.kind:
            case "H":
                flip, same, other = weight[op.qubits[0]], [root * signs, zero, zero], [root * one]
                other += [zero, zero]
            case "CZ":
                both = np.logical_and(*(ones[q] for q in op.qubits))
                same = [np.where(both, -1, 1) + zero, zero, zero]
            case "RX":
                flip, other = weight[op.qubits[0]], [zero, zero, -1j * one]
            case _:  # RZ and RZZ
                same = [zero, one, -1j * signs]
        rows.append((angles, chosen, flip, np.stack(same), np.stack(other)))
    if not rows:
        rows.append(((trained, trained), np.zeros((strings, 2**qubits), int), 0,
                     np.stack([zero, one, zero]), np.stack([zero, zero, zero])))  # fmt: skip
    numbers, picks, flips, kept, moved = zip(*rows, strict=True)
    return Gates(
        np.array(numbers), np.stack(picks, axis=1), np.array(fixed), np.array(flips),
        np.stack(kept), np.stack(moved),
    )  # fmt: skip


def string_bits(local: Circuit) -> list[tuple[Qubit, tuple[int, int]]]:
    """Qubits that are measured on the way, and (round, number) of their outcomes."""
    rounds, _ = rounds_of(local)
    return [
        (op.qubit, (turn, number))
        for turn, (_, measured) in enumerate(rounds)
        for number, op in enumerate(measured)
    ]


def pulled_back(
    gates: Gates, angles: jax.Array, start: Complex[Array, "rows dim"]
) -> Complex[Array, "strings rows dim"]:
    """Rows R times all gates, for every string of received bits.

    Args:
        gates: What `gates_of` returned.
        angles: Trained angles of one QPU in radians.
        start: Rows behind the last gate.
    """
    every = jnp.concatenate([angles, jnp.asarray(gates.fixed, angles.dtype)])
    half = every[gates.angles] / 2  # (T, 2)
    dtype = start.dtype

    def of_string(chosen: jax.Array) -> jax.Array:
        own = jnp.take_along_axis(half, chosen, axis=1)  # (T, D)
        ways = jnp.stack([jnp.ones_like(own), jnp.cos(own), jnp.sin(own)], axis=1)
        same, other = (
            jnp.sum(jnp.asarray(table, dtype) * ways, axis=1) for table in (gates.same, gates.other)
        )

        def gate(rows: jax.Array, step: Any) -> tuple[jax.Array, None]:
            flip, a, b = step
            return a * rows + b * rows[:, jnp.arange(rows.shape[1]) ^ flip], None

        return lax.scan(gate, start, (jnp.asarray(gates.flips), same, other))[0]

    return jax.vmap(of_string)(jnp.asarray(gates.chosen))


@dataclass(frozen=True)
class LocalEffect(PureEffect):
    """The trained parts of QPUs that all have the same circuit of the user's own.

    Args:
        local: The circuit of one QPU.
    """

    local: Circuit | None = None

    @property
    def circuit(self) -> Circuit:
        """The circuit of one QPU."""
        assert self.local is not None
        return self.local

    def _last(self, outcome: int) -> NDArray[np.float64]:
        """Rows behind the last gate: all basis states in which the read-out is this outcome."""
        (last,) = self.circuit.operations[-1].qubits
        order = measurement_order(self.qubits)
        bit = np.arange(2**self.qubits) >> (self.qubits - 1 - order.index(last.number)) & 1
        return np.eye(2**self.qubits)[bit == outcome]

    def rows(self, parameters: CircuitParameters) -> Complex[Array, "qpus rows dim"]:
        """R of all QPUs, (QPUs, 2**(n-1), 2**n)."""
        angles = parameters["local"]
        gates = gates_of(self.circuit, hears=False)
        start = jnp.asarray(self._last(0), jnp.result_type(angles.dtype, jnp.complex64))
        return jax.vmap(lambda own: pulled_back(gates, own, start)[0])(angles)

    def unitaries(self, parameters: CircuitParameters) -> Complex[Array, "qpus 2 rows dim"]:
        """All gates of all QPUs, rows sorted by the read-out: (QPUs, 2, 2**(n-1), 2**n)."""
        angles = parameters["local"]
        gates = gates_of(self.circuit, hears=False)
        start = np.stack([self._last(outcome) for outcome in (0, 1)])
        flat = jnp.asarray(
            start.reshape(-1, 2**self.qubits), jnp.result_type(angles.dtype, jnp.complex64)
        )
        found = jax.vmap(lambda own: pulled_back(gates, own, flat)[0])(angles)
        return found.reshape(-1, *start.shape)

    def string_operators(
        self, parameters: CircuitParameters
    ) -> Complex[Array, "qpus 2 received own dim dim"]:
        """M of every read-out, received string and own string of bits.

        Args:
            parameters: Angles of the QPUs.

        Returns:
            Complex, (QPUs, 2, received, own, 2**n, 2**n); the bits of a string as `string_order`
            says. Qubits that are never measured are summed over.
        """
        angles = parameters["local"]
        gates = gates_of(self.circuit, hears=True)
        order, measured = measurement_order(self.qubits), string_bits(self.circuit)
        places = [order.index(qubit.number) for qubit, _ in measured]
        rest = [place for place in range(self.qubits) if place not in places]
        index = np.arange(2**self.qubits).reshape(self.qubits * (2,)).transpose(*places, *rest)
        (last,) = self.circuit.operations[-1].qubits
        read = rest.index(order.index(last.number))
        sorted_ = np.moveaxis(index.reshape(-1, *len(rest) * (2,)), 1 + read, 0)
        start = np.eye(2**self.qubits)[sorted_.ravel()]  # (a, own, the rest) in rows
        shape = (2, 2 ** len(measured), -1)

        def of_one(own: jax.Array) -> jax.Array:
            dtype = jnp.result_type(own.dtype, jnp.complex64)
            found = pulled_back(gates, own, jnp.asarray(start, dtype))
            split = found.reshape(len(found), *shape, 2**self.qubits)  # (received, a, own, ..)
            return jnp.einsum(
                "raoiz,raoiw->arozw", split.conj(), split, precision=lax.Precision.HIGHEST
            )

        return jax.vmap(of_one)(angles)

    @property
    def string_order(self) -> tuple[tuple[int, int], ...]:
        """(Round, number of the outcome) of every bit of a string, the most significant first."""
        return tuple(place for _, place in string_bits(self.circuit))

    def operations(self, depth: int) -> int:
        """Real operations to build M of two QPUs: every gate meets all rows."""
        gates = len(self.circuit.operations)
        return 2 * (14 * gates * 2 ** (2 * self.qubits - 1) + 4 * 8**self.qubits)

    def reals(self, depth: int) -> int:
        """Real numbers kept for the gradient: the rows before every gate."""
        return len(self.circuit.operations) * 4**self.qubits
