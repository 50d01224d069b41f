"""The section of the page that shows what the QPUs do."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ebit.report.picture import Picture, save_picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_circuits(
    draw: Callable[[str], "Figure | None"], resources: Sequence[str], folder: Path
) -> list[Picture]:
    """Draw the circuits of some resources and save the drawings.

    Args:
        draw: Makes the drawing of a resource; nothing if it has no circuit.
        resources: The resources.
        folder: Where the PNG, SVG and CSV files go.

    Returns:
        The pictures of those that have a circuit.

    Raises:
        EbitError: If the folder cannot be written.
    """
    found = []
    for resource in resources:
        figure = draw(resource)
        if figure is not None:
            name = "circuit-" + re.sub(r"[^a-z0-9.]+", "-", resource.lower())
            caption = (
                f"The circuit of {resource} from left to right. One layer stands for all layers of "
                "a block; the CSV file lists every operation."
            )
            alt = f"Circuit of {resource}; the CSV file lists every operation."
            found.append(save_picture(figure, name, caption, alt, folder, is_wide=True))
    return found
