import io

import pytest

from ebit import model_from_string
from ebit.plots import save_figure
from ebit.plots.circuit import ACROSS, MESSAGE, PAIR


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def colors(figure):
    return [line.get_color() for line in figure.axes[0].lines]


@pytest.mark.parametrize(
    ("resource", "waves", "messages", "across"),
    [("none", 0, 0, 0), ("bell:2", 2, 0, 0), ("classical", 0, 6, 0), ("quantum", 0, 0, 6)],
)
def test_what_a_resource_adds_is_drawn(resource, waves, messages, across):
    """A wave and its dots for a pair; two lines for a bit along its row and to the other QPU."""
    figure = model_from_string(resource, qubits=4, depth=20).draw("matplotlib")
    assert colors(figure).count(PAIR) == 2 * waves
    assert colors(figure).count(MESSAGE) == 4 * messages
    assert colors(figure).count(ACROSS) == 2 * across


def test_blocks_qpus_and_qubits_are_named():
    model = model_from_string("bell:1", qubits=2, depth=20, mixing=3)
    shown = texts(model.draw("matplotlib"))
    blocks = ["shared states", "mixing × 3", "embedding", "convolution × 20", "pooling", "read-out"]
    assert [text for text in shown if text in blocks] == blocks
    assert {"QPU A", "QPU B", "A0", "A1", "B0", "B1"} <= set(shown)
    assert shown.count("M") == 4
    assert shown.count("RZ RX") == 2


@pytest.mark.parametrize(
    ("resource", "qubits", "pooling"),
    [("quantum", 2, "halves"), ("classical+bell:1", 8, "all-but-one")],
)
def test_names_are_inside_the_figure_and_apart(resource, qubits, pooling):
    figure = model_from_string(resource, qubits=qubits, pooling=pooling).draw("matplotlib")
    figure.savefig(io.BytesIO(), dpi=100)
    (ax,) = figure.axes
    boxes = [text.get_window_extent() for text in ax.texts if not text.get_rotation()]
    for number, box in enumerate(boxes):
        assert figure.bbox.containsx(box.x0)
        assert figure.bbox.containsx(box.x1)
        assert figure.bbox.containsy(box.y0)
        assert figure.bbox.containsy(box.y1)
        assert not any(box.overlaps(other) for other in boxes[:number])


def test_the_data_are_the_operations(tmp_path):
    model = model_from_string("none", qubits=2, depth=2)
    paths = save_figure(model.draw("matplotlib"), tmp_path / "circuit")
    lines = paths[2].read_text().splitlines()
    assert lines[0] == "block,layer,operation"
    assert len(lines) == 1 + len(model.circuit.operations)
    assert lines[1] == "embedding,1,H on A0"
