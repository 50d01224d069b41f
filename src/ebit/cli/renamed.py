"""Options that had another name: the old one is taken, and a line says the new one."""

from collections.abc import Mapping, Sequence

from ebit.cli.console import messages

RENAMED: Mapping[tuple[str, ...], Mapping[str, str]] = {
    ("compare",): {"--resources": "--resource"},
    ("capacity",): {"--resources": "--resource"},
    ("plan",): {"--resources": "--resource", "--qpus": "--between"},
    ("communication", "train"): {"--batch": "--batch-size", "--rate": "--learning-rate"},
    ("consensus", "prepare"): {"--delta": "--longest-delay"},
}
"""New names by old ones, of every verb."""


def with_new_names(arguments: Sequence[str]) -> list[str]:
    """The arguments of a command line with the names of today.

    Args:
        arguments: Verb, options and values.

    Returns:
        The same with new names.

    Example:
        >>> with_new_names(["compare", "--resource", "none"])
        ['compare', '--resource', 'none']
    """
    names = next(
        (new for verb, new in RENAMED.items() if tuple(arguments[: len(verb)]) == verb), {}
    )
    found: list[str] = []
    for number, argument in enumerate(arguments):
        old, equals, value = argument.partition("=")
        is_value = number > 0 and arguments[number - 1] in _TAKE_ANYTHING
        if old in names and not is_value:
            messages.print(f"Note: {old} is called {names[old]} now.")
            argument = names[old] + equals + value
        found.append(argument)
    return found


_TAKE_ANYTHING = ("--out", "--json", "--set", "--config", "--data")
"""Options whose value may look like an option."""
