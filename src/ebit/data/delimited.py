"""CSV files: text with one row per line and names in the first line."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

import polars as pl

from ebit.data.content import Content, Part, check_size, file_bytes
from ebit.data.messages import bad_input, listed

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
"""Signs between columns, commas first, and what they are called."""
OTHER_FORMATS = {
    b"PK\x03\x04": "an Excel workbook or another ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x1f\x8b": "compressed with gzip",
    b"BZh": "compressed with bzip2",
    b"\xfd7zXZ\x00": "compressed with xz",
    b"\x28\xb5\x2f\xfd": "compressed with zstd",
    b"PAR1": "a Parquet file",
    b"ARROW1": "an Arrow file",
    b"\x93NUMPY": "a NumPy array",
    b"\x89HDF": "an HDF5 file",
    b"SQLite format 3": "a database of SQLite",
    b"%PDF": "a PDF document",
}
"""First bytes of files that are no CSV text, and what such a file is."""
OTHER_TEXTS = {
    r"\A\s*(\{\s*[\"}]|\[\s*[\[{\"\d-])": "JSON",
    r"\A\s*<(!doctype|html|\?xml|table|head|body)": "a web page or XML",
    r"^[ \t]*@relation\b": "an ARFF file",
    r"\A[+-]?[\d.]+([ \t]+\d+:[-+.\deE]+)+[ \t]*\r?$": "in the format of LIBSVM",
    r"\Aversion https://git-lfs": "a pointer of Git LFS (`git lfs pull` fetches the file)",
}
"""Signs of text that is no CSV, and what it is."""
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_NO_VALUE = ("?", "nan", "na", "n/a", "null")
_DECIMAL_COMMA = re.compile(r"[+-]?([0-9]+|[0-9]{1,3}(\.[0-9]{3})+),[0-9]+([eE][+-]?[0-9]+)?")
_MARKS = {
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_SAMPLE = 50
_ROWS_AT_ONCE = 10_000


def read_csv(path: Path) -> Content:
    r"""Read a CSV file; `parse_csv` says what is read.

    Args:
        path: Where the file lies.

    Returns:
        Its content; all columns are text, empty fields are missing values.

    Raises:
        EbitError: If the file is no such CSV file.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from ebit.data.delimited import read_csv
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "a.csv"
        ...     _ = path.write_text("a,label\n0.5,yes\n")
        ...     read_csv(path).data.frame.columns
        ['a', 'label']
    """
    return parse_csv(f"File `{path.name}`", file_bytes(path))


def parse_csv(where: str, raw: bytes) -> Content:
    r"""Read CSV text: names in the first line, a point in numbers, quotes as in RFC 4180.

    UTF-8, or UTF-16 with a byte order mark; columns separated by commas, semicolons, tabs or bars;
    any line ends. Lines before and between the rows that start with # and do not have the fields
    of a row are left out, and so are blank lines and empty columns without a name.

    Args:
        where: Start of every message, such as "File `a.csv`".
        raw: The bytes.

    Returns:
        The content, with a note on all that is not plain CSV.

    Raises:
        EbitError: If it is something else, or its meaning is not certain.

    Example:
        >>> content = parse_csv("File `a.csv`", b"a;label\n0.5;yes\n")
        >>> content.data.frame.columns, content.notes
        (['a', 'label'], ('File `a.csv` separates its columns by semicolons.',))
    """
    notes: list[str] = []
    lines = _text(where, raw, notes)
    try:
        return _parse(where, lines, notes)
    except csv.Error:
        raise bad_input(
            f"{where} has a quoted field that never ends or goes on after its quote, or a field of "
            "more than 131072 letters: write a quote inside a quoted field twice."
        ) from None
    except UnicodeError:
        encoding = _encoding(raw)
        place = "" if encoding != "utf-8" else f" (byte {_first_wrong_byte(raw)})"
        raise bad_input(
            f"{where} is not {encoding.upper()} text{place}: save it as CSV UTF-8."
        ) from None


def _text(where: str, raw: bytes, notes: list[str]) -> Iterator[str]:
    """Lines with their ends, once it is certain that this is text."""
    for start, what in OTHER_FORMATS.items():
        if raw.startswith(start):
            raise bad_input(f"{where} is {what}, not CSV text: save its table as CSV UTF-8.")
    encoding = _encoding(raw)
    if encoding != "utf-8":
        notes.append(f"{where} is read as {encoding.upper()} text.")
    elif b"\0" in raw:
        raise bad_input(
            f"{where} is not UTF-8 text (byte {raw.index(0)} is 0): save it as CSV UTF-8."
        )
    head = raw[:2000].decode(encoding, errors="ignore").lstrip("\ufeff")
    for pattern, what in OTHER_TEXTS.items():
        if re.search(pattern, head, re.IGNORECASE | re.MULTILINE):
            raise bad_input(f"{where} is {what}, not CSV text: save its table as CSV UTF-8.")
    if encoding == "utf-8":
        encoding = "utf-8-sig"  # which leaves out the mark
    return io.TextIOWrapper(io.BytesIO(raw), encoding=encoding, newline="")


def _encoding(raw: bytes) -> str:
    return next((name for mark, name in _MARKS.items() if raw.startswith(mark)), "utf-8")


def _first_wrong_byte(raw: bytes) -> int:
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return error.start
    return 0


def _parse(where: str, lines: Iterator[str], notes: list[str]) -> Content:
    comments, given, first = _before_the_table(lines)
    if given is not None and given not in SEPARATORS:
        raise bad_input(
            f"{where} says that `{given}` separates its columns: use commas, semicolons, tabs or "
            "bars."
        )
    sample = [first, *islice(lines, _SAMPLE)]
    if given is None and _has_spaces(sample):
        raise bad_input(
            f"{where} separates its columns by spaces: use commas, semicolons, tabs or bars (in R "
            "`write.csv`), and quotes around text with spaces."
        )
    separator = given or _separator(sample)
    if separator != ",":
        notes.append(f"{where} separates its columns by {SEPARATORS[separator]}.")
        _check_decimals(where, sample, separator)
    reader = _fields(chain(sample, lines), separator, strict=True)
    names = [name.strip() for name in next(reader, [])]
    if not any(names):
        raise bad_input(f"{where} has no rows: write names in the first line, and rows below it.")
    check_size(where, 1, len(names))
    before: list[list[str]] = []
    if comments and any(NUMBER.fullmatch(name) for name in names):
        of_comment = _names_in_comment(comments[-1], separator, len(names))
        if of_comment is not None:
            notes.append(f"{where} has its column names in a line that starts with #.")
            comments.pop()
            names, before = of_comment, [names]
    frame, left_out = _rows(where, chain(before, reader), names)
    left_out += len(comments)
    if left_out:
        plural = "" if left_out == 1 else "s"
        notes.append(f"{where} has {left_out} line{plural} that start with #, which are left out.")
    return Content(Part(where, _named(where, frame, names, notes)), notes=tuple(notes))


def _before_the_table(lines: Iterator[str]) -> tuple[list[str], str | None, str]:
    """Comment lines, the separator that a line `sep=;` gives, and the first line of the table."""
    comments: list[str] = []
    separator = None
    for line in lines:
        given = re.fullmatch(r"\"?sep=(.)\"?", line.strip(" \r\n"), re.IGNORECASE)
        if given and separator is None:
            separator = given[1]
        elif line.startswith("#"):
            comments.append(line)
        elif line.strip():
            return comments, separator, line
    if comments:  # nothing else: its names may be one of them
        return comments[:-1], separator, comments[-1]
    return comments, separator, ""


def _fields(lines: Iterable[str], separator: str, *, strict: bool = False) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=strict)


def _is_blank(record: Sequence[str]) -> bool:
    return not record or (len(record) == 1 and not record[0].strip())


def _separator(sample: Sequence[str]) -> str:
    """The sign that gives all lines the same fields, two or more; a comma where it is open."""
    fitting, possible = [], []
    for separator in SEPARATORS:
        counts: list[int] = []
        try:
            for record in _fields(sample, separator):
                if not _is_blank(record) and not record[0].startswith("#"):
                    counts.append(len(record) - (len(counts) > 0 and not record[-1].strip()))
        except csv.Error:
            continue
        if counts and counts[0] > 1:
            possible.append(separator)
            last_may_be_cut = counts if len(sample) <= _SAMPLE else counts[:-1]
            if all(0 <= counts[0] - count <= 1 for count in last_may_be_cut):
                fitting.append(separator)
    for found in (fitting, possible):
        if "," in found:
            return ","
        if len(found) == 1:
            return found[0]
    return ","


def _has_spaces(sample: Sequence[str]) -> bool:
    """Whether spaces stand between the fields of all rows, and nothing else does."""
    rows = [line.split() for line in sample if line.strip()]
    signs = any(sign in line for line in sample for sign in SEPARATORS)
    return not signs and len(rows) > 1 and all(len(row) > 1 for row in rows[1:])


def _check_decimals(where: str, sample: Sequence[str], separator: str) -> None:
    for record in islice(_fields(sample, separator), 1, None):
        for field in record:
            if _DECIMAL_COMMA.fullmatch(field.strip()):
                name = SEPARATORS[separator]
                raise bad_input(
                    f"{where} separates its columns by {name} and writes numbers with a decimal "
                    f"comma (`{field.strip()}`): save it with columns separated by commas and "
                    "numbers with a point."
                )


def _names_in_comment(line: str, separator: str, columns: int) -> list[str] | None:
    """The names in a line such as `# a,b,label`, if it has one for each column."""
    names = [name.strip() for name in next(_fields([line.lstrip("#")], separator), [])]
    if len(names) != columns or any(NUMBER.fullmatch(name) for name in names):
        return None
    return names


def _rows(
    where: str, records: Iterable[list[str]], names: Sequence[str]
) -> tuple[pl.DataFrame, int]:
    """All rows as text, and the number of lines that are comments."""
    width, comments, row = len(names), 0, 0
    columns = [f"{i}" for i in range(width)]
    chunks: list[pl.DataFrame] = []
    rows: list[Sequence[str]] = []
    for record in records:
        if _is_blank(record):
            continue
        if len(record) != width:
            if record[0].startswith("#"):
                comments += 1
                continue
            if len(record) < width or any(field.strip() for field in record[width:]):
                raise bad_input(
                    f"{where} has {len(record)} fields in row {row + 1} (the first row is 1), but "
                    f"{width} column names: every line must have as many fields as the first."
                )
            record = record[:width]
        rows.append(record)
        row += 1
        if len(rows) == _ROWS_AT_ONCE:
            check_size(where, row, width)
            chunks.append(_chunk(rows, columns))
            rows = []
    if rows or not chunks:
        check_size(where, row, width)
        chunks.append(_chunk(rows, columns))
    frame = pl.concat(chunks, rechunk=True)
    empty = frame.select(pl.all_horizontal(pl.all().is_null())).to_series()
    filled = (~empty).arg_true()
    return frame.head(int(filled[-1]) + 1 if len(filled) else 0), comments


def _chunk(rows: Sequence[Sequence[str]], columns: Sequence[str]) -> pl.DataFrame:
    values = zip(*rows, strict=True) if rows else [()] * len(columns)
    data = dict(zip(columns, map(list, values), strict=True))
    texts = pl.DataFrame(data, schema=dict.fromkeys(columns, pl.String))
    stripped = texts.with_columns(pl.all().str.strip_chars())
    return stripped.with_columns(pl.when(pl.all() != "").then(pl.all()))


def _named(where: str, frame: pl.DataFrame, names: Sequence[str], notes: list[str]) -> pl.DataFrame:
    """The columns under their names, without those that have neither a name nor a value."""
    _check_names(where, frame, names)
    kept = [
        (column, name)
        for column, name in zip(frame.columns, names, strict=True)
        if (name and not name.startswith("Unnamed: ")) or frame[column].null_count() < frame.height
    ]
    if len(kept) < len(names):
        count = len(names) - len(kept)
        what = "an empty column" if count == 1 else f"{count} empty columns"
        notes.append(f"{where} has {what} without a name, left out.")
    check_unique(where, [name for _, name in kept])
    return frame.select(pl.col(column).alias(name) for column, name in kept)


def check_unique(where: str, names: Sequence[str]) -> None:
    """Refuse columns of one name.

    Args:
        where: Start of the message, such as "File `a.csv`".
        names: Names of all columns.

    Raises:
        EbitError: If a name appears twice.

    Example:
        >>> check_unique("File `a.csv`", ["a", "b", "a"])
        Traceback (most recent call last):
        ebit.errors.EbitError: File `a.csv` has more than one column `a`: rename them.
    """
    seen: set[str] = set()
    for name in names:
        if name in seen:
            which = (
                f"more than one column `{name}`: rename them"
                if name
                else ("more than one column without a name: name them")
            )
            raise bad_input(f"{where} has {which}.")
        seen.add(name)


def _check_names(where: str, frame: pl.DataFrame, names: Sequence[str]) -> None:
    """Refuse a first line that is a row: it has numbers, or signs for a missing value.

    Names 0, 1, ... or 1, 2, ..., as programs give them to columns without one, are names, unless
    the fields of that line stand in the rows below it, too.
    """
    numbers = [name for name in names if NUMBER.fullmatch(name)]
    missing = [name for name in names if name.casefold() in _NO_VALUE]
    if not numbers and not missing:
        return
    counted = any(numbers == [str(i + k) for i in range(len(numbers))] for k in (0, 1))
    again = [
        name in frame[column]
        for column, name in zip(frame.columns, names, strict=True)
        if name and (name not in numbers or len(numbers) == len(names))
    ]
    is_row = all(again) if len(numbers) == len(names) else any(again)
    if counted and not missing and not (is_row and again):
        return
    raise bad_input(
        f"{where} has no line of column names: its first line has {listed(numbers or missing)} "
        "where names belong; write a line of names before it, or rename these columns."
    )
