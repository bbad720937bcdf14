"""The command line: one clear line on wrong use, results on right use."""

import subprocess
import sys
from concurrent.futures.process import BrokenProcessPool

import pytest

import shallow_cmr
from shallow_cmr.cli import main
from shallow_cmr.methods import all_methods
from shallow_cmr.protocol import get_protocol

TOML = """
sizes = [2]
[[datasets]]
name = "openclipart"
splits = [0]
[[methods]]
name = "PLS"
[[methods]]
name = "CVH"
label = "hash"
"""


@pytest.fixture
def suite(tmp_path):
    """Path of a suite with two cells."""
    path = tmp_path / "small.toml"
    path.write_text(TOML)
    return str(path)


def bench(suite, out, *more):
    """Run bench in this process."""
    return main(["bench", suite, "--out", str(out), "--n-jobs", "1", *more])


def test_list_names_every_method_with_its_paper(capsys):
    assert main(["list"]) == 0
    printed = capsys.readouterr().out
    for name, method in all_methods().items():
        assert name in printed
        assert method.supervision in printed
    assert "Hotelling (1936)" in printed


def test_bench_prints_the_leaderboard_its_protocol_and_the_paths(suite, tmp_path, capsys):
    assert bench(suite, tmp_path / "out") == 0
    printed = capsys.readouterr().out
    assert "PLS" in printed
    assert "hash" in printed
    assert "chance" in printed
    assert str(get_protocol("heldout")) in " ".join(printed.split())
    for name in ("report.html", "results.csv", "figure.png"):
        assert str(tmp_path / "out" / name) in printed
        assert (tmp_path / "out" / name).stat().st_size > 0


def test_bench_says_what_it_found_and_fresh_computes_again(suite, tmp_path, capsys):
    bench(suite, tmp_path / "out")
    first = (tmp_path / "out" / "results.csv").read_bytes()
    capsys.readouterr()
    bench(suite, tmp_path / "out")
    assert "2 of 2 cells found" in capsys.readouterr().out
    bench(suite, tmp_path / "out", "--fresh")
    assert "cells found" not in capsys.readouterr().out
    assert (tmp_path / "out" / "results.csv").read_bytes() == first


def test_report_rebuilds_from_the_cells_alone(suite, tmp_path, capsys):
    bench(suite, tmp_path / "out")
    made = {name: (tmp_path / "out" / name).read_bytes() for name in ("report.html", "results.csv", "figure.png")}
    for name in made:
        (tmp_path / "out" / name).unlink()
    assert main(["report", str(tmp_path / "out")]) == 0
    assert {name: (tmp_path / "out" / name).read_bytes() for name in made} == made


def test_methods_selects_by_label(suite, tmp_path, capsys):
    assert bench(suite, tmp_path / "out", "--methods", "hash") == 0
    assert "PLS" not in (tmp_path / "out" / "results.csv").read_text()


def test_methods_may_be_given_one_by_one(suite, tmp_path, capsys):
    assert bench(suite, tmp_path / "out", "--methods", "hash", "--methods", "PLS") == 0
    scores = (tmp_path / "out" / "results.csv").read_text()
    assert "PLS" in scores
    assert "hash" in scores


def test_the_default_folder_is_found_again(suite, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments = ["bench", suite, "--n-jobs", "1"]
    assert main(arguments) == 0
    assert main(arguments) == 0
    assert "2 of 2 cells found in shallow_cmr_results" in capsys.readouterr().out
    assert main(["report", "shallow_cmr_results"]) == 0


def test_a_folder_of_other_files_is_left_alone_and_refused(suite, tmp_path, capsys):
    (tmp_path / "report.html").write_text("my report")
    (tmp_path / "run.json").write_text('{"cells": []}')
    before = sorted(path.name for path in tmp_path.iterdir())
    assert bench(suite, tmp_path) == 2
    assert "but no results of shallow-cmr bench; choose a new or an empty folder" in capsys.readouterr().err
    assert main(["report", str(tmp_path)]) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert (tmp_path / "report.html").read_text() == "my report"


def test_off_a_terminal_the_last_line_counts_every_cell(suite, tmp_path, capsys):
    bench(suite, tmp_path / "out")
    assert "2 of 2 cells done, " in capsys.readouterr().out


def test_a_failed_cell_sets_the_exit_status_and_is_told(suite, tmp_path, capsys):
    with open(suite, "a") as file:
        file.write("sizes = [500]\n")
    assert bench(suite, tmp_path / "out") == 1
    printed = " ".join(capsys.readouterr().out.split())
    assert "failed: CVH(n_bits=500)" in printed
    assert "ValueError" in printed


def test_a_run_without_any_score_still_reports_and_draws_nothing(tmp_path, capsys):
    (tmp_path / "bad.toml").write_text(TOML.replace("sizes = [2]", "sizes = [500]"))
    assert bench(str(tmp_path / "bad.toml"), tmp_path / "out") == 1
    printed = " ".join(capsys.readouterr().out.split())
    assert printed.count("failed: PLS(n_components=500) on openclipart, split 0: ValueError") == 1
    assert "figure" not in printed
    assert not (tmp_path / "out" / "figure.png").exists()
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Not everything ran" in page
    assert "mAP@all (mean average precision)." in page
    assert "<figure" not in page


def test_a_dead_worker_is_told_with_the_way_on(suite, tmp_path, capsys, monkeypatch):
    def dies(*arguments, **options):
        raise BrokenProcessPool("killed")

    monkeypatch.setattr("shallow_cmr.experiment.runner.run_cell", dies)
    assert bench(suite, tmp_path / "out") == 1
    assert "the same command goes on; try --n-jobs 1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["bench", "no_such_suite"], "no suite 'no_such_suite'"),
        (["bench", "--methods", "KCCA9"], "unknown method of the suite: 'KCCA9'"),
        (["bench", "--methods", "PLS", "quick"], "To run the suite 'quick', write it before --methods"),
        (["bench", "wrong.toml"], "openclipart, split 10: split=10 does not exist; the splits are 0 to 9"),
        (["report", "no_such_folder"], "no_such_folder holds no results"),
    ],
)
def test_wrong_use_is_one_line_and_status_two(arguments, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wrong.toml").write_text(TOML.replace("splits = [0]", "splits = [10]"))
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert message in printed.err
    assert printed.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["wrong.toml"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["bench", "--n-jobs", "0"], "'0' processes cannot work; give -1 for all cores, or 1, 2, ..."),
        (["bench", "--n-jobs", "two"], "'two' processes cannot work; give -1 for all cores, or 1, 2, ..."),
        (["bnech"], "invalid choice: 'bnech'"),
        ([], "arguments are required: {list,bench,report,search}"),
    ],
)
def test_arguments_that_argparse_refuses_have_status_two(arguments, message, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


def test_an_unwritable_folder_is_told_before_any_fit(suite, tmp_path, capsys, monkeypatch):
    def no_fit(*arguments, **options):
        raise AssertionError("a fit ran")

    monkeypatch.setattr("shallow_cmr.experiment.cell.evaluate_queries", no_fit)
    (tmp_path / "file").write_text("")
    assert bench(suite, tmp_path / "file" / "out") == 2
    printed = capsys.readouterr()
    assert "cannot write to" in printed.err
    assert printed.out == ""


def test_an_interrupted_run_says_how_to_go_on(suite, tmp_path, capsys, monkeypatch):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("shallow_cmr.experiment.cell.evaluate_queries", interrupted)
    assert bench(suite, tmp_path / "out") == 130
    assert "the same command goes on" in capsys.readouterr().err


def test_version_and_help_load_no_heavy_library():
    code = (
        "import sys; from shallow_cmr.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'scipy', 'sklearn', 'pandas', 'matplotlib', 'jinja2', 'rich'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    version = subprocess.run(
        [sys.executable, "-m", "shallow_cmr", "--version"], capture_output=True, text=True, check=True
    )
    assert version.stdout.strip() == f"shallow_cmr {shallow_cmr.__version__}"
