"""The Wikipedia image-text benchmark, read from the reader's own copy of the published files."""

import io
import os
from pathlib import Path

import numpy as np

from shallow_cmr.datasets.dataset import CrossModalDataset
from shallow_cmr.datasets.reading import read_verified

__all__ = ["load_wikipedia"]

SHA256 = {
    "raw_features.mat": "ca628f765a69575e168ab29eb97f5ade12fadf47b31de1328c7ff631c7f225ae",
    "trainset_txt_img_cat.list": "30c1ba8afbe90da5986de9b12496b6dd2e4680d3876b79ab7aae2e437d5819a3",
    "testset_txt_img_cat.list": "ec3123ee31cc89dd95fbeb23eb73b2ecfd1d8909bba863723471aad99408c1eb",
    "categories.list": "4929f3ee00e9de9ffe11f9ab18fc8919b0f6182cc801309409df2f2d05e2b0f5",
}
LISTS = {"train": "trainset_txt_img_cat.list", "test": "testset_txt_img_cat.list"}
PREPARATIONS = ("zscore", "centre", None)

REMEDY = """\
The folder must hold the published files of Rasiwasia et al. (2010):
    raw_features.mat            128 SIFT words (I_tr, I_te) and 10 LDA topics (T_tr, T_te)
    trainset_txt_img_cat.list   text, image and class of the 2,173 training pairs
    testset_txt_img_cat.list    the same of the 693 test pairs
    categories.list             the ten class names
Download them from the authors (http://www.svcl.ucsd.edu/projects/crossmodal/), then give their folder to
load_wikipedia, or set SHALLOW_CMR_DATA to the folder that holds them as wikipedia/."""
CITATION = (
    "Rasiwasia, N., Costa Pereira, J., Coviello, E., Doyle, G., Lanckriet, G. R. G., Levy, R. and Vasconcelos, N. "
    "(2010). A new approach to cross-modal multimedia retrieval. ACM Multimedia, 251-260. "
    "doi:10.1145/1873951.1873987"
)


def load_wikipedia(folder=None, prepared=None):
    """Load the Wikipedia benchmark: 2,173 training and 693 test pairs, ten classes, the published split.

    Its licence is not stated, so the data are not part of this package: the files are read from a folder.

    Parameters
    ----------
    folder : path or None
        Folder with ``raw_features.mat`` and the ``.list`` files. None: the folder ``wikipedia`` in the folder
        that the environment variable SHALLOW_CMR_DATA names.
    prepared : {"zscore", "centre", None}
        ``"centre"`` subtracts the column means of the training rows, ``"zscore"`` also divides by their
        standard deviations. None: the features as published.

    Returns
    -------
    CrossModalDataset
        128 image and 10 text features in float64; labels 0 to 9.

    Raises
    ------
    FileNotFoundError
        A file is missing; the error says where the files belong.
    ValueError
        ``prepared`` is unknown, or a file is cut or another version.

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
    if prepared not in PREPARATIONS:
        raise ValueError(f"prepared={prepared!r} is unknown; choose one of 'zscore', 'centre' or None.")
    folder = _default_folder() if folder is None else Path(folder)
    features = _features(folder)
    labels = {half: _labels(folder, half) for half in LISTS}
    n_train, n_test = len(labels["train"]), len(labels["test"])
    train_index = np.arange(n_train)
    X, y = (_prepare(features[name], n_train, prepared) for name in "IT")
    return CrossModalDataset(
        X=X,
        y=y,
        labels=np.concatenate([labels["train"], labels["test"]]),
        train_index=train_index,
        test_index=np.arange(n_train, n_train + n_test),
        name="wikipedia",
        image_features="sift",
        text_features="lda",
        class_names=_lines(folder, "categories.list"),
        licence="not stated; not redistributed",
        source="http://www.svcl.ucsd.edu/projects/crossmodal/",
        citation=CITATION,
        description="Sections of Wikipedia's featured articles with their images, in ten classes.",
    )


def _default_folder():
    """Return the folder ``wikipedia`` below the one that the environment names."""
    root = os.environ.get("SHALLOW_CMR_DATA")
    if not root:
        raise FileNotFoundError(f"folder=None, and SHALLOW_CMR_DATA is not set. {REMEDY}")
    return Path(root) / "wikipedia"


def _features(folder):
    """Return {"I": (2866, 128), "T": (2866, 10)}, the training rows first."""
    from scipy.io import loadmat

    stored = loadmat(io.BytesIO(_verified(folder, "raw_features.mat")))
    return {view: np.vstack([stored[f"{view}_tr"], stored[f"{view}_te"]]) for view in "IT"}


def _verified(folder, name):
    """Return the bytes of a published file."""
    return read_verified(folder / name, SHA256[name], REMEDY)


def _lines(folder, name):
    """Return the lines of a text file of the folder, without empty ones."""
    return [line for line in _verified(folder, name).decode("utf-8").splitlines() if line.strip()]


def _labels(folder, half):
    """Return the class ids (n,) from 0 on of one half of the split, in the order of the features' rows."""
    return np.array([int(line.split("\t")[2]) - 1 for line in _lines(folder, LISTS[half])])


def _prepare(V, n_train, prepared):
    """Return ``V`` (n, d) as it is, centred or z-scored by its first ``n_train`` rows."""
    if prepared is None:
        return V
    from sklearn.preprocessing import StandardScaler

    return StandardScaler(with_std=prepared == "zscore").fit(V[:n_train]).transform(V)
