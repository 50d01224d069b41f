"""Noisy bricks as constant matrices between the rotations.

A brick is H on every qubit, CZ gates, the noise of the whole brick, RX on every qubit. With
RX = H RZ H and the Hadamards put together, an effect that is pulled back sees per brick

    rotations about Z, then one constant 16 x 16 matrix on every two neighbours:
    H, noise and CZ gate of a bond,

with one more H on every qubit before the last and after the first brick.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import jax
import numpy as np

from ebit.circuits import bricks
from ebit.physics import Channel
from ebit.physics.pauli import CONTROLLED_Z, HADAMARD, Real, kept_and_turned, together

Bond = tuple[int, int]
NoNoise: Mapping[Bond, Real] = {}


class Brick(NamedTuple):
    """Constants of one brick, as arrays that can be stacked over QPUs.

    Attributes:
        products: For every two neighbours (9, 256), for a single qubit (3, 16): the matrix for each
            product of 1, cos, sin of their angles.
        closing: CZ gate (16, 16) of the last and the first qubit if the ring is odd, else None.
            It is done first, its own error included.
    """

    products: tuple[jax.Array | Real, ...]
    closing: jax.Array | Real | None


class Place(NamedTuple):
    """Where a brick acts in a ring of m qubits.

    Attributes:
        first: Qubit that stands first while the brick acts.
        bonds: Bonds with a CZ gate.
        closes: Whether the last and the first qubit have a gate beside those of the neighbours.
    """

    first: int
    bonds: tuple[Bond, ...]
    closes: bool


def places(qubits: int) -> list[Place]:
    """The bricks of a layer, first brick first.

    Example:
        >>> [place.bonds for place in places(4)]
        [((0, 1), (2, 3)), ((1, 2), (3, 0))]
    """
    closes = qubits > 2 and qubits % 2 == 1
    return [
        Place(first, bonds, closes and first == 0) for first, bonds in enumerate(bricks(qubits))
    ]


def gate_counts(qubits: int, bonds: tuple[Bond, ...]) -> list[int]:
    """Gates on each qubit.

    Example:
        >>> gate_counts(3, ((0, 1), (2, 0)))
        [2, 1, 1]
    """
    return [sum(qubit in bond for bond in bonds) for qubit in range(qubits)]


def bricks_of(
    qubits: int,
    noise: Callable[[int, int, int, bool], Channel],
    links: Mapping[Bond, Real] = NoNoise,
) -> tuple[Brick, ...]:
    """The constants of a layer.

    Args:
        qubits: Qubits of the ring, m.
        noise: Channel of a qubit after the CZ gates of a brick: (qubit, its CZ gates, gates one
            after the other, whether a gate of the brick is among `links`).
        links: Error channel (16,) of gates whose errors meet both qubits, a factor per product of
            Pauli operators of the two qubits of a bond.

    Returns:
        One entry per brick, first brick first.
    """
    found = []
    for place in places(qubits):
        counts = gate_counts(qubits, place.bonds)
        linked = any(bond in links for bond in place.bonds)
        channels = [noise(q, count, max(counts), linked) for q, count in enumerate(counts)]
        order = [(place.first + i) % qubits for i in range(qubits)]
        pulled = together([channels[q].T @ HADAMARD for q in order])
        products = []
        for group, start in zip(pulled, range(0, qubits, 2), strict=True):
            bond = tuple(order[start : start + 2])
            gate = np.eye(len(group))
            if bond in place.bonds:
                gate = CONTROLLED_Z.T * links.get((bond[0], bond[1]), np.ones(16))
            products.append(_products(gate @ group))
        last = CONTROLLED_Z.T * links.get((qubits - 1, 0), np.ones(16))
        closing = last if place.closes else None
        found.append(Brick(tuple(products), closing))
    return tuple(found)


def _products(matrix: Real) -> Real:
    """The matrix behind rotations about Z of its one or two qubits, see `Brick.products`."""
    turns = kept_and_turned(3)
    if len(matrix) == 4:
        return np.einsum("xy,ayz->axz", matrix, turns).reshape(3, 16)
    both = np.einsum("ayz,bvw->abyvzw", turns, turns).reshape(9, 16, 16)
    return np.einsum("xy,ayz->axz", matrix, both).reshape(9, 256)
