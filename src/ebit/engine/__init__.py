"""How the joint probabilities of the read-out are computed, exactly and fast.

An engine is a join (how the QPUs meet: pairs, messages, gates across) of effects (what the trained
part of each QPU becomes, with or without noise).
"""

from ebit.engine.base import Engine, GraphEngine, LocalForm, Supports
from ebit.engine.contraction import Contraction
from ebit.engine.graph import Graph
from ebit.engine.messages import Messages
from ebit.engine.register import Register
from ebit.engine.register_effects import RegisterEffects
from ebit.engine.select import select_engine, select_graph_engine, stored_pairs
from ebit.engine.single import SingleQPU

__all__ = [
    "Contraction",
    "Engine",
    "Graph",
    "GraphEngine",
    "LocalForm",
    "Messages",
    "Register",
    "RegisterEffects",
    "SingleQPU",
    "Supports",
    "select_engine",
    "select_graph_engine",
    "stored_pairs",
]
