"""Table, sweep and sentence of a plan say the same about every network."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ebit.models import DistributedQCNN
from ebit.network import Link, Network, Qpu, profile, profile_names
from ebit.planning import Condition, Plan, Readouts, Site, Trained, describe, planner, words
from ebit.planning.planner import plan_circuits
from ebit.planning.sweeps import reference_of
from ebit.resources import parse_resource
from ebit.statistics import paired

NAMES = ("none", "bell:1", "bell:2", "classical", "classical+bell:1", "quantum")
RUNS = 4


@dataclass(frozen=True)
class Imagined(Trained):
    """A circuit whose read-outs are made up: the better the pairs, the larger; noise by run."""

    seed: int = 0

    @property
    def knows_noise(self) -> bool:
        return False

    def read_out(self, found: Condition | None = None) -> Readouts:
        model = self.model if found is None else found.noisy(self.model)
        random = np.random.default_rng([self.seed, abs(hash(model)) % 2**32])
        gain = 0.1 * random.normal()
        if found is not None and found.pair_fidelity is not None:
            gain += 0.4 * (found.pair_fidelity - 0.7) + 0.01 * random.normal()
        runs = gain + 0.002 * random.normal(size=(RUNS, 1)) * random.integers(1, 20)
        return Readouts(0.2 + np.repeat(runs, 2, axis=1), np.ones((RUNS, 2)), np.ones(2))


@pytest.fixture(scope="module", autouse=True)
def _without_rows_of_cut() -> Iterator[None]:
    """They need trained angles, and the circuits here are imagined."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planner, "cut_options", lambda *_, **__: [])
        yield


def imagined(name: str, seed: int) -> Imagined:
    model = DistributedQCNN(qubits=4, depth=2, resource=parse_resource(name))
    nothing: Any = None
    return Imagined(model, nothing, np.zeros((2, 8)), np.ones(2), seed=seed)


def planned(site: Site, seed: int, **given: Any) -> Plan:
    arguments: dict[str, Any] = {
        "shots": [10, 300],
        "purification": [0, 1, 2],
        "rate": None,
        "distances": sorted({0.1, 100.0, site.length}),
        "fidelities": [0.25, 1.0],
        "measure": paired,
        **given,
    }
    return plan_circuits(site, [imagined(name, seed) for name in NAMES], **arguments)


def check(found: Plan) -> None:
    """Every statement of a plan against every other one."""
    most = found.options.filter(shots=found.sweep_shots)
    here = found.distance.filter(distance_km=found.site.length)
    said = words.findings(found)
    chosen = found.recommendation.option
    feasible = found.options.filter("feasible")
    assert (chosen is None) == feasible.is_empty()
    assert found.options["recommended"].sum() == (chosen is not None)
    for name in NAMES:
        table = most.filter(resource=name)
        point = here.filter(resource=name)
        able = table.filter("feasible")
        assert point["feasible"].all() == (able.height > 0)
        rounds = point["purification_rounds"].unique().item()
        assert point["accuracy"].to_list() == pytest.approx(
            table.filter(purification_rounds=rounds)["accuracy_runs"].item().to_list()
        )
        best = able.sort("accuracy_mean", descending=True)
        if able.is_empty():  # then the best pairs stand for all
            fidelity = pl.col("pair_fidelity").round(3)
            best = table.sort(fidelity, descending=True, maintain_order=True)
        assert point["accuracy"].mean() == pytest.approx(best["accuracy_mean"][0], abs=0.0011)
        if name != "none":
            sentence = next(line for line in said if line.startswith(f"{name} is "))
            assert ("nowhere feasible" in sentence) <= able.is_empty()
            assert ("feasible everywhere" in sentence) <= (able.height > 0)
    if chosen is not None:
        assert chosen["feasible"]
        assert describe(chosen) in found.recommendation.sentence
        check_verdicts(found, most, str(chosen["resource"]))


def check_verdicts(found: Plan, most: pl.DataFrame, chosen: str) -> None:
    """What the sweep says at the length of the link agrees with the recommendation there."""
    able = set(most.filter("feasible")["resource"])
    if chosen not in able:
        return
    claim = re.search(
        r"It is worth \S+ \((\S+) to (\S+)\) over (\S+) with", found.recommendation.sentence
    )
    for name, crossing in found.distance_crossings.items():
        reference = reference_of(name, NAMES)
        (verdict,) = {p.verdict for p in crossing.stretches if p.low <= found.site.length <= p.high}
        if name in able and reference == chosen:
            assert verdict != "better", "it would have been recommended"
        if name == chosen and reference in able:
            assert verdict != "worse", "it would not have been recommended"
            if claim is not None and claim[3] == reference:
                assert (verdict == "better") == (not claim[1].startswith("\N{MINUS SIGN}"))


QPUS = st.sampled_from(profile_names("qpu"))
LINKS = st.sampled_from(profile_names("link"))


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(QPUS, QPUS, LINKS, st.integers(0, 5), st.sampled_from([None, 0.01, 1.0]))
def test_profiles(first: str, second: str, link: str, seed: int, rate: float | None) -> None:
    qpus = [profile(first).qpu("a"), profile(second).qpu("b")]
    network = Network(qpus=qpus, links=[profile(link).link("a", "b")])
    check(planned(Site(network, "a", "b"), seed, rate=rate))


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(
    qubits=st.integers(4, 8),
    t2=st.floats(1e-5, 10),
    kilometres=st.floats(0.01, 5000),
    fidelity=st.floats(0.25, 1),
    rounds=st.integers(0, 3),
    seed=st.integers(0, 99),
)
@example(qubits=4, t2=8e-5, kilometres=10.0, fidelity=0.9, rounds=1, seed=0)
def test_any_network(
    qubits: int, t2: float, kilometres: float, fidelity: float, rounds: int, seed: int
) -> None:
    ends = [Qpu(name=n, qubits=qubits, t2=f"{t2} s", t1="10 s", readout_time="1 us") for n in "ab"]
    link = Link(
        between=("a", "b"),
        length=f"{kilometres} km",
        efficiency=0.1,
        fidelity=fidelity,
        purification_rounds=rounds,
    )
    purification = sorted({0, 1, 2, rounds})
    site = Site(Network(qpus=ends, links=[link]), "a", "b")
    check(planned(site, seed, purification=purification))


def test_the_rounds_of_the_network_are_not_those_of_the_sweep() -> None:
    """The network of docs/network.md: one round of purification needs qubits that are not there."""
    qpus = [profile("superconducting").qpu(name, qubits=4) for name in ("alice", "bob")]
    link = Link(
        between=("alice", "bob"),
        length="10 km",
        efficiency=0.1,
        fidelity=0.9,
        purification_rounds=1,
    )
    found = planned(Site(Network(qpus=qpus, links=[link]), "alice", "bob"), 0)
    bell = found.options.filter(resource="bell:1", shots=300)
    assert bell["feasible"].to_list() == [True, False, False]
    here = found.distance.filter(resource="bell:1", distance_km=10.0)
    assert here["feasible"].all()
    assert set(here["purification_rounds"]) == {0}
    said = words.findings(found)
    assert said[0].endswith(
        "at every distance, those of 0, 1 and 2 rounds of purification that are best for the "
        "resource there:"
    )
    (sentence,) = [line for line in said if line.startswith("bell:1 is")]
    assert "feasible from 0.1 to 10 km; at 100 km" in sentence


def test_waiting_may_cost_more_than_distilling_gains() -> None:
    def said(**link: Any) -> list[str]:
        ends = [Qpu(name=name, qubits=10, t2="1 ms", t1="1 ms") for name in "ab"]
        values = {"length": "1 km", "pair_rate": "1000 Hz", **link}
        network = Network(qpus=ends, links=[Link(between=("a", "b"), **values)])
        return [
            line
            for line in words.findings(planned(Site(network, "a", "b"), 0))
            if "worse when" in line
        ]

    waiting = said(fidelity=0.9)
    assert waiting[0].startswith(
        "bell:1: a pair is worse when it is used after 1 round of purification (fidelity 0."
    )
    assert "than without (0.89" in waiting[0]
    assert "because a pair waits for those it is distilled with" in waiting[0]
    distilling = said(fidelity=0.4, pair_rate="1 GHz")
    assert "because distilling pairs of this fidelity makes them worse." in distilling[0]
    assert said(fidelity=0.9, pair_rate="1 GHz") == []
