import ast
import sys
from pathlib import Path

import ebit.data

BELOW = ("ebit.checks", "ebit.errors", "ebit.represented", "ebit.settings")
ALLOWED = {"numpy", "polars", "pydantic", "sklearn"}


def test_data_stands_alone() -> None:
    folder = Path(ebit.data.__file__).parent
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, path
                names = [node.module or ""]
            for name in names:
                top = name.partition(".")[0]
                own = name.startswith("ebit.data.") or name in BELOW
                assert own or top in ALLOWED or top in sys.stdlib_module_names, (path, name)
