"""The README is true: its examples run, its table is the generated one, its commands are those of the gate."""

import doctest
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"


def test_the_examples_run_as_printed():
    assert doctest.testfile(str(README), module_relative=False).failed == 0


def test_the_method_table_is_the_generated_one():
    script = runpy.run_path(str(ROOT / "benchmarks" / "method_table.py"), run_name="method_table")
    text = README.read_text(encoding="utf-8")
    assert script["with_table"](text) == text, "run python benchmarks/method_table.py"


@pytest.mark.parametrize(
    "command", ["pip install . && .venv/bin/shallow-cmr bench", "pip install '.[test]' && .venv/bin/pytest"]
)
def test_the_two_command_lines_stand_in_the_first_screen(command):
    first_screen = README.read_text(encoding="utf-8").splitlines()[:20]
    assert f"python3 -m venv .venv && .venv/bin/{command}" in first_screen


def test_every_link_and_picture_leads_to_a_file():
    import re

    for target in re.findall(r"\]\(([^)#]+)\)", README.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (ROOT / target).exists(), target
