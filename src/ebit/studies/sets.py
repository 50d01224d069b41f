"""The data sets of a study: generated, chosen among generated ones, or the user's files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ebit.errors import EbitError
from ebit.studies.study import DataSets
from ebit.writing import followed

PREFIX = "set:"


@dataclass(frozen=True)
class Sets:
    """What the names of data sets in files of tasks stand for.

    `set:all` is every data set, `set:ten` the first ten, `set:first` the first one, `set:main`
    every file of the user or else the first one, `set:chosen` all chosen ones, and any other name
    is a chosen one. What does not start with `set:` stands for itself.

    Attributes:
        sources: All data sets, as `ebit.data.load` takes them.
        chosen: Data sets by their name in the paper.
        are_files: Whether they are files of the user.

    Example:
        >>> sets = Sets(("clusters:0", "clusters:1"), {"A": "clusters:1"})
        >>> sets.expand(["set:A", "chsh"]), sets.label("clusters:1")
        (['clusters:1', 'chsh'], 'A')
    """

    sources: tuple[str, ...]
    chosen: Mapping[str, str] = field(default_factory=dict)
    are_files: bool = False

    def expand(self, data: str | Sequence[str]) -> list[str]:
        """The data sets behind one or several names."""
        names = [data] if isinstance(data, str) else data
        return [source for name in names for source in self._sources_of(name)]

    def label(self, source: str) -> str:
        """The name of a data set in the paper; its own name if it has none."""
        names = {chosen: name for name, chosen in self.chosen.items()}
        return names.get(source, source)

    def _sources_of(self, name: str) -> Sequence[str]:
        if not name.startswith(PREFIX):
            return (name,)
        groups = {
            "all": self.sources,
            "ten": self.sources[:10],
            "first": self.sources[:1],
            "main": self.sources if self.are_files else self.sources[:1],
            "chosen": tuple(self.chosen.values()),
        }
        key = name.removeprefix(PREFIX)
        return groups[key] if key in groups else (self.chosen[key],)


def available_sets(
    settings: DataSets, data: Sequence[Path], *, quick: bool, most: int | None = None
) -> Sets:
    """The data sets of a study before any is chosen; stand-ins have the names of the chosen ones.

    Args:
        settings: Data sets of the study.
        data: The user's files, for studies that take some.
        quick: Whether this is a quick look.
        most: Only the first so many; all by default.

    Returns:
        The data sets.

    Raises:
        EbitError: If the study takes no files, a file is named twice, or too few sets are left to
            choose among.

    Example:
        >>> from ebit.studies import read_study
        >>> available_sets(read_study("kim2026").sets, [], quick=False).chosen["B"]
        'clusters:1'
    """
    sources = [f"{settings.generator}:{seed}" for seed in range(settings.count)]
    if data and not settings.takes_files:
        raise EbitError(
            f"Argument `data` is {str(data[0])!r}, but this study generates its data: leave it out."
        )
    if data:
        sources = [str(followed(path)) for path in data]
        if len(set(sources)) < len(sources):
            raise EbitError("Argument `data` names a file twice: name every file once.")
    if quick:
        sources = sources[: settings.quick]
    names = settings.choice.names if settings.choice is not None else ()
    if most is not None:
        least = max(1, len(names))
        if most < least:
            raise EbitError(f"Argument `sets` must be at least {least} here, but is {most}.")
        sources = sources[:most]
    return Sets(tuple(sources), dict(zip(names, sources, strict=False)), bool(data))


def choose(measured: Mapping[str, float], published: Mapping[str, float]) -> dict[str, str]:
    """For every published accuracy in turn, the unused data set with the nearest measured one.

    Args:
        measured: Mean accuracy by data set.
        published: Mean accuracy by name, at most as many.

    Returns:
        Data set by name.

    Example:
        >>> choose({"clusters:0": 0.8, "clusters:1": 0.7}, {"A": 0.74, "B": 0.71})
        {'A': 'clusters:1', 'B': 'clusters:0'}
    """
    left, chosen = dict(measured), {}
    for name, accuracy in published.items():
        chosen[name] = min(left, key=lambda source: abs(left[source] - accuracy))
        del left[chosen[name]]
    return chosen
