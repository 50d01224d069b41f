"""Names, help and examples of all verbs, and settings from a file and from `--set`."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from command_line import SMALL, error_of, run_ebit
from ebit.cli.verbs import app

ROOT: Any = typer.main.get_command(app)

KINDS = {
    "--copies": "several for graphs, one for bounds",
    "--data": "predict and export take files only, reproduce several",
    "--depth": "capacity takes several",
    "--experiment": "a report takes several",
    "--faulty": "a study takes several",
    "--model": "a name, or a file",
    "--network": "infer takes files only",
    "--optimizer": "communication has two of its own",
    "--resource": "train takes one",
    "--shots": "compare and plan take several",
    "--shots-per-label": "compare takes several",
}
"""Options with values of several types, and why."""

NOUNS = {
    "--batch-size": "rows, samples or graphs",
    "--data": "told by what can be there",
    "--model": "a name, or a file",
    "--out": "folder or file",
    "--resource": "told by what can be there",
}
"""Options whose help need not share a word, and why."""


def context(name: str, verb: Any, parent: Any) -> Any:
    return verb.context_class(verb, info_name=name, parent=parent)


def verbs(group: Any = ROOT, above: Any = None) -> Iterator[tuple[str, Any, Any]]:
    above = above or context("ebit", ROOT, None)
    for name, verb in group.commands.items():
        own = context(name, verb, above)
        if hasattr(verb, "commands"):
            yield from verbs(verb, own)
        else:
            yield own.command_path.removeprefix("ebit "), verb, own


ALL = {path: (verb, own) for path, verb, own in verbs()}


def test_the_same_option_is_the_same_in_all_verbs() -> None:
    found: dict[str, list[tuple[str, str]]] = {}
    for verb, own in ALL.values():
        for parameter in verb.params:
            record = parameter.get_help_record(own)
            if parameter.param_type_name == "option" and record is not None:
                kind = record[0].partition(" ")[2]
                found.setdefault(parameter.opts[0], []).append((kind, record[1]))
    assert found["--out"]
    for option, told in found.items():
        if option not in KINDS:
            assert len({kind for kind, _ in told}) == 1, (option, told)
        if option not in NOUNS:
            words = [set(re.findall(r"[a-z]{3,}?(?=s?\b)", text.lower())) for _, text in told]
            assert set.intersection(*words), (option, told)
    assert KINDS.keys() | NOUNS.keys() <= found.keys()


@pytest.mark.parametrize("path", ALL)
def test_every_verb_shows_an_example_that_parses(path: str) -> None:
    verb, own = ALL[path]
    lines = run_ebit(*path.split(), "--help").out.splitlines()
    assert all(len(line) <= 80 for line in lines)
    example = lines[lines.index("Example:") + 1].strip()
    words = shlex.split(example)
    assert words[: 1 + len(path.split())] == ["ebit", *path.split()]
    rest = words[1 + len(path.split()) :]
    assert verb.make_context(own.info_name, rest, parent=own.parent).command is verb


def test_no_summary_is_cut() -> None:
    text = run_ebit("--help").out
    assert "..." not in text.replace("[ARGS]...", "")
    for name, verb in ROOT.commands.items():
        first = " ".join(verb.help.split("\n\n")[0].split())
        assert f"{name} {first}" in " ".join(text.split())


@pytest.mark.parametrize("group", ["network", "consensus", "communication"])
def test_verbs_of_a_group_stand_in_one_list(group: str) -> None:
    _, _, shown = run_ebit(group, "--help").out.partition("\nCommands:\n")
    found = {line.split()[0] for line in shown.splitlines() if re.match(r"  \w", line)}
    assert found == set(ROOT.commands[group].commands)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (("capacity", "--resources", "none"), "--resource"),
        (("capacity", "--resources=none"), "--resource"),
        (("compare", "--resources", "none"), "--resource"),
        (("plan", "nv+metropolitan", "--qpus", "a"), "--between"),
        (("communication", "train", "--batch", "x"), "--batch-size"),
        (("communication", "train", "--rate", "x"), "--learning-rate"),
        (("consensus", "prepare", "--delta", "x"), "--longest-delay"),
    ],
    ids=str,
)
def test_old_names_are_taken_with_a_note(here: Path, old: tuple[str, ...], new: str) -> None:
    outcome = run_ebit(*old, "--set", "no=1")
    note, *rest = outcome.err.splitlines()
    assert note == f"Note: {old[-2] if '=' not in old[-1] else '--resources'} is called {new} now."
    assert len(rest) == 1
    assert "No such option" not in rest[0] or "--set" in rest[0]
    assert "--resources" not in run_ebit("compare", "--help").out


def test_line_before_set_before_file_before_default(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []

    def only_look(task: Any, *_: Any, **__: Any) -> None:
        seen.append(task)
        raise KeyboardInterrupt

    monkeypatch.setattr("ebit.cli.train.announce", lambda _, tasks, __: only_look(tasks[0]))
    (here / "c.toml").write_text(
        'data = "chsh"\nout = "there"\n[model]\nresource = "bell:1"\ndepth = 2\n'
        "noise = { two_qubit_error = 0.01 }\n[training]\nsteps = 3\nruns = 4\n"
    )
    run_ebit(
        "train", "--config", "c.toml", "--set", "noise.flip_one=0.02", "--set", "training.runs=5",
        "--set", "depth=6", "--depth", 7,
    )  # fmt: skip
    (task,) = seen
    assert (task.model.resource, task.model.depth, task.model.mixing) == ("bell:1", 7, 0)
    assert (task.training.steps, task.training.runs) == (3, 5)
    assert (task.model.noise.two_qubit_error, task.model.noise.flip_one) == (0.01, 0.02)


@pytest.mark.parametrize(
    ("setting", "names"),
    [
        ("dept=3", "'dept' of --set is unknown: did you mean depth"),
        ("model.dept=3", r"'model.dept' .* did you mean model\.depth"),
        ("noise.flip_on=0", "'noise.flip_on' is unknown: did you mean flip_one"),
        ("zzzz=0", "see `ebit train --help`"),
        ("depth", "must be like depth=3"),
        ("a.b.c.d.e=3", "must be like depth=3"),
        ("depth=2.5", "`depth` must be a whole number, but is 2.5"),
        ("depth=two", "`depth` must be a whole number, but is 'two'"),
        ("depth=1\nsteps=2", "whole number"),
        ("noise=gone.toml", "Cannot read 'gone.toml'"),
        ("noise=3", "Cannot read '3'"),
        ("config=c.toml", "'config' of --set is unknown"),
        ("out.a=3", "'out' of --set must be a value"),
        ("model=3", "unknown"),
    ],
)
def test_a_bad_setting_is_one_line(here: Path, setting: str, names: str) -> None:
    message = error_of("train", "--data", "chsh", "--resource", "none", "--set", setting)
    assert re.search(names, message), message
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("content", ["a = [", "depth = 1\ndepth = 2", "[depth]\na = 1", "x = 1"])
def test_a_bad_file_is_one_line(here: Path, content: str) -> None:
    (here / "c.toml").write_text(content)
    error_of("train", "--data", "chsh", "--resource", "none", "--config", "c.toml")
    assert [path.name for path in here.iterdir()] == ["c.toml"]


def test_settings_may_give_what_is_required(here: Path) -> None:
    message = error_of("train", "--set", "resource=bell:1", "--set", "data=gone.csv")
    assert "`gone.csv` does not exist" in message
    assert "Missing option '--resource'" in error_of("train", "--set", "data=chsh")


def test_options_of_the_verb_may_be_set(here: Path) -> None:
    outcome = run_ebit(
        "capacity", "--set", "resource=[none,'bell:1']", "--set", "depth=1", "--set", "qubits=2",
        "--set", "points=2", "--set", "inputs=4", "--json", "c.json", "--set", "json=d.json",
    )  # fmt: skip
    assert outcome.code == 2, "a list that is no TOML is one name"
    outcome = run_ebit(
        "capacity", "--set", 'resource=["none","bell:1"]', "--set", "depth=1", "--set", "qubits=2",
        "--set", "points=2", "--set", "inputs=4", "--json", "c.json", "--set", "json=d.json",
    )  # fmt: skip
    assert outcome.code == 0, outcome
    rows = json.loads((here / "c.json").read_text())["rows"]
    assert [row["resource"] for row in rows] == ["none", "bell:1"]
    assert not (here / "d.json").exists()


def test_settings_replace_those_of_a_sweep(here: Path) -> None:
    (here / "grid.toml").write_text(
        '[[grid]]\ndata = "chsh"\nresource = ["none", "bell:1"]\ndepth = [1, 2]\n'
    )
    outcome = run_ebit("sweep", "grid.toml", "--dry-run", "--set", "depth=3")
    assert outcome.out.startswith("Tasks: 2,")
    outcome = run_ebit("sweep", "grid.toml", "--dry-run", "--set", "data.source=gone.csv")
    assert "gone.csv" in outcome.err


def test_train_takes_one_resource(here: Path) -> None:
    message = error_of("train", "--data", "chsh", "--resource", "none,bell:1", *SMALL)
    assert "use `ebit compare` for several" in message
