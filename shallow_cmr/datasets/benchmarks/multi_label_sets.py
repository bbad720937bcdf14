"""Benchmarks whose items have several classes: data only.

What could not be confirmed in a public source says so.
"""

from shallow_cmr.datasets.benchmarks.description import Benchmark, Edition

__all__ = ["IAPR_TC12", "MIRFLICKR", "MSCOCO", "NUSWIDE_10", "NUSWIDE_21"]

DCMH_SPLIT = (
    "DCMH (Jiang and Li, 2017, doi:10.1109/CVPR.2017.348): {queries} queries, {train} training pairs, the database is "
    "all but the queries. The authors draw at random and do not publish the draw; as ports of their code do, the first "
    "{queries} rows are the queries and the next {train} the training pairs."
)
SEPH_SPLIT = (
    "SePH (Lin et al., 2015): {share} of the pairs are queries, 5,000 of the others are training pairs, the "
    "database is all but the queries. The authors' draw is not published: this one is "
    "numpy.random.default_rng(0).permutation, queries first."
)

MIRFLICKR = Benchmark(
    key="mirflickr",
    title="MIRFlickr-25K",
    description="Flickr photographs with their tags and 24 concepts, several to an item.",
    n_classes=24,
    class_names=(
        *("animals", "baby", "bird", "car", "clouds", "dog", "female", "flower", "food", "indoor", "lake", "male"),
        *("night", "people", "plant_life", "portrait", "river", "sea", "sky", "structures", "sunset", "transport"),
        *("tree", "water"),
    ),
    labels_follow_names=False,
    editions=(
        Edition(
            name="dcmh",
            labelled=True,
            n_items=20_015,
            n_train=10_000,
            n_test=2_000,
            rule="queries_first",
            split=DCMH_SPLIT.format(queries="2,000", train="10,000"),
            protocol="dcmh",
            multi_label=True,
        ),
        Edition(
            name="seph",
            n_items=16_738,
            n_train=5_000,
            n_test=837,
            rule="random",
            split=SEPH_SPLIT.format(share="5 % (837)") + " The number of pairs, 16,738, is unverified.",
            protocol="seph",
            multi_label=True,
        ),
        Edition(
            name="labelled",
            labelled=True,
            n_items=24_581,
            n_train=5_000,
            n_test=2_000,
            rule="random",
            split=(
                "All pairs with a label: 2,000 queries, 5,000 training pairs, the database is all but the queries. "
                "Drawn by numpy.random.default_rng(0).permutation, queries first."
            ),
            protocol="dcmh",
            multi_label=True,
        ),
    ),
    image_features={150: "edge histogram", 512: "gist", 4096: "cnn"},
    text_features={500: "pca of tags", 1386: "tags"},
    licence="photographs under their authors' Creative Commons licences; features: not stated",
    source="https://press.liacs.nl/mirflickr/",
    citation=(
        "Huiskes, M. J. and Lew, M. S. (2008). The MIR Flickr retrieval evaluation. ACM International Conference on "
        "Multimedia Information Retrieval, 39-43. doi:10.1145/1460096.1460104"
    ),
    obtain=(
        "The authors' page has the photographs, tags and annotations. Features are passed on by the papers' "
        "authors, for instance at https://github.com/jiangqy/DCMH-CVPR2017 (pictures, tags, labels) and "
        "https://github.com/jiangqy/DLFH-TIP2019 (features); there is no address to download them from directly."
    ),
)


def _nuswide(n_concepts, n_items, editions):
    """Return the description of NUS-WIDE with the pairs of its most frequent concepts."""
    return Benchmark(
        key=f"nuswide{n_concepts}",
        title=f"NUS-WIDE ({n_concepts} concepts)",
        description=(
            f"The {n_items:,} Flickr photographs of NUS-WIDE that bear one of its {n_concepts} most frequent "
            f"concepts, with their tags; several concepts to an item."
        ),
        n_classes=n_concepts,
        class_names=(),
        labels_follow_names=False,
        editions=editions,
        image_features={500: "sift", 4096: "cnn"},
        text_features={1000: "tags"},
        licence="photographs belong to their authors; tags, concepts and features: not stated",
        source="https://lms.comp.nus.edu.sg/wp-content/uploads/2019/research/nuswide/NUS-WIDE.html",
        citation=(
            "Chua, T.-S., Tang, J., Hong, R., Li, H., Luo, Z. and Zheng, Y. (2009). NUS-WIDE: A real-world web image "
            "database from National University of Singapore. ACM International Conference on Image and Video "
            "Retrieval. doi:10.1145/1646396.1646452"
        ),
        obtain=(
            "The authors' page has SIFT words, tags and concepts of all 269,648 photographs; the pairs without one "
            "of the concepts are left out. The reduced files are passed on by the papers' authors, for instance at "
            "https://github.com/jiangqy/DCMH-CVPR2017; there is no address to download them from directly."
        ),
    )


def _nuswide_dcmh(n_items):
    """Return DCMH's edition of NUS-WIDE."""
    return Edition(
        name="dcmh",
        labelled=True,
        n_items=n_items,
        n_train=10_500,
        n_test=2_100,
        rule="queries_first",
        split=DCMH_SPLIT.format(queries="2,100", train="10,500"),  # seen in public code for 10 concepts
        protocol="dcmh",
        multi_label=True,
    )


NUSWIDE_10 = _nuswide(
    10,
    186_577,
    (
        _nuswide_dcmh(186_577),
        Edition(
            name="seph",
            labelled=True,
            n_items=186_577,
            n_train=5_000,
            n_test=1_866,
            rule="random",
            split=SEPH_SPLIT.format(share="1 % (1,866)"),
            protocol="seph",
            multi_label=True,
        ),
    ),
)
NUSWIDE_21 = _nuswide(21, 195_834, (_nuswide_dcmh(195_834),))

IAPR_TC12 = Benchmark(
    key="iapr_tc12",
    title="IAPR TC-12",
    description="20,000 photographs with a description in sentences and up to 255 concepts, several to an item.",
    n_classes=255,
    class_names=(),
    labels_follow_names=False,
    editions=(
        Edition(
            name="dcmh",
            n_items=20_000,
            n_train=10_000,
            n_test=2_000,
            rule="queries_first",
            split=DCMH_SPLIT.format(queries="2,000", train="10,000"),
            protocol="dcmh",
            multi_label=True,
        ),
    ),
    image_features={512: "gist", 4096: "cnn"},
    text_features={2912: "words"},
    licence="not stated",
    source="https://www.imageclef.org/photodata",
    citation=(
        "Escalante, H. J., Hernandez, C. A., Gonzalez, J. A., Lopez-Lopez, A., Montes, M., Morales, E. F., Sucar, "
        "L. E., Villasenor, L. and Grubinger, M. (2010). The segmented and annotated IAPR TC-12 benchmark. Computer "
        "Vision and Image Understanding 114, 419-428. doi:10.1016/j.cviu.2009.03.008"
    ),
    obtain=(
        "Features are passed on by papers' authors, for instance at https://github.com/jiangqy/DLFH-TIP2019 "
        "(iapr-tc12.mat); there is no address to download them from directly."
    ),
)

MSCOCO = Benchmark(
    key="mscoco",
    title="MS-COCO",
    description=(
        "Photographs of Microsoft COCO with captions and 80 object classes, several to an item, as hashing papers "
        "use it."
    ),
    n_classes=80,
    class_names=(),
    labels_follow_names=False,
    editions=tuple(
        Edition(
            name=name,
            n_items=n_items,
            n_train=10_000,
            n_test=5_000,
            rule="queries_first",
            split=(
                f"{which}: the first 5,000 rows are the queries, the next 10,000 the training pairs, the database is "
                f"all but the queries. The number {n_items:,} is unverified."
            ),
            protocol="dcmh",
            multi_label=True,
        )
        for name, n_items, which in (
            ("labelled", 122_218, "The photographs of 2014 with at least one object"),
            ("all", 123_287, "All photographs of 2014's training and validation halves"),
        )
    ),
    image_features={4096: "cnn"},
    text_features={300: "doc2vec", 2000: "bow"},
    licence="annotations CC BY 4.0; photographs under Flickr's terms of use; features: not stated",
    source="https://cocodataset.org/",
    citation=(
        "Lin, T.-Y., Maire, M., Belongie, S., Hays, J., Perona, P., Ramanan, D., Dollar, P. and Zitnick, C. L. (2014). "
        "Microsoft COCO: Common objects in context. ECCV, 740-755. doi:10.1007/978-3-319-10602-1_48"
    ),
    obtain=(
        "The authors' page has photographs, captions and classes. Features (COCO.mat, coco_cnn.mat ...) are passed "
        "on by papers' authors; there is no address to download them from directly."
    ),
)
