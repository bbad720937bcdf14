"""The field's standard benchmarks by their keys."""

from shallow_cmr.datasets.benchmarks.multi_label_sets import IAPR_TC12, MIRFLICKR, MSCOCO, NUSWIDE_10, NUSWIDE_21
from shallow_cmr.datasets.benchmarks.single_label_sets import MFEAT, PASCAL_SENTENCES, PASCAL_VOC, WIKIPEDIA, XMEDIA

__all__ = ["BENCHMARKS"]

BENCHMARKS = {
    benchmark.key: benchmark
    for benchmark in (
        *(WIKIPEDIA, MIRFLICKR, NUSWIDE_10, NUSWIDE_21, PASCAL_VOC),
        *(PASCAL_SENTENCES, IAPR_TC12, MSCOCO, XMEDIA, MFEAT),
    )
}
