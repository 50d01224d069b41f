"""Drawings of models that have a circuit."""

from typing import TYPE_CHECKING, Any, Literal, overload

from ebit.circuits import Circuit, Drawing, draw_text
from ebit.errors import EbitError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Drawn:
    """A model whose circuit can be drawn."""

    circuit: Any

    @overload
    def draw(self, kind: Literal["text"] = ..., *, width: int | None = ...) -> Drawing: ...
    @overload
    def draw(self, kind: Literal["matplotlib"]) -> "Figure": ...
    def draw(self, kind: str = "text", *, width: int | None = None) -> "Drawing | Figure":
        """Draw the circuit; one layer stands for all layers of a block.

        Args:
            kind: `text` for the terminal, or `matplotlib` for a figure.
            width: Characters of a line of the text, at least 40; by default those of the terminal.

        Returns:
            A text that shows itself, in ASCII where the output cannot show more; or a figure.

        Raises:
            EbitError: If there is no such kind, or Matplotlib is not installed.

        Example:
            >>> from ebit import DistributedQCNN
            >>> drawing = DistributedQCNN(qubits=2, depth=20).draw(width=80)
            >>> "convolution" in drawing, DistributedQCNN().draw("matplotlib").axes
            (True, [<Axes: >])
        """
        circuit: Circuit = self.circuit
        if kind == "text":
            return draw_text(circuit, width)
        if kind == "matplotlib":
            from ebit.plots.circuit import draw_figure

            return draw_figure(circuit)
        raise EbitError(f"Argument `kind` must be text or matplotlib, but is {kind!r}.")
