"""Data sets that scikit-learn brings along; nothing is downloaded."""

from collections.abc import Mapping
from typing import Any

from ebit.data.content import Content, Part
from ebit.data.frames import read_frame
from ebit.data.messages import bad_input

BUNDLED: Mapping[str, Mapping[str, Any]] = {
    "iris": {"scale": "angles"},
    "wine": {"scale": "angles"},
    "breast_cancer": {"scale": "angles"},
    "digits": {"scale": "angles"},
    "diabetes": {"scale": "angles", "target": "numbers"},
}
"""Their names, and the options of `DataSource` that they have unless something else is said."""


def read_bundled(name: str) -> Content:
    """All rows of a data set of scikit-learn, in its units.

    Args:
        name: One of `BUNDLED`.

    Returns:
        Its features, and the column `target` with the names of classes, or numbers.

    Raises:
        EbitError: If scikit-learn is not installed.

    Example:
        >>> content = read_bundled("iris")
        >>> content.data.frame.shape, content.data.frame["target"][0]
        ((150, 5), 'setosa')
    """
    try:
        from sklearn import datasets
    except ImportError:
        raise bad_input(
            f"Data source `{name}` is in scikit-learn, which is not installed: "
            "`pip install 'ebit[sklearn]'`."
        ) from None
    options = {"scaled": False} if name == "diabetes" else {}
    found = getattr(datasets, f"load_{name}")(**options)
    names = getattr(found, "target_names", None)
    target = found.target if names is None else [str(names[label]) for label in found.target]
    columns = dict(zip(map(str, found.feature_names), found.data.T, strict=True))
    part = read_frame({**columns, "target": target}).data
    return Content(Part(f"Data `{name}`", part.frame), label="target")
