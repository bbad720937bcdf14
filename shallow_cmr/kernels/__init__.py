"""Kernels, their bandwidths, centring in feature space, anchors, and feature maps of low rank."""

from shallow_cmr.kernels.anchors import kmeans_anchors, order_by_content, random_anchors
from shallow_cmr.kernels.functions import KERNELS, kernel_matrix, mean_squared_distance, natural_bandwidth
from shallow_cmr.kernels.gram import centre_gram, gram_rank, incomplete_cholesky
from shallow_cmr.kernels.maps import Kernel, KernelMap, icd_map, nystroem_map

__all__ = [
    "KERNELS",
    "Kernel",
    "KernelMap",
    "centre_gram",
    "gram_rank",
    "icd_map",
    "incomplete_cholesky",
    "kernel_matrix",
    "kmeans_anchors",
    "mean_squared_distance",
    "natural_bandwidth",
    "nystroem_map",
    "order_by_content",
    "random_anchors",
]
