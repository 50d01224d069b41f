"""Which engine computes which resource: the one place that asks what a resource is."""

from collections.abc import Sequence

from ebit import checks
from ebit.circuits import Circuit, Wiring
from ebit.engine.base import MAX_QUBITS, Engine, GraphEngine, Supports
from ebit.engine.contraction import Contraction
from ebit.engine.graph import Graph
from ebit.engine.graph_messages import GraphMessages
from ebit.engine.graph_register import GraphRegister
from ebit.engine.messages import Messages
from ebit.engine.mixture import GraphMixture, Mixture
from ebit.engine.register import Register
from ebit.engine.register_effects import RegisterEffects
from ebit.errors import UnsupportedError
from ebit.physics import BELL, NO_NOISE, JointState, Noise, PairState, stored_state
from ebit.resources import Resource


@checks.takes(
    resource=checks.instance(Resource, "a resource such as ebit.BellPairs(1)"),
    qubits=checks.whole(2, MAX_QUBITS),
    mixing=checks.whole(0),
    pooling=checks.text("a pooling layout"),
    noise=checks.maybe(checks.instance(Noise, "an ebit.Noise or None")),
)
def select_engine(
    resource: Resource,
    qubits: int,
    mixing: int = 0,
    pooling: str = "halves",
    noise: Noise | None = None,
) -> Engine:
    """The engine for a resource; only non-local gates get one with a joint state.

    With values of shared randomness it is one engine for every value.

    Noise that does nothing is left to the engines without noise.

    Args:
        resource: What the QPUs share.
        qubits: Qubits per QPU.
        mixing: Mixing layers before the embedding.
        pooling: Pooling layout.
        noise: Local noise.

    Returns:
        The engine.

    Raises:
        EbitError: If an argument is of another kind or out of range.
        UnsupportedError: If the engine does not support the noise, the layout or the trained state
            for QPUs of this size.

    Example:
        >>> from ebit.resources import BellPairs
        >>> select_engine(BellPairs(1), qubits=4).method
        'features'
    """
    engine = _of_one_value(resource, qubits, mixing, pooling, noise)
    return engine if resource.values == 1 else Mixture(engine, resource.values)


def select_graph_engine(
    wiring: Wiring,
    edges: Sequence[tuple[int, int]],
    mixing: int = 0,
    pooling: str = "halves",
    noise: Noise | None = None,
    values: int = 1,
    local: Circuit | None = None,
) -> GraphEngine:
    """The engine for QPUs on a graph.

    Args:
        wiring: QPUs and what joins them.
        edges: Pairs of QPUs whose outcomes are read together.
        mixing: Mixing layers before the embedding.
        pooling: Pooling layout.
        noise: Local noise.
        values: Values of shared randomness.
        local: Circuit of every QPU in the place of convolutions and poolings.

    Returns:
        The engine.

    Raises:
        UnsupportedError: If no engine does what the wiring asks for.

    Example:
        >>> from ebit.circuits import parse_topology
        >>> from ebit.resources import BellPairs
        >>> ring = parse_topology("ring", 4)
        >>> select_graph_engine(BellPairs(1).wiring(2, topology=ring), ring.edges).parity_plan.width
        2
    """
    if noise is not None and noise.is_zero:
        noise = None
    who, largest = f"A graph of {len(wiring.qpus)} QPUs", max(qpu.qubits for qpu in wiring.qpus)
    if wiring.gates_across:
        return GraphRegister(wiring, tuple(edges), mixing, pooling, local)
    kind = GraphMessages if wiring.messages or wiring.drives else Graph
    if noise is not None and noise.pairs_wait:
        raise UnsupportedError("pairs that wait for each other", who, "use two QPUs")
    if noise is not None and largest > kind.supports.noisy_qubits:
        cure = f"argument `qubits` must be at most {kind.supports.noisy_qubits} with noise"
        raise UnsupportedError(f"noise on QPUs of {largest} qubits", who, cure)
    engine = kind(wiring, tuple(edges), mixing, pooling, noise, local)
    return engine if values == 1 else GraphMixture(engine, values)


def _of_one_value(
    resource: Resource, qubits: int, mixing: int, pooling: str, noise: Noise | None
) -> Engine:
    """The engine for one value of shared randomness."""
    if noise is not None and noise.is_zero:
        noise = None
    if resource.has_nonlocal_gates:
        is_teleported = noise is not None or resource.pair_state != BELL
        if not is_teleported:
            _check(Register.supports, resource, qubits, pooling, is_noisy=False)
            return Register(qubits, mixing, pooling)
        _check(RegisterEffects.supports, resource, qubits, pooling, is_noisy=True)
        correlated = noise is not None and noise.is_correlated
        if correlated and not RegisterEffects.supports.correlated_errors:
            cure = "leave `correlated_error` out and use `two_qubit_error`"
            raise UnsupportedError("a correlated error", f"Resource {resource.name!r}", cure)
        return RegisterEffects(qubits, mixing, resource.pair_state, pooling, noise or NO_NOISE)
    state, is_noisy = stored_pairs(resource, noise), noise is not None
    if resource.sends_bits:
        _check(Messages.supports, resource, qubits, pooling, is_noisy=is_noisy)
        return Messages(qubits, resource.pairs, mixing, state, pooling, noise)
    _check(Contraction.supports, resource, qubits, pooling, is_noisy=is_noisy)
    trains_state = resource.trains_state
    return Contraction(qubits, resource.pairs, mixing, state, pooling, trains_state, noise)


def stored_pairs(resource: Resource, noise: Noise | None) -> PairState | JointState:
    """State of the pairs when the circuit starts: what needs no link needs no memory.

    Args:
        resource: What the QPUs share.
        noise: Local noise, which says how long pairs wait in which memory.

    Returns:
        The state of every pair, or that of all of them if they have waited for each other.

    Example:
        >>> from ebit.resources import BellPairs
        >>> noise = Noise(t2_seconds=1.0, storage_seconds=1.0)
        >>> round(stored_pairs(BellPairs(1), noise).fidelity, 3)
        0.568
    """
    state = resource.pair_state
    if noise is None or not resource.pairs_of_link:
        return state
    return stored_state(state, noise, resource.pairs)


def _check(
    supports: Supports, resource: Resource, qubits: int, pooling: str, *, is_noisy: bool
) -> None:
    """Raise unless the engine supports what is asked for."""
    who = f"Resource {resource.name!r}"
    if pooling not in supports.poolings:
        cure = f"use {' or '.join(supports.poolings)}"
        raise UnsupportedError(f"pooling {pooling!r}", who, cure)
    if is_noisy and resource.trains_state and not supports.trained_noise:
        raise UnsupportedError("noise", who, "use bell:N with options such as fidelity")
    if is_noisy and qubits > supports.noisy_qubits:
        cure = f"argument `qubits` must be at most {supports.noisy_qubits} with noise"
        raise UnsupportedError(f"noise on QPUs of {qubits} qubits", who, cure)
    if resource.trains_state and qubits > supports.trained_qubits:
        cure = f"use QPUs of at most {supports.trained_qubits} qubits, or bell:N"
        raise UnsupportedError(f"QPUs of {qubits} qubits", who, cure)
