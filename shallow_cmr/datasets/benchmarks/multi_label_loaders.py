"""Loaders of the benchmarks whose items have several classes."""

from shallow_cmr.datasets.benchmarks.catalogue import BENCHMARKS
from shallow_cmr.datasets.benchmarks.loading import from_files
from shallow_cmr.datasets.reading import DEFAULT_MAX_BYTES

__all__ = ["load_iapr_tc12", "load_mirflickr", "load_mscoco", "load_nuswide"]


def load_mirflickr(path=None, prepared=None, *, layout=None, max_bytes=DEFAULT_MAX_BYTES):
    """Load MIRFlickr-25K from a local file: Flickr photographs with their tags, 24 concepts, several to an item.

    The number of pairs tells the edition: 20,015 (DCMH: the first 2,000 are queries, the next 10,000 training pairs
    unless the file has a split), 16,738 (SePH: 5 % queries) or 24,581 (all that have a concept).

    Parameters
    ----------
    path : path or None
        The file, in MATLAB, ``.npz`` or HDF5 format, or the folder of files that hold the arrays together; their
        names tell the layout (`shallow_cmr.datasets.benchmarks.LAYOUTS`). None: the folder ``mirflickr`` in the
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
        Labels are an indicator (n, 24). Items in neither half belong to the database alone.

    Raises
    ------
    FileNotFoundError
        There is no file; the error says where to get one.
    ValueError
        The file is damaged, another set, of an unknown layout, or holds pictures.

    References
    ----------
    Huiskes and Lew (2008), doi:10.1145/1460096.1460104

    Examples
    --------
    >>> from shallow_cmr.datasets import load_mirflickr
    >>> data = load_mirflickr("downloads/mirflickr25k.mat", prepared="centre")  # doctest: +SKIP
    """
    return from_files(BENCHMARKS["mirflickr"], path, prepared, layout=layout, max_bytes=max_bytes)


def load_nuswide(path=None, prepared=None, *, concepts=10, edition=None, layout=None, max_bytes=DEFAULT_MAX_BYTES):
    """Load NUS-WIDE from a local file: Flickr photographs with their tags, 10 or 21 concepts, several to an item.

    186,577 pairs have one of the 10 most frequent concepts, 195,834 one of the 21 most frequent.

    Parameters
    ----------
    path : path or None
        The file, in MATLAB, ``.npz`` or HDF5 format, or the folder of files that hold the arrays together; their
        names tell the layout (`shallow_cmr.datasets.benchmarks.LAYOUTS`). None: the folder ``nuswide10`` or
        ``nuswide21`` in the folder that the environment variable SHALLOW_CMR_DATA names.
    prepared : {"zscore", "centre", None}
        ``"centre"`` subtracts the column means of the training rows, ``"zscore"`` also divides by their
        standard deviations. None: the features as stored.
    concepts : {10, 21}
        How many concepts.
    edition : {"dcmh", "seph", None}
        The split of a file that has none. ``"dcmh"`` or None: the first 2,100 are queries, the next 10,500 training
        pairs; ``"seph"`` (10 concepts): 1 % are queries, 5,000 others training pairs, drawn at random.
    layout : str or None
        Name of the layout, where several fit.
    max_bytes : int
        Most memory that the arrays of a file may take.

    Returns
    -------
    CrossModalDataset
        Labels are an indicator (n, 10) or (n, 21). Items in neither half belong to the database alone.

    Raises
    ------
    FileNotFoundError
        There is no file; the error says where to get one.
    ValueError
        ``concepts`` is neither 10 nor 21, or the file is damaged, another set, of an unknown layout, or holds pictures.

    References
    ----------
    Chua et al. (2009), doi:10.1145/1646396.1646452

    Examples
    --------
    >>> from shallow_cmr.datasets import load_nuswide
    >>> data = load_nuswide("downloads/nus-wide-tc10.mat", prepared="centre")  # doctest: +SKIP
    """
    if concepts not in (10, 21):
        raise ValueError(f"concepts={concepts!r} must be 10 or 21.")
    benchmark = BENCHMARKS[f"nuswide{concepts}"]
    return from_files(benchmark, path, prepared, edition=edition, layout=layout, max_bytes=max_bytes)


def load_iapr_tc12(path=None, prepared=None, *, layout=None, max_bytes=DEFAULT_MAX_BYTES):
    """Load IAPR TC-12 from a local file: 20,000 photographs with descriptions, 255 concepts, several to an item.

    Where the file has no split the first 2,000 are queries and the next 10,000 training pairs (DCMH).

    Parameters
    ----------
    path : path or None
        The file, in MATLAB, ``.npz`` or HDF5 format, or the folder of files that hold the arrays together; their
        names tell the layout (`shallow_cmr.datasets.benchmarks.LAYOUTS`). None: the folder ``iapr_tc12`` in the
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
        Labels are an indicator (n, 255). Items in neither half belong to the database alone.

    Raises
    ------
    FileNotFoundError
        There is no file; the error says where to get one.
    ValueError
        The file is damaged, another set, of an unknown layout, or holds pictures.

    References
    ----------
    Escalante et al. (2010), doi:10.1016/j.cviu.2009.03.008

    Examples
    --------
    >>> from shallow_cmr.datasets import load_iapr_tc12
    >>> data = load_iapr_tc12("downloads/iapr-tc12.mat", prepared="centre")  # doctest: +SKIP
    """
    return from_files(BENCHMARKS["iapr_tc12"], path, prepared, layout=layout, max_bytes=max_bytes)


def load_mscoco(path=None, prepared=None, *, layout=None, max_bytes=DEFAULT_MAX_BYTES):
    """Load MS-COCO features from a local file: photographs with captions, 80 object classes, several to an item.

    Where the file has no split the first 5,000 are queries and the next 10,000 training pairs.

    Parameters
    ----------
    path : path or None
        The file, in MATLAB, ``.npz`` or HDF5 format, or the folder of files that hold the arrays together; their
        names tell the layout (`shallow_cmr.datasets.benchmarks.LAYOUTS`). None: the folder ``mscoco`` in the
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
        Labels are an indicator (n, 80). Items in neither half belong to the database alone.

    Raises
    ------
    FileNotFoundError
        There is no file; the error says where to get one.
    ValueError
        The file is damaged, another set, of an unknown layout, or holds pictures.

    References
    ----------
    Lin et al. (2014), doi:10.1007/978-3-319-10602-1_48

    Examples
    --------
    >>> from shallow_cmr.datasets import load_mscoco
    >>> data = load_mscoco("downloads/coco_cnn.mat", prepared="centre")  # doctest: +SKIP
    """
    return from_files(BENCHMARKS["mscoco"], path, prepared, layout=layout, max_bytes=max_bytes)
