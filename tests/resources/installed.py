"""A package with a resource of its own, installed in a folder."""

from pathlib import Path


def install(folder: Path, name: str, source: str, entry_points: str) -> None:
    """Lay down what an installer would: a module, and what the package says about itself.

    Args:
        folder: Has to be on the path of Python.
        name: Name of the package and, with an underscore, of its module.
        source: Code of the module.
        entry_points: Lines `name = module:attribute` of the group `ebit.resources`.
    """
    folder.mkdir(exist_ok=True)
    (folder / f"{name.replace('-', '_')}.py").write_text(source, "utf-8")
    about = folder / f"{name.replace('-', '_')}-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    (about / "entry_points.txt").write_text(f"[ebit.resources]\n{entry_points}\n")
