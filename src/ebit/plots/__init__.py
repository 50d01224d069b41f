"""Figures in paper style, drawn from result rows on a Matplotlib ``ax``.

Needs the extra ``ebit[report]``. Every function reads rows only, so a figure can be drawn again
from stored rows on any machine.
"""

from ebit.plots.accuracy import accuracy_by_resource
from ebit.plots.capacity import dimension_by_depth, log_spectrum
from ebit.plots.chsh import success_probabilities
from ebit.plots.communication import cost_against_size, crossing, error_against_cost
from ebit.plots.consensus import (
    accuracy_by_faulty,
    accuracy_by_round,
    age_histogram,
    fidelity_histogram,
    gradient_errors,
    utilisation_bars,
)
from ebit.plots.cost import accuracy_against_cost
from ebit.plots.counted import (
    bits_against_qubits,
    error_against_copies,
    frequencies_against_layers,
)
from ebit.plots.curves import loss_curves, validation_curves
from ebit.plots.data_functions import accuracy_by_functions
from ebit.plots.gain import gain_against_baseline, gain_by_resource, gain_distribution
from ebit.plots.nonlocal_gates import shots_between_cut_and_teleport, shots_by_fidelity
from ebit.plots.points import first_three_coordinates
from ebit.plots.predictions import predicted_against_true
from ebit.plots.published import means_beside_published
from ebit.plots.resources import ResourceStyle, resource_styles, sort_resources
from ebit.plots.saving import save_figure
from ebit.plots.shots import accuracy_against_shots, leading_resources
from ebit.plots.speed import speed_by_tool, speed_growth
from ebit.plots.style import check_installed, new_figure, new_panels, paper_style
from ebit.plots.sweeps import accuracy_against_distance, accuracy_against_fidelity
from ebit.plots.tradeoff import accuracy_against_rate

__all__ = [
    "ResourceStyle",
    "accuracy_against_cost",
    "accuracy_against_distance",
    "accuracy_against_fidelity",
    "accuracy_against_rate",
    "accuracy_against_shots",
    "accuracy_by_faulty",
    "accuracy_by_functions",
    "accuracy_by_resource",
    "accuracy_by_round",
    "age_histogram",
    "bits_against_qubits",
    "check_installed",
    "cost_against_size",
    "crossing",
    "dimension_by_depth",
    "error_against_copies",
    "error_against_cost",
    "fidelity_histogram",
    "first_three_coordinates",
    "frequencies_against_layers",
    "gain_against_baseline",
    "gain_by_resource",
    "gain_distribution",
    "gradient_errors",
    "leading_resources",
    "log_spectrum",
    "loss_curves",
    "means_beside_published",
    "new_figure",
    "new_panels",
    "paper_style",
    "predicted_against_true",
    "resource_styles",
    "save_figure",
    "shots_between_cut_and_teleport",
    "shots_by_fidelity",
    "sort_resources",
    "speed_by_tool",
    "speed_growth",
    "success_probabilities",
    "utilisation_bars",
    "validation_curves",
]
