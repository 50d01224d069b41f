"""How the joint probabilities of the read-out are computed, exactly and fast."""

from ebit.engine.base import Engine
from ebit.engine.joint_state import JointState
from ebit.engine.local_effects import LocalEffects
from ebit.engine.messages import Messages
from ebit.engine.noisy import NoisyEffects, NoisyJoint, NoisyMessages
from ebit.engine.select import select_engine

__all__ = [
    "Engine",
    "JointState",
    "LocalEffects",
    "Messages",
    "NoisyEffects",
    "NoisyJoint",
    "NoisyMessages",
    "select_engine",
]
