"""CSV text as programs write it: what is read, and what is said about it."""

import io
import sys
from pathlib import Path

import pytest
from data_helpers import error_of
from hypothesis import given, settings
from hypothesis import strategies as st

from ebit.data import load
from ebit.data.delimited import parse_csv

ROWS = [["0.5", "1", "u"], ["2.5", "3", "v"], ["1.25", "0", "u"]]
PLAIN = "a,b,kind\n0.5,1,u\n2.5,3,v\n1.25,0,u\n"


def parsed(text: str | bytes) -> tuple[list[str], list[list[str | None]], str]:
    """Names, rows, and the notes as one text."""
    content = parse_csv("File `d.csv`", text.encode() if isinstance(text, str) else text)
    frame = content.data.frame
    return frame.columns, [list(row) for row in frame.rows()], " ".join(content.notes)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (PLAIN, ""),
        (PLAIN.replace(",", ";"), "separates its columns by semicolons"),
        (PLAIN.replace(",", "\t"), "separates its columns by tabs"),
        (PLAIN.replace(",", "|"), "separates its columns by bars"),
        (PLAIN.replace("\n", "\r"), ""),
        (PLAIN.replace("\n", "\r\n"), ""),
        (PLAIN.replace("\n", "\n\n") + "\n \n", ""),
        (PLAIN.replace("\n", ",\n"), "has an empty column without a name, left out"),
        (PLAIN.replace("\n", ",,,\n"), "has 3 empty columns without a name, left out"),
        (PLAIN.replace("\n", ",\n").replace(",", "", 0).replace("kind,", "kind"), ""),
        (PLAIN + ",,\n,,\n", ""),
        ("sep=;\n" + PLAIN.replace(",", ";"), "separates its columns by semicolons"),
        ("sep=,\r\n" + PLAIN, ""),
        ("# made today\n#\n" + PLAIN, "has 2 lines that start with #, which are left out"),
        (PLAIN + "# 3 rows\n", "has 1 line that start with #"),
        ("# " + PLAIN, "has its column names in a line that starts with #"),
        ("\ufeff" + PLAIN, ""),
        ('"a", "b", "kind"\n' + PLAIN.split("\n", 1)[1], ""),
        (PLAIN.encode("utf-16"), "is read as UTF-16 text"),
        (PLAIN.encode("utf-32"), "is read as UTF-32 text"),
    ],
)
def test_the_same_table_in_many_forms(text: str | bytes, note: str) -> None:
    names, rows, notes = parsed(text)
    assert names == ["a", "b", "kind"]
    assert rows == ROWS
    assert note in notes
    assert bool(note) == bool(notes)


def test_line_breaks_and_separators_inside_quotes() -> None:
    names, rows, _ = parsed('a,"b\nc",kind\n1,2,"u, ""v""\nw"\n')
    assert names == ["a", "b\nc", "kind"]
    assert rows == [["1", "2", 'u, "v"\nw']]


def test_a_comment_sign_in_a_row_is_a_value() -> None:
    assert parsed("kind,a\n#u,1\nv,2\n")[1] == [["#u", "1"], ["v", "2"]]


def test_default_names_of_programs_are_names() -> None:
    assert parsed("0,1,label\n0.5,7,u\n")[0] == ["0", "1", "label"]
    assert parsed("0,1,2\n0.5,7,9\n")[0] == ["0", "1", "2"]


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.floats(-9, 9),
            st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=6),
        ),
        min_size=1,
        max_size=8,
    ),
    separator=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_whatever_is_quoted_is_read_as_written(
    rows: list[tuple[float, str]], separator: str, end: str
) -> None:
    lines = [["a", "kind"], *([repr(x), '"' + text.replace('"', '""') + '"'] for x, text in rows)]
    content = parse_csv("File `d.csv`", end.join(separator.join(line) for line in lines).encode())
    frame = content.data.frame
    assert frame["a"].to_list() == [repr(x) for x, _ in rows]
    assert [text or "" for text in frame["kind"]] == [text.strip() for _, text in rows]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Unnamed: 0", range(9)),
        ("", range(1, 10)),
        ("n", range(9)),
        ("n", range(1, 10)),
        ("n", range(1001, 1010)),
        ("n", range(9, 0, -1)),
        ("index", [5, 3, 8, 1, 9, 2, 7, 4, 6]),
        ("ID", [15, 3, 8, 11, 9, 2, 70, 4, 6]),
        ("__index_level_0__", list("abcdefghi")),
    ],
)
def test_row_numbers_are_left_out_with_a_line(tmp_path: Path, name: str, values: list[int]) -> None:
    path = tmp_path / "d.csv"
    rows = [f"{n},{(i * 7) % 9},{'uv'[i % 2]}" for i, n in enumerate(values)]
    path.write_text("\n".join([f"{name},a,kind", *rows]))
    data = load(path)
    assert data.feature_names == ("a",)
    assert any(
        f"has row numbers in column `{name}`, which is left out" in note for note in data.notes
    )
    if name and name[0] != "_":
        chosen = load(path, features=f"{name}|a")
        assert chosen.feature_names == (name, "a")
        assert chosen.notes == ()
    reordered = [",".join(line.split(",")[1:] + line.split(",")[:1]) for line in rows]
    path.write_text("\n".join([f"a,kind,{name}", *reordered]))
    assert load(path).label == "kind"


def test_numbers_that_do_not_count_the_rows_stay(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("a,index,kind\n" + "3,0.5,u\n1,0.7,v\n" * 5)
    assert load(path).feature_names == ("a", "index")


@pytest.mark.parametrize(
    ("one", "other"), [("cat", "Cat"), ("cat", "cat\u200b"), ("\u00e9", "e\u0301")]
)
def test_classes_that_look_alike_are_named(tmp_path: Path, one: str, other: str) -> None:
    path = tmp_path / "d.csv"
    rows = [f"{(i * 7) % 9},{(one, other, 'x')[i % 3]}" for i in range(12)]
    path.write_text("\n".join(["a,kind", *rows]), encoding="utf-8")
    data = load(path)
    assert set(data.class_names) == {one, other, "x"}
    (note,) = data.notes
    assert ascii(one) in note
    assert ascii(other) in note
    assert "which look alike" in note


def test_only_row_numbers(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("n,kind\n" + "".join(f"{i},{'uv'[i % 2]}\n" for i in range(9)))
    assert "has only row numbers for features (`n`)" in error_of(lambda: load(path))


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (PLAIN + PLAIN.split("\n", 1)[1]).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    data = load("-", validation_fraction=0.3)
    assert (data.name, data.features, data.class_names) == ("standard input", 2, ("u", "v"))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert "Standard input has no bytes" in error_of(lambda: load("-"))
