"""How much memory a state takes, estimated before it is made."""

import os

from ebit.errors import EbitError

MOST_QUBITS = 30
_ARRAYS = 6
"""Arrays of the size of the state that exist at a time."""


def check_memory(qubits: int, rows: int = 1) -> None:
    """Raise if states of so many qubits do not fit into the memory of this machine.

    Args:
        qubits: Qubits of one state.
        rows: States at a time.

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
    needed = 16 * 2**qubits * rows * _ARRAYS
    there = _memory()
    if needed > there:
        raise EbitError(
            f"States of {qubits} qubits for {rows} rows take about {needed / 1e9:.1f} GB, but "
            f"there are {there / 1e9:.1f} GB: use fewer features or rows."
        )


def _memory() -> int:
    """Bytes of memory; more than any machine has where the system does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 2**60
