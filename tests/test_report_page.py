"""What the report's page holds for its own script: the stored results and the fitted searches, nothing else."""

import json
import re
from base64 import b64decode, b64encode
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest

from shallow_cmr.datasets import CrossModalDataset, load_openclipart
from shallow_cmr.experiment import DatasetEntry, MethodEntry, Results, Suite, run_suite
from shallow_cmr.reporting import leaderboards, render_report
from shallow_cmr.reporting.figures import THEMES, dataset_plots
from shallow_cmr.reporting.leaderboard import method_order
from shallow_cmr.reporting.page.arrays import packed, packed_columns
from shallow_cmr.reporting.page.boards import board_groups, leak_rows, table_rows
from shallow_cmr.reporting.page.drawings import drawing
from shallow_cmr.reporting.page.gallery import galleries
from shallow_cmr.reporting.page.items import ItemTables
from shallow_cmr.reporting.page.search_box import is_searchable, search_box, searches
from shallow_cmr.search import SEARCHABLE

HELD_OUT, LEAKING = "openclipart", "openclipart, training items"


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A small run under two protocols, the leaking one first."""
    folder = tmp_path_factory.mktemp("run")
    methods = (MethodEntry("PLS"), MethodEntry("CVH"))
    runs = [
        run_suite(
            Suite((DatasetEntry(HELD_OUT, label=label),), methods, (4, 8), protocol=name), folder / name, n_jobs=1
        )
        for label, name in ((LEAKING, "training_database"), (HELD_OUT, "heldout"))
    ]
    plan = {**runs[1].plan, "protocols": {LEAKING: runs[0].plan["protocol"]}}
    return Results(plan, [row for run in runs for row in run.rows], [cell for run in runs for cell in run.cells])


@pytest.fixture(scope="module")
def page(results):
    """The page of that run."""
    data = load_openclipart()
    return render_report(results, {HELD_OUT: data, LEAKING: data}, files=["results.csv", "odd name?.csv"])


def embedded(page, name):
    """Return what the page's script reads under an id."""
    return json.loads(re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', page, re.DOTALL)[1])


def numbers(text, kind):
    """Return the array of a base64 text."""
    return np.frombuffer(b64decode(text), dtype=f"<{kind}")


def matrix(about):
    """Return the matrix that `packed_columns` packed."""
    high, low = numbers(about["high"], "i2").astype(int), numbers(about["low"], "u1")
    halves = np.stack([low >> 4, low & 15], axis=1).ravel()[: high.size]
    return (16 * high + halves).reshape(about["rows"], about["columns"]) * np.array(about["steps"])


def test_packed_numbers_come_back():
    assert numbers(packed([[0, 1], [2, 65535]], "u2"), "u2").tolist() == [0, 1, 2, 65535]
    rng = np.random.default_rng(0)
    A = rng.normal(size=(51, 5)) * [1e-6, 1, 1e6, 0, 1] + [0, 5, 0, 0, 0]  # an odd number of entries
    error = np.abs(matrix(packed_columns(A)) - A).max(axis=0)
    assert (error <= 2.0**-20 * np.abs(A).max(axis=0) * 1.001).all()


def test_items_are_embedded_once_for_all_sections_and_features():
    tables, data = ItemTables(), load_openclipart()
    assert tables.of(data).places([7, 3, 7]) == [0, 1, 0]
    assert tables.of(load_openclipart(image="hog")).places([3, 9]) == [1, 2]
    (table,) = (table.data() for table in tables)
    assert table["titles"] == [data.titles[row] for row in (7, 3, 9)]
    assert [b64decode(picture) for picture in table["pictures"]] == [data.thumbnail(row) for row in (7, 3, 9)]
    assert [table["class_names"][j] for (j,) in table["classes"]] == [
        data.class_names[data.labels[row]] for row in (7, 3, 9)
    ]
    assert len(ItemTables()) == 0
    tables.of(replace(data, name="another"))
    assert len(tables) == 2


def test_items_of_several_classes_and_without_names_are_told_apart():
    rng = np.random.default_rng(0)
    L = [[0, 0, 1], [1, 1, 0], [0, 0, 0], [0, 1, 0]]
    data = CrossModalDataset(rng.normal(size=(4, 3)), rng.normal(size=(4, 2)), L, [0, 1], [2, 3], name="mine")
    tables = ItemTables()
    tables.of(data).places([1, 0, 2])
    table = tables[0].data()
    assert table["classes"] == [[0, 1], [2], []]
    assert [table["class_names"][j] for j in (0, 1, 2)] == ["class 0", "class 1", "class 2"]
    assert table["titles"] == ["item 1", "item 0", "item 2"]
    assert table["pictures"] is None


def test_the_gallery_holds_every_stored_list_with_its_score(results):
    data, tables = load_openclipart(), ItemTables()
    boards = leaderboards(results)
    shown = galleries(boards, results, {board.dataset: data for board in boards}, tables)
    titles = tables[0].data()["titles"]
    assert [gallery["title"] for gallery in shown] == [LEAKING, HELD_OUT]
    place_of = {row: place for place, row in enumerate(data.test_index.tolist())}
    n_lists = 0
    for gallery in shown:
        for method in gallery["methods"]:
            cell = next(
                cell
                for cell in results.cells
                if (cell["dataset"], cell["parameters"]) == (gallery["title"], method["call"])
            )
            for direction, examples in cell["result"]["examples"].items():
                stored = method["lists"][direction]
                items = numbers(stored["found"], "u2").reshape(len(examples), stored["n_items"])
                hits = np.unpackbits(numbers(stored["hits"], "u1"))[: items.size].reshape(items.shape)
                for place, example in enumerate(examples):
                    query = numbers(stored["queries"], "u2")[place]
                    assert titles[query] == data.titles[example["query"]]
                    assert [titles[item] for item in items[place]] == [data.titles[row] for row in example["items"]]
                    assert "".join(map(str, hits[place])) == example["hits"]
                    score = cell["result"]["per_query"][direction][place_of[example["query"]]]
                    assert stored["scores"][place] == round(1000 * score)
                    n_lists += 1
    assert n_lists == 2 * 2 * 2 * len(load_openclipart().test)


def test_methods_are_shown_at_the_size_where_they_do_best(results):
    data = load_openclipart()
    boards = leaderboards(results)
    shown = galleries(boards, results, {board.dataset: data for board in boards}, ItemTables())
    for board, gallery in zip(boards, shown):
        for line, method in zip(board.lines, gallery["methods"]):
            best = max(board.sizes, key=lambda size: board.mean(line, (size, None)))
            assert method["label"] == line.label
            assert method["call"].startswith((f"{line.label}(n_components={best}", f"{line.label}(n_bits={best}"))


def test_held_out_items_come_first_and_the_leak_is_the_difference_of_the_means(results):
    boards = leaderboards(results)
    assert [board.dataset for board in boards] == [LEAKING, HELD_OUT]
    ((held_out, leaking),) = board_groups(boards, results)
    assert (held_out.dataset, leaking.dataset) == (HELD_OUT, LEAKING)
    assert held_out.protocol != leaking.protocol
    rows = leak_rows(held_out, leaking, results.plan["methods"], method_order(results))
    assert [row["place"] is None for row in rows] == [False, False, True]
    means = [{line.label: line.overall.mean for line in board.lines} for board in (held_out, leaking)]
    for row in rows[:-1]:
        first, second = (found[row["label"]] for found in means)
        assert row["values"] == pytest.approx([first, second, second - first])
        assert row["supervision"] == "unsupervised"
    assert rows[0]["values"][2] >= rows[1]["values"][2]


def test_a_method_has_its_colour_of_the_figures_in_the_tables_too(results):
    palette = THEMES["light"]["palette"]
    for board in leaderboards(results):
        in_table = {row["label"]: row["place"] for row in table_rows(board, method_order(results))}
        assert in_table.pop("chance") is None
        (plot,) = [plot for plot in dataset_plots(board, results) if plot.name == "figure"]
        drawn = {line.get_label(): line.get_color() for line in plot.draw("light").axes[0].lines}
        assert {label: palette[place] for label, place in in_table.items()} == {
            label: drawn[label] for label in in_table
        }


def test_boards_of_other_splits_belong_together_and_those_of_other_features_do_not(results):
    boards = leaderboards(results)

    def groups(options):
        cells = [
            {**cell, "data": json.dumps(["openclipart", options])} if cell["dataset"] == LEAKING else cell
            for cell in results.cells
        ]
        return [[board.dataset for board in group] for group in board_groups(boards, replace(results, cells=cells))]

    assert groups({"split": 3}) == [[HELD_OUT, LEAKING]]
    assert groups({"image": "hog"}) == [[LEAKING], [HELD_OUT]]


def test_both_protocols_are_told_and_the_second_one_is_explained(page, results):
    for board in leaderboards(results):
        assert board.protocol in page
        assert f"Leaderboard: {board.dataset}</h2>" in page
    assert page.index(f"Leaderboard: {HELD_OUT}<") < page.index(f"Leaderboard: {LEAKING}<")
    assert page.count("rank items that they were fitted on") == 1


def test_what_a_grid_search_chose_and_cost_is_told(results):
    def tuned(cell):
        rows = [{**row, "tuned": "reg=<1>" if cell["n_dimensions"] == 4 else "reg=2"} for row in cell["result"]["rows"]]
        return {**cell, "result": {**cell["result"], "rows": rows}}

    rows = [{**row, "tune_seconds": 2.5} if row["label"] == "CVH" else row for row in results.rows]
    cells = [tuned(cell) if cell["label"] == "CVH" else cell for cell in results.cells]
    page = render_report(Results(results.plan, rows, cells), {})
    assert page.count("Chosen on training items (cells): reg=&lt;1&gt; (2); reg=2 (2)") == 1
    assert page.count("grid search 2.5 s") == 1


def test_figures_follow_the_scheme_of_the_reader(results):
    board = next(board for board in leaderboards(results) if board.dataset == HELD_OUT)
    drawn = {found["name"]: found for found in map(drawing, dataset_plots(board, results))}
    assert set(drawn) == {"figure", "precision_recall", "precision_at_n", "costs", "classes"}
    svg = {name: b64decode(found["narrow"].split(",")[1]).decode() for name, found in drawn.items()}
    for name in ("figure", "precision_recall", "precision_at_n", "costs"):
        rules = re.search(r":root\{(.*?)\}@media \(prefers-color-scheme: dark\)\{:root\{(.*?)\}\}", svg[name])
        assert "--ground:#ffffff" in rules[1]
        assert "--ground:#171a1f" in rules[2]
        assert not re.search(r"#[0-9a-f]{6}", svg[name].replace(rules[0], ""))
        assert drawn[name]["dark_narrow"] is None
    assert "<image" in svg["classes"]
    assert "#171a1f" in b64decode(drawn["classes"]["dark_wide"].split(",")[1]).decode()
    assert drawn["figure"]["wide"]
    assert not drawn["costs"]["wide"]


def test_only_the_script_of_the_page_may_run(page):
    policy = re.search(r'http-equiv="Content-Security-Policy" content="(.*?)"', page)[1]
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)[1]
    digest = b64encode(sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy.replace("style-src 'unsafe-inline'", "")


def test_each_picture_is_in_the_page_once_and_the_page_is_small(page):
    data = load_openclipart()
    for row in (0, 700, 1285):
        assert page.count(b64encode(data.thumbnail(row)).decode()) == 1
    assert len(page.encode()) < 4.5e6
    assert 'href="odd%20name%3F.csv"' in page


def test_the_search_box_keeps_the_scores_of_the_fitted_searches():
    box, data = search_box("openclipart"), load_openclipart()
    assert is_searchable(data)
    assert not is_searchable(replace(data, name="mine"))
    assert not is_searchable(replace(data, titles=data.texts))
    assert [method["label"] for method in box["methods"]] == list(searches("openclipart"))
    assert len(box["bases"]) < len(box["methods"])
    for method, search in zip(box["methods"], searches("openclipart").values()):
        T, t = (search.vectorizer.transform(texts) for texts in (search.texts, ["red flower", "dog"]))
        scores = t @ T.T @ matrix(box["bases"][method["basis"]])
        if method["mixing"]:
            scores = scores @ numbers(method["mixing"], "f4").reshape(scores.shape[1], -1)
        scores = scores - numbers(method["offset"], "f8")
        exact = search.model.estimator_._project(search.model.text_.transform(["red flower", "dog"]), "y")
        np.testing.assert_allclose(scores, exact, rtol=0, atol=1e-5 * np.abs(exact).max())
        images = search.model.transform_image(data.X)
        if method["codes"]:
            codes = np.unpackbits(numbers(method["codes"], "u1"))[: images.size].reshape(images.shape)
            np.testing.assert_array_equal(codes, images)
        else:
            rows = matrix(method["vectors"])
            np.testing.assert_allclose(rows, images / np.linalg.norm(images, axis=1, keepdims=True), atol=2e-6)


def test_every_bundled_set_can_be_searched():
    for name, load in SEARCHABLE.items():
        box = search_box(name)
        assert is_searchable(load())
        assert len(box["examples"]) == 6
        assert {basis["rows"] for basis in box["bases"]} == {len(load())}


def test_every_example_query_is_known_and_is_found(page):
    (box,) = embedded(page, "searches")
    search = searches("openclipart")["PLS"]
    assert len(box["examples"]) == 6
    for query in box["examples"]:
        assert search.by_words(query, 1).ignored == {}
    assert embedded(page, "items")[box["table"]]["titles"] == list(search.dataset.titles)
