"""How raw features become the features that methods see; everything is fitted on training rows alone."""

from itertools import pairwise

import numpy as np

__all__ = ["canonical_axes", "centre_and_scale", "latent_semantics", "principal_components", "tfidf"]


def principal_components(V, train, n_components):
    """Return the leading principal components (n, k) of the training rows of ``V`` (n, d), for all rows."""
    from sklearn.decomposition import PCA

    V = V.astype(np.float64)
    return PCA(n_components, svd_solver="covariance_eigh").fit(V[train]).transform(V)


def tfidf(texts, train):
    """Return TF-IDF (n, words) as float32 CSR with rows of length one (or zero, if no training text has a word).

    Scikit-learn's defaults: lower-cased words of two or more letters or digits, raw counts, smoothed
    inverse document frequencies.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(dtype=np.float32).fit([texts[i] for i in train])
    return vectorizer.transform(texts).tocsr()


def latent_semantics(V, train, n_components):
    """Return the latent semantic features (n, k): projections on the right singular vectors of ``V[train]``, sparse.

    Deerwester et al. (1990), doi:10.1002/(SICI)1097-4571(199009)41:6<391::AID-ASI1>3.0.CO;2-9, from the products of
    the training rows, of which more than k must be independent. Keywords that mirror each other have equal singular
    values: these fix a subspace, not its axes, and a solver returns other axes on another processor. The axes taken
    are those that `canonical_axes` names, so everybody's are the same.
    """
    A = V[train].astype(np.float64)
    squares, U = np.linalg.eigh((A @ A.T).toarray())
    singular_values, U = np.sqrt(squares[::-1].clip(0)), U[:, ::-1]
    # Values meant to be equal differ by the rounding of float32 TF-IDF, up to 2e-7; others by 2e-5 and more.
    ends = np.flatnonzero(-np.diff(singular_values) > 1e-6 * singular_values[:-1]) + 1
    ends = ends[: np.searchsorted(ends, n_components) + 1]
    U = np.hstack([canonical_axes(U[:, a:b]) for a, b in pairwise([0, *ends])])
    axes = A.T @ (U[:, :n_components] / singular_values[:n_components])
    return V.astype(np.float64) @ axes


def canonical_axes(U):
    """Return the orthonormal basis of the columns of ``U`` (n, k) that depends on their span alone.

    It is what the Gram-Schmidt process makes of k fixed vectors projected on the span. They are drawn at random, once
    and for all, so as not to be orthogonal to any span that data may have.
    """
    # RandomState, as NumPy promises never to change its numbers.
    fixed = np.random.RandomState(0).standard_normal(U.shape)
    Q, R = np.linalg.qr(U.T @ fixed)
    return U @ (Q * np.sign(np.diag(R)))


def centre_and_scale(Z, train):
    """Return ``Z`` (n, k) as float32, with column means 0 and a mean column variance of 1 over the training rows.

    One factor for the whole view keeps the shape of its spectrum. Four decimals are kept, far finer than
    the quantisation of the raw features: the last bits depend on the machine, these digits do not,
    so that one digest names the same data everywhere.
    """
    Z = Z - Z[train].mean(axis=0)
    return np.round(Z / np.sqrt(Z[train].var(axis=0).mean()), 4).astype(np.float32) + 0  # + 0: -0 is 0, too
