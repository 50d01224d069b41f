import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebit import EbitError, make_task, read_sweep
from ebit.data import load
from ebit.results import batches, sweep, task_of
from results.conftest import write_points
from results.test_task import OTHER, TRAINING

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def written(folder: Path, text: str) -> Path:
    path = folder / "sweep.toml"
    path.write_text(text)
    return path


def error_of(folder: Path, text: str) -> str:
    with pytest.raises(EbitError) as caught:
        read_sweep(written(folder, text))
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def toml(value: object) -> str:
    return repr(value).replace("'", '"')


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sweeps")


@given(
    resources=st.lists(st.sampled_from(["none", "bell:1", "dnn"]), min_size=1, max_size=4),
    seeds=st.lists(st.integers(0, 9), min_size=1, max_size=4),
    depth=st.integers(1, 5),
)
def test_a_grid_is_the_product_of_its_lists_without_doubles(
    folder: Path, resources: list[str], seeds: list[int], depth: int
) -> None:
    text = f"""
        [defaults]
        data = "chsh"
        depth = 7
        [[grid]]
        resource = {toml(resources)}
        seed = {seeds}
        depth = {depth}
    """
    found = [
        (item.task.model.resource, item.task.training.seed, item.task.model.depth)
        for item in read_sweep(written(folder, text))
    ]
    wanted = [(r, s, depth) for r in dict.fromkeys(resources) for s in dict.fromkeys(seeds)]
    assert found == wanted


def test_a_task_is_that_of_make_task(folder: Path) -> None:
    text = '[[grid]]\ndata = "chsh"\nresource = "bell:1"\nsteps = 9\nlearning_rate = 1\n'
    (item,) = read_sweep(written(folder, text))
    data = load("chsh")
    assert item.task == make_task(data, resource="bell:1", steps=9, learning_rate=1.0)
    assert item.rows == (len(data.y_train), len(data.y_validation))


@pytest.mark.parametrize("name", sorted(OTHER))
def test_every_setting_can_vary(folder: Path, name: str) -> None:
    grid = {"resource": "none", "data": "chsh", name: OTHER[name]}
    text = "".join(f"{key} = {toml(value)}\n" for key, value in grid.items())
    (item,) = read_sweep(written(folder, f"[[grid]]\n{text}"))
    own = item.task.training if name in TRAINING else item.task.model
    assert getattr(own, name) == OTHER[name]


def test_files_are_found_beside_the_sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    write_points(tmp_path / "a" / "points.csv")
    path = written(
        tmp_path / "a",
        '[[grid]]\nresource = "none"\ndata = [\n"points.csv",\n'
        '{ source = "points.csv", scale = "angles", validation_fraction = 0.5 },\n]\n',
    )
    monkeypatch.chdir(tmp_path)
    plain, scaled = read_sweep(path.relative_to(tmp_path))
    assert plain.source.source == scaled.source.source == str(tmp_path / "a" / "points.csv")
    assert plain.task.hash != scaled.task.hash
    assert scaled.rows == (30, 30)


def test_equal_shapes_share_batches(folder: Path) -> None:
    text = """
        [defaults]
        resource = ["none", "bell:1"]
        runs = 1
        steps = [100, 102]
        [[grid]]
        data = ["clusters:0", "clusters:1"]
        seed = [0, 1]
        [[grid]]
        data = "chsh"
    """
    tasks = read_sweep(written(folder, text))
    made = batches(tasks, 5)
    assert [len(batch) for batch in made] == [5, 3, 5, 3, 2, 2]
    assert all(len({item.shape for item in batch}) == 1 for batch in made)
    assert sorted(i.task.hash for b in made for i in b) == sorted(i.task.hash for i in tasks)


@pytest.mark.parametrize(
    "changed",
    ["depth = 3", "learning_rate = 0.1", "runs = 2", "batch_size = 9", 'loss = "product"',
     "validate_every = 7", "b1 = 0.8", 'minibatches = "replacement"', 'schedule = "cosine"',
     'readout = "parity"', 'pooling = "all-but-one"'],
)  # fmt: skip
def test_what_changes_the_program_changes_the_shape(folder: Path, changed: str) -> None:
    base = '[[grid]]\ndata = "chsh"\nresource = "none"\n'
    one, other = read_sweep(written(folder, f"{base}{base}{changed}\n"))
    assert one.shape != other.shape


GRID = '[[grid]]\ndata = "chsh"\nresource = "none"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[grid", "is not TOML"),
        ("", "must hold one or more [[grid]] tables"),
        ("[grid]\ndepth = 1", "must hold one or more [[grid]] tables"),
        ("grid = [1]", "must hold one or more [[grid]] tables"),
        (f"defaults = 3\n{GRID}", "must hold one or more [[grid]] tables"),
        (f"[default]\ndepth = 1\n{GRID}", "Table `default` of"),
        (f"{GRID}dept = 1", "[[grid]] 1: Argument `dept` is unknown: leave it out."),
        (f"{GRID}scale = 'angles'", "`scale` is about data: write data = { source = ..., scale"),
        (f"{GRID}{GRID}depth = 0", "[[grid]] 2: Argument `depth` must be at least 1, but is 0."),
        (f"{GRID}depth = '3'", "`depth` must be a whole number, but is '3'."),
        (f"{GRID}depth = true", "`depth` must be a whole number, but is True."),
        (f"{GRID}depth = [1, [2]]", "`depth` must be a whole number, but is [2]."),
        (f"{GRID}depth = []", "Argument `depth` is an empty list: give a value."),
        (f"{GRID}seed = -1", "`seed` must be at least 0, but is -1."),
        (f"{GRID}batch_size = 99", "`batch_size` must be at most the 16 rows"),
        ('[[grid]]\ndata = "chsh"', "Argument `resource` is missing."),
        ('[[grid]]\nresource = "none"', "Argument `data` must be text or a table"),
        ('[[grid]]\nresource = "none"\ndata = 3', "`data` must be text or a table"),
        ('[[grid]]\nresource = "none"\ndata = "moons:0"', "Data source `moons:0` is unknown"),
        ('[[grid]]\nresource = "none"\ndata = "no.csv"', "no.csv"),
        ('[[grid]]\nresource = "none"\ndata = {scale = "none"}', "option `source` is missing"),
        (
            '[[grid]]\nresource = "none"\ndata = {source = "chsh", label = "y"}',
            "takes no `label`: leave it out.",
        ),
        (
            f"{GRID}seed = {list(range(400))}\nsteps = {list(range(1, 400))}",
            "describes 159600 tasks: use at most 100000 in one sweep.",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line(folder: Path, text: str, message: str) -> None:
    assert message in error_of(folder, text)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a = " + b"[" * 5000])
def test_bytes_that_are_no_toml(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "sweep.toml"
    path.write_bytes(content)
    with pytest.raises(EbitError, match="is not TOML"):
        read_sweep(path)


def test_no_file(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(EbitError, match=f"^Cannot read '{re.escape(str(path))}'"):
            read_sweep(path)


JUNK = st.recursive(
    st.one_of(st.booleans(), st.integers(), st.floats(), st.just("chsh"), st.just("x")),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


@given(st.sampled_from(sorted({"data", *OTHER})), JUNK)
def test_any_value_is_taken_or_refused_in_one_line(name: str, value: Any) -> None:
    table = {"data": "chsh", "resource": "none", name: value}
    content = {"grid": [table]}
    try:
        for _, settings in sweep.grid_points(content, Path("a.toml")):
            source = sweep._source(settings.pop("data"), Path())
            task_of(load(source), settings)
    except EbitError as error:
        assert len(str(error).splitlines()) == 1, error


def test_the_published_tables() -> None:
    tasks = read_sweep(BENCHMARKS / "sweeps" / "kim2026-tables.toml")
    shared = 5  # tasks that tables S4 and S5 have in common
    assert len(tasks) == 15 + 25 + 10 - shared
    assert sum(item.task.training.runs for item in tasks) == 325 - 5 * shared
