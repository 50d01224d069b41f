"""Decode the Parquet file on standard input; write it to standard output as Arrow IPC.

Run as a script in a process of its own: a damaged file can make the decoder panic or abort.
"""

import io
import sys

import polars as pl

UNREADABLE = 65  # no other failure of the interpreter exits with this status


def main() -> int:
    """Decode one file.

    Returns:
        Exit status: 0, or `UNREADABLE` with one line on standard error.
    """
    try:
        frame = pl.read_parquet(io.BytesIO(sys.stdin.buffer.read()))
    except pl.exceptions.PolarsError as error:
        sys.stderr.write(" ".join(str(error).split()) + "\n")
        return UNREADABLE
    frame.write_ipc(sys.stdout.buffer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
