"""One line on every resource."""

_LINES = {
    "single": "One QPU that holds the whole input; nothing is distributed. A baseline.",
    "dnn": "A classical neural network on each half of the input, joined by a final layer. "
    "A baseline without quantum processors.",
    "none": "The QPUs share nothing: product state, local circuits, and only their outcomes are "
    "put together.",
    "classical": "Measurement outcomes inside the circuit are sent as classical bits and steer "
    "the rotations of the other QPU.",
    "quantum": "The QPUs act as one processor: gates between them need entanglement or a quantum "
    "channel.",
}


def explain(resource: str) -> str:
    """What a resource string stands for, in one line.

    Args:
        resource: Resource string; options after a comma are repeated at the end.

    Returns:
        Plain text.

    Example:
        >>> from ebit.report.glossary import explain
        >>> explain("bell:1")
        'Before the data arrive the two QPUs share 1 maximally entangled pair (Bell pair).'
    """
    base, _, options = resource.partition(",")
    family, _, count = base.partition(":")
    pairs = "1 maximally entangled pair (Bell pair)"
    if count != "1":
        pairs = f"{count} maximally entangled pairs (Bell pairs)"
    if family == "bell":
        line = f"Before the data arrive the two QPUs share {pairs}."
    elif family == "classical+bell":
        line = f"{_LINES['classical']} Besides, the QPUs share {pairs}."
    else:
        line = _LINES.get(family, "A resource of your own.")
    return f"{line} Options: {options}." if options else line
