"""Comparisons of methods: the numbers are those of the tests, and every table marks what they found."""

import csv
import io
import re
import shutil
import subprocess

import numpy as np
import pytest
from scipy import stats

from shallow_cmr.experiment import Results
from shallow_cmr.reporting import (
    compare_methods,
    comparison_rows,
    leaderboards,
    print_leaderboard,
    to_latex,
    to_markdown,
    write_outputs,
)
from shallow_cmr.statistics import adjust_p_values, resampled_t_test

WAYS = ("image->text", "text->image")


def row(label, size, way, split, value, *, seed=None, dataset="made up", measure="mAP@all", n_train=300, **more):
    """A row of results with what the comparisons read."""
    return {
        "label": label,
        "method": label,
        "parameters": f"{label}()",
        "n_dimensions": size,
        "dataset": dataset,
        "split": split,
        "seed": seed,
        "direction": way,
        "measure": measure,
        "value": value,
        "chance": 0.1,
        "n_queries": 100,
        "n_train": n_train,
        "error": None,
        **more,
    }


def results(rows, cells=()):
    """Results of rows, and of cells where queries matter."""
    return Results({"title": "", "description": "", "protocol": "a protocol", "methods": []}, list(rows), list(cells))


def over_splits(scores, **more):
    """Rows of ``{label: [score of each split]}``, the second direction .1 below the first; None: the split failed."""
    return [
        row(label, 8, way, split, value - 0.1 * place, **more)
        for label, values in scores.items()
        for split, value in enumerate(values)
        if value is not None
        for place, way in enumerate(WAYS)
    ]


def over_queries(scores, *, split=None, seed=None, size=8):
    """Rows and cells of ``{label: {way: [score of each query]}}`` on one split."""
    rows, cells = [], []
    for label, by_way in scores.items():
        means = {way: np.nanmean(np.array(values, dtype=float)) for way, values in by_way.items()}
        rows += [row(label, size, way, split, mean, seed=seed) for way, mean in means.items()]
        cells.append(
            {
                "label": label,
                "dataset": "made up",
                "n_dimensions": size,
                "split": split,
                "seed": seed,
                "result": {"per_query": by_way},
            }
        )
    return rows, cells


SPLITS = {
    "best": [0.50, 0.54, 0.52, 0.57, 0.53],
    "near": [0.49, 0.55, 0.50, 0.58, 0.51],
    "far": [0.30, 0.33, 0.31, 0.37, 0.33],
}


def with_best(board, column=(None, None)):
    """``{label: comparison}`` with the best of a column."""
    return {line.other: line for line in board.comparisons.with_best(column)}


def test_over_splits_the_mean_differences_are_tested_with_the_correction_of_nadeau_and_bengio():
    (board,) = leaderboards(results(over_splits(SPLITS)))
    d = np.subtract(SPLITS["best"], SPLITS["near"])
    line, expected = with_best(board)["near"], resampled_t_test(d, n_train=300, n_test=100)
    assert line.difference == pytest.approx(expected.difference)
    assert line.standard_error == pytest.approx(d.std(ddof=1) * np.sqrt(1 / 5 + 1 / 3))
    assert line.p_value == pytest.approx(expected.p_value)
    assert (line.verdict, with_best(board)["far"].verdict) == ("not separable", "best is better than far")
    assert board.comparisons.sentence == (
        "Nadeau-Bengio corrected t-test over 5 splits, Holm correction within a column, level .05"
    )


def test_few_splits_are_said_to_show_large_and_steady_differences_alone():
    (board,) = leaderboards(results(over_splits({label: values[:3] for label, values in SPLITS.items()})))
    assert "over 3 splits, which show large and steady differences alone, Holm" in board.comparisons.sentence


def test_over_the_queries_of_one_split_the_test_is_the_paired_one_and_directions_are_averaged_in_each():
    rng = np.random.default_rng(0)
    hard = rng.uniform(size=60)
    a, b = ({way: (hard + rng.normal(shift, 0.1, 60)).tolist() for way in WAYS} for shift in (0.1, 0.0))
    (board,) = leaderboards(results(*over_queries({"a": a, "b": b})))
    one_way = with_best(board, (8, "image->text"))["b"]
    theirs = stats.ttest_rel(a["image->text"], b["image->text"])
    assert one_way.p_value == pytest.approx(theirs.pvalue)
    both = stats.ttest_rel(*(np.mean([method[way] for way in WAYS], axis=0) for method in (a, b)))
    assert with_best(board)["b"].p_value == pytest.approx(both.pvalue)
    assert "over the queries of the one split" in board.comparisons.sentence


def test_queries_that_the_protocol_lets_out_are_let_out_of_the_test():
    scores = {"a": {WAYS[0]: [0.9, None, 0.5, 0.7]}, "b": {WAYS[0]: [0.5, None, 0.4, 0.1]}}
    (board,) = leaderboards(results(*over_queries(scores)))
    assert with_best(board)["b"].p_value == pytest.approx(stats.ttest_rel([0.9, 0.5, 0.7], [0.5, 0.4, 0.1]).pvalue)


def test_scores_of_other_queries_are_no_pairs():
    scores = {"a": {WAYS[0]: [0.9, 0.8, 0.7]}, "b": {WAYS[0]: [0.5, 0.4, 0.1]}, "c": {WAYS[0]: [0.5, 0.2]}}
    (board,) = leaderboards(results(*over_queries(scores)))
    assert with_best(board)["b"].n_queries == 3
    assert with_best(board)["c"].verdict.startswith("not compared")
    (row,) = [line for line in comparison_rows([board]) if line["other"] == "c" and line["family"] == "with the best"][
        :1
    ]
    assert (row["p_value"], row["n_queries"]) == (None, None)


def test_queries_of_several_splits_are_never_pooled():
    rng = np.random.default_rng(1)
    rows, cells = [], []
    for split in (0, 1):
        scores = {name: {way: rng.uniform(size=50).tolist() for way in WAYS} for name in ("a", "b")}
        more_rows, more_cells = over_queries(scores, split=split)
        rows, cells = rows + more_rows, cells + more_cells
    (board,) = leaderboards(results(rows, cells))
    assert "over 2 splits" in board.comparisons.sentence
    (line,) = board.comparisons.with_best((None, None))
    means = {
        name: [np.mean([r["value"] for r in rows if (r["label"], r["split"]) == (name, s)]) for s in (0, 1)]
        for name in "ab"
    }
    d = np.subtract(means[line.method], means[line.other])
    assert line.p_value == pytest.approx(resampled_t_test(d, 300, 100).p_value)


def test_seeds_are_averaged_within_a_split_so_that_they_add_no_units():
    rng = np.random.default_rng(2)
    once, seeded = over_splits(SPLITS), []
    for line in once:
        shift = rng.normal(0, 0.05)
        seeded += [
            {**line, "seed": seed, "value": line["value"] + sign * shift} for seed, sign in enumerate((1, 0, -1))
        ]
    (one,), (three,) = leaderboards(results(once)), leaderboards(results(seeded))
    for label, line in with_best(one).items():
        assert with_best(three)[label].p_value == pytest.approx(line.p_value)
        assert with_best(three)[label].n_splits == 5


def test_seeds_are_averaged_within_a_query():
    rng = np.random.default_rng(3)
    means, shifts = ({name: rng.uniform(size=30) for name in "ab"} for _ in range(2))
    rows, cells = [], []
    for seed, sign in enumerate((1, -1)):
        scores = {name: {WAYS[0]: (means[name] + sign * shifts[name]).tolist()} for name in "ab"}
        more_rows, more_cells = over_queries(scores, seed=seed)
        rows, cells = rows + more_rows, cells + more_cells
    (board,) = leaderboards(results(rows, cells))
    (line,) = board.comparisons.with_best((None, None))
    assert line.p_value == pytest.approx(stats.ttest_rel(means["a"], means["b"]).pvalue)
    assert line.n_queries == 30


def test_methods_are_compared_on_the_splits_that_they_share():
    (board,) = leaderboards(results(over_splits(SPLITS | {"near": [None, 0.55, 0.50, None, 0.51]})))
    line = with_best(board)["near"]
    d = np.subtract([0.54, 0.52, 0.53], [0.55, 0.50, 0.51])
    assert line.p_value == pytest.approx(resampled_t_test(d, 300, 100).p_value)
    assert (line.n_splits, line.n_queries) == (3, 100)
    assert with_best(board)["far"].n_splits == 5


def test_a_pair_that_shares_too_little_is_named_and_takes_no_part_in_the_correction():
    (board,) = leaderboards(results(over_splits(SPLITS | {"lost": [0.52, None, None, None, None]})))
    (without,) = leaderboards(results(over_splits(SPLITS)))
    line = with_best(board)["lost"]
    assert (line.p_value, line.separable) == (None, False)
    assert line.verdict == "not compared: they share fewer than two splits or queries"
    for label, other in with_best(without).items():
        assert with_best(board)[label].p_adjusted == other.p_adjusted
    assert "| lost | – | – | – | not compared: they share fewer than two splits or queries |" in to_markdown(board)


def test_a_failed_method_is_in_no_comparison():
    failed = {**row("broken", 8, None, 0, None), "chance": None, "error": "ValueError: no"}
    (board,) = leaderboards(results([*over_splits(SPLITS), failed]))
    assert not any("broken" in (line.method, line.other) for line in board.comparisons.lines)


def test_a_method_at_one_size_is_compared_there_and_not_in_the_mean():
    rows = over_splits(SPLITS) + [{**line, "n_dimensions": 16} for line in over_splits(SPLITS)]
    rows += over_splits({"once": [0.9, 0.91, 0.92, 0.9, 0.93]})
    (board,) = leaderboards(results(rows))
    assert set(with_best(board, (8, None))) == {"best", "near", "far"}
    assert set(with_best(board)) == {"near", "far"}
    assert set(with_best(board, (16, "image->text"))) == {"near", "far"}
    assert {line.method for line in board.comparisons.with_best((8, None))} == {"once"}


def test_each_family_is_corrected_for_its_own_comparisons():
    rng = np.random.default_rng(3)
    scores = {f"m{j}": (rng.normal(0.5, 0.02, 6) - 0.02 * j).tolist() for j in range(5)}
    for correction in ("Holm", "Benjamini-Hochberg"):
        data = results(over_splits(scores))
        comparisons = compare_methods(leaderboards(data)[0], data, correction=correction)
        for family, size in (("with the best", 4), ("all pairs", 10)):
            lines = [e for e in comparisons.lines if (e.n_dimensions, e.direction, e.family) == (None, None, family)]
            assert len(lines) == size
            adjusted = adjust_p_values([line.p_value for line in lines], correction)
            assert [line.p_adjusted for line in lines] == adjusted.tolist()
            assert [line.separable for line in lines] == (adjusted <= 0.05).tolist()
        assert f"{correction} correction" in comparisons.sentence


def test_every_pair_is_listed_once_a_column_the_better_mean_first():
    rows = over_splits(SPLITS) + [{**line, "n_dimensions": 16} for line in over_splits(SPLITS)]
    (board,) = leaderboards(results(rows))
    lines = [line for line in board.comparisons.lines if line.family == "all pairs"]
    assert len(lines) == 3 * (1 + 2 + 4)
    assert all(line.difference > 0 for line in lines)
    pairs = {(line.n_dimensions, line.direction, *sorted((line.method, line.other))) for line in lines}
    assert len(pairs) == len(lines)


def test_equal_methods_are_both_best_and_not_separable():
    (board,) = leaderboards(results(over_splits({"one": SPLITS["best"], "two": SPLITS["best"]})))
    (line,) = board.comparisons.with_best((None, None))
    assert (line.difference, line.p_value, line.separable) == (0.0, 1.0, False)
    assert to_markdown(board).count("**.") == 6
    assert "=." not in to_markdown(board)


def test_where_lower_is_better_the_lowest_is_the_best_everywhere():
    ranks = {"good": [3.0, 3.5, 3.2], "bad": [9.0, 9.9, 9.4], "worst": [12.0, 12.8, 12.5]}
    (board,) = leaderboards(results(over_splits(ranks, measure="mean rank")))
    assert [line.label for line in board.lines] == ["good", "bad", "worst"]
    assert re.search(r"\| good \| \*\*3\.233\*\*", to_markdown(board))
    assert r"good & \textbf{3.233}" in to_latex(board)
    assert r"bad & \underline{9.433}" in to_latex(board)
    line = with_best(board)["worst"]
    assert line.difference < 0
    assert line.verdict == "good is better than worst"
    assert (line.method, with_best(board)["bad"].method) == ("good", "good")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (results(over_splits(SPLITS, n_train=None)), "the results do not say how many items a split trained on"),
        (results(over_splits({"a": [0.5], "b": [0.4]})), "the results hold no score of each query"),
        (
            results(over_splits({"a": [3.0], "b": [4.0]}, measure="median rank")),
            "a median over the queries of one split is no mean",
        ),
    ],
)
def test_where_no_test_can_be_made_tables_say_why_and_mark_nothing(data, reason):
    (board,) = leaderboards(data)
    assert board.comparisons.lines == ()
    assert f"Not tested: {reason}." in to_markdown(board)
    assert f"Not tested: {reason}." in to_latex(board)
    assert "=." not in printed(board)
    assert comparison_rows([board]) == []


def test_one_method_alone_is_not_said_to_be_untested():
    (board,) = leaderboards(results(over_splits({"alone": SPLITS["best"]}, n_train=None)))
    assert "ot tested" not in to_markdown(board) + to_latex(board) + printed(board)


def printed(board):
    """What a terminal of 200 characters shows."""
    from rich.console import Console

    console = Console(file=io.StringIO(), width=200)
    print_leaderboard(board, console)
    return console.file.getvalue()


def test_every_table_marks_the_level_methods_and_no_others():
    (board,) = leaderboards(results(over_splits(SPLITS)))
    marked = {column: board.comparisons.level_with_best(column) for column in [*board.columns, (None, None)]}
    assert list(marked.values()) == 3 * [{"near"}]
    assert to_markdown(board).count("=.") == printed(board).count("=.") == 3
    assert re.search(r"^\| near \| =\.526 ± \.038 \| =\.426 ± \.038 \| =\.476", to_markdown(board), re.MULTILINE)
    (line,) = [line for line in to_latex(board).splitlines() if line.startswith("near")]
    assert line.count(r"\rlap{\textsuperscript{$\bullet$}}") == 3
    assert to_latex(board).count(r"\rlap") == 3


def test_every_table_names_test_correction_and_level():
    (board,) = leaderboards(results(over_splits(SPLITS)))
    for text in (to_markdown(board), to_latex(board), printed(board)):
        assert board.comparisons.sentence in " ".join(text.split())


def test_the_second_table_says_by_how_much_the_best_leads():
    markdown = to_markdown(leaderboards(results(over_splits(SPLITS)))[0])
    assert "best, the best in the mean, less each other method:" in markdown
    assert re.search(r"\| far \| \.204 ± \.00\d \| <\.001 \| <\.001 \| separable \|", markdown)
    assert re.search(r"\| near \| \.006 ± \.0\d\d \| \.\d{3} \| \.\d{3} \| not separable \|", markdown)


def test_the_best_in_latex_is_bold_and_the_second_underlined_in_each_column():
    (board,) = leaderboards(results(over_splits(SPLITS)))
    latex = to_latex(board)
    assert latex.count(r"\textbf{.") == latex.count(r"\underline{.") == 3
    assert r"\underline{.526}" in latex
    assert "Best in bold, second best underlined." in latex


NASTY = [r"a & b_1 $x$ 50% #2 {y}", r"\input{/etc/passwd} ~^", 'KCCA, "axes" by ρ < λ | µ', "rows → bits ≥ 3 × 2 − 1"]


def nasty():
    """A leaderboard whose labels hold every character that LaTeX takes for a command."""
    values = dict(zip(NASTY, ([0.5, 0.6, 0.7], [0.4, 0.62, 0.5], [0.1, 0.2, 0.3], [0.2, 0.25, 0.31])))
    rows = over_splits(values, dataset="100% of_it & more")
    extra = [{**line, "label": "once", "n_dimensions": 16} for line in rows if line["label"] == NASTY[0]]
    chance = [row("chance", None, way, 0, 0.1, dataset="100% of_it & more") for way in WAYS]
    return leaderboards(results(rows + extra + chance))[0]


def test_no_label_is_a_latex_command():
    latex = to_latex(nasty())
    assert r"\input" not in latex
    assert r"a \& b\_1 \$x\$ 50\% \#2 \{y\}" in latex
    assert r"by $\rho$ $<$ $\lambda$ \textbar{}" in latex


def test_latex_compiles(tmp_path):
    if not shutil.which("pdflatex"):
        pytest.skip("no pdflatex here: install texlive-latex-recommended")
    page = r"\documentclass{article}\usepackage{booktabs}\begin{document}" + "\n" + to_latex(nasty()) + "\n"
    (tmp_path / "page.tex").write_text(page + r"\end{document}", encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-2000:]


@pytest.fixture
def without_page(monkeypatch):
    """Let `write_outputs` leave out the page, whose drawing takes seconds."""
    monkeypatch.setattr("shallow_cmr.reporting.outputs.render_report", lambda *_: "")


@pytest.mark.usefixtures("without_page")
def test_comparisons_csv_holds_every_line_and_no_formula(tmp_path):
    scores = {"=HYPERLINK(1)": SPLITS["best"], "near": SPLITS["near"]}
    data = results(over_splits(scores))
    assert tmp_path / "comparisons.csv" in write_outputs(data, tmp_path)
    with (tmp_path / "comparisons.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    (board,) = leaderboards(data)
    assert [float(line["p_adjusted"]) for line in rows] == [line.p_adjusted for line in board.comparisons.lines]
    assert {line["method"] for line in rows} == {"'=HYPERLINK(1)"}
    assert {line["verdict"] for line in rows} == {"not separable"}
    assert {(line["n_dimensions"], line["direction"]) for line in rows} == {
        ("mean", "mean"),
        *(("8", way) for way in WAYS),
    }
    assert {(line["n_splits"], line["n_queries"], line["correction"], line["level"]) for line in rows} == {
        ("5", "100", "Holm", "0.05")
    }
