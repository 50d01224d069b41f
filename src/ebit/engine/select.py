"""Which engine computes which resource."""

from ebit.engine.base import Engine
from ebit.engine.joint_state import JointState
from ebit.engine.local_effects import LocalEffects
from ebit.engine.messages import Messages
from ebit.resources import Resource


def select_engine(resource: Resource, qubits: int, mixing: int = 0) -> Engine:
    """The engine for a resource; only non-local gates get one with a joint state.

    Args:
        resource: What the QPUs share.
        qubits: Qubits per QPU.
        mixing: Mixing layers before the embedding.

    Returns:
        The engine.

    Example:
        >>> from ebit.resources import BellPairs
        >>> select_engine(BellPairs(1), qubits=4).method
        'features'
    """
    if resource.has_nonlocal_gates:
        return JointState(qubits, mixing)
    if resource.sends_bits:
        return Messages(qubits, resource.pairs, mixing, resource.pair_state)
    return LocalEffects(qubits, resource.pairs, mixing, resource.pair_state)
