"""Small networks in SeQUeNCe, event by event: links, purified pairs, and a repeater.

Times are in seconds, lengths in kilometres. Every function makes a number of pairs one after the
other and returns what was seen.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("sequence")
from sequence.components.memory import Memory
from sequence.components.optical_channel import ClassicalChannel, QuantumChannel
from sequence.constants import BELL_DIAGONAL_STATE_FORMALISM, SINGLE_HERALDED
from sequence.entanglement_management.generation import (
    EntanglementGenerationA,
    EntanglementGenerationB,
)
from sequence.entanglement_management.purification.bbpssw_bds import BBPSSW_BDS
from sequence.entanglement_management.swapping import (
    EntanglementSwappingA,
    EntanglementSwappingB,
)
from sequence.kernel.event import Event
from sequence.kernel.process import Process
from sequence.kernel.timeline import Timeline
from sequence.topology.node import BSMNode, Node

MULTIPLIES = not hasattr(EntanglementSwappingA, "create")
"""Whether a swap multiplies fidelities (0.8.5); else it follows the Bell-diagonal states."""

PICOSECONDS = 1e12
LIGHT = 200_000.0
"""SeQUeNCe's speed of light in fibre, km/s."""


class End(Node):  # type: ignore[misc]
    """A node with memories that tells one listener what its protocols report."""

    def __init__(self, name: str, timeline: Timeline, seed: int, **given: float) -> None:
        super().__init__(name, timeline, seed, **given)
        self.resource_manager = self
        self.told: Callable[[Any, Memory, Any], None] = lambda *_: None

    def update(self, protocol: Any, memory: Memory, state: Any) -> None:
        self.told(protocol, memory, state)

    def get(self, photon: Any, **where: str) -> None:
        self.send_qubit(where["dst"], photon)


@dataclass
class Setting:
    """A fibre with a station in its middle, and the memories at its ends."""

    length: float = 10.0
    loss: float = 0.2
    memory_efficiency: float = 0.5
    detector_efficiency: float = 0.9
    fidelity: float = 0.95
    coherence_time: float = -1.0
    gate_fidelity: float = 1.0
    measurement_fidelity: float = 1.0

    @property
    def probability(self) -> float:
        """That an attempt is heralded: both photons arrive and are seen, and half of the states."""
        kept = 10 ** (-self.loss * self.length / 10)
        return 0.5 * (self.memory_efficiency * self.detector_efficiency) ** 2 * kept

    @property
    def attempt_seconds(self) -> float:
        """Two messages to agree on a time, then the light and the herald."""
        return 3 * self.length / LIGHT


@dataclass
class Link:
    """Makes pairs of two memories again and again, each time calling `made`."""

    ends: tuple[End, End]
    memories: tuple[Memory, Memory]
    station: str
    made: Callable[[], None]
    attempts: int = 0
    reports: list[str] = field(default_factory=list)

    def start(self) -> None:
        self.attempts += 1
        self.reports.clear()
        protocols = []
        for here, there in ((0, 1), (1, 0)):
            node = self.ends[here]
            name = f"{node.name}.{self.memories[here].name}.{self.attempts}"
            protocol = EntanglementGenerationA.create(
                node, name, self.station, self.ends[there].name, self.memories[here]
            )
            node.protocols.append(protocol)
            protocols.append(protocol)
        for here, there in ((0, 1), (1, 0)):
            protocols[here].set_others(
                protocols[there].name, self.ends[there].name, [self.memories[there].name]
            )
        for protocol in protocols:
            protocol.start()

    def heard(self, protocol: Any, state: Any) -> None:
        """What one of the two ends says; the second one decides."""
        protocol.owner.protocols.remove(protocol)
        self.reports.append(str(state))
        if len(self.reports) < 2:
            return
        if all("ENTANGLED" in report for report in self.reports):
            self.made()
            return
        timeline = self.ends[0].timeline
        timeline.schedule(Event(timeline.now(), Process(self, "start", [])))


@dataclass
class World:
    """A timeline, its ends and its links."""

    setting: Setting
    timeline: Timeline = field(init=False)
    seed: int = 0

    def __post_init__(self) -> None:
        EntanglementGenerationA.set_global_type(SINGLE_HERALDED)
        EntanglementGenerationB.set_global_type(SINGLE_HERALDED)
        if not MULTIPLIES:
            for protocol in (EntanglementSwappingA, EntanglementSwappingB):
                protocol.set_formalism(BELL_DIAGONAL_STATE_FORMALISM)
        self.timeline = Timeline(formalism=BELL_DIAGONAL_STATE_FORMALISM)
        self.timeline.show_progress = False

    @property
    def now(self) -> float:
        return float(self.timeline.now()) / PICOSECONDS

    def end(self, name: str) -> End:
        self.seed += 1
        return End(
            name, self.timeline, self.seed,
            gate_fid=self.setting.gate_fidelity, meas_fid=self.setting.measurement_fidelity,
        )  # fmt: skip

    def memory(self, node: End, name: str) -> Memory:
        setting = self.setting
        memory = Memory(
            name, self.timeline, setting.fidelity, 0, setting.memory_efficiency,
            setting.coherence_time, 1550,
            decoherence_errors=[1 / 3] * 3 if setting.coherence_time > 0 else None,
            cutoff_flag=False,
        )  # fmt: skip
        memory.add_receiver(node)
        node.add_component(memory)
        return memory

    def join(self, first: End, second: End) -> str:
        """Fibres to a station in the middle, and messages; returns the name of the station."""
        self.seed += 1
        name, half = f"station.{first.name}.{second.name}", 500 * self.setting.length
        detectors = 2 * [{"efficiency": self.setting.detector_efficiency, "count_rate": 1e12}]
        templates = {
            "encoding_type": "single_heralded",
            "SingleHeraldedBSM": {"detectors": detectors},
        }
        station = BSMNode(name, self.timeline, [first.name, second.name], self.seed, templates)
        for node in (first, second):
            fibre = QuantumChannel(
                f"q.{node.name}.{name}", self.timeline, self.setting.loss / 1000, half,
                frequency=1e12,
            )  # fmt: skip
            fibre.set_ends(node, name)
            self.wire(node, station, half)
        self.wire(first, second, 2 * half)
        return name

    def wire(self, first: Node, second: Node, metres: float) -> None:
        """Messages both ways at the speed of light; by default SeQUeNCe adds 10 us to each."""
        delay = round(metres / 1000 / LIGHT * PICOSECONDS)
        for a, b in ((first, second), (second, first)):
            channel = ClassicalChannel(f"c.{a.name}.{b.name}", self.timeline, metres, delay)
            channel.set_ends(a, b.name)

    def later(self, seconds: float, call: Any, name: str) -> None:
        time = self.timeline.now() + round(seconds * PICOSECONDS)
        self.timeline.schedule(Event(time, Process(call, name, [])))

    def run(self, start: Any) -> None:
        self.timeline.init()
        self.later(1e-9, start, "start")
        self.timeline.run()


def one_link(setting: Setting, pairs: int, wait: float = 0.0) -> dict[str, NDArray[np.float64]]:
    """Seconds, attempts and fidelity of pairs that wait for some time after the herald."""
    world = World(setting)
    ends = world.end("a"), world.end("b")
    memories = world.memory(ends[0], "ma"), world.memory(ends[1], "mb")
    seen: dict[str, list[float]] = {"seconds": [], "attempts": [], "fidelity": []}

    class Again:
        began = 0.0

        def start(self) -> None:
            self.began, link.attempts = world.now, 0
            link.start()

        def made(self) -> None:
            seen["seconds"].append(world.now - self.began)
            seen["attempts"].append(link.attempts)
            world.later(wait, self, "look")

        def look(self) -> None:
            for memory in memories:
                memory.bds_decohere()
            seen["fidelity"].append(float(memories[0].get_bds_fidelity()))
            if len(seen["seconds"]) < pairs:
                self.start()

    again = Again()
    link = Link(ends, memories, world.join(*ends), again.made)
    for end in ends:
        end.told = lambda protocol, _, state: link.heard(protocol, state)
    world.run(again)
    return {name: np.array(values) for name, values in seen.items()}


def purified(setting: Setting, pairs: int) -> dict[str, NDArray[np.float64]]:
    """Seconds and fidelity of pairs that are distilled from two that are made after one another.

    Also whether each try kept its pair, and the fidelity of the older pair when both are there.
    """
    world = World(setting)
    ends = world.end("a"), world.end("b")
    names = ("first", "second")
    memories = [tuple(world.memory(end, f"{end.name}.{name}") for end in ends) for name in names]
    station = world.join(*ends)
    seen: dict[str, list[float]] = {"seconds": [], "fidelity": [], "kept": [], "older": []}

    class Again:
        began = 0.0
        tries = 0
        reports: list[Any] = []  # noqa: RUF012

        def start(self) -> None:
            self.began = world.now
            self.pair()

        def pair(self) -> None:
            links[0].start()

        def distil(self) -> None:
            for memory in memories[0]:
                memory.bds_decohere()
            seen["older"].append(float(memories[0][0].get_bds_fidelity()))
            self.tries += 1
            self.reports = []
            protocols = []
            for here in (0, 1):
                protocol = BBPSSW_BDS(
                    ends[here], f"purify.{ends[here].name}.{self.tries}",
                    memories[0][here], memories[1][here],
                )  # fmt: skip
                ends[here].protocols.append(protocol)
                protocols.append(protocol)
            for here, there in ((0, 1), (1, 0)):
                protocols[here].set_others(
                    protocols[there].name,
                    ends[there].name,
                    [memories[0][there].name, memories[1][there].name],
                )
            for protocol in protocols:
                protocol.start()

        def heard(self, protocol: Any, memory: Memory, state: Any) -> None:
            if not isinstance(protocol, BBPSSW_BDS):
                links[memory in memories[1]].heard(protocol, state)
                return
            if memory not in memories[0]:
                return
            self.reports.append(state)
            protocol.owner.protocols.remove(protocol)
            if len(self.reports) < 2:
                return
            kept = all("PURIFIED" in str(one) for one in self.reports)
            seen["kept"].append(kept)
            if kept:
                seen["seconds"].append(world.now - self.began)
                seen["fidelity"].append(float(memories[0][0].get_bds_fidelity()))
            if len(seen["seconds"]) < pairs:
                world.later(0.0, self, "start" if kept else "pair")

    again = Again()
    links = [
        Link(ends, memories[0], station, lambda: links[1].start()),
        Link(ends, memories[1], station, again.distil),
    ]
    for end in ends:
        end.told = again.heard
    world.run(again)
    return {name: np.array(values, float) for name, values in seen.items()}


def _swapping(node: End, name: str, *memories: Memory) -> Any:
    """What measures two memories of a repeater."""
    if not MULTIPLIES:
        return EntanglementSwappingA.create(node, name, *memories)
    protocol = EntanglementSwappingA(node, name, *memories, degradation=1.0)
    protocol.circuit = None  # diagonal states have no circuits
    return protocol


def _holding(node: End, name: str, memory: Memory) -> Any:
    """What waits at an end for the result of a swap."""
    make = EntanglementSwappingB if MULTIPLIES else EntanglementSwappingB.create
    return make(node, name, memory)


def repeater(setting: Setting, pairs: int) -> dict[str, NDArray[np.float64]]:
    """Seconds of pairs through one repeater, and the fidelity that SeQUeNCe gives them."""
    world = World(setting)
    left, middle, right = (world.end(name) for name in ("a", "m", "b"))
    sides = ((left, middle), (middle, right))
    memories = [
        (world.memory(left, "a.m"), world.memory(middle, "m.a")),
        (world.memory(middle, "m.b"), world.memory(right, "b.m")),
    ]
    seen: dict[str, list[float]] = {"seconds": [], "fidelity": []}

    class Again:
        began = 0.0
        tries = 0
        there: list[int] = []  # noqa: RUF012
        done = 0

        def start(self) -> None:
            self.began, self.there, self.done = world.now, [], 0
            for link in links:
                link.start()

        def made(self, side: int) -> None:
            self.there.append(side)
            if len(self.there) == 2:
                self.swap()

        def swap(self) -> None:
            self.tries += 1
            center = _swapping(middle, f"swap.{self.tries}", memories[0][1], memories[1][0])
            middle.protocols.append(center)
            held = {left: memories[0][0], right: memories[1][1]}
            for end, memory in held.items():
                protocol = _holding(end, f"hold.{end.name}.{self.tries}", memory)
                end.protocols.append(protocol)
                protocol.set_others(center.name, middle.name, [])
                center.set_others(protocol.name, end.name, [memory.name])
            center.start()

        def heard(self, protocol: Any, memory: Memory, state: Any) -> None:
            if isinstance(protocol, EntanglementSwappingB):
                protocol.owner.protocols.remove(protocol)
                self.done += 1
                if self.done == 2:
                    seen["seconds"].append(world.now - self.began)
                    seen["fidelity"].append(float(memory.fidelity))
                    if len(seen["seconds"]) < pairs:
                        world.later(0.0, self, "start")
            elif isinstance(protocol, EntanglementSwappingA):
                if protocol in middle.protocols:
                    middle.protocols.remove(protocol)
            else:
                links[memory in memories[1]].heard(protocol, state)

    again = Again()
    links = [
        Link(sides[k], memories[k], world.join(*sides[k]), partial(again.made, k)) for k in (0, 1)
    ]
    for end in (left, middle, right):
        end.told = again.heard
    world.timeline.quantum_manager.run_circuit = lambda _, keys, *__: dict.fromkeys(keys, 0)
    world.run(again)
    return {name: np.array(values) for name, values in seen.items()}
