"""The layers of the package, and what `import ebit` does to the user's process."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import ebit

PACKAGE = Path(ebit.__file__).parent
CHAIN = [
    "physics",
    "circuits",
    "resources",
    "engine",
    "models",
    "export",
    "cutting",
    "shots",
    "learning",
    "capacity",
    "network",
    "results",
    "estimators",
    "algorithms",
    "communication",
    "cluster",
    "studies",
    "planning",
    "consensus",
    "benchmark",
    "cli",
]
EXTRA = {
    "learning": {"data"},
    "results": {"data"},
    "cluster": {"data"},
    "estimators": {"data"},
    "communication": {"data"},
    "studies": {"data", "plots", "report"},
    "planning": {"data"},
    "consensus": {"data", "plots", "report"},
    "cli": {"data", "plots", "report", "ebit"},
    "plots": {"physics", "circuits", "resources"},
    "models": {"plots"},
    "report": {"plots", "resources"},
    "__init__": {"public"},
    "public": {*CHAIN[:-1], "data"},
    "__main__": {"cli"},
    "noise": {"physics"},
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def layer_of(path: Path) -> str:
    """The folder directly below the package, or the name of a module that lies there."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def allowed(layer: str) -> set[str]:
    """Layers that a layer may import: itself, those to its left, and named exceptions."""
    left = CHAIN[: CHAIN.index(layer)] if layer in CHAIN else []
    below = {
        "accuracies", "checks", "errors", "jax_settings", "ledger", "random_keys", "reading",
        "represented", "settings", "statistics",
        "version",
        "writing",
    }  # fmt: skip
    return {layer, *below, *left, *EXTRA.get(layer, set())}


def imports(tree: ast.AST) -> Iterator[str]:
    """Full names of all imported modules, at whatever depth of the code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            if node.module == "ebit":
                yield from (f"ebit.{alias.name}" for alias in node.names)
            else:
                yield node.module or ""


def wrong_imports(layer: str, source: str) -> list[str]:
    """Imports of ebit that do not point to the left."""
    own = [name.split(".") for name in imports(ast.parse(source)) if name.split(".")[0] == "ebit"]
    targets = ["ebit" if len(parts) == 1 else parts[1] for parts in own]
    return sorted(set(targets) - allowed(layer))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_to_the_left(path: Path) -> None:
    assert wrong_imports(layer_of(path), path.read_text()) == []


def test_every_layer_is_known() -> None:
    """A new folder has to be given its place here."""
    known = {
        *CHAIN,
        "data",
        "plots",
        "report",
        "accuracies",
        "checks",
        "errors",
        "jax_settings",
        "ledger",
        "noise",
        "public",
        "random_keys",
        "reading",
        "represented",
        "settings",
        "statistics",
        "version",
        "writing",
        "__init__",
        "__main__",
    }
    assert {layer_of(path) for path in MODULES} == known


@pytest.mark.parametrize(
    ("layer", "source", "wrong"),
    [
        ("circuits", "from ebit.engine import Engine", ["engine"]),
        ("engine", "def f():\n    import ebit.models.checks", ["models"]),
        ("models", "from ebit import learning", ["learning"]),
        ("models", "import ebit", ["ebit"]),
        ("learning", "from ebit.capacity import capacity_row", ["capacity"]),
        ("data", "from ebit.circuits import spins", ["circuits"]),
        ("plots", "from ebit.results import Store", ["results"]),
        ("report", "from ebit.results import Store", ["results"]),
        ("results", "from ebit.plots import save_figure", ["plots"]),
        ("cli", "import ebit\nfrom ebit.report import write_report", []),
        ("engine", "from ebit.errors import EbitError\nfrom ebit.circuits import spins", []),
    ],
)
def test_the_check_sees_wrong_imports(layer: str, source: str, wrong: list[str]) -> None:
    assert wrong_imports(layer, source) == wrong


def in_new_process(code: str) -> str:
    """What the code prints in a fresh interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "module", ["ebit", "ebit.cli", "ebit.network", "ebit.plots", "ebit.report"]
)
def test_import_loads_no_optional_package(module: str) -> None:
    optional = {"matplotlib", "sklearn", "dask", "distributed", "yaml", "qiskit", "pennylane"}
    code = f"import sys, {module}; print({optional} & set(sys.modules))"
    assert in_new_process(code) == "set()"


def test_import_changes_no_jax_setting() -> None:
    code = """
import os, jax

def settings():
    prefixes = ("JAX", "XLA", "CUDA")
    variables = {name: value for name, value in os.environ.items() if name.startswith(prefixes)}
    return dict(jax.config.values), variables

before = settings()
import ebit
print(*[set(new.items()) ^ set(old.items()) for new, old in zip(settings(), before)])
"""
    assert in_new_process(code) == "set() set()"


def test_import_starts_no_jax_backend() -> None:
    """The user can still choose devices: JAX refuses this once a backend runs."""
    code = """
import ebit, jax
jax.config.update("jax_platforms", "cpu")
jax.config.update("jax_num_cpu_devices", 2)
print(jax.device_count())
"""
    assert in_new_process(code) == "2"
