"""Profiles: every figure has a source, and replaces what is not said."""

import re
from pathlib import Path

import pytest

from ebit.network import Link, Qpu, profile, profile_names, profile_page
from network.conftest import error_of

PAGE = Path(__file__).parents[2] / "docs" / "network.md"
PUBLISHED = re.compile(
    r"\(20\d\d\)|arXiv:\d{4}\.\d{5}|appendix A\.5|2207\.10579|Azure Quantum documentation"
)


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
    memories = {"name", "memory_t1", "memory_t2", "memory_swap_time", "memory_swap_error"}
    assert set(Qpu.model_fields) - memories - {"parallel_gates"} <= set(item.figures)
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
    assert (metro.length, metro.fidelity, metro.raw_pair_rate) == (248.0, 0.895, 9.0)
    assert metro.loss * 248 == pytest.approx(79, rel=1e-3)
    assert (lab.length, lab.fidelity, lab.raw_pair_rate) == (0.002, 0.9689, 9.7)
    assert (sky.fidelity, sky.raw_pair_rate) == (0.87, 1.1)
    assert (sky.loss, sky.source_rate, sky.detected, metro.detected) == (0, 5.9e6, True, True)


def test_a_measured_rate_does_not_move_to_another_length() -> None:
    metro = profile("metropolitan")
    error = error_of(metro.link, "a", "b", length="10 km")
    assert error.startswith("Argument `length` changes the link of profile `metropolitan`")
    assert metro.link("a", "b", length="10 km", pair_rate="1 kHz").length == 10.0
    assert metro.link("a", "b", delay="1 ms", pair_rate="1 kHz").length is None
    computed = metro.link("a", "b", length="10 km", efficiency=0.1)
    assert computed.pair_rate is None
    assert computed.raw_pair_rate > 9.0


def test_a_satellite_has_no_loss_per_kilometre() -> None:
    words = error_of(profile("satellite").link, "a", "b", loss="0.2 dB/km")
    assert "`loss` is that of a fibre, but `medium` is 'satellite'" in words


def test_bad_names() -> None:
    assert error_of(profile, "ion").endswith("trapped-ion, but is 'ion'.")
    assert "is for a qpu, not for a link: use laboratory" in error_of(profile("nv").link, "a", "b")


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_has_a_page(name: str) -> None:
    assert (PAGE.parent / "profiles" / f"{name}.md").read_text("utf-8") == profile_page(name)
    assert f"(profiles/{name}.md)" in PAGE.read_text("utf-8")


def test_what_is_assumed_is_not_verified() -> None:
    for name in profile_names():
        figures = profile(name).figures
        assumed = {field for field in figures if figures[field].source.startswith("assumed: ")}
        assert assumed <= set(profile(name).unverified)
    assert "fidelity" in profile("satellite").unverified
    assert "two_qubit_gate_error" not in profile("trapped-ion").unverified


@pytest.mark.parametrize("kind", [Qpu, Link])
def test_the_page_shows_all_fields(kind: type[Qpu] | type[Link]) -> None:
    text = PAGE.read_text("utf-8").split("## Profiles")[0]
    assert set(kind.model_fields) <= set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
