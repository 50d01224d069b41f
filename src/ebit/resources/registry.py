"""The list of all resources: those of ebit and those that other packages add."""

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import NoReturn

from ebit import checks
from ebit.errors import EbitError
from ebit.resources.base import Resource
from ebit.resources.bell_pairs import BellPairs
from ebit.resources.classical_bits import ClassicalBits
from ebit.resources.designed_pairs import DesignedPairs
from ebit.resources.ghz_states import GHZStates
from ebit.resources.given_state import GivenState, read_state
from ebit.resources.mixture import Mixture
from ebit.resources.on_edges import OnEdges
from ebit.resources.pairs import PAIR_OPTIONS
from ebit.resources.quantum_link import QuantumLink
from ebit.resources.row import FileRow, Look, ResourceRow, head_of
from ebit.resources.separable import Separable
from ebit.resources.shared_bits import SharedBits

GROUP = "ebit.resources"
"""Group of the entry points by which other packages add rows; each is named as its row's head."""

_OPTIONS = tuple(PAIR_OPTIONS)


def _bells(qubits: int) -> tuple[str, ...]:
    """One to four pairs, then powers of two, and all qubits."""
    pairs = [k for k in range(1, qubits + 1) if k <= 4 or k & (k - 1) == 0 or k == qubits]
    return tuple(f"bell:{k}" for k in pairs)


_ROWS = (
    ResourceRow(
        "single",
        None,
        "One QPU that holds the whole input; nothing is distributed. A baseline.",
        look=Look("#4d4d4d", markers="P", line=":"),
        compared=lambda qubits: ("single",),
    ),
    ResourceRow(
        "joint",
        None,
        "One QPU with the qubits of both, read from its last one; nothing is distributed. A "
        "baseline.",
        look=Look("#222222", markers="p", line=":"),
    ),
    ResourceRow(
        "dnn",
        None,
        "A classical neural network on each half of the input, joined by a final layer. A baseline "
        "without quantum processors.",
        look=Look("#e69f00", markers="X", line=":"),
        compared=lambda qubits: ("dnn",),
    ),
    ResourceRow(
        "none",
        Separable,
        "Nothing is shared: product state, local circuits, and only the outcomes of the QPUs are "
        "put together.",
        look=Look("#999999", markers="o"),
        compared=lambda qubits: ("none",),
        planned=("none",),
    ),
    ResourceRow(
        "shared:N",
        SharedBits,
        "Random bits that both QPUs know, on as many qubits of each, without entanglement: {N}.",
        look=Look("#b8a000", "#4d4300", "*"),
        compared=lambda qubits: ("shared:1",),
        planned=("shared:1",),
    ),
    ResourceRow(
        "mixture:M",
        Mixture,
        "A random value that both QPUs know chooses the angles of both, without entanglement; "
        "values: {M}.",
        look=Look("#aa7755", "#442a1a", "d"),
        compared=lambda qubits: ("mixture:4",),
        planned=("mixture:4",),
    ),
    ResourceRow(
        "mixture:M+bell:N",
        Mixture,
        "A random value that both QPUs know chooses the angles of both, besides Bell pairs; "
        "values: {M}, pairs: {N}.",
        _OPTIONS,
        Look("#882255", "#331122", "d", "-."),
    ),
    ResourceRow(
        "bell:N",
        BellPairs,
        "Bell pairs (maximally entangled pairs) shared before the data arrive: {N}.",
        _OPTIONS,
        Look("#56b4e9", "#08306b", "sv<>"),
        _bells,
        ("bell:1", "bell:2"),
    ),
    ResourceRow(
        "ghz:M",
        GHZStates,
        "Entangled states of more than two QPUs (GHZ states), shared before the data arrive; "
        "members of each: {M}.",
        ("fidelity",),
        Look("#17becf", "#0a4f57", "h"),
    ),
    FileRow(
        "state:FILE",
        GivenState,
        "A state of your own on named qubits, read from a JSON, NPY or NPZ file.",
        look=Look("#8c564b", markers="8"),
        read=read_state,
    ),
    ResourceRow(
        "designed:N",
        DesignedPairs,
        "An entangled state that is trained with the circuits, shared before the data arrive; "
        "ebits at most: {N}.",
        look=Look("#7570b3", "#2b2766", "h"),
    ),
    ResourceRow(
        "classical",
        ClassicalBits,
        "Measurement outcomes inside the circuit are sent as classical bits and steer the "
        "rotations of the other QPU.",
        look=Look("#d55e00", markers="D", line="--"),
        compared=lambda qubits: ("classical",),
        planned=("classical",),
    ),
    ResourceRow(
        "classical+shared:N",
        lambda pairs: SharedBits(pairs, sends_bits=True),
        "Outcomes are sent as with classical, besides random bits that both QPUs know: {N}.",
        look=Look("#f0a070", "#7a3000", "*", "--"),
    ),
    ResourceRow(
        "classical+bell:N",
        ClassicalBits,
        "Outcomes are sent as with classical, besides Bell pairs shared before the data arrive: "
        "{N}.",
        _OPTIONS,
        Look("#cc79a7", "#4a1259", "^", "-."),
        lambda qubits: ("classical+bell:1",),
    ),
    ResourceRow(
        "quantum",
        QuantumLink,
        "The QPUs act as one processor: gates between them need entanglement or a quantum channel.",
        _OPTIONS,
        Look("#009e73", markers="H"),
        lambda qubits: ("quantum",),
        planned=("quantum",),
    ),
)
"""Baselines and resources of ebit, in the order of all figures and tables."""


def _no_circuit(**_: object) -> NoReturn:
    raise EbitError(
        "logistic-regression, svc and mlp are no circuits: `ebit compare` trains them beside the "
        "resources."
    )


CLASSIFIERS = (
    ResourceRow(
        "logistic-regression",
        None,
        "Logistic regression of scikit-learn on all features in one place. Not distributed.",
        look=Look("#777777", markers="1", line=":"),
        model=_no_circuit,
    ),
    ResourceRow(
        "svc",
        None,
        "Support-vector classifier of scikit-learn (Gaussian kernel) on all features in one place. "
        "Not distributed.",
        look=Look("#555555", markers="2", line=":"),
        model=_no_circuit,
    ),
    ResourceRow(
        "mlp",
        None,
        "Neural network of scikit-learn (two layers of 32) on all features in one place. Not "
        "distributed.",
        look=Look("#333333", markers="3", line=":"),
        model=_no_circuit,
    ),
)
"""What a user would otherwise take; no circuits, so that they stand in comparisons only."""


def all_rows() -> list[ResourceRow]:
    """All rows, those of other packages at the end.

    Raises:
        EbitError: If a row of another package cannot be loaded.
    """
    return [*_ROWS, *(_load(name) for name in sorted(_outside()))]


def find_row(text: str) -> ResourceRow | None:
    """The row of a resource string; None if it names no resource.

    Raises:
        EbitError: If the row is that of another package and cannot be loaded.

    Example:
        >>> find_row("bell:2,fidelity=0.9").form, find_row("bell")
        ('bell:N', None)
    """
    rows = [*_ROWS, *CLASSIFIERS]
    if head_of(text) in _outside():
        rows.append(_load(head_of(text)))
    return next((row for row in rows if row.numbers(text) is not None), None)


def rank(row: ResourceRow | None) -> int:
    """The place in all figures and tables; other packages and what is unknown come last."""
    known = [*_ROWS, *CLASSIFIERS]
    return known.index(row) if row in known else len(known)


def resources_help(*, baselines: bool = True, installed: bool = True) -> str:
    """What can be named, as a part of a sentence; nothing is loaded for it.

    Args:
        baselines: Whether models that share nothing are named.
        installed: Whether the names of what other packages add are there, too.

    Example:
        >>> print(resources_help(baselines=False, installed=False))
        none, shared:N, mixture:M, mixture:M+bell:N, bell:N, ghz:M, ... or quantum
    """
    own = [row.form for row in _ROWS if baselines or not row.is_baseline]
    *names, last = [*own, *(sorted(_outside()) if installed else [])]
    return f"{', '.join(names)} or {last}"


def compared_resources(qubits: int) -> list[str]:
    """Strings of all resources that are compared by default, for QPUs of this size."""
    return [name for row in all_rows() for name in row.compared(qubits)]


def planned_resources() -> list[str]:
    """Strings of all resources that a plan looks at by default."""
    return [name for row in _ROWS for name in row.planned]


def parse_resource(text: str) -> Resource:
    """Turn a resource string into a resource.

    Args:
        text: One of the forms that `resources_help` lists; options of the pairs (`BellPairs`)
            follow after commas, as in `bell:1,concurrence=0.5,fidelity=0.9`; with `quantum` they
            describe the pairs that its gates are teleported with. Edges of a graph that share
            something else follow after semicolons: `bell:1;A-B=bell:2;C-D=none`.

    Returns:
        The resource; `parse_resource(r.name) == r` for every resource r.

    Raises:
        EbitError: If the string names no resource or an option is unknown or out of range.

    Example:
        >>> parse_resource("classical+bell:2")
        ClassicalBits(pairs=2)
    """
    checks.instance(str, "a resource string such as 'bell:1'")("text", text)
    row = find_row(text)
    if row is not None and not row.is_baseline and ";" in text:
        return _on_edges(text)
    if row is None or row.is_baseline:
        raise EbitError(f"Unknown resource {text!r}: use {resources_help(baselines=False)}.")
    if row in _ROWS:
        return row.parse(text)
    try:
        resource = row.parse(text)
    except EbitError:
        raise
    except Exception as error:  # whatever the other package does wrong
        raise _broken(row.head, f"{text!r} raises {_one_line(error)}") from None
    if not isinstance(resource, Resource):
        raise _broken(row.head, f"{text!r} makes no ebit.Resource")
    if row.numbers(resource.name) is None:
        raise _broken(row.head, f"{text!r} makes {resource.name!r}, which is not {row.form!r}")
    return resource


def _on_edges(text: str) -> Resource:
    """The resource of a string with semicolons."""
    other, *parts = text.split(";")
    edges: dict[str, Resource] = {}
    for part in parts:
        edge, is_there, own = part.strip().partition("=")
        if not is_there or edge in edges or not own:
            raise EbitError(
                f"Resource {text!r} holds {part.strip()!r}: after a semicolon write an edge and "
                "its resource, such as A-B=bell:2, and every edge once."
            )
        edges[edge] = parse_resource(own)
    return OnEdges(edges, parse_resource(other))


@cache
def _outside() -> dict[str, EntryPoint]:
    """Entry points of other packages by name, but for names of ebit; nothing is loaded yet."""
    own = {row.head for row in _ROWS}
    return {point.name: point for point in entry_points(group=GROUP) if point.name not in own}


@cache
def _load(name: str) -> ResourceRow:
    """The row behind an entry point."""
    point = _outside()[name]
    try:
        row = point.load()
    except Exception as error:  # whatever the other package does wrong
        raise _broken(name, f"{point.value} raises {_one_line(error)}") from None
    if not isinstance(row, ResourceRow) or row.head != name:
        raise _broken(name, f"{point.value} is no ebit.ResourceRow whose form starts with {name!r}")
    return row


def _broken(name: str, reason: str) -> EbitError:
    dist = _outside()[name].dist
    package = "a package without a name" if dist is None else f"package {dist.name!r}"
    return EbitError(f"Resource {name!r} of {package} is broken: {reason}; mend or uninstall it.")


def _one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
