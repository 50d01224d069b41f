import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebit import BellPairs, EbitError, Task, make_task
from ebit.data import Dataset, Scaling
from ebit.results import ModelSettings, TrainingSettings

MODEL: dict[str, Any] = {
    "resource": "bell:2", "qubits": 4, "depth": 3, "mixing": 1, "readout": "weights",
    "pooling": "halves",
}  # fmt: skip
TRAINING: dict[str, Any] = {
    "steps": 10, "batch_size": 8, "learning_rate": 0.1, "loss": "mse", "runs": 2, "seed": 1,
    "validate_every": 5, "b1": 0.9, "b2": 0.999, "schedule": "constant", "minibatches": "permuted",
}  # fmt: skip
OTHER: dict[str, Any] = {
    "resource": "none", "qubits": 2, "depth": 4, "mixing": 0, "readout": "parity",
    "pooling": "all-but-one", "steps": 11, "batch_size": 9, "learning_rate": 0.2, "loss": "product",
    "runs": 3, "seed": 2, "validate_every": 4, "b1": 0.8, "b2": 0.99, "schedule": "cosine",
    "minibatches": "replacement",
}  # fmt: skip


def task(data: str = "a.csv", fingerprint: str = "f", **changes: Any) -> Task:
    settings = [
        {name: changes.get(name, value) for name, value in part.items()}
        for part in (MODEL, TRAINING)
    ]
    return Task(
        model=ModelSettings(**settings[0]),
        training=TrainingSettings(**settings[1]),
        data=data,
        fingerprint=fingerprint,
    )


def test_the_hash_is_the_same_in_every_version() -> None:
    """A new hash makes every stored result worthless: it needs a new `format`."""
    assert task().hash == "844eb868c27f33455027c61bf35aee43fb2e8ca3eee1671a85bc6cf6bf78f0b8"


OLD_TASKS: list[tuple[dict[str, Any], str]] = [
    ({"resource": "none"}, "0e5a8f0fb64145ba7ce14317cafd57477df6b56a3ee0c89f8fa55a84cbbbfd9e"),
    (
        {"resource": "bell:1", "depth": 3, "steps": 7, "runs": 2, "seed": 5, "loss": "product"},
        "8a595194d22ab891f07707546485c83e6f3bef058f317c0318b5a1770d24f4aa",
    ),
    (
        {"resource": "classical", "pooling": "all-but-one", "learning_rate": 0.01,
         "readout": "parity", "mixing": 2},
        "38c14ff2db1156cde9121239f57c7ae6cecdf58ca73304cede130e3ece8798d3",
    ),
    (
        {"resource": "bell:1", "noise": {"flip_one": 0.1, "t1_seconds": (1.0, None)}},
        "3af9bc85a2119baa1fb909fb2b8614002a7749069f2b720b1f99085740006a17",
    ),
    (
        {"resource": "bell:1,fidelity=0.9", "batch_size": 8, "validate_every": 11},
        "0763f72772331408deed5c5a88d2136ab42f71a7828548cfc5c367c24316c724",
    ),
    ({"resource": "dnn"}, "49f1c8dd69ae25485b8a349d67b661a82a57a15c64842e44bfe2423ee8d33e25"),
    ({"resource": "single"}, "fd7bc5ae05649fe40ca73fd67dd7070f530a40efba7283dad11da403719ceb7e"),
]  # fmt: skip
"""Tasks on the CHSH data, and their hashes before there were further settings."""


@pytest.mark.parametrize(("settings", "old"), OLD_TASKS)
def test_tasks_of_the_first_version_keep_their_hashes(
    game: Dataset, settings: dict[str, Any], old: str
) -> None:
    assert make_task(game, **settings).hash == old


def test_an_object_stands_for_its_resource_string(game: Dataset) -> None:
    assert make_task(game, resource=BellPairs(1)) == make_task(game, resource="bell:1")


def test_a_task_from_before_there_was_a_pooling_layout_is_the_same_task() -> None:
    content = task().model_dump()
    del content["model"]["pooling"]
    assert Task.model_validate(content) == task()
    assert Task.model_validate(content).hash == task().hash


@pytest.mark.parametrize("name", OTHER)
def test_every_setting_counts(name: str) -> None:
    assert task(**{name: OTHER[name]}).hash != task().hash


def test_the_data_count_but_not_their_name() -> None:
    assert task(data="other.csv").hash == task().hash
    assert task(fingerprint="g").hash != task().hash


@pytest.mark.parametrize("text", ["bell:2", "bell:02", " bell:2 "])
def test_one_resource_has_one_hash(text: str) -> None:
    assert task(resource=text.strip()).hash == task().hash
    assert task(resource=text.strip()).model.resource == "bell:2"


def test_numbers_of_another_type_are_the_same_numbers() -> None:
    assert task(learning_rate=1).hash == task(learning_rate=1.0).hash


def test_a_task_survives_json_and_cannot_change() -> None:
    assert Task.model_validate_json(task().model_dump_json()) == task()
    assert Task.model_validate_json(task().model_dump_json()).hash == task().hash
    with pytest.raises(ValueError, match="frozen"):
        task().data = "other"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"steps": 0}, "Argument `steps` must be at least 1, but is 0."),
        ({"steps": 10**10}, "Argument `steps` must be at most 1000000000, but is 10000000000."),
        ({"runs": -1}, "Argument `runs` must be at least 1, but is -1."),
        ({"depth": 0}, "Argument `depth` must be at least 1, but is 0."),
        ({"mixing": -1}, "Argument `mixing` must be at least 0, but is -1."),
        ({"learning_rate": 0}, "Argument `learning_rate` must be greater than 0, but is 0."),
        (
            {"learning_rate": float("inf")},
            "Argument `learning_rate` must be a finite number, but is inf.",
        ),
        ({"steps": True}, "Argument `steps` must be a whole number, but is True."),
        ({"steps": "3"}, "Argument `steps` must be a whole number, but is '3'."),
        (
            {"runs": 10**5000},
            "Argument `runs` must be at most 10000, but is a number of more than 4300 digits.",
        ),
        ({"learning_rate": "0.1"}, "Argument `learning_rate` must be a number, but is '0.1'."),
        ({"b1": 1}, "Argument `b1` must be less than 1, but is 1."),
        (
            {"minibatches": "all"},
            "Argument `minibatches` must be 'permuted' or 'replacement', but is 'all'.",
        ),
        (
            {"readout": "x"},
            "Argument `readout` must be weights, parity, fixed-parity, pairwise or mps:chi, chi "
            "from 1 to 64, but is 'x'.",
        ),
        (
            {"pooling": "x"},
            "Argument `pooling` must be 'halves' or 'all-but-one', but is 'x'.",
        ),
        ({"seed": 2**32}, "Argument `seed` must be less than 4294967296, but is 4294967296."),
        (
            {"resource": "bell:5"},
            "Resource 'bell:5' shares 5 Bell pairs, but a QPU has 4 qubits: use at most 4 pairs "
            "or more qubits.",
        ),
        (
            {"qubits": 17},
            "Argument `qubits` must be a whole number from 2 to 16 (qubits per QPU), but is 17.",
        ),
    ],
)
def test_a_wrong_setting_is_named_with_its_value(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(EbitError, match=f"^{re.escape(message)}$"):
        task(**changes)


def test_unknown_and_missing_settings() -> None:
    unknown: dict[str, Any] = {"step": 1}
    with pytest.raises(EbitError, match=r"^Argument `step` is unknown: leave it out\.$"):
        TrainingSettings(**unknown)
    nothing: dict[str, Any] = {}
    with pytest.raises(EbitError, match=r"^Argument `resource` is missing\.$"):
        ModelSettings(**nothing)


@pytest.mark.parametrize("resource", ["single", "dnn"])
@pytest.mark.parametrize(
    "wrong", [{"depth": -3}, {"readout": "x"}, {"mixing": -1}, {"pooling": ""}]
)
def test_baselines_refuse_wrong_settings_that_they_do_not_use(
    resource: str, wrong: dict[str, Any]
) -> None:
    with pytest.raises(EbitError, match="Argument"):
        task(resource=resource, **wrong)


JUNK = st.one_of(
    st.none(), st.integers(), st.floats(), st.text(max_size=10), st.lists(st.integers(), max_size=2)
)


@given(st.sampled_from(sorted(OTHER)), JUNK)
def test_any_value_is_taken_or_refused_in_one_line(name: str, value: object) -> None:
    changes: dict[str, Any] = {name: value}
    try:
        made = task(**changes)
    except EbitError as error:
        assert len(str(error).splitlines()) == 1, error
    else:
        assert re.fullmatch("[0-9a-f]{64}", made.hash)


def test_defaults_follow_the_data(game: Dataset) -> None:
    made = make_task(game, resource="none")
    assert made.model.qubits == 2
    assert made.training.batch_size == 16
    assert made.training.validate_every == 40
    assert make_task(game, resource="none", steps=3).training.validate_every == 1


def test_the_name_of_a_data_set_does_not_count_but_its_preparation_does(game: Dataset) -> None:
    """The model file keeps the preparation, so another preparation needs a model of its own."""
    base = make_task(game, resource="none").hash
    assert make_task(replace(game, name="other"), resource="none").hash == base
    scaled = replace(game, scaling=Scaling("angles", (0.0,) * 4, (9.0,) * 4))
    assert make_task(scaled, resource="none").hash != base
    assert make_task(replace(game, x_train=game.x_train + 1), resource="none").hash != base


@pytest.mark.parametrize(
    "settings", [{"batch_size": 17}, {"batch_size": 0}, {"qubits": 1}, {"validate_every": 0}]
)
def test_settings_that_do_not_fit_the_data(game: Dataset, settings: dict[str, Any]) -> None:
    with pytest.raises(EbitError, match=r"chsh|Argument"):
        make_task(game, resource="none", **settings)
