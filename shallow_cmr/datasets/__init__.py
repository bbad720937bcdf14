"""Paired image and text features: bundled, local and synthetic.

>>> from shallow_cmr.datasets import load_openclipart
>>> data = load_openclipart()
>>> data.train.X.shape, data.test.y.shape
((964, 128), (322, 128))
"""

from shallow_cmr.datasets.benchmarks import (
    load_iapr_tc12,
    load_mfeat,
    load_mirflickr,
    load_mscoco,
    load_nuswide,
    load_pascal_sentences,
    load_pascal_voc,
    load_wikipedia,
    load_xmedia,
)
from shallow_cmr.datasets.dataset import CrossModalDataset
from shallow_cmr.datasets.emoji import load_emoji
from shallow_cmr.datasets.features import load_features
from shallow_cmr.datasets.fetching import fetch_mfeat, fetch_wikipedia
from shallow_cmr.datasets.openclipart import load_openclipart
from shallow_cmr.datasets.synthetic import make_paired_gaussians, make_topics
from shallow_cmr.datasets.topics import load_topics

__all__ = [
    "CrossModalDataset",
    "fetch_mfeat",
    "fetch_wikipedia",
    "load_emoji",
    "load_features",
    "load_iapr_tc12",
    "load_mfeat",
    "load_mirflickr",
    "load_mscoco",
    "load_nuswide",
    "load_openclipart",
    "load_pascal_sentences",
    "load_pascal_voc",
    "load_topics",
    "load_wikipedia",
    "load_xmedia",
    "make_paired_gaussians",
    "make_topics",
]

# What a benchmark suite may name; its further keywords are arguments of the loader.
LOADERS = {
    "openclipart": load_openclipart,
    "emoji": load_emoji,
    "wikipedia": load_wikipedia,
    "iapr_tc12": load_iapr_tc12,
    "mfeat": load_mfeat,
    "mirflickr": load_mirflickr,
    "mscoco": load_mscoco,
    "nuswide": load_nuswide,
    "pascal_sentences": load_pascal_sentences,
    "pascal_voc": load_pascal_voc,
    "topics": load_topics,
    "xmedia": load_xmedia,
}
