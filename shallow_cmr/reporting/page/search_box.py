"""The live search box: fitted searches in the form that the page's own script ranks by."""

from functools import lru_cache

import numpy as np
from threadpoolctl import threadpool_limits

from shallow_cmr.reporting.page.arrays import packed, packed_columns
from shallow_cmr.search import SEARCHABLE, dual_form, method_entry, picture_search

__all__ = ["METHODS", "is_searchable", "search_box", "searches"]

METHODS = ("CCA", "PLS", "CVH", "CCAITQ", "CMFH")  # linear: two real-valued, three hashing
EXAMPLES = (
    *("red flower", "musical instrument", "sailing boat", "smiling cat", "dog", "flag of france"),
    *("red heart", "fast car", "birthday cake", "sun and rain", "apple", "clock"),
)
N_EXAMPLES = 6


def is_searchable(dataset):
    """Tell whether a data set is a bundled one, whose titles and texts `PictureSearch` knows."""
    if dataset.name not in SEARCHABLE:
        return False
    known = SEARCHABLE[dataset.name](text="tfidf")
    return (dataset.titles, dataset.texts) == (known.titles, known.texts)


@lru_cache(maxsize=4)
def searches(name):
    """Return the fitted `PictureSearch` of each of `METHODS` by its label in the suite ``quick``.

    Parameters
    ----------
    name : str
        A key of `shallow_cmr.search.SEARCHABLE`.

    Returns
    -------
    dict of str to PictureSearch
    """
    with threadpool_limits(limits=1):  # small matrices: threads would only wait for each other
        return {method_entry(method).label: picture_search(method, dataset=name) for method in METHODS}


@lru_cache(maxsize=4)
def search_box(name):
    """Return what the page needs to search a bundled data set.

    Parameters
    ----------
    name : str
        A key of `shallow_cmr.search.SEARCHABLE`.

    Returns
    -------
    dict
        ``bases``, ``methods`` (`DualForm`, as base64) and ``examples`` of queries. Numbers keep 20 bits. Of 7,216
        queries (each known word of both bundled sets, and pairs of words) two have a bit that this flips, by CVH or
        CCA-ITQ on emoji; by CCA and PLS cosines move by less than 5e-6, and 8 of 14,432 lists of 24 have another order,
        of items whose cosines are less than 1e-6 apart. All other lists are those of `PictureSearch.by_words`.
    """
    fitted = searches(name)
    form = dual_form(fitted)
    vocabulary = next(iter(fitted.values())).vectorizer
    known, words_of = vocabulary.vocabulary_, vocabulary.build_analyzer()
    return {
        "bases": [packed_columns(G) for G in form.bases],
        "methods": [_method(method) for method in form.methods],
        "examples": [text for text in EXAMPLES if all(word in known for word in words_of(text))][:N_EXAMPLES],
    }


def _method(method):
    """Return a `TypedMethod` as plain data."""
    is_code = method.images.dtype == bool
    return {
        "label": method.label,
        "made_by": method.made_by,
        "basis": method.basis,
        "mixing": None if _is_identity(method.mixing) else packed(method.mixing, "f4"),
        "offset": packed(method.offset, "f8"),
        "codes": packed(np.packbits(method.images), "u1") if is_code else None,
        "vectors": None if is_code else packed_columns(_unit_rows(method.images)),
    }


def _is_identity(M):
    """Whether a matrix changes nothing."""
    return M.shape[0] == M.shape[1] and np.array_equal(M, np.eye(len(M)))


def _unit_rows(Z):
    """Return rows (n, k) divided by their length; zeros stay."""
    Z = np.asarray(Z, dtype=np.float64)
    lengths = np.linalg.norm(Z, axis=1, keepdims=True)
    return np.divide(Z, lengths, out=np.zeros_like(Z), where=lengths > 0)
