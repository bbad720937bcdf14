"""Who is relevant to whom: one question, asked in blocks, whatever form the answer was given in.

======================================  ==================================================================
given                                   relevant; grade
======================================  ==================================================================
``(query_classes, database_classes)``   equal class; 1
``(query_labels, database_labels)``     indicator matrices: at least one label shared; the number shared
``"paired"``                            item i of query i; 1
``("ids", query_ids, database_ids)``    equal id (several captions of one image, say); 1
a matrix (n_queries, n_database)        entry > 0; the entry
a callable                              ``f(queries, database)`` returns the block of such a matrix for two slices
======================================  ==================================================================
"""

import numpy as np
from scipy import sparse

from shallow_cmr.relevance.kinds import GivenBlocks, GivenMatrix, Relevance, SameClass, SharedLabels, check_grades
from shallow_cmr.relevance.labels import encode_classes, label_masks

__all__ = ["Relevance", "as_relevance"]


def as_relevance(relevance, n_queries=None, n_database=None):
    """Return `relevance`, in any of the forms that this module lists, as a `Relevance`.

    Parameters
    ----------
    relevance : tuple, str, array, sparse matrix, callable or Relevance
    n_queries, n_database : int, optional
        The numbers of queries and database items it must be about; needed for ``"paired"`` and callables.

    Raises
    ------
    ValueError
        Missing labels, other lengths than needed, label matrices of different widths.
    TypeError
        Labels of different kinds, or none of the known forms.

    Examples
    --------
    >>> block = slice(0, 2), slice(0, 3)
    >>> as_relevance((["cat", "dog"], ["dog", "cat", "dog"])).relevant(*block)
    array([[False,  True, False],
           [ True, False,  True]])
    >>> as_relevance(([[1, 1], [0, 1]], [[1, 1], [1, 0], [0, 0]])).grades(*block)
    array([[2, 1, 0],
           [1, 0, 0]], dtype=uint8)
    """
    found = _parse(relevance, n_queries, n_database)
    for side, given, needed in (
        ("queries", found.n_queries, n_queries),
        ("database items", found.n_database, n_database),
    ):
        if needed is not None and given != needed:
            raise ValueError(f"relevance is given for {given} {side}, but there are {needed}; give one row for each.")
        if given == 0:
            raise ValueError(f"there are no {side}: relevance is given for 0 of them.")
    return found


def _parse(relevance, n_queries, n_database):
    """Return the `Relevance` that the given form stands for."""
    if isinstance(relevance, Relevance):
        return relevance
    if isinstance(relevance, str) and relevance == "paired":
        return _paired(n_queries, n_database)
    if isinstance(relevance, tuple) and len(relevance) == 3 and isinstance(relevance[0], str):
        if relevance[0] != "ids":
            raise ValueError(f"relevance starts with {relevance[0]!r}; the form is ('ids', query_ids, database_ids).")
        return SameClass(*encode_classes(*relevance[1:]))
    if isinstance(relevance, tuple) and len(relevance) == 2:
        return _from_labels(*relevance)
    if callable(relevance):
        if n_queries is None or n_database is None:
            raise ValueError("a relevance callable needs n_queries and n_database to be known.")
        return GivenBlocks(relevance, n_queries, n_database)
    if isinstance(relevance, (str, tuple)) or relevance is None:
        raise TypeError(
            f"relevance={relevance!r} is of no known form; give a pair (query_labels, database_labels), 'paired', "
            "('ids', query_ids, database_ids), a matrix (n_queries, n_database) or a callable."
        )
    return GivenMatrix(check_grades(relevance.tocsr() if sparse.issparse(relevance) else np.asarray(relevance)))


def _paired(n_queries, n_database):
    """Return the relevance of item i to query i."""
    if n_queries is None or n_queries != n_database:
        raise ValueError(
            f"relevance='paired' says that item i belongs to query i, but there are {n_queries} queries and "
            f"{n_database} database items; give labels, or ('ids', query_ids, database_ids)."
        )
    return SameClass(np.arange(n_queries), np.arange(n_database))


def _from_labels(query_labels, database_labels):
    """Return equality of classes for two vectors, sharing of labels for two indicator matrices."""
    pair = [labels if sparse.issparse(labels) else np.asarray(labels) for labels in (query_labels, database_labels)]
    n_dimensions = [labels.ndim for labels in pair]
    if n_dimensions == [1, 1]:
        return SameClass(*encode_classes(*pair))
    if n_dimensions != [2, 2]:
        raise ValueError(
            f"query labels have shape {pair[0].shape} and database labels {pair[1].shape}; give two vectors of "
            "classes, or two indicator matrices with the same columns."
        )
    if pair[0].shape[1] != pair[1].shape[1] or pair[0].shape[1] == 0:
        raise ValueError(
            f"query labels have {pair[0].shape[1]} columns and database labels {pair[1].shape[1]}; "
            "give both the same columns, one for each label."
        )
    return SharedLabels(*(label_masks(labels) for labels in pair))
