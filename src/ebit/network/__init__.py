"""A quantum network: QPUs, links, memories, purification, and readers of descriptions."""

from ebit.network.bell_states import bell_diagonal, pair_fidelity, werner_weights
from ebit.network.chain import Chain
from ebit.network.delays import (
    attempt_period,
    beam_transmission,
    expected_pair_time,
    light_delay,
    transmission,
)
from ebit.network.delivery import deliver
from ebit.network.describe import drawing, troubles
from ebit.network.export import written_as
from ebit.network.import_sequence import import_sequence
from ebit.network.import_squidasm import import_squidasm
from ebit.network.link import Link
from ebit.network.memory import depolarise_pair, store_pair
from ebit.network.network import Network
from ebit.network.pairs import Delivered
from ebit.network.profile import Profile, profile, profile_names, profile_page, unverified
from ebit.network.purification import Purified, bbpssw, dejmps, purify
from ebit.network.qpu import Qpu
from ebit.network.read import read_description, read_network
from ebit.network.units import parse_quantity
from ebit.network.write import to_toml

__all__ = [
    "Chain",
    "Delivered",
    "Link",
    "Network",
    "Profile",
    "Purified",
    "Qpu",
    "attempt_period",
    "bbpssw",
    "beam_transmission",
    "bell_diagonal",
    "dejmps",
    "deliver",
    "depolarise_pair",
    "drawing",
    "expected_pair_time",
    "import_sequence",
    "import_squidasm",
    "light_delay",
    "pair_fidelity",
    "parse_quantity",
    "profile",
    "profile_names",
    "profile_page",
    "purify",
    "read_description",
    "read_network",
    "store_pair",
    "to_toml",
    "transmission",
    "troubles",
    "unverified",
    "werner_weights",
    "written_as",
]
