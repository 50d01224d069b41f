"""The errors that bad input raises."""


def printable(text: object) -> str:
    r"""The text on one line that a terminal shows as it is.

    Names and values from files end up in messages and tables. Line breaks become spaces; control
    characters, escape codes and marks that change the direction of text become the replacement
    character.

    Args:
        text: Anything with a text form.

    Returns:
        One printable line.

    Example:
        >>> printable("a\n b\x1b[31m")
        'a b�[31m'
    """
    return visible(" ".join(str(text).split()))


def visible(text: str) -> str:
    r"""The text with a replacement character for all that a terminal would obey or hide.

    Args:
        text: A line.

    Returns:
        A printable line of the same length.

    Example:
        >>> visible("a  b\x1b[31m")
        'a  b�[31m'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def shortened(text: object, most: int = 1000) -> str:
    """A text on one line, cut in its middle where it is long.

    Args:
        text: Anything with a text form.
        most: Most characters.

    Returns:
        One line.

    Example:
        >>> shortened("abcdefghij", 7)
        'ab...ij'
    """
    line = printable(text)
    if len(line) <= most:
        return line
    half = (most - 3) // 2
    return f"{line[:half]}...{line[-half:]}"


class EbitError(ValueError):
    """Bad input: one line that names the argument, its value and the cure.

    Every check in ebit raises this class, and the command line turns it into exit code 2. The
    message is made `printable` and `shortened`, whatever names and values of files stand in it.

    Args:
        message: The line.

    Example:
        >>> from ebit.errors import EbitError
        >>> raise EbitError("Argument `depth` must be at least 1, but is 0.")
        Traceback (most recent call last):
        ebit.errors.EbitError: Argument `depth` must be at least 1, but is 0.
    """

    def __init__(self, message: object = "") -> None:
        super().__init__(shortened(message))


class UnsupportedError(EbitError):
    """Something that a model, a resource or an engine cannot do.

    Args:
        what: What was asked for.
        of: Who cannot do it, such as "Resource 'bell:1'".
        cure: What to do instead.

    Example:
        >>> raise UnsupportedError("noise", "Resource 'designed:1'", "use bell:N")
        Traceback (most recent call last):
        ebit.errors.UnsupportedError: Resource 'designed:1' does not support noise: use bell:N.
    """

    def __init__(self, what: str, of: str, cure: str) -> None:
        super().__init__(f"{of} does not support {what}: {cure}.")
        self.what, self.of, self.cure = what, of, cure

    def __reduce__(self) -> tuple[type["UnsupportedError"], tuple[str, str, str]]:
        """The arguments: without them it could not come back from a worker process."""
        return type(self), (self.what, self.of, self.cure)


class TrainingDivergedError(RuntimeError):
    """The training loss stopped being a finite number.

    The message names the step and the runs; the command line turns it into exit code 1.
    """
