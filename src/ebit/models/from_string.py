"""Resource strings of the command line, baselines included, to models."""

from typing import Any, Unpack

from ebit.models.base import Model
from ebit.models.settings import ModelOptions, ModelSettings


def model_from_string(resource: str, **settings: Unpack[ModelOptions]) -> Model:
    """The model behind a resource string.

    Args:
        resource: A resource string, see `parse_resource`, or a baseline: `single` (one QPU sees
            everything) or `dnn` (classical networks).
        **settings: Any settings of `ModelSettings`; None or left out: by default. `readout` is for
            distributed quantum models, `pooling` and `noise` are for quantum models.

    Returns:
        The model.

    Raises:
        EbitError: If the string names no resource or a setting is out of range.

    Example:
        >>> model_from_string("bell:1").num_parameters
        268
    """
    given: dict[str, Any] = {name: value for name, value in settings.items() if value is not None}
    return ModelSettings(resource=resource, **given).build()
