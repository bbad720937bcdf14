"""Loaders of the benchmarks whose items have one class each, or did in most papers."""

from shallow_cmr.datasets.benchmarks.catalogue import BENCHMARKS
from shallow_cmr.datasets.benchmarks.loading import from_files
from shallow_cmr.datasets.reading import DEFAULT_MAX_BYTES

__all__ = ["load_pascal_sentences", "load_pascal_voc", "load_xmedia"]


def load_pascal_voc(path=None, prepared=None, *, layout=None, max_bytes=DEFAULT_MAX_BYTES):
    """Load Pascal VOC 2007 features from a local file: photographs with the tags of their Flickr pages, 20 classes.

    5,649 pairs are those with objects of one class alone, 9,963 the whole challenge with several classes to an item.

    Parameters
    ----------
    path : path or None
        The file, in MATLAB, ``.npz`` or HDF5 format, or the folder of files that hold the arrays together; their
        names tell the layout (`shallow_cmr.datasets.benchmarks.LAYOUTS`). None: the folder ``pascal_voc`` in the
        folder that the environment variable SHALLOW_CMR_DATA names.
    prepared : {"zscore", "centre", None}
        ``"centre"`` subtracts the column means of the training rows, ``"zscore"`` also divides by their
        standard deviations. None: the features as stored.
    layout : str or None
        Name of the layout, where several fit.
    max_bytes : int
        Most memory that the arrays of a file may take.

    Returns
    -------
    CrossModalDataset
        Labels are ids 0 to 19, or an indicator (n, 20) of the whole challenge.

    Raises
    ------
    FileNotFoundError
        There is no file; the error says where to get one.
    ValueError
        The file is damaged, another set, of an unknown layout, or holds pictures.

    References
    ----------
    Everingham et al. (2010), doi:10.1007/s11263-009-0275-4

    Examples
    --------
    >>> from shallow_cmr.datasets import load_pascal_voc
    >>> data = load_pascal_voc("downloads/pascal_voc.mat", prepared="centre")  # doctest: +SKIP
    """
    return from_files(BENCHMARKS["pascal_voc"], path, prepared, layout=layout, max_bytes=max_bytes)


def load_pascal_sentences(path=None, prepared=None, *, layout=None, max_bytes=DEFAULT_MAX_BYTES):
    """Load Pascal Sentences features from local files: 1,000 photographs with five sentences each, 20 classes.

    Where the files have no split, ten test pairs of each class are drawn, always the same. Validation pairs are in
    neither half.

    Parameters
    ----------
    path : path or None
        The file, in MATLAB, ``.npz`` or HDF5 format, or the folder of files that hold the arrays together; their
        names tell the layout (`shallow_cmr.datasets.benchmarks.LAYOUTS`). None: the folder ``pascal_sentences`` in the
        folder that the environment variable SHALLOW_CMR_DATA names.
    prepared : {"zscore", "centre", None}
        ``"centre"`` subtracts the column means of the training rows, ``"zscore"`` also divides by their
        standard deviations. None: the features as stored.
    layout : str or None
        Name of the layout, where several fit.
    max_bytes : int
        Most memory that the arrays of a file may take.

    Returns
    -------
    CrossModalDataset
        Labels are ids 0 to 19.

    Raises
    ------
    FileNotFoundError
        There is no file; the error says where to get one.
    ValueError
        The file is damaged, another set, of an unknown layout, or holds pictures.

    References
    ----------
    Rashtchian et al. (2010), NAACL-HLT workshop, 139-147

    Examples
    --------
    >>> from shallow_cmr.datasets import load_pascal_sentences
    >>> data = load_pascal_sentences("downloads/pascal", prepared="centre")  # doctest: +SKIP
    """
    return from_files(BENCHMARKS["pascal_sentences"], path, prepared, layout=layout, max_bytes=max_bytes)


def load_xmedia(path=None, prepared=None, *, layout=None, max_bytes=DEFAULT_MAX_BYTES):
    """Load XMedia from a local file: 5,000 images and 5,000 texts in 20 classes, paired by their rows.

    4,000 training and 1,000 test pairs.

    Parameters
    ----------
    path : path or None
        The file, in MATLAB, ``.npz`` or HDF5 format, or the folder of files that hold the arrays together; their
        names tell the layout (`shallow_cmr.datasets.benchmarks.LAYOUTS`). None: the folder ``xmedia`` in the
        folder that the environment variable SHALLOW_CMR_DATA names.
    prepared : {"zscore", "centre", None}
        ``"centre"`` subtracts the column means of the training rows, ``"zscore"`` also divides by their
        standard deviations. None: the features as stored.
    layout : str or None
        Name of the layout, where several fit.
    max_bytes : int
        Most memory that the arrays of a file may take.

    Returns
    -------
    CrossModalDataset
        Labels are ids 0 to 19.

    Raises
    ------
    FileNotFoundError
        There is no file; the error says where to get one.
    ValueError
        The file is damaged, another set, of an unknown layout, or holds pictures.

    References
    ----------
    Peng, Huang and Zhao (2017), An overview of cross-media retrieval, IEEE TCSVT

    Examples
    --------
    >>> from shallow_cmr.datasets import load_xmedia
    >>> data = load_xmedia("downloads/XMediaFeatures.mat", prepared="centre")  # doctest: +SKIP
    """
    return from_files(BENCHMARKS["xmedia"], path, prepared, layout=layout, max_bytes=max_bytes)
