"""The Wikipedia image-text benchmark, read from the reader's own copy of the published files."""

import io
import os
from pathlib import Path

import numpy as np

from shallow_cmr.datasets.dataset import CrossModalDataset
from shallow_cmr.datasets.files import read_verified

__all__ = ["load_wikipedia"]

SHA256 = "ca628f765a69575e168ab29eb97f5ade12fadf47b31de1328c7ff631c7f225ae"
LISTS = {"train": "trainset_txt_img_cat.list", "test": "testset_txt_img_cat.list"}
CLASS_COUNTS = {
    "train": (138, 272, 244, 248, 202, 178, 186, 144, 214, 347),
    "test": (34, 88, 96, 85, 65, 58, 51, 41, 71, 104),
}
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

    stored = loadmat(io.BytesIO(read_verified(folder / "raw_features.mat", SHA256, REMEDY)))
    return {view: np.vstack([stored[f"{view}_tr"], stored[f"{view}_te"]]) for view in "IT"}


def _lines(folder, name):
    """Return the lines of a text file of the folder, without empty ones."""
    path = folder / name
    if not path.is_file():
        raise FileNotFoundError(f"{path} does not exist. {REMEDY}")
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _labels(folder, half):
    """Return the class ids (n,) from 0 on of one half of the split, in the order of the features' rows."""
    rows = [line.split("\t") for line in _lines(folder, LISTS[half])]
    labels = np.array([int(row[2]) - 1 if len(row) == 3 and row[2].strip().isdigit() else -1 for row in rows])
    counts = tuple(int((labels == c).sum()) for c in range(10))
    if counts != CLASS_COUNTS[half] or len(labels) != sum(counts):
        raise ValueError(
            f"{folder / LISTS[half]} is cut or another version: its {len(labels)} rows fall into classes of "
            f"{counts}, expected {CLASS_COUNTS[half]}. {REMEDY}"
        )
    return labels


def _prepare(V, n_train, prepared):
    """Return ``V`` (n, d) as it is, centred or z-scored by its first ``n_train`` rows."""
    if prepared is None:
        return V
    from sklearn.preprocessing import StandardScaler

    return StandardScaler(with_std=prepared == "zscore").fit(V[:n_train]).transform(V)
