"""What the bundled sets share: files checked by digest, labels of two levels, features prepared on training rows."""

import io
import json
from dataclasses import dataclass
from functools import lru_cache, partial
from numbers import Integral
from pathlib import Path

import numpy as np

from shallow_cmr.datasets.dataset import CrossModalDataset
from shallow_cmr.datasets.preparation import centre_and_scale, latent_semantics, principal_components, tfidf
from shallow_cmr.datasets.reading import read_verified

__all__ = ["BundledSet", "load_split", "prepare", "read_records"]

FOLDER = Path(__file__).parent / "data"
IMAGE_FEATURES = ("cnn", "hog")
TEXT_FEATURES = ("minilm", "lsa", "tfidf")
N_SPLITS = 10
N_PRINCIPAL_COMPONENTS = 128
N_LATENT_TOPICS = 100


@dataclass(frozen=True)
class BundledSet:
    """What is known of a bundled set besides its arrays.

    Attributes
    ----------
    name : str
        Its files are ``name.npz`` and ``name_thumbnails.zip``.
    arrays_sha256, thumbnails_sha256 : str
        The files' digests, as the build script prints them.
    labels : tuple of (str, str)
        What the user may ask for, and the level that it stands for: ``"coarse"``, ``"fine"`` or ``"both"``.
    licence, source, citation, description : str
        As in `CrossModalDataset`.
    """

    name: str
    arrays_sha256: str
    thumbnails_sha256: str
    labels: tuple
    licence: str
    source: str
    citation: str
    description: str


def load_split(bundled, image, text, labels, split, prepared):
    """Return a bundled set in one of its fixed splits; the same object for the same arguments.

    Raises
    ------
    ValueError
        An argument is none of those that the set has, or a file of the package is damaged.
    FileNotFoundError
        A file of the package is missing.
    """
    _check_choice("image", image, IMAGE_FEATURES)
    _check_choice("text", text, TEXT_FEATURES)
    _check_choice("labels", labels, tuple(kind for kind, _ in bundled.labels))
    if not isinstance(split, Integral) or isinstance(split, bool) or not 0 <= split < N_SPLITS:
        raise ValueError(f"split={split!r} does not exist; the splits are 0 to {N_SPLITS - 1}.")
    if not isinstance(prepared, bool | np.bool_):
        raise ValueError(f"prepared={prepared!r} must be True or False.")
    return _load_checked(bundled, image, text, labels, int(split), bool(prepared))


def _check_choice(name, value, known):
    """Raise unless a value is one of the known ones."""
    if value not in known:
        raise ValueError(f"{name}={value!r} is unknown; choose one of {', '.join(known)}.")


@lru_cache(maxsize=16)
def _load_checked(bundled, image, text, labels, split, prepared):
    """Return the data set of checked arguments."""
    is_test = read_arrays(bundled)["splits"][split] == 1
    halves = np.flatnonzero(~is_test), np.flatnonzero(is_test)
    return prepare(bundled, image, text, labels, prepared, *halves, split=split, n_splits=N_SPLITS)


def prepare(bundled, image, text, labels, prepared, train_index, test_index, split=None, n_splits=1):
    """Return a bundled set in any split, its features prepared on these training rows alone.

    Parameters
    ----------
    bundled : BundledSet
        Which set.
    image, text, labels : str
        Features and labels, as the set's loader takes them.
    prepared : bool
        Reduce, centre and scale the features.
    train_index, test_index : ndarray of int
        Row numbers.
    split, n_splits : int or None, int
        As in `CrossModalDataset`.
    """
    arrays, records = read_arrays(bundled), read_records(bundled)
    level = dict(bundled.labels)[labels]
    train = np.asarray(train_index, dtype=np.intp).tobytes()
    return CrossModalDataset(
        X=_features(bundled, image, prepared, train),
        y=_features(bundled, text, prepared, train),
        labels=_labels(arrays, level),
        train_index=train_index,
        test_index=test_index,
        name=bundled.name,
        image_features=image,
        text_features=text,
        class_names=[name for part in _parts(level) for name in records[f"{part}_names"]],
        titles=records["titles"],
        texts=records["texts"],
        licence=bundled.licence,
        source=bundled.source,
        citation=bundled.citation,
        description=bundled.description,
        split=split,
        n_splits=n_splits,
        groups=arrays["groups"],
        thumbnails=_thumbnails(bundled),
        remake=partial(prepare, bundled, image, text, labels, prepared),
    )


def _parts(level):
    """Return the stored levels that a level stands for."""
    return ("coarse", "fine") if level == "both" else (level,)


def _labels(arrays, level):
    """Return class ids (n,) of one level, or of both the indicator (n, c): shared labels count the shared levels."""
    if level != "both":
        return arrays[level].astype(np.intp)
    ids = [arrays[part] for part in _parts(level)]
    # An item without a finer class has -1 there: a row of zeros.
    return np.hstack([v[:, None] == np.arange(v.max() + 1) for v in ids]).astype(np.uint8)


@lru_cache(maxsize=16)
def _features(bundled, kind, prepared, train):
    """Return the features (n, d) of one modality, prepared on the rows whose numbers are the bytes ``train``.

    Cached apart from the data sets, because these share them.
    """
    train = np.frombuffer(train, dtype=np.intp)
    if kind in ("lsa", "tfidf"):
        V = tfidf(read_records(bundled)["texts"], train)
        if kind == "tfidf":
            return V
        V = latent_semantics(V, train, N_LATENT_TOPICS)
    else:
        arrays = read_arrays(bundled)
        V = arrays[f"{kind}_offset"] + arrays[f"{kind}_scale"] * arrays[f"{kind}_codes"]
        if prepared:
            V = principal_components(V, train, N_PRINCIPAL_COMPONENTS)
    return centre_and_scale(V, train) if prepared else V.astype(np.float32)


@lru_cache(maxsize=4)
def read_arrays(bundled):
    """Return the arrays {name: array} of a set's data file."""
    content = _verified(f"{bundled.name}.npz", bundled.arrays_sha256)
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


@lru_cache(maxsize=4)
def read_records(bundled):
    """Return {name: list} of all strings of a set: of each item the title, text, path, author and licence."""
    return json.loads(read_arrays(bundled)["strings"].tobytes())


@lru_cache(maxsize=4)
def _thumbnails(bundled):
    """Return the path of a set's archive of pictures, its content checked."""
    name = f"{bundled.name}_thumbnails.zip"
    _verified(name, bundled.thumbnails_sha256)
    return FOLDER / name


def _verified(name, sha256):
    """Return the bytes of a data file of the package."""
    return read_verified(FOLDER / name, sha256, "Install shallow_cmr again.")
