"""One row per resource: strings, sentences, looks and default lists come from it."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from installed import install

import ebit
from ebit.errors import EbitError
from ebit.models import RESOURCES_HELP, model_from_string
from ebit.plots import resource_styles, sort_resources
from ebit.report.glossary import explain
from ebit.resources import ResourceRow, all_rows, find_row, parse_resource, resources_help
from ebit.resources.registry import _load, _outside

ROWS = all_rows()
EXAMPLES = {
    row.form: row.form.replace("M", "3").replace("N", "2")
    for row in ROWS
    if row.form != "state:FILE"  # has tests of its own
}

COIN = """
import ebit

class Coin(ebit.Resource):
    pairs = 1
    unit = "coins"
    name = "coin"

ROW = ebit.ResourceRow("coin", Coin, "A coin.", compared=lambda qubits: ("coin",))
"""
Install = Callable[[str, str, str], None]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install packages for the length of a test."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)

    def add(name: str, source: str, entry_points: str) -> None:
        install(tmp_path, name, source, entry_points)
        _outside.cache_clear()
        _load.cache_clear()

    yield add
    for module in set(sys.modules) - before:
        del sys.modules[module]
    monkeypatch.undo()
    _outside.cache_clear()
    _load.cache_clear()


@pytest.mark.parametrize("form", EXAMPLES)
def test_every_row_is_found_by_its_strings(form: str) -> None:
    text = EXAMPLES[form]
    row = find_row(text)
    assert row is not None
    assert row.form == form
    qpus = 3 if form == "ghz:M" else 2
    assert model_from_string(text, depth=1, qpus=qpus).resource_name == text
    if not row.is_baseline:
        assert parse_resource(text).name == text


@pytest.mark.parametrize("form", EXAMPLES)
def test_every_row_has_a_sentence_for_people(form: str) -> None:
    said = explain(EXAMPLES[form])
    assert said.endswith(".")
    assert "{" not in said
    if "N" in form:
        assert "2." in said
    assert form in RESOURCES_HELP


@pytest.mark.parametrize("form", EXAMPLES)
def test_options_are_those_of_the_row(form: str) -> None:
    row, text = find_row(EXAMPLES[form]), EXAMPLES[form]
    assert row is not None
    if row.is_baseline:
        return
    for option in row.options:
        assert f"{option}=0.5" in parse_resource(f"{text},{option}=0.5").name
    with pytest.raises(
        EbitError, match=r"^Unknown option in resource .*(takes none|after a comma)"
    ):
        parse_resource(f"{text},colour=1")


def test_looks_differ() -> None:
    styles = resource_styles(EXAMPLES.values())
    assert len({style.color for style in styles.values()}) == len(EXAMPLES)
    assert len({(style.marker, style.line) for style in styles.values()}) > len(EXAMPLES) - 3


def test_figures_keep_the_order_of_the_list() -> None:
    assert sort_resources(reversed(EXAMPLES.values())) == list(EXAMPLES.values())


@pytest.mark.parametrize("qubits", [1, 2, 4, 8, 16])
def test_what_is_compared_can_be_built(qubits: int) -> None:
    names = ebit.all_resources(qubits)
    assert sort_resources(names) == names
    assert len(set(names)) == len(names)
    for name in names if qubits > 1 else ():
        assert model_from_string(name, qubits=qubits, depth=1).resource_name == name


def test_a_baseline_is_no_resource() -> None:
    with pytest.raises(EbitError, match=r"^Unknown resource 'single': use none, .* or quantum\.$"):
        parse_resource("single")


def test_an_installed_resource_is_in_all_lists(installed: Install) -> None:
    installed("my-coin", COIN, "coin = my_coin:ROW")
    assert "my_coin" not in sys.modules
    assert resources_help().endswith(" or coin")
    assert "my_coin" not in sys.modules, "names are known without loading anything"
    assert parse_resource("coin").consumption(2, 1, 0).amounts["coins"] == 1
    assert ebit.all_resources(2)[-1] == "coin"
    assert explain("coin") == "A coin."
    assert sort_resources(["coin", "quantum", "a"]) == ["quantum", "a", "coin"]
    assert parse_resource("none") == ebit.Separable()


def test_a_row_is_loaded_once(installed: Install) -> None:
    installed("my-coin", COIN, "coin = my_coin:ROW")
    assert find_row("coin") is find_row("coin")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("raise RuntimeError('first\\nsecond')", "my_coin:ROW raises RuntimeError: first second"),
        ("", "my_coin:ROW raises AttributeError: .*"),
        ("ROW = 3", "my_coin:ROW is no ebit.ResourceRow whose form starts with 'coin'"),
        (
            "import ebit\nROW = ebit.ResourceRow('dice', ebit.Separable, 'A die.')",
            "my_coin:ROW is no ebit.ResourceRow whose form starts with 'coin'",
        ),
        (
            "import ebit\nROW = ebit.ResourceRow('coin', lambda: 1 / 0, 'A coin.')",
            "'coin' raises ZeroDivisionError: division by zero",
        ),
        (
            "import ebit\nROW = ebit.ResourceRow('coin', lambda: 'coin', 'A coin.')",
            "'coin' makes no ebit.Resource",
        ),
        (
            "import ebit\nROW = ebit.ResourceRow('coin', ebit.Separable, 'A coin.')",
            "'coin' makes 'none', which is not 'coin'",
        ),
    ],
)
def test_a_broken_package_is_named_in_one_line(
    installed: Install, source: str, reason: str
) -> None:
    installed("my-coin", source, "coin = my_coin:ROW")
    expected = (
        rf"^Resource 'coin' of package 'my-coin' is broken: {reason}; mend or uninstall it\.$"
    )
    with pytest.raises(EbitError, match=expected):
        parse_resource("coin")
    assert parse_resource("bell:1") == ebit.BellPairs(1), "what does not ask for it still works"
    assert "coin" in resource_styles(["coin", "none"])
    assert explain("coin")


def test_errors_of_its_own_are_passed_on(installed: Install) -> None:
    source = """
import ebit

def make():
    raise ebit.EbitError("No coin today: try tomorrow.")

ROW = ebit.ResourceRow("coin", make, "A coin.")
"""
    installed("my-coin", source, "coin = my_coin:ROW")
    with pytest.raises(EbitError, match=r"^No coin today: try tomorrow\.$"):
        parse_resource("coin")


def test_a_name_of_ebit_cannot_be_taken(installed: Install) -> None:
    installed("my-coin", COIN, "bell = my_coin:ROW")
    assert parse_resource("bell:1") == ebit.BellPairs(1)
    assert len(all_rows()) == len(ROWS)


def test_rows_describe_themselves_without_numbers() -> None:
    row = ResourceRow("pair:N", ebit.BellPairs, "Pairs: {N}.")
    assert row.describe("pair:N") == "Pairs: N."
