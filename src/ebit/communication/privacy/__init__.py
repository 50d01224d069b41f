"""What a party could learn of another one from states, and which functions states can give."""

from ebit.communication.privacy.attacks import ATTACKS, Attacked, attack
from ebit.communication.privacy.bounds import (
    Leak,
    holevo_bits,
    leaks,
    rebuilding_fidelity,
    symmetric_bits,
)
from ebit.communication.privacy.spectrum import (
    FunctionFit,
    Reupload,
    equal_scales,
    fit_observable,
    growing_scales,
    interaction,
    spectrum,
)

__all__ = [
    "ATTACKS",
    "Attacked",
    "FunctionFit",
    "Leak",
    "Reupload",
    "attack",
    "equal_scales",
    "fit_observable",
    "growing_scales",
    "holevo_bits",
    "interaction",
    "leaks",
    "rebuilding_fidelity",
    "spectrum",
    "symmetric_bits",
]
