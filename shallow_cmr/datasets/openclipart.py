"""The bundled clip art: public-domain pictures with keywords, in fourteen classes."""

from shallow_cmr.datasets.bundled import BundledSet, load_split

__all__ = ["load_openclipart"]

OPENCLIPART = BundledSet(
    name="openclipart",
    arrays_sha256="b5b2b0d47cbe7dff23fe7b82fe7a39c16781467aa0cb0d0c77eaea0a10f7fa5e",
    thumbnails_sha256="617c210d7ff20f3e92fbe4287b2a177e0dfaf2dcf02697a5d3e3b3411b6fda81",
    labels=(("class", "coarse"), ("graded", "both")),
    licence="public domain",
    source=(
        "Open Clip Art Library 0.18, Debian source package openclipart 1:0.18+dfsg-19 "
        "(https://tracker.debian.org/pkg/openclipart)"
    ),
    citation=(
        "Open Clip Art Library, release 0.18. Image features: EfficientNet-lite0 (Tan and Le, 2019, "
        "arXiv:1905.11946), or HOG (Dalal and Triggs, 2005, doi:10.1109/CVPR.2005.177) with an HSV histogram. "
        "Text features: MiniLM-L6 sentence embeddings (Wang et al., 2020, arXiv:2002.10957)."
    ),
    description=(
        "1,286 clip-art pictures with their keywords, in 14 classes. The words of the class and of the folder were "
        "taken out of the keywords, so that they do not give the label away."
    ),
)


def load_openclipart(image="cnn", text="minilm", *, labels="class", split=0, prepared=True):
    """Load the bundled clip-art data set: 1,286 pictures with keywords, 14 classes, 10 fixed splits.

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
    labels : {"class", "graded"}
        ``"class"``: one class an item. ``"graded"``: an indicator of the classes and of 36 folders within them
        (``animals/birds``), so that two items share one label in the same class and two in the same folder;
        items that lie at the top of their class have no folder.
    split : int, 0 to 9
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
    greatest value of each column). Author, path and licence of each item are in the file's ``strings``;
    ``data/README.md`` beside this module tells how the set was made.

    References
    ----------
    Open Clip Art Library, release 0.18. Public domain. https://tracker.debian.org/pkg/openclipart

    Examples
    --------
    >>> from shallow_cmr.datasets import load_openclipart
    >>> print(load_openclipart())
    openclipart: 1,286 image-text pairs, 964 training and 322 test (split 0 of 10)
      image features  cnn, 128 columns
      text features   minilm, 128 columns
      classes         14: animals, buildings, celebrations, clothing, electronics, flags,
                      food, music, office, people, plants, sports, tools,
                      vehicles
      protocol        heldout
      licence         public domain
      cite            Open Clip Art Library, release 0.18. Image features: EfficientNet-lite0 (Tan
                      and Le, 2019, arXiv:1905.11946), or HOG (Dalal and Triggs, 2005,
                      doi:10.1109/CVPR.2005.177) with an HSV histogram. Text features: MiniLM-L6
                      sentence embeddings (Wang et al., 2020, arXiv:2002.10957).
    >>> load_openclipart(text="tfidf").y.format
    'csr'
    """
    return load_split(OPENCLIPART, image, text, labels, split, prepared)
