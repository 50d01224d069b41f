"""How a network of many small tensors is contracted: planned once per network, run on every batch.

Neighbours are put together in rounds, all that look alike at once, as long as nothing grows: a line
or a ring of K tensors takes about log2(K) products of stacks, a tree as many as it is deep. What is
left (a grid, an index that more than two tensors have, indices that stay) goes along the cheapest
path that `opt_einsum` or a sweep through the tensors finds.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, reduce
from operator import add
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import opt_einsum
from jax import lax
from jaxtyping import Array, Float
from numpy.typing import NDArray

from ebit.jax_settings import own_settings

Labels = tuple[int, ...]

_SMALL = 16
"""Sums over at most so many terms are written out, see `products`."""

_FEW_USES = 4
"""Evenly spaced rows of a stack may be taken for so many uses one after the other."""


class Piece(NamedTuple):
    """A tensor: one row of a stack of equal ones.

    Attributes:
        stack: Number of the stack.
        row: Row in it.
        labels: Names of its indices.
    """

    stack: int
    row: int
    labels: Labels


class Side(NamedTuple):
    """One factor of a product of stacks.

    Attributes:
        stack: Number of the stack.
        rows: Which of its rows.
        order: Axes in the order kept, summed or summed, kept.
    """

    stack: int
    rows: tuple[int, ...]
    order: tuple[int, ...]


class Product(NamedTuple):
    """A product of stacks, row by row, summed over `summed` axes of both."""

    left: Side
    right: Side
    summed: int


class Use(NamedTuple):
    """Where rows of a stack go.

    Attributes:
        where: Number of the product and of its side; behind the last product what is left.
        rows: Which rows.
    """

    where: tuple[int, int]
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Plan:
    """What is put together with what.

    Attributes:
        products: Products of stacks in turn; each makes a new stack.
        rest: What is left.
        output: Indices that stay.
        path: Path through the rest.
        most: Numbers of the largest tensor on the way, per sample.
        operations: Real multiplications and additions, per sample.
    """

    products: tuple[Product, ...]
    rest: tuple[Piece, ...]
    output: Labels
    path: tuple[tuple[int, ...], ...]
    most: int
    operations: int

    @property
    def width(self) -> int:
        """Indices of four values that the largest tensor has."""
        return math.ceil(math.log(max(self.most, 1), 4) - 1e-9)

    @cached_property
    def dealt_out(self) -> dict[int, tuple["Use", ...]]:
        """All uses of the stacks that are dealt out at once, in the order of their first rows.

        Taken one use after the other, the slope would be an array of the size of the stack for
        each: for a tree, whose leaves meet others in every round, more than a multiple of its size.
        """
        uses: dict[int, list[Use]] = {}
        for number, product in enumerate(self.products):
            for place, side in enumerate((product.left, product.right)):
                uses.setdefault(side.stack, []).append(Use((number, place), side.rows))
        for number, piece in enumerate(self.rest):
            uses.setdefault(piece.stack, []).append(Use((len(self.products), number), (piece.row,)))
        return {
            stack: tuple(sorted(own, key=lambda use: use.rows))
            for stack, own in uses.items()
            if len(own) > _FEW_USES
            or not all(isinstance(index_of(np.array(use.rows)), slice) for use in own)
        }


@lru_cache(maxsize=64)
def plan_of(
    pieces: tuple[Piece, ...], extents: tuple[tuple[int, int], ...], output: Labels = ()
) -> Plan:
    """Plan a contraction.

    Args:
        pieces: The tensors; an index that two or more have is summed over.
        extents: (index, number of its values).
        output: Indices that stay.

    Returns:
        The plan.

    Example:
        >>> ring = tuple(Piece(0, k, (k, (k + 1) % 8)) for k in range(8))
        >>> plan = plan_of(ring, tuple((k, 4) for k in range(8)))
        >>> len(plan.products), plan.most, plan.width
        (3, 16, 2)
    """
    sizes = dict(extents)
    products: list[Product] = []
    most = max((_size(piece.labels, sizes) for piece in pieces), default=1)
    operations, stacks = 0, 1 + max(piece.stack for piece in pieces)
    left = list(pieces)
    while True:
        found = _matching(left, sizes, output)
        if not found:
            break
        groups: dict[tuple[Any, ...], list[tuple[int, int, Labels, Labels]]] = {}
        for a, b in found:
            first, second = left[a], left[b]
            summed = tuple(label for label in first.labels if label in second.labels)
            orders = _order(first, summed, last=True), _order(second, summed, last=False)
            key = (first.stack, orders[0], second.stack, orders[1], len(summed))
            kept = tuple(label for label in (*first.labels, *second.labels) if label not in summed)
            groups.setdefault(key, []).append((a, b, summed, kept))
            operations += 2 * _size(kept, sizes) * _size(summed, sizes)
        gone: set[int] = set()
        new: list[Piece] = []
        for (one, first_order, other, second_order, count), members in groups.items():
            rows = (
                tuple(left[a].row for a, *_ in members),
                tuple(left[b].row for _, b, *_ in members),
            )
            products.append(
                Product(Side(one, rows[0], first_order), Side(other, rows[1], second_order), count)
            )
            new += [Piece(stacks, row, kept) for row, (_, _, _, kept) in enumerate(members)]
            gone.update(place for a, b, *_ in members for place in (a, b))
            stacks += 1
        left = [piece for place, piece in enumerate(left) if place not in gone] + new
    path: tuple[tuple[int, ...], ...] = ()
    if len(left) > 1 or tuple(left[0].labels) != output:
        path, cost, largest = _path([piece.labels for piece in left], output, sizes)
        operations, most = operations + cost, max(most, largest)
    return Plan(tuple(products), tuple(left), output, path, most, operations)


def _size(labels: Sequence[int], sizes: Mapping[int, int]) -> int:
    return math.prod(sizes[label] for label in labels)


def _order(piece: Piece, summed: Labels, *, last: bool) -> tuple[int, ...]:
    kept = [axis for axis, label in enumerate(piece.labels) if label not in summed]
    shared = [piece.labels.index(label) for label in summed]
    return (*kept, *shared) if last else (*shared, *kept)


def _matching(
    pieces: Sequence[Piece], sizes: Mapping[int, int], output: Labels
) -> list[tuple[int, int]]:
    """Neighbours whose product is no larger than they are, every tensor once at most."""
    owners: dict[int, list[int]] = {}
    for place, piece in enumerate(pieces):
        for label in piece.labels:
            owners.setdefault(label, []).append(place)
    held = {label for label, places in owners.items() if len(places) != 2 or label in output}
    free = [not held.intersection(piece.labels) for piece in pieces]
    used: set[int] = set()
    found: list[tuple[int, int]] = []
    lonely: int | None = None
    for place, piece in enumerate(pieces):
        if place in used or not free[place]:
            continue
        if not piece.labels:  # numbers are multiplied with each other
            if lonely is None:
                lonely = place
            else:
                found.append((lonely, place))
                lonely = None
            continue
        near = {other for label in piece.labels for other in owners[label]} - {place}
        for other in sorted(near):
            if other in used or not free[other]:
                continue
            shared = [label for label in piece.labels if label in pieces[other].labels]
            before = [_size(p.labels, sizes) for p in (piece, pieces[other])]
            if math.prod(before) <= max(before) * _size(shared, sizes) ** 2:
                used.update((place, other))
                found.append((place, other))
                break
    return found


def _path(
    inputs: Sequence[Labels], output: Labels, sizes: Mapping[int, int]
) -> tuple[tuple[tuple[int, ...], ...], int, int]:
    """Cheapest path of a few: what opt_einsum finds, and sweeps through the tensors."""
    shapes = [np.broadcast_to(0.0, [sizes[label] for label in labels]) for labels in inputs]
    operands = [part for pair in zip(shapes, inputs, strict=True) for part in pair]
    candidates: list[Any] = ["auto" if len(inputs) <= 10 else "greedy"]
    candidates += [_sweep(order) for order in _sweeps(inputs)]
    best: tuple[int, int, Any] | None = None
    for candidate in candidates:
        path, info = opt_einsum.contract_path(*operands, output, optimize=candidate)
        cost = int(info.opt_cost), int(info.largest_intermediate)
        if best is None or cost < best[:2]:
            best = (*cost, tuple(tuple(step) for step in path))
    assert best is not None
    return best[2], best[0], best[1]


def _sweeps(inputs: Sequence[Labels]) -> list[list[int]]:
    """Orders of the tensors: as they are, and outwards from some of them."""
    near: list[list[int]] = [
        sorted(k for k, other in enumerate(inputs) if k != place and set(other) & set(labels))
        for place, labels in enumerate(inputs)
    ]
    orders = [list(range(len(inputs)))]
    for start in (0, len(inputs) - 1):
        order, seen = [start], {start}
        for place in order:
            new = [k for k in near[place] if k not in seen]
            seen.update(new)
            order += new
        order += [k for k in range(len(inputs)) if k not in seen]
        orders.append(order)
    return orders


def _sweep(order: Sequence[int]) -> list[tuple[int, ...]]:
    """The path that takes one tensor after the other."""
    left = list(range(len(order)))
    if len(left) == 1:
        return [(0,)]
    steps: list[tuple[int, ...]] = []
    current: int | None = None
    for place in order:
        if current is None:
            current = place
            continue
        steps.append(tuple(sorted((left.index(current), left.index(place)))))
        left = [k for k in left if k not in (current, place)]
        current = -1 - len(steps)
        left.append(current)
    return steps


def run(plan: Plan, stacks: Sequence[jax.Array]) -> jax.Array:
    """Contract a network.

    Args:
        plan: What `plan_of` returned.
        stacks: Tensors (rows, ..., batch); a constant has a batch of 1.

    Returns:
        Shape (..., batch): the indices that stay, and the batch.
    """
    held, parts = list(stacks), dict[tuple[int, int], jax.Array]()
    for number in range(len(stacks)):
        parts |= _dealt_out(plan, number, held[number])
    for number, product in enumerate(plan.products):
        sides = (product.left, product.right)
        left, right = (
            _side(side, parts.pop((number, place), None), held) for place, side in enumerate(sides)
        )
        held.append(_multiply(product, left, right))
        parts |= _dealt_out(plan, len(held) - 1, held[-1])
    rest = [
        parts[len(plan.products), number][0]
        if piece.stack in plan.dealt_out
        else held[piece.stack][piece.row]
        for number, piece in enumerate(plan.rest)
    ]
    if not plan.path:
        return rest[0]
    operands: list[Any] = []
    batch = 1 + max((label for piece in plan.rest for label in piece.labels), default=0)
    size = max(tensor.shape[-1] for tensor in rest)
    for piece, tensor in zip(plan.rest, rest, strict=True):
        is_constant = tensor.shape[-1] != size
        labels = piece.labels if is_constant else (*piece.labels, batch)
        operands += [tensor[..., 0] if is_constant else tensor, labels]
    return jnp.einsum(
        *operands, (*plan.output, batch), optimize=list(plan.path), precision=lax.Precision.HIGHEST
    )


def _dealt_out(plan: Plan, stack: int, tensor: jax.Array) -> dict[tuple[int, int], jax.Array]:
    """Rows of a stack by what they are used for, put in order once."""
    uses = plan.dealt_out.get(stack, ())
    if not uses:
        return {}
    order = np.concatenate([use.rows for use in uses])
    stops = np.cumsum([len(use.rows) for use in uses])[:-1]
    if np.any(np.diff(order) != 1):
        tensor = repeated_rows(tensor, order)
    split = jnp.split(tensor, stops)
    return {use.where: own for use, own in zip(uses, split, strict=True)}


def _multiply(product: Product, left: jax.Array, right: jax.Array) -> jax.Array:
    """(rows, kept of the left, kept of the right, batch)."""
    count = product.summed
    kept = left.shape[1 : left.ndim - 1 - count], right.shape[1 + count : -1]
    middle = math.prod(right.shape[1 : 1 + count])
    rows, batches = left.shape[0], (left.shape[-1], right.shape[-1])
    a = left.reshape(rows, math.prod(kept[0]), middle, batches[0])
    b = right.reshape(rows, middle, math.prod(kept[1]), batches[1])
    c = products(*(jnp.broadcast_to(part, (*part.shape[:3], max(batches))) for part in (a, b)))
    return c.reshape(rows, *kept[0], *kept[1], max(batches))


@jax.custom_vjp
def products(
    left: Float[Array, "rows i m batch"], right: Float[Array, "rows m j batch"]
) -> Float[Array, "rows i j batch"]:
    """Matrix products of every row and sample.

    A sum over few terms is one loop along the batch, which processors do many at a time: a product
    of tiny matrices is bound by memory.

    Args:
        left: Shape (rows, i, m, batch).
        right: Shape (rows, m, j, batch).

    Returns:
        Shape (rows, i, j, batch).

    Example:
        >>> products(jnp.ones((3, 2, 4, 5)), jnp.ones((3, 4, 1, 5))).shape
        (3, 2, 1, 5)
    """
    terms = left.shape[2]
    if terms > _SMALL:
        return jnp.einsum("rimb,rmjb->rijb", left, right, precision=lax.Precision.HIGHEST)
    sides = zip(jnp.split(left, terms, axis=2), jnp.split(right, terms, axis=1), strict=True)
    return reduce(add, (own * other for own, other in sides))


def _products_forward(left: jax.Array, right: jax.Array) -> tuple[jax.Array, Any]:
    return products(left, right), (left, right)


@own_settings
def _products_backward(sides: Any, slope: jax.Array) -> tuple[jax.Array, jax.Array]:
    left, right = (side.swapaxes(1, 2) for side in sides)
    return products(slope, right), products(left, slope)


products.defvjp(_products_forward, _products_backward)


def _side(side: Side, rows: jax.Array | None, held: Sequence[jax.Array]) -> jax.Array:
    """A factor: its rows if they are there already, its axes in order."""
    own = rows_of(held[side.stack], np.array(side.rows)) if rows is None else rows
    return own.transpose(0, *(1 + axis for axis in side.order), own.ndim - 1)


def index_of(rows: NDArray[np.int64]) -> slice | NDArray[np.int64]:
    """An index of some rows: a slice where they are evenly spaced, which has the simpler slope.

    Example:
        >>> index_of(np.array([1, 3, 5]))
        slice(1, 6, 2)
    """
    steps = np.unique(np.diff(rows))
    if len(rows) == 1 or (len(steps) == 1 and steps[0] > 0):
        step = int(steps[0]) if len(steps) else 1
        return slice(int(rows[0]), int(rows[-1]) + 1, step)
    return rows


def rows_of(stack: jax.Array, rows: NDArray[np.int64]) -> jax.Array:
    """Some rows of an array.

    Example:
        >>> rows_of(jnp.arange(6), np.array([1, 3, 5])).tolist()
        [1, 3, 5]
    """
    return stack[index_of(rows)]


_PADDED = 4
"""So many times more rows than there are uses may be summed in the slope of `repeated_rows`."""


def repeated_rows(stack: jax.Array, index: NDArray[np.int64]) -> jax.Array:
    """Rows of an array, some of them more than once.

    The slope gathers the uses of every row, which is many times faster on processors than to
    scatter them, unless a few rows have most of the uses.

    Args:
        stack: Shape (rows, ..., batch).
        index: Which rows, (uses,).

    Returns:
        Shape (uses, ..., batch).

    Example:
        >>> repeated_rows(jnp.arange(6.0).reshape(3, 2), np.array([2, 0, 2]))[:, 0].tolist()
        [4.0, 0.0, 4.0]
    """
    rows, uses = stack.shape[0], len(index)
    most = int(np.bincount(index, minlength=rows).max())
    if rows * most > _PADDED * (rows + uses):
        return stack[index]
    order = np.argsort(index, kind="stable")
    once = most == 1 and uses == rows
    within = np.arange(uses) - np.searchsorted(index[order], index[order])
    places = np.full((rows, most), uses)  # what is not used is the row of zeros behind all uses
    places[index[order], within] = order

    @jax.custom_vjp
    def take(stack: jax.Array) -> jax.Array:
        return stack[index]

    def back(_: None, slope: jax.Array) -> tuple[jax.Array]:
        if once:
            return (slope[order],)
        padded = jnp.concatenate([slope, jnp.zeros_like(slope[:1])])
        return (jnp.sum(padded[places], axis=1),)

    take.defvjp(lambda stack: (stack[index], None), back)
    return take(stack)
