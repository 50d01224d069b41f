"""A trained model from a file as files of other tools."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebit import checks
from ebit.data import Scaling, read_features
from ebit.errors import EbitError, UnsupportedError
from ebit.export import FORMATS, program_of, refusals
from ebit.models import CircuitModel
from ebit.results.model_file import StoredModel


@dataclass(frozen=True)
class Exported:
    """Files of another tool.

    Attributes:
        files: Contents by name; more than one for a folder.
        refusals: What the target that was asked for would refuse.
        qubits: Qubits of the circuit.
        inputs: Symbols without a value.
    """

    files: Mapping[str, bytes]
    refusals: tuple[str, ...]
    qubits: int
    inputs: int


def export_model(
    stored: StoredModel,
    *,
    format: str = "qasm3",
    data: Path | None = None,
    row: int = 0,
    values: Sequence[float] | None = None,
    run: int | None = None,
    symbols: bool = False,
    teleport: bool = False,
    deferred: bool = False,
    target: str | None = None,
    without_noise: bool = False,
) -> Exported:
    """Export a trained model with one input.

    Args:
        stored: A trained model, as `load_model` returns it.
        format: A name of `ebit.export.FORMATS`.
        data: File with the features the model was trained on; prepared as the training data were.
        row: Row of that file, from 0.
        values: Features of one input instead of a file, in the units and the order of training.
            Without both, the input stays symbols.
        run: Which run of the model; by default the one with the highest validation accuracy.
        symbols: Whether the angles stay symbols.
        teleport: Whether each gate across the QPUs takes a Bell pair and two bits.
        deferred: Whether all measurements are at the end.
        target: What has to run it: `ibm`, `ionq` or `aer`.
        without_noise: Whether a model that was trained with noise is exported without it; else it
            is refused.

    Returns:
        The files.

    Raises:
        EbitError: If the model, its data and the format do not fit together.
    """
    checks.one_of(FORMATS)("format", format)
    chosen = FORMATS[format]
    number = stored.best_run if run is None else run
    parameters = stored.parameters_of(number)
    if data is not None and values is not None:
        raise EbitError("Arguments `data` and `input` exclude each other: give one of them.")
    x = None if data is None and values is None else _row(stored, data, row, values)
    if (teleport and chosen.deferred) or (deferred and chosen.teleport):
        raise UnsupportedError("these options", f"Format {format!r}", "leave them out")
    model: Any = stored.model
    if without_noise and isinstance(stored.model, CircuitModel):
        model = replace(model, noise=None)
    program = program_of(
        model,
        None if symbols else parameters,
        x,
        teleport=teleport or chosen.teleport,
        deferred=deferred or chosen.deferred,
    )
    found = () if target is None else tuple(refusals(program, target))
    qubits = sum(register.size for register in program.wires)
    return Exported(chosen.write(program), found, qubits, len(program.inputs))


def _row(
    stored: StoredModel, data: Path | None, row: int, values: Sequence[float] | None
) -> NDArray[np.float64]:
    """The angles of one input, prepared as the training data were."""
    keep = stored.preparation
    try:
        scaling = Scaling.from_dict(keep["scaling"])
        names = [str(name) for name in keep["feature_names"]]
        negative, positive = (str(name) for name in keep["class_names"])
        label = str(keep["label"])
    except (KeyError, TypeError, ValueError):
        raise EbitError(
            "The model has wrong metadata: take another model, or train again."
        ) from None
    if data is None:
        features = checks.numbers("input", values)
        if features.shape != (len(names),):
            raise EbitError(
                f"Argument `input` must have {len(names)} numbers, one for each feature the model "
                f"was trained on, but has {features.size}."
            )
        return np.asarray(stored.placed(scaling.apply(features[None]))[0], np.float64)
    x, _ = read_features(
        data, feature_names=names, class_names=(negative, positive), scaling=scaling, label=label
    )
    checks.whole(0, len(x) - 1)("row", row)
    return np.asarray(stored.placed(x)[row], np.float64)
