"""The bundled emoji: Noto pictures with their names and tags, in groups and subgroups."""

from shallow_cmr.datasets.bundled import BundledSet, load_split

__all__ = ["load_emoji"]

EMOJI = BundledSet(
    name="emoji",
    arrays_sha256="f7222e12242383875800bd1ea7a15f416ca0bb54f82be02a76c89db189c51c34",
    thumbnails_sha256="3e472d194bd3bc2a0a083e45dd7479614346ec9da66598a66ce435bca5a9280a",
    labels=(("graded", "both"), ("group", "coarse"), ("subgroup", "fine")),
    licence="pictures Apache-2.0 (Noto Emoji), names and tags MIT (emojibase)",
    source=(
        "Noto Emoji pictures from npm emoji-datasource-google 16.0.0 (https://github.com/iamcal/emoji-data), "
        "names, tags and groups from npm emojibase-data 17.0.0 (https://emojibase.dev)"
    ),
    citation=(
        "Noto Emoji, Google; emojibase, Miles Johnson. Image features: EfficientNet-lite0 (Tan and Le, 2019, "
        "arXiv:1905.11946), or HOG (Dalal and Triggs, 2005, doi:10.1109/CVPR.2005.177) with an HSV histogram. "
        "Text features: MiniLM-L6 sentence embeddings (Wang et al., 2020, arXiv:2002.10957)."
    ),
    description=(
        "1,631 emoji with their names and tags, in 8 groups and 88 subgroups, so that relevance is graded: two emoji "
        "of one group share one label, two of one subgroup share two."
    ),
)


def load_emoji(image="cnn", text="minilm", *, labels="graded", split=0, prepared=True):
    """Load the bundled emoji: 1,631 pictures with names and tags, 8 groups, 88 subgroups, 10 fixed splits.

    A quarter of the emoji of each subgroup are test items. Emoji of the same words, and emoji whose pictures look
    the same, are always on one side of a split. The result is cached in the process and cannot be written to.

    Parameters
    ----------
    image : {"cnn", "hog"}
        ``"cnn"``: 1,280 pooled features of EfficientNet-lite0 trained on ImageNet. ``"hog"``: 576 histograms
        of oriented gradients and the square root of a 72-bin colour histogram.
    text : {"minilm", "lsa", "tfidf"}
        ``"minilm"``: 384-dimensional sentence embeddings of name and tags. ``"tfidf"``: sparse TF-IDF of their
        words. ``"lsa"``: the 100 leading latent semantic dimensions of the TF-IDF.
    labels : {"graded", "group", "subgroup"}
        ``"graded"``: an indicator of the groups and the subgroups. Whoever counts any shared label as relevant scores
        by group, whoever grades by the number of shared labels (NDCG) sees both levels: this is why it is the
        default. ``"group"``, ``"subgroup"``: one class an item.
    split : int, 0 to 9
        Which of the fixed splits.
    prepared : bool, default=True
        Reduce, centre and scale the features, fitted on the training items, as `load_openclipart` does.
        False: the raw features.

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
    The words of the groups are not taken out of the texts: "face" is in the name of most faces. Flags and skin tones
    are left out. Seven subgroups of fewer than four emoji are joined with a neighbour, under both names
    (``cat-face+monkey-face``).

    References
    ----------
    Noto Emoji, https://github.com/googlefonts/noto-emoji. Apache License 2.0.
    emojibase, https://emojibase.dev. MIT License.

    Examples
    --------
    >>> from shallow_cmr.datasets import load_emoji
    >>> data = load_emoji()
    >>> data.labels.shape, data.class_names[:3]
    ((1631, 96), ('activities', 'animals-nature', 'food-drink'))
    >>> lion, tiger = data.titles.index("lion"), data.titles.index("tiger")
    >>> int(data.labels[lion] @ data.labels[tiger])
    2
    """
    return load_split(EMOJI, image, text, labels, split, prepared)
