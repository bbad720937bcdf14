"""The field's standard benchmarks, read from the reader's own copy of their files.

>>> from shallow_cmr.datasets.benchmarks import BENCHMARKS
>>> BENCHMARKS["wikipedia"].sizes, BENCHMARKS["wikipedia"].editions[0].protocol
((2866,), 'rasiwasia')
>>> [benchmark.title for benchmark in BENCHMARKS.values() if 20_015 in benchmark.sizes]
['MIRFlickr-25K']
"""

from shallow_cmr.datasets.benchmarks.catalogue import BENCHMARKS
from shallow_cmr.datasets.benchmarks.description import Benchmark, Download, Edition
from shallow_cmr.datasets.benchmarks.layouts import LAYOUTS
from shallow_cmr.datasets.benchmarks.mfeat import load_mfeat
from shallow_cmr.datasets.benchmarks.multi_label_loaders import (
    load_iapr_tc12,
    load_mirflickr,
    load_mscoco,
    load_nuswide,
)
from shallow_cmr.datasets.benchmarks.single_label_loaders import load_pascal_sentences, load_pascal_voc, load_xmedia
from shallow_cmr.datasets.benchmarks.wikipedia import load_wikipedia

__all__ = [
    "BENCHMARKS",
    "LAYOUTS",
    "Benchmark",
    "Download",
    "Edition",
    "load_iapr_tc12",
    "load_mfeat",
    "load_mirflickr",
    "load_mscoco",
    "load_nuswide",
    "load_pascal_sentences",
    "load_pascal_voc",
    "load_wikipedia",
    "load_xmedia",
]
