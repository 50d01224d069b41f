"""A state of the user's own, read from a file, on named qubits of named QPUs."""

import hashlib
import io
import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebit import checks
from ebit.circuits import Qubit, SharedState, Topology, Wiring, qpu_names
from ebit.errors import EbitError
from ebit.physics import ManyState
from ebit.physics.many_state import MOST_MEMBERS
from ebit.reading import read_bytes, read_json
from ebit.resources.base import PAIR, Resource

HEAD = "state:"

_MOST_BYTES = 8 * 2**20
_MOST_HEADER = 10_000
_DIGITS = 16
"""Digits of the SHA-256 that stand in a name."""

_QUBIT = re.compile(r"([A-Z]{1,3})([0-9]{1,3})")


@dataclass(frozen=True, repr=False)
class GivenState(Resource):
    """A state of 2 to 8 qubits of different QPUs, given by a file.

    It counts as m - 1 ebits for m qubits, whatever it is. Everything else of the QPUs starts in 0.

    Args:
        state: The state, the first of its qubits being the most significant bit.
        qubits: Its qubits, such as `("A0", "B0", "C1")`.
        path: Where it was read.
        digest: The first digits of the SHA-256 of the file.

    Raises:
        EbitError: If there are not as many qubits as the state has, or a name is none.

    Example:
        >>> own = GivenState(ManyState.from_matrix([0.6, 0, 0, 0.8]), ("A0", "B1"))
        >>> shared, = own.wiring(2).shared
        >>> [str(qubit) for qubit in shared.members], shared.amount
        (['A0', 'B1'], 1)
    """

    state: ManyState
    qubits: tuple[str, ...]
    path: str = ""
    digest: str = ""
    is_of_graph = True

    def __post_init__(self) -> None:
        checks.instance(ManyState, "an ebit.ManyState")("state", self.state)
        names = checks.several(checks.instance(str, "names of qubits, such as A0"))
        object.__setattr__(self, "qubits", names("qubits", self.qubits))
        if len(self.qubits) != self.state.members:
            raise EbitError(
                f"The shared state has {self.state.members} qubits, but {len(self.qubits)} are "
                "named: name one for each."
            )
        for name, count in Counter(self.qubits).items():
            if not _QUBIT.fullmatch(name):
                raise EbitError(
                    f"The shared state is on {checks.shown(name)}, which is no qubit: write A0 for "
                    "the first qubit of QPU A."
                )
            if count > 1:
                raise EbitError(f"The shared state is on {name} twice: name every qubit once.")

    def __repr__(self) -> str:
        """Where it comes from, and its qubits."""
        return f"GivenState({self.path!r}, qubits={self.qubits})"

    @property
    def name(self) -> str:
        """The resource string, with the beginning of the file's SHA-256."""
        return f"{HEAD}{self.path},on={'+'.join(self.qubits)},sha256={self.digest}"

    def wiring(
        self,
        qubits: int | tuple[int, ...],
        *,
        noisy: bool = False,
        topology: Topology = PAIR,
        passes: int = 1,
    ) -> Wiring:
        """QPUs of which the named qubits share the state, see `Resource.wiring`."""
        members = []
        for name in self.qubits:
            found = _QUBIT.fullmatch(name)
            assert found is not None
            members.append(Qubit(found[1], int(found[2])))
        shared = SharedState(tuple(members), self.state, self.unit, len(members) - 1)
        plain = super().wiring(qubits, noisy=noisy, topology=topology, passes=passes)
        wiring = replace(plain, shared=(shared,))
        wiring.check()
        return wiring


def read_state(text: str) -> GivenState:
    """The state of a resource string `state:FILE`.

    Args:
        text: `state:FILE`, after commas `on=A0+B0` (its qubits; by default those that the file
            names, else the first of QPU A, of QPU B and so on) and `sha256=...` (the beginning of
            the file's SHA-256, which must be right).

    Returns:
        The resource.

    Raises:
        EbitError: If the file cannot be read or holds no state.
    """
    path, *options = text.removeprefix(HEAD).split(",")
    given: dict[str, str] = {}
    for option in options:
        name, _, value = option.partition("=")
        if name not in ("on", "sha256") or name in given or not value:
            raise EbitError(
                f"Unknown option in resource {text!r}: after a comma use on=A0+B0 or sha256=..., "
                "each at most once."
            )
        given[name] = value
    raw = read_bytes(path, "JSON, NPY or NPZ", _MOST_BYTES)
    digest = hashlib.sha256(raw).hexdigest()
    expected = given.get("sha256", "")
    if not digest.startswith(expected):
        raise EbitError(
            f"File {path!r} has the SHA-256 {digest[:_DIGITS]}..., but {text!r} names {expected}: "
            "restore the file, or leave sha256 out."
        )
    try:
        found, names = _content(path, raw)
    except EbitError:
        raise
    except Exception as error:  # the decoders raise errors of many unrelated types
        raise _bad(
            path, f"is truncated or damaged ({type(error).__name__}): write it again"
        ) from None
    try:
        state = ManyState.from_matrix(found)
    except EbitError as error:
        raise EbitError(f"File {path!r} holds no state. {error}") from None
    if "on" in given:
        names = given["on"].split("+")
    elif names is None:
        names = [f"{qpu}0" for qpu in qpu_names(state.members)]
    return GivenState(state, tuple(names), path, digest[:_DIGITS])


def _bad(path: str, what: str) -> EbitError:
    return EbitError(f"File {path!r} {what}.")


def _content(path: str, raw: bytes) -> tuple[NDArray[Any], Sequence[str] | None]:
    """Amplitudes or density matrix, and the qubits that the file names."""
    match Path(path).suffix.lower():
        case ".npy":
            return _array(path, raw, "iufc"), None
        case ".npz":
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                names = archive.namelist()
                if "state.npy" not in names:
                    raise _bad(path, "lacks the array `state`: write it with numpy.savez(state=)")
                state = _array(path, _member(path, archive, "state.npy"), "iufc")
                if "qubits.npy" not in names:
                    return state, None
                qubits = _array(path, _member(path, archive, "qubits.npy"), "U")
                return state, [str(name) for name in qubits.ravel()]
        case ".json":
            return _of_json(path)
        case ending:
            raise _bad(path, f"ends with {ending!r}: give a .npz, .npy or .json file")


def _member(path: str, archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as member:
        found = member.read(_MOST_BYTES + 1)
    if len(found) > _MOST_BYTES:
        raise _bad(path, f"has more than {_MOST_BYTES} bytes in {name}: give a smaller state")
    return found


def _array(path: str, raw: bytes, kinds: str) -> NDArray[Any]:
    """An array of a NPY file, whose head is looked at first; nothing is unpickled."""
    file = io.BytesIO(raw)
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0
    if version != (1, 0):
        read = np.lib.format.read_array_header_2_0
    shape, _, dtype = read(file, max_header_size=_MOST_HEADER)
    if dtype.kind not in kinds:
        raise _bad(path, f"holds an array of {dtype}, not numbers (or names of qubits)")
    if int(np.prod(shape, dtype=object)) > 4**MOST_MEMBERS:
        raise _bad(path, f"holds an array of shape {shape}: a state has at most {MOST_MEMBERS} "
                   "qubits")  # fmt: skip
    return np.lib.format.read_array(io.BytesIO(raw), allow_pickle=False)


def _of_json(path: str) -> tuple[NDArray[Any], Sequence[str] | None]:
    """`amplitudes` or `matrix`, whose entries are numbers or pairs [real, imaginary]; `qubits`."""
    content = read_json(path)
    keys = set(content) if isinstance(content, dict) else set()
    given = keys & {"amplitudes", "matrix"}
    if len(given) != 1 or keys - {"amplitudes", "matrix", "qubits"}:
        raise _bad(path, "must hold `amplitudes` or `matrix`, and may hold `qubits`, nothing else")
    (kind,) = given
    rows = content[kind]
    numbers = [_number(path, entry) for entry in rows] if kind == "amplitudes" else [
        [_number(path, entry) for entry in row] for row in rows
    ]  # fmt: skip
    qubits = content.get("qubits")
    if qubits is not None and not (
        isinstance(qubits, list) and all(isinstance(name, str) for name in qubits)
    ):
        raise _bad(path, 'must hold `qubits` as a list of names, such as ["A0", "B0"]')
    return np.array(numbers, complex), qubits


def _number(path: str, entry: Any) -> complex:
    parts = entry if isinstance(entry, list) and len(entry) == 2 else [entry, 0.0]
    if any(isinstance(part, bool) or not isinstance(part, int | float) for part in parts):
        raise _bad(path, "must hold numbers, or pairs [real, imaginary]")
    return complex(*parts)
