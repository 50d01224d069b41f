"""Cutting: gates across the QPUs replaced by local operations and more shots, without any link."""

from ebit.cutting.overhead import (
    WIRE_GAMMA,
    CutOverhead,
    cut_overhead,
    gate_gamma,
    pair_gamma,
    pairs_gamma,
)
from ebit.cutting.reconstruct import reconstruct

__all__ = [
    "WIRE_GAMMA",
    "CutOverhead",
    "cut_overhead",
    "gate_gamma",
    "pair_gamma",
    "pairs_gamma",
    "reconstruct",
]
