"""Try what packages with CCA can do: ``python benchmarks/features.py`` prints a table, one column a package found here.

Every line is a probe that is run, not a claim. Packages that need other versions of their dependencies are tried in an
environment of their own: the script imports nothing but numpy, scipy and the packages that it finds.
``pip install cca-zoo==4.0.1`` runs beside this package; mvlearn 0.5.0 needs scikit-learn 1.5 or older.
"""

import warnings
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

import numpy as np
from scipy.sparse import csr_matrix

K = 3


class Ours:
    """This package."""

    package, room = "shallow_cmr", "shallow_cmr"

    def fit(self, X, Y, model=None):
        return (model or import_module("shallow_cmr").CCA(n_components=K)).fit(X, Y)

    def both(self, model, X, Y):
        return model.transform(X, Y)

    def image(self, model, X):
        return model.transform_image(X)

    def text(self, model, Y):
        return model.transform_text(Y)

    def chunks(self, pieces):
        model = import_module("shallow_cmr").CCA(n_components=K)
        for X, Y in pieces:
            model.partial_fit(X, Y)
        return model


class ScikitLearn:
    """scikit-learn: the text goes in beside an image only."""

    package, room = "scikit-learn", "sklearn"

    def fit(self, X, Y, model=None):
        return (model or import_module("sklearn.cross_decomposition").CCA(n_components=K, max_iter=5000)).fit(X, Y)

    def both(self, model, X, Y):
        return model.transform(X, Y)

    def image(self, model, X):
        return model.transform(X)

    def text(self, model, Y):
        return model.transform(None, Y)[1]

    def chunks(self, pieces):
        raise TypeError("no partial_fit")


class CcaZoo(ScikitLearn):
    """cca-zoo: lists of views."""

    package, room = "cca-zoo", "cca_zoo"

    def fit(self, X, Y, model=None):
        return (model or import_module("cca_zoo.linear").CCA(K)).fit([X, Y])

    def both(self, model, X, Y):
        return model.transform([X, Y])

    def image(self, model, X):
        return model.transform([X, None])[0]

    def text(self, model, Y):
        return model.transform([None, Y])[1]


class Mvlearn(ScikitLearn):
    """mvlearn: lists of views, and a transform of one."""

    package, room = "mvlearn", "mvlearn"

    def fit(self, X, Y, model=None):
        return (model or import_module("mvlearn.embed").CCA(n_components=K)).fit([X, Y])

    def both(self, model, X, Y):
        return model.transform([X, Y])

    def image(self, model, X):
        return model.transform_view(X, 0)

    def text(self, model, Y):
        return model.transform_view(Y, 1)


def pairs(n=400, offset=3.0):
    """Return X (n, 8) and Y (n, 5) that share three dimensions, off zero."""
    rng = np.random.default_rng(0)
    Z = rng.normal(size=(n, K)) * (3, 2, 1)
    return tuple(Z @ rng.normal(size=(K, d)) + rng.normal(size=(n, d)) + offset for d in (8, 5))


def angles(A, B):
    """Return the cosines (n, n) between the rows of two embeddings, which no sign or rotation of both changes."""
    A, B = (np.asarray(V, dtype=float) / np.linalg.norm(V, axis=1, keepdims=True) for V in (A, B))
    return A @ B.T


def embeds_a_text_alone(peer):
    """A text alone, no image needed."""
    X, Y = pairs()
    return np.asarray(peer.text(peer.fit(X, Y), Y[:7])).shape == (7, K)


def embeds_an_image_alone(peer):
    """An image alone, no text needed."""
    X, Y = pairs()
    return np.asarray(peer.image(peer.fit(X, Y), X[:7])).shape == (7, K)


def embeds_alike_alone_and_among_others(peer):
    """A new item alike, alone or among others."""
    X, Y = pairs()
    model = peer.fit(X, Y)
    return np.allclose(peer.both(model, X[:1], Y[:1])[0], peer.both(model, X, Y)[0][:1], atol=1e-8)


def takes_sparse_text(peer):
    """Sparse text, never made dense."""
    X, Y = pairs()
    Y = csr_matrix(np.maximum(Y, 0))
    return np.asarray(peer.both(peer.fit(X, Y), X, Y)[1]).shape == (len(X), K)


def keeps_float32(peer):
    """float32 in, float32 out."""
    X, Y = (V.astype(np.float32) for V in pairs())
    return np.asarray(peer.both(peer.fit(X, Y), X, Y)[0]).dtype == np.float32


def learns_in_chunks(peer):
    """Chunks (`partial_fit`) give what the whole gives."""
    X, Y = pairs()
    parts = [slice(i, i + 100) for i in range(0, 400, 100)]
    model = peer.chunks([(X[part], Y[part]) for part in parts])
    whole = peer.fit(X, Y)
    found, wanted = (angles(*peer.both(m, X, Y)) for m in (model, whole))
    return np.allclose(found, wanted, atol=1e-6)


def survives_a_failed_refit(peer):
    """A refit that fails leaves the fitted model as it was."""
    X, Y = pairs()
    model = peer.fit(X, Y)
    before = np.array(peer.both(model, X, Y)[0])
    try:
        peer.fit(np.full_like(X, np.nan), Y, model)
    except Exception:
        return np.allclose(peer.both(model, X, Y)[0], before)
    return False


def survives_a_constant_column(peer):
    """A constant column changes nothing."""
    X, Y = pairs()
    wider = np.column_stack([X, np.full(len(X), 7.0)])
    return np.allclose(*(angles(*peer.both(peer.fit(V, Y), V, Y)) for V in (wider, X)), atol=1e-6)


def does_not_mind_units(peer):
    """A view in other units (times 1e8) changes nothing."""
    X, Y = pairs()
    return np.allclose(*(angles(*peer.both(peer.fit(V, Y), V, Y)) for V in (X, 1e8 * X)), atol=1e-4)


PROBES = (
    *(embeds_an_image_alone, embeds_a_text_alone, embeds_alike_alone_and_among_others, takes_sparse_text),
    *(keeps_float32, learns_in_chunks, survives_a_failed_refit, survives_a_constant_column, does_not_mind_units),
)


def answer(probe, peer):
    """Return "yes", or "no" where the answer is wrong or there is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return "yes" if probe(peer) else "no"
        except Exception:
            return "no"


def column(peer):
    """Return the head and the answers of one package, None where it is not installed."""
    try:
        head = f"{peer.package} {'.'.join(version(peer.package).split('.')[:3])}"
        import_module(peer.room)
        peer.fit(*pairs())
    except (PackageNotFoundError, ImportError):
        return None
    except Exception as error:
        return [head, *["does not run here"] * len(PROBES), repr(error)]
    return [head, *(answer(probe, peer) for probe in PROBES)]


def main():
    """Print the table as markdown."""
    columns = [found for peer in (Ours(), ScikitLearn(), CcaZoo(), Mvlearn()) if (found := column(peer))]
    print(f"| CCA of | {' | '.join(column[0] for column in columns)} |")
    print(f"|---|{'---|' * len(columns)}")
    for line, probe in enumerate(PROBES, start=1):
        what = probe.__doc__.rstrip(".")
        print(f"| {what} | {' | '.join(column[line] for column in columns)} |")


if __name__ == "__main__":
    main()
