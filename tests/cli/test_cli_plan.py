import json
from pathlib import Path

import pytest

from command_line import error_of, run_ebit

TINY = ("--depth", 1, "--steps", 3, "--runs", 2, "--batch-size", 8)
PLAN = ("plan", "trapped-ion+laboratory", "--data", "chsh", "--no-train-with-noise")

NETWORK = """
[[qpu]]
name = "alice"
qubits = 2
[[qpu]]
name = "bob"
qubits = 2
[[qpu]]
name = "eve"
qubits = 2
[[link]]
between = ["alice", "bob"]
delay = "1 ms"
pair_rate = "10 Hz"
fidelity = 0.9
[[link]]
between = ["bob", "eve"]
delay = "1 ms"
pair_rate = "10 Hz"
fidelity = 0.9
"""


def test_a_plan_from_profiles(tmp_path: Path) -> None:
    out, file = tmp_path / "out", tmp_path / "plan.json"
    options = ("--quick", "--resource", "bell:1", "--shots", 100, "--purification", "1")
    outcome = run_ebit(*PLAN, *TINY, *options, "--out", out, "--json", file)
    assert outcome.code == 0, outcome.err
    lines = outcome.out.splitlines()
    assert lines[0].split()[:3] == ["resource", "purif", "noise"]
    assert lines[1].split()[0] == "none", "none is always there"
    assert lines[2].split()[:3] == ["bell:1", "1", "no"]
    assert max(map(len, lines[:3])) <= 100
    assert any(line.startswith("Use ") for line in lines)
    assert lines[-1] == f"Report: {out / 'plan.html'}"
    content = json.loads(file.read_text())
    assert [row["resource"] for row in content["options"]] == ["none", "bell:1"]
    assert len(content["distance"]) == 2 * 7 * 2, "the length of the link is a point, too"
    assert content["recommendation"] in outcome.out
    assert set(content["distance_crossings"]) == {"bell:1"}
    page = (out / "plan.html").read_text()
    assert page.count("<figure ") == 3
    assert content["recommendation"].split(":")[0] in page
    for name in ("distance", "fidelity", "rate"):
        assert (out / "figures" / f"{name}.csv").is_file()


def test_noise_is_trained_where_there_is_time(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    given = ("--resource", "none", *TINY, "--shots", 100, "--out", tmp_path, "--json", file)
    for minutes, ways in ((0, [False]), (10, [False, True])):
        outcome = run_ebit(*PLAN[:4], *given, "--minutes", minutes)
        assert outcome.code == 0, outcome.err
        rows = json.loads(file.read_text())["options"]
        assert [row["trained_with_noise"] for row in rows] == ways
        assert ("Training under the noise would take some" in outcome.err) == (minutes == 0)


@pytest.mark.slow
def test_three_qpus_of_a_file(tmp_path: Path) -> None:
    path, file = tmp_path / "network.toml", tmp_path / "plan.json"
    path.write_text(NETWORK)
    options = ("--data", "parity-game:3", "--between", 3, "--resource", "bell:1", "--shots", 100)
    settings = ("--qubits", 2, "--depth", 1, "--steps", 2, "--runs", 2, "--purification", 0)
    outcome = run_ebit(
        *("plan", path, *options, *settings, "--out", tmp_path / "out", "--json", file)
    )
    assert outcome.code == 0, outcome.err
    rows = json.loads(file.read_text())["options"]
    assert [row["resource"] for row in rows] == ["none", "bell:1"]
    wanted = {
        "resource", "purification_rounds", "shots", "trained_with_noise", "accuracy_mean",
        "accuracy_std", "feasible", "reason", "labels_per_second", "recommended",
    }  # fmt: skip
    assert wanted <= set(rows[0]) & set(rows[1])
    assert rows[1]["topology"] == "alice-bob, bob-eve"
    assert rows[1]["links"] == ["alice-bob", "bob-eve"]
    assert rows[1]["link_pair_rates"] == [10.0, 10.0]
    assert "alice-bob 1 of fidelity 0.900 out of 1 fresh at 10 Hz; bob-eve 1 of" in outcome.out
    assert rows[1]["labels_per_second"] == pytest.approx(1 / (100 * 0.2), rel=0.01)
    assert "Use none" in outcome.out
    content = json.loads(file.read_text())
    assert {row["resource"] for row in content["distance"]} == {"none", "bell:1"}
    assert set(content["fidelity_crossings"]) == {"bell:1"}
    assert "bell:1 is not told apart from none from 0.1 to 10000 km" in outcome.out
    page = (tmp_path / "out" / "plan.html").read_text()
    assert page.count("<figure ") == 3
    assert "bell:1 on alice-bob, bob-eve" in page


@pytest.mark.slow
def test_three_qpus_of_profiles_say_what_is_not_verified(tmp_path: Path) -> None:
    path, file = tmp_path / "network.toml", tmp_path / "plan.json"
    path.write_text(NETWORK.replace("qubits = 2\n[[link]]", 'profile = "nv"\n[[link]]'))
    outcome = run_ebit(
        *("plan", path, "--data", "parity-game:3", "--between", 3, "--resource", "none"),
        *("--qubits", 2, "--depth", 1, "--steps", 2, "--runs", 1, "--shots", 100),
        *("--out", tmp_path / "out", "--json", file),
    )
    assert outcome.code == 0, outcome.err
    assert "Not verified in profile nv: t1, t2," in outcome.out
    assert "Not verified in profile nv: t1, t2," in (tmp_path / "out" / "plan.html").read_text()
    assert json.loads(file.read_text())["unverified"][0].startswith("Not verified in profile nv")


@pytest.mark.slow
def test_trainings_of_three_qpus_on_a_network(tmp_path: Path) -> None:
    path = tmp_path / "network.toml"
    path.write_text(NETWORK)
    options = ("--data", "parity-game:3", "--qpus", 3, "--qubits", 2, "--depth", 1, "--steps", 2)
    rest = ("--runs", 1, "--resource", "bell:1", "--network", path, "--out", tmp_path / "out")
    outcome = run_ebit("train", *options, *rest)
    assert outcome.code == 0, outcome.err
    assert "Network: alice, bob, eve." in outcome.err
    message = error_of("train", *options, *rest, "--between", "alice,eve,bob")
    assert "Network has no link alice-eve" in message
    assert "must name 3 QPUs" in error_of("train", *options, *rest, "--between", "alice,bob")
    file = tmp_path / "rows.json"
    outcome = run_ebit("compare", *options, *rest, "--json", file)
    assert outcome.code == 0, outcome.err
    (row,) = json.loads(file.read_text())["rows"]
    assert row["waiting_seconds_per_inference"] == pytest.approx(0.2, rel=0.02)


def test_two_qpus_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "network.toml"
    path.write_text(NETWORK)
    assert "name two of the QPUs alice, bob, eve" in error_of("plan", path, "--data", "chsh")
    assert "no link alice-eve" in error_of("plan", path, "--data", "chsh", "--between", "alice,eve")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--between", "a"), "Argument `between` must be two names, a,b, but is 'a'"),
        (("--between", "a,c"), "no QPU 'c': use a, b"),
        (("--shots", "ten"), "`shots` must be whole numbers separated by commas"),
        (("--shots", "0"), "`shots` must be a whole number"),
        (("--purification", "x"), "`purification` must be whole numbers separated by commas"),
        (("--purification", "30"), "`purification` must be a whole number from 0 to 20"),
        (("--rate", "0"), "`rate` must be a number more than 0, but is 0.0"),
        (("--rate", "-1"), "`rate` must be a number more than 0"),
        (("--rate", "x"), "'--rate'"),
        (("--rows", "0"), "`rows` must be a whole number, at least 1, but is 0"),
        (("--resource", "dnn"), "'dnn', which uses no network"),
        (("--resource", "bell:1,fidelity=0.9"), "the network says how good the pairs are"),
        (("--resource", "bell:3"), "'bell:3' shares 3 Bell pairs"),
        (("--resource", "x"), "Unknown resource 'x'"),
        (("--depth", 0), "`depth` must be at least 1"),
    ],
)
def test_bad_input_is_one_line(tmp_path: Path, options: tuple[object, ...], words: str) -> None:
    out = tmp_path / "out"
    assert words in error_of(*PLAN, *options, "--out", out)
    assert not out.exists()


@pytest.mark.parametrize(
    ("network", "words"),
    [
        ("nowhere.toml", "Cannot read 'nowhere.toml'"),
        ("x+laboratory", "'x' is no profile of a qpu: use neutral-atom, nv,"),
        ("nv+x", "'x' is no profile of a link"),
    ],
)
def test_networks_that_do_not_exist(network: str, words: str) -> None:
    assert words in error_of("plan", network, "--data", "chsh")


def test_broken_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "network.toml"
    path.write_text("[[qpu]")
    assert "is not TOML" in error_of("plan", path, "--data", "chsh")


@pytest.mark.slow
def test_compare_takes_the_seconds_of_waiting(tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    outcome = run_ebit(
        "compare", "--data", "chsh", *TINY, "--resource", "none,bell:1,dnn",
        "--network", "trapped-ion+laboratory", "--out", tmp_path / "out", "--json", file,
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    lines = outcome.out.splitlines()
    assert lines[0].endswith("waiting s")
    assert [line.split()[-1] for line in lines[1:4]] == ["0", "0.103", "-"]
    rows = json.loads(file.read_text())["rows"]
    assert rows[1]["waiting_seconds_per_inference"] == pytest.approx(1 / 9.7)
    assert rows[1]["ebits_training"] == 3 * 8
    assert rows[2]["waiting_seconds_per_inference"] is None
    for _ in range(2):  # and the same when the page is written again
        page = (tmp_path / "out" / "report.html").read_text()
        assert "Not verified in profile laboratory: pair_rate, fidelity" in page
        assert "a and b: 0.002 km, 9.7 pairs per second of fidelity 0.9689" in page
        (tmp_path / "out" / "report.html").unlink()
        assert run_ebit("report", tmp_path / "out").code == 0


@pytest.mark.slow
def test_compare_without_a_network_says_nothing_of_waiting(tmp_path: Path) -> None:
    outcome = run_ebit(
        "compare", "--data", "chsh", *TINY, "--resource", "none", "--out", tmp_path / "out"
    )
    assert "waiting" not in outcome.out
