"""What quantum links buy: a model over several parties, with everything that crosses a border.

`split -> model -> run -> ledger -> report`: a `ColumnSplit` spreads the columns of some data over
parties, a `LayeredModel` has layers of several owners, `infer`, `gradient` and `fit` run it with
finite shots, and the ledger says what was sent. Classical rivals are in
`ebit.communication.baselines`, experiments in `ebit.communication.experiments`.
"""

from ebit.communication.gradient import gradient
from ebit.communication.inference import infer
from ebit.communication.layers import PauliLayers, ReuploadLayers, WalshLayers, random_words
from ebit.communication.model import LayeredModel, model_for, walsh_model
from ebit.communication.parties import Parties, Register
from ebit.communication.split import ColumnSplit, even_columns
from ebit.communication.training import Fitted, LastLayer, fit, fit_last_layer

__all__ = [
    "ColumnSplit",
    "Fitted",
    "LastLayer",
    "LayeredModel",
    "Parties",
    "PauliLayers",
    "Register",
    "ReuploadLayers",
    "WalshLayers",
    "even_columns",
    "fit",
    "fit_last_layer",
    "gradient",
    "infer",
    "model_for",
    "random_words",
    "walsh_model",
]
