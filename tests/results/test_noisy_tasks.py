"""Tasks with noise: hashes, files, rows."""

from pathlib import Path
from typing import Any

import pytest

from ebit.data import chsh
from ebit.errors import EbitError
from ebit.models import DistributedQCNN
from ebit.physics import Noise
from ebit.results import (
    Store,
    Task,
    load_model,
    make_task,
    read_noise,
    read_sweep,
    summarize,
    train,
)

DATA = chsh()
SHORT: dict[str, Any] = {"depth": 1, "steps": 2, "runs": 1, "batch_size": 16}


def task(resource: str = "bell:1", **settings: Any) -> Task:
    return make_task(DATA, resource=resource, **SHORT, **settings)


def test_no_noise_keeps_the_hash_of_earlier_versions() -> None:
    plain = task()
    assert plain == task(noise=None) == task(noise=Noise()) == task(noise=Noise(t1_seconds=1.0))
    assert "noise" in plain.model_dump()["model"]
    assert plain.hash == "de2724b2c93201673994e2766c5a4ae7ef59708c800de561e0b4e807bcc3685a"


def test_noise_is_part_of_the_hash() -> None:
    noise = Noise(two_qubit_error=0.1)
    assert task(noise=noise).hash not in (task().hash, task(noise=Noise(flip_one=0.1)).hash)
    assert task(noise={"two_qubit_error": [0.1, 0.1]}) == task(noise=noise)
    assert "correlated_error" not in noise.content  # later than results that are kept
    correlated = Noise(two_qubit_error=0.1, correlated_error=0.1)
    assert task(noise=correlated).hash != task(noise=noise).hash
    assert not correlated.pairs_wait
    assert task("single", noise=noise).hash != task("single").hash
    assert task("dnn", noise=noise).hash == task("dnn").hash


def test_json_gives_the_task_back() -> None:
    noisy = task(noise=Noise(flip_one=(0.1, 0.2), t1_seconds=(None, 1.0), message_seconds=1))
    again = Task.model_validate_json(noisy.model_dump_json())
    assert again == noisy
    assert again.hash == noisy.hash


@pytest.mark.slow
def test_training_with_noise_is_kept(tmp_path: Path) -> None:
    noise = Noise(two_qubit_error=0.1)
    rows = train(DATA, task(noise=noise), tmp_path)
    assert rows["noise"].to_list() == ['{"two_qubit_error": 0.1}']
    plain = train(DATA, task(), tmp_path)
    assert plain["noise"].to_list() == [None]
    assert plain["train_loss"][0] != rows["train_loss"][0]
    both = summarize(Store(tmp_path).rows())
    assert set(both["noise"]) == {None, '{"two_qubit_error": 0.1}'}
    stored = load_model(Store(tmp_path).model_path(task(noise=noise).hash))
    assert isinstance(stored.model, DistributedQCNN)
    assert stored.model.noise == noise


def test_rows_of_earlier_versions_are_summarised(tmp_path: Path) -> None:
    rows = train(DATA, task(), tmp_path).drop("noise")
    assert summarize(rows)["noise"].to_list() == [None]


@pytest.mark.parametrize(
    ("noise", "words"),
    [
        ({"two_qubit_error": 2.0}, r"^Argument `two_qubit_error` must be a probability"),
        ({"t1_seconds": 1.0, "t2_seconds": 3.0}, r"^Argument `t2_seconds` must be at most 2 T1"),
        ({"two_qubit_eror": 0.1}, r"^Argument `noise.*two_qubit_eror` is unknown: leave it out"),
        ("depolarising", r"^Argument `noise"),
    ],
)
def test_bad_noise(noise: Any, words: str) -> None:
    with pytest.raises(EbitError, match=words) as caught:
        task(noise=noise)
    assert len(str(caught.value).splitlines()) == 1


def test_sweep_over_noise(tmp_path: Path) -> None:
    path = tmp_path / "sweep.toml"
    path.write_text(
        """
        [[grid]]
        data = "chsh"
        resource = "bell:1"
        depth = 1
        noise = [{ flip_one = 0.1 }, { flip_one = [0.1, 0.2] }, {}]
        """
    )
    found = [item.task.model.noise for item in read_sweep(path)]
    assert found == [Noise(flip_one=0.1), Noise(flip_one=(0.1, 0.2)), None]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("flip_one = 2.0", r"`flip_one` must be a probability"),
        ("flip_on = 0.1", r"flip_on` is unknown"),
        ("flip_one =", r"is not TOML"),
        (None, r"^Cannot read"),
    ],
)
def test_bad_noise_file(content: str | None, words: str, tmp_path: Path) -> None:
    path = tmp_path / "noise.toml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(EbitError, match=words) as caught:
        read_noise(path)
    assert len(str(caught.value).splitlines()) == 1
