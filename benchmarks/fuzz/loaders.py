"""Load intact files with the wrong arrays in them: ``python benchmarks/fuzz/loaders.py --cases 5000``.

`reading.py` damages bytes; here the bytes are intact, and what they mean is not: arrays that are missing, turned round,
cut, repeated, exchanged, of another type or shape, with numbers that are none. Each loader must give a data set that
can be used, or an error that this package raised itself, which says what is wrong with the arrays and not where NumPy
stumbled over them. A case can be made again by its number (``--loader load_xmedia --first N --cases 1``).
"""

import argparse
import random
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from contextlib import suppress
from pathlib import Path

import numpy as np
from scipy.io import savemat
from scipy.sparse import csr_matrix

import shallow_cmr
from shallow_cmr import datasets, load_features
from shallow_cmr.datasets.benchmarks import BENCHMARKS

CLEAR = (ValueError, TypeError, KeyError, OSError)
HERE = str(Path(shallow_cmr.__file__).parent)
# The benchmarks of few enough pairs to make a file in a moment; the others take the same road.
SMALL = {
    "load_wikipedia": "wikipedia",
    "load_pascal_sentences": "pascal_sentences",
    "load_xmedia": "xmedia",
    "load_pascal_voc": "pascal_voc",
    "load_mirflickr": "mirflickr",
}
LOADERS = [*SMALL, "load_features"]
ODD = (0, -1, 0.5, 1e300, 2.0**63, np.nan, np.inf, -np.inf)
DTYPES = ("f4", "f8", "i1", "u1", ">i4", "i8", "u8", "?", "f2", "c16", "S2", "U3")
SPLITS = (None, 3, 0.25, -1, 0, 0.0, 1.5, np.nan, True, "fold", "gone", "image", "labels", ([0, 1], [2, 3]), ([0], [0]))
SPLITS += (([], [1]), ([0.5], [1]), ([0], [99]), ([[0]], [[1]]), (), [0, 1] * 12, ["train", "test"] * 12, ["a"] * 24)


def made_up(benchmark, rng):
    """Return arrays of as many pairs as published, in a layout drawn by chance."""
    edition = min(benchmark.editions, key=lambda edition: edition.n_items)
    n, c = edition.n_items, benchmark.n_classes
    X, y = rng.integers(0, 9, (n, 3)).astype("f4"), rng.integers(0, 9, (n, 2)).astype("u1")
    labels = np.repeat(np.arange(c), edition.items_per_class) if edition.items_per_class else np.arange(n) % c
    if edition.multi_label or rng.random() < 0.3:
        labels = np.eye(c, dtype="u1")[labels]
    if rng.random() < 0.5:
        rows = rng.permutation(n)
        listed = {"indT": rows[: edition.n_train], "indQ": rows[-edition.n_test :]} if rng.random() < 0.3 else {}
        return {"XAll": X, "YAll": y, "LAll": labels} | listed
    parts = {"te": slice(0, edition.n_test), "tr": slice(edition.n_test, None)}
    views = {"I": X, "T": y, "L": labels}
    return {f"{view}_{part}": V[rows] for part, rows in parts.items() for view, V in views.items()}


def few(rng):
    """Return arrays of 24 pairs as a reader's own file may have them."""
    n = 24
    arrays = {"image": rng.normal(size=(n, 3)), "text": rng.normal(size=(n, 2)), "labels": np.arange(n) % 3}
    return arrays | {"fold": np.arange(n) % 2}


def drop(rng, arrays, name):
    """Leave an array out."""
    del arrays[name]


def rename(rng, arrays, name):
    """Give an array another name, perhaps that of another one."""
    another = rng.choice([*arrays, "X_other", "LAll", "indD", "I_db", "I_va", name.lower(), name.upper()])
    arrays[another] = arrays.pop(name)


def exchange(rng, arrays, name):
    """Let two arrays take each other's place."""
    other = rng.choice(list(arrays))
    arrays[name], arrays[other] = arrays[other], arrays[name]


def turn(rng, arrays, name):
    """Turn an array round."""
    arrays[name] = arrays[name].T


def cut(rng, arrays, name):
    """Take rows away: some, nearly all, or all."""
    arrays[name] = arrays[name][: rng.choice((0, 1, 2, -1))]


def repeat(rng, arrays, name):
    """Put rows in again."""
    arrays[name] = np.concatenate([arrays[name], arrays[name][: rng.choice((1, 5, None))]])


def reshape(rng, arrays, name):
    """Give an array another shape of as many numbers."""
    V = arrays[name]
    arrays[name] = V.reshape(rng.choice(((-1,), (1, -1), (-1, 1), (1, 1, -1), (*V.shape, 1), (1, *V.shape))))


def scalar(rng, arrays, name):
    """Leave one number."""
    arrays[name] = np.array(rng.choice(ODD))


def poison(rng, arrays, name):
    """Set one number, or a row, to one that is out of place."""
    V = arrays[name].copy()
    if V.size and V.dtype.kind in "fiub":
        value = rng.choice(ODD)
        V = V.astype("f8")
        V[rng.randrange(len(V))] = value
    arrays[name] = V


def convert(rng, arrays, name):
    """Store an array as another type."""
    with suppress(ValueError), warnings.catch_warnings(action="ignore"):
        arrays[name] = arrays[name].astype(rng.choice(DTYPES))


def level(rng, arrays, name):
    """Let all numbers be equal."""
    arrays[name] = np.full_like(arrays[name], rng.choice((0, 1)))


def copy(rng, arrays, name):
    """Store an array a second time under a name of a known layout."""
    arrays[rng.choice(("T_db", "L_db", "I_db", "indD", "indT", "indQ", "L_va", "images", "tags"))] = arrays[name]


OF_NAMES = (drop, rename, exchange, copy)
OF_NUMBERS = (turn, cut, repeat, reshape, scalar, poison, convert, level)


def save(rng, arrays, folder):
    """Write the arrays in a format drawn by chance; return the file or folder."""
    kind = rng.choice(("npz", "npz", "mat", "folder", "sparse"))
    if kind == "folder":
        for name, V in arrays.items():
            np.save(folder / f"{name}.npy", V)
        return folder
    if kind == "mat" and all(V.dtype.kind in "fiub" for V in arrays.values()):
        savemat(folder / "a.mat", arrays)
        return folder / "a.mat"
    if kind == "sparse" and all(V.ndim == 2 and V.dtype.kind in "fiu" and V.itemsize > 2 for V in arrays.values()):
        savemat(folder / "a.mat", {name: csr_matrix(V) for name, V in arrays.items()})
        return folder / "a.mat"
    np.savez(folder / "a.npz", **arrays)
    return folder / "a.npz"


def load(rng, loader, path):
    """Return the data set of a file that a loader makes, with arguments drawn by chance."""
    if loader != "load_features":
        return getattr(datasets, loader)(path, rng.choice((None, None, "zscore", "centre")))
    if rng.random() < 0.3:
        return load_features(path, split=rng.choice(SPLITS))
    suffix = ".npy" if path.is_dir() else ""
    return load_features(path, f"image{suffix}", f"text{suffix}", f"labels{suffix}", rng.choice(SPLITS))


def outcome(loader, number, folder):
    """Return in a word what became of a case, or raise an AssertionError."""
    rng = random.Random(f"{loader} {number}")
    draw = np.random.default_rng(rng.getrandbits(32))
    small = loader == "load_features" and rng.random() < 0.7
    arrays = few(draw) if small else made_up(BENCHMARKS[SMALL.get(loader, "pascal_sentences")], draw)
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
        if arrays:
            name = rng.choice(list(arrays))
            rng.choice(OF_NAMES + OF_NUMBERS if arrays[name].ndim else OF_NAMES)(rng, arrays, name)
    path = save(rng, arrays, folder)
    try:
        data = load(rng, loader, path)
    except CLEAR as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        is_ours = place.filename.startswith(HERE) and place.line.startswith("raise ")
        assert is_ours, f"{place.filename}:{place.lineno} raised {error!r}"
        return type(error).__name__
    n = len(data.train) + len(data.test)
    assert 0 < len(data.train) < n <= len(data), "a half is empty"
    assert data.train.X.shape[0] == data.train.y.shape[0] == data.train.labels.shape[0], "the rows do not fit"
    assert not np.intersect1d(data.train_index, data.test_index).size, "the halves overlap"
    assert repr(data), data.digest
    assert all(np.isfinite(V.data if hasattr(V, "tocsr") else V).all() for V in (data.X, data.y)), "not finite"
    return "data set"


def run(loader, first, cases):
    """Run the cases of a loader, say what came of them, and return how many faults there are."""
    outcomes, faults = Counter(), {}
    for number in range(first, first + cases):
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(action="error"):
            try:
                outcomes[outcome(loader, number, Path(folder))] += 1
            except Exception as error:
                place = traceback.extract_tb(error.__traceback__)[-1]
                faults[number] = f"{error!r:.300} at {Path(place.filename).name}:{place.lineno}"
    counts = ", ".join(f"{n} {said}" for said, n in outcomes.most_common())
    print(f"{loader:22} {cases} cases: {counts}; {len(faults)} faults")
    for number, what in faults.items():
        print(f"    case {number}: {what}")
    return len(faults)


def main():
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--loader", choices=LOADERS, help="one loader instead of all")
    parser.add_argument("--cases", type=int, default=500, help="cases a loader (%(default)s)")
    parser.add_argument("--first", type=int, default=0, help="number of the first case (%(default)s)")
    said = parser.parse_args()
    loaders = [said.loader] if said.loader else LOADERS
    sys.exit(min(1, sum(run(loader, said.first, said.cases) for loader in loaders)))


if __name__ == "__main__":
    main()
