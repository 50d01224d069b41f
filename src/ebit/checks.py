"""Checks of what users give: one sentence that names the argument, what it must be and what it is.

A rule takes the name of an argument and its value, and returns the value in one form (a whole
number as `int`, a path as `Path`, numbers as an array of float64) or raises `EbitError`. `takes`
puts rules in front of a function.
"""

import inspect
import math
import operator
import os
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from itertools import islice
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from ebit.errors import EbitError
from ebit.errors import shortened as shortened

P = ParamSpec("P")
R = TypeVar("R")
Rule = Callable[[str, Any], Any]

PathLike = str | os.PathLike[str]

MAX_SHOWN = 100
"""Characters of a value that a message shows."""

MAX_SEED = 2**32 - 1

MOST_MEMBERS = 10_000_000
"""Members of a list; what never ends is not read to its end."""


def takes(**rules: Rule) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Put rules in front of a function, by the names of its arguments; defaults are not checked.

    Args:
        rules: Rule of each argument.

    Returns:
        A decorator.

    Example:
        >>> @takes(steps=whole(1, 9))
        ... def double(steps: int) -> int:
        ...     return 2 * steps
        >>> double(10)
        Traceback (most recent call last):
        ebit.errors.EbitError: Argument `steps` must be a whole number from 1 to 9, but is 10.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)

        @wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                given = signature.bind(*args, **kwargs)
            except TypeError:
                return function(*args, **kwargs)  # Python says which function lacks what
            for name, rule in rules.items():
                if name in given.arguments:
                    given.arguments[name] = rule(name, given.arguments[name])
            return function(*given.args, **given.kwargs)

        return checked

    return decorate


def wrong(name: str, rule: str, value: Any) -> EbitError:
    """The one sentence.

    Args:
        name: Name of the argument.
        rule: What it must be.
        value: What it is.

    Returns:
        The error.

    Example:
        >>> wrong("depth", "a whole number, at least 1", 0)
        EbitError('Argument `depth` must be a whole number, at least 1, but is 0.')
    """
    return EbitError(f"Argument `{name}` must be {rule}, but is {shown(value)}.")


def shown(value: Any) -> str:
    """A value as a message shows it: short, whatever it is.

    Args:
        value: Anything.

    Returns:
        Its text form, cut where it is long.

    Example:
        >>> shown("a")
        "'a'"
        >>> shown(10**5000)
        'a number of more than 4300 digits'
    """
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype} of shape {value.shape}"
    try:
        return shortened(repr(value), MAX_SHOWN)
    except ValueError:  # Python writes no longer numbers
        return "a number of more than 4300 digits"
    except Exception:
        return f"a {type(value).__name__}"


def whole(least: int = 0, most: int | None = None, unit: str = "") -> Rule:
    """A whole number in a range; True and 2.0 are none.

    Args:
        least: Smallest value.
        most: Largest value, if there is one.
        unit: What is counted.

    Returns:
        The rule.

    Example:
        >>> whole(1)("steps", True)
        Traceback (most recent call last):
        ebit.errors.EbitError: Argument `steps` must be a whole number, at least 1, but is True.
    """
    words = f"a whole number, at least {least}"
    if most is not None:
        words = f"{least}" if least == most else f"a whole number from {least} to {most}"
    if unit:
        words += f" ({unit})"

    def rule(name: str, value: Any) -> int:
        try:
            number = operator.index(value)
        except Exception:  # of whatever class the value is
            raise wrong(name, words, value) from None
        is_bool = isinstance(value, bool) or getattr(value, "dtype", None) == np.bool_
        if is_bool or number < least or (most is not None and number > most):
            raise wrong(name, words, value)
        return number

    return rule


seed = whole(0, MAX_SEED)
"""The rule of seeds."""


def real(least: float = -math.inf, most: float = math.inf, *, above: float | None = None) -> Rule:
    """A finite real number in a range.

    Args:
        least: Smallest value.
        most: Largest value.
        above: A value that it must exceed.

    Returns:
        The rule.

    Example:
        >>> real(above=0)("learning_rate", float("nan"))
        Traceback (most recent call last):
        ebit.errors.EbitError: Argument `learning_rate` must be a number more than 0, but is nan.
    """
    words = "a number"
    if above is not None:
        words += f" more than {above:g}"
    if least > -math.inf:
        words += f" from {least:g} to {most:g}" if most < math.inf else f", at least {least:g}"

    def rule(name: str, value: Any) -> float:
        if (
            not is_real(value)
            or not least <= value <= most
            or (above is not None and value <= above)
        ):
            raise wrong(name, words, value)
        return float(value)

    return rule


def is_real(value: Any) -> bool:
    """Whether this is one finite real number; True is none.

    Args:
        value: Anything.

    Returns:
        Whether it is.

    Example:
        >>> is_real(0.5), is_real("0.5"), is_real(float("inf"))
        (True, False, False)
    """
    if isinstance(value, bool) or getattr(value, "dtype", None) == np.bool_:
        return False
    if not isinstance(value, int | float | np.number) or isinstance(value, np.complexfloating):
        return False
    try:
        return math.isfinite(float(value))
    except Exception:  # a whole number beyond all floats, or of whatever class it is
        return False


def one_of(choices: Sequence[str] | Mapping[str, Any]) -> Rule:
    """One of some words.

    Args:
        choices: The words.

    Returns:
        The rule.

    Example:
        >>> one_of(("mse", "product"))("loss", "hinge")
        Traceback (most recent call last):
        ebit.errors.EbitError: Argument `loss` must be one of mse, product, but is 'hinge'.
    """

    def rule(name: str, value: Any) -> str:
        if not isinstance(value, str) or value not in choices:
            raise wrong(name, f"one of {', '.join(choices)}", value)
        return value

    return rule


def instance(kind: type | tuple[type, ...], words: str) -> Rule:
    """A value of a class.

    Args:
        kind: The class, or several.
        words: What to give, for people.

    Returns:
        The rule.

    Example:
        >>> instance(str, "text")("label", 3)
        Traceback (most recent call last):
        ebit.errors.EbitError: Argument `label` must be text, but is 3.
    """

    def rule(name: str, value: Any) -> Any:
        if not isinstance(value, kind):
            raise wrong(name, words, value)
        return value

    return rule


def text(words: str) -> Rule:
    """Text that can be written as UTF-8.

    Args:
        words: What to give, for people.

    Returns:
        The rule.

    Example:
        >>> text("a title")("title", "Results")
        'Results'
    """

    def rule(name: str, value: Any) -> str:
        if not isinstance(value, str):
            raise wrong(name, words, value)
        check_text(name, value)
        return str(value)

    return rule


flag = instance((bool, np.bool_), "True or False")
"""The rule of switches."""


def function(name: str, value: Any) -> Any:
    """The rule of what is called now and then.

    Args:
        name: Name of the argument.
        value: What the user gave.

    Returns:
        The value.

    Raises:
        EbitError: If it cannot be called.
    """
    if not callable(value):
        raise wrong(name, "a function or None", value)
    return value


def function_of(*arguments: str) -> Rule:
    """The rule of a function of so many arguments.

    Args:
        *arguments: What it is called with, in words.

    Returns:
        The rule.

    Example:
        >>> function_of("targets", "read-outs")("loss", lambda targets: targets)
        Traceback (most recent call last):
        ...
        ebit.errors.EbitError: Argument `loss` must be a function of targets and read-outs, but \
    takes (targets).
    """
    what = f"a function of {' and '.join(arguments)}"

    def check(name: str, value: Any) -> Any:
        if not callable(value):
            raise wrong(name, what, value)
        try:
            signature = inspect.signature(value)
        except (TypeError, ValueError):  # written in C, perhaps
            return value
        try:
            signature.bind(*arguments)
        except TypeError:
            raise EbitError(f"Argument `{name}` must be {what}, but takes {signature}.") from None
        return value

    return check


def maybe(rule: Rule) -> Rule:
    """None, or what a rule says.

    Args:
        rule: The rule of everything but None.

    Returns:
        The rule.

    Example:
        >>> maybe(whole(1))("workers", None) is None
        True
    """
    return lambda name, value: None if value is None else rule(name, value)


def several(rule: Rule, *, least: int = 1) -> Rule:
    """A sequence whose members a rule checks.

    Args:
        rule: The rule of the members.
        least: How many members it must have.

    Returns:
        The rule; it makes a tuple.

    Example:
        >>> several(whole(1))("shots", (1, 10))
        (1, 10)
    """

    def of_all(name: str, value: Any) -> tuple[Any, ...]:
        if isinstance(value, str | bytes | Mapping) or not hasattr(value, "__iter__"):
            raise wrong(name, "a list or tuple", value)
        try:
            members = tuple(islice(value, MOST_MEMBERS + 1))
        except TypeError:
            raise wrong(name, "a list or tuple", value) from None
        if len(members) > MOST_MEMBERS:
            raise wrong(name, f"a list or tuple of at most {MOST_MEMBERS:,}", value)
        if len(members) < least:
            raise EbitError(f"Argument `{name}` is empty: name at least one.")
        return tuple(rule(name, member) for member in members)

    return of_all


def pair(rule: Rule) -> Rule:
    """Two values that a rule checks, one for each QPU.

    Args:
        rule: The rule of each.

    Returns:
        The rule; it makes a tuple.

    Example:
        >>> pair(whole(1))("qubits", (4, 4, 4))
        Traceback (most recent call last):
        ebit.errors.EbitError: Argument `qubits` must be a pair of values, but is (4, 4, 4).
    """

    def of_both(name: str, value: Any) -> tuple[Any, Any]:
        members = several(rule, least=0)(name, value)
        if len(members) != 2:
            raise wrong(name, "a pair of values", value)
        return members[0], members[1]

    return of_both


def path(name: str, value: Any) -> Path:
    """The rule of paths: text or `Path`.

    Args:
        name: Name of the argument.
        value: What the user gave.

    Returns:
        The path.

    Raises:
        EbitError: If it is no path.

    Example:
        >>> path("out", "results").name
        'results'
    """
    if not isinstance(value, str | os.PathLike) or isinstance(os.fspath(value), bytes):
        raise wrong(name, "a path, as text or pathlib.Path", value)
    text = os.fspath(value)
    try:
        raw = os.fsencode(text)
    except UnicodeEncodeError:
        raw = b""
    if not raw or b"\0" in raw:
        raise wrong(name, "the path of a file or folder", value)
    return Path(text)


def frame(name: str, value: Any) -> Any:
    """The rule of rows: a Polars data frame.

    Args:
        name: Name of the argument.
        value: What the user gave.

    Returns:
        The data frame.

    Raises:
        EbitError: If it is something else.

    Example:
        >>> frame("rows", [1])
        Traceback (most recent call last):
        ebit.errors.EbitError: Argument `rows` must be a Polars data frame (polars.from_pandas makes
        one of a pandas one), but is [1].
    """
    import polars as pl

    words = "a Polars data frame (polars.from_pandas makes one of a pandas one)"
    return instance(pl.DataFrame, words)(name, value)


def columns(name: str, rows: Any, *needed: str) -> None:
    """Raise unless rows have some columns.

    Args:
        name: Name of the argument.
        rows: A Polars data frame.
        needed: Names of the columns.

    Raises:
        EbitError: If one is missing.
    """
    for column in needed:
        if column not in rows.columns:
            raise EbitError(
                f"Argument `{name}` must have the column `{column}`, but has "
                f"{shortened(', '.join(rows.columns), 300) or 'none'}; pass the rows with all "
                "their columns."
            )


def check_text(name: str, value: str) -> None:
    r"""Raise unless a text can be written as UTF-8; names of files may hold other bytes.

    Args:
        name: Name of the argument.
        value: The text.

    Raises:
        EbitError: If it cannot.

    Example:
        >>> check_text("data", "d" + chr(0xDCE9) + ".csv")
        Traceback (most recent call last):
        ebit.errors.EbitError: Argument `data` is 'd\udce9.csv', which is not UTF-8: rename it.
    """
    try:
        value.encode()
    except UnicodeEncodeError:
        raise EbitError(
            f"Argument `{name}` is {shown(value)}, which is not UTF-8: rename it."
        ) from None


def numbers(name: str, value: Any) -> NDArray[np.float64]:
    """The rule of arrays: real numbers, each of them finite.

    Masked arrays, complex numbers, dates and text are refused rather than turned into numbers.

    Args:
        name: Name of the argument.
        value: What the user gave.

    Returns:
        The numbers.

    Raises:
        EbitError: If it is something else, or holds NaN or infinity.

    Example:
        >>> numbers("x", np.ma.masked_array([1.0], mask=[True]))
        Traceback (most recent call last):
        ebit.errors.EbitError: Argument `x` is a masked array: leave the masked rows out, and give a
        plain array.
    """
    array = real_numbers(name, value)
    if not np.all(np.isfinite(array)):
        raise EbitError(f"Argument `{name}` holds NaN or infinite numbers: remove those rows.")
    return array


def real_numbers(name: str, value: Any) -> NDArray[np.float64]:
    """An array of real numbers, NaN and infinity included.

    Args:
        name: Name of the argument.
        value: What the user gave.

    Returns:
        The numbers.

    Raises:
        EbitError: If it is something else.

    Example:
        >>> real_numbers("x", [1 + 2j])
        Traceback (most recent call last):
        ebit.errors.EbitError: Argument `x` must be an array of real numbers, but holds complex128:
        convert it first.
    """
    if isinstance(value, np.ma.MaskedArray):
        raise EbitError(
            f"Argument `{name}` is a masked array: leave the masked rows out, and give a plain "
            "array."
        )
    try:
        array = np.asarray(value)
        if array.dtype == object:
            array = _of_objects(array)
    except Exception:
        raise EbitError(
            f"Argument `{name}` must be an array of real numbers, but is {shown(value)}."
        ) from None
    if array.dtype.kind not in "biuf":
        raise EbitError(
            f"Argument `{name}` must be an array of real numbers, but holds {array.dtype}: convert "
            "it first."
        )
    return array.astype(np.float64)


def complex_numbers(name: str, value: Any) -> NDArray[np.complex128]:
    """The rule of arrays of complex numbers, each of them finite.

    Args:
        name: Name of the argument.
        value: What the user gave.

    Returns:
        The numbers.

    Raises:
        EbitError: If it is something else, or holds NaN or infinity.

    Example:
        >>> complex_numbers("state", "0")
        Traceback (most recent call last):
        ebit.errors.EbitError: Argument `state` must be an array of real numbers, but holds <U1:
        convert it first.
    """
    if isinstance(value, np.ndarray) and value.dtype.kind == "c":
        parts = (value.real, value.imag)
    else:
        try:
            array = np.asarray(value)
        except Exception:
            raise wrong(name, "an array of numbers", value) from None
        is_complex = array.dtype.kind == "c"
        parts = (array.real, array.imag) if is_complex else (value, np.zeros(array.shape))
    real_part, imaginary = (numbers(name, part) for part in parts)
    return real_part + 1j * imaginary


def _of_objects(array: NDArray[Any]) -> NDArray[Any]:
    """Numbers of Python as an array; one with others, or beyond 64 bits, stays as it is."""
    plain: Any = (int, float, np.integer, np.floating)
    if all(isinstance(item, plain) and abs(item) < 2**63 for item in array.ravel()):
        return array.astype(np.float64)
    return array
