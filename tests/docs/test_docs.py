"""The documentation names every option and every public name, and its commands can be run."""

import dataclasses
import pkgutil
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer.main
from tests_of_docs import pages, printed

import ebit
import ebit.cli.verbs
import ebit.data
import ebit.network
import ebit.plots
from ebit.learning import TrainingSettings
from ebit.models import model_from_string
from ebit.resources import all_rows, parse_resource

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(DOCS.glob("*.md"))
COMMAND: Any = typer.main.get_command(ebit.cli.verbs.app)
VERBS = sorted(COMMAND.commands)
SHARED = {verb: ["Options of compare and train"] for verb in ("compare", "plan", "train")}
for verb in ("compare", "train"):
    SHARED[verb].append("QPUs of compare and train")
for verb in VERBS:
    if any("--set" in parameter.opts for parameter in COMMAND.commands[verb].params):
        SHARED.setdefault(verb, []).append("Settings from a file")
WITHOUT = {"plan": {"--noise", "--pooling"}}


def sections(page: str) -> dict[str, str]:
    """Text under each heading of the second level."""
    parts = re.split(r"^## (.+)$", (DOCS / page).read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def documented_options(verb: str) -> dict[str, str]:
    """Option and default of every line of the tables that belong to a verb."""
    found = sections("command-line.md")
    text = "".join(found[name] for name in [f"ebit {verb}", *SHARED.get(verb, [])])
    rows = re.findall(r"^\| `(--[a-z0-9-]+)` \| (.+?) \|", text, flags=re.MULTILINE)
    assert len(rows) == len(dict(rows)), "an option is documented twice"
    return {name: default for name, default in rows if name not in WITHOUT.get(verb, ())}


def real_options(verb: str) -> dict[str, Any]:
    """Option and parameter of a verb, the help left out."""
    return {
        parameter.opts[0]: parameter
        for parameter in COMMAND.commands[verb].params
        if parameter.opts[0].startswith("--") and parameter.opts[0] != "--help"
    }


@pytest.mark.parametrize("verb", VERBS)
def test_every_option_is_documented_with_its_default(verb: str) -> None:
    documented, real = documented_options(verb), real_options(verb)
    assert set(documented) == set(real)
    for name, parameter in real.items():
        default = documented[name].strip("`")
        if parameter.required or (parameter.help or "").endswith("[required]"):
            assert default == "required", name
        elif isinstance(parameter.default, bool):
            assert default == ("on" if parameter.default else "off"), name
        elif parameter.default is not None:
            assert default == str(parameter.default), name
        else:
            assert default not in ("required", "on", "off"), name
            told = re.search(r"Default: ([^ ,]+)\.$", parameter.help)
            assert told is None or told[1] in ("None", default), name


def test_every_verb_has_a_section() -> None:
    headings = {name.removeprefix("ebit ") for name in sections("command-line.md")}
    assert headings >= set(VERBS)
    assert {h for h in headings if h.islower()} == set(VERBS)


def api() -> str:
    """The pages on the Python interface."""
    pages = [DOCS / "python-api.md", *sorted((DOCS / "api").glob("*.md"))]
    return "".join(page.read_text("utf-8") for page in pages)


@pytest.mark.parametrize("module", [ebit, ebit.data, ebit.network, ebit.plots])
def test_every_public_name_is_in_the_api(module: Any) -> None:
    text = api()
    names = set(re.findall(rf"\b{re.escape(module.__name__)}\.(\w+)", text))
    assert set(module.__all__) <= names


def test_the_api_names_only_what_exists() -> None:
    text = api()
    names = re.findall(r"^\.\. auto(?:class|function):: ([\w.]+)$", text, flags=re.MULTILINE)
    assert len(names) == len(set(names)) > 40
    for name in names:
        module, _, attribute = name.rpartition(".")
        assert callable(pkgutil.resolve_name(f"{module}:{attribute}")), name


def resource_table() -> list[str]:
    """Lines of the table of resources, made from the list of resources."""
    lines = []
    for row in all_rows():
        numbers = {"M": 8, "N": 7}
        text = row.form
        for letter, number in numbers.items():
            text = text.replace(letter, str(number))
        if row.form == "state:FILE":
            lines.append(f"| `{row.form}` | `GivenState(state, qubits)` | {row.describe(text)} |")
            continue
        made = model_from_string(text, qubits=8) if row.is_baseline else parse_resource(text)
        python = f"{type(made).__name__}()" if row.is_baseline else repr(made)
        for letter, number in numbers.items():
            python = python.replace(f"={number}", f"={letter}")
        lines.append(f"| `{row.form}` | `{python}` | {row.describe(row.form)} |")
    return lines


def test_the_table_of_resources_is_that_of_the_list() -> None:
    table = (DOCS / "resources.md").read_text("utf-8").split("| --- | --- | --- |\n")[1]
    assert table.split("\n\n")[0].splitlines() == resource_table()


def test_the_readme_names_every_resource() -> None:
    text = (DOCS.parent / "README.md").read_text("utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert [row.form for row in all_rows() if f"`{row.form}`" not in "".join(rows)] == []


@pytest.mark.parametrize("line", sorted({line for page in pages() for line in printed(page)}))
def test_every_command_can_be_parsed(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(DOCS.parent / "examples")
    _, verb, *arguments = shlex.split(line, comments=True)
    COMMAND.commands[verb].make_context(verb, arguments)


def test_every_included_file_is_there() -> None:
    for page in PAGES:
        for name in re.findall(
            r"^(?:```\{include\} |Included: \[\S+\]\()([^\s)]+)", page.read_text("utf-8"), re.M
        ):
            assert (page.parent / name).is_file(), (page.name, name)


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_pages_read_well_where_markdown_is_read_without_sphinx(page: Path) -> None:
    """No roles, no labels, and of the directives only those of the API and of contents."""
    text = page.read_text("utf-8")
    assert re.findall(r"\{[\w:]+\}`", text) == []
    assert re.findall(r"^\([\w-]+\)=$", text, re.M) == []
    assert set(re.findall(r"^```\{(.+?)\}", text, re.M)) <= {"eval-rst", "toctree"}


def test_every_row_column_is_documented() -> None:
    data = ebit.data.load("chsh")
    task = ebit.make_task(data, resource="none", depth=1, steps=1, runs=1)
    result = ebit.fit(task.model.build(), (data.x_train, data.y_train), steps=1)
    columns = ebit.results.rows_of(task, task.model.build(), result).columns
    table = ebit.results.columns_table()
    assert set(re.findall(r"^\| `(\w+)`", table, re.M)) == set(columns)
    assert table in sections("command-line.md")["Rows"]


def test_every_column_of_a_capacity_is_documented() -> None:
    columns = set(re.findall(r"`(\w+)`", sections("capacity.md")["Columns"]))
    assert columns >= {field.name for field in dataclasses.fields(ebit.CapacityRow)}


def test_the_example_of_a_sweep_gives_what_its_page_says(tmp_path: Path) -> None:
    text = (DOCS / "sweep.md").read_text("utf-8")
    (example, *_) = re.findall(r"^```toml\n(.*?)^```", text, re.M | re.S)
    (tmp_path / "grid.toml").write_text(example)
    tasks = ebit.read_sweep(tmp_path / "grid.toml")
    assert f"so {len(tasks)} are trained" in text


def test_the_page_on_sweeps_names_every_setting() -> None:
    named = set(re.findall(r"`(\w+)`", sections("sweep.md")["The file"]))
    settings = {*ebit.results.ModelSettings.model_fields, *TrainingSettings.model_fields}
    assert settings | {"data"} <= named


def without_code(page: Path) -> str:
    """A page without its fenced blocks."""
    return re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.M | re.S)


def anchors(page: Path) -> set[str]:
    """What GitHub and Sphinx make of the headings of a page and of what it includes."""
    text = without_code(page)
    included = re.findall(r"^Included: \[\S+\]\((\S+)\)", text, re.M)
    headings = re.findall(r"^#+ (.+)$", text, re.M)
    plain = [re.sub(r"\[(.+?)\]\(.+?\)", r"\1", heading).strip().lower() for heading in headings]
    own = {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in plain}
    return own.union(*(anchors(page.parent / name) for name in included))


@pytest.mark.parametrize(
    "page",
    [*pages(), *(DOCS.parent / name for name in ("CHANGELOG.md", "CONTRIBUTING.md"))],
    ids=lambda page: page.stem,
)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"", without_code(page))
    for target in {first or second for first, second in targets}:
        path, _, anchor = target.partition("#")
        if path.startswith(("http://", "https://")):
            continue
        there = page.parent / path if path else page
        assert there.exists(), target
        assert not anchor or there.suffix != ".md" or anchor in anchors(there), target
