"""What is known about one resource."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ebit.errors import EbitError
from ebit.resources.base import Resource

_NUMBER = re.compile(r"[0-9]*\.?[0-9]+(e-?[0-9]{1,3})?")
_LETTER = re.compile(r"[A-Z]")


@dataclass(frozen=True)
class Look:
    """How figures draw a resource.

    Attributes:
        color: As ``#rrggbb``.
        many: Colour that it turns to as the number in its string grows; None if it stays.
        markers: Matplotlib markers for the numbers 1, 2 and so on, from the start again.
        line: Matplotlib line style.
    """

    color: str
    many: str | None = None
    markers: str = "p"
    line: str = "-"


@dataclass(frozen=True)
class ResourceRow:
    """One resource: its strings, what they make, what it is, how it looks.

    Args:
        form: How its strings look. Capital letters stand for whole numbers, as in `bell:N`.
        make: Called with these numbers in their order and with the options by name; None for a
            baseline, a model of its own in which nothing is shared.
        sentence: What it stands for, one sentence for people; `{N}` becomes the number.
        options: Names of the numbers that may follow after commas, as in `bell:1,fidelity=0.9`.
        look: How figures draw it; a spare colour if there is none.
        compared: Strings of it that are compared by default, for so many qubits per QPU.
        planned: Strings of it that a plan looks at by default.
        model: Of a baseline: called with the settings of a model; `ebit.models` has those of ebit.

    Example:
        >>> from ebit.resources import BellPairs
        >>> row = ResourceRow("pair:N", BellPairs, "Bell pairs: {N}.")
        >>> row.head, row.numbers("pair:3"), row.numbers("pair:"), row.describe("pair:3")
        ('pair', (3,), None, 'Bell pairs: 3.')
    """

    form: str
    make: Callable[..., Resource] | None
    sentence: str
    options: tuple[str, ...] = ()
    look: Look | None = None
    compared: Callable[[int], tuple[str, ...]] = lambda qubits: ()
    planned: tuple[str, ...] = ()
    model: Callable[..., Any] | None = None

    @property
    def head(self) -> str:
        """The name without numbers, which is also the name of its entry point."""
        return head_of(self.form)

    @property
    def is_baseline(self) -> bool:
        """Whether it is a model of its own in which nothing is shared."""
        return self.make is None

    def numbers(self, text: str) -> tuple[int, ...] | None:
        """The numbers in a string of this form; None if it has another form."""
        pattern = _LETTER.sub("([0-9]{1,3})", re.escape(self.form))
        match = re.fullmatch(pattern, re.split("[,;]", text)[0])
        return None if match is None else tuple(int(number) for number in match.groups())

    def describe(self, text: str) -> str:
        """The sentence, with the numbers of a string of this form."""
        letters = _LETTER.findall(self.form)
        return self.sentence.format(
            **dict(zip(letters, self.numbers(text) or letters, strict=True))
        )

    def parse(self, text: str) -> Resource:
        """The resource that a string of this form names.

        Raises:
            EbitError: If an option is unknown, repeated or no number, or something is out of range.
        """
        if self.make is None:
            raise EbitError(f"Resource {text!r} is a baseline: nothing is shared in it.")
        options: dict[str, float] = {}
        for option in text.split(",")[1:]:
            name, _, value = option.partition("=")
            if name not in self.options or name in options or not _NUMBER.fullmatch(value):
                raise EbitError(f"Unknown option in resource {text!r}: {self._options_help}.")
            options[name] = float(value)
        return self.make(*(self.numbers(text) or ()), **options)

    def settled(self, text: str) -> str:
        """The string that names the same whatever happens to files: as it is, without files."""
        return text

    @property
    def _options_help(self) -> str:
        if not self.options:
            return f"{self.form} takes none"
        *names, last = self.options
        known = f"{', '.join(names)} or {last}" if names else last
        return f"after a comma use {known}, each as name=number and at most once"


@dataclass(frozen=True)
class FileRow(ResourceRow):
    """A resource that a file describes; its strings are `head:` and a path."""

    read: Callable[[str], Resource] | None = None

    def numbers(self, text: str) -> tuple[int, ...] | None:
        """No numbers: a path."""
        return () if text.startswith(f"{self.head}:") and len(text) > len(self.head) + 1 else None

    def describe(self, text: str) -> str:
        """The sentence."""
        return self.sentence

    def parse(self, text: str) -> Resource:
        """What the file of a string describes."""
        assert self.read is not None
        return self.read(text)

    def settled(self, text: str) -> str:
        """With the digest of the file, so that another file is another resource."""
        return text if ",sha256=" in text else self.parse(text).name


def head_of(text: str) -> str:
    """The name of a resource string, without numbers and options.

    Example:
        >>> head_of("classical+bell:1,fidelity=0.9")
        'classical+bell'
    """
    return re.split("[:,;]", text)[0]
