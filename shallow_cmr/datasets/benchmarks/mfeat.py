"""UCI multiple features: six files of features of one set of handwritten digits, two of which play image and text."""

import numpy as np

from shallow_cmr.datasets.benchmarks.assembly import Pairs
from shallow_cmr.datasets.benchmarks.finding import folder, remedy
from shallow_cmr.datasets.benchmarks.loading import described
from shallow_cmr.datasets.benchmarks.preparing import check_preparation
from shallow_cmr.datasets.benchmarks.single_label_sets import MFEAT
from shallow_cmr.datasets.reading import read_arrays

__all__ = ["load_mfeat"]


def load_mfeat(path=None, prepared=None, *, image="pix", text="fou"):
    """Load the multiple features of the UCI archive: 2,000 handwritten digits, two of six sets of features.

    A classical benchmark of two-view methods, though neither view is a text. No split is published; this one
    draws 50 test items of each digit, always the same.

    Parameters
    ----------
    path : path or None
        Folder with the files ``mfeat-pix``, ``mfeat-fou`` ... None: the folder ``mfeat`` in the folder that the
        environment variable SHALLOW_CMR_DATA names. `shallow_cmr.datasets.fetch_mfeat` downloads them.
    prepared : {"zscore", "centre", None}
        ``"centre"`` subtracts the column means of the training rows, ``"zscore"`` also divides by their
        standard deviations.
    image, text : {"fou", "fac", "kar", "pix", "zer", "mor"}
        Which features play image and text: 76 Fourier coefficients, 216 profile correlations, 64
        Karhunen-Loeve coefficients, 240 pixel averages, 47 Zernike moments or 6 morphological features.

    Returns
    -------
    CrossModalDataset
        In float64; labels 0 to 9.

    Raises
    ------
    FileNotFoundError
        A file is missing; the error says where to get it.
    ValueError
        An argument is none of the above, or a file is damaged.

    References
    ----------
    Duin, R. (1998), doi:10.24432/C5HC70

    Examples
    --------
    >>> from shallow_cmr.datasets import load_mfeat
    >>> load_mfeat("downloads/mfeat", image="fac")  # doctest: +SKIP
    CrossModalDataset('mfeat', X=(2000, 216), y=(2000, 76))
    """
    check_preparation(prepared)
    kinds = MFEAT.image_features.values()
    for name, kind in (("image", image), ("text", text)):
        if kind not in kinds:
            raise ValueError(f"{name}={kind!r} is unknown; choose one of {', '.join(kinds)}.")
    if image == text:
        raise ValueError(f"image and text are both {image!r}; choose two sets of features.")
    place = folder(MFEAT, path)
    X, y = (_features(place, kind) for kind in (image, text))
    # The files have no labels: the digits come in order, 200 of each.
    labels = np.repeat(np.arange(MFEAT.n_classes), MFEAT.editions[0].items_per_class)
    files = f"mfeat-{image} and mfeat-{text} verified by their sha256"
    return described(MFEAT, Pairs(X, y, [labels], None, None), prepared, None, files)


def _features(place, kind):
    """Return one file's features (2000, d), its digest checked."""
    path = place / f"mfeat-{kind}"
    if not path.is_file():
        raise FileNotFoundError(f"{path} does not exist. {remedy(MFEAT)}")
    (values,) = read_arrays(path, sha256=MFEAT.download.sha256[path.name]).values()
    return values.astype(np.float64)
