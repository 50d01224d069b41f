"""Profiles: published figures of QPUs and links, by name."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from ebit import checks
from ebit.errors import EbitError
from ebit.network.link import Link
from ebit.network.qpu import Qpu
from ebit.settings import Settings

_FOLDER = files("ebit.network") / "profiles"


class Figure(Settings):
    """A figure and where it comes from.

    Attributes:
        value: The value of the field.
        source: The publication, or `assumed` and why.
        checked: Day on which the source was read for ebit; None if it could not be read.
    """

    value: bool | int | float | str
    source: str
    checked: str | None = None

    @property
    def is_verified(self) -> bool:
        """Whether somebody read the figure in its source."""
        return self.checked is not None


class Profile(Settings):
    """Published figures of one kind of hardware.

    Attributes:
        name: Name of the profile.
        kind: `qpu` or `link`.
        summary: What the hardware is.
        figures: A figure with its source for each field.
    """

    name: str
    kind: Literal["qpu", "link"]
    summary: str
    figures: dict[str, Figure]

    @property
    def unverified(self) -> list[str]:
        """Fields whose figures are assumed, or could not be read in their source."""
        return [name for name, figure in self.figures.items() if not figure.is_verified]

    def settings(self, kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Fields of a QPU or link: those of the profile, unless given.

        Args:
            kind: `qpu` or `link`, what is to be made.
            given: Fields that replace or complete those of the profile.

        Returns:
            All fields.

        Raises:
            EbitError: If the profile is of the other kind, or its measured pair rate would be kept
                for another link.

        Example:
            >>> from ebit.network import profile
            >>> profile("nv").settings("qpu", {"name": "alice", "qubits": 2})["qubits"]
            2
        """
        checks.one_of(("qpu", "link"))("kind", kind)
        checks.instance(Mapping, "fields by name")("given", given)
        if kind != self.kind:
            raise EbitError(
                f"Profile `{self.name}` is for a {self.kind}, not for a {kind}: use "
                f"{', '.join(profile_names(kind))}."
            )
        values = {name: figure.value for name, figure in self.figures.items()}
        if kind == "link":
            _replace_link(self.name, values, given)
        return {**values, **given}

    def qpu(self, name: str, **given: Any) -> Qpu:
        """A QPU with the figures of this profile.

        Args:
            name: Name of the QPU.
            **given: Other values for fields of `Qpu`.

        Returns:
            The QPU.

        Raises:
            EbitError: If the profile is for a link or a field is wrong.

        Example:
            >>> from ebit.network import profile
            >>> profile("superconducting").qpu("alice", qubits=4).t1
            6.8e-05
        """
        return Qpu(**self.settings("qpu", {"name": name, **given}))

    def link(self, first: str, second: str, **given: Any) -> Link:
        """A link with the figures of this profile.

        Args:
            first: Name of a QPU.
            second: Name of another QPU.
            **given: Other values for fields of `Link`.

        Returns:
            The link.

        Raises:
            EbitError: If the profile is for a QPU or a field is wrong.

        Example:
            >>> from ebit.network import profile
            >>> profile("metropolitan").link("alice", "bob").length
            248.0
        """
        return Link(**self.settings("link", {"between": (first, second), **given}))


def profile(name: str) -> Profile:
    """A profile that comes with ebit.

    Args:
        name: One of `profile_names()`.

    Returns:
        The profile.

    Raises:
        EbitError: If there is no such profile.

    Example:
        >>> from ebit.network import profile
        >>> profile("laboratory").figures["fidelity"].value
        0.9689
    """
    profiles = _profiles()
    return profiles[checks.one_of(profiles)("profile", name)]


def profile_page(name: str) -> str:
    """What a profile says, from where, and what is assumed, as Markdown.

    Args:
        name: Name of the profile.

    Returns:
        A page of the documentation.

    Raises:
        EbitError: If there is no such profile.

    Example:
        >>> print(profile_page("laboratory").splitlines()[0])
        # Profile `laboratory`
    """
    item = profile(name)
    lines = [
        f"# Profile `{name}`",
        "",
        f"{item.summary}.",
        "",
        "| Field | Value | Source | Read |",
        "| --- | --- | --- | --- |",
    ]
    for field, figure in item.figures.items():
        read = figure.checked or "not verified"
        lines.append(f"| `{field}` | {figure.value} | {figure.source} | {read} |")
    fields = Qpu.model_fields if item.kind == "qpu" else Link.model_fields
    silent = [f"`{field}`" for field in fields if field not in {*item.figures, "name", "between"}]
    lines += [
        "",
        "*Read* is the day on which the figure was read in its source for ebit. What is not "
        "verified is assumed, or its source could not be read; reports that use it say so.",
        "",
        f"Not said, so at their defaults: {', '.join(silent)}.",
        "",
    ]
    return "\n".join(lines)


@checks.takes(names=checks.several(checks.instance(str, "the name of a profile"), least=0))
def unverified(names: Sequence[str]) -> list[str]:
    """Sentences on figures of profiles that are assumed, or could not be read in their source.

    Args:
        names: Names of profiles.

    Returns:
        A sentence for each profile that has such figures.

    Raises:
        EbitError: If there is no such profile.

    Example:
        >>> unverified(["metropolitan", "laboratory"])
        ['Not verified in profile laboratory: pair_rate, fidelity; see the page of the profile.']
    """
    return [
        f"Not verified in profile {name}: {', '.join(fields)}; see the page of the profile."
        for name in names
        if (fields := profile(name).unverified)
    ]


def profile_names(kind: str | None = None) -> list[str]:
    """Names of the profiles that come with ebit.

    Args:
        kind: `qpu` or `link`; default: both.

    Returns:
        The names in alphabetical order.

    Example:
        >>> from ebit.network import profile_names
        >>> profile_names("link")
        ['laboratory', 'metropolitan', 'satellite']
    """
    checks.maybe(checks.one_of(("qpu", "link")))("kind", kind)
    return [name for name, item in _profiles().items() if kind in (None, item.kind)]


@cache
def _profiles() -> dict[str, Profile]:
    paths = sorted((path for path in _FOLDER.iterdir()), key=lambda path: path.name)
    return {
        (name := path.name.removesuffix(".toml")): Profile(
            name=name, **tomllib.loads(path.read_text("utf-8"))
        )
        for path in paths
        if path.name.endswith(".toml")
    }


def _replace_link(name: str, values: dict[str, Any], given: Mapping[str, Any]) -> None:
    """Drop what the given fields replace; a measured pair rate holds for the measured link only."""
    if "efficiency" in given:
        values.pop("pair_rate", None)
    own = ["length", "delay", "fixed_loss", "medium"]
    if values.get("medium", "fibre") == "fibre":
        own.append("loss")  # which a beam refuses
    changed = [field for field in own if field in given]
    if changed and "pair_rate" in values and "pair_rate" not in given:
        raise EbitError(
            f"Argument `{changed[0]}` changes the link of profile `{name}`, whose pair rate was "
            "measured: give `pair_rate` or `efficiency`, too."
        )
    if "delay" in given:
        values.pop("length", None)
    if "length" in given:
        values.pop("delay", None)
