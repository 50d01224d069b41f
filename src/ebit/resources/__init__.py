"""What the QPUs share: nothing, random bits, Bell pairs, classical bits, or quantum links."""

from ebit.physics import BELL, PairState
from ebit.resources.base import Resource
from ebit.resources.bell_pairs import BellPairs
from ebit.resources.classical_bits import ClassicalBits
from ebit.resources.consumption import Consumption, Usage, further_units
from ebit.resources.consumption import Ledger as Ledger
from ebit.resources.depths import depth_note
from ebit.resources.designed_pairs import DesignedPairs
from ebit.resources.ghz_states import GHZStates
from ebit.resources.given_state import GivenState
from ebit.resources.mixture import Mixture
from ebit.resources.on_edges import OnEdges
from ebit.resources.quantum_link import QuantumLink
from ebit.resources.registry import (
    CLASSIFIERS,
    all_rows,
    compared_resources,
    find_row,
    parse_resource,
    planned_resources,
    rank,
    resources_help,
)
from ebit.resources.row import Look, ResourceRow
from ebit.resources.separable import Separable
from ebit.resources.shared_bits import SharedBits
from ebit.resources.shared_pairs import SharedPairs

__all__ = [
    "BELL",
    "CLASSIFIERS",
    "BellPairs",
    "ClassicalBits",
    "Consumption",
    "DesignedPairs",
    "GHZStates",
    "GivenState",
    "Look",
    "Mixture",
    "OnEdges",
    "PairState",
    "QuantumLink",
    "Resource",
    "ResourceRow",
    "Separable",
    "SharedBits",
    "SharedPairs",
    "Usage",
    "all_rows",
    "compared_resources",
    "depth_note",
    "find_row",
    "further_units",
    "parse_resource",
    "planned_resources",
    "rank",
    "resources_help",
]
