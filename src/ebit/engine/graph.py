r"""Join of QPUs on a graph of shared states: a contraction over one index per shared qubit.

Every QPU is a real tensor with one Pauli index per half of a shared state (`local_tensors`); a
shared state is a factor on every half and one common index, see `ebit.physics.Joint`. The factors
are constants and act on the operators, before the batch. So

.. math:: P(a_1 \dots a_K | x) = \sum_{h} \prod_k T_k[a_k, h_{k_1} .. h_{k_d}](x)

with an index h per shared state. Without messages the sum over the outcomes of a QPU is the
identity on its halves, so what a few QPUs say needs these QPUs alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float
from numpy.typing import NDArray

from ebit.circuits import Circuit, SharedState, Wiring, outputs_of
from ebit.engine.base import CircuitParameters, Encoded, Supports
from ebit.engine.local_tensors import LocalTensors, Operators, pauli_sums, product_operators
from ebit.engine.tensor_plan import Piece, Plan, plan_of, repeated_rows, rows_of, run
from ebit.errors import EbitError, UnsupportedError
from ebit.physics import PAULIS, GHZState, Joint, Noise

MOST_OUTCOMES = 12
"""Most QPUs whose joint outcomes are written out: 2**K numbers per sample."""

MOST_WIDTH = 12
"""Indices of four values of such a tensor."""

MOST_NUMBERS = 4**MOST_WIDTH
"""Largest tensor of a contraction, in numbers per sample."""

MOST_HALVES = 6
"""Most shared qubits of a QPU whose tensor is written out."""

_ZERO = pauli_sums(np.array([[1.0], [0], [0], [1]]))
"""|0><0|, (1, 2, 2)."""

_HIGHEST = lax.Precision.HIGHEST

_OUTCOME = 10**6
"""Names of indices: shared states come first, then outcomes of the QPUs, then bonds of weights."""

_BOND = 2 * 10**6


@dataclass(frozen=True)
class Group:
    """QPUs whose tensors have the same shape, and so come out of one batched product.

    Attributes:
        size: Number of their size, see `Wiring.sizes`.
        members: Places among all QPUs.
        places: Places among the QPUs of their size.
        operators: For every QPU one operator per entry of its tensor, (QPUs, rows, 2**d, 2**d).
        shape: Extents of the indices of a tensor.
    """

    size: int
    members: tuple[int, ...]
    places: tuple[int, ...]
    operators: Operators
    shape: tuple[int, ...]

    @property
    def traces(self) -> NDArray[np.complex128]:
        """What every entry is if the outcome is not looked at, (QPUs, rows)."""
        return np.asarray(np.trace(self.operators, axis1=2, axis2=3))


@dataclass(frozen=True)
class Graph:
    """Engine for QPUs that share states along the edges of a graph.

    Args:
        wiring: QPUs, and states that they share.
        edges: Pairs of QPUs whose outcomes are read together, by their places.
        mixing: Mixing layers before the embedding.
        pooling: Pooling layout.
        noise: Local noise.
        local: Circuit of every QPU in the place of convolutions and poolings.

    Raises:
        UnsupportedError: If it cannot do what the wiring asks for.
    """

    wiring: Wiring
    edges: tuple[tuple[int, int], ...]
    mixing: int = 0
    pooling: str = "halves"
    noise: Noise | None = None
    local: Circuit | None = None

    supports: ClassVar = Supports(noisy_qubits=8, stacks_runs=True)

    local_form: ClassVar = None
    """There are more than two QPUs."""

    def __post_init__(self) -> None:
        self.wiring.check()
        who = f"A graph of {len(self.wiring.qpus)} QPUs"
        if self.noise is not None and self.wiring.qpus[0].passes > 1:
            cure = "use as many features as qubits, or no noise"
            raise UnsupportedError("noise between several passes of the embedding", who, cure)
        if self.local is not None and outputs_of(self.pooling) > 1:
            cure = "measure one qubit at its end"
            raise UnsupportedError("several outputs", "A local circuit", cure)
        if self.noise is not None and outputs_of(self.pooling) > 1:
            raise UnsupportedError("noise and several outputs", who, "use one output, or no noise")
        if self.noise is not None and self.local is not None:
            cure = "noise is that of the built-in blocks, so leave `noise` or `local` out"
            raise UnsupportedError("noise", "A local circuit", cure)
        _ = self.states

    @property
    def has_marginals(self) -> bool:
        """Whether what a few QPUs say needs these QPUs alone, and no trained state."""
        return not self._trained

    @property
    def networks(self) -> tuple["Graph", ...]:
        """Itself."""
        return (self,)

    @cached_property
    def locals(self) -> tuple[LocalTensors, ...]:
        """The QPUs of every size."""
        every = None if self.noise is None else self.noise.for_qpus(len(self.wiring.qpus))
        found = []
        for names in self.wiring.sizes:
            first = self.wiring.qpus[self.wiring.place(names[0])]
            own = () if every is None else tuple(every[self.wiring.place(name)] for name in names)
            found.append(
                LocalTensors(
                    first.qubits,
                    first.passes,
                    self.mixing,
                    self.pooling,
                    self.noise,
                    own,
                    self.local,
                )
            )
        return tuple(found)

    @cached_property
    def _shared(self) -> list[SharedState]:
        """States on qubits; of a trained one every pair, since what is trained joins them."""
        found = []
        for state in self.wiring.shared:
            if state.leaf is None:
                found += [state] if state.state is not None else []
                continue
            pairs = zip(state.members[::2], state.members[1::2], strict=True)
            found += [replace(state, members=pair, amount=1) for pair in pairs]
        return found

    @cached_property
    def _trained(self) -> list[tuple[str, tuple[int, ...]]]:
        """Of every trained state the name of its Schmidt coefficients, and its pairs."""
        found, number = [], 0
        for state in self.wiring.shared:
            count = len(state.members) // 2 if state.leaf else 1 if state.members else 0
            if state.leaf is not None:
                found.append((state.leaf, tuple(range(number, number + count))))
            number += count
        return found

    @cached_property
    def states(self) -> tuple[tuple[tuple[int, ...], Joint], ...]:
        """Every shared state: the QPUs of its members, and its factors after storage."""
        shared = self._shared
        found = []
        for number, state in enumerate(shared):
            assert state.state is not None
            members = tuple(self.wiring.place(qubit.qpu) for qubit in state.members)
            joint = (GHZState(2) if state.leaf else state.state).joint()
            if self.noise is not None and state.unit == "ebits":
                seconds = self.noise.seconds_of("storage_seconds", len(shared))[number]
                every = self.noise.for_qpus(len(self.wiring.qpus))
                joint = joint.through([every[member].idle(seconds) for member in members])
            found.append((members, joint))
        return tuple(found)

    @cached_property
    def _halves(self) -> list[list[tuple[int, int] | None]]:
        """Of every QPU what its first qubits are: (state, member), or None if it starts in 0."""
        at = {
            qubit: (number, member)
            for number, state in enumerate(self._shared)
            for member, qubit in enumerate(state.members)
        }
        found = []
        for qpu in self.wiring.qpus:
            halves = [at.get(qubit) for qubit in qpu.register]
            while halves and halves[-1] is None:
                halves.pop()
            found.append(halves)
        return found

    def _groups(self, rows: Sequence[Operators], shapes: Sequence[tuple[int, ...]]) -> list[Group]:
        """QPUs sorted by the shape of their tensors."""
        sorted_by: dict[tuple[Any, ...], list[int]] = {}
        for place, (own, shape) in enumerate(zip(rows, shapes, strict=True)):
            size, _ = self.wiring.size_places[self.wiring.qpus[place].name]
            key = (size, np.shape(own), shape)
            sorted_by.setdefault(key, []).append(place)
        return [
            Group(
                size,
                tuple(members),
                tuple(self.wiring.size_places[self.wiring.qpus[m].name][1] for m in members),
                np.stack([np.asarray(rows[m]) for m in members]),
                shape,
            )
            for (size, _, shape), members in sorted_by.items()
        ]

    @cached_property
    def whole(self) -> list[Group]:
        """Tensors with all their indices."""
        pieces = [Piece(0, place, labels) for place, labels in enumerate(self._half_labels)]
        self._check_width(plan_of(tuple(pieces), self._state_extents))
        most = max(len(halves) for halves in self._halves)
        if most > MOST_HALVES:
            raise EbitError(
                f"A QPU shares {most} qubits, so that its tensor has 4**{most} numbers: share at "
                f"most {MOST_HALVES}, or use readout 'pairwise', which needs few of them."
            )
        rows: list[Operators] = []
        shapes: list[tuple[int, ...]] = []
        for halves in self._halves:
            factors = [_ZERO if h is None else pauli_sums(self._factor(*h)) for h in halves]
            rows.append(product_operators(factors))
            shapes.append(tuple(len(f) for f, h in zip(factors, halves, strict=True) if h))
        return self._groups(rows, shapes)

    def _factor(self, state: int, member: int) -> NDArray[Any]:
        return self.states[state][1].factors[member]

    @cached_property
    def _labels(self) -> list[tuple[int, ...]]:
        """Names of all indices of every QPU."""
        return self._half_labels

    @property
    def _half_labels(self) -> list[tuple[int, ...]]:
        """Names of the indices of every QPU: one per state, or per member if the state has a core.

        A state has the names from `starts[state]` on.
        """
        return [tuple(self._label(*half) for half in halves if half) for halves in self._halves]

    def _label(self, state: int, member: int) -> int:
        return self._starts[state] + (0 if self.states[state][1].core is None else member)

    @cached_property
    def _starts(self) -> list[int]:
        counts = [1 if joint.core is None else len(members) for members, joint in self.states]
        return np.cumsum([0, *counts]).tolist()

    @cached_property
    def _extents(self) -> tuple[tuple[int, int], ...]:
        """How many values every index has."""
        return self._state_extents

    @property
    def _state_extents(self) -> tuple[tuple[int, int], ...]:
        found = {}
        for state, (members, joint) in enumerate(self.states):
            for member in range(len(members)):
                found[self._label(state, member)] = joint.factors[member].shape[1]
        return tuple(found.items())

    def _network(
        self, extra: Sequence[tuple[int, ...]], extents: Sequence[tuple[int, int]], output: Any = ()
    ) -> Plan:
        """Plan of the whole contraction; every QPU has further indices in front of its own."""
        pieces: list[Piece | None] = [None] * len(self.wiring.qpus)
        for stack, group in enumerate(self.whole):
            for row, member in enumerate(group.members):
                pieces[member] = Piece(stack, row, (*extra[member], *self._labels[member]))
        found = [piece for piece in pieces if piece is not None]
        stack = len(self.whole)
        for state, (members, joint) in enumerate(self.states):
            if joint.core is not None:
                labels = tuple(self._label(state, member) for member in range(len(members)))
                found.append(Piece(stack, 0, labels))
                stack += 1
        for _, pairs in self._trained:
            found.append(Piece(stack, 0, tuple(self._label(pair, 0) for pair in pairs)))
            stack += 1
        plan = plan_of(tuple(found), (*self._extents, *extents), tuple(output))
        self._check_width(plan)
        return plan

    def _check_width(self, plan: Plan) -> None:
        """Raise if the largest tensor of a contraction is too large."""
        if plan.most > MOST_NUMBERS:
            raise EbitError(
                f"The graph of {len(self.wiring.qpus)} QPUs has tree-width {plan.width} or less: "
                f"its largest tensor has {plan.most:.1e} numbers, {4 * plan.most / 1e9:.3g} GB per "
                f"sample, but {MOST_NUMBERS:.1e} are the limit (width {MOST_WIDTH}): "
                "share less, use a graph of smaller width, or readout 'pairwise', which contracts "
                "single edges."
            )

    def _cores(self, parameters: CircuitParameters, like: jax.Array) -> list[jax.Array]:
        """Tables of shared states, (1, ..., 1): constants first, then those that are trained."""
        dtype = like.real.dtype
        cores = [joint.core for _, joint in self.states if joint.core is not None]
        leaves: Mapping[str, Any] = parameters
        return [
            *(jnp.asarray(core[None, ..., None], dtype) for core in cores),
            *(_schmidt_core(leaves[leaf], len(pairs), dtype) for leaf, pairs in self._trained),
        ]

    def encode(self, x: Float[Array, "batch features"]) -> Encoded:
        """Cosines and sines of the phases, for every size (batch, QPUs, passes, 2, 2**n)."""
        found = []
        for names, tensors in zip(self.wiring.sizes, self.locals, strict=True):
            qpus = [self.wiring.qpus[self.wiring.place(name)] for name in names]
            columns = np.array(
                [self.wiring.first_features[qpu.name] + np.arange(qpu.features) for qpu in qpus]
            )
            found.append(tensors.encode(x[:, columns]))
        return tuple(found)

    @cached_property
    def outputs(self) -> int:
        """Qubits that each QPU reads out."""
        return self.locals[0].outputs

    @cached_property
    def _subsets(self) -> list[tuple[int, ...]]:
        """Sets of outputs of a QPU, in the order of strings of bits; first that of none."""
        return [
            tuple(np.flatnonzero(string).tolist()) for string in np.ndindex(*self.outputs * (2,))
        ]

    def _meet(
        self,
        groups: Sequence[Group],
        parameters: CircuitParameters,
        encoded: Encoded,
        read: tuple[int, ...] | None = None,
    ) -> list[jax.Array]:
        """T of an even number of ones among the outputs for all groups, (QPUs, rows, batch) each.

        With one output that is the outcome 0; `read` says which of several are looked at.
        """
        several = len(self.locals) > 1
        trained = {leaf for leaf, _ in self._trained}
        angles: dict[str, Any] = {
            name: leaf for name, leaf in parameters.items() if name not in trained
        }
        own: list[Any] = [
            {name: leaf[size] if several else leaf for name, leaf in angles.items()}
            for size in range(len(self.locals))
        ]
        reading = [replace(tensors, read=read) for tensors in self.locals]
        packed = [tensors.packed(part) for tensors, part in zip(reading, own, strict=True)]
        return [
            reading[group.size].meet(
                own[group.size],
                packed[group.size],
                encoded[group.size],
                group.places,
                group.operators,
            )
            for group in groups
        ]

    def _signed(
        self, groups: Sequence[Group], parameters: CircuitParameters, encoded: Encoded
    ) -> list[jax.Array]:
        """T of the outcome 0 minus T of the outcome 1."""
        found = self._meet(groups, parameters, encoded)
        return [
            2 * t - _constant(g.traces, t)[..., None] for t, g in zip(found, groups, strict=True)
        ]

    def _outcomes(self, parameters: CircuitParameters, encoded: Encoded) -> list[jax.Array]:
        """Tensors of all groups for all outcomes of a QPU, (QPUs, 2**outputs, numbers, batch)."""
        return self._every(
            [self._meet(self.whole, parameters, encoded, read) for read in self._subsets[1:]]
        )

    def _every(self, even: Sequence[Sequence[jax.Array]]) -> list[jax.Array]:
        r"""All outcomes of all groups from the parities of all sets of outputs but the empty one.

        .. math:: P(a) = 2^{-r} \sum_s (-1)^{s \cdot a} \langle z_s \rangle
        """
        found = []
        for number, group in enumerate(self.whole):
            parts = [own[number] for own in even]
            whole = _constant(group.traces, parts[0])[..., None]
            if self.outputs == 1:
                found.append(jnp.stack([parts[0], whole - parts[0]], axis=1))
                continue
            signed = jnp.stack([0 * parts[0] + whole, *(2 * part - whole for part in parts)])
            strings = np.indices(self.outputs * (2,)).reshape(self.outputs, -1)
            signs = (1.0 - 2.0 * (strings.T @ strings % 2)) / len(signed)
            found.append(
                jnp.einsum(
                    "as,sqrb->qarb", jnp.asarray(signs, signed.dtype), signed, precision=_HIGHEST
                )
            )
        return found

    def probabilities(
        self, parameters: CircuitParameters, encoded: Encoded
    ) -> Float[Array, "batch ..."]:
        """P of all outcomes together, (batch, 2, ..., 2)."""
        self.check_outcomes()
        return self._written_out(parameters, self._outcomes(parameters, encoded))

    def _written_out(
        self, parameters: CircuitParameters, outcomes: Sequence[jax.Array]
    ) -> Float[Array, "batch ..."]:
        """P of all outcomes from the tensors of all groups."""
        stacks = [
            both.reshape(len(group.members), -1, *group.shape, both.shape[-1])
            for group, both in zip(self.whole, outcomes, strict=True)
        ]
        table = run(self.outcome_plan, [*stacks, *self._cores(parameters, stacks[0])])
        bits = self.outputs * len(self.wiring.qpus)
        return jnp.moveaxis(table.real, -1, 0).reshape(-1, *bits * (2,))

    @cached_property
    def outcome_plan(self) -> Plan:
        """How the probabilities of all outcomes are contracted."""
        names = [_OUTCOME + place for place in range(len(self.wiring.qpus))]
        return self._network([(n,) for n in names], [(n, 2**self.outputs) for n in names], names)

    def check_outcomes(self) -> None:
        """Raise if the joint outcomes are too many to write out."""
        count = len(self.wiring.qpus)
        if self.outputs * count > MOST_OUTCOMES:
            raise EbitError(
                f"{count} QPUs have 2**{self.outputs * count} joint outcomes, too many to write "
                f"out: use readout 'pairwise' or 'parity', or at most "
                f"{MOST_OUTCOMES // self.outputs} QPUs."
            )

    def parity(self, parameters: CircuitParameters, encoded: Encoded) -> Float[Array, " batch"]:
        """Expectation of the product of all outcomes, +1 for 0 and -1 for 1."""
        stacks = [
            signed.reshape(len(group.members), *group.shape, signed.shape[-1])
            for group, signed in zip(
                self.whole, self._signed_whole(parameters, encoded), strict=True
            )
        ]
        return run(self.parity_plan, [*stacks, *self._cores(parameters, stacks[0])]).real

    def _signed_whole(self, parameters: CircuitParameters, encoded: Encoded) -> list[jax.Array]:
        """Tensors of all groups for the product of the outcomes of a QPU."""
        return self._signed(self.whole, parameters, encoded)

    @cached_property
    def parity_plan(self) -> Plan:
        """How the parity is contracted."""
        return self._network(len(self.wiring.qpus) * [()], [])

    def matrix_product(
        self,
        parameters: CircuitParameters,
        weights: Float[Array, "qpus outcomes chi chi"],
        encoded: Encoded,
    ) -> Float[Array, " batch"]:
        """Sum over all outcomes of their probability times a product of matrices.

        Args:
            parameters: Angles of all QPUs.
            weights: A matrix per QPU and string of its outputs; the trace of their product, in the
                order of the QPUs, is the weight of the outcomes.
            encoded: What `encode` returned.

        Returns:
            Shape (batch,).
        """
        chi = weights.shape[-1]
        stacks = []
        for group, both in zip(self.whole, self._outcomes(parameters, encoded), strict=True):
            own = rows_of(weights, np.array(group.members))  # (QPUs, outcomes, chi, chi)
            parts = jnp.sum(own[..., None, None] * both[:, :, None, None], axis=1)
            stacks.append(parts.reshape(len(group.members), chi, chi, *group.shape, -1))
        plan = self.matrix_product_plan(chi)
        return run(plan, [*stacks, *self._cores(parameters, stacks[0])]).real

    def matrix_product_plan(self, chi: int) -> Plan:
        """How weights of a bond dimension are contracted with the graph."""
        count = len(self.wiring.qpus)
        bonds = [(_BOND + place, _BOND + (place + 1) % count) for place in range(count)]
        return self._network(bonds, [(_BOND + place, chi) for place in range(count)])

    def correlations(
        self, parameters: CircuitParameters, encoded: Encoded
    ) -> Float[Array, "batch numbers"]:
        """Expectations of the outcomes of every QPU, and of their products along every edge.

        Args:
            parameters: Angles of all QPUs.
            encoded: What `encode` returned.

        Returns:
            (batch, QPUs + edges).
        """
        groups, where = self._marginal_rows
        signed = self._signed(groups, parameters, encoded)
        flat = jnp.concatenate([part.reshape(-1, part.shape[-1]) for part in signed])
        ends = [rows for both in where.joint for rows in both]
        index = np.concatenate([where.single, *(rows.ravel() for rows in ends)])
        stops = np.cumsum([len(where.single), *(rows.size for rows in ends)])[:-1]
        single, *taken = jnp.split(repeated_rows(flat, index), stops)
        parts = [single.T]
        for number, (rows, _) in enumerate(where.joint):
            product = taken[2 * number] * taken[2 * number + 1]
            parts.append(jnp.sum(product.reshape(*rows.shape, -1), axis=1).T)  # (batch, edges)
        found = jnp.concatenate(parts, axis=1)
        return found if where.order is None else found[:, where.order]

    @cached_property
    def _marginal_rows(self) -> "tuple[list[Group], _Where]":
        """Rows that single QPUs and edges need, and where they are."""
        rows: list[Operators] = []
        places: list[dict[int, tuple[int, ...]]] = []
        near: list[set[int]] = [set() for _ in self.wiring.qpus]
        for i, j in self.edges:
            near[i].add(j)
            near[j].add(i)
        for place, halves in enumerate(self._halves):
            own = list(self._reduced(halves, place, None))
            found = {}
            for other in sorted(near[place]):
                shares = any(h and other in self.states[h[0]][0] for h in halves)
                part = self._reduced(halves, place, other) if shares else ()
                found[other] = tuple(_place_in(own, row) for row in part) or (0,)
            rows.append(np.stack(own))
            places.append(found)
        groups = self._groups(rows, [() for _ in rows])
        offset, begin = {}, 0
        for group in groups:
            count = group.operators.shape[1]
            for row, member in enumerate(group.members):
                offset[member] = begin + row * count
            begin += len(group.members) * count
        by_terms: dict[int, list[int]] = {}
        for number, (i, j) in enumerate(self.edges):
            by_terms.setdefault(len(places[i][j]), []).append(number)
        joint, order = [], list(range(len(self.wiring.qpus)))
        for numbers in by_terms.values():
            ends = [self.edges[number] for number in numbers]
            joint.append(
                (
                    np.array([offset[i] + np.array(places[i][j]) for i, j in ends]),
                    np.array([offset[j] + np.array(places[j][i]) for i, j in ends]),
                )
            )
            order += [len(self.wiring.qpus) + number for number in numbers]
        single = np.array([offset[place] for place in range(len(self.wiring.qpus))])
        sorted_already = order == list(range(len(order)))
        return groups, _Where(single, tuple(joint), None if sorted_already else np.argsort(order))

    def _reduced(
        self, halves: Sequence[tuple[int, int] | None], place: int, other: int | None
    ) -> NDArray[np.complex128]:
        """Operators of a QPU if nobody else is looked at, or one other QPU is.

        Of a state that both are part of, the table of the two is put on the QPU with the smaller
        place.
        """
        factors: list[Operators] = []
        for half in halves:
            if half is None:
                factors.append(_ZERO)
                continue
            members, joint = self.states[half[0]]
            if other is None or other not in members:
                factors.append(pauli_sums(joint.marginal(half[1])[:, None]))
            elif place < other:
                table = joint.marginal(half[1], members.index(other))
                factors.append(pauli_sums(table))
            else:
                factors.append(np.asarray(PAULIS / 2, np.complex128))
        return product_operators(factors)

    def probabilities_behind(self, parameters: CircuitParameters, unitaries: Any) -> jax.Array:
        """P of all outcomes behind unitaries (QPUs, batch, 2**n, 2**n) of QPUs of one size."""
        self.check_outcomes()
        if len(self.locals) > 1:
            raise UnsupportedError(
                "unitaries in the place of the embedding", "QPUs of different sizes", "use data"
            )
        (tensors,) = self.locals
        even = [
            [
                replace(tensors, read=read).behind(
                    parameters, unitaries, group.places, group.operators
                )
                for group in self.whole
            ]
            for read in self._subsets[1:]
        ]
        return self._written_out(parameters, self._every(even))

    def operations(self, depth: int, batch: int) -> int:
        """Effects of all QPUs and their tensors; what the contraction takes is in its plan."""
        return sum(
            self.locals[group.size].operations(
                depth, batch, len(group.members), group.operators.shape[1], _qubits(group)
            )
            for group in self._marginal_rows[0]
        )

    def memory(self, depth: int, batch: int, bytes_per_real: int) -> int:
        """Effects, features of the batch and tensors; the contraction is in its plan."""
        return bytes_per_real * sum(
            self.locals[group.size].memory(
                depth, batch, len(group.members), group.operators.shape[1], _qubits(group)
            )
            for group in self._marginal_rows[0]
        )


@dataclass(frozen=True, eq=False)
class _Where:
    """Places of the rows among all rows: of single QPUs, and (edges, terms) of both ends."""

    single: NDArray[np.int64]
    joint: tuple[tuple[NDArray[np.int64], NDArray[np.int64]], ...]
    order: NDArray[np.int64] | None


def _place_in(rows: list[NDArray[np.complex128]], new: NDArray[np.complex128]) -> int:
    """Where a row is, or is put: what several edges need is computed once."""
    for place, row in enumerate(rows):
        if np.abs(row - new).max() < 1e-15:
            return place
    rows.append(new)
    return len(rows) - 1


def _schmidt_core(schmidt: jax.Array, pairs: int, dtype: Any) -> jax.Array:
    r"""What a trained state is beside equal pairs.

    .. math:: 2^N c_j c_l / \sum_i c_i^2

    with an index (j, l) of four values for every pair, (1, 4, ..., 4, 1).
    """
    weights = jnp.outer(schmidt, schmidt) * (2**pairs / jnp.sum(schmidt**2))
    split = weights.reshape(2 * pairs * (2,))
    order = [side * pairs + pair for pair in range(pairs) for side in range(2)]
    return split.transpose(order).reshape(1, *pairs * (4,), 1).astype(dtype)


def _qubits(group: Group) -> int:
    return int(group.operators.shape[-1]).bit_length() - 1


def _constant(values: NDArray[np.complex128], like: jax.Array) -> jax.Array:
    """A constant of the type of another array."""
    kept = values if jnp.iscomplexobj(like) else values.real
    return jnp.asarray(kept, like.dtype)
