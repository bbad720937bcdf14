"""How raw features become the features that methods see; everything is fitted on training rows alone."""

import numpy as np

__all__ = ["centre_and_scale", "latent_semantics", "principal_components", "tfidf"]


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
    """Return the latent semantic features (n, k): projections on the right singular vectors of ``V[train]``.

    Deerwester et al. (1990), doi:10.1002/(SICI)1097-4571(199009)41:6<391::AID-ASI1>3.0.CO;2-9.
    """
    from sklearn.decomposition import TruncatedSVD

    V = V.astype(np.float64)
    # Run to convergence from a fixed start: the result does not depend on the seed.
    return TruncatedSVD(n_components, algorithm="arpack", random_state=0).fit(V[train]).transform(V)


def centre_and_scale(Z, train):
    """Return ``Z`` (n, k) as float32, with column means 0 and a mean column variance of 1 over the training rows.

    One factor for the whole view keeps the shape of its spectrum. Four decimals are kept, far finer than
    the quantisation of the raw features: the last bits depend on the machine, these digits do not,
    so that one digest names the same data everywhere.
    """
    Z = Z - Z[train].mean(axis=0)
    return np.round(Z / np.sqrt(Z[train].var(axis=0).mean()), 4).astype(np.float32)
