"""QPUs with a quantum convolutional network each, and what they share."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import combinations
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from ebit import checks
from ebit.circuits import (
    Circuit,
    Topology,
    Wiring,
    build_circuit,
    layout_with,
    parameter_shapes,
    parse_topology,
    topology_of_graph,
)
from ebit.circuits.local import check_local
from ebit.circuits.topology import MAX_QPUS
from ebit.engine import Engine, GraphEngine, select_engine, select_graph_engine
from ebit.engine.base import Encoded
from ebit.engine.tensor_plan import Plan
from ebit.errors import EbitError, UnsupportedError
from ebit.jax_settings import WITHOUT_PRODUCT_FUSION, Options, one_program, own_settings
from ebit.models.base import Parameters
from ebit.models.checks import (
    MAX_QUBITS,
    check_circuit,
    check_inputs,
    check_key,
    check_noise,
    check_outputs,
    check_parameters,
    check_real_type,
)
from ebit.models.drawing import Drawn
from ebit.models.graph_readout import FORMS as READOUT_FORMS
from ebit.models.graph_readout import (
    MOST_TABLE,
    GraphReadOut,
    graph_readout,
    has_few_outcomes,
)
from ebit.models.readout import (
    PARITY,
    READOUT_LEAVES,
    READOUTS,
    ReadOut,
    Weighting,
    check_scores,
    weigh_outcomes,
)
from ebit.physics import Noise
from ebit.random_keys import random_key
from ebit.resources import Consumption, Resource, Separable

MAX_OUTPUTS = 8
"""Most qubits that a QPU of 16 is left with after a round of pooling."""

MAX_PASSES = 64
"""More passes of the embedding than this are a slip of the pen."""


@dataclass(frozen=True)
class DistributedQCNN(Drawn):
    r"""Distributed quantum convolutional network on two QPUs, or on any number of them.

    .. math:: E_w(x) = \sum_{ab} w_{ab} P(a, b | x), \qquad \text{label} = \mathrm{sgn}\, E_w(x)

    Args:
        qpus: Number of QPUs.
        qubits: Qubits per QPU, 2 to 16.
        depth: Convolution layers per stage.
        resource: What the QPUs share.
        mixing: Mixing layers before the embedding.
        readout: `weights` (a trained weight per string of outcomes, four for two QPUs), `parity`
            (plus or minus one trained weight), `fixed-parity` (plus or minus 1, nothing is
            trained), `pairwise` (a weight per QPU and per edge) or `mps:chi` (a product of chi x
            chi matrices). By default `weights` for up to four QPUs, else `pairwise`.
        pooling: `halves` (half of the qubits are measured in every round) or `all-but-one` (all
            but the last in the only round).
        noise: Local noise of the QPUs; none by default.
        topology: Edges between the QPUs, see `parse_topology`; or a NetworkX graph, whose nodes in
            their order are the QPUs; or an `ebit.Wiring` that says itself what is shared.
        passes: Passes of the embedding, each with one feature per qubit.
        sizes: Qubits of each QPU where they are not the same; instead of `qubits`.
        scores: Scores: one for two classes or for a number, else one for each class.
        local: A circuit of your own, as `ebit.from_qiskit` makes it, that is the trained part of
            every QPU in the place of convolutions and poolings: gates, measurements and rotations
            that these drive, on `qubits` qubits, of which the last one measured is read out. The
            number of its gates is what it costs, see `operations`.
        outputs: Qubits of every QPU that are left and read out, one of the numbers that pooling in
            halves passes through. The parity of a QPU is that of all its outputs.

    Raises:
        EbitError: If an argument is out of range.

    Example:
        >>> from ebit.resources import BellPairs
        >>> model = DistributedQCNN(depth=20, resource=BellPairs(1))
        >>> model.num_parameters
        268
        >>> params = model.init(jax.random.key(0))
        >>> model.probabilities(params, jnp.zeros((3, 8))).shape
        (3, 2, 2)
        >>> DistributedQCNN(qpus=32, topology="ring", resource=BellPairs(1)).features
        128

    Source:
        Kim et al., arXiv:2605.03864; Hwang et al., Quantum Sci. Technol. 10 015059.
    """

    qpus: int = 2
    qubits: int = 4
    depth: int = 20
    resource: Resource = field(default_factory=Separable)
    mixing: int = 0
    readout: str | None = None
    pooling: str = "halves"
    noise: Noise | None = None
    topology: str | Wiring = "line"
    passes: int = 1
    sizes: tuple[int, ...] | None = None
    scores: int = 1
    local: Circuit | None = None
    outputs: int = 1

    def __post_init__(self) -> None:
        if not isinstance(self.resource, Resource):
            raise EbitError(
                "Argument `resource` must be a resource such as ebit.BellPairs(1), but is "
                f"{checks.shown(self.resource)}: use ebit.parse_resource for a string."
            )
        checks.whole(2, MAX_QPUS)("qpus", self.qpus)
        checks.whole(1, MAX_PASSES)("passes", self.passes)
        checks.whole(1)("qubits", self.qubits)
        if self.sizes is not None:
            self._take_sizes(self.sizes)
        for qubits in set(self._sizes):
            check_circuit(qubits, self.depth, self.mixing, self.pooling)
            check_outputs(qubits, self.pooling, self.outputs)
        if self.local is not None:
            if self.sizes is not None:
                raise EbitError(
                    "Argument `local` is the circuit of QPUs of one size, but `sizes` is "
                    f"{self.sizes}: leave `sizes` out."
                )
            check_local(self.local, self.qubits)
        self._check_topology()
        check_noise(self.noise)
        if self.noise is not None:
            self.noise.for_qpus(self.qpus)
        if self.readout is None:
            few = has_few_outcomes(self.qpus, self.outputs)
            object.__setattr__(self, "readout", "weights" if few else "pairwise")
        if not isinstance(self.readout, str):
            raise checks.wrong("readout", READOUT_FORMS, self.readout)
        check_scores(self.scores, self.readout)
        if self.is_graph:
            if self._graph_readout.needs_marginals and not self._graph_engine.has_marginals:
                raise UnsupportedError(
                    f"readout {self.readout!r}",
                    f"Resource {self.resource.name!r} on {self.qpus} QPUs",
                    "use parity, weights or mps:chi, which take all QPUs together",
                )
        else:
            checks.one_of(READOUTS)("readout", self.readout)
            if self.resource.pairs > self.qubits:
                raise EbitError(
                    f"Resource {self.resource.name!r} shares {self.resource.pairs} Bell pairs, but "
                    f"a QPU has {self.qubits} qubits: use at most {self.qubits} pairs or more "
                    "qubits."
                )
        _ = self.engine

    def _take_sizes(self, sizes: Sequence[int]) -> None:
        """One number for each QPU; equal ones are `qubits`."""
        numbers = sizes if isinstance(sizes, tuple | list) else (sizes,)
        if len(numbers) != self.qpus:
            raise EbitError(
                f"Argument `sizes` must be one number of qubits for each of the {self.qpus} QPUs, "
                f"but is {checks.shown(sizes)}."
            )
        numbers = tuple(checks.whole(2, MAX_QUBITS)("sizes", number) for number in numbers)
        is_one = len(set(numbers)) == 1
        object.__setattr__(self, "sizes", None if is_one else numbers)
        object.__setattr__(self, "qubits", max(numbers))

    def _check_topology(self) -> None:
        """A string or a wiring; a graph becomes a string."""
        if isinstance(self.topology, Wiring):
            wiring = self.topology
            wiring.check()
            sizes = tuple(qpu.qubits for qpu in wiring.qpus)
            features = tuple(qubits * self.passes for qubits in self._sizes)
            if sizes != self._sizes or features != tuple(qpu.features for qpu in wiring.qpus):
                raise EbitError(
                    f"Argument `topology` is a wiring of QPUs with {sizes} qubits, but `qpus`, "
                    f"`qubits` and `sizes` say {self._sizes}: make them equal, and the features of "
                    "each QPU `passes` times its qubits."
                )
            if any(state.leaf is not None for state in wiring.shared):
                raise EbitError(
                    "Argument `topology` is a wiring with a trained state: leave out its `leaf`, "
                    "or use the resource designed:N."
                )
            if self.resource != Separable():
                raise EbitError(
                    "Argument `topology` is a wiring, which says itself what is shared: leave "
                    "`resource` out."
                )
            return
        if not isinstance(self.topology, str):
            object.__setattr__(self, "topology", topology_of_graph(self.topology))
        _ = self._topology

    @property
    def _sizes(self) -> tuple[int, ...]:
        """Qubits of every QPU."""
        return self.sizes or self.qpus * (self.qubits,)

    @cached_property
    def _topology(self) -> Topology:
        assert isinstance(self.topology, str)
        return parse_topology(self.topology, self.qpus)

    @cached_property
    def edges(self) -> tuple[tuple[int, int], ...]:
        """Pairs of QPUs, by their places, that an edge joins."""
        if not isinstance(self.topology, Wiring):
            return self._topology.edges
        wiring = self.topology
        found = {
            tuple(sorted((wiring.place(a.qpu), wiring.place(b.qpu))))
            for state in wiring.shared
            for a, b in combinations(state.members, 2)
        }
        return tuple((i, j) for i, j in sorted(found))

    @property
    def is_graph(self) -> bool:
        """Whether it takes an engine of graphs: it is more than two equal QPUs and their pairs."""
        return (
            self.qpus > 2
            or self.sizes is not None
            or isinstance(self.topology, Wiring)
            or self.passes > 1
            or self.local is not None
            or self.outputs > 1
            or self.resource.is_of_graph
            or self.readout not in READOUTS
        )

    @cached_property
    def _graph_readout(self) -> GraphReadOut:
        assert self.readout is not None
        return graph_readout(self.readout, self.qpus, self.edges, self.scores, self.outputs)

    @property
    def xla_options(self) -> Options:
        """Options of XLA that its programs need, see `xla_options_of`."""
        many = WITHOUT_PRODUCT_FUSION if self.qpus > 2 else ()
        return (*self.engine.supports.xla_options(self.qubits), *many)

    @property
    def resource_name(self) -> str:
        """The resource string."""
        return self.resource.name

    @property
    def features(self) -> int:
        """Features of one input: one per qubit and pass of the embedding."""
        return sum(self._sizes) * self.passes

    @property
    def values(self) -> int:
        """Values of shared randomness, each with angles of its own."""
        return self.resource.values

    @property
    def tells_outcomes(self) -> bool:
        """Whether a read-out has the probabilities of the outcomes that make up the scores."""
        return not self.is_graph or self._graph_readout.tells_outcomes

    @property
    def stacks_runs(self) -> bool:
        """True if one small operator serves all samples; else one run fills the cache by itself."""
        return self.engine.supports.stacks_runs

    @property
    def num_parameters(self) -> int:
        """Angles of all QPUs and read-out weights."""
        schmidt = 2**self.resource.pairs if self.resource.trains_state else 0
        logits = self.values if self.values > 1 else 0
        angles = self.values * count_angles(self._shapes)
        return angles + logits + schmidt + self._readout_parameters

    @property
    def consumption(self) -> Consumption:
        """What one inference uses up between the QPUs; with noise, gates take pairs and bits."""
        return Consumption(**self._counted.amounts)

    @property
    def consumption_of_edges(self) -> dict[str, Consumption]:
        """The same for every edge such as `A-B`, and for groups that share a state, as `A-B-C`."""
        return {
            edge: Consumption(**amounts) for edge, amounts in self._counted.amounts_of_edges.items()
        }

    @property
    def _counted(self) -> Circuit:
        """A circuit that uses up as much: local gates use up nothing."""
        if not self.is_graph or self._wiring.gates_across:
            return self.circuit
        return build_circuit(self._wiring, depth=1, pooling=self._layout, local=self.local)

    @cached_property
    def circuit(self) -> Circuit:
        """What happens to the qubits, in order."""
        return build_circuit(
            self._wiring,
            depth=self.depth,
            mixing=self.mixing,
            pooling=self._layout,
            local=self.local,
        )

    @property
    def _layout(self) -> str:
        """The pooling layout with the number of qubits that it leaves."""
        return layout_with(self.pooling, self.outputs)

    @cached_property
    def engine(self) -> Engine:
        """How the probabilities are computed."""
        if self.is_graph:
            return self._graph_engine
        return select_engine(self.resource, self.qubits, self.mixing, self.pooling, self.noise)

    @cached_property
    def _graph_engine(self) -> GraphEngine:
        return select_graph_engine(
            self._wiring,
            self.edges,
            self.mixing,
            self._layout,
            self.noise,
            self.values,
            self.local,
        )

    @own_settings
    def init(self, key: jax.Array, dtype: Any = jnp.float32) -> Parameters:
        r"""Angles uniform in [0, 2 pi), read-out weights (1, -1, -1, 1), equal values.

        Args:
            key: JAX random key.
            dtype: Real type of the parameters.

        Returns:
            A dict with `mixing` (2, mixing, n), `convolution` (one (2, depth, m) per stage),
            `pooling` (one (2, h, 2, 2) per stage with h measured qubits) and `readout` ((2, 2), or
            () for parity; none for fixed-parity). A `local` circuit has `local` (2, angles) in the
            place of `convolution` and `pooling`. With more QPUs their number takes the place of 2;
            QPUs of different sizes have a tuple with an entry per size in the place of each.
            Several scores are a first axis of `readout`, which `scale` () multiplies. With M > 1
            values of shared randomness the angles have them as first axis, and `mixture` (M,)
            holds the logits of their weights.
        """
        check_key(key)
        check_real_type(dtype)
        values, shapes = self.values, self._shapes
        if values > 1:
            shapes = jax.tree.map(lambda shape: (values, *shape), shapes, is_leaf=_is_shape)
        parameters = random_angles(key, shapes, dtype)
        parameters |= self._readout_start(key, dtype)
        if values > 1:
            parameters["mixture"] = jnp.zeros(values, dtype)
        if self.resource.trains_state:
            parameters["schmidt"] = jnp.ones(2**self.resource.pairs, dtype)
        return parameters

    @own_settings
    def encode(self, x: jax.Array) -> Encoded:
        """Everything that depends on the data only.

        Args:
            x: Angles (batch, features) in radians, QPU A's features first.

        Returns:
            Arrays with the batch on the first axis.

        Raises:
            EbitError: If the shape does not fit.
        """
        return self._encode(check_inputs(x, self.features))

    @one_program
    def _encode(self, x: jax.Array) -> Encoded:
        return self.engine.encode(x)

    @own_settings
    def probabilities(self, parameters: Parameters, x: jax.Array) -> Float[Array, "batch ..."]:
        """Joint probabilities of the read-out bits.

        Args:
            parameters: As `init` returns them.
            x: Angles (batch, features) in radians, QPU A's features first.

        Returns:
            P(a, b | x), shape (batch, 2, 2); one axis for each output of each QPU.

        Raises:
            EbitError: If the shape of `x` does not fit.
        """
        check_parameters(self.init, parameters)
        return self._probabilities(parameters, self.encode(x))

    @own_settings
    def expectation(
        self, parameters: Parameters, encoded: Encoded, *, trained_readout: bool = True
    ) -> jax.Array:
        """The first score: the weighted read-out E_w, whose sign is the label of two classes.

        Args:
            parameters: As `init` returns them.
            encoded: What `encode` returned.
            trained_readout: Whether to use the trained weights; otherwise (1, -1, -1, 1).

        Returns:
            Shape (batch,).
        """
        return self.read_out(parameters, encoded, trained_readout=trained_readout).scores[:, 0]

    @own_settings
    def read_out(
        self, parameters: Parameters, encoded: Encoded, *, trained_readout: bool = True
    ) -> ReadOut:
        """Scores, and the outcomes and weights that make them up.

        Args:
            parameters: As `init` returns them.
            encoded: What `encode` returned.
            trained_readout: Whether to use the trained weights; otherwise (1, -1, -1, 1).

        Returns:
            Scores of shape (batch, S); probabilities and weights where the read-out tells
            outcomes apart.
        """
        check_parameters(self.init, parameters)
        return self._read_out(parameters, encoded, trained_readout=trained_readout)

    @one_program
    def _read_out(
        self, parameters: Parameters, encoded: Encoded, *, trained_readout: bool
    ) -> ReadOut:
        if self.is_graph:
            return self._graph_readout.read(
                self._graph_engine,
                self._angles(parameters),
                encoded,
                self._trained_weights(parameters) if trained_readout else None,
            )
        return weigh_outcomes(
            self._probabilities(parameters, encoded),
            self.readout_weights(parameters, trained_readout=trained_readout),
            parity=self._weighting.parity or not trained_readout,
        )

    @own_settings
    def readout_weights(self, parameters: Parameters, *, trained_readout: bool = True) -> jax.Array:
        """Weights w of the outcomes in the read-out.

        Args:
            parameters: As `init` returns them.
            trained_readout: Whether to use the trained weights; otherwise (1, -1, -1, 1).

        Returns:
            Shape (2, 2): [outcome of QPU A, outcome of QPU B]; one axis for each output of each
            QPU. Several scores have a first axis of them.

        Raises:
            EbitError: If there are too many QPUs to write out all weights.
        """
        check_parameters(self.init, parameters)
        if self.is_graph:
            bits = self.qpus * self.outputs
            if bits > MOST_TABLE:
                raise EbitError(
                    f"{self.qpus} QPUs have 2**{bits} outcomes, too many to write out their "
                    f"weights: {MOST_TABLE // self.outputs} QPUs are the most."
                )
            trained = self._trained_weights(parameters) if trained_readout else None
            return self._graph_readout.table(trained)
        parity = jnp.asarray(PARITY, jnp.result_type(*parameters["convolution"]))
        if not trained_readout or not self._weighting.trained:
            return parity
        weights = self._trained_weights(parameters)
        assert weights is not None
        return weights * parity if self._weighting.parity else weights

    def operations(self, batch: int) -> int:
        """Real floating-point operations of one forward evaluation, to leading order."""
        batch = checks.whole()("batch", batch)
        together = sum(plan.operations for plan in self._plans)
        return self.engine.operations(self.depth, batch) + batch * together

    def memory(self, batch: int, bytes_per_real: int) -> int:
        """Bytes that one training step of one run holds at its peak, to leading order."""
        batch = checks.whole()("batch", batch)
        bytes_per_real = checks.whole(1)("bytes_per_real", bytes_per_real)
        together = sum(plan.most for plan in self._plans)
        own = self.engine.memory(self.depth, batch, bytes_per_real)
        return own + batch * bytes_per_real * together

    @property
    def _plans(self) -> list[Plan]:
        """How tensors of all QPUs are put together, for every value of shared randomness.

        Raises:
            EbitError: If their graph is too wide.
        """
        if not self.is_graph:
            return []
        networks = self._graph_engine.networks
        return [plan for network in networks for plan in self._graph_readout.plans(network)]

    @property
    def _weighting(self) -> Weighting:
        assert self.readout is not None
        return READOUTS[self.readout]

    def _readout_start(self, key: jax.Array, dtype: Any) -> Parameters:
        """Read-out weights at the start of a training."""
        if not self.is_graph:
            start: dict[str, Any] = self._weighting.start((2,) * self.qpus, self.scores)
            return {name: jnp.asarray(leaf, dtype) for name, leaf in start.items()}
        weights = self._graph_readout.start(jax.random.fold_in(key, 1), dtype)
        scale = {"scale": jnp.ones((), dtype)} if self.scores > 1 else {}
        return {} if weights is None else {"readout": weights, **scale}

    @cached_property
    def _readout_parameters(self) -> int:
        start = jax.eval_shape(lambda: self._readout_start(random_key(0), jnp.float32))
        return sum(math.prod(leaf.shape) for leaf in start.values())

    def _trained_weights(self, parameters: Parameters) -> jax.Array | None:
        """The weights of a read-out with their scale; None if nothing is trained."""
        if "readout" not in parameters:
            return None
        weights = jnp.asarray(parameters["readout"])
        return jnp.asarray(parameters["scale"]) * weights if self.scores > 1 else weights

    @cached_property
    def _wiring(self) -> Wiring:
        if isinstance(self.topology, Wiring):
            return self.topology
        noisy = self.noise is not None and not self.noise.is_zero
        return self.resource.wiring(
            self._sizes, noisy=noisy, topology=self._topology, passes=self.passes
        )

    @property
    def _shapes(self) -> dict[str, Any]:
        """Shapes of the arrays of angles."""
        return parameter_shapes(self._wiring, self.depth, self.mixing, self._layout, self.local)

    @one_program
    def _probabilities(self, parameters: Parameters, encoded: Encoded) -> Float[Array, "batch ..."]:
        return self.engine.probabilities(self._angles(parameters), encoded)

    def _angles(self, parameters: Parameters) -> Any:
        """All but the read-out weights, as JAX arrays."""
        circuit = {name: leaf for name, leaf in parameters.items() if name not in READOUT_LEAVES}
        return jax.tree.map(jnp.asarray, circuit)


def random_angles(key: jax.Array, shapes: dict[str, Any], dtype: Any) -> Parameters:
    """Angles uniform in [0, 2 pi) for a pytree of shapes (tuples of integers).

    All angles come from one draw, because a random generator takes long to compile.
    """
    leaves, structure = jax.tree.flatten(shapes, is_leaf=_is_shape)
    parameters: Parameters = jax.tree.unflatten(structure, _drawn(key, tuple(leaves), dtype))
    return parameters


@partial(jax.jit, static_argnums=(1, 2))
def _drawn(key: jax.Array, shapes: tuple[tuple[int, ...], ...], dtype: Any) -> list[jax.Array]:
    ends = np.cumsum([np.prod(shape, dtype=int) for shape in shapes])
    flat = jax.random.uniform(key, (int(ends[-1]),), dtype, 0.0, 2 * np.pi)
    parts = jnp.split(lax.optimization_barrier(flat), ends[:-1])  # or XLA draws them for every part
    return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]


def count_angles(shapes: dict[str, Any]) -> int:
    """Angles in a pytree of shapes."""
    return sum(math.prod(shape) for shape in jax.tree.leaves(shapes, is_leaf=_is_shape))


def _is_shape(node: Any) -> bool:
    return isinstance(node, tuple) and all(isinstance(k, int | np.integer) for k in node)
