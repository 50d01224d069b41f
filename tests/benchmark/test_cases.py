import pytest

from ebit.benchmark import GROUPS, QUICK, Case
from ebit.benchmark.tools import SCRIPTS

CASES = [case for group in GROUPS.values() for case in group()] + list(QUICK)


def test_the_cases_of_the_papers_are_there() -> None:
    steps = {(c.group, c.resource, c.depth, c.batch) for c in CASES}
    assert steps >= {("kim", f"bell:{n}", 20, 768) for n in (0, 1, 2, 4)}
    assert steps >= {("hwang", name, 9, 512) for name in ("classical", "quantum")}
    assert ("capacity", "bell:1", 20, 100) in steps


@pytest.mark.parametrize(
    ("axis", "values"),
    [
        ("depth", {5, 10, 20, 40, 80}),
        ("qubits", {2, 4, 8}),
        ("batch", {2**k for k in range(6, 14)}),
    ],
)
def test_one_setting_grows_at_a_time(axis: str, values: set[int]) -> None:
    own = [case for case in CASES if case.axis == axis]
    assert {getattr(case, axis) for case in own} == values
    for other in {"depth", "qubits", "batch"} - {axis}:
        assert len({getattr(case, other) for case in own}) == 1


def test_runs_grow_to_64() -> None:
    assert {case.tools[0].runs for case in CASES if case.axis == "runs"} == {2**k for k in range(7)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_ebit_comes_first_and_every_script_exists(case: Case) -> None:
    assert case.tools[0].name == "ebit"
    assert all((SCRIPTS / f"{tool.script}.py").is_file() for tool in case.tools)
    names = {tool.name for tool in case.tools if tool.variant == "unitary"}
    assert not names or case.resource.startswith("bell")
