"""Paired image and text features: bundled, local and synthetic.

>>> from shallow_cmr.datasets import load_openclipart
>>> data = load_openclipart()
>>> data.train.X.shape, data.test.y.shape
((1035, 128), (345, 128))
"""

from shallow_cmr.datasets.dataset import CrossModalDataset
from shallow_cmr.datasets.openclipart import load_openclipart
from shallow_cmr.datasets.synthetic import make_paired_gaussians, make_topics
from shallow_cmr.datasets.topics import load_topics
from shallow_cmr.datasets.wikipedia import load_wikipedia

__all__ = [
    "CrossModalDataset",
    "load_openclipart",
    "load_topics",
    "load_wikipedia",
    "make_paired_gaussians",
    "make_topics",
]

# What a benchmark suite may name; its further keywords are arguments of the loader.
LOADERS = {"openclipart": load_openclipart, "topics": load_topics, "wikipedia": load_wikipedia}
