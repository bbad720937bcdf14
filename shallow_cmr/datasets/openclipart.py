"""The bundled data set: public-domain clip art with keywords, in thirteen classes."""

import io
import json
from functools import lru_cache
from numbers import Integral
from pathlib import Path

import numpy as np

from shallow_cmr.datasets.dataset import CrossModalDataset
from shallow_cmr.datasets.preparation import centre_and_scale, latent_semantics, principal_components, tfidf
from shallow_cmr.datasets.reading import read_verified

__all__ = ["load_openclipart"]

FOLDER = Path(__file__).parent / "data"
SHA256 = {
    "openclipart.npz": "299ea45fd7f5a35b0018cd7aa2e15dbae473e6eba150ab2c3a609ca32ff7b17e",
    "openclipart_thumbnails.zip": "41f600ab0af7678a588f17ae87dca164fb154c5048f68f93d1a656d973c86b2f",
}
IMAGE_FEATURES = ("cnn", "hog")
TEXT_FEATURES = ("minilm", "lsa", "tfidf")
N_SPLITS = 5
N_PRINCIPAL_COMPONENTS = 128
N_LATENT_TOPICS = 100

SOURCE = (
    "Open Clip Art Library 0.18, Debian source package openclipart 1:0.18+dfsg-19 "
    "(https://tracker.debian.org/pkg/openclipart)"
)
CITATION = (
    "Open Clip Art Library, release 0.18. Image features: EfficientNet-lite0 (Tan and Le, 2019, "
    "arXiv:1905.11946), or HOG (Dalal and Triggs, 2005, doi:10.1109/CVPR.2005.177) with an HSV histogram. "
    "Text features: MiniLM-L6 sentence embeddings (Wang et al., 2020, arXiv:2002.10957)."
)
DESCRIPTION = (
    "1,380 clip-art pictures with their keywords, in 13 classes. The words of the class were taken out of the "
    "keywords, so that they do not give the label away."
)


def load_openclipart(image="cnn", text="minilm", *, split=0, prepared=True):
    """Load the bundled clip-art data set: 1,380 pictures with keywords, 13 classes, 5 fixed splits.

    A quarter of the items of each class are test items. Items with the same keywords are always on one
    side of a split. The result is cached in the process and cannot be written to.

    Parameters
    ----------
    image : {"cnn", "hog"}
        ``"cnn"``: 1,280 pooled features of EfficientNet-lite0 trained on ImageNet. ``"hog"``: 576 histograms
        of oriented gradients and the square root of a 72-bin colour histogram.
    text : {"minilm", "lsa", "tfidf"}
        ``"minilm"``: 384-dimensional sentence embeddings of the keyword string. ``"tfidf"``: sparse TF-IDF
        of its words. ``"lsa"``: the 100 leading latent semantic dimensions of the TF-IDF.
    split : int, 0 to 4
        Which of the fixed splits.
    prepared : bool, default=True
        Reduce the CNN, HOG and MiniLM features to their 128 leading principal components, then centre each
        view and divide it by one number, so that its column variances average to one; all of this is fitted
        on the training items. False: the raw features. TF-IDF is the same in both cases: fitted on the
        training items with scikit-learn's default `TfidfVectorizer`, rows of unit length, not centred.

    Returns
    -------
    CrossModalDataset
        Features in float32; ``thumbnail(i)`` gives the 64 x 64 WebP picture of item ``i``.

    Raises
    ------
    ValueError
        An argument is none of the above, or a file of the package is damaged.
    FileNotFoundError
        A file of the package is missing.

    Notes
    -----
    The CNN, HOG and MiniLM features are stored with 8 bits a value (255 steps between the least and the
    greatest value of each column); with regularised CCA this moves the mAP of a split by less than .0003.
    Nine pictures were damaged when their image features were computed: items 23, 176 and 194 are blank there,
    214 to 218 and 1166 bear the words "Linked Image Not Found". Their thumbnails (but that of 1166) are whole.

    References
    ----------
    Open Clip Art Library, release 0.18. Public domain. https://tracker.debian.org/pkg/openclipart

    Examples
    --------
    >>> from shallow_cmr.datasets import load_openclipart
    >>> print(load_openclipart())
    openclipart: 1,380 image-text pairs, 1,035 training and 345 test (split 0 of 5)
      image features  cnn, 128 columns
      text features   minilm, 128 columns
      classes         13: animals, buildings, celebrations, electronics, flags, food, music,
                      office, people, plants, sports, tools, vehicles
      protocol        heldout
      licence         public domain
      cite            Open Clip Art Library, release 0.18. Image features: EfficientNet-lite0 (Tan
                      and Le, 2019, arXiv:1905.11946), or HOG (Dalal and Triggs, 2005,
                      doi:10.1109/CVPR.2005.177) with an HSV histogram. Text features: MiniLM-L6
                      sentence embeddings (Wang et al., 2020, arXiv:2002.10957).
    >>> load_openclipart(text="tfidf").y.format
    'csr'
    """
    if image not in IMAGE_FEATURES:
        raise ValueError(f"image={image!r} is unknown; choose one of {', '.join(IMAGE_FEATURES)}.")
    if text not in TEXT_FEATURES:
        raise ValueError(f"text={text!r} is unknown; choose one of {', '.join(TEXT_FEATURES)}.")
    if not isinstance(split, Integral) or isinstance(split, bool) or not 0 <= split < N_SPLITS:
        raise ValueError(f"split={split!r} does not exist; the splits are 0 to {N_SPLITS - 1}.")
    if not isinstance(prepared, bool | np.bool_):
        raise ValueError(f"prepared={prepared!r} must be True or False.")
    return _dataset(image, text, int(split), bool(prepared))


@lru_cache(maxsize=16)
def _dataset(image, text, split, prepared):
    """Return the data set of checked arguments."""
    arrays, strings = _source()
    is_test = arrays["splits"][split] == 1
    return CrossModalDataset(
        X=_view(image, split, prepared),
        y=_view(text, split, prepared),
        labels=arrays["labels"].astype(np.intp),
        train_index=np.flatnonzero(~is_test),
        test_index=np.flatnonzero(is_test),
        name="openclipart",
        image_features=image,
        text_features=text,
        **{name: strings[name] for name in ("class_names", "titles", "texts")},
        licence="public domain",
        source=SOURCE,
        citation=CITATION,
        description=DESCRIPTION,
        split=split,
        n_splits=N_SPLITS,
        thumbnails=_thumbnails(),
    )


@lru_cache(maxsize=16)
def _view(kind, split, prepared):
    """Return the features (n, d) of one modality; cached apart, because data sets share them."""
    arrays, strings = _source()
    train = np.flatnonzero(arrays["splits"][split] == 0)
    if kind in ("lsa", "tfidf"):
        V = tfidf(strings["texts"], train)
        if kind == "tfidf":
            return V
        V = latent_semantics(V, train, N_LATENT_TOPICS)
    else:
        V = arrays[f"{kind}_offset"] + arrays[f"{kind}_scale"] * arrays[f"{kind}_codes"]
        if prepared:
            V = principal_components(V, train, N_PRINCIPAL_COMPONENTS)
    return centre_and_scale(V, train) if prepared else V.astype(np.float32)


@lru_cache(maxsize=1)
def _source():
    """Return the arrays {name: array} and the strings {name: list} of the package's data file."""
    with np.load(io.BytesIO(_verified("openclipart.npz")), allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    return arrays, json.loads(arrays.pop("strings").tobytes())


@lru_cache(maxsize=1)
def _thumbnails():
    """Return the path of the archive of pictures, its content checked."""
    _verified("openclipart_thumbnails.zip")
    return FOLDER / "openclipart_thumbnails.zip"


def _verified(name):
    """Return the bytes of a data file of the package."""
    return read_verified(FOLDER / name, SHA256[name], "Install shallow_cmr again.")
