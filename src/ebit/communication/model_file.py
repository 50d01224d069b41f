"""Trained models in files."""

import json
from pathlib import Path

import numpy as np

from ebit import checks
from ebit.communication.layers import WalshLayers
from ebit.communication.model import LayeredModel
from ebit.communication.split import ColumnSplit, Moments
from ebit.communication.training import Fitted
from ebit.errors import EbitError
from ebit.learning.arrays import load_arrays, save_arrays
from ebit.ledger import Ledger

KIND = "ebit-communication-model"


def save_fitted(path: checks.PathLike, fitted: Fitted, data: ColumnSplit) -> None:
    """Write a trained model of Walsh layers with the split of its data.

    Args:
        path: A `.safetensors` file.
        fitted: The model.
        data: Its training rows: their columns and moments are kept, the rows are not.

    Raises:
        EbitError: If the file cannot be written, or the data are not standardised.
    """
    if data.moments is None:
        raise EbitError("Argument `data` must be standardised: the model file keeps its moments.")
    layers = [layer for layer in fitted.model.layers if isinstance(layer, WalshLayers)]
    if len(layers) < len(fitted.model.layers):
        raise EbitError("Only models of Walsh layers are written to files.")
    content = {
        "qubits": fitted.model.qubits,
        "weight": layers[0].weight,
        "owners": fitted.model.owners,
        "columns": data.columns,
        "bias": data.bias,
        "scale": fitted.scale,
        "offset": fitted.offset,
    }
    arrays = {
        "theta": np.stack(fitted.theta),
        "mean": data.moments[0],
        "deviation": data.moments[1],
    }
    save_arrays(checks.path("path", path), arrays, {"kind": KIND, "content": json.dumps(content)})


def load_fitted(path: checks.PathLike) -> tuple[Fitted, dict[str, list[int]], bool, Moments]:
    """Read a trained model; nothing in the file is executed.

    Args:
        path: A file that `save_fitted` wrote.

    Returns:
        The model, the columns of each party, whether there is a bias, and the moments.

    Raises:
        EbitError: If the file is missing, damaged or of another kind.
    """
    file = Path(checks.path("path", path))
    arrays, metadata = load_arrays(file)
    if metadata.get("kind") != KIND:
        raise EbitError(
            f"{str(file)!r} is no such model: give a file that `ebit communication train` wrote."
        )
    try:
        content = json.loads(metadata["content"])
        theta = arrays["['theta']"]
        owners = tuple(str(name) for name in content["owners"])
        ansatz = WalshLayers(int(content["qubits"]), content["weight"])
        fitted = Fitted(
            LayeredModel((ansatz,) * len(owners), owners),
            list(theta),
            float(content["scale"]),
            float(content["offset"]),
            Ledger(),
            np.zeros(0),
        )
        columns = {str(k): [int(c) for c in own] for k, own in content["columns"].items()}
        moments = arrays["['mean']"], arrays["['deviation']"]
    except (KeyError, ValueError, TypeError, AttributeError):
        raise EbitError(f"{str(file)!r} has wrong content: take another, or train again.") from None
    if theta.shape != (len(owners), *ansatz.shape) or not np.isfinite(theta).all():
        raise EbitError(f"{str(file)!r} has wrong angles: take another, or train again.")
    return fitted, columns, bool(content["bias"]), moments
