r"""A fitted search in dual form: what typed words need, kept for the items and small enough to travel inside a page.

A linear method scores a text with TF-IDF row :math:`t` (1, w) as :math:`t V W - m W`, with latent semantics
:math:`V` (w, d), weights :math:`W` (d, k) and the mean :math:`m`. The columns of :math:`V` lie in the row space of the
items' TF-IDF :math:`T` (n, w), so that :math:`V W = T^\top G` with

.. math:: G = (T T^\top)^+ T V W \quad (n, k).

The items' texts give :math:`T` back, and :math:`G` has a row for each item where :math:`V W` has one for each word: of
the clip art 1,286 against 2,271. Rounding :math:`G` also does less harm than rounding :math:`V W`, by a factor of
four in the cosines, as a word sums over the items that bear it.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from shallow_cmr.base import MomentProjection

__all__ = ["DualForm", "TypedMethod", "dual_form"]

_SAME = 1e-9  # relative: weights that differ by less span the same space
_RIDGE = 1e-10  # against the null space of items with equal texts, which T^T takes to zero


@dataclass(frozen=True, eq=False)
class TypedMethod:
    """What ranks pictures for typed words by one method.

    Parameters
    ----------
    label : str
        Its name in the list.
    made_by : str
        The method's call and what it was fitted on, a sentence.
    basis : int
        Which of `DualForm.bases`.
    mixing, offset : ndarray (m, k), ndarray (k,)
        A text scores ``t @ T.T @ bases[basis] @ mixing - offset``.
    images : ndarray (n, k)
        Embedded pictures: float, to be ranked by cosine, or bool, to be ranked by Hamming distance.

    Examples
    --------
    >>> from shallow_cmr.search import dual_form, picture_search
    >>> dual_form({"PLS": picture_search("PLS", 8)}).methods[0].mixing.shape
    (8, 8)
    """

    label: str
    made_by: str
    basis: int
    mixing: np.ndarray
    offset: np.ndarray
    images: np.ndarray


@dataclass(frozen=True, eq=False)
class DualForm:
    """Linear searches over the same items, with what they share kept once.

    Parameters
    ----------
    bases : list of array (n, m)
        Methods that differ by a linear map of their scores, as CCA, CVH and CCA-ITQ do, have one in common.
    methods : list of TypedMethod
        One a search.

    Examples
    --------
    >>> from shallow_cmr.search import dual_form, picture_search
    >>> len(dual_form({"PLS": picture_search("PLS", 8)}).bases)
    1
    """

    bases: list
    methods: list


def dual_form(searches):
    """Return the dual form of some searches.

    Parameters
    ----------
    searches : dict of str to PictureSearch
        By label, all with ``text="lsa"`` and over the same data set.

    Returns
    -------
    DualForm
        Bases and methods.

    Raises
    ------
    ValueError
        A method is not linear, the text features are others, or the data sets differ.

    Notes
    -----
    Cost: O(n³) once, n items.

    Examples
    --------
    >>> from shallow_cmr.search import dual_form, picture_search
    >>> form = dual_form({"CCA": picture_search("CCA"), "CVH": picture_search("CVH")})
    >>> [basis.shape for basis in form.bases], [method.images.dtype.name for method in form.methods]
    ([(1286, 64)], ['float32', 'bool'])
    """
    for label, search in searches.items():
        _require_linear(label, search)
    names = sorted({search.dataset.name for search in searches.values()})
    if len(names) != 1:
        raise ValueError(f"a dual form holds searches over one data set, got {', '.join(names) or 'none'}.")
    weights = [_word_weights(search) for search in searches.values()]
    bases, shares = _share(weights)
    methods = [
        TypedMethod(
            label=label,
            made_by=search.made_by,
            basis=place,
            mixing=mixing,
            offset=search.model.estimator_.y_mean_ @ search.model.estimator_.y_weights_,
            images=np.asarray(search.model.transform_image(search.dataset.X)),
        )
        for (label, search), (place, mixing) in zip(searches.items(), shares)
    ]
    search = next(iter(searches.values()))
    return DualForm(_in_items(bases, search.vectorizer.transform(search.texts)), methods)


def _require_linear(label, search):
    """Raise unless a text's scores are linear in its TF-IDF, but for the offset."""
    estimator = search.model.estimator_
    if not isinstance(estimator, MomentProjection):
        raise ValueError(f"{label}: {type(estimator).__name__} is not linear in the words, so it has no dual form.")
    if search.text != "lsa":
        raise ValueError(f"{label}: text={search.text!r}, but a dual form needs text='lsa'.")


def _word_weights(search):
    """Return ``V W`` (w, k)."""
    return search.model.text_[1].components_.T @ search.model.estimator_.y_weights_


def _share(weights):
    """Return bases and, for each weights (w, k), ``(place, mixing)``: the weights are ``bases[place] @ mixing``."""
    bases, factors, shares = [], [], []
    for W in weights:
        for place, (Q, R) in enumerate(factors):
            coordinates = Q.T @ W
            if linalg.norm(Q @ coordinates - W) <= _SAME * linalg.norm(W):
                shares.append((place, linalg.solve_triangular(R, coordinates)))
                break
        else:
            shares.append((len(bases), np.eye(W.shape[1])))
            bases.append(W)
            factors.append(linalg.qr(W, mode="economic"))
    return bases, shares


def _in_items(bases, T):
    """Return ``G`` (n, m) of each basis (w, m), given the items' TF-IDF (n, w)."""
    K = (T @ T.T).toarray()
    K[np.diag_indices_from(K)] += _RIDGE
    G = linalg.solve(K, np.hstack([T @ basis for basis in bases]), assume_a="pos")
    return np.split(G, np.cumsum([basis.shape[1] for basis in bases])[:-1], axis=1)
