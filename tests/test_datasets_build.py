"""The maintainers' build script of the bundled data: close to its source, and the same bytes each time."""

import importlib.util
import io
import time
import zipfile
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "data" / "build_openclipart.py"


@pytest.fixture(scope="module")
def build():
    """Return the script as a module."""
    spec = importlib.util.spec_from_file_location("build_openclipart", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_quantised_values_are_within_half_a_step_and_zeros_stay_zeros(build):
    rng = np.random.default_rng(0)
    V = np.maximum(rng.normal(0.5, 2, (300, 7)), 0) * 10.0 ** np.arange(-3, 4)
    V[:, 2] = 4.25
    codes, offset, scale = build.quantise(V)
    assert codes.dtype == np.uint8
    assert (codes.max(axis=0)[[0, 1, 3]] == 255).all()
    restored = offset.astype(float) + scale.astype(float) * codes
    assert (abs(restored - V) <= scale * 0.501).all()
    np.testing.assert_array_equal(restored[V == 0], 0)
    np.testing.assert_array_equal(restored[:, 2], 4.25)


def test_splits_are_stratified_and_never_part_equal_word_sets(build):
    pytest.importorskip("sklearn", "1.9", reason="the build runs on the current release, which stratifies more evenly")
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, 400)
    texts = [f"w{rng.integers(0, 250)} of" if i % 2 else f"of w{rng.integers(0, 250)}" for i in range(400)]
    for is_test in build.draw_splits(labels, texts):
        sides = defaultdict(set)
        for text, side in zip(texts, is_test):
            sides[frozenset(text.split())].add(side)
        assert {len(side) for side in sides.values()} == {1}
        np.testing.assert_allclose(np.bincount(labels, is_test) / np.bincount(labels), 0.25, atol=0.05)


def test_an_archive_depends_on_its_members_alone(build, tmp_path, monkeypatch):
    members = {"a.npy": build.npy(np.arange(5)), "b.npy": build.npy(np.eye(3))}
    written = []
    for year in (2001, 2031):
        monkeypatch.setattr(time, "time", lambda year=year: time.mktime((year, 1, 1, 0, 0, 0, 0, 0, 0)))
        build.write_zip(tmp_path / f"{year}.npz", members, zipfile.ZIP_DEFLATED)
        written.append((tmp_path / f"{year}.npz").read_bytes())
    assert written[0] == written[1]
    with np.load(io.BytesIO(written[0]), allow_pickle=False) as stored:
        np.testing.assert_array_equal(stored["b"], np.eye(3))


def test_a_thumbnail_shows_the_content_in_the_middle_of_a_white_square(build, tmp_path):
    picture = Image.new("RGBA", (300, 200), (0, 0, 0, 0))
    picture.paste((200, 0, 0, 255), (250, 20, 290, 180))
    (tmp_path / "png").mkdir()
    (tmp_path / "svg").mkdir()
    (tmp_path / "svg" / "bar.svg").write_text("<svg/>")
    picture.save(tmp_path / "png" / "bar.png")
    pixels = np.asarray(Image.open(io.BytesIO(build.thumbnail(tmp_path, "bar.svg")))).astype(int)
    assert pixels.shape == (64, 64, 3)
    assert abs(pixels[:, 26:38] - [200, 0, 0]).max() < 25
    assert pixels[:, :20].min() > 230
    assert pixels[:, 44:].min() > 230


def test_a_drawing_that_lacks_a_linked_image_is_known_by_its_link(build):
    assert build.LINKED_IMAGE.search('<image width="3"\n xlink:href="file:///home/a/b.jpg"/>')
    assert not build.LINKED_IMAGE.search('<image xlink:href="data:image/png;base64,xx"/><use xlink:href="#a"/>')


def test_items_that_are_not_public_domain_are_refused(build):
    free = {"lic": "http://web.resource.org/cc/PublicDomain"}
    build.check_licences([free])
    with pytest.raises(ValueError, match=r"other than public domain: .*GPL"):
        build.check_licences([free, {"lic": "http://web.resource.org/cc/GPL"}])
