"""`CrossModalIndex`: exact neighbours in either modality, files that are whole or refused, faiss with equal answers."""

import io
import pickle
import sys
import warnings
import zipfile

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.neighbors import NearestNeighbors

from shallow_cmr import CCA, CVH, CrossModalPipeline, make_paired_gaussians
from shallow_cmr.retrieval import CrossModalIndex, index_file
from shallow_cmr.retrieval.index_file import read_index, write_index

DATA = make_paired_gaussians(600, 12, 9, correlations=(0.95, 0.9, 0.8, 0.7), random_state=0)
X, Y = DATA.X, DATA.y


def fitted(name="CCA", X=X, Y=Y):
    """A fitted estimator: embeddings or codes."""
    return {"CCA": CCA(n_components=4), "CVH": CVH(n_bits=8, reg=0.1)}[name].fit(X, Y)


def assert_same_answers(one, other, **query):
    """Both indices find the same items at the same distances."""
    for a, b in zip(one.kneighbors(**query), other.kneighbors(**query)):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


def test_neighbours_are_those_of_scikit_learn_in_the_shared_space():
    model = fitted()
    distances, indices = CrossModalIndex(model).fit(images=X).kneighbors(text=Y[:50], n_neighbors=7)
    peer = NearestNeighbors(n_neighbors=7, metric="cosine", algorithm="brute").fit(model.transform_image(X))
    peer_distances, peer_indices = peer.kneighbors(model.transform_text(Y[:50]))
    np.testing.assert_array_equal(indices, peer_indices)
    np.testing.assert_allclose(distances, peer_distances, atol=1e-7)


def test_hamming_distances_count_bits():
    model = fitted("CVH")
    distances, indices = CrossModalIndex(model).fit(texts=Y).kneighbors(image=X[:50], n_neighbors=7)
    differing = (model.transform_image(X[:50])[:, None] != model.transform_text(Y)).sum(axis=2)
    np.testing.assert_array_equal(indices, np.argsort(differing, axis=1, kind="stable")[:, :7])
    np.testing.assert_array_equal(distances, np.take_along_axis(differing, indices, axis=1))
    assert distances.dtype == np.int32


@pytest.mark.parametrize("name", ["CCA", "CVH"])
def test_a_pair_is_its_own_first_neighbour_among_pairs(name):
    index = CrossModalIndex(fitted(name)).fit(images=X, texts=Y)
    assert index.indexed_ == "pairs"
    distances, indices = index.kneighbors(image=X, text=Y, n_neighbors=600)
    np.testing.assert_allclose(distances[:, 0], 0, atol=1e-7)
    assert all(i in row[d == d[0]] for i, (d, row) in enumerate(zip(distances, indices)))


def test_texts_find_the_picture_of_their_pair_far_better_than_chance():
    index = CrossModalIndex(fitted()).fit(images=X)
    indices = index.kneighbors(text=Y, n_neighbors=30, return_distance=False)
    assert (indices == np.arange(600)[:, None]).any(axis=1).mean() > 8 * 30 / 600


@pytest.mark.parametrize("name", ["CCA", "CVH"])
def test_adding_items_is_indexing_them_at_once(name):
    model = fitted(name)
    whole, parts = CrossModalIndex(model).fit(images=X), CrossModalIndex(model).fit(images=X[:100])
    assert parts.add(images=X[100:101]).add(images=X[101:]) is parts
    assert len(parts) == 600
    assert_same_answers(whole, parts, text=Y[:20], n_neighbors=40)


def test_fitting_again_forgets():
    index = CrossModalIndex(fitted()).fit(images=X).fit(texts=Y[:10])
    assert (len(index), index.indexed_) == (10, "texts")


def test_float32_features_give_float32_distances():
    index = CrossModalIndex(fitted()).fit(images=X.astype(np.float32))
    assert index.kneighbors(text=Y[:2].astype(np.float32))[0].dtype == np.float32
    assert index.kneighbors(text=Y[:2])[0].dtype == np.float64


def test_data_frames_from_set_output_are_searched_alike():
    plain = CrossModalIndex(fitted()).fit(images=X)
    framed = CrossModalIndex(fitted().set_output(transform="pandas")).fit(images=X)
    assert_same_answers(plain, framed, text=Y[:5])


def test_packed_codes_are_numpys_packbits():
    model = fitted("CVH")
    packed = CrossModalIndex(model).fit(images=X).packed_codes()
    np.testing.assert_array_equal(packed, np.packbits(model.transform_image(X), axis=1))
    assert packed.flags.c_contiguous
    with pytest.raises(ValueError, match="holds real embeddings; a hashing method"):
        CrossModalIndex(fitted()).fit(images=X).packed_codes()


@pytest.mark.parametrize("name", ["CCA", "CVH"])
def test_a_saved_index_answers_alike_and_grows(name, tmp_path):
    model = fitted(name)
    index = CrossModalIndex(model).fit(images=X[:500])
    index.save(tmp_path / "index.npz")
    loaded = CrossModalIndex.load(tmp_path / "index.npz", pickle.loads(pickle.dumps(model)))
    assert (len(loaded), loaded.indexed_, loaded.kind_) == (500, "images", index.kind_)
    assert_same_answers(index, loaded, text=Y[:20], n_neighbors=40)
    assert_same_answers(index.add(images=X[500:]), loaded.add(images=X[500:]), text=Y[:20], n_neighbors=600)
    assert [path.name for path in tmp_path.iterdir()] == ["index.npz"]


def test_a_pipeline_of_strings_can_be_saved(tmp_path):
    from sklearn.feature_extraction.text import TfidfVectorizer

    is_red, is_big = (X[:, :2] > np.median(X[:, :2], axis=0)).T
    texts = [f"{'red' if red else 'blue'} {'big' if big else 'small'}" for red, big in zip(is_red, is_big)]
    model = CrossModalPipeline(text=TfidfVectorizer(), estimator=CCA(n_components=2, reg=0.1)).fit(X, texts)
    index = CrossModalIndex(model).fit(texts=texts)
    index.save(tmp_path / "index")
    assert_same_answers(index, CrossModalIndex.load(tmp_path / "index", model), image=X[:5])


def test_an_index_refuses_any_but_its_own_model(tmp_path):
    path = tmp_path / "index.npz"
    CrossModalIndex(fitted()).fit(images=X).save(path)
    with pytest.raises(ValueError, match=r"index.npz was made with .*CCA\(n_components=4\).* fitted on other data"):
        CrossModalIndex.load(path, fitted(X=X[::-1].copy()))
    with pytest.raises(ValueError, match=r"which is CVH\(n_bits=8, reg=0.1\)"):
        CrossModalIndex.load(path, fitted("CVH"))
    with pytest.raises(ValueError, match=r"which is CCA\(n_components=3\)"):
        CrossModalIndex.load(path, CCA(n_components=3).fit(X, Y))
    with pytest.raises(NotFittedError):
        CrossModalIndex.load(path, CCA(n_components=4))
    codes = tmp_path / "codes.npz"
    CrossModalIndex(fitted("CVH")).fit(images=X).save(codes)
    with pytest.raises(ValueError, match=r"codes.npz was made with a fitted CVH"):
        CrossModalIndex.load(codes, fitted("CVH", X=X[::-1].copy()))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.npz"):
        CrossModalIndex.load(tmp_path / "nowhere.npz", fitted())


def test_no_cut_or_altered_file_is_taken_for_an_index(tmp_path):
    path, model = tmp_path / "index.npz", fitted()
    index = CrossModalIndex(model).fit(images=X[:50])
    index.save(path)
    whole = path.read_bytes()
    for length in range(0, len(whole), 97):
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match=r"index\.npz is no index of this package, or is cut or damaged"):
            CrossModalIndex.load(path, model)
    refused = 0
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        try:
            assert_same_answers(index, CrossModalIndex.load(path, model), text=Y[:5])  # a date, say, may differ
        except ValueError as error:
            assert "index.npz is no index" in str(error)
            refused += 1
    assert refused > 0.7 * len(whole) / 7


class Trap:
    """An object whose unpickling would show."""

    def __reduce__(self):
        return pytest.fail, ("a pickle was run",)


def archive(members, compression=zipfile.ZIP_STORED):
    """Bytes of a zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return buffer.getvalue()


def npy(array):
    """Bytes of an .npy file."""
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, allow_pickle=True)
    return buffer.getvalue()


def liar(shape):
    """Bytes of an .npy file with a thousand floats that says it has another shape."""
    buffer = io.BytesIO()
    header = {"descr": "<f8", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(buffer, header)
    return buffer.getvalue() + bytes(8000)


def members(content):
    """The members of an index, all with this content."""
    return dict.fromkeys(["about.npy", "probe.npy", "rows.npy"], content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<!DOCTYPE html><html>not found</html>", "not a zip file"),
        (b"", "not a zip file"),
        (npy(np.zeros(3)), "not a zip file"),
        (archive({"rows.npy": npy(np.zeros((2, 2)))}), "it holds rows.npy"),
        (archive(members(npy(np.zeros(10**6))), zipfile.ZIP_DEFLATED), "refused: about.npy is compressed"),
        (archive(members(npy(np.array([Trap()], dtype=object)))), "refused: an array that says it is object"),
        (archive(members(liar((999,)))), r"says it is float64 \(999,\) in 8000 bytes"),
        (archive(members(liar((10**14,)))), r"\(100000000000000,\) in 8000 bytes"),
        (archive(members(liar((2**40, 2**40)))), "in 8000 bytes"),
        (archive(members(liar((-10, -100)))), "cut or damaged"),
        (archive(members(b"\x93NUMPY\x01\x00\xff\xff")), "EOF"),
        (archive(members(npy(np.zeros(10)))), "cut or damaged"),
    ],
)
def test_files_that_only_look_like_an_index_are_refused(content, reason, tmp_path):
    path = tmp_path / "hostile.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"hostile\.npz is no index of this package.*{reason}"):
        CrossModalIndex.load(path, fitted())


@pytest.mark.parametrize(
    ("about", "rows", "reason"),
    [
        ({"width": 5}, np.zeros((3, 4), dtype=np.int32), "embeddings of width 5 cannot be int32"),
        ({"kind": "codes"}, np.zeros((3, 4), dtype=np.int32), "codes of width 4 cannot be int32"),
        ({"kind": "pickles"}, np.zeros((3, 4), dtype=np.int32), "pickles of width 4"),
        ({"indexed": "films"}, np.zeros((3, 4), dtype=np.int32), "does not say what is indexed"),
        ({"format": "shallow_cmr index 2"}, np.zeros((3, 4), dtype=np.int32), "expected 'shallow_cmr index 1'"),
    ],
)
def test_an_index_must_be_what_it_says_it_is(about, rows, reason, tmp_path):
    sound = {"indexed": "images", "kind": "embeddings", "width": 4, "estimator": "CCA()"}
    write_index(tmp_path / "i.npz", sound | about, {"rows": rows, "probe": np.zeros((0, 0))})
    with pytest.raises(ValueError, match=reason):
        read_index(tmp_path / "i.npz")


def test_a_failed_save_keeps_the_old_file_and_leaves_nothing(tmp_path, monkeypatch):
    index = CrossModalIndex(fitted()).fit(images=X)
    index.save(tmp_path / "index.npz")
    before = (tmp_path / "index.npz").read_bytes()

    def full(file, **arrays):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(index_file.np, "savez", full)
    with pytest.raises(OSError, match="No space left"):
        index.add(images=X).save(tmp_path / "index.npz")
    assert (tmp_path / "index.npz").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({}, "give image=, text=, or both"),
        ({"text": Y[:2], "n_neighbors": 0}, "n_neighbors=0 must be a whole number from 1 to 600"),
        ({"text": Y[:2], "n_neighbors": 601}, "n_neighbors=601 must be a whole number from 1 to 600"),
        ({"text": Y[:2], "n_neighbors": 2.5}, "n_neighbors=2.5 must be"),
        ({"text": Y[:2], "n_neighbors": True}, "n_neighbors=True must be"),
        ({"text": X[:2]}, "12 features, but CCA is expecting 9 text features"),
        ({"image": Y[:2]}, "9 features, but CCA is expecting 12 features"),
        ({"text": np.full((2, 9), np.nan)}, "NaN"),
        ({"image": X[:2], "text": Y[:3]}, "inconsistent numbers of samples"),
    ],
)
def test_wrong_queries_are_told_what_is_needed(query, message):
    with pytest.raises(ValueError, match=message):
        CrossModalIndex(fitted()).fit(images=X).kneighbors(**query)


def test_wrong_use_is_told_what_to_do(tmp_path):
    with pytest.raises(TypeError, match="has no transform_image; pass a cross-modal method"):
        CrossModalIndex("CCA")
    with pytest.raises(ValueError, match="backend='annoy' is unknown; choose one of numpy, faiss"):
        CrossModalIndex(fitted(), backend="annoy")
    with pytest.raises(NotFittedError, match="not fitted"):
        CrossModalIndex(CCA()).fit(images=X)
    index = CrossModalIndex(fitted())
    for use in (lambda: index.kneighbors(text=Y), lambda: index.add(images=X), lambda: index.save(tmp_path / "i")):
        with pytest.raises(NotFittedError, match=r"nothing is indexed yet; call fit\(images"):
            use()
    with pytest.raises(ValueError, match="give images=, texts=, or both"):
        index.fit()
    index.fit(images=X)
    with pytest.raises(ValueError, match="holds images, but got texts; add with images= alone"):
        index.add(texts=Y)
    with pytest.raises(ValueError, match="NaN"):
        index.add(images=np.full((1, 12), np.nan))
    assert len(index) == 600
    index.estimator.set_params(n_components=2).fit(X, Y)
    with pytest.raises(ValueError, match="embeddings of width 4, but the estimator now makes embeddings of width 2"):
        index.kneighbors(text=Y)


def test_faiss_missing_is_an_error_that_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(ImportError, match=r"pip install 'shallow_cmr\[ann\]'"):
        CrossModalIndex(fitted(), backend="faiss")


@pytest.fixture(scope="module")
def faiss():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wrapper's own, on import
        return pytest.importorskip("faiss", reason="the extra ann is not installed")


@pytest.mark.parametrize("name", ["CCA", "CVH"])
def test_faiss_finds_the_same_neighbours(name, faiss, tmp_path):
    model = fitted(name)
    ours, theirs = (CrossModalIndex(model, backend=b).fit(images=X[:400]) for b in ("numpy", "faiss"))
    for index in (ours, theirs):
        index.add(images=np.concatenate([X[400:], X[:50], X[:50]]))  # triples: ties
    for k in (1, 10, 300, 700):
        assert_same_answers(ours, theirs, text=Y[:40], n_neighbors=k)
    assert_same_answers(ours, theirs, text=Y[:1], n_neighbors=10)
    ours.save(tmp_path / "index.npz")
    loaded = CrossModalIndex.load(tmp_path / "index.npz", model, backend="faiss")
    assert_same_answers(ours, loaded, text=Y[:40], n_neighbors=10)


def test_faiss_finds_the_same_neighbours_in_crowds_closer_than_float32_can_tell(faiss):
    from shallow_cmr.retrieval.backends import make_table

    rng = np.random.default_rng(0)
    crowd = rng.normal(size=(1, 24)) + 1e-8 * rng.normal(size=(2000, 24))
    tables = [make_table(backend, "embeddings", 24) for backend in ("numpy", "faiss")]
    for table in tables:
        table.extend(table.encode(crowd))
    (d, i), (D, I) = (table.search(crowd[:30], 50) for table in tables)  # noqa: E741
    np.testing.assert_array_equal(i, I)
    np.testing.assert_array_equal(d, D)


def test_faiss_keeps_its_settings(faiss):
    before = faiss.cvar.distance_compute_blas_threshold
    CrossModalIndex(fitted(), backend="faiss").fit(images=X).kneighbors(text=Y)
    assert faiss.cvar.distance_compute_blas_threshold == before


def test_packed_codes_go_into_faiss(faiss):
    index = CrossModalIndex(fitted("CVH")).fit(images=X)
    theirs = faiss.IndexBinaryFlat(8)
    theirs.add(index.packed_codes())
    queries = np.packbits(fitted("CVH").transform_text(Y[:9]), axis=1)
    np.testing.assert_array_equal(theirs.search(queries, 5)[0], index.kneighbors(text=Y[:9], n_neighbors=5)[0])
