"""Reports: what is printed is what was stored, and nothing in it runs or loads from elsewhere."""

import csv
import io
import re
import statistics
from html.parser import HTMLParser
from itertools import product

import numpy as np
import pytest

from shallow_cmr.datasets import CrossModalDataset, load_openclipart
from shallow_cmr.experiment import DatasetEntry, MethodEntry, Results, Suite, run_suite
from shallow_cmr.reporting import (
    as_png,
    as_svg,
    dataset_plots,
    leaderboards,
    plot_score_against_size,
    print_leaderboard,
    progress,
    render_report,
    to_csv,
    to_latex,
    to_markdown,
    write_outputs,
)
from shallow_cmr.reporting.tables import SCORE_COLUMNS, number


def row(label, size, direction, split, value, error=None):
    """A row of results with what the tables read."""
    return {
        "label": label,
        "method": "CCA",
        "parameters": f"CCA(n_components={size})",
        "n_dimensions": size,
        "dataset": "made up",
        "split": split,
        "seed": None,
        "direction": direction,
        "measure": "mAP",
        "value": value,
        "chance": 0.1,
        "fit_seconds": 0.01,
        "error": error,
    }


def made_up(*, failing=False):
    """Results of two methods on two splits whose summary is known by hand."""
    rows = [
        row(label, size, direction, split, base + 0.1 * split + (0.05 if direction == "text->image" else 0))
        for label, base in (("weak", 0.2), ("strong & <b>", 0.5))
        for size in (8, 16)
        for direction in ("image->text", "text->image")
        for split in (0, 1)
    ]
    if failing:
        rows.append(row("broken", 8, None, 0, None, "ValueError: <script>alert(1)</script>"))
    chance = [row("chance", None, direction, 0, 0.1) for direction in ("image->text", "text->image")]
    shared = {"name": "CCA", "note": "", "calls": ["CCA()"], "supervision": "unsupervised"}
    methods = [{"label": label, **shared} for label in ("weak", "strong & <b>")]
    plan = {
        "title": "A <title>",
        "description": "",
        "protocol": "protocol 50% of_it",
        "methods": methods,
    }
    return Results(plan, rows + chance, [])


def read_csv(path):
    """Rows of a CSV file as dicts."""
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A small real run and the folder of its outputs."""
    folder = tmp_path_factory.mktemp("run")
    suite = Suite((DatasetEntry("openclipart", splits=(0, 1)),), (MethodEntry("PLS"), MethodEntry("CVH")), (4, 8))
    results = run_suite(suite, folder, n_jobs=1)
    write_outputs(results, folder)
    return results, folder


def test_a_leaderboard_is_sorted_and_summarised_over_splits():
    (board,) = leaderboards(made_up())
    assert [line.label for line in board.lines] == ["strong & <b>", "weak"]
    cell = board.lines[0].values[8, "image->text"]
    assert (cell.mean, cell.std, cell.n) == (pytest.approx(0.55), pytest.approx(statistics.stdev([0.5, 0.6])), 2)
    overall = board.lines[0].overall
    assert (overall.mean, overall.std) == (pytest.approx(0.575), pytest.approx(statistics.stdev([0.525, 0.625])))
    assert board.chance.overall.mean == pytest.approx(0.1)


def test_the_best_of_each_column_is_marked_and_chance_never():
    (board,) = leaderboards(made_up())
    markdown = to_markdown(board)
    assert markdown.count("**.") == 5
    assert re.search(r"\| strong & <b> \| \*\*\.550\*\* ± \.071 ", markdown)
    assert "| chance | .100 |" in markdown
    latex = to_latex(board)
    assert latex.count(r"\textbf") == 5


def test_chance_is_not_marked_even_above_all_methods():
    results = made_up()
    rows = [{**line, "value": 0.99} if line["label"] == "chance" else line for line in results.rows]
    (board,) = leaderboards(Results(results.plan, rows, []))
    assert "| chance | .990 | .990 |" in to_markdown(board)
    assert to_markdown(board).count("**.") == 5


def test_a_method_without_every_size_is_out_of_the_contest_for_the_mean():
    results = made_up()
    extra = [row("once", 8, direction, 0, 0.9) for direction in ("image->text", "text->image")]
    (board,) = leaderboards(Results(results.plan, results.rows + extra, []))
    once = next(line for line in board.lines if line.label == "once")
    assert board.is_best(once, (8, "image->text"))
    assert not board.is_best(once)
    assert board.is_best(next(line for line in board.lines if line.label == "strong & <b>"))


def test_a_failed_method_is_shown_as_an_error_and_listed():
    results = made_up(failing=True)
    (board,) = leaderboards(results)
    assert board.lines[-1].label == "broken"
    assert "| broken | error |" in to_markdown(board)
    page = render_report(results, {})
    assert "Not everything ran" in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def unscored():
    """Results of a run of which nothing came out: the same failure on two splits."""
    failed = [row("broken", 8, None, split, None, "ValueError: no") for split in (0, 1)]
    return Results(made_up().plan, failed, [])


def test_without_any_score_there_is_no_figure_and_every_table_keeps_its_columns(tmp_path):
    results = unscored()
    (board,) = leaderboards(results)
    assert (board.measure, board.columns) == ("mAP", [(8, "image->text"), (8, "text->image")])
    assert to_markdown(board).count("| broken | error | error | error |") == 1
    assert r"\multicolumn{2}{c}{8}" in to_latex(board)
    written = {path.name for path in write_outputs(results, tmp_path)}
    assert written == {"report.html", "results.csv", "timings.csv", "leaderboard.md", "table.tex"}
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "mAP (mean average precision)." in page
    assert page.count("ValueError: no") == 1
    for absent in ("<figure", "standard deviation", "shaded", 'colspan="0"'):
        assert absent not in page


def test_one_split_has_no_deviation_to_speak_of():
    results = made_up()
    page = render_report(Results(results.plan, [line for line in results.rows if line["split"] == 0], []), {})
    assert "The dashed line is chance" in page
    assert "standard deviation" not in page
    assert "Bands are one standard deviation" in render_report(results, {})


def test_the_report_lists_every_environment_that_made_cells():
    made = made_up()
    cells = [
        {
            **{"label": "weak", "dataset": "made up", "data": '["made up", {}]', "split": 0, "n_dimensions": 8},
            "result": {"environment": {"date": day, "numpy": version}},
        }
        for day, version in (("2020", "2.0"), ("2021", "2.0"), ("2022", "2.9"))
    ]
    page = render_report(Results(made.plan, made.rows, cells), {})
    assert ">Environments</h2>" in page
    for text in ("<dd>2020 to 2021</dd>", "<dd>2022</dd>", "<dd>2.0</dd>", "<dd>2.9</dd>"):
        assert page.count(text) == 1


def test_a_dataset_without_class_names_says_how_many_there_are():
    rng = np.random.default_rng(0)
    data = CrossModalDataset(
        rng.normal(size=(9, 3)) + 2, rng.normal(size=(9, 2)), np.arange(9) % 5, range(5), range(5, 9), "made up"
    )
    assert "<dd>5, unnamed</dd>" in render_report(made_up(), {"made up": data})


@pytest.mark.parametrize("table", [to_markdown, to_latex, print_leaderboard, plot_score_against_size, leaderboards])
def test_rows_of_evaluate_are_told_the_way_to_a_table(table):
    with pytest.raises(TypeError, match=r"got list.*rows of evaluate make a table as pandas.DataFrame\(rows\)"):
        table([row("weak", 8, "image->text", 0, 0.5)])


def progress_of(n_cells, seconds, monkeypatch, *, terminal):
    """What is printed while `n_cells` cells, ten of them there before, finish one each so many seconds."""
    from rich.console import Console

    clock = iter(range(0, 10**6, seconds))
    monkeypatch.setattr(progress, "monotonic", lambda: next(clock))
    console = Console(file=io.StringIO(), width=150, force_terminal=terminal)
    failing = [("SePH", "ValueError" if place == 1 else None) for place in range(n_cells - 10)]
    assert progress.follow(iter(failing), n_cells, console, already=10) == 1
    return console.file.getvalue()


def test_lines_of_progress_tell_rate_and_time_left_and_end_with_all_cells(monkeypatch):
    lines = progress_of(14, 20, monkeypatch, terminal=False).splitlines()
    assert lines == [
        "11 of 14 cells done, 3 a minute, about 60 s left",
        "12 of 14 cells done, 1 failed, 3 a minute, about 40 s left",
        "13 of 14 cells done, 1 failed, 3 a minute, about 20 s left",
        "14 of 14 cells done, 1 failed, 3 a minute, 80 s in all",
    ]
    assert progress_of(14, 2, monkeypatch, terminal=False).splitlines() == [
        "14 of 14 cells done, 1 failed, 30 a minute, 8 s in all"
    ]


def test_the_bar_tells_rate_and_time_left_of_slow_cells(monkeypatch):
    drawn = progress_of(14, 120, monkeypatch, terminal=True)
    assert "14/14" in drawn
    assert "0.5 a minute, 8.0 min in all" in drawn


@pytest.mark.parametrize(
    ("value", "text"), [(0.34449, ".344"), (0.0, ".000"), (1.0, "1.000"), (0.9996, "1.000"), (-0.5, "-.500")]
)
def test_numbers_print_as_in_papers(value, text):
    assert number(value) == text


@pytest.mark.parametrize("width", [60, 80, 200])
def test_the_terminal_table_holds_every_number_at_every_width(width):
    from rich.console import Console

    (board,) = leaderboards(made_up(failing=True))
    console = Console(file=io.StringIO(), width=width)
    print_leaderboard(board, console)
    printed = console.file.getvalue()
    for text in ("*.550", "*.600", "*.575", ".250", ".300", ".275", "±.071", "error", "chance"):
        assert text in printed
    assert max(map(len, printed.splitlines())) <= width


@pytest.mark.parametrize(
    ("repeats", "words"),
    [
        ([(0, None)], ""),
        ([(0, 1), (0, 2)], "seeds"),
        ([(0, 1), (3, 1)], "splits"),
        ([(0, 1), (1, 2)], "splits and seeds"),
    ],
)
def test_tables_and_figures_say_over_what_they_deviate(repeats, words):
    rows = [
        {**row(label, 8, way, split, 0.3 + split / 10), "seed": seed}
        for label, way, (split, seed) in product(("a", "b"), ("image->text", "text->image"), repeats)
    ]
    results = Results({**made_up().plan, "methods": []}, rows, [])
    (board,) = leaderboards(results)
    (plot,) = dataset_plots(board, results)
    told = [to_markdown(board), to_latex(board), render_report(results, {}), plot.caption]
    assert all(f"deviation over {words}" in text for text in told) if words else "deviation" not in "".join(told)


@pytest.mark.parametrize(("width", "n_blocks"), [(40, 6), (80, 2), (250, 1)])
def test_columns_that_do_not_fit_stand_in_blocks_with_every_method_named(width, n_blocks):
    from rich.console import Console

    sizes, ways, labels = (8, 16, 32, 64, 128), ("image->text", "text->image"), ("CCA, axes by rank", "PLS")
    rows = [
        row(
            label, size, way, split, 0.001 * (100 * labels.index(label) + size) + 0.01 * split + 0.002 * ways.index(way)
        )
        for label, size, way, split in product(labels, sizes, ways, (0, 1))
    ]
    (board,) = leaderboards(Results({**made_up().plan, "methods": []}, rows, []))
    console = Console(file=io.StringIO(), width=width)
    print_leaderboard(board, console)
    lines = console.file.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    values = {label: [] for label in labels}
    for line in lines:
        for label in labels:
            if line.strip().startswith(label):
                values[label].append([float(text) for text in re.findall(r"(?<!±)\.\d{3}", line)])
    for place, label in enumerate(labels):
        assert len(values[label]) == n_blocks
        means = [0.001 * (100 * place + size) + 0.005 + 0.002 * way for size in sizes for way in (0, 1)]
        found = [value for block in values[label] for value in block]
        np.testing.assert_allclose(found, [*means, np.mean(means)], atol=6e-4)


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_of_a_csv_is_a_formula(text):
    (_, line) = csv.reader(io.StringIO(to_csv([{"label": text, "value": -0.5}], ["label", "value"]), newline=""))
    assert line == ["'" + text.replace("\r", "\n"), "-0.5"]


def test_results_csv_gives_back_every_value_exactly(finished):
    results, folder = finished
    rows = read_csv(folder / "results.csv")
    assert list(rows[0]) == list(SCORE_COLUMNS)
    assert [float(line["value"]) for line in rows] == [row["value"] for row in results.rows]
    assert "seconds" not in (folder / "results.csv").read_text()
    assert all(float(line["fit_seconds"]) > 0 for line in read_csv(folder / "timings.csv"))


def test_latex_escapes_its_special_characters():
    (board,) = leaderboards(made_up())
    latex = to_latex(board)
    assert r"strong \& $<$b$>$" in latex
    assert r"protocol 50\% of\_it" in latex
    assert latex.count(r"\\") == 2 + 3


def test_the_figure_shows_the_means_the_bands_and_chance():
    (board,) = leaderboards(made_up())
    figure = plot_score_against_size(board)
    left, right = figure.axes
    drawn = {line.get_label(): np.asarray(line.get_ydata(), float) for line in right.lines}
    assert drawn["strong & <b>"] == pytest.approx([0.6, 0.6])
    assert drawn["chance"] == pytest.approx([0.1, 0.1])
    low, high = left.collections[0].get_paths()[0].get_extents().intervaly
    assert (low, high) == (pytest.approx(0.55 - 0.0707, abs=1e-3), pytest.approx(0.55 + 0.0707, abs=1e-3))


def test_a_label_with_dollar_signs_is_no_formula():
    results = made_up()
    rows = [{**line, "label": line["label"].replace("weak", r"$\broken{$")} for line in results.rows]
    (board,) = leaderboards(Results(results.plan, rows, []))
    assert len(as_png(plot_score_against_size(board))) > 1000


def test_figures_are_the_same_bytes_each_time():
    (board,) = leaderboards(made_up())
    one, two = (plot_score_against_size(board, "dark", stacked=True) for _ in range(2))
    assert as_svg(one) == as_svg(two)
    assert as_png(one) == as_png(two)


class Loads(HTMLParser):
    """Collects what a page would load and the tags that stay open."""

    def __init__(self):
        super().__init__()
        self.loads, self.open, self.ids = [], [], []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.loads += [attributes[name] for name in ("src", "srcset", "data", "poster") if name in attributes]
        if tag in ("link", "iframe", "object", "embed", "base"):
            self.loads.append(f"<{tag}>")
        if tag not in ("meta", "img", "source", "br", "link", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_report_is_one_file_that_loads_nothing(finished):
    page = (finished[1] / "report.html").read_text(encoding="utf-8")
    parser = Loads()
    parser.feed(page)
    assert parser.open == []
    assert parser.loads
    assert all(address.startswith("data:image/") for address in parser.loads)
    style = page[page.index("<style>") : page.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style


def test_the_report_says_what_a_reader_needs(finished):
    results, folder = finished
    page = (folder / "report.html").read_text(encoding="utf-8")
    data = load_openclipart()
    assert results.plan["protocol"].split(";")[0][:60] in page
    for text in (
        "PLS(n_components=4)",
        "CVH(n_bits=8)",
        data.licence,
        data.digest,
        np.__version__,
    ):
        assert text in page
    assert "prefers-color-scheme: dark" in page
    assert 'name="viewport"' in page


def test_texts_of_the_data_cannot_become_markup(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 5)) + 4
    attack = ["<img src=http://evil/x onerror=alert(1)>"] * 40
    data = CrossModalDataset(
        X,
        X[:, :3],
        np.arange(40) % 2,
        range(20),
        range(20, 40),
        name="<b>",
        class_names=attack[:2],
        titles=attack,
        texts=attack,
    )
    monkeypatch.setitem(__import__("shallow_cmr.datasets").datasets.LOADERS, "evil", lambda: data)
    results = run_suite(Suite((DatasetEntry("evil"),), (MethodEntry("PLS"),), (2,)), tmp_path, n_jobs=1)
    write_outputs(results, tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<img src=http" not in page
    assert "&lt;img src=http" in page
    assert page.count(r"\u003cimg src=http") >= 40


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.3444, ".344"), (1, "1.000"), (0.9996, "1.000"), (-0.0213, "-.021"), (-0.0004, ".000"), (-1.5, "-1.500")],
)
def test_scores_read_as_papers_print_them_and_zero_has_no_sign(value, text):
    assert number(value) == text
