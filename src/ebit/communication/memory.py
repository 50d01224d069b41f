"""How much memory a state takes, estimated before it is made."""

from ebit.data.content import memory
from ebit.errors import EbitError

MOST_QUBITS = 30
_ARRAYS = 6
"""Arrays of the size of the state that exist at a time."""


def check_memory(qubits: int, rows: int = 1, angles: int = 0) -> None:
    """Raise if states of so many qubits do not fit into the memory of this machine.

    $$16 * 6 * 2^n * rows + 8 * angles$$ bytes: six arrays of complex numbers exist at a time.

    Args:
        qubits: Qubits of one state, n.
        rows: States at a time.
        angles: Angles of all layers, those that stay 0 included.

    Raises:
        EbitError: If they do not.

    Example:
        >>> check_memory(200)
        Traceback (most recent call last):
        ebit.errors.EbitError: States of 200 qubits cannot be simulated: at most 30 qubits; use \
fewer features.
    """
    if qubits > MOST_QUBITS:
        raise EbitError(
            f"States of {qubits} qubits cannot be simulated: at most {MOST_QUBITS} qubits; use "
            "fewer features."
        )
    needed = 16 * _ARRAYS * 2**qubits * rows + 8 * angles
    there = memory()
    if needed > there:
        what = "A state" if rows == 1 else f"{rows} states"
        extra, cure = (" and its angles", "or layers") if angles else ("", "or rows")
        raise EbitError(
            f"{what} of {qubits} qubits{extra} would need about {needed / 1e9:.1f} GB of memory, "
            f"but there are {there / 1e9:.1f} GB: use fewer features {cure}."
        )
