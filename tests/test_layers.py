"""The architecture as a table: imports go to lower floors, or to earlier rooms of the same floor."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import shallow_cmr

PACKAGE = Path(shallow_cmr.__file__).parent

FLOORS = [
    [
        *["atomic", "linalg", "labels", "scatter", "moments", "deflation", "rotation", "kernels", "kernel_logistic"],
        *["codes", "relevance", "ranking", "metrics", "protocol", "statistics"],
    ],
    ["base", "compose", "datasets", "scorers", "published"],
    ["real_valued"],
    ["hashing"],
    ["methods"],
    ["checks", "evaluation", "retrieval"],
    ["experiment", "search", "reporting", "reproduction"],
    ["cli", "__main__"],
]
PLACE = {room: (floor, place) for floor, rooms in enumerate(FLOORS) for place, room in enumerate(rooms)}
ROOMS = sorted({path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()})


def _files(room):
    single = PACKAGE / f"{room}.py"
    return [single] if single.exists() else sorted((PACKAGE / room).rglob("*.py"))


def _imports(path):
    """Full names of what a file imports, at module level and inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module
            if node.module == "shallow_cmr":
                yield from (f"shallow_cmr.{alias.name}" for alias in node.names)


def _module_level_imports(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.split(".")[0]


def test_every_room_has_a_floor():
    assert set(ROOMS) - {"__init__"} == set(PLACE)


@pytest.mark.parametrize("room", sorted(PLACE))
def test_imports_go_down(room):
    for path in _files(room):
        for name in _imports(path):
            parts = name.split(".")
            if parts[0] != "shallow_cmr" or len(parts) == 1 or parts[1] in (room, "__version__"):
                continue
            assert parts[1] in PLACE, f"{path.name} imports {name}: name the module, not the package"
            assert PLACE[parts[1]] < PLACE[room], f"{path.name} imports {name}, which is not below {room}"


@pytest.mark.parametrize("room", sorted(PLACE))
def test_heavy_packages_load_only_when_used(room):
    for path in _files(room):
        heavy = {"pandas", "matplotlib", "jinja2", "rich"} & set(_module_level_imports(path))
        assert not heavy, f"{path.name} imports {heavy} at module level"


def test_no_module_is_long():
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in PACKAGE.rglob("*.py")}
    assert {path.name: n for path, n in lengths.items() if n > 350} == {}
    assert sorted(lengths.values())[len(lengths) // 2] <= 120


def test_importing_the_package_loads_neither_pandas_nor_matplotlib():
    script = "import sys, shallow_cmr; print(sorted({'pandas', 'matplotlib', 'sklearn', 'rich'} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_the_top_level_offers_at_most_forty_names_and_each_exists():
    public = [name for name in dir(shallow_cmr) if not name.startswith("_")]
    assert len(public) <= 40
    assert all(getattr(shallow_cmr, name) is not None for name in public)
    with pytest.raises(AttributeError, match="no attribute 'CAA'"):
        shallow_cmr.CAA  # noqa: B018
