"""The datasets of cells: loaded once before a run, so that nothing of them can fail in it, and again by its workers."""

import json
from functools import lru_cache

from threadpoolctl import threadpool_limits

from shallow_cmr.datasets import LOADERS

__all__ = ["check_datasets", "load_dataset"]


def check_datasets(cells):
    """Load the dataset of each cell and hold it against the protocol.

    Parameters
    ----------
    cells : list of Cell

    Returns
    -------
    dict of str to str
        `CrossModalDataset.digest` by `Cell.data`.

    Raises
    ------
    ValueError
        A loader refuses its options or files, or a cutoff lies beyond the ranked items.
    OSError
        A file is missing.
    """
    load_dataset.cache_clear()  # files may be others than in an earlier run of this process
    different = {(cell.data, cell.protocol): cell for cell in cells}  # data may be ranked under several protocols
    return {data: _checked(cell).digest for (data, _), cell in different.items()}


def _checked(cell):
    """Return the dataset of a cell; errors name the dataset and its split."""
    try:
        with threadpool_limits(limits=1):  # as in the workers: threads may change last digits, and these the digest
            dataset = load_dataset(cell.data)
        for measure in cell.protocol.get_measures():
            measure.check_database(_n_ranked(dataset, cell.protocol))
    except (OSError, ValueError, TypeError) as error:
        where = cell.dataset.label if cell.split is None else f"{cell.dataset.label}, split {cell.split}"
        kind = OSError if isinstance(error, OSError) else ValueError
        raise kind(f"dataset {where}: {error}") from error
    return dataset


def _n_ranked(dataset, protocol):
    """Return how many items a query ranks."""
    n_test = len(dataset.test)
    return {"test": n_test, "train": len(dataset.train), "rest": len(dataset) - n_test}[protocol.database]


@lru_cache(maxsize=2)
def load_dataset(data):
    """Return the dataset of a cell. Cells of a split run after one another and share it.

    Parameters
    ----------
    data : str
        A `Cell.data`: name and options of the loader.

    Returns
    -------
    CrossModalDataset
        The last two are kept, so that the same text gives the same object.

    Raises
    ------
    ValueError, OSError
        The loader refuses its options, or a file is missing.

    Examples
    --------
    >>> from shallow_cmr.experiment import load_dataset
    >>> load_dataset('["topics", {"n_train": 100}]')
    CrossModalDataset('topics', X=(1100, 64), y=(1100, 200), split=0)
    """
    name, options = json.loads(data)
    return LOADERS[name](**options)
