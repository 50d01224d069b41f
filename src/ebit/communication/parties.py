"""Parties, the registers that they own, and the only ways to move something between them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from ebit import checks
from ebit.errors import EbitError
from ebit.ledger import Entry, Ledger

R = TypeVar("R")
State = NDArray[np.complex128]
Wire = Literal["direct", "teleport"]
WIRES: tuple[Wire, ...] = ("direct", "teleport")


@dataclass
class Register:
    """Qubits of one owner, in so many equal and independent copies, for every row of a batch.

    Attributes:
        owner: Who holds it.
        qubits: Qubits of one copy.
        copies: Copies in all, those of all rows together.
        state: Amplitudes (rows, ..., N) of one copy.
    """

    owner: str
    qubits: int
    copies: int
    state: NDArray[np.complex128]


REGISTER: checks.Rule = checks.instance(Register, "a Register, as Parties.register makes it")
_TAG = checks.text("words on what is sent")
_LEDGER = checks.maybe(checks.instance(Ledger, "a ledger"))
_ENTRY = checks.instance(Entry, "an Entry of ebit.ledger")


def check_amplitudes(name: str, value: Any) -> None:
    """Raise unless this is an array of amplitudes (..., N) with N a power of two.

    Raises:
        EbitError: If it is not.
    """
    is_array = isinstance(value, np.ndarray) and not isinstance(value, np.ma.MaskedArray)
    if not is_array or value.dtype.kind not in "cf" or value.ndim == 0:
        raise checks.wrong(name, "an array of amplitudes", value)
    if value.shape[-1].bit_count() != 1:
        raise EbitError(
            f"Argument `{name}` must have a power of two of amplitudes, but has shape "
            f"{value.shape}: fill it up with zeros."
        )


class Parties:
    """Parties with a ledger: everything that crosses a border is written down.

    Args:
        names: Names of the parties.
        wire: `direct` sends qubits; `teleport` uses up a Bell pair and two bits for each.
        ledger: Where to write; a new ledger by default.

    Attributes:
        peak: Most qubits of a register that each party has held.
        channel: What happens to amplitudes between two parties; nothing by default.

    Raises:
        EbitError: If there are fewer than two parties, or two of one name.

    Example:
        >>> parties = Parties(("alice", "bob"))
        >>> register = parties.register("alice", np.array([[1, 0, 0, 0]], complex), copies=10)
        >>> parties.gate("bob", register, lambda state: -state)
        Traceback (most recent call last):
        ebit.errors.EbitError: Register of 2 qubits belongs to 'alice', not to 'bob': send it first.
        >>> parties.send_qubits(register, "bob")
        >>> parties.ledger.qubits, register.owner
        (20, 'bob')
    """

    def __init__(
        self, names: Sequence[str], wire: Wire = "direct", ledger: Ledger | None = None
    ) -> None:
        self.names = checks.several(checks.instance(str, "names of parties"))("names", names)
        _LEDGER("ledger", ledger)
        if len(self.names) < 2 or len(set(self.names)) < len(self.names):
            raise EbitError(
                f"Argument `parties` must be two or more different names, but is {self.names}."
            )
        self.wire = checks.one_of(WIRES)("wire", wire)
        self.ledger = Ledger() if ledger is None else ledger
        self.peak = dict.fromkeys(self.names, 0)
        self.channel: Callable[[str, str, State], State] | None = None
        self._labels: dict[str, object] = {}

    @contextmanager
    def during(self, protocol: str, step: int = 0) -> Iterator[None]:
        """Name the protocol and the step of all entries written inside the block."""
        before, self._labels = self._labels, {"protocol": protocol, "step": step}
        try:
            yield
        finally:
            self._labels = before

    def register(self, owner: str, state: NDArray[np.complex128], copies: int) -> Register:
        """A new register with a prepared state.

        Args:
            owner: Who prepares it.
            state: Amplitudes (rows, N) of one copy.
            copies: Copies in all.

        Returns:
            The register.

        Raises:
            EbitError: If there is no such party, or the state is no array of amplitudes.
        """
        self._check_name(owner)
        check_amplitudes("state", state)
        copies = checks.whole()("copies", copies)
        register = Register(owner, state.shape[-1].bit_length() - 1, copies, state)
        self._held(register)
        return register

    def gate(
        self,
        caller: str,
        register: Register,
        operation: Callable[[NDArray[np.complex128]], NDArray[np.complex128]],
        *,
        new_qubits: int = 0,
    ) -> None:
        """Apply an operation to the amplitudes of one copy.

        Args:
            caller: Who applies it.
            register: The register, which must be the caller's.
            operation: From amplitudes to amplitudes.
            new_qubits: Fresh qubits that it adds.

        Raises:
            EbitError: If somebody else holds the register.
        """
        self._check_owner(caller, register)
        checks.function("operation", operation)
        new_qubits = checks.whole()("new_qubits", new_qubits)
        register.state = operation(register.state)
        register.qubits += new_qubits
        self._held(register)

    def measure(
        self, caller: str, register: Register, read: Callable[[NDArray[np.complex128]], R]
    ) -> R:
        """Measure all copies; they are used up.

        Args:
            caller: Who measures.
            register: The register, which must be the caller's.
            read: From amplitudes to outcomes.

        Returns:
            The outcomes.

        Raises:
            EbitError: If somebody else holds the register.
        """
        self._check_owner(caller, register)
        checks.function("read", read)
        outcomes = read(register.state)
        register.copies = 0
        return outcomes

    def send_qubits(self, register: Register, dst: str, tag: str = "state") -> None:
        """Send all copies of a register; from now on they are the receiver's."""
        REGISTER("register", register)
        _TAG("tag", tag)
        self._check_name(dst)
        if dst == register.owner:
            raise EbitError(f"Register is with {dst!r} already: send it to another party.")
        src, amount, copies = register.owner, register.qubits, register.copies
        if self.wire == "direct":
            self._write(src, dst, "qubit", amount, copies, tag)
        else:
            self._write(src, dst, "ebit", amount, copies, tag)
            self._write(src, dst, "cbit", 2 * amount, copies, tag)
        if self.channel is not None:
            register.state = self.channel(src, dst, register.state)
        register.owner = dst
        self._held(register)

    def send_bits(
        self, src: str, dst: str, width: int, *, copies: int = 1, tag: str = "bits"
    ) -> None:
        """Send a classical value of so many bits, or one for each of some samples."""
        self._check_name(src)
        self._check_name(dst)
        width = checks.whole()("width", width)
        self._write(src, dst, "cbit", width, copies, tag)

    def send_numbers(
        self, src: str, dst: str, values: NDArray[np.float64], tag: str = "numbers"
    ) -> NDArray[np.float64]:
        """Send real numbers at 32 bits each.

        Returns:
            What arrives: the numbers in single precision.

        Raises:
            EbitError: If there is no such party, or the values are no finite numbers.
        """
        values = checks.numbers("values", values)
        self.send_bits(src, dst, 32, copies=values.size, tag=tag)
        return values.astype(np.float32).astype(np.float64)

    def repeat(self, entry: Entry, copies: int, *, emulated: bool = False) -> None:
        """Write what was sent elsewhere once more, for so many copies."""
        _ENTRY("entry", entry)
        self.ledger.append(replace(entry, copies=copies, emulated=emulated, **self._labels))  # type: ignore[arg-type]

    def _write(self, src: str, dst: str, kind: str, amount: int, copies: int, tag: str) -> None:
        self.ledger.send(src, dst, kind, amount, copies=copies, tag=tag, **self._labels)  # type: ignore[arg-type]

    def _held(self, register: Register) -> None:
        self.peak[register.owner] = max(self.peak[register.owner], register.qubits)

    def _check_name(self, name: str) -> None:
        if not isinstance(name, str) or name not in self.names:
            raise EbitError(
                f"No party is called {checks.shown(name)}: use {', '.join(self.names)}."
            )

    def _check_owner(self, caller: str, register: Register) -> None:
        self._check_name(caller)
        REGISTER("register", register)
        if register.owner != caller:
            raise EbitError(
                f"Register of {register.qubits} qubits belongs to {register.owner!r}, not to "
                f"{caller!r}: send it first."
            )


PARTIES: checks.Rule = checks.instance(Parties, "a Parties of ebit.communication")
