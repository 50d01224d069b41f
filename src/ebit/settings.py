"""The base of all settings: immutable, checked, errors of one line, told once.

A setting is one field of one class: its type and range, its default, and one sentence on what it
means. Keyword arguments of Python, tables of TOML, options of the command line, parameters of the
estimator, columns of rows, hashes and docstrings are made from the fields.
"""

import hashlib
import inspect
import json
import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Real
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from ebit.checks import shown
from ebit.errors import EbitError

T = TypeVar("T")


@dataclass(frozen=True)
class Shown:
    """How users meet a setting where its name and its default do not say it.

    Attributes:
        flag: Its option on the command line; by default its name with dashes.
        default: Its default in words, where that depends on the data.
    """

    flag: str | None = None
    default: str | None = None


@dataclass(frozen=True)
class Since:
    """Marks a setting that came after the first results.

    At its default it is left out of the hash, so that earlier experiments keep theirs.

    Attributes:
        day: The day on which it came.
    """

    day: str


def _whole(value: Any) -> int:
    try:
        if isinstance(value, bool):
            raise TypeError
        return operator.index(value)
    except TypeError:
        raise PydanticCustomError("whole", "must be a whole number") from None


def _number(value: Any) -> float:
    try:
        if isinstance(value, bool) or not isinstance(value, Real):
            raise TypeError
        return float(value)
    except (TypeError, OverflowError):
        raise PydanticCustomError("number", "must be a number") from None


Whole = Annotated[int, BeforeValidator(_whole)]
"""A whole number; no truth value, no text, no number with a fraction."""

Number = Annotated[float, BeforeValidator(_number)]
"""A real number; no truth value, no text."""


def one_of(names: Iterable[str]) -> AfterValidator:
    """The check that a text is one of these names, which stand somewhere else."""
    allowed = list(names)

    def check(value: str) -> str:
        if value not in allowed:
            rule = " or ".join(map(repr, allowed))
            raise PydanticCustomError("one_of", "must be {rule}", {"rule": rule})
        return value

    return AfterValidator(check)


class Settings(BaseModel):
    """Immutable settings: an unknown or wrong one is an `EbitError` of one line."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def __init__(self, **values: Any) -> None:
        """Check the settings; the first wrong one is named in an `EbitError`."""
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise _in_one_line(error) from None

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Append what the fields say about themselves to the docstring of the class."""
        told = [
            f"    {name}: {field.description}"
            for name, field in cls.model_fields.items()
            if field.description is not None
        ]
        if told:
            lines = [inspect.cleandoc(cls.__doc__ or ""), "", "Attributes:", *told]
            cls.__doc__ = "\n".join(lines)

    @property
    def content(self) -> dict[str, Any]:
        """What counts in a hash, JSON-compatible: all settings but later ones at their defaults."""
        left_out = {
            name
            for name, field in type(self).model_fields.items()
            if mark(field, Since) is not None and getattr(self, name) == field.default
        }
        return self.model_dump(mode="json", exclude=left_out)


def mark(field: FieldInfo, kind: type[T]) -> T | None:
    """The mark of a kind on a field, such as `Shown` or `Since`; None if it has none."""
    return next((found for found in field.metadata if isinstance(found, kind)), None)


def kind_of(annotation: Any) -> Any:
    """The type behind `Annotated`, `Literal` and `None`.

    Args:
        annotation: What a field is declared as.

    Returns:
        Such as `int`.

    Example:
        >>> kind_of(Annotated[int, "a mark"] | None)
        <class 'int'>
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return kind_of(arguments[0])
    if origin is Literal:
        return type(arguments[0])
    if origin in (Union, UnionType):
        return kind_of(next(part for part in arguments if part is not type(None)))
    return annotation


def hash_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON form of some content.

    Args:
        content: JSON-compatible.

    Returns:
        64 hexadecimal digits.

    Example:
        >>> hash_of({"b": 1, "a": 2}) == hash_of({"a": 2, "b": 1})
        True
    """
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _in_one_line(error: ValidationError) -> EbitError:
    """The first problem of a Pydantic error: the field, what it must be, and what it is."""
    first: dict[str, Any] = dict(error.errors(include_url=False)[0])
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, EbitError):
        return cause
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "missing":
        return EbitError(f"Argument `{where}` is missing.")
    if first["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        return EbitError(f"Argument `{where}` is unknown: leave it out.")
    rule = str(first["msg"]).replace("Input should be", "must be")
    for words, short in (
        ("greater than or equal to", "at least"),
        ("less than or equal to", "at most"),
        ("a valid string", "text"),
        ("a valid integer", "a whole number"),
        ("a valid number", "a number"),
        ("a valid boolean", "true or false"),
        ("a valid tuple", "a list"),
        ("a valid list", "a list"),
        ("a valid dictionary", "a table"),
    ):
        rule = rule.replace(words, short)
    return EbitError(f"Argument `{where}` {rule}, but is {shown(first['input'])}.")
