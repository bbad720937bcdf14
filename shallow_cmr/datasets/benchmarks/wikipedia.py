"""The Wikipedia benchmark: the authors' folder of files, or one of the single files that papers pass on."""

import io

import numpy as np

from shallow_cmr.datasets.benchmarks.assembly import paired
from shallow_cmr.datasets.benchmarks.finding import data_files, folder, remedy
from shallow_cmr.datasets.benchmarks.loading import described, from_files
from shallow_cmr.datasets.benchmarks.preparing import check_preparation
from shallow_cmr.datasets.benchmarks.single_label_sets import WIKIPEDIA
from shallow_cmr.datasets.reading import DEFAULT_MAX_BYTES, read_verified

__all__ = ["load_wikipedia"]

FEATURES = "raw_features.mat"
LISTS = {"train": "trainset_txt_img_cat.list", "test": "testset_txt_img_cat.list"}
REMEDY = f"""\
The folder must hold the published files of Rasiwasia et al. (2010):
    raw_features.mat            128 SIFT words (I_tr, I_te) and 10 LDA topics (T_tr, T_te)
    trainset_txt_img_cat.list   text, image and class of the 2,173 training pairs
    testset_txt_img_cat.list    the same of the 693 test pairs
    categories.list             the ten class names
{remedy(WIKIPEDIA)}"""


def load_wikipedia(path=None, prepared=None, *, layout=None, max_bytes=DEFAULT_MAX_BYTES):
    """Load the Wikipedia benchmark: 2,173 training and 693 test pairs, ten classes, the published split.

    Its licence is not stated, so the data are not part of this package: the files are read from a folder.
    `shallow_cmr.datasets.fetch_wikipedia` downloads them.

    Parameters
    ----------
    path : path or None
        The authors' folder (``raw_features.mat`` and the ``.list`` files), or a file with features, labels and
        split together: ``I_tr``, ``T_tr``, ``L_tr``, ``I_te`` ..., labels as ids from 0 or 1 on, or as an
        indicator, in MATLAB, ``.npz`` or HDF5 format. None: the folder ``wikipedia`` in the folder that the
        environment variable SHALLOW_CMR_DATA names.
    prepared : {"zscore", "centre", None}
        ``"centre"`` subtracts the column means of the training rows, ``"zscore"`` also divides by their
        standard deviations. None: the features as published.
    layout : str or None
        Which names to use where a file holds several sets of features; see
        `shallow_cmr.datasets.benchmarks.LAYOUTS`.
    max_bytes : int
        Most memory that the arrays of a file may take.

    Returns
    -------
    CrossModalDataset
        Of the authors' files, 128 image and 10 text features in float64; labels 0 to 9.

    Raises
    ------
    FileNotFoundError
        A file is missing; the error says where the files belong.
    ValueError
        ``prepared`` is unknown, or a file is cut, another version or another set.

    References
    ----------
    Rasiwasia et al. (2010), doi:10.1145/1873951.1873987

    Examples
    --------
    >>> from shallow_cmr.datasets import load_wikipedia
    >>> data = load_wikipedia("downloads/wikipedia", prepared="zscore")  # doctest: +SKIP
    >>> data.train.X.shape, data.test.y.shape  # doctest: +SKIP
    ((2173, 128), (693, 10))
    """
    check_preparation(prepared)
    place = folder(WIKIPEDIA, path)
    if _is_the_authors(place):
        names, arrays = _published(place)
        return described(
            WIKIPEDIA, paired(arrays, names, WIKIPEDIA.n_classes), prepared, None, "files verified by their sha256"
        )
    return from_files(WIKIPEDIA, place, prepared, layout=layout, max_bytes=max_bytes)


def _is_the_authors(place):
    """Whether to read a folder as the authors': it has one of their files, or none at all."""
    if place.is_file():
        return False
    if any((place / name).exists() for name in WIKIPEDIA.download.sha256):
        return True
    try:
        return not data_files(WIKIPEDIA, place)
    except FileNotFoundError:
        return True


def _published(place):
    """Return names and arrays by role of the authors' files, each verified by its digest."""
    from scipy.io import loadmat

    stored = loadmat(io.BytesIO(_verified(place, FEATURES)))
    names, arrays = {}, {}
    for half in LISTS:
        for view, array in (("image", f"I_{half[:2]}"), ("text", f"T_{half[:2]}")):
            names[f"{view}_{half}"], arrays[f"{view}_{half}"] = array, stored[array]
        names[f"labels_{half}"], arrays[f"labels_{half}"] = LISTS[half], _ids(place, half)
    _verified(place, "categories.list")
    return names, arrays


def _verified(place, name):
    """Return the bytes of a published file."""
    return read_verified(place / name, WIKIPEDIA.download.sha256[name], REMEDY)


def _ids(place, half):
    """Return the class ids (n,) from 1 on of one half of the split, in the order of the features' rows."""
    lines = _verified(place, LISTS[half]).decode("utf-8").splitlines()
    return np.array([int(line.split("\t")[2]) for line in lines if line.strip()])
