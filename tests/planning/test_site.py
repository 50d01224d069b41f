import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebit.network import Link, Network, Qpu, light_delay
from ebit.planning import Site, open_site
from ebit.planning.site import kilometres_text, seconds_text
from planning.conftest import error_of, site


def network(*names: str) -> Network:
    """A chain of QPUs."""
    links = [
        Link(between=ends, delay="1 ms", pair_rate="1 Hz", fidelity=0.9) for ends in pairwise(names)
    ]
    return Network(qpus=[Qpu(name=name, qubits=4) for name in names], links=links)


def test_two_profiles_make_a_site() -> None:
    found = open_site("nv+laboratory")
    assert (found.first, found.second) == ("a", "b")
    assert found.link.pair_rate == 9.7
    assert (found.coherence_seconds, found.storage_seconds) == (1.58, 1.0)


def test_the_only_link_needs_no_names() -> None:
    assert open_site(network("x", "y")).second == "y"


def test_qpus_are_taken_in_the_order_that_is_said() -> None:
    found = open_site(network("x", "y", "z"), ("z", "y"))
    assert (found.first, found.second) == ("z", "y")


@pytest.mark.parametrize(
    ("source", "qpus", "words"),
    [
        ("no-such-file.toml", None, "Cannot read 'no-such-file.toml'"),
        ("nv+nowhere", None, "'nowhere' is no profile of a link: use laboratory"),
        ("laboratory+nv", None, "'laboratory' is no profile of a qpu: use neutral-atom"),
        (network("x", "y", "z"), None, "`qpus` is missing: name two of the QPUs x, y, z"),
        (network("x", "y", "z"), ("x", "z"), "no link x-z"),
        (network("x", "y"), ("x", "w"), "no QPU 'w'"),
    ],
)
def test_bad_input(source: object, qpus: tuple[str, str] | None, words: str) -> None:
    assert words in error_of(open_site, source, qpus)


def test_a_computed_rate_follows_the_length() -> None:
    near = site(length="1 km", pair_rate=None, efficiency=0.1)
    far = near.at_distance(101.0)
    assert far.link.raw_pair_rate == pytest.approx(0.1 * 10**-2.02 / light_delay(101.0))
    assert far.link.message_time == light_delay(101.0)


def test_a_measured_rate_changes_with_the_loss_only() -> None:
    place = site(length="20 km", pair_rate="100 Hz", loss="0.2 dB/km")
    assert place.at_distance(20.0).link.raw_pair_rate == 100.0
    assert place.at_distance(70.0).link.raw_pair_rate == pytest.approx(10.0)
    assert place.at_distance(1e7).link.raw_pair_rate < 1e-280


def test_a_delay_counts_as_the_length_that_light_needs() -> None:
    place = site(length=None, delay="1 ms", refractive_index=1.0)
    assert place.length == pytest.approx(299.792458)
    assert place.at_distance(place.length).link.message_time == pytest.approx(1e-3)


def test_other_links_stay() -> None:
    place = Site(network("x", "y", "z"), "x", "y").with_purification(2)
    assert place.link.purification_rounds == 2
    assert place.network.link("y", "z").purification_rounds == 0


def test_memories_of_the_link_come_first() -> None:
    assert site({"t1": "1 s", "t2": "1 s"}, coherence_time="5 s").storage_seconds == 5.0


@given(st.floats(1e-9, 1e20))
def test_times_and_distances_are_short_text(number: float) -> None:
    assert len(seconds_text(number)) < 25
    assert kilometres_text(number).endswith(" km")
    assert "e" not in kilometres_text(max(number, 1e-3))[:-3]


def test_for_ever() -> None:
    assert seconds_text(math.inf) == "more than 30 000 years"
