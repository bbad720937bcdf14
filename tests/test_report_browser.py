"""The report in a headless Chromium: what a reader types, clicks and presses does what it says."""

import numpy as np
import pytest
from chromium import Browser, find_browser

from shallow_cmr.datasets import load_openclipart
from shallow_cmr.experiment import DatasetEntry, MethodEntry, Results, Suite, run_suite
from shallow_cmr.reporting import render_report
from shallow_cmr.reporting.page.search_box import searches

pytestmark = pytest.mark.skipif(
    find_browser() is None, reason="no Chromium is installed (Debian: apt install chromium)"
)

METHODS = (MethodEntry("PLS"), MethodEntry("CVH", parameters={"reg": 1}), MethodEntry("CMFH", sizes=(8,)))
LEAKING = "openclipart, training items"
QUERIES = ("red flower", "Musical INSTRUMENT!", "dog", "guitar xylofone guitar", "flag of france", "car")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A small run under two protocols."""
    folder = tmp_path_factory.mktemp("run")
    runs = []
    for label, protocol in (("openclipart", "heldout"), (LEAKING, "training_database")):
        suite = Suite((DatasetEntry("openclipart", label=label),), METHODS, (4, 8), protocol=protocol)
        runs.append(run_suite(suite, folder / protocol, n_jobs=1))
    plan = {**runs[0].plan, "protocols": {LEAKING: runs[1].plan["protocol"]}}
    return Results(plan, [row for run in runs for row in run.rows], [cell for run in runs for cell in run.cells])


@pytest.fixture(scope="module")
def browser(results, tmp_path_factory):
    """A browser with the report of that run open; one for all tests."""
    folder = tmp_path_factory.mktemp("page")
    data = load_openclipart()
    page = render_report(results, {"openclipart": data, LEAKING: data}, files=["results.csv"])
    (folder / "report.html").write_text(page, encoding="utf-8")
    browser = Browser(find_browser(), folder / "profile")
    try:
        browser.open(folder / "report.html")
        yield browser
    finally:
        browser.close()


@pytest.fixture
def page(browser):
    """The page as wide as a desk's screen; whatever a test does to it, nothing complains or asks the network."""
    browser.resize(1280)
    browser.emulate(prefers_color_scheme="light")
    yield browser
    assert browser.complaints() == []


def choose(page, name, label):
    """Choose the option with this text in a select, as the mouse would."""
    page.run(
        f"(select => {{ select.selectedIndex = [...select.options].findIndex(o => o.text === {label!r});"
        " select.dispatchEvent(new Event('change', {bubbles: true})); })"
        f"(document.getElementById({name!r}))"
    )


def type_words(page, words):
    """Replace what stands in the search box, with the keyboard."""
    page.focus("#search-words")
    page.run("document.getElementById('search-words').select()")
    page.type(words)


def found_by_words(page):
    """Items and their scores (cosine, or bits off) as the page shows them."""
    shown = page.run("[...document.querySelectorAll('#search-found li')].map(e => [e.dataset.item, e.dataset.score])")
    return [int(item) for item, _ in shown], np.array([float(score) for _, score in shown])


@pytest.mark.parametrize("label", ["CCA, axes by ρ", "PLS", "CVH", "CCA-ITQ", "CMFH"])
def test_typed_words_find_what_the_command_line_finds(page, label):
    search = searches("openclipart")[label]
    choose(page, "search-method", label)
    for query in QUERIES:
        type_words(page, query)
        items, scores = found_by_words(page)
        expected = search.by_words(query, len(items))
        assert len(items) == 24
        if expected.counts_bits:
            assert (items, scores.tolist()) == (expected.items, expected.distances)
        else:
            cosines = 1 - np.array(expected.distances)
            np.testing.assert_allclose(scores, cosines, rtol=0, atol=5e-6)
            apart = np.abs(np.diff(cosines, prepend=2, append=-2)) > 1e-5  # ties may stand in another order
            alone = apart[:-1] & apart[1:]
            assert alone.sum() >= 20
            np.testing.assert_array_equal(np.array(items)[alone], np.array(expected.items)[alone])
        assert page.run("document.getElementById('search-made').textContent") == search.made_by


def test_words_are_split_as_scikit_learn_splits_them(page):
    split = searches("openclipart")["PLS"].vectorizer.build_analyzer()
    for text in (
        "Ärger_2 über Öl",
        "l'été naïve",
        "ΣΊΣΥΦΟΣ ½ a1 x",
        "日本語 と 絵文字",
        "🙂 a-b don't",
        "cafe\u0301 İs",
    ):
        assert page.run(f"Words.split({text!r})") == split(text)


def test_another_method_finds_other_pictures(page):
    type_words(page, "guitar")
    found = []
    for label in ("PLS", "CVH"):
        choose(page, "search-method", label)
        found.append(found_by_words(page)[0])
    assert found[0] != found[1]
    assert "by CVH" in page.run("document.getElementById('search-status').textContent")
    assert "bits off" in page.run("document.getElementById('search-found').textContent")


def test_unknown_words_are_named_with_known_ones_to_click(page):
    type_words(page, "guitar xylofone")
    unknown = "document.getElementById('search-unknown').textContent"
    assert "No picture has the word “xylofone”. Known: xylophone" in page.run(unknown)
    page.click("#search-unknown button")
    assert page.run("document.getElementById('search-words').value") == "guitar xylophone"
    assert page.run(unknown) == ""
    type_words(page, "?!")
    assert found_by_words(page)[0] == []
    assert "No word of “?!” occurs" in page.run("document.getElementById('search-status').textContent")
    page.click("#search-examples button:nth-of-type(2)")
    assert page.run("document.getElementById('search-words').value") == "musical instrument"
    assert len(found_by_words(page)[0]) == 24


def test_nothing_typed_becomes_markup(page):
    type_words(page, "dog <img src=x onerror=alert(1)>")
    assert "<img src=x onerror=alert(1)>" in page.run("document.getElementById('search-status').textContent")
    assert page.run("document.querySelectorAll('img[src=x]').length") == 0


def column(page, place, table=".board"):
    """Texts to sort by of a column, from above."""
    return page.run(
        f"[...document.querySelector({table!r}).tBodies[0].rows].map(r => r.cells[{place}].dataset.value ?? null)"
    )


def sorted_by(page):
    """Name and order of the sorted columns of the first table."""
    return page.run(
        "[...document.querySelector('.board').querySelectorAll('[aria-sort]')]"
        ".map(head => [head.dataset.name, head.getAttribute('aria-sort')])"
    )


def test_a_click_or_enter_on_a_head_sorts_its_column(page):
    head = ".board [data-column='1'] button"
    assert sorted_by(page) == [["mean", "descending"]]
    page.click(head)
    assert sorted_by(page) == [["4 image → text", "descending"]]
    *scores, missing, chance = column(page, 1)  # CMFH has no 4 bits
    assert len(scores) == 2
    assert float(scores[0]) >= float(scores[1])
    assert missing is None
    assert column(page, 0)[-2:] == ["CMFH", "chance"]
    assert float(chance) < float(scores[0])
    page.focus(head)
    page.press("Enter")
    assert sorted_by(page) == [["4 image → text", "ascending"]]
    assert column(page, 1) == [*scores[::-1], missing, chance]
    assert "Sorted by 4 image → text, ascending" in page.run("document.getElementById('announcement').textContent")
    page.click(".board [data-column='0'] button")
    assert column(page, 0) == ["CMFH", "CVH", "PLS", "chance"]
    page.click(".board [data-column='5'] button")
    assert sorted_by(page) == [["mean", "descending"]]


def test_the_table_of_both_protocols_shows_the_leak_and_sorts(page):
    leak = "[aria-labelledby^=leak] .board"
    gains = [float(value) for value in column(page, 4, leak)]
    first, second = ([float(value) for value in column(page, place, leak)] for place in (2, 3))
    np.testing.assert_allclose(gains, np.array(second) - first)
    assert gains[:-1] == sorted(gains[:-1], reverse=True)
    page.click(f"{leak} [data-column='2'] button")
    held_out = [float(value) for value in column(page, 2, leak)]
    assert held_out[:-1] == sorted(held_out[:-1], reverse=True)
    assert column(page, 0, leak)[-1] == "chance"


def stored_example(results, page):
    """The stored list that the gallery should show, from what its controls say."""
    state = page.run(
        "['gallery-set', 'gallery-query'].map(id => document.getElementById(id).selectedIndex)"
        ".concat(document.querySelector('[name=gallery-direction]:checked').value,"
        " document.getElementById('gallery-call').textContent)"
    )
    dataset = ("openclipart", LEAKING)[state[0]]
    (cell,) = (c for c in results.cells if (c["dataset"], c["parameters"]) == (dataset, state[3]))
    return cell["result"]["examples"][state[2]][state[1]]


def shown_example(page):
    """What the gallery shows: names of the items, and a text of their signs."""
    names = page.run("[...document.querySelectorAll('#gallery-found .clamp')].map(e => e.title)")
    hits = page.run("[...document.querySelectorAll('#gallery-found li')].map(e => e.className === 'hit' ? 1 : 0)")
    marks = page.run("[...document.querySelectorAll('#gallery-found .mark')].map(e => e.textContent)")
    assert marks == ["✓" if hit else "✗" for hit in hits]  # colour and sign
    return names, "".join(map(str, hits))


def assert_gallery_is_as_stored(results, page):
    """Hold what is shown against what was stored; return the place of the query."""
    data, example = load_openclipart(), stored_example(results, page)
    texts = page.run("document.querySelector('[name=gallery-direction]:checked').value") == "image->text"
    names = data.texts if texts else data.titles
    assert shown_example(page) == ([names[row] for row in example["items"]], example["hits"])
    return page.run("document.getElementById('gallery-query').selectedIndex")


def test_the_gallery_turns_its_pages_by_mouse_and_keyboard(page, results):
    assert assert_gallery_is_as_stored(results, page) == 0
    page.click("#gallery-next")
    page.click("#gallery-next")
    assert assert_gallery_is_as_stored(results, page) == 2
    page.press("ArrowLeft")  # the button has the focus
    assert assert_gallery_is_as_stored(results, page) == 1
    page.press("ArrowLeft", times=2)
    assert assert_gallery_is_as_stored(results, page) == len(load_openclipart().test) - 1
    page.press("ArrowRight")
    page.press(" ")
    assert assert_gallery_is_as_stored(results, page) == 1
    page.click("#gallery-random")
    assert assert_gallery_is_as_stored(results, page) != 1
    assert "of the first 12 are relevant" in page.run("document.getElementById('gallery-status').textContent")


def test_the_gallery_shows_each_method_direction_and_dataset(page, results):
    lists = {}
    for dataset in ("openclipart", LEAKING):
        choose(page, "gallery-set", dataset)
        for method in ("PLS", "CVH", "CMFH"):
            choose(page, "gallery-method", method)
            for direction in ("text->image", "image->text"):
                page.click(f"[name=gallery-direction][value='{direction}']")
                choose(page, "gallery-query", page.run("document.getElementById('gallery-query').options[10].text"))
                assert_gallery_is_as_stored(results, page)
                lists[dataset, method, direction] = tuple(shown_example(page)[0])
    assert len(set(lists.values())) == len(lists) == 12
    page.focus("[name=gallery-direction]:checked")
    page.press("ArrowLeft")  # the keyboard's way through radio buttons
    assert page.run("document.querySelector('[name=gallery-direction]:checked').value") == "text->image"
    assert_gallery_is_as_stored(results, page)


def test_a_click_on_a_rival_shows_its_answer_to_the_same_query(page, results):
    choose(page, "gallery-set", "openclipart")
    page.click("#gallery-next")
    place = assert_gallery_is_as_stored(results, page)
    page.click("#gallery-rivals li:nth-child(3) button")
    assert assert_gallery_is_as_stored(results, page) == place
    chosen = page.run("document.querySelector('#gallery-rivals [aria-pressed=true] .name').textContent")
    assert chosen == page.run("document.getElementById('gallery-method').selectedOptions[0].text")
    assert page.run("document.activeElement.getAttribute('aria-pressed')") == "true"


def test_nothing_is_wider_than_a_phone(page):
    page.resize(390)
    for direction in ("image->text", "text->image"):
        page.click(f"[name=gallery-direction][value='{direction}']")
        type_words(page, "guitar xylofone " + "w" * 90)
        assert page.run("document.documentElement.scrollWidth") <= 390
    wide = (
        "[...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll') && !e.closest('.visually-hidden')"
    )
    assert page.run(f"{wide} && e.getBoundingClientRect().right > 391).map(e => e.outerHTML.slice(0, 80))") == []


def test_the_dark_scheme_has_other_colours_and_keeps_contrast(page):
    colours = "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    pairs = []
    for scheme in ("light", "dark"):
        page.emulate(prefers_color_scheme=scheme)
        pairs.append([[int(part) for part in text[4:-1].split(",")] for text in page.run(colours)])
    (light, ink), (dark, chalk) = pairs
    assert min(light) > 200 > 60 > max(ink)
    assert max(dark) < 60 < 200 < min(chalk)


def test_the_keyboard_reaches_the_content_first_and_sees_where_it_is(page):
    page.run("document.activeElement.blur(); window.scrollTo(0, 0); getSelection().removeAllRanges()")
    page.run("document.body.tabIndex = -1; document.body.focus()")
    page.press("Tab")
    assert page.run("document.activeElement.textContent") == "Skip to the leaderboard"
    assert page.run("document.activeElement.getBoundingClientRect().x") >= 0
    page.press("Enter")
    page.wait_for("location.hash === '#main'")
    page.press("Tab", times=2)
    assert page.run("document.activeElement.closest('th').dataset.name") == "method"
    assert page.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_every_control_has_a_name(page):
    nameless = page.run(
        "[...document.querySelectorAll('button, select, input, [role=region], section, ol, img')].filter(e =>"
        " !(e.textContent.trim() || e.labels?.length || e.getAttribute('aria-label') || e.alt"
        " || document.getElementById(e.getAttribute('aria-labelledby')))).map(e => e.outerHTML.slice(0, 80))"
    )
    assert nameless == []
    ids = page.run("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
