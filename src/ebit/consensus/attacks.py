r"""What nodes that lie send. They see all honest vectors and act together.

With the mean m and the standard deviation s of the honest vectors, coordinate by coordinate. A lie
that is the same for all colluders is found by its lack of shot noise (`drop_twins`), so every
attack exists *dressed*, too: each colluder adds noise of deviation s.

Source:
    Names as in ByzFL; Baruch, Baruch and Goldberg, A little is enough, NeurIPS (2019); Xie, Koyejo
    and Gupta, Fall of empires (inner-product manipulation), UAI (2019).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp

Parts = tuple[float, float, float]
"""Shares of the mean, of the deviation and of one honest vector in a lie."""


@dataclass(frozen=True)
class Attack:
    """What all colluders send: shares of the mean, the deviation and one honest vector.

    Attributes:
        fixed: Shares that do not depend on the strength.
        scaled: Shares that the strength multiplies.
        strength: The usual strength.
        noise: Deviation of the noise that every colluder adds, as a share of that of the honest.
        lies: Whether vectors are replaced at all.
        flips_labels: Whether colluders compute honestly, on wrong labels.
        adapts: Whether they choose the strength that moves the aggregate farthest.
    """

    fixed: Parts = (0.0, 0.0, 0.0)
    scaled: Parts = (0.0, 0.0, 0.0)
    strength: float = 1.0
    noise: float = 0.0
    lies: bool = True
    flips_labels: bool = False
    adapts: bool = False

    def shares(self, strength: float | None = None) -> tuple[float, float, float, float]:
        """Shares of mean, deviation, one honest vector, and noise, at a strength."""
        by = self.strength if strength is None else strength
        a, b, c = (x + by * y for x, y in zip(self.fixed, self.scaled, strict=True))
        return a, b, c, self.noise


_MEAN, _ONE = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)
_AGAINST, _ASIDE = (-1.0, 0.0, 0.0), (0.0, -1.0, 0.0)

ATTACKS: Mapping[str, Attack] = {
    "none": Attack(lies=False),
    "sign_flip": Attack(scaled=_AGAINST),
    "sign_flip_noise": Attack(scaled=_AGAINST, noise=1.0),
    "ipm": Attack(scaled=_AGAINST, strength=0.5),
    "ipm_noise": Attack(scaled=_AGAINST, strength=0.5, noise=1.0),
    "alie": Attack(_MEAN, _ASIDE, strength=1.5),
    "alie_noise": Attack(_MEAN, _ASIDE, strength=1.5, noise=1.0),
    "mimic": Attack(_ONE),
    "mimic_noise": Attack(_ONE, noise=1.0),
    "gaussian": Attack(noise=1.0),
    "label_flip": Attack(lies=False, flips_labels=True),
    "adaptive": Attack(_MEAN, _ASIDE, noise=1.0, adapts=True),
    "adaptive_ipm": Attack(scaled=_AGAINST, noise=1.0, adapts=True),
}
"""All attacks by name. `ipm` is `sign_flip` at another strength, as in ByzFL."""

STRENGTHS = (0.1, 0.3, 0.6, 1.0, 1.5, 2.5, 4.0, 8.0)
"""What an adaptive attack tries."""


def attacked(x: jax.Array, honest: jax.Array, shares: jax.Array, key: jax.Array) -> jax.Array:
    """The vectors that arrive when all others than the honest ones lie.

    Args:
        x: What honest nodes send, shape (n, size); other rows do not matter.
        honest: Which rows are honest and present, shape (n,).
        shares: As `Attack.shares` returns them, shape (4,).
        key: Random key of the noise.

    Returns:
        Shape (n, size).

    Example:
        >>> x = jnp.array([[1.0, 2, 3], [4, 5, 6], [7, 8, 9], [0, 0, 0]])
        >>> honest = jnp.array([True, True, True, False])
        >>> shares = jnp.array(ATTACKS["ipm"].shares(2.0))
        >>> attacked(x, honest, shares, jax.random.key(0))[3].tolist()
        [-8.0, -10.0, -12.0]
    """
    count = jnp.maximum(honest.sum(), 1)
    mean = honest @ x / count
    std = jnp.sqrt(honest @ (x - mean) ** 2 / count)
    one = x[jnp.argmax(honest)]
    noise = shares[3] * std * jax.random.normal(key, x.shape, x.dtype)
    lie = shares[0] * mean + shares[1] * std + shares[2] * one + noise
    return jnp.where(honest[:, None], x, lie)


def most_harmful(
    attack: Attack,
    x: jax.Array,
    honest: jax.Array,
    key: jax.Array,
    aggregate: Callable[[jax.Array], jax.Array],
) -> jax.Array:
    """What colluders send who know the filter and choose their strength.

    Args:
        attack: An attack.
        x: As for `attacked`.
        honest: As for `attacked`.
        key: As for `attacked`.
        aggregate: What becomes of n vectors.

    Returns:
        Shape (n, size): the vectors of the strength that moves the aggregate farthest from the
        mean of the honest ones.
    """
    shares = jnp.array([attack.shares(strength) for strength in STRENGTHS], x.dtype)
    tried = jax.vmap(attacked, (None, None, 0, None))(x, honest, shares, key)
    mean = honest @ x / jnp.maximum(honest.sum(), 1)
    moved = jax.vmap(lambda y: ((aggregate(y) - mean) ** 2).sum())(tried)
    return tried[jnp.argmax(moved)]
