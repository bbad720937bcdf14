"""Paired image and text features: bundled, local and synthetic.

>>> from shallow_cmr.datasets import load_openclipart
>>> data = load_openclipart()
>>> data.train.X.shape, data.test.y.shape
((964, 128), (322, 128))
"""

from shallow_cmr.datasets.dataset import CrossModalDataset
from shallow_cmr.datasets.emoji import load_emoji
from shallow_cmr.datasets.openclipart import load_openclipart
from shallow_cmr.datasets.synthetic import make_paired_gaussians, make_topics
from shallow_cmr.datasets.wikipedia import load_wikipedia

__all__ = [
    "CrossModalDataset",
    "load_emoji",
    "load_openclipart",
    "load_wikipedia",
    "make_paired_gaussians",
    "make_topics",
]

# What a benchmark suite may name; its further keywords are arguments of the loader.
LOADERS = {"openclipart": load_openclipart, "emoji": load_emoji, "wikipedia": load_wikipedia}
