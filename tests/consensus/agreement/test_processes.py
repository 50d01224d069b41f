"""Real processes: they reach the parameters of the simulator, whatever happens to some of them."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from consensus.agreement.processes import Link, Processes
from ebit.consensus.agreement.book import book_of
from ebit.consensus.agreement.committee import Committee
from ebit.consensus.agreement.fixed_point import add_trimmed_mean
from ebit.consensus.agreement.layout import lay_out
from ebit.consensus.agreement.settings import read_node
from ebit.consensus.agreement.simulation import Simulation
from ebit.consensus.agreement.work import Work
from ebit.consensus.agreement.workers import WORKERS
from ebit.consensus.keys.certificates import Identity, make_certificates


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[Callable[..., Processes]]:
    made: list[Processes] = []

    def make(*arguments: Any, **options: Any) -> Processes:
        made.append(Processes(lay_out(tmp_path / "net", *arguments, **options)))
        return made[-1]

    yield make
    for one in made:
        one.stop()


def simulated(
    net: Processes, f: int, reports: list[dict[str, Any]], faulty: dict[int, str]
) -> dict[int, str]:
    """Hash of each round in the simulator, if the same nodes are absent in it."""
    n = len(net.paths)
    present: dict[int, tuple[int, ...]] = {}
    for report in reports:
        for row in report["rounds"]:
            if row["updates"] is not None:
                present.setdefault(row["round"], tuple(row["updates"]))
    rounds = len(present)
    absent = {number: frozenset(range(n)) - set(nodes) for number, nodes in present.items()}
    simulation = Simulation(Committee(n, f), work_of(net, f), rounds, faulty=faulty, absent=absent)
    outcome = simulation.run(until=5000)
    assert outcome.finished
    assert outcome.updates == present
    states = next(iter(outcome.states.values()))
    return {number: states[number].hex() for number in range(1, rounds + 1)}


def work_of(net: Processes, f: int) -> Work:
    """What the nodes compute, from the files that they read."""
    local_updates = []
    for path in net.paths:
        settings = read_node(path)[0].work
        with np.load(path.parent / settings.data) as file:
            x, y, theta = file["x"], file["y"], file["theta"]
        local_updates.append(WORKERS[settings.kind](x, y, settings.rate))
    node = read_node(net.paths[0])[0]
    if not node.work.broker:
        return Work(theta, local_updates, add_trimmed_mean(f))
    book = book_of(node, len(theta))
    carried = [book.carried(local, k) for k, local in enumerate(local_updates)]
    return Work(theta, carried, book.apply, book.ledger, book.record)


def check_same(reports: list[dict[str, Any]], expected: dict[int, str]) -> None:
    """All end with the parameters of the simulator, and no round differs from it."""
    for report in reports:
        found = {row["round"]: row["hash"] for row in report["rounds"]}
        assert found.items() <= expected.items()
        assert max(found) == max(expected)


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_four_processes_reach_what_the_simulator_does_over_kill_9(
    nodes: Callable[..., Processes],
) -> None:
    net = nodes(4, 1, 4, delta=0.2)
    for k in range(4):
        net.start(k)
    net.wait_for(3, "Round 1:")
    net.kill(3)
    net.wait_for(0, "Round 2:")
    net.start(3)
    assert [net.wait(k) for k in range(4)] == [0] * 4, [net.said(k) for k in range(4)]
    assert "from the log" in net.said(3)
    reports = [net.report(k) for k in range(4)]
    check_same(reports, simulated(net, 1, reports, {}))
    assert reports[0]["key_bits"] == 256 * reports[0]["frames"]


@pytest.mark.slow
def test_seven_processes_with_a_liar_a_killed_node_a_cut_link_and_a_full_disk(
    nodes: Callable[..., Processes],
) -> None:
    net = nodes(7, 2, 14, delta=0.25)
    liar, killed, full = 2, 5, 6
    replace(net.paths[liar], "faulty = 2", 'faulty = 2\ndrill = "wrong update"')
    settings = read_node(net.paths[0])[0]
    links = []
    for one, other in ((0, 1), (1, 0)):
        link = Link(settings.node[other].place)
        address = settings.node[other].address
        replace(net.paths[one], address, f"127.0.0.1:{link.port}")
        links.append(link)
    for k in range(7):
        net.start(k, most_bytes=300_000 if k == full else None)
    net.wait_for(0, "Round 2:")
    for link in links:
        link.cut()
    cut = time.monotonic()
    net.wait_for(killed, "Round 2:")
    net.kill(killed)
    assert net.wait(full) == 1
    assert "free some space" in net.said(full)
    time.sleep(max(0.0, cut + 10 - time.monotonic()))
    for link in links:
        link.heal()
    net.start(killed)
    net.start(full)
    assert [net.wait(k) for k in range(7)] == [0] * 7, [net.said(k) for k in range(7)]
    for link in links:
        link.close()
    reports = [net.report(k) for k in range(7)]
    expected = simulated(net, 2, reports, {liar: "wrong update"})
    assert len(expected) == 14
    check_same(reports, expected)


@pytest.mark.slow
def test_four_processes_train_the_quantum_network_of_the_simulator(
    nodes: Callable[..., Processes],
) -> None:
    pytest.importorskip("sklearn")
    net = nodes(4, 1, 3, work="dqnn", delta=0.5)
    for k in range(4):
        net.start(k)
    assert [net.wait(k) for k in range(4)] == [0] * 4, [net.said(k) for k in range(4)]
    reports = [net.report(k) for k in range(4)]
    check_same(reports, simulated(net, 1, reports, {}))
    assert len(reports[0]["parameters"]) == 56


@pytest.mark.slow
def test_processes_weight_updates_by_witness_as_the_simulator_does(
    nodes: Callable[..., Processes],
) -> None:
    net = nodes(4, 1, 4, broker="hard", delta=0.5)
    for k in range(4):
        net.start(k)
    assert [net.wait(k) for k in range(4)] == [0] * 4, [net.said(k) for k in range(4)]
    reports = [net.report(k) for k in range(4)]
    check_same(reports, simulated(net, 1, reports, {}))
    assert all("false witness" not in report["alarms"] for report in reports)


@pytest.mark.parametrize("who", ["nobody", "foreign", "unknown", "itself"])
def test_without_certificates_there_is_no_vote(
    nodes: Callable[..., Processes], tmp_path: Path, who: str
) -> None:
    from ebit.consensus.agreement.wires import Inlets
    from ebit.consensus.keys.shared import SharedKeys

    ours = make_certificates(tmp_path / "ours", ["node-0", "node-1", "node-9"])
    foreign = make_certificates(tmp_path / "foreign", ["node-1"])
    got: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    inlets = Inlets(
        0, ["node-0", "node-1"], ("127.0.0.1", port), ours["node-0"], "none",
        SharedKeys(0).of(0), lambda *message: got.append(message), print,
    )  # fmt: skip
    shown: dict[str, Identity | None] = {
        "nobody": None,
        "foreign": foreign["node-1"],
        "unknown": ours["node-9"],
        "itself": ours["node-0"],
    }
    identity = shown[who]
    context = (
        ssl.create_default_context(cafile=ours["node-0"].ca)
        if identity is None
        else identity.client()
    )
    context.load_verify_locations(ours["node-0"].ca)
    try:
        with (
            socket.create_connection(("127.0.0.1", port)) as plain,
            context.wrap_socket(plain, server_hostname="node-0") as secure,
        ):
            secure.settimeout(60)
            secure.sendall(b"\x00\x00\x00\x22" + bytes(34))
            assert secure.recv(1) == b""
    except OSError:
        pass
    inlets.close()
    assert not got
    assert inlets.refused["certificate"] == 1


def test_clocks_that_are_apart_are_named(tmp_path: Path) -> None:
    """A certificate that is not valid now is what a node sees of a clock that is wrong."""
    from ebit.consensus.keys.certificates import why_refused

    here = make_certificates(tmp_path / "here", ["node-0"], days=0)["node-0"]
    time.sleep(1.1)
    near, far = socket.socketpair()
    server = threading.Thread(target=_shake, args=(here, far), daemon=True)
    server.start()
    near.settimeout(60)
    with pytest.raises(ssl.SSLCertVerificationError) as caught:
        here.client().wrap_socket(near, server_hostname="node-0")
    server.join()
    assert "compare the clocks" in why_refused(caught.value)


def _shake(identity: Identity, plain: socket.socket) -> None:
    with plain:
        try:
            identity.server().wrap_socket(plain, server_side=True).close()
        except OSError:
            return


@pytest.mark.slow
def test_nodes_without_keys_say_that_it_is_keys_they_lack(
    nodes: Callable[..., Processes],
) -> None:
    net = nodes(4, 1, 1, delta=0.2)
    for k, path in enumerate(net.paths):
        text = path.read_text().replace("key_rate = 1000000.0", "key_rate = 0.001\nstored = 512")
        path.write_text(f"patience = 30\n{text}")
        net.start(k)
    for k in range(4):
        assert net.wait(k) == 1
        assert "of 3 other nodes get no frames for want of keys" in net.said(k)
        assert 1 <= net.said(k).count("waits for a key") <= 3
