"""What the QPUs share: nothing, Bell pairs, classical bits, or quantum links."""

from ebit.physics import BELL, PairState
from ebit.resources.base import Consumption, Resource
from ebit.resources.bell_pairs import BellPairs
from ebit.resources.classical_bits import ClassicalBits
from ebit.resources.designed_pairs import DesignedPairs
from ebit.resources.ledger import Ledger
from ebit.resources.parse import parse_resource
from ebit.resources.quantum_link import QuantumLink, teleported
from ebit.resources.separable import Separable
from ebit.resources.shared_pairs import SharedPairs

__all__ = [
    "BELL",
    "BellPairs",
    "ClassicalBits",
    "Consumption",
    "DesignedPairs",
    "Ledger",
    "PairState",
    "QuantumLink",
    "Resource",
    "Separable",
    "SharedPairs",
    "parse_resource",
    "teleported",
]
