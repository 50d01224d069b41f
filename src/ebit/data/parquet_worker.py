"""Decode the Parquet file on standard input; write it to standard output as Arrow IPC.

Run as a script in a process of its own: a damaged file can make the decoder panic or abort, and a
small one can hold far more than there is memory for.
"""

import contextlib
import io
import json
import sys

import polars as pl

UNREADABLE, TOO_LARGE, DUPLICATE = 65, 66, 67  # no other failure of the interpreter exits so


def main() -> int:
    """Decode one file, within the limits given as arguments: columns, values, bytes of memory.

    Returns:
        Exit status: 0, or one of the constants above; for `TOO_LARGE` the numbers of rows and
        columns are on standard error.
    """
    most_columns, most_values, memory = map(int, sys.argv[1:])
    with contextlib.suppress(ImportError, ValueError, OSError):  # not on every system
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    raw = sys.stdin.buffer.read()
    try:
        lazy = pl.scan_parquet(io.BytesIO(raw))
        schema = lazy.collect_schema()
        columns = len(schema)
        rows = 0 if columns > most_columns else lazy.select(pl.len()).collect().item()
        if columns > most_columns or rows * columns > most_values:
            sys.stderr.write(json.dumps([rows, columns]))
            return TOO_LARGE
        # what is no number or text is refused by its type: its values are never decoded
        nested = [name for name, kind in schema.items() if kind.is_nested()]
        empty = [pl.lit(None, dtype=schema[name]).alias(name) for name in nested]
        frame = lazy.with_columns(empty).collect()
    except pl.exceptions.DuplicateError:
        return DUPLICATE
    except (pl.exceptions.PolarsError, MemoryError):
        return UNREADABLE
    frame.write_ipc(sys.stdout.buffer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
