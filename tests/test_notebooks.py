"""Every notebook runs from top to bottom in good time, proves its claim in its last cell, and is stored clean."""

import os
import re
from pathlib import Path

import nbformat
import pytest

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
CLEAR = "choose Clear Outputs of All Cells in Jupyter, or run: jupyter nbconvert --clear-output --inplace notebooks/*"
STYLE = "shallow_cmr.reporting.templates.lecture"
CPU_SECONDS = 60  # on one core; most take less than a third of it

each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def _read(path):
    return nbformat.read(path, as_version=4)


def _markdown(path):
    """Return the text of a notebook's markdown cells, or of a markdown file."""
    if path.suffix == ".md":
        return path.read_text(encoding="utf-8")
    return "\n\n".join(cell.source for cell in _read(path).cells if cell.cell_type == "markdown")


def _titles(path):
    return re.findall(r"^# (.+)$", _markdown(path), flags=re.MULTILINE)


@each
def test_it_is_stored_without_output(path):
    notebook = _read(path)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code), CLEAR
    assert all(not cell.metadata for cell in notebook.cells), CLEAR
    assert notebook.metadata.kernelspec.name == "python3", "choose the kernel Python 3, which every reader has"
    assert notebook.metadata.language_info == {"name": "python"}, "leave out the version: it changes with the reader"


@each
def test_its_last_cell_asserts_what_it_claims(path):
    last = _read(path).cells[-1]
    assert last.cell_type == "code"
    assert last.source.startswith("assert") or "\nassert" in last.source


@each
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::RuntimeWarning")
def test_it_runs_without_a_warning_and_in_time(path):
    from nbclient import NotebookClient

    notebook, before = _read(path), os.times()
    where = {"metadata": {"path": str(path.parent)}}
    patience = {"timeout": 600, "startup_timeout": 300}  # for machines with much else to do
    NotebookClient(notebook, kernel_name="python3", resources=where, **patience).execute()
    after = os.times()  # the kernel has ended, so that its time counts as that of a child
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
    spent = sum(getattr(after, name) - getattr(before, name) for name in ("children_user", "children_system"))
    assert spent < CPU_SECONDS, f"{spent:.0f} s of processor time; a reader waits for {CPU_SECONDS} at most"


@pytest.mark.parametrize("path", [*NOTEBOOKS, FOLDER / "README.md"], ids=lambda path: path.stem)
def test_its_links_lead_somewhere(path):
    targets = re.findall(r"\]\(([^)\s]+)\)", _markdown(path))
    local = [target.partition("#")[0] for target in targets if "://" not in target]
    assert [target for target in local if target and not (path.parent / target).exists()] == []


def test_each_has_one_title_of_its_own():
    titles = [_titles(path) for path in NOTEBOOKS]
    assert [len(found) for found in titles] == [1] * len(NOTEBOOKS)
    assert len({found[0] for found in titles}) == len(NOTEBOOKS)


@pytest.mark.parametrize("path", [*NOTEBOOKS, FOLDER / "README.md"], ids=lambda path: path.stem)
def test_each_leads_to_all_others(path):
    linked = re.findall(r"\]\((\w+\.ipynb)\)", _markdown(path))
    assert set(linked) | {path.name} >= {other.name for other in NOTEBOOKS}


def test_figures_have_the_colours_of_the_report():
    from matplotlib import pyplot as plt

    from shallow_cmr.reporting.figures import THEMES

    with plt.style.context(STYLE):
        assert plt.rcParams["axes.prop_cycle"].by_key()["color"] == THEMES["light"]["palette"]
    assert [path.name for path in NOTEBOOKS if STYLE not in path.read_text(encoding="utf-8")] == []
