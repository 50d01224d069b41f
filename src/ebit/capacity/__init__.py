"""What a circuit can express: Fisher information, effective dimension, spectrum."""

from ebit.capacity.data_functions import data_functions
from ebit.capacity.dimension import MAX_INPUTS, EffectiveDimension, effective_dimension
from ebit.capacity.fisher import FisherSpectrum, fisher_information, fisher_spectrum
from ebit.capacity.outcomes import OUTCOMES, sampling_bound
from ebit.capacity.rank import THRESHOLD, Rank, rank_of
from ebit.capacity.row import CapacityRow, CapacitySettings, capacity_row

__all__ = [
    "MAX_INPUTS",
    "OUTCOMES",
    "THRESHOLD",
    "CapacityRow",
    "CapacitySettings",
    "EffectiveDimension",
    "FisherSpectrum",
    "Rank",
    "capacity_row",
    "data_functions",
    "effective_dimension",
    "fisher_information",
    "fisher_spectrum",
    "rank_of",
    "sampling_bound",
]
