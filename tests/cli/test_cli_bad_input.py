import errno
import os
import pickle
import re
import shutil
from pathlib import Path
from typing import Any

import jax
import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from command_line import SMALL, error_of, run_ebit
from ebit import TrainingDivergedError
from ebit.learning.arrays import load_arrays, save_arrays

TRAIN = ("train", "--data", "chsh", "--resource", "none")


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if not path.is_dir()]


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (("--depth", 0), "`depth` must be at least 1, but is 0"),
        (("--depth", -3), "`depth` must be at least 1, but is -3"),
        (("--depth", "x"), "'--depth'.*'x'"),
        (("--depth", "1.5"), "'--depth'.*'1.5'"),
        (("--depth=",), "'--depth'.*''"),
        (("--depth", 10**30), "`depth`"),
        (("--steps", 0), "`steps` must be at least 1, but is 0"),
        (("--steps", -2), "`steps` .* -2"),
        (("--runs", 0), "`runs` .* 0"),
        (("--runs", 10**6), "`runs` must be at most"),
        (("--batch-size", 0), "`batch_size` .* 0"),
        (("--batch-size", 17), "`batch_size` must be at most the 16 rows .* 17"),
        (("--learning-rate", 0), "`learning_rate` .* 0"),
        (("--learning-rate", "nan"), "`learning_rate` .* nan"),
        (("--learning-rate", "inf"), "`learning_rate` .* inf"),
        (("--seed", -1), "`seed` .* -1"),
        (("--seed", 2**32), "`seed` .* 4294967296"),
        (
            ("--loss", "hinge"),
            "`loss` must be 'mse' or 'product' or 'shots' or 'cross-entropy', but is 'hinge'",
        ),
        (
            ("--readout", "x"),
            "`readout` must be weights, parity, fixed-parity, pairwise or mps:chi, .* but is 'x'",
        ),
        (("--mixing", -1), "`mixing` .* -1"),
        (("--pooling", "x"), "`pooling` must be 'halves' or 'all-but-one', but is 'x'"),
        (("--qubits", 0), "`qubits` must be a whole number from 2 to 16 .* 0"),
        (("--qpus", 1), "`qpus` must be a whole number from 2 to .* 1"),
        (("--validate-every", 0), "`validate_every` must be at least 1, but is 0"),
        (("--resource", "bell:3"), "'bell:3' shares 3 Bell pairs, but a QPU has 2 qubits"),
        (
            ("--resource", "bell:-1"),
            "Unknown resource 'bell:-1': use single, joint, dnn, none, shared:N",
        ),
        (("--resource", "entangled"), "Unknown resource 'entangled': use single, joint, dnn, none"),
        (("--resource", ""), "Unknown resource '': use single, joint, dnn, none, shared:N"),
        (("--data", "moons"), "`moons` is unknown: use clusters:SEED"),
        (("--data", "clusters:x"), "`clusters:x` must end in a seed"),
        (("--data", "gone.csv"), "`gone.csv` does not exist"),
        (("--data", ""), "Data source `` is unknown"),
        (("--scale", "log"), "`scale` is 'log': use `none`, `angles`"),
        (("--scale", "angles"), "`chsh` is generated and takes no `scale`"),
        (("--split", 0.5), "`chsh` is generated and takes no `split`"),
        (("--split", 2), "`split` is 2.0: it must be a number between 0 and 1"),
        (("--split", "nan"), "`split` is nan"),
        (("--nonsense", 1), "No such option: --nonsense.*ebit train --help"),
        (("more",), r"extra argument.*\(more\).*ebit train --help"),
        (("--json", "."), "Cannot write '.'"),
        (("--json", ""), "Cannot write '.'"),
        (("--json", "/proc/x.json"), "Cannot write '/proc/x.json'"),
        (("--out", "/proc/x"), "Cannot write '/proc/x"),
        (("--out", "/dev/null"), "Cannot write '/dev/null"),
    ],
    ids=str,
)
def test_a_bad_option_of_train(here: Path, options: tuple[Any, ...], names: str) -> None:
    assert re.search(names, error_of(*TRAIN, *options))
    assert files(here) == []


@pytest.mark.parametrize("verb", ["train", "compare"])
@pytest.mark.parametrize("place", ["file", "file/x"])
def test_an_output_folder_that_is_a_file(here: Path, verb: str, place: str) -> None:
    (here / "file").write_text("keep")
    arguments = TRAIN[1:] if verb == "train" else ("--data", "chsh", "--depth", 1)
    assert f"Cannot write '{place}" in error_of(verb, *arguments, "--out", place)
    assert f"Cannot write '{place}" in error_of(verb, *arguments, "--json", f"{place}/x.json")
    assert files(here) == [here / "file"]
    assert (here / "file").read_text() == "keep"


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (("--resource", "none,what"), "Unknown resource 'what'"),
        (("--resource", ""), "Unknown resource ''"),
        (("--resource", "none,,bell:1"), "Unknown resource ''"),
        (("--resource", "none,bell:3"), "'bell:3' shares 3 Bell pairs"),
        (("--depth", 0), "`depth` .* 0"),
        (("--quick", "--steps", 0), "`steps` .* 0"),
        (("--runs", -1), "`runs` .* -1"),
        (("--pooling", "all"), "`pooling` must be 'halves' or 'all-but-one', but is 'all'"),
        (("--data", "gone.parquet"), "`gone.parquet` does not exist"),
        (("--learning-rate", "fast"), "'--learning-rate'.*'fast'.*ebit compare --help"),
        (("--json", "/proc/x.json"), "Cannot write '/proc/x.json'"),
        (("--shots", "10,0"), "`shots` must be a whole number from 1 to 1000000, but is 0"),
        (("--shots", "10,many"), "`shots` must be whole numbers .* but is '10,many'"),
    ],
    ids=str,
)
def test_a_bad_option_of_compare(here: Path, options: tuple[Any, ...], names: str) -> None:
    assert re.search(names, error_of("compare", "--data", "chsh", *options))
    assert files(here) == []


def test_more_memory_than_there_is(here: Path) -> None:
    x = np.random.default_rng(0).normal(size=(40, 32))
    columns = {f"f{k}": x[:, k] for k in range(32)}
    pl.DataFrame({**columns, "label": np.arange(40) % 2}).write_csv("wide.csv")
    message = error_of("compare", "--data", "wide.csv", "--resource", "dnn,quantum")
    assert re.search(r"'quantum' with 16 qubits per QPU needs about \d+ GB of memory", message)
    assert files(here) == [here / "wide.csv"]


BAD_TABLES: dict[str, tuple[dict[str, Any], str]] = {
    "one class": ({"label": ["a"] * 8}, "one label value `a`: name another label column"),
    "a class of one row": ({"label": list("abababac")}, r"1 row of one class \(`c`\)"),
    "NaN": ({"a": [0.0, float("nan"), *[0.1] * 6]}, "`NaN`.*column `a`, row 2"),
    "inf": ({"b": [0.0] * 7 + [float("inf")]}, "`inf`.*column `b`, row 8"),
    "text": ({"c": ["x"] * 8}, "`x`.*column `c`"),
    "no label": ({"label": [None] * 8}, "no label in column `label`"),
}


@pytest.mark.parametrize("name", BAD_TABLES)
@pytest.mark.parametrize("verb", ["train", "compare"])
def test_a_bad_table(here: Path, verb: str, name: str) -> None:
    changes, names = BAD_TABLES[name]
    columns: dict[str, Any] = {key: [k / 8 for k in range(8)] for key in "abcd"}
    columns = {**columns, "label": ["x", "y"] * 4, **changes}
    path = here / "bad.csv"
    pl.DataFrame({k: v for k, v in columns.items() if v is not None}).write_csv(path)
    resource = ("--resource", "none") if verb == "train" else ()
    assert re.search(names, error_of(verb, "--data", path, *resource))
    assert files(here) == [path]


def test_a_truncated_file(here: Path, trained: Any) -> None:
    pl.read_csv(trained.data).write_parquet(here / "a.parquet")
    content = (here / "a.parquet").read_bytes()
    (here / "a.parquet").write_bytes(content[:-9])
    assert "`a.parquet` is truncated" in error_of(*TRAIN, "--data", "a.parquet")


@pytest.mark.parametrize("verb", ["train", "compare", "predict"])
def test_the_data_are_not_overwritten(here: Path, trained: Any, verb: str) -> None:
    content = trained.data.read_bytes()
    (here / "mine.csv").write_bytes(content)
    if verb == "predict":
        assert "holds the data" in error_of(
            "predict", trained.model, "--data", "mine.csv", "--out", here / "mine.csv"
        )
    arguments = {"train": TRAIN[1:], "compare": (), "predict": (trained.model,)}[verb]
    assert "holds the data" in error_of(
        verb, *arguments, "--data", "mine.csv", "--json", here / "mine.csv"
    )
    assert (here / "mine.csv").read_bytes() == content
    assert files(here) == [here / "mine.csv"]


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ((), "Missing argument.*ebit predict --help"),
        (("gone.safetensors", "--data", "DATA"), "No such file: 'gone.safetensors'"),
        (("DATA", "--data", "DATA"), "points.csv' is not a whole safetensors file"),
        (("MODEL",), "Missing option '--data'"),
        (("MODEL", "--data", "gone.csv"), "`gone.csv` does not exist"),
        (("MODEL", "--data", "DATA", "--run", 2), "`run` must be from 0 to 1 .* 2"),
        (("MODEL", "--data", "DATA", "--run", -1), "`run` must be from 0 to 1 .* -1"),
        (("MODEL", "--data", "DATA", "--run", "x"), "'--run'.*'x'"),
        (("MODEL", "--data", "DATA", "--shots", 0), "`shots` must be .* 1000000, but is 0"),
        (("MODEL", "--data", "DATA", "--shots", "x"), "'--shots'.*'x'"),
        (("MODEL", "--data", "DATA", "--shots", 1, "--seed", -1), "`seed` must be .* -1"),
        (("MODEL", "--data", "DATA", "--out", "/proc/x.csv"), "Cannot write '/proc/x.csv'"),
        (("MODEL", "--data", "DATA", "--json", "."), "Cannot write '.'"),
        (("MODEL", "--data", "MODEL"), "use .npz, .csv or .parquet"),
    ],
    ids=str,
)
def test_a_bad_option_of_predict(
    here: Path, trained: Any, arguments: tuple[Any, ...], names: str
) -> None:
    places = {"MODEL": trained.model, "DATA": trained.data}
    message = error_of("predict", *(places.get(part, part) for part in arguments))
    assert re.search(names, message), message
    assert files(here) == []


def test_features_that_the_model_does_not_know(here: Path, trained: Any) -> None:
    pl.read_csv(trained.data).rename({"b": "z"}).write_csv("other.csv")
    message = error_of("predict", trained.model, "--data", "other.csv", "--out", "p.csv")
    assert "`other.csv` lacks the feature column" in message
    assert "`b`" in message
    assert files(here) == [here / "other.csv"]


def test_a_model_of_another_version(here: Path, trained: Any) -> None:
    arrays, metadata = load_arrays(trained.model)
    save_arrays(here / "new.safetensors", arrays, {**metadata, "version": "2"})
    message = error_of("predict", "new.safetensors", "--data", trained.data)
    assert "version '2', but this ebit reads version '1'" in message


class Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return pytest.fail, ("the file was unpickled",)


@pytest.mark.parametrize("damage", ["cut", "flip", "pickle", "folder", "empty"])
def test_a_damaged_model(here: Path, trained: Any, damage: str) -> None:
    path = here / "damaged.safetensors"
    content = trained.model.read_bytes()
    flipped = bytes([*content[:-1], content[-1] ^ 1])
    if damage == "folder":
        path.mkdir()
    else:
        contents: dict[str, bytes] = {
            "cut": content[:-1], "flip": flipped, "pickle": pickle.dumps(Bomb()), "empty": b""
        }  # fmt: skip
        path.write_bytes(contents[damage])
    assert "damaged.safetensors'" in error_of("predict", path, "--data", trained.data)


def test_damaged_rows_in_the_output_folder(here: Path, trained: Any) -> None:
    shutil.copytree(trained.out, here / "out")
    path = here / "out" / "rows" / f"{trained.content['task']['hash']}.parquet"
    path.write_bytes(path.read_bytes()[:-20] + b"PAR1")
    message = error_of(
        "train", "--data", trained.data, "--resource", "bell:1", *SMALL, "--out", "out"
    )
    assert "is damaged or not of ebit: delete it and run again" in message


def failing(error: BaseException) -> Any:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "code", "names"),
    [
        (KeyboardInterrupt(), 130, "Interrupted.*run the same command to go on"),
        (TrainingDivergedError("Training diverged: x."), 1, "Training diverged: x."),
        (MemoryError(), 1, "not enough memory: use"),
        (jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: out of it"), 1, "not enough memory: use"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_training_that_fails(
    here: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, names: str
) -> None:
    monkeypatch.setattr("ebit.results.run.fit", failing(error))
    assert re.search(names, error_of(*TRAIN, "--json", "x.json", code=code))
    assert files(here) == []


def test_an_error_of_the_library_is_not_hidden(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ebit.results.run.fit", failing(jax.errors.JaxRuntimeError("INTERNAL")))
    with pytest.raises(jax.errors.JaxRuntimeError):
        run_ebit(*TRAIN)


def test_a_full_disk(here: Path, trained: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "p.csv").write_text("old")
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    monkeypatch.setattr(os, "fsync", failing(full))
    message = error_of("predict", trained.model, "--data", trained.data, "--out", "p.csv")
    assert message == "Cannot write 'p.csv' (No space left on device): free some space."
    assert (here / "p.csv").read_text() == "old"
    assert files(here) == [here / "p.csv"]


OPTIONS = {
    "--depth": st.integers(max_value=0) | st.text(max_size=4),
    "--steps": st.integers(max_value=0) | st.floats(),
    "--runs": st.integers(max_value=0) | st.text(max_size=4),
    "--batch-size": st.integers(max_value=0) | st.integers(min_value=17),
    "--learning-rate": st.floats(max_value=0) | st.sampled_from(["inf", "nan", "fast"]),
    "--loss": st.text(max_size=8),
    "--readout": st.text(max_size=8),
    "--mixing": st.integers(max_value=-1),
    "--pooling": st.text(max_size=8),
    "--qubits": st.integers().filter(lambda n: n != 2),
    "--seed": st.integers(max_value=-1) | st.integers(min_value=2**32),
    "--resource": st.text(max_size=12) | st.integers().map(lambda n: f"bell:{n}x"),
    "--data": st.text(max_size=12),
    "--json": st.just("/proc/x/y"),
}


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
@given(data=st.data())
def test_any_bad_value_is_one_line(here: Path, data: st.DataObject) -> None:
    """At least one option is wrong, so nothing is compiled and nothing is written."""
    names = data.draw(st.lists(st.sampled_from(sorted(OPTIONS)), min_size=1, max_size=3))
    options = [f"{name}={data.draw(OPTIONS[name])}" for name in names]
    error_of(*TRAIN, "--depth", 1, "--steps", 1, *options)
    assert files(here) == []
