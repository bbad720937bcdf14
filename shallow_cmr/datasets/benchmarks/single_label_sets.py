"""Benchmarks whose items have one class each, or did in most papers: data only.

What could not be confirmed in a public source says so.
"""

from shallow_cmr.datasets.benchmarks.description import Benchmark, Download, Edition

__all__ = ["MFEAT", "PASCAL_SENTENCES", "PASCAL_VOC", "WIKIPEDIA", "XMEDIA"]

FIXED = "The split is part of the file."
VOC_CLASSES = (
    *("aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow"),
    *("diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor"),
)

WIKIPEDIA = Benchmark(
    key="wikipedia",
    title="Wikipedia",
    description="Sections of Wikipedia's featured articles with their images, in ten classes.",
    n_classes=10,
    class_names=(
        *("art", "biology", "geography", "history", "literature"),
        *("media", "music", "royalty", "sport", "warfare"),
    ),
    labels_follow_names=True,
    editions=(
        Edition(
            name="rasiwasia",
            n_items=2866,
            n_train=2173,
            n_test=693,
            rule="train_first",
            split="Rasiwasia et al. (2010): 2,173 training and 693 test pairs, listed in the published files.",
            protocol="rasiwasia",
            multi_label=False,
            items_per_class=(172, 360, 340, 333, 267, 236, 237, 185, 285, 451),
        ),
    ),
    image_features={128: "sift", 4096: "cnn"},
    text_features={10: "lda", 300: "doc2vec", 1000: "bow"},
    licence="not stated; not redistributed",
    source="http://www.svcl.ucsd.edu/projects/crossmodal/",
    citation=(
        "Rasiwasia, N., Costa Pereira, J., Coviello, E., Doyle, G., Lanckriet, G. R. G., Levy, R. and Vasconcelos, N. "
        "(2010). A new approach to cross-modal multimedia retrieval. ACM Multimedia, 251-260. "
        "doi:10.1145/1873951.1873987"
    ),
    obtain=(
        "The authors' archive wikipedia_dataset.zip holds raw_features.mat (I_tr, I_te: 128 SIFT words; T_tr, T_te: 10 "
        "LDA topics) and the lists of the split and of the classes; fetch_wikipedia downloads it. Papers also pass on "
        "single files with I_tr, T_tr, L_tr, I_te, T_te, L_te."
    ),
    download=Download(
        url="http://www.svcl.ucsd.edu/projects/crossmodal/wikipedia_dataset.zip",
        sha256={
            "raw_features.mat": "ca628f765a69575e168ab29eb97f5ade12fadf47b31de1328c7ff631c7f225ae",
            "trainset_txt_img_cat.list": "30c1ba8afbe90da5986de9b12496b6dd2e4680d3876b79ab7aae2e437d5819a3",
            "testset_txt_img_cat.list": "ec3123ee31cc89dd95fbeb23eb73b2ecfd1d8909bba863723471aad99408c1eb",
            "categories.list": "4929f3ee00e9de9ffe11f9ab18fc8919b0f6182cc801309409df2f2d05e2b0f5",
        },
    ),
)

PASCAL_VOC = Benchmark(
    key="pascal_voc",
    title="Pascal VOC 2007",
    description="Photographs of the Pascal visual object classes challenge 2007 with the tags of their Flickr pages.",
    n_classes=20,
    class_names=VOC_CLASSES,
    labels_follow_names=False,
    editions=(
        Edition(
            name="single_object",
            n_items=5_649,
            n_train=2_808,
            n_test=2_841,
            rule="train_first",
            split=(
                "The photographs with objects of one class alone: 2,808 of the challenge's training and validation "
                "half, 2,841 of its test half (the two numbers are unverified). " + FIXED
            ),
            protocol="rasiwasia",
            multi_label=False,
        ),
        Edition(
            name="challenge",
            n_items=9_963,
            n_train=5_011,
            n_test=4_952,
            rule="train_first",
            split=(
                "The challenge's halves: 5,011 photographs to train and validate, 4,952 to test (the sizes of the "
                "halves are unverified, their sum is not). " + FIXED
            ),
            protocol="rasiwasia",
            multi_label=True,
        ),
    ),
    image_features={512: "gist", 4096: "cnn"},
    text_features={399: "tags"},
    licence="photographs under Flickr's terms of use; features: not stated",
    source="http://host.robots.ox.ac.uk/pascal/VOC/voc2007/",
    citation=(
        "Everingham, M., Van Gool, L., Williams, C. K. I., Winn, J. and Zisserman, A. (2010). The Pascal visual object "
        "classes (VOC) challenge. International Journal of Computer Vision 88, 303-338. doi:10.1007/s11263-009-0275-4"
    ),
    obtain=(
        "The challenge's page has the photographs and classes. Features with tags are passed on by papers' authors; "
        "there is no address to download them from directly."
    ),
)

PASCAL_SENTENCES = Benchmark(
    key="pascal_sentences",
    title="Pascal Sentences",
    description="1,000 photographs of the Pascal VOC 2008 challenge, 50 of each class, with five sentences each.",
    n_classes=20,
    class_names=VOC_CLASSES,
    labels_follow_names=False,
    editions=(
        Edition(
            name="all",
            n_items=1_000,
            n_train=800,
            n_test=200,
            rule="stratified",
            split=(
                "40 training and 10 test pairs of each class; of the 200, papers with a validation set keep 100 for "
                "it. No draw is published: of files without a split, numpy.random.default_rng(0) draws the test pairs."
            ),
            protocol="rasiwasia",
            multi_label=False,
            items_per_class=(50,) * 20,
        ),
        Edition(
            name="without_validation",
            n_items=900,
            n_train=800,
            n_test=100,
            rule="stratified",
            split="The same without the validation pairs: 800 training and 100 test pairs. " + FIXED,
            protocol="rasiwasia",
            multi_label=False,
        ),
    ),
    image_features={4096: "cnn"},
    text_features={300: "doc2vec", 1000: "bow"},
    licence="photographs under Flickr's terms of use; sentences and features: not stated",
    source="http://vision.cs.uiuc.edu/pascal-sentences/",
    citation=(
        "Rashtchian, C., Young, P., Hodosh, M. and Hockenmaier, J. (2010). Collecting image annotations using Amazon's "
        "Mechanical Turk. NAACL-HLT workshop, 139-147."
    ),
    obtain=(
        "The authors' page has photographs and sentences. Features are passed on by papers' authors, for instance at "
        "https://github.com/penghu-cs/DSCMR (train_img.mat, train_txt.mat, train_img_lab.mat, test_img.mat ...); "
        "there is no address to download all of them from directly."
    ),
)

XMEDIA = Benchmark(
    key="xmedia",
    title="XMedia",
    description=(
        "5,000 images and 5,000 texts of the PKU XMedia collection, 250 of each in each class, paired by their rows."
    ),
    n_classes=20,
    class_names=(
        *("insect", "bird", "wind", "dog", "tiger", "explosion", "elephant", "flute", "airplane", "drum", "train"),
        *("laughter", "wolf", "thunder", "horse", "autobike", "gun", "stream", "piano", "violin"),
    ),
    labels_follow_names=False,
    editions=(
        Edition(
            name="pku",
            n_items=5_000,
            n_train=4_000,
            n_test=1_000,
            rule="train_first",
            split="4,000 training and 1,000 test pairs; papers with a validation set take the first 500 of the 1,000. "
            + FIXED,
            protocol="rasiwasia",
            multi_label=False,
            items_per_class=(250,) * 20,
        ),
    ),
    image_features={4096: "cnn"},
    text_features={10: "lda", 3000: "bow"},
    licence="not stated",
    source="http://59.108.48.34/tiki/XMediaNet/",
    citation=(
        "Peng, Y., Huang, X. and Zhao, Y. (2017). An overview of cross-media retrieval: Concepts, methodologies, "
        "benchmarks and challenges. IEEE Transactions on Circuits and Systems for Video Technology."
    ),
    obtain=(
        "The authors give XMediaFeatures.mat (I_tr_CNN, T_tr_BOW, trImgCat, I_te_CNN, T_te_BOW, teImgCat ...) to "
        "those who ask; there is no address to download it from directly."
    ),
)

MFEAT = Benchmark(
    key="mfeat",
    title="UCI multiple features",
    description="2,000 handwritten digits, 200 of each, in six sets of features, of which two play image and text.",
    n_classes=10,
    class_names=tuple("0123456789"),
    labels_follow_names=True,
    editions=(
        Edition(
            name="uci",
            n_items=2_000,
            n_train=1_500,
            n_test=500,
            rule="stratified",
            split="None is published: numpy.random.default_rng(0) draws 50 test items of each class.",
            protocol="heldout",
            multi_label=False,
            items_per_class=(200,) * 10,
        ),
    ),
    image_features={76: "fou", 216: "fac", 64: "kar", 240: "pix", 47: "zer", 6: "mor"},
    text_features={76: "fou", 216: "fac", 64: "kar", 240: "pix", 47: "zer", 6: "mor"},
    licence="Creative Commons Attribution 4.0 (unverified)",
    source="https://archive.ics.uci.edu/dataset/72/multiple+features",
    citation="Duin, R. (1998). Multiple features. UCI machine learning repository. doi:10.24432/C5HC70",
    obtain=(
        "The archive's mfeat-fou, mfeat-fac, mfeat-kar, mfeat-pix, mfeat-zer and mfeat-mor; fetch_mfeat downloads them."
    ),
    download=Download(
        url="https://archive.ics.uci.edu/ml/machine-learning-databases/mfeat/",
        sha256={
            "mfeat-fou": "d2bed48a4d302efe77bd80d52e16a211e99efe6fee9baf1c28dcc199c43c50ad",
            "mfeat-fac": "83be9bc9fd50c6dd0b0532f6b6101956f1cf51c71b33f22d3f0cd2b5befb31b5",
            "mfeat-kar": "db832668544497d0c06a2c1d1bfa0e17ba672812b7cfa6ed19f0941e19e1d7fa",
            "mfeat-pix": "70a1cd033add46614464a8740ddc23c3693765985bde52ccb6b702bff23b64f1",
            "mfeat-zer": "d4a0e302f2f61e823b906f78818c7c0ef078c0bbc23022affd6607d60ecfe4f3",
            "mfeat-mor": "8767b326d874f096de06d525a2df4e610f4e9dfe91e29c250d8a3054907e3b61",
        },
    ),
)
