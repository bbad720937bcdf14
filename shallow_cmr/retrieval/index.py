"""`CrossModalIndex`: the items nearest to a text, a picture or both, by a fitted method."""

from numbers import Integral

import numpy as np
from sklearn.exceptions import NotFittedError

from shallow_cmr.codes import as_words
from shallow_cmr.retrieval.backends import BACKENDS, import_faiss, make_table
from shallow_cmr.retrieval.index_file import read_index, write_index
from shallow_cmr.retrieval.probe import probe, require_same_model

__all__ = ["CrossModalIndex"]


class CrossModalIndex:
    """Nearest neighbours across modalities: index images, ask with texts, or the reverse.

    The counterpart of scikit-learn's `NearestNeighbors` for a fitted cross-modal method. Search is exact: Hamming
    distance for codes, cosine distance (1 - cosine) for embeddings, and **equal distances are ordered by index**, the
    item added first coming first.

    Parameters
    ----------
    estimator : fitted estimator
        Any with `transform_image`, `transform_text` and `transform_pair`, such as those of this package. After fitting
        it anew, index the items anew.
    backend : {"numpy", "faiss"}
        What searches; both find the same neighbours in the same order. faiss uses all cores and needs the extra
        ``ann``; it keeps the items once more.

    Attributes
    ----------
    indexed_ : {"images", "texts", "pairs"}
        What `fit` was given.
    kind_ : {"codes", "embeddings"}
        What the estimator makes of them.

    Raises
    ------
    ImportError
        ``backend="faiss"`` without faiss.

    Notes
    -----
    A query costs n · n_bits / 64 word operations, or n · k multiplications for embeddings of k dimensions; beyond the
    result a search takes some 30 MB. The index itself takes 8 bytes for every 64 bits of a code or 4 bytes an entry of
    an embedding (a unit vector in steps of 1.5e-8, which makes cosines exact, so that blocks, threads and machines do
    not matter).

    Examples
    --------
    Words find pictures, by their image features alone:

    >>> from sklearn.decomposition import TruncatedSVD
    >>> from sklearn.feature_extraction.text import TfidfVectorizer
    >>> from sklearn.pipeline import make_pipeline
    >>> from shallow_cmr import CCA, CrossModalPipeline, load_openclipart
    >>> from shallow_cmr.retrieval import CrossModalIndex
    >>> data = load_openclipart()
    >>> words = make_pipeline(TfidfVectorizer(), TruncatedSVD(100, algorithm="arpack", random_state=0))
    >>> model = CrossModalPipeline(text=words, estimator=CCA(n_components=32, reg=1, power=1))
    >>> index = CrossModalIndex(model.fit(data.X, data.texts)).fit(images=data.X)
    >>> distances, items = index.kneighbors(text=["guitar"], n_neighbors=3)
    >>> [data.class_names[data.labels[i]] for i in items[0]]
    ['music', 'music', 'music']
    """

    def __init__(self, estimator, *, backend="numpy"):
        if backend not in BACKENDS:
            raise ValueError(f"backend={backend!r} is unknown; choose one of {', '.join(BACKENDS)}.")
        needed = ("transform_image", "transform_text", "transform_pair")
        missing = [name for name in needed if not hasattr(estimator, name)]
        if missing:
            raise TypeError(f"estimator={estimator!r} has no {missing[0]}; pass a cross-modal method such as CCA().")
        if backend == "faiss":
            import_faiss()
        self.estimator = estimator
        self.backend = backend

    def fit(self, *, images=None, texts=None):
        """Index items, and forget those indexed before.

        Parameters
        ----------
        images, texts : features as the estimator takes them (n, p), (n, q), optional
            One modality, or both for items seen in both (`transform_pair`).

        Returns
        -------
        self
            With these items alone.

        Raises
        ------
        NotFittedError
            The estimator is not fitted.
        ValueError
            Neither images nor texts, or features that the estimator refuses.
        """
        indexed, embedding = self._embed(images, texts, ("images", "texts"))
        kind = "codes" if embedding.dtype == bool else "embeddings"
        table = make_table(self.backend, kind, embedding.shape[1])
        table.extend(table.encode(embedding))
        self.indexed_, self.kind_, self._table = indexed, kind, table
        return self

    def add(self, *, images=None, texts=None):
        """Index more items; they get the next indices.

        Copies the index: add many items at once rather than one by one.

        Parameters
        ----------
        images, texts : features as the estimator takes them (n, p), (n, q), optional
            The modality, or both, that `fit` was given.

        Returns
        -------
        self
            With these items too.

        Raises
        ------
        NotFittedError
            Nothing is indexed yet.
        ValueError
            Another modality than indexed, or features that the estimator refuses.
        """
        self._check_fitted()
        indexed, embedding = self._embed(images, texts, ("images", "texts"))
        if indexed != self.indexed_:
            wanted = "images= and texts=" if self.indexed_ == "pairs" else f"{self.indexed_}= alone"
            raise ValueError(f"the index holds {self.indexed_}, but got {indexed}; add with {wanted}.")
        self._require_same_form(embedding)
        self._table.extend(self._table.encode(embedding))
        return self

    def kneighbors(self, *, image=None, text=None, n_neighbors=10, return_distance=True):
        """Return the items nearest to each query.

        Parameters
        ----------
        image, text : features as the estimator takes them (n_queries, p), (n_queries, q), optional
            One modality, or both for queries seen in both.
        n_neighbors : int
            From 1 to the number of items.
        return_distance : bool
            False: return the indices alone.

        Returns
        -------
        distances : array (n_queries, n_neighbors)
            Ascending. Codes: bits that differ, int32. Embeddings: 1 - cosine, from 0 to 2, in the dtype of the queries.
        indices : int array (n_queries, n_neighbors)
            Places of the items in the order in which they were indexed.

        Raises
        ------
        NotFittedError
            Nothing is indexed yet.
        ValueError
            Neither image nor text, features that the estimator refuses, `n_neighbors` out of range.
        """
        self._check_fitted()
        if not isinstance(n_neighbors, Integral) or isinstance(n_neighbors, bool) or not 1 <= n_neighbors <= len(self):
            raise ValueError(
                f"n_neighbors={n_neighbors!r} must be a whole number from 1 to {len(self)}, the number of items."
            )
        _, embedding = self._embed(image, text, ("image", "text"))
        self._require_same_form(embedding)
        distances, indices = self._table.search(embedding, int(n_neighbors))
        return (distances, indices) if return_distance else indices

    def packed_codes(self):
        """Return the codes of the items, packed.

        Returns
        -------
        uint8 array (n, ceil(n_bits / 8))
            In the order of `numpy.packbits`, as faiss takes them.

        Raises
        ------
        ValueError
            The index holds real embeddings.
        """
        self._check_fitted()
        if self.kind_ != "codes":
            raise ValueError("the index holds real embeddings; a hashing method, such as CVH, makes codes to pack.")
        return self._table.packed(self._table.rows)

    def save(self, path):
        """Write the index, without the estimator, to an ``.npz`` file that holds arrays alone (no pickle).

        An existing file is replaced when the new one is whole.

        Parameters
        ----------
        path : str or path
            Where to write; `load` reads it.
        """
        self._check_fitted()
        about = {
            "indexed": self.indexed_,
            "kind": self.kind_,
            "width": self._table.width,
            "estimator": " ".join(repr(self.estimator).split()),
        }
        rows = self.packed_codes() if self.kind_ == "codes" else self._table.rows
        write_index(path, about, {"rows": rows, "probe": probe(self.estimator)})

    @classmethod
    def load(cls, path, estimator, *, backend="numpy"):
        """Read an index that `save` wrote.

        Parameters
        ----------
        path : str or path
            The file.
        estimator : fitted estimator
            The one that the index was made with.
        backend : {"numpy", "faiss"}
            As for the class.

        Returns
        -------
        CrossModalIndex
            As it was saved.

        Raises
        ------
        FileNotFoundError
            There is no such file.
        ValueError
            The file is cut, damaged or no index, or the index was made with another estimator, or with the same one
            fitted on other data.
        """
        index = cls(estimator, backend=backend)
        about, arrays = read_index(path)
        require_same_model(estimator, about["estimator"], arrays["probe"], path)
        table = make_table(backend, about["kind"], about["width"])
        table.extend(as_words(arrays["rows"]) if about["kind"] == "codes" else arrays["rows"])
        index.indexed_, index.kind_, index._table = about["indexed"], about["kind"], table
        return index

    def __len__(self):
        return len(self._table) if hasattr(self, "_table") else 0

    def __repr__(self):
        items = f"{len(self):,} {self.indexed_}" if len(self) else "empty"
        return f"CrossModalIndex({self.estimator!r}, backend={self.backend!r}): {items}"

    def _embed(self, images, texts, names):
        """Return what was given, "images", "texts" or "pairs", and its embedding (n, k)."""
        if images is None and texts is None:
            raise ValueError(f"give {names[0]}=, {names[1]}=, or both for items seen in both modalities.")
        if texts is None:
            return "images", np.asarray(self.estimator.transform_image(images))
        if images is None:
            return "texts", np.asarray(self.estimator.transform_text(texts))
        return "pairs", np.asarray(self.estimator.transform_pair(images, texts))

    def _check_fitted(self):
        """Raise unless something is indexed."""
        if not hasattr(self, "_table"):
            raise NotFittedError("nothing is indexed yet; call fit(images=...) or fit(texts=...) first.")

    def _require_same_form(self, embedding):
        """Raise if an embedding (n, k) cannot stand beside those indexed."""
        form = ("codes" if embedding.dtype == bool else "embeddings", embedding.shape[1])
        if form != (self.kind_, self._table.width):
            raise ValueError(
                f"the index holds {self.kind_} of width {self._table.width}, but the estimator now makes {form[0]} of "
                f"width {form[1]}: it was fitted anew; fit the index anew too."
            )
