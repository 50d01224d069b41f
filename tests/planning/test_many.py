"""Plans for more than two QPUs: which links, how long pairs take, and what is left of them."""

from itertools import combinations
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ebit import EbitError
from ebit.data import load
from ebit.learning import TrainingSettings
from ebit.models import DistributedQCNN, ModelSettings
from ebit.network import Link, Network, Qpu
from ebit.physics import BELL, Noise, mean_pair
from ebit.planning import layouts, many_condition, plan_links, plan_many, task_on_links
from ebit.planning.many import with_werner
from ebit.planning.turns import turns
from ebit.resources import (
    BellPairs,
    ClassicalBits,
    QuantumLink,
    Resource,
    Separable,
    parse_resource,
)
from ebit.results import Task, make_task
from planning.conftest import error_of


def network(rates: dict[str, float], *, fidelity: float = 0.9, t2: str = "inf s") -> Network:
    names = sorted({name for pair in rates for name in pair})
    ends = [Qpu(name=name, qubits=4, t2=t2) for name in names]
    links = [
        Link(between=tuple(pair), length="1 km", pair_rate=f"{rate} Hz", fidelity=fidelity)
        for pair, rate in rates.items()
    ]
    return Network(qpus=ends, links=links)


FOUR = network({"ab": 1, "ac": 1, "ad": 1, "bc": 1, "cd": 1, "bd": 1})


def test_qpus_take_their_links_in_turn() -> None:
    found = {one.shape: one for one in layouts(FOUR, 4)}
    times = dict.fromkeys(combinations(range(4), 2), 2.0)
    assert found["line"].seconds(times) == pytest.approx(4.0), "the ends work side by side"
    assert found["star"].seconds(times) == pytest.approx(6.0), "the middle has three links"
    assert found["ring"].seconds(times) == pytest.approx(4.0)
    assert found["all"].seconds(times) == pytest.approx(6.0), "two of six links at a time"
    three = layouts(network({"ab": 1, "bc": 1, "ac": 1}), 3)
    ring = next(one for one in three if one.shape == "ring")
    assert ring.seconds(times) == pytest.approx(6.0), "one of three links at a time"


def test_the_fastest_links_are_taken() -> None:
    place = network({"ab": 5, "bc": 1, "ac": 5, "ad": 9, "cd": 9})
    line = next(one for one in layouts(place, 3) if one.shape == "line")
    assert line.names == "a-d, c-d"
    assert line.topology == "edges:A-C,B-C"
    assert [qpu.name for qpu in line.network.qpus] == ["a", "c", "d"]
    named = layouts(place, ["a", "b", "c"])
    assert {one.names for one in named} == {"a-b, a-c", "a-b, a-c, b-c"}


@settings(max_examples=20)
@given(st.lists(st.sampled_from(["ab", "ac", "ad", "bc", "bd", "cd"]), unique=True, min_size=3))
def test_layouts_join_all_qpus_over_links_that_are_there(pairs: list[str]) -> None:
    try:
        place = network(dict.fromkeys(pairs, 3.0))
        found = layouts(place, [qpu.name for qpu in place.qpus])
    except EbitError as error:
        assert len(str(error).splitlines()) == 1
        return
    for one in found:
        names = [qpu.name for qpu in one.network.qpus]
        assert {names[i] + names[j] for i, j in one.edges} <= set(pairs)
        assert set(sum(one.edges, ())) == set(range(len(names)))
    assert len({one.edges for one in found}) == len(found)


def model(resource: Resource, qpus: int = 3) -> DistributedQCNN:
    return DistributedQCNN(
        qpus=qpus, qubits=2, depth=1, topology="edges:A-B,B-C", resource=resource
    )


LINE = layouts(network({"ab": 10, "bc": 5}, t2="0.5 s"), 3)[0]


def test_pairs_wait_for_those_of_the_other_links() -> None:
    """The slow link comes first; its pair gets the mean channel, not that of the mean wait."""
    found = many_condition(LINE, model(BellPairs(1)), 0)
    assert found.pair_seconds == pytest.approx(0.1 + 0.2, rel=0.02)
    herald, rest = LINE.network.links[0].message_time, 0.1
    fresh = Noise(pair_errors=3 * (0.1 / 3,), t2_seconds=0.5, storage_seconds=herald)
    assert found.fidelities[0, 1] == pytest.approx(mean_pair(BELL, fresh, 1).fidelity)
    assert found.edges[1, 2].storage_seconds == pytest.approx(herald + rest, rel=0.02)
    populations = 0.9 + 0.1 / 3
    coherence = (0.9 - 0.1 / 3) * np.exp(-2 * herald / 0.5)
    exact = (populations + coherence / (1 + 2 * rest / 0.5)) / 2
    of_the_mean = (populations + coherence * np.exp(-2 * rest / 0.5)) / 2
    assert found.fidelities[1, 2] == pytest.approx(exact, abs=2e-3)
    assert exact - of_the_mean > 0.01


def test_links_that_share_no_qpu_take_turns_together() -> None:
    line = turns({(0, 1): 1.0, (1, 2): 1.0, (2, 3): 1.0}, 1)
    assert line.seconds == pytest.approx(1.5 + 1.0, rel=0.02), "the later of two, then one"
    ring = turns({(0, 1): 1.0, (1, 2): 1.0, (0, 2): 1.0}, 2)
    assert ring.seconds == pytest.approx(3.0, rel=0.02)
    waits = sorted(float(wait.mean()) for wait in ring.waits.values())
    assert waits == pytest.approx([0.0, 1.0, 2.0], abs=0.05)


def test_a_training_on_links_has_their_noise() -> None:
    settings = ModelSettings(resource="bell:1", qpus=3, topology="line", qubits=2, depth=1)
    task = Task(model=settings, data="d", fingerprint="", training=TrainingSettings())
    noisy, seconds = task_on_links(LINE.network, ("a", "b", "c"), task)
    found = many_condition(LINE, model(BellPairs(1)), None)
    told = {edge: round(fidelity, 4) for edge, fidelity in found.fidelities.items()}
    assert noisy.model.resource == with_werner(model(BellPairs(1)), told).name
    assert max(map(len, noisy.model.resource.split("fidelity="))) <= len("0.1234;B-C=bell:1,")
    assert seconds == found.pair_seconds
    single = task.model_copy(update={"model": ModelSettings(resource="single", qubits=2)})
    assert task_on_links(LINE.network, ("a", "b"), single) == (single, None)
    ring = task.model_copy(update={"model": settings.model_copy(update={"topology": "ring"})})
    assert "no link a-c" in error_of(task_on_links, LINE.network, ("a", "b", "c"), ring)
    assert "must name 3 QPUs" in error_of(task_on_links, LINE.network, ("a", "b"), task)


@pytest.mark.slow
def test_training_under_noise_stands_beside_the_other(tmp_path: Path) -> None:
    data = load("parity-game:3")
    task = make_task(
        data, resource="bell:1", qpus=3, topology=LINE.topology, depth=1, steps=8, runs=2
    )
    options, _ = plan_many(
        data, [(LINE, task)], tmp_path, shots=[100], purification=[0], train_with_noise=True
    )
    assert options["trained_with_noise"].to_list() == [False, True]
    before, after = options["accuracy_runs"].to_list()
    assert before != after
    found = plan_links(
        data, [(LINE, task)], tmp_path, shots=[100], purification=[0], train_with_noise=True,
        distances=[1.0, 200.0], fidelities=[0.5, 1.0],
    )  # fmt: skip
    assert found.options["accuracy_runs"].to_list() == [before, after]
    own = found.distance.filter(distance_km=1.0)
    assert own.filter("trained_with_noise")["accuracy"].to_list() == after
    assert own.filter(~pl.col("trained_with_noise"))["accuracy"].to_list() == before
    far = found.distance.filter(distance_km=200.0)
    assert max(far["pair_fidelity"].to_list()) < min(own["pair_fidelity"].to_list())


def test_perfect_links_change_nothing() -> None:
    perfect = layouts(network({"ab": 10, "bc": 5}, fidelity=1.0), 3)[0]
    plain = model(BellPairs(1))
    found = many_condition(perfect, plain, 0)
    assert found.reasons == ()
    parameters = plain.init(jax.random.key(0))
    x = jnp.asarray(np.random.default_rng(0).uniform(0, 6, (5, 6)), jnp.float32)
    np.testing.assert_allclose(
        found.model.probabilities(parameters, x), plain.probabilities(parameters, x), atol=1e-6
    )
    worse = many_condition(LINE, plain, 0).model.probabilities(parameters, x)
    assert np.abs(worse - plain.probabilities(parameters, x)).max() > 1e-3


def test_without_pairs_nothing_is_made() -> None:
    found = many_condition(LINE, model(Separable()), 0)
    assert (found.pair_seconds, found.fidelities, found.reasons) == (0.0, {}, ())
    bits = many_condition(LINE, model(ClassicalBits()), 0)
    assert bits.waiting_seconds > 0 == bits.pair_seconds
    both = many_condition(LINE, model(parse_resource("classical+bell:1")), 0)
    assert both.waiting_seconds == bits.waiting_seconds
    assert both.model.engine is not None
    assert "bell:1,fidelity=" in both.model.resource_name


def test_a_memory_that_is_too_short_is_named_with_its_link() -> None:
    short = layouts(network({"ab": 10, "bc": 5}, t2="10 ms"), 3)[0]
    found = many_condition(short, model(BellPairs(1)), 0)
    assert found.reasons[0].startswith("b-c: a pair waits ")
    assert "but memories keep it for 10 ms" in found.reasons[0]


@pytest.mark.parametrize(
    ("qpus", "words"),
    [
        (2, "from 3 to 4"),
        (5, "from 3 to 4"),
        (["a", "b", "x"], "no QPU 'x'"),
        (["a", "b", "b"], "different names"),
    ],
)
def test_wrong_qpus_are_one_line(qpus: int | list[str], words: str) -> None:
    assert words in error_of(layouts, FOUR, qpus)


def test_qpus_that_no_links_join() -> None:
    place = network({"ab": 1, "bc": 1, "cd": 1})
    assert "No links join a and b and d" in error_of(layouts, place, ["a", "b", "d"])


def test_gates_across_are_refused() -> None:
    circuit = DistributedQCNN(qubits=2, depth=1, resource=QuantumLink())
    assert "not planned for more than two QPUs" in error_of(many_condition, LINE, circuit, 0)
