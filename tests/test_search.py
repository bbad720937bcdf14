"""`shallow-cmr search`: what is found, what is said about it, and the page of thumbnails."""

import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from shallow_cmr import CCA, CVH
from shallow_cmr.base import CrossModalEstimator
from shallow_cmr.cli import main
from shallow_cmr.datasets import load_openclipart
from shallow_cmr.experiment import MethodEntry
from shallow_cmr.reporting.contact_sheet import render_contact_sheet
from shallow_cmr.search import PictureSearch, SearchResult, find_item, picture_search, searching


@pytest.fixture(scope="module")
def engine():
    """The default search."""
    return picture_search()


def classes_of(found, dataset):
    """Class names of what was found."""
    return [dataset.class_names[dataset.labels[i]] for i in found.items]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("red flower", "plants"),
        ("musical instrument", "music"),
        ("flag of france", "flags"),
        ("dog", "animals"),
        ("car", "vehicles"),
        ("Sailing BOAT!", "vehicles"),
    ],
)
def test_words_find_pictures_of_their_class(engine, query, wanted):
    found = engine.by_words(query, n=10)
    assert classes_of(found, engine.dataset).count(wanted) >= 5  # chance: 2.4 at most
    assert found.ignored == {}
    assert found.distances == sorted(found.distances)


def test_pictures_find_keywords_of_their_class_far_more_often_than_chance(engine):
    items = range(0, 1286, 43)
    data = engine.dataset
    hits = [np.mean([data.labels[i] == data.labels[item] for i in engine.by_picture(item, 5).items]) for item in items]
    assert np.mean(hits) > 0.5  # the largest class holds .18


def test_pictures_are_found_by_their_image_features_alone(engine):
    embedded = engine.model.transform_image(engine.dataset.X).astype(np.float64)
    asked = engine.model.transform_text(["apple"]).astype(np.float64)[0]
    cosines = embedded @ asked / np.linalg.norm(embedded, axis=1) / np.linalg.norm(asked)
    assert engine.by_words("apple", 20).items == np.argsort(-cosines, kind="stable")[:20].tolist()


def test_the_answers_do_not_depend_on_the_number_of_threads():
    # Normalised texts of rare words did: their latent semantic features are rounding errors.
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            found.append(picture_search().by_words("musical instrument", 30))
    np.testing.assert_allclose(found[0].distances, found[1].distances, atol=1e-8)


def test_a_picture_finds_each_string_of_keywords_once(engine):
    shared, times = Counter(engine.dataset.texts).most_common(1)[0]
    assert times > 4
    found = engine.by_picture(engine.dataset.texts.index(shared), n=1190)
    strings = [engine.dataset.texts[i] for i in found.items]
    assert len(strings) == len(set(strings)) == found.n_items == len(set(engine.dataset.texts))
    assert strings[found.own_rank - 1] == shared


def test_unknown_words_are_named_with_known_ones_that_are_spelled_alike(engine):
    found = engine.by_words("guitar xylofone")
    assert list(found.ignored) == ["xylofone"]
    assert "xylophone" in found.ignored["xylofone"]
    assert found.items == engine.by_words("guitar").items
    with pytest.raises(ValueError, match=r"no word of 'gitar' occurs .* similar words: guitar"):
        engine.by_words("gitar")
    with pytest.raises(ValueError, match=r"no word of '\?!' occurs .* try flower"):
        engine.by_words("?!")


@pytest.mark.parametrize("n", [0, 1287])
def test_more_pictures_than_there_are_cannot_be_found(engine, n):
    for ask in (lambda: engine.by_words("dog", n), lambda: engine.by_picture(5, n)):
        with pytest.raises(ValueError, match=f"n={n} must be from 1 to 1286"):
            ask()


def test_hashing_methods_say_how_many_bits_differ():
    found = PictureSearch(CVH(n_bits=16, reg=1)).by_words("guitar", 5)
    assert all(isinstance(distance, int) for distance in found.distances)
    assert all(score.endswith((" bits off", " bit off")) for score in found.scores)


@pytest.mark.filterwarnings("ignore:in-sample correlations are 1")  # more words than pictures
def test_sparse_words_find_music_too_and_stored_sentences_can_be_asked_by_pictures():
    sparse = PictureSearch(CCA(n_components=32, reg=10, power=1), text="tfidf")
    assert classes_of(sparse.by_words("guitar", 5), sparse.dataset).count("music") >= 4
    stored = PictureSearch(CCA(n_components=32, reg=1, power=1), text="minilm")
    guitar = find_item(stored.dataset, "guitar1")
    assert classes_of(stored.by_picture(guitar, 5), stored.dataset).count("music") >= 4
    with pytest.raises(ValueError, match="typed words need the MiniLM network, which is not part of this package"):
        stored.by_words("guitar")
    with pytest.raises(ValueError, match="text='bert' is unknown; choose one of lsa, tfidf, minilm"):
        PictureSearch(CCA(), text="bert")
    with pytest.raises(ValueError, match="dataset='wikipedia' is unknown; choose one of openclipart"):
        PictureSearch(CCA(), dataset="wikipedia")


class LabelMeans(CrossModalEstimator):
    """A supervised method that allows at most as many dimensions as there are classes."""

    supervision = "supervised"

    def __init__(self, n_components=None):
        self.n_components = n_components

    def _fit(self, X, y, labels):
        k = labels.L.shape[1]
        if (self.n_components or 0) > k:
            raise ValueError(f"n_components={self.n_components} is more than the {k} classes.")
        self.weights_ = {"x": (labels.L.T @ X).T, "y": (labels.L.T @ y).T}

    def _project(self, Z, side):
        return Z @ self.weights_[side]


def test_supervised_methods_get_the_classes_and_as_many_dimensions_as_they_allow(monkeypatch):
    monkeypatch.setattr(searching, "all_methods", lambda: {"LabelMeans": LabelMeans})
    monkeypatch.setattr(sys.modules[MethodEntry.__module__], "all_methods", lambda: {"LabelMeans": LabelMeans})
    monkeypatch.setattr(searching, "read_suite", lambda name: type("Suite", (), {"methods": ()}))
    engine = picture_search("labelmeans")
    assert engine.by_words("guitar", 3).made_by == (
        "LabelMeans(), fitted on all 1,286 pictures with their titles and keywords (lsa) and classes"
    )
    with pytest.raises(ValueError, match="n_components=20 is more than the 14 classes"):
        picture_search("LabelMeans", dimensions=20)


def test_a_method_comes_with_the_parameters_of_the_quick_suite_in_any_case_of_letters():
    assert repr(picture_search("cca").model.estimator) == repr(CCA(n_components=64, reg=1, power=1))
    assert repr(picture_search("CVH", 16).model.estimator) == repr(CVH(n_bits=16, reg=1))
    with pytest.raises(ValueError, match=r"unknown method: 'CAA'; did you mean 'CCA'\? known: .*CCA"):
        picture_search("CAA")


def test_a_picture_is_named_by_number_or_title():
    data = load_openclipart()
    assert find_item(data, "17") == 17
    assert data.titles[find_item(data, "VIOLIN")].casefold() == "violin"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("1286", "there is no picture 1286: they are numbered from 0 to 1285"),
        ("violine", "no picture has the title 'violine'; similar titles: violin"),
        ("zzzzzzz", "no picture has the title 'zzzzzzz'; give a title or a number from 0 to 1285"),
        ("Apple", r"2 pictures have the title 'Apple'; give the number of one: \d+, \d+"),
        ("holiday.jpg", "holiday.jpg is a file, but only bundled pictures can ask"),
    ],
)
def test_no_picture_is_guessed(name, message):
    with pytest.raises(ValueError, match=message):
        find_item(load_openclipart(), name)


class Page(HTMLParser):
    """Counts pictures and collects what a page would load."""

    def __init__(self, text):
        super().__init__()
        self.pictures, self.loads, self.tags = 0, [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.pictures += tag == "img"
        self.loads += [value for name, value in attrs if name in ("src", "href", "srcset")]


def test_the_page_holds_its_pictures_and_loads_nothing(engine):
    for found, n in ((engine.by_words("dog", 9), 9), (engine.by_picture(17, 9), 10)):
        text = render_contact_sheet(found, engine.dataset)
        page = Page(text)
        assert page.pictures == n
        assert all(source.startswith("data:image/webp;base64,") for source in page.loads)
        assert not {"script", "link", "iframe"} & set(page.tags)
        assert "@import" not in text
        assert "url(" not in text
        for row in found.items:
            assert engine.dataset.titles[row].replace("&", "&amp;").replace("'", "&#39;") in text


def test_nothing_typed_becomes_markup(engine):
    found = engine.by_words('dog <img src=x onerror="alert(1)">', 3)
    text = render_contact_sheet(found, engine.dataset)
    assert Page(text).pictures == 3
    assert "&lt;img src=x" in text


def test_bars_shrink_with_the_score_and_survive_negative_cosines():
    data = load_openclipart()
    for distances in ([0.5, 0.75, 1.5], [1.2, 1.3, 1.4], [0, 3, 9]):
        found = SearchResult("q", [0, 1, 2], distances, "CCA()", 1286)
        text = render_contact_sheet(found, data)
        widths = [int(part.split("%")[0]) for part in text.split("width:")[1:] if part.split("%")[0].isdecimal()]
        shown = [width for width in widths if f'style="width:{width}%"' in text][-3:]
        assert shown == sorted(shown, reverse=True)
        assert all(0 <= width <= 100 for width in shown)


def run(capsys, *arguments):
    """Exit status and what was printed, spaces joined."""
    status = main(["search", *arguments])
    printed = capsys.readouterr()
    return status, " ".join(printed.out.split()), printed.err


def test_the_command_prints_a_table_and_the_path_of_the_page(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    status, out, err = run(capsys, "musical", "instrument", "xylofone", "--n", "5")
    assert (status, err) == (0, "")
    assert "Pictures for “musical instrument xylofone”" in out
    assert "violin orchestra" in out
    assert "Ignored “xylofone”, which no picture has (known: xylophone" in out
    assert "CCA(n_components=64, power=1, reg=1), fitted on all 1,286 pictures" in out
    assert out.endswith("shallow_cmr_search/musical-instrument-xylofone.html")
    assert (tmp_path / "shallow_cmr_search" / "musical-instrument-xylofone.html").stat().st_size > 5_000


@pytest.mark.parametrize("width", ["40", "80", "200"])
def test_the_table_fits_the_terminal(tmp_path, monkeypatch, capsys, width):
    monkeypatch.setenv("COLUMNS", width)
    assert main(["search", "--image", "1014", "--out", str(tmp_path / "a.html")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(len(line) for line in lines[:-1]) <= int(width)
    assert (tmp_path / "a.html").exists()


def test_a_picture_asks_and_is_told_where_its_own_keywords_come(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "160")
    status, out, _ = run(capsys, "--image", "violin", "--out", str(tmp_path / "sheets"), "--method", "cvh")
    assert status == 0
    assert "Keywords for picture" in out
    assert "Its own keywords come at place" in out
    assert (tmp_path / "sheets" / "violin.html").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give words, such as: shallow-cmr search"),
        (["dog", "--image", "17"], "not both"),
        (["gitar"], "similar words: guitar"),
        (["dog", "--method", "CAA"], "unknown method: 'CAA'"),
        (["dog", "--n", "0"], "n=0 must be from 1 to 1286"),
        (["dog", "--text", "minilm"], "typed words need the MiniLM network"),
        (["dog", "--dimensions", "500"], "n_components=500 is more than"),
        (["--image", "cat.png"], "only bundled pictures can ask"),
    ],
)
def test_wrong_use_is_one_line_and_writes_nothing(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_help_loads_no_heavy_library():
    code = (
        "import sys; from shallow_cmr.cli import main\n"
        "try: main(['search', '--help'])\n"
        "except SystemExit: pass\n"
        "sys.exit(bool({'numpy', 'sklearn', 'rich'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0
