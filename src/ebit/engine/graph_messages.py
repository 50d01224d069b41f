"""Join of QPUs on a graph that send each other outcomes: an index of two values per bit.

Outcomes are a finite alphabet, so a QPU is an effect for every string of bits that it hears and
measures. A bit that is sent is an index that the sender's tensor has in common with those of all
its receivers; what a QPU keeps for itself is summed over before the batch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import NDArray

from ebit.circuits import Circuit, Measure, Qubit, Rotate, build_circuit
from ebit.engine.base import CircuitParameters, Encoded, Supports
from ebit.engine.effects.clock import waits_for_messages
from ebit.engine.effects.local import string_bits
from ebit.engine.graph import Graph, Group
from ebit.engine.local_tensors import FEATURE_QUBITS
from ebit.errors import UnsupportedError
from ebit.physics import NO_NOISE

_BIT = 3 * 10**6
"""Names of the indices of bits."""

_HIGHEST = lax.Precision.HIGHEST


@dataclass(frozen=True)
class _Strings:
    """The bits of one QPU.

    Attributes:
        received: The bit that drives each rotation, in the order of the strings of its effects.
        own: The bits that it measures, in the same order.
        kept: Those that others send or hear, every one once: the indices of its tensor.
    """

    received: tuple[int, ...]
    own: tuple[int, ...]
    kept: tuple[int, ...]

    @property
    def choice(self) -> NDArray[np.float64]:
        """Which effects belong to which values of the kept bits: (2**kept, 2**(2 own))."""
        count = len(self.own)
        found = np.zeros((2 ** len(self.kept), 4**count))
        for row, values in enumerate(product((0, 1), repeat=len(self.kept))):
            known = dict(zip(self.kept, values, strict=True))
            for own in product((0, 1), repeat=count):
                bits = dict(zip(self.own, own, strict=True))
                if any(bits[bit] != value for bit, value in known.items() if bit in bits):
                    continue
                heard = [bits.get(bit, known.get(bit)) for bit in self.received]
                place = int("0" + "".join(map(str, [*heard, *own])), 2)
                found[row, place] = 1
        return found


@dataclass(frozen=True)
class GraphMessages(Graph):
    """Engine for QPUs on a graph that send each other their outcomes, besides what they share."""

    supports: ClassVar = Supports(noisy_qubits=FEATURE_QUBITS)

    @property
    def has_marginals(self) -> bool:
        """What a QPU says depends on what it hears."""
        return False

    def __post_init__(self) -> None:
        super().__post_init__()
        who = f"A graph of {len(self.wiring.qpus)} QPUs"
        if self.outputs > 1:
            raise UnsupportedError("messages and several outputs", who, "use one output")
        largest = max(qpu.qubits for qpu in self.wiring.qpus)
        if largest > FEATURE_QUBITS:
            cure = f"use at most {FEATURE_QUBITS} qubits per QPU, or no messages"
            raise UnsupportedError(f"messages between QPUs of {largest} qubits", who, cure)
        if self.wiring.qpus[0].passes > 1:
            cure = "use as many features as qubits, or no messages"
            raise UnsupportedError("messages with several passes of the embedding", who, cure)
        if self.wiring.drives:
            _ = self.circuit(1)  # who drives whom is checked where it is dealt out

    def circuit(self, depth: int) -> Circuit:
        """The circuit, which says who drives whom and who waits for whom."""
        return build_circuit(
            self.wiring, depth=depth, mixing=self.mixing, pooling=self.pooling, local=self.local
        )

    @cached_property
    def strings(self) -> list[_Strings]:
        """The bits of every QPU."""
        circuit = self.circuit(1)
        measured = [op for op in circuit.operations if isinstance(op, Measure)]
        numbers = {op.bit: _BIT + number for number, op in enumerate(measured)}
        qubit_of = {numbers[op.bit]: op.qubit for op in measured}
        drivers = self._drivers(circuit, numbers)
        sent = {bit for (qpu, _, _), bit in drivers.items() if qubit_of[bit].qpu != qpu}
        rounds = self._rounds(circuit)
        found = []
        for qpu in self.wiring.qpus:
            size, _ = self.wiring.size_places[qpu.name]
            order = self.locals[size].effect(0).string_order
            own = tuple(numbers[str(rounds[qpu.name][at]).lower()] for at in order)
            received = tuple(
                drivers.get((qpu.name, *at), bit) for at, bit in zip(order, own, strict=True)
            )
            kept = tuple(dict.fromkeys(bit for bit in (*received, *own) if bit in sent))
            found.append(_Strings(received, own, kept))
        return found

    def _drivers(
        self, circuit: Circuit, numbers: Mapping[str, int]
    ) -> dict[tuple[str, int, int], int]:
        """The bit that drives what an outcome (QPU, round, number) drives without messages."""
        rotations = [op for op in circuit.operations if isinstance(op, Rotate)]
        if self.local is None:
            return {
                (op.qubit.qpu, int(op.angles[0].leaf[-1]), int(op.angles[0].place[-3])): numbers[
                    op.bit
                ]
                for op in rotations
            }
        at = {str(qubit).lower(): place for qubit, place in string_bits(self.local)}
        bits = {
            op.bit: str(op.qubit).lower() for op in self.local.operations if isinstance(op, Measure)
        }
        order = [at[bits[op.bit]] for op in self.local.operations if isinstance(op, Rotate)]
        found = {}
        for qpu in self.wiring.qpus:
            own = [op for op in rotations if op.qubit.qpu == qpu.name]
            for place, op in zip(order, own, strict=True):
                found[qpu.name, *place] = numbers[op.bit]
        return found

    @staticmethod
    def _rounds(circuit: Circuit) -> dict[str, dict[tuple[int, int], Qubit]]:
        """Of every QPU the qubit that is measured as outcome `number` of a round."""
        found: dict[str, dict[tuple[int, int], Qubit]] = {}
        turns: dict[str, int] = {}
        for step in circuit.steps:
            if step.kind != "measure":
                continue
            groups: dict[str, list[Qubit]] = {}
            for op in step.operations:
                groups.setdefault(op.qubits[0].qpu, []).append(op.qubits[0])
            for name, qubits in groups.items():
                turn = turns.get(name, 0)
                turns[name] = turn + 1
                for number, qubit in enumerate(qubits):
                    found.setdefault(name, {})[turn, number] = qubit
        return found

    @cached_property
    def whole(self) -> list[Group]:
        """Tensors with all their indices: bits first, then shared states."""
        found = []
        for group in super().whole:
            by_choice: dict[bytes, list[int]] = {}
            for row, member in enumerate(group.members):
                by_choice.setdefault(self.strings[member].choice.tobytes(), []).append(row)
            for rows in by_choice.values():
                bits = len(self.strings[group.members[rows[0]]].kept)
                found.append(
                    Group(
                        group.size,
                        tuple(group.members[row] for row in rows),
                        tuple(group.places[row] for row in rows),
                        group.operators[rows],
                        (*bits * (2,), *group.shape),
                    )
                )
        return found

    @cached_property
    def _labels(self) -> list[tuple[int, ...]]:
        own = self._half_labels
        return [(*strings.kept, *rest) for strings, rest in zip(self.strings, own, strict=True)]

    @cached_property
    def _extents(self) -> tuple[tuple[int, int], ...]:
        bits = dict.fromkeys(bit for strings in self.strings for bit in strings.kept)
        return (*self._state_extents, *((bit, 2) for bit in bits))

    def _outcomes(self, parameters: CircuitParameters, encoded: Encoded) -> list[jax.Array]:
        """Tensors of all groups for both outcomes, (QPUs, 2, numbers, batch)."""
        angles: dict[str, Any] = dict(parameters)
        own: list[Any] = [angles]
        if len(self.locals) > 1:
            own = [
                {name: leaf[size] for name, leaf in angles.items()}
                for size in range(len(self.locals))
            ]
        depth = 1 if self.local is not None else own[0]["convolution"][0].shape[1]
        waits = self._waits(depth)
        packed = [
            tensors.packed_strings(part, waits[size])
            for size, (tensors, part) in enumerate(zip(self.locals, own, strict=True))
        ]
        found = []
        for group in self.whole:
            choice = jnp.asarray(self.strings[group.members[0]].choice, packed[group.size].dtype)
            effects = packed[group.size][np.array(group.places)]
            split = effects.reshape(len(group.members), 2, choice.shape[1], *effects.shape[-2:])
            chosen = jnp.einsum("ks,qaszw->qakzw", choice, split, precision=_HIGHEST)
            met = self.locals[group.size].meet(
                own[group.size],
                chosen.reshape(len(group.members), -1, *effects.shape[-2:]),
                encoded[group.size],
                group.places,
                group.operators,
            )
            found.append(met.reshape(len(group.members), 2, -1, met.shape[-1]))
        return found

    def probabilities_behind(self, parameters: CircuitParameters, unitaries: Any) -> jax.Array:
        """Strings of bits have no form behind other unitaries."""
        del parameters, unitaries
        who = f"Messages between {len(self.wiring.qpus)} QPUs"
        raise UnsupportedError("unitaries in the place of the embedding", who, "use data")

    def _signed_whole(self, parameters: CircuitParameters, encoded: Encoded) -> list[jax.Array]:
        """Tensors of all groups for the outcome 0 minus those for the outcome 1."""
        return [both[:, 0] - both[:, 1] for both in self._outcomes(parameters, encoded)]

    def _waits(self, depth: int) -> Sequence[tuple[tuple[float, ...], ...]]:
        """Of every size how long each QPU waits in every round."""
        every = waits_for_messages(self.noise or NO_NOISE, self.circuit(depth))
        return [
            tuple(every[self.wiring.place(name)] for name in names) for names in self.wiring.sizes
        ]
