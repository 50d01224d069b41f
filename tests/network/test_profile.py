"""Profiles: every figure has a source, and replaces what is not said."""

import re
from pathlib import Path

import pytest

from ebit.network import Link, Qpu, profile, profile_names
from network.conftest import error_of

PAGE = Path(__file__).parents[2] / "docs" / "network.md"
PUBLISHED = re.compile(r"\(20\d\d\)|arXiv:\d{4}\.\d{5}|appendix A\.5|Azure Quantum documentation")


def test_names() -> None:
    assert profile_names() == sorted([*profile_names("qpu"), *profile_names("link")])
    assert profile_names("qpu") == ["neutral-atom", "nv", "superconducting", "trapped-ion"]
    assert profile_names("link") == ["laboratory", "metropolitan", "satellite"]


@pytest.mark.parametrize("name", profile_names())
def test_every_figure_has_a_publication_or_is_said_to_be_assumed(name: str) -> None:
    for field, figure in profile(name).figures.items():
        assert figure.source.startswith("assumed: ") or PUBLISHED.search(figure.source), field


@pytest.mark.parametrize("name", profile_names("qpu"))
def test_qpu_profiles_say_everything(name: str) -> None:
    item = profile(name)
    assert set(item.figures) == set(Qpu.model_fields) - {"name"}
    assert item.qpu("a", qubits=3).qubits == 3


@pytest.mark.parametrize("name", profile_names("link"))
def test_link_profiles_say_what_is_needed(name: str) -> None:
    item = profile(name)
    assert set(item.figures) <= set(Link.model_fields)
    assert item.link("a", "b", fidelity=0.5).fidelity == 0.5


def test_the_figures_of_the_links() -> None:
    metro, lab, sky = (
        profile(name).link("a", "b") for name in ("metropolitan", "laboratory", "satellite")
    )
    assert (metro.length, metro.fidelity, metro.raw_pair_rate) == (248.0, 0.86, 9.0)
    assert metro.loss * 248 == pytest.approx(79, rel=1e-3)
    assert (lab.length, lab.fidelity, lab.raw_pair_rate) == (0.002, 0.97, 9.7)
    assert (sky.fidelity, sky.raw_pair_rate) == (0.85, 1.1)
    assert 5.9e6 * 10 ** (-sky.loss * (sky.length or 0) / 10) == pytest.approx(1.1, rel=0.05)


def test_a_measured_rate_does_not_move_to_another_length() -> None:
    metro = profile("metropolitan")
    error = error_of(metro.link, "a", "b", length="10 km")
    assert error.startswith("Argument `length` changes the link of profile `metropolitan`")
    assert metro.link("a", "b", length="10 km", pair_rate="1 kHz").length == 10.0
    assert metro.link("a", "b", delay="1 ms", pair_rate="1 kHz").length is None
    computed = metro.link("a", "b", length="10 km", efficiency=0.1)
    assert computed.pair_rate is None
    assert computed.raw_pair_rate > 9.0


def test_bad_names() -> None:
    assert error_of(profile, "ion").endswith("trapped-ion, but is 'ion'.")
    assert "is for a qpu, not for a link: use laboratory" in error_of(profile("nv").link, "a", "b")


def rows() -> list[str]:
    """The rows of the table in the documentation."""
    return [
        f"| `{name}` | `{field}` | {figure.value} | {figure.source} |"
        for kind in ("qpu", "link")
        for name in profile_names(kind)
        for field, figure in profile(name).figures.items()
    ]


def test_the_page_shows_all_figures() -> None:
    lines = PAGE.read_text("utf-8").splitlines()
    shown = [
        line for line in lines if re.match(r"\| `[\w-]+` \| `\w+` \| [^|]+ \| [^|]+ \|$", line)
    ]
    assert shown == rows()


@pytest.mark.parametrize("kind", [Qpu, Link])
def test_the_page_shows_all_fields(kind: type[Qpu] | type[Link]) -> None:
    text = PAGE.read_text("utf-8").split("## Profiles")[0]
    assert set(kind.model_fields) <= set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
