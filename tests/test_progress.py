"""Progress on a terminal: numbers stay whole however narrow it is."""

import io

import pytest
from rich.console import Console

from shallow_cmr.reporting import progress


@pytest.mark.parametrize("width", [72, 80, 200])
def test_a_narrow_terminal_cuts_the_name_of_the_cell_and_no_number(monkeypatch, width):
    clock = iter(range(0, 10**6, 20))
    monkeypatch.setattr(progress, "monotonic", lambda: next(clock))
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    cells = [("a method with a long name", None), ("a method with a long name", "ValueError")]
    assert progress.follow(iter(cells), 155, console, already=150) == 1
    drawn = console.file.getvalue()
    assert "152/155" in drawn
    assert "3 a minute, about 60 s left, 1 failed" in drawn
    assert ("a method with a long name" in drawn) == (width == 200)
