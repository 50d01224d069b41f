"""Data that are generated, by name: the one list of generators and their options."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ebit.data.chsh import chsh
from ebit.data.clusters import clusters, product_clusters
from ebit.data.dataset import Dataset
from ebit.data.games import chain_game, parity_game
from ebit.data.messages import bad_input, listed
from ebit.errors import EbitError

HWANG_POINTS, HWANG_CLUSTERS = 2048, 32


@dataclass(frozen=True)
class Generator:
    """A generator of data sets.

    Attributes:
        forms: How it is written, without options.
        make: Called with what stands behind the colon, and with its options by name.
        argument: What stands behind the colon: `seed` or `players`, whole numbers, or `word`.
        options: Options behind a comma: their names, and those of the arguments of `make`.
        words: Options whose values are words; the others are whole numbers.
    """

    forms: tuple[str, ...]
    make: Callable[..., Dataset]
    argument: str
    options: Mapping[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()


def _hwang(seed: int) -> Dataset:
    data = clusters(seed, points=HWANG_POINTS, clusters=HWANG_CLUSTERS)
    return replace(data, name=f"clusters-hwang:{seed}")


def _chsh(word: str) -> Dataset:
    return chsh(word or "optimal")  # type: ignore[arg-type]


_SIZES = {
    "features": "dimensions",
    "clusters": "clusters",
    "points": "points",
    "classes": "classes",
}

GENERATORS: Mapping[str, Generator] = {
    "clusters": Generator(("clusters:SEED",), clusters, "seed", _SIZES),
    "clusters-hwang": Generator(("clusters-hwang:SEED",), _hwang, "seed"),
    "clusters-product": Generator(("clusters-product:SEED",), product_clusters, "seed"),
    "chsh": Generator(("chsh", "chsh:alternative"), _chsh, "word"),
    "parity-game": Generator(("parity-game:K",), parity_game, "players"),
    "chain-game": Generator(
        ("chain-game:K",), chain_game, "players", {"topology": "topology"}, ("topology",)
    ),
}
"""Generators by name."""

FORMS = tuple(form for generator in GENERATORS.values() for form in generator.forms)
"""How generated data are written, without options."""

_ARGUMENTS = {"seed": "a seed, a whole number from 0", "players": "the number of players"}


def generate(text: str) -> Dataset | None:
    """A generated data set by its name and options.

    Args:
        text: Such as `clusters:0` or `clusters:0,features=16,clusters=32`.

    Returns:
        The data set; None if no generator has this name.

    Raises:
        EbitError: If what stands behind the colon, or an option, is wrong.

    Example:
        >>> generate("clusters:0,features=3,clusters=6,points=60,classes=3").x_train.shape
        (45, 3)
        >>> generate("clusters:0,colour=red")
        Traceback (most recent call last):
        ebit.errors.EbitError: Data source `clusters:0,colour=red` has no option `colour`: use \
`features`, `clusters`, `points`, `classes`.
    """
    name, *options = text.split(",")
    kind, _, argument = name.partition(":")
    generator = GENERATORS.get(kind)
    if generator is None:
        return None
    first = argument if generator.argument == "word" else _number(text, argument, generator)
    given = _options(text, options, generator)
    try:
        data = generator.make(first, **given)
    except EbitError as error:
        raise bad_input(f"Data source `{text}`: {error}") from None
    return replace(data, name=text) if given else data


def _number(text: str, argument: str, generator: Generator) -> int:
    if not re.fullmatch("[0-9]{1,18}", argument):
        raise bad_input(
            f"Data source `{text}` must end in {_ARGUMENTS[generator.argument]}, as in "
            f"{generator.forms[0].partition(':')[0]}:{'0' if generator.argument == 'seed' else 3}."
        )
    return int(argument)


def _options(text: str, parts: list[str], generator: Generator) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in parts:
        option, equals, value = (piece.strip() for piece in part.partition("="))
        if option not in generator.options:
            known = listed(list(generator.options))
            cure = f"use {known}" if generator.options else "leave it out"
            raise bad_input(f"Data source `{text}` has no option `{option}`: {cure}.")
        if option in generator.words:
            number: Any = value
        elif re.fullmatch("[0-9]{1,9}", value):
            number = int(value)
        else:
            raise bad_input(
                f"Option `{option}` of data source `{text}` must be a whole number, but is "
                f"{value if equals else 'missing'!r}."
            )
        if generator.options[option] in found:
            raise bad_input(f"Data source `{text}` has option `{option}` twice: give it once.")
        found[generator.options[option]] = number
    return found
