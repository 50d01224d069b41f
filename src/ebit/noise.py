"""Another name of `ebit.physics`, kept for scripts of version 0.1."""

from ebit.physics import Noise, QPUNoise, damping, dephasing, depolarising, idling

__all__ = ["Noise", "QPUNoise", "damping", "dephasing", "depolarising", "idling"]
