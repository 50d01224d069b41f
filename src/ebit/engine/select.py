"""Which engine computes which resource."""

from ebit.engine.base import Engine
from ebit.engine.joint_state import JointState
from ebit.engine.local_effects import LocalEffects
from ebit.engine.messages import Messages
from ebit.engine.noisy import NoisyEffects, NoisyJoint, NoisyMessages
from ebit.errors import EbitError
from ebit.physics import BELL, NO_NOISE, Noise
from ebit.resources import Resource

_MOST_QUBITS = 8
_MOST_QUBITS_COMMUNICATING = 4


def select_engine(
    resource: Resource,
    qubits: int,
    mixing: int = 0,
    pooling: str = "halves",
    noise: Noise | None = None,
) -> Engine:
    """The engine for a resource; only non-local gates get one with a joint state.

    Noise that does nothing is left to the engines without noise.

    Args:
        resource: What the QPUs share.
        qubits: Qubits per QPU.
        mixing: Mixing layers before the embedding.
        pooling: Pooling layout.
        noise: Local noise; for the layout `halves` only.

    Returns:
        The engine.

    Raises:
        EbitError: If a QPU has more qubits than the engine for noise can take.

    Example:
        >>> from ebit.resources import BellPairs
        >>> select_engine(BellPairs(1), qubits=4).method
        'features'
    """
    if noise is None or noise.is_zero:
        noise = None
    if noise is None and not _is_teleported(resource):
        if resource.has_nonlocal_gates:
            return JointState(qubits, mixing, pooling=pooling)
        if resource.sends_bits:
            return Messages(qubits, resource.pairs, mixing, resource.pair_state, pooling)
        trained = resource.trains_state
        return LocalEffects(qubits, resource.pairs, mixing, resource.pair_state, pooling, trained)
    noise = noise or NO_NOISE
    _check_noisy(resource, qubits, pooling)
    if resource.has_nonlocal_gates:
        return NoisyJoint(qubits, mixing, resource.pair_state, noise=noise)
    state = resource.pair_state
    if resource.pairs_of_link:  # what needs no link needs no memory
        state = state.through(*(qpu.idle(noise.storage_seconds) for qpu in noise.qpus))
    kind = NoisyMessages if resource.sends_bits else NoisyEffects
    return kind(qubits, resource.pairs, mixing, state, noise=noise)


def _is_teleported(resource: Resource) -> bool:
    """Whether non-local gates are made from pairs that are no Bell pairs."""
    return resource.has_nonlocal_gates and resource.pair_state != BELL


def _check_noisy(resource: Resource, qubits: int, pooling: str) -> None:
    """Raise if the effects with noise would not fit, or the pooling layout is another one."""
    if resource.trains_state:
        raise EbitError(
            f"Resource {resource.name!r} takes no noise: use bell:N with options such as fidelity."
        )
    if qubits > 2 and pooling != "halves":
        raise EbitError(
            f"Argument `pooling` must be 'halves' with noise, but is {pooling!r}: leave one out."
        )
    communicates = resource.has_nonlocal_gates or resource.sends_bits
    most = _MOST_QUBITS_COMMUNICATING if communicates else _MOST_QUBITS
    if qubits > most:
        raise EbitError(
            f"Argument `qubits` must be at most {most} for resource {resource.name!r} with noise, "
            f"but is {qubits}: use fewer qubits or no noise."
        )
