"""QPUs, links and networks."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebit import EbitError
from ebit.network import (
    Link,
    Network,
    Qpu,
    bell_diagonal,
    depolarise_pair,
    store_pair,
    werner_weights,
)
from ebit.settings import Settings
from network.conftest import error_of

QPU: dict[str, Any] = {"name": "alice", "qubits": 4}
LINK: dict[str, Any] = {
    "between": ["alice", "bob"],
    "length": "10 km",
    "fidelity": 0.9,
    "efficiency": 0.1,
}


def qpus(*names: str) -> list[Qpu]:
    return [Qpu(name=name, qubits=2, t1="1 s") for name in names]


def link(first: str, second: str, **given_: Any) -> Link:
    return Link(**{**LINK, "between": (first, second), **given_})


def test_a_qpu_without_figures_is_perfect() -> None:
    qpu = Qpu(**QPU)
    assert (qpu.t1, qpu.t2) == (math.inf, math.inf)
    assert qpu.readout_error == qpu.two_qubit_gate_error == qpu.readout_time == 0


def test_coherence_is_limited_by_relaxation() -> None:
    assert Qpu(**QPU, t1="1 ms").t2 == 2e-3
    assert Qpu(**QPU, t1="1 ms", t2="2 ms").t2 == 2e-3
    error = error_of(Qpu, **QPU, t1="1 ms", t2="2.001 ms")
    assert error == "Argument `t2` must be at most 2 t1 = 0.002 s, but is 0.002001 s."


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("qubits", 0, "Argument `qubits` must be at least 1, but is 0."),
        ("qubits", 2.5, "Argument `qubits` must be a whole number, but is 2.5."),
        ("qubits", True, "Argument `qubits` must be a whole number, but is True."),
        ("name", "", "Argument `name` must be 1 to 64 letters"),
        ("name", "a\nb", "Argument `name` must be 1 to 64 letters"),
        ("name", 3, "Argument `name` must be text, but is 3."),
        ("t1", 5e-5, "Argument `t1` must be text with a number, a space and a unit"),
        ("t1", "0 s", "Argument `t1` must be more than 0 s, but is '0 s'."),
        ("t2", "3 km", "Argument `t2` has the unknown unit `km`"),
        ("readout_time", "inf s", "Argument `readout_time` must be finite, but is 'inf s'."),
        ("readout_error", 1.1, "Argument `readout_error` must be at most 1, but is 1.1."),
        ("readout_error", math.nan, "Argument `readout_error` must be"),
        ("gate_time", "1 us", "Argument `gate_time` is unknown: leave it out."),
    ],
)
def test_bad_qpus(field: str, value: object, message: str) -> None:
    assert message in error_of(Qpu, **{**QPU, field: value})


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"fidelity": 0.2}, "Argument `fidelity` must be at least 0.25, but is 0.2."),
        ({"fidelity": 1.1}, "Argument `fidelity` must be at most 1, but is 1.1."),
        ({"length": "-1 km"}, "Argument `length` must be at least 0 km, but is '-1 km'."),
        ({"length": "1 league"}, "Argument `length` has the unknown unit `league`: use km or m."),
        ({"delay": "1 ms"}, "Arguments `length` and `delay`: give one of them."),
        ({"length": None}, "Arguments `length` and `delay`: give one of them."),
        ({"length": None, "delay": "1 ms"}, "Argument `pair_rate` is missing: give it"),
        ({"efficiency": None}, "Argument `pair_rate` is missing: give it"),
        ({"efficiency": 0.0}, "Argument `efficiency` must be more than 0, but is 0."),
        ({"pair_rate": "1 Hz"}, "Argument `efficiency` has no effect with `pair_rate`"),
        ({"length": "0 km"}, "Argument `attempt_time` must be more than 0 s on a link of 0 km"),
        ({"attempt_time": "inf s"}, "Argument `attempt_time` must be finite"),
        ({"between": ["alice", "alice"]}, "must name two QPUs, but names 'alice' twice."),
        ({"between": ["alice"]}, "`between"),
        ({"between": "alice"}, "`between` must be a list"),
        ({"purification": "epl"}, "`purification` must be 'bbpssw' or 'dejmps', but is 'epl'."),
        ({"purification_rounds": -1}, "`purification_rounds` must be at least 0, but is -1."),
        ({"coherence_time": "0 s"}, "`coherence_time` must be more than 0 s, but is '0 s'."),
        ({"refractive_index": 0.9}, "`refractive_index` must be at least 1, but is 0.9."),
        ({"loss": "0.2 dB"}, "`loss` has the unknown unit `dB`: use dB/km or dB/m."),
        ({"hops": 2}, "Argument `hops` is unknown: leave it out."),
    ],
)
def test_bad_links(changed: dict[str, Any], message: str) -> None:
    assert message in error_of(Link, **{**LINK, **changed})


def test_the_rate_of_a_fibre() -> None:
    fibre = link("a", "b", length="50 km", attempt_time="1 us")
    period = 50 * 1.468 / 299_792.458
    assert fibre.message_time == pytest.approx(period)
    assert fibre.raw_pair_rate == pytest.approx(0.1 * 0.1 / (period + 1e-6))
    slow = link("a", "b", length="50 km", attempt_time="1 ms")
    assert slow.raw_pair_rate == pytest.approx(0.1 * 0.1 / (period + 1e-3))
    busy = link("a", "b", length="50 km", attempt_time="1 us", communication_qubits=50)
    assert busy.raw_pair_rate == pytest.approx(50 * fibre.raw_pair_rate)
    dark = link("a", "b", length="1000000 km")
    assert dark.raw_pair_rate == 0.0


def test_a_given_rate_and_purification() -> None:
    sky = Link(
        between=("a", "b"), delay="7 ms", pair_rate="2 kHz", fidelity=0.8, purification_rounds=1
    )
    e = 0.2 / 3
    p = 0.8**2 + 2 * 0.8 * e + 5 * e**2
    assert sky.message_time == 0.007
    assert sky.purified.fidelity == pytest.approx((0.8**2 + e**2) / p)
    assert sky.purified_pair_rate == pytest.approx(2000 * p / 2)


@given(
    st.floats(0, 1e4),
    st.floats(0.25, 1),
    st.floats(1e-6, 1),
    st.integers(0, 20),
    st.sampled_from(["bbpssw", "dejmps"]),
)
def test_every_link_in_range_works(
    length: float, fidelity: float, efficiency: float, rounds: int, protocol: str
) -> None:
    made = Link(
        between=("a", "b"),
        length=f"{length!r} km",
        fidelity=fidelity,
        efficiency=efficiency,
        attempt_time="1 us",
        purification=protocol,
        purification_rounds=rounds,
    )
    assert 0 <= made.purified_pair_rate <= made.raw_pair_rate <= 1e6
    assert 0.25 - 1e-9 <= made.purified.fidelity <= 1 + 1e-9
    assert Link(**made.model_dump()) == made


def test_a_network_finds_its_parts() -> None:
    parts = [link("a", "b"), link("b", "c", fidelity=0.8)]
    network = Network(qpus=qpus("a", "b", "c"), links=parts)
    assert network.qpu("b").name == "b"
    assert network.link("c", "b") == network.link("b", "c") == parts[1]
    assert Network(**network.model_dump()) == network
    assert hash(network) == hash(Network(qpus=qpus("a", "b", "c"), links=parts))
    assert error_of(network.link, "a", "c") == "Network has no link a-c: it has a-b, b-c."
    assert error_of(network.link, "a", "z") == "Network has no QPU 'z': use a, b, c."
    assert "no link a-a" in error_of(network.link, "a", "a")


@pytest.mark.parametrize(
    ("names", "ends", "message"),
    [
        ("ab", ["az"], "Link a-z leads to `z`, which is no QPU: use a, b."),
        ("abcd", ["ab", "cd"], "Network is not connected: no path of links joins `a` and `c`."),
        ("abc", ["ab"], "Network is not connected: no path of links joins `a` and `c`."),
        ("aab", ["ab"], "Network has 2 QPUs `a`: rename them."),
        ("ab", ["ab", "ba"], "Network has more than one link b-a: leave one."),
    ],
)
def test_bad_networks(names: str, ends: list[str], message: str) -> None:
    links = [link(pair[0], pair[1]) for pair in ends]
    assert error_of(Network, qpus=qpus(*names), links=links) == message


def test_a_network_is_more_than_one_qpu() -> None:
    assert "`qpus`" in error_of(Network, qpus=qpus("a"), links=[link("a", "b")])
    assert "`links`" in error_of(Network, qpus=qpus("a", "b"), links=[])


@given(st.integers(2, 12), st.data())
def test_any_tree_is_connected_and_no_branch_may_be_missing(size: int, data: st.DataObject) -> None:
    ends = [(str(data.draw(st.integers(0, child - 1))), str(child)) for child in range(1, size)]
    ends = data.draw(st.permutations(ends))
    names = data.draw(st.permutations([str(number) for number in range(size)]))
    links = [link(*pair) for pair in ends]
    network = Network(qpus=qpus(*names), links=links)
    assert len(network.links) == size - 1
    if size > 2:
        assert "not connected" in error_of(Network, qpus=qpus(*names), links=links[1:])


def test_stored_pairs() -> None:
    """By the memories of both QPUs, in the order asked for, or by the link."""
    fast = Qpu(name="a", qubits=1, t1="1 s", t2="0.5 s")
    slow = Qpu(name="b", qubits=1, t1="4 s", t2="3 s")
    network = Network(qpus=[fast, slow], links=[link("a", "b", purification_rounds=1)])
    pair = bell_diagonal(network.link("a", "b").purified.weights)
    np.testing.assert_allclose(
        network.stored_pair("b", "a", 0.7), store_pair(pair, 0.7, t1=(4, 1), t2=(3, 0.5))
    )
    network = Network(qpus=[fast, slow], links=[link("a", "b", coherence_time="2 s")])
    np.testing.assert_allclose(
        network.stored_pair("a", "b", 0.7),
        depolarise_pair(bell_diagonal(werner_weights(0.9)), 0.7, 2.0),
    )
    assert "`seconds`" in error_of(network.stored_pair, "a", "b", -1.0)


JUNK = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=5),
        st.sampled_from(["1 s", "1 km", "1 Hz", "0 s", "alice", "dejmps"]),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@pytest.mark.parametrize(("kind", "base"), [(Qpu, QPU), (Link, LINK)])
@given(data=st.data())
def test_any_value_is_taken_or_refused_in_one_line(
    kind: type[Settings], base: dict[str, Any], data: st.DataObject
) -> None:
    field = data.draw(st.sampled_from(sorted(kind.model_fields)))
    try:
        kind(**{**base, field: data.draw(JUNK)})
    except EbitError as error:
        assert len(str(error).splitlines()) == 1, error
