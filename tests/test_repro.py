"""Published numbers beside ours: the catalogue is complete, the verdicts are right, the tables say all of it."""

import csv
import io
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from types import SimpleNamespace

import pytest

import shallow_cmr.reproduction
from shallow_cmr.cli import main
from shallow_cmr.evaluation import DIRECTIONS
from shallow_cmr.experiment import load_results
from shallow_cmr.methods import all_methods
from shallow_cmr.protocol import get_protocol
from shallow_cmr.published import load_published
from shallow_cmr.reproduction import (
    Comparison,
    Part,
    Reference,
    Run,
    compare,
    print_comparisons,
    read_reproduction,
    write_comparisons,
)
from shallow_cmr.reproduction.legend import Legend
from shallow_cmr.reproduction.references import find_reference
from shallow_cmr.reproduction.rows import CSV_COLUMNS

CATALOGUE = read_reproduction("wikipedia")
RUNS = [(part, run) for part in CATALOGUE.parts for run in part.runs]
NAMES = [f"{part.name}: {run.label}" for part, run in RUNS]
QUICK = ["CVH", "CCA", "CCA, rho", "RegressionPLS"]


def results(catalogue, value, *, error=None):
    """Made-up results: `value(run, size, direction, measure)` is the score of each seed, `error` that of every cell."""
    return {
        part.name: SimpleNamespace(
            rows=[
                {"label": run.label, "n_dimensions": size, "direction": direction, "measure": measure.name}
                | {"value": value(run, size, direction, measure.name), "chance": 0.1114, "error": error}
                for run in part.runs
                for size in run.sizes
                for direction in DIRECTIONS
                for measure in part.protocol.get_measures()
            ]
        )
        for part in catalogue.parts
    }


def only(labels):
    """The catalogue with the runs of these labels; parts without any are left out."""
    kept = [replace(part, runs=tuple(run for run in part.runs if run.label in labels)) for part in CATALOGUE.parts]
    return replace(CATALOGUE, parts=tuple(part for part in kept if part.runs))


def far(*_):
    """A score that is far from all published ones."""
    return 0.987


def one(reference, **changes):
    """A made-up catalogue of one run, CCA of 7, held against `reference` (.2463 and .2007)."""
    measured = ({"method": "CCA", "variant": "plain", "features": "SIFT-128 + LDA-10, z-scored"},)
    run = Run("CCA", (7,), 0.003, measured=measured if reference == "measured" else (), **changes)
    return replace(CATALOGUE, parts=(Part("zscored", "One", "rasiwasia", (run,)),))


def verdicts(catalogue, difference):
    """The verdicts where ours differs by so much from the number it is held against."""
    values = {"image->text": 0.2463 + difference, "text->image": 0.2007 + difference}
    return {found.verdict for found in compare(catalogue, results(catalogue, lambda *at: values[at[2]]))}


# The catalogue


def test_every_method_of_the_package_is_held_against_something():
    assert {run.method for _, run in RUNS} == set(all_methods())
    compared = {(found.part.name, found.run.label) for found in compare(CATALOGUE, results(CATALOGUE, far))}
    assert compared == {(part.name, run.label) for part, run in RUNS}
    assert all(found.references for found in compare(CATALOGUE, results(CATALOGUE, far)))


@pytest.mark.parametrize(("part", "run"), RUNS, ids=NAMES)
def test_every_selection_finds_published_numbers_and_never_two(part, run):
    for selection in (*run.published, *run.measured):
        found = [
            find_reference(
                selection, {"dataset": "Wikipedia", "direction": way, "measure": "mAP@all"}, size, part.protocol
            )
            for size in run.sizes
            for way in DIRECTIONS
        ]
        assert any(found)
        kinds = {row["kind"] == "published" for row in found if row}
        assert kinds == {selection in run.published}


def test_references_are_rows_of_the_published_numbers():
    rows = load_published()
    for found in compare(CATALOGUE, results(CATALOGUE, far)):
        assert all(reference.row in rows for reference in found.references)


def test_every_reason_is_used_and_none_accounts_for_chance():
    assert {name for _, run in RUNS for name in run.reasons} == set(CATALOGUE.reasons)
    for found in compare(CATALOGUE, results(CATALOGUE, lambda *_: 0.1114)):
        known = found.run.label == "CVH beyond rank"  # whose published scores are those of noise
        assert known or found.verdict == "unexplained"


def test_the_parts_follow_the_presets_that_papers_name():
    unified, modality, *real = CATALOGUE.parts
    fields = ("codes", "metric", "ties", "no_relevant", "relevant")
    assert all(getattr(unified.protocol, name) == getattr(get_protocol("seph"), name) for name in fields)
    assert replace(modality.protocol, codes="unified", name="seph", note="") == replace(unified.protocol, note="")
    assert all(part.protocol == get_protocol("rasiwasia") for part in real)


def test_a_part_is_a_suite_whose_methods_keep_their_sizes():
    for part in CATALOGUE.parts:
        cells = CATALOGUE.suite(part).cells()
        assert {(cell.method.label, cell.size) for cell in cells} == {
            (run.label, size) for run in part.runs for size in run.sizes
        }
        assert {cell.seed for cell in cells if cell.method.draws_random_numbers} <= {0, 1, 2}


@pytest.mark.parametrize(("part", "run"), RUNS, ids=NAMES)
def test_the_call_that_is_printed_makes_what_is_run(part, run):
    for size in run.sizes:
        assert repr(eval(run.call(size), all_methods())) == repr(run.entry.build(size))


def test_an_unknown_reason_is_refused():
    with pytest.raises(ValueError, match=r"unknown reason of 'CCA': 'weather'; known: .*cca_unstated"):
        one("measured", reasons={"weather": (0, 1)})


def test_as_many_bands_as_sizes_are_needed():
    with pytest.raises(ValueError, match="band of 'CVH' has 1 numbers for 2 sizes"):
        Run("CVH", (8, 9), (0.01,))


def test_an_ambiguous_selection_is_refused():
    where = {"dataset": "Wikipedia", "direction": "image->text", "measure": "mAP@all"}
    with pytest.raises(ValueError, match=r"[2-9] published numbers match .* name more columns"):
        find_reference({"method": "SePH"}, where, 16, CATALOGUE.parts[0].protocol)


# Verdicts


@pytest.mark.parametrize("difference", [0, 0.003, -0.003, 0.00304])
def test_differences_up_to_the_band_agree(difference):
    assert verdicts(one("measured"), difference) == {"in band"}


@pytest.mark.parametrize("difference", [0.0031, -0.0031, 0.5])
def test_a_difference_beyond_the_band_needs_a_reason(difference):
    assert verdicts(one("measured"), difference) == {"unexplained"}


def test_a_reason_accounts_for_differences_of_its_size_alone():
    catalogue = one("measured", reasons={"cca_unstated": (-0.02, 0.01)})
    assert verdicts(catalogue, -0.02) == verdicts(catalogue, 0.01) == {"explained"}
    assert verdicts(catalogue, -0.0201) == verdicts(catalogue, 0.0101) == {"unexplained"}
    assert verdicts(catalogue, 0.001) == {"in band"}


def test_each_size_may_have_its_band():
    run = Run("CVH", (8, 16), (0.1, 0.2), published_band=0.3)
    assert [run.band_at(size, published=False) for size in (8, 16)] == [0.1, 0.2]
    assert run.band_at(8, published=True) == 0.3
    assert replace(run, published_band=None).band_at(16, published=True) == 0.2


@pytest.mark.parametrize(
    ("printed", "other", "verdict"),
    [
        ((0.0, ()), None, "in band"),
        ((0.0, ()), (0.5, ("why",)), "explained"),
        ((0.5, ()), (0.5, ("why",)), "unexplained"),
        (None, (-0.5, ()), "unexplained"),
    ],
)
def test_the_worst_reference_decides(printed, other, verdict):
    references = [found and Reference({}, found[0], 0.1, found[1]) for found in (printed, other)]
    part, run = RUNS[0]
    assert Comparison(part, run, "mAP@all", 16, "image->text", (0.2,), *references).verdict == verdict


def test_ours_is_the_mean_over_seeds():
    part, run = RUNS[0]
    found = Comparison(part, run, "mAP@all", 16, "image->text", (0.1, 0.2, 0.6))
    assert found.ours == pytest.approx(0.3)
    assert found.std == pytest.approx(0.07**0.5)


def test_several_numbers_of_a_kind_have_a_row_each():
    found = [found for found in compare(CATALOGUE, results(CATALOGUE, far)) if found.run.label == "CCA"]
    sources = [(found.direction, found.published.row["source"]) for found in found]
    assert sources == [
        (way, source) for way in DIRECTIONS for source in ("Zhu et al. (2020)", "Rasiwasia et al. (2010)")
    ]
    assert [found.measured is None for found in found] == [False, True] * 2


def test_a_failed_fit_is_a_row_that_says_so():
    found = compare(CATALOGUE, results(CATALOGUE, far, error="ValueError: no luck"))
    assert {row.verdict for row in found} == {"failed"}
    assert {row.ours for row in found} == {None}


# Tables


def printed(catalogue, comparisons, width):
    """What the terminal shows."""
    from rich.console import Console

    console = Console(width=width, file=io.StringIO(), highlight=False)
    print_comparisons(catalogue, comparisons, console)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [80, 120])
def test_a_terminal_shows_every_number_whole(width):
    comparisons = compare(CATALOGUE, results(CATALOGUE, far))
    text = printed(CATALOGUE, comparisons, width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    for found in comparisons:
        for reference in found.references:
            assert f"{reference.row['value']:.4f}"[1:] in text
        assert (found.run.label if width == 80 else found.call.split("(")[0]) in text
    for part in CATALOGUE.parts:
        assert " ".join(part.convention.split()) in " ".join(text.split())
        assert f"database: the {'training' if part.protocol.database == 'train' else 'test'} items" in " ".join(
            text.split()
        )


def test_what_is_out_of_band_is_marked_and_its_reason_told():
    catalogue = one("measured", reasons={"cca_unstated": (-0.02, 0.01)})
    values = {"image->text": 0.2563, "text->image": 0.3007}
    comparisons = compare(catalogue, results(catalogue, lambda *at: values[at[2]]))
    for text in (printed(catalogue, comparisons, 80), write(catalogue, comparisons)[0].replace("\\", "")):
        assert "+.0100*" in text
        assert "+.1000!" in text
        assert " ".join(catalogue.reasons["cca_unstated"].split()[:5]) in text
        assert "pls" not in text.lower()
        assert "2 comparisons: 0 within the band, 1 beyond it for a stated reason (*), 1 without one (!)." in " ".join(
            text.split()
        )


def write(catalogue, comparisons, folder=None):
    """The text of both files; markdown alone where there is no folder."""
    from shallow_cmr.reproduction.tables import render_markdown

    if folder is None:
        return [render_markdown(catalogue, comparisons, [])]
    return [file.read_text(encoding="utf-8") for file in write_comparisons(catalogue, comparisons, [], folder)]


def test_sources_beyond_the_alphabet_have_two_letters():
    legend = Legend({str(place): {} for place in range(60)}, {})
    letters = [legend.letter({"source": str(place)}) for place in range(60)]
    assert letters[25:28] == ["z", "aa", "ab"]
    assert len(set(letters)) == 60


def test_markdown_tables_are_rectangular_and_hold_the_calls():
    text = write(CATALOGUE, compare(CATALOGUE, results(CATALOGUE, far)))[0]
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {12}
    assert "`CCA(9, reg=0.1, power=1)`" in text
    assert "Unverified: not to be cited." in text


def test_the_csv_file_has_a_row_a_comparison_and_numbers_of_four_decimals(tmp_path):
    comparisons = compare(CATALOGUE, results(CATALOGUE, lambda *_: 0.123456789))
    rows = list(csv.DictReader(io.StringIO(write(CATALOGUE, comparisons, tmp_path)[1], newline="")))
    assert len(rows) == len(comparisons)
    assert tuple(rows[0]) == CSV_COLUMNS
    assert {row["ours"] for row in rows} == {"0.1235"}
    assert all(float(row["measured_difference"]) == round(0.1235 - float(row["measured_value"]), 4)
               for row in rows if row["measured_value"])  # fmt: skip


def test_the_files_are_the_same_each_time(tmp_path):
    comparisons = compare(CATALOGUE, results(CATALOGUE, far))
    assert write(CATALOGUE, comparisons, tmp_path) == write(CATALOGUE, comparisons, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["repro.csv", "repro.md"]


# The command


@pytest.fixture
def quick(monkeypatch):
    """Let the command read a few quick runs; a function that changes them."""

    def use(catalogue):
        monkeypatch.setattr(shallow_cmr.reproduction, "read_reproduction", lambda name: catalogue)

    use(only(QUICK))
    return use


def repro(*arguments):
    return main(["repro", "wikipedia", "--n-jobs", "1", *map(str, arguments)])


def test_published_numbers_are_reached_and_written(quick, wikipedia_folder, tmp_path, capsys):
    assert repro("--data", wikipedia_folder, "--out", tmp_path / "out") == 0
    first = capsys.readouterr().out
    files = {name: (tmp_path / "out" / name).read_bytes() for name in ("repro.md", "repro.csv")}
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "modality",
        "repro.csv",
        "repro.md",
        "zscored",
    ]
    assert "0 without one (!)" in " ".join(first.split())
    assert ".1902" in first  # CVH(8, reg=1e-4)
    assert b",explained,cca_unstated," in files["repro.csv"]
    assert load_results(tmp_path / "out" / "zscored").failures == []

    assert repro("--data", wikipedia_folder, "--out", tmp_path / "out") == 0
    assert "5 of 5 cells found" in capsys.readouterr().out
    assert {name: (tmp_path / "out" / name).read_bytes() for name in files} == files


def test_a_number_out_of_its_band_without_a_reason_is_status_one(quick, wikipedia_folder, tmp_path, capsys):
    part = only(["RegressionPLS"]).parts[0]
    strict = replace(part, runs=(replace(part.runs[0], band=1e-4),))
    quick(replace(CATALOGUE, parts=(strict,)))
    assert repro("--data", wikipedia_folder, "--out", tmp_path) == 1
    assert "-.0002!" in capsys.readouterr().out


def test_a_failing_fit_is_status_one_and_told(quick, wikipedia_folder, tmp_path, capsys):
    part = only(["RegressionPLS"]).parts[0]
    quick(replace(CATALOGUE, parts=(replace(part, runs=(replace(part.runs[0], method="CCA", sizes=(50,)),)),)))
    assert repro("--data", wikipedia_folder, "--out", tmp_path) == 1
    told = " ".join(capsys.readouterr().out.split())
    assert "failed: CCA(50): ValueError: n_components=50 is more than the 9 dimensions" in told


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["repro", "flickr"], "unknown reproduction: 'flickr'; known: wikipedia"),
        (["repro", "wikipedia", "--data", "{tmp}/nowhere", "--out", "{tmp}/out"], "raw_features.mat"),
        (["repro", "wikipedia", "--out", "{tmp}"], "holds files (such as thesis.tex) that no repro wrote"),
    ],
)
def test_wrong_use_is_one_line_and_status_two(arguments, message, tmp_path, capsys):
    (tmp_path / "thesis.tex").write_text("mine")
    assert main([argument.replace("{tmp}", str(tmp_path)) for argument in arguments]) == 2
    told = capsys.readouterr()
    assert message in told.err
    assert told.out == ""
    assert (tmp_path / "thesis.tex").read_text() == "mine"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("raised", "status", "message"), [
    (KeyboardInterrupt(), 130, "Interrupted."),
    (BrokenProcessPool("out of memory"), 1, "a process died"),
])  # fmt: skip
def test_a_stopped_run_says_how_to_go_on(
    raised, status, message, quick, wikipedia_folder, tmp_path, capsys, monkeypatch
):
    def stop(*_, **__):
        raise raised

    monkeypatch.setattr(shallow_cmr.reproduction, "run_parts", stop)
    assert repro("--data", wikipedia_folder, "--out", tmp_path) == status
    told = capsys.readouterr().err
    assert message in told
    assert "the same command goes on" in told
