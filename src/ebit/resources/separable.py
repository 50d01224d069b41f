"""No communication: a product state and local circuits."""

from dataclasses import dataclass

from ebit.resources.base import Resource


@dataclass(frozen=True)
class Separable(Resource):
    """The QPUs share nothing (no communication, Bell-0).

    Example:
        >>> Separable().name
        'none'
    """

    @property
    def name(self) -> str:
        """The resource string."""
        return "none"
