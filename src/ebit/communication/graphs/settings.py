"""How a graph network is built and trained, and the settings of the published runs."""

from dataclasses import dataclass, field, replace
from typing import Any

from ebit.checks import flag, one_of, real, seed, whole
from ebit.communication.graphs.hops import Hops
from ebit.errors import EbitError

ACTIVATION_NAMES = ("polynomial", "prelu")
_RULES = {
    "hidden": whole(1, 1024),
    "activation": one_of(ACTIVATION_NAMES),
    "batch_size": whole(1, 100_000),
    "learning_rate": real(above=0),
    "weight_decay": real(0),
    "dropout": real(0, 0.95),
    "epochs": whole(1, 10_000),
    "folds": whole(2, 100),
    "degrees": flag,
    "shot_weight": real(0),
    "seed": seed,
}


@dataclass(frozen=True)
class GraphSettings:
    """A graph network and its training.

    Args:
        hops: What every node hears.
        hidden: Hidden units for each step of `hops` and one for the node itself.
        activation: `polynomial` (degree 2, trained coefficients) or `prelu`.
        batch_size: Most graphs of a batch.
        learning_rate: Step size of Adam, halved every 50 epochs.
        weight_decay: Factor of the squared parameters, as Adam takes it.
        dropout: Share of hidden units that a batch leaves out.
        epochs: How often every graph is used.
        folds: Parts of the cross-validation.
        degrees: Whether the number of neighbours replaces the labels of the nodes.
        shot_weight: Weight of the spread of one copy over the margin in the loss.
        seed: Of the parameters and batches.

    Example:
        >>> GraphSettings(hops=Hops(gcn=3), epochs=0)
        Traceback (most recent call last):
        ebit.errors.EbitError: Argument `epochs` must be a whole number from 1 to 10000, but is 0.
    """

    hops: Hops = field(default_factory=lambda: Hops(gcn=3))
    hidden: int = 12
    activation: str = "polynomial"
    batch_size: int = 128
    learning_rate: float = 0.005
    weight_decay: float = 0.0
    dropout: float = 0.0
    epochs: int = 100
    folds: int = 10
    degrees: bool = False
    shot_weight: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Check every value."""
        for name, rule in _RULES.items():
            object.__setattr__(self, name, rule(name, getattr(self, name)))
        if self.shot_weight and self.activation != "polynomial":
            raise EbitError(
                "Argument `shot_weight` must be 0 with the activation 'prelu', whose scores no "
                "copies of a state give: take polynomial."
            )

    def but(self, **changes: Any) -> "GraphSettings":
        """The same settings, with some changed."""
        return replace(self, **changes)


PUBLISHED = {
    "mutag": GraphSettings(Hops(6, 5, 1, 8), 64, batch_size=128, learning_rate=0.005, epochs=350),
    "ptc": GraphSettings(
        Hops(10, 3, 0, 2), 96, batch_size=32, learning_rate=0.003, weight_decay=1e-7, epochs=350
    ),
    "proteins": GraphSettings(
        Hops(9, 8, 0, 6),
        128,
        batch_size=32,
        learning_rate=0.001,
        weight_decay=1e-4,
        dropout=0.1,
        epochs=350,
    ),
    "nci1": GraphSettings(
        Hops(10, 2, 2, 7),
        12,
        batch_size=64,
        learning_rate=0.03,
        weight_decay=1e-4,
        dropout=0.1,
        epochs=350,
    ),
    "imdbbinary": GraphSettings(
        Hops(7, 10, 1, 7),
        12,
        batch_size=32,
        learning_rate=0.01,
        weight_decay=1e-4,
        dropout=0.3,
        epochs=350,
        degrees=True,
    ),
    "imdbmulti": GraphSettings(
        Hops(9, 7, 2, 8),
        8,
        batch_size=32,
        learning_rate=0.003,
        weight_decay=1e-7,
        dropout=0.3,
        epochs=350,
        degrees=True,
    ),
}
"""Settings of the runs of github.com/hmichaeli/quantum_gnns, by the name of the data set.

The runs of `nci1` and `imdbbinary` have layer normalisation there, which no single observable
gives; here every network has batch normalisation.
"""

PUBLISHED_ACCURACY = {
    "mutag": (92.0, 6.5),
    "ptc": (68.0, 8.1),
    "nci1": (77.2, 1.4),
    "proteins": (76.7, 4.6),
    "imdbbinary": (76.0, 2.5),
    "imdbmulti": (53.1, 2.8),
}
"""Mean and standard deviation over ten folds, per cent, as published there: the best epoch of the
mean validation curve, so an optimistic number."""
