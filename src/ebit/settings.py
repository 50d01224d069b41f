"""The base of all settings: immutable, checked, errors of one line."""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from ebit.errors import EbitError


class Settings(BaseModel):
    """Immutable settings: an unknown or wrong one is an `EbitError` of one line."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def __init__(self, **values: Any) -> None:
        """Check the settings; the first wrong one is named in an `EbitError`."""
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise _in_one_line(error) from None


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
    ):
        rule = rule.replace(words, short)
    return EbitError(f"Argument `{where}` {rule}, but is {first['input']!r}.")
