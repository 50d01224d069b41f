"""What prompts and notebooks show of a value, and of a training that runs."""

import html
import io
import logging
import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ebit
from ebit.data import Dataset, load
from ebit.learning import progress
from ebit.represented import Represented

EVIL = "<script>alert(1)</script>\x1b[31m\n"


def dataset(**changes: Any) -> Dataset:
    x = np.array([[0.1, 0.2], [0.3, 0.4]])
    given: dict[str, Any] = {"x_train": x, "y_train": [-1, 1], "x_validation": x, "name": "a"}
    given |= {"class_names": ("no", "yes"), "feature_names": ("p", "q"), "y_validation": [-1, 1]}
    return Dataset(**given | changes)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("trained")


@pytest.fixture(scope="module")
def values(folder: Path) -> list[Represented]:
    data = load("chsh")
    task = ebit.make_task(data, resource="none", depth=1, steps=2, runs=2)
    ebit.train(data, task, folder)
    fit = ebit.fit(task.model.build(), (data.x_train, data.y_train), steps=2, runs=2)
    stored = ebit.load_model(ebit.Store(folder).model_path(task.hash))
    return [fit, data, stored, dataset(name=EVIL, class_names=(EVIL, "b"))]


def test_values_are_one_line_and_a_small_table(values: list[Represented]) -> None:
    for value in values:
        line, table = repr(value), value._repr_html_()
        assert len(line) < 500
        assert line.isprintable()
        assert line.startswith(type(value).__name__)
        assert len(table) < 3000
        assert "<script" not in table
        assert re.findall(r"<(?!/?(?:table|caption|tbody|tr|th|td)\b)", table) == []
    assert "runs=2" in repr(values[0])
    assert "validation_accuracy=" in repr(values[2])


def test_numbers_and_plans_say_what_they_are() -> None:
    data = dataset(class_names=(), y_train=[0.5, 1.5])
    assert "classes=none: numbers" in repr(data)
    fit = ebit.fit(
        ebit.DistributedDNN(qubits=2), (np.eye(4), np.arange(4.0)), target="numbers", steps=1
    )
    assert "validation_r2=" in repr(fit)
    assert issubclass(ebit.Plan, Represented)


@settings(max_examples=30)
@given(st.text(max_size=20))
def test_any_name_is_shown_as_text(name: str) -> None:
    table = dataset(name=name)._repr_html_()
    assert table.count("<td") == table.count("</td>") == 6
    cell = re.findall(r"<td[^>]*>(.*?)</td>", table)[0]
    assert "<" not in cell
    assert html.unescape(cell).isprintable()


def train(**options: Any) -> None:
    model = ebit.DistributedDNN(qubits=2)
    ebit.fit(model, (np.eye(4), np.array([-1.0, 1, -1, 1])), steps=2, **options)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_shown_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream, options, shown in (
        (io.StringIO(), {}, False),
        (Terminal(), {"progress": False}, False),
        (Terminal(), {"progress": None}, False),
        (Terminal(), {}, True),
    ):
        monkeypatch.setattr(sys, "stderr", stream)
        train(**options)
        assert ("dnn" in stream.getvalue()) == shown, options


def test_progress_in_a_notebook_is_one_output(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    handle = SimpleNamespace(update=shown.append)

    def display(text: str, display_id: bool) -> Any:
        assert display_id
        shown.append(text)
        return handle

    shell = SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=True))
    module = SimpleNamespace(HTML=str, display=display)
    monkeypatch.setitem(sys.modules, "IPython", shell)
    monkeypatch.setitem(sys.modules, "IPython.display", module)
    train()
    assert shown[0] == "dnn: compiling"
    assert re.fullmatch(r"dnn: 2 steps in \d+\.\d s", shown[-1])
    assert progress.progress_line("<b>", 1, 4, 0.0).startswith("&lt;b&gt;: <progress")


def test_progress_must_be_a_function_or_a_switch() -> None:
    with pytest.raises(ebit.EbitError, match="`progress` must be True, False or a function"):
        train(progress=3)


def test_trainings_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="ebit"):
        train()
    assert "dnn: 1 runs of 2 steps on 4 rows" in caplog.text
