"""The laws that every method obeys.

Laws compare similarities between images and texts, not embeddings, so that signs and rotations of the shared
space do not matter.
"""

import pickle
import warnings

import numpy as np
from scipy import sparse
from sklearn.utils import get_tags

from shallow_cmr.checks.outcome import LawResult, NotApplicable
from shallow_cmr.checks.sample import Pairs, assert_same, fitted, is_hasher, sample, signed, similarity, with_size
from shallow_cmr.metrics import chance_level, mean_average_precision

__all__ = ["LAWS", "check_laws"]

#: The laws by name: functions that take an estimator and raise where it breaks the law.
LAWS = {}


def check_laws(estimator):
    """Run every law on copies of an estimator.

    Parameters
    ----------
    estimator : CrossModalEstimator
        With its parameters; the number of components or bits is set by each law.

    Returns
    -------
    list of LawResult
        A declared failure that does not occur counts as failed: the declaration is out of date.

    Examples
    --------
    >>> from shallow_cmr import PLS
    >>> [result for result in check_laws(PLS()) if result.status == "failed"]
    []
    """
    return [_run(name, law, estimator) for name, law in LAWS.items()]


def _run(name, law, estimator):
    """Outcome of one law, with declared failures told apart."""
    declared = estimator.expected_failed_laws.get(name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            law(estimator)
    except NotApplicable as reason:
        return LawResult(name, "not applicable", str(reason))
    except Exception as error:  # whatever goes wrong is the finding
        if declared:
            return LawResult(name, "expected failure", declared)
        return LawResult(name, "failed", f"{type(error).__name__}: {error}")
    if declared:
        return LawResult(name, "failed", f"declared as failing ({declared}), but it holds; drop the declaration")
    return LawResult(name, "passed")


def _law(function):
    """Register a law under its name."""
    LAWS[function.__name__.replace("_", " ")] = function
    return function


@_law
def a_row_is_transformed_alone(estimator):
    """What an item becomes does not depend on the batch that it comes in."""
    train, test = sample()
    model = fitted(estimator, train)
    for transform, Z in ((model.transform_image, test.X), (model.transform_text, test.y)):
        whole = transform(Z)
        single = np.vstack([transform(Z[i : i + 1]) for i in range(10)])
        np.testing.assert_allclose(signed(single), signed(whole[:10]), rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(signed(transform(Z[::-1])[::-1]), signed(whole), rtol=1e-7, atol=1e-9)


@_law
def translation_does_not_matter(estimator):
    """Moving a modality, training and new items alike, changes no similarity."""
    train, test = sample()
    move = lambda pairs: Pairs(pairs.X + 3.0, pairs.y - 2.0, pairs.labels)  # noqa: E731
    moved = similarity(fitted(estimator, move(train)), move(test))
    assert_same(similarity(fitted(estimator, train), test), moved)


@_law
def the_scale_of_a_view_does_not_matter(estimator):
    """A whole modality in other units gives the same similarities."""
    train, test = sample()
    scale = lambda pairs: Pairs(pairs.X * 1e8, pairs.y * 1e-8, pairs.labels)  # noqa: E731
    scaled = similarity(fitted(estimator, scale(train)), scale(test))
    assert_same(similarity(fitted(estimator, train), test), scaled, 1e-6)


@_law
def sample_order_does_not_matter(estimator):
    """Training pairs may come in any order."""
    train, test = sample()
    order = np.random.default_rng(1).permutation(len(train.X))
    assert_same(similarity(fitted(estimator, train), test), similarity(fitted(estimator, train[order]), test))


@_law
def inputs_are_not_changed(estimator):
    """Neither fit nor transform writes into the arrays of the caller."""
    train, _ = sample()
    given = Pairs(train.X.copy(), train.y.copy(), train.labels.copy())
    model = fitted(estimator, given)
    model.transform_image(given.X), model.transform_text(given.y), model.transform_pair(given.X, given.y)
    for name in ("X", "y", "labels"):
        np.testing.assert_array_equal(getattr(given, name), getattr(train, name), err_msg=f"{name} was changed")


@_law
def retrieval_beats_chance_both_ways(estimator):
    """On new items of well separated classes, mAP lies clearly above that of a random order."""
    train, test = sample()
    model = fitted(estimator, train)
    images, texts, relevance = model.transform_image(test.X), model.transform_text(test.y), (test.labels,) * 2
    floor = chance_level(relevance) + 0.1
    for way, value in (
        ("image->text", mean_average_precision(images, texts, relevance)),
        ("text->image", mean_average_precision(texts, images, relevance)),
    ):
        if not value > floor:
            raise AssertionError(f"{way} mAP {value:.3f} is not above {floor:.3f}")


@_law
def labels_matter_only_when_declared(estimator):
    """A method that learns from labels refuses to fit without; any other ignores them."""
    train, test = sample()
    unlabelled = with_size(estimator, 4)
    if not estimator._learns_from_labels():
        unlabelled.fit(train.X, train.y)
        return assert_same(similarity(unlabelled, test), similarity(fitted(estimator, train), test))
    try:
        unlabelled.fit(train.X, train.y)
    except ValueError as error:
        if "labels" in str(error):
            return None
        raise
    raise AssertionError("learned from labels by declaration, yet model without")


@_law
def codes_are_boolean(estimator):
    """Codes have two values and dtype bool; embeddings are floats of the input's precision."""
    train, test = sample()
    model = fitted(estimator, train)
    kinds = set()
    for embedding in (
        model.transform_image(test.X),
        model.transform_text(test.y),
        model.transform_pair(test.X, test.y),
    ):
        if embedding.shape != (len(test.X), 4):
            raise AssertionError(f"4 dimensions were asked for, the shape is {embedding.shape}")
        kinds.add(embedding.dtype)
        if len(np.unique(embedding)) <= 3 and embedding.dtype != bool:
            raise AssertionError(f"few values {np.unique(embedding)} of {embedding.dtype}: codes must be bool")
    if kinds not in ({np.dtype(bool)}, {np.dtype(np.float64)}):
        raise AssertionError(f"dtypes {kinds}")


@_law
def float32_agrees(estimator):
    """Single precision gives nearly the same similarities, and comes back as single precision."""
    train, test = sample()
    single = lambda pairs: Pairs(pairs.X.astype(np.float32), pairs.y.astype(np.float32), pairs.labels)  # noqa: E731
    model = fitted(estimator, single(train))
    if not is_hasher(model) and model.transform_text(single(test).y).dtype != np.float32:
        raise AssertionError("float32 in, another dtype out")
    difference = np.abs(similarity(fitted(estimator, train), test) - similarity(model, single(test)))
    if np.mean(difference) > 2e-3:
        raise AssertionError(f"similarities differ by {np.mean(difference):.3g} on average")


@_law
def too_many_components_raise(estimator):
    """More components than the rank are an error that names it, where the method is bound by the rank."""
    train, _ = sample()
    if not estimator.rank_limited:
        size = fitted(estimator, train, 40).transform_text(train.y).shape[1]
        if size != 40:
            raise AssertionError(f"40 dimensions are legal here, but {size} came")
        return
    rank = getattr(fitted(estimator, train, 1), "rank_", None)
    if rank is None:
        raise AssertionError("nothing says how many there can be: set rank_, or declare rank_limited = False")
    try:
        fitted(estimator, train, rank + 1)
    except ValueError as error:
        if str(rank) not in str(error):
            raise AssertionError(f"the error does not name the rank {rank}: {error}") from error
    else:
        raise AssertionError(f"{rank + 1} components were accepted on data of rank {rank}")


@_law
def a_constant_feature_survives(estimator):
    """A column that never varies changes nothing."""
    train, test = sample()
    pad = lambda pairs: Pairs(*(np.insert(Z, 2, 7.0, axis=1) for Z in (pairs.X, pairs.y)), pairs.labels)  # noqa: E731
    padded = similarity(fitted(estimator, pad(train)), pad(test))
    assert_same(similarity(fitted(estimator, train), test), padded)


@_law
def one_hot_labels_equal_integer_labels(estimator):
    """The form of the labels does not matter: classes, names, dense or sparse indicator."""
    train, test = sample()
    reference = similarity(fitted(estimator, train), test)
    one_hot = np.eye(5, dtype=int)[train.labels]
    for labels in (one_hot, sparse.csr_array(one_hot), np.array(list("abcde"))[train.labels]):
        model = with_size(estimator, 4).fit(train.X, train.y, labels)
        assert_same(reference, similarity(model, test))


@_law
def refit_forgets(estimator):
    """A second fit gives what a first fit on the same pairs gives."""
    train, test = sample()
    fresh = fitted(estimator, train)
    for p, q in ((8, 6), (5, 5)):
        again = with_size(estimator, 4).fit(train.X[:60, :p], train.y[:60, :q], train.labels[:60])
        again.fit(train.X, train.y, train.labels)
        if set(vars(again)) != set(vars(fresh)):
            raise AssertionError(f"attributes left over or missing: {set(vars(again)) ^ set(vars(fresh))}")
        assert_same(similarity(fresh, test), similarity(again, test), 1e-12)


@_law
def a_failed_refit_keeps_the_old_fit(estimator):
    """Bad data raise, and the model stays as it was."""
    train, test = sample()
    model = fitted(estimator, train)
    before = similarity(model, test)
    spoiled = train.y.copy()
    spoiled[3, 1] = np.nan
    for X, y in ((train.X, spoiled), (train.X[:50], train.y), (train.X[:1], train.y[:1])):
        try:
            model.fit(X, y, train.labels[: len(X)])
        except ValueError:
            np.testing.assert_array_equal(before, similarity(model, test))
        else:
            raise AssertionError(f"fit accepted X {X.shape} with y {y.shape}, NaN: {np.isnan(y).any()}")


@_law
def the_objective_never_rises(estimator):
    """An iterative method that records its objective lowers it at every step."""
    objective = getattr(fitted(estimator, sample()[0]), "objective_", None)
    if objective is None:
        raise NotApplicable("solved in closed form")
    if np.any(np.diff(objective) > 1e-9 * np.abs(objective[0])):
        raise AssertionError(f"the objective rises: {np.asarray(objective)}")


@_law
def one_modality_alone(estimator):
    """Texts need no images and images no texts, and every way to ask gives the same answer."""
    train, test = sample()
    model = fitted(estimator, train)
    images, texts = model.transform_image(test.X), model.transform_text(test.y)
    np.testing.assert_array_equal(model.transform(test.X), images)
    for one, other in zip(model.transform(test.X, test.y), (images, texts), strict=True):
        np.testing.assert_array_equal(one, other)
    again = with_size(estimator, 4).fit_transform(train.X, train.y, train.labels)
    np.testing.assert_array_equal(again, model.transform_image(train.X))


@_law
def outputs_have_names(estimator):
    """Every transform hands out data frames with the names of the components, where they are asked for."""
    train, test = sample()
    model = with_size(estimator, 4).set_output(transform="pandas").fit(train.X, train.y, train.labels)
    names = list(model.get_feature_names_out())
    for frame in (
        *model.transform(test.X, test.y),
        model.transform_image(test.X),
        model.transform_text(test.y),
        model.transform_pair(test.X, test.y),
    ):
        if len(names) != 4 or list(getattr(frame, "columns", ())) != names:
            raise AssertionError(f"a {type(frame).__name__} without the columns {names}")


@_law
def it_pickles(estimator):
    """A model survives being stored."""
    train, test = sample()
    model = fitted(estimator, train)
    np.testing.assert_array_equal(similarity(model, test), similarity(pickle.loads(pickle.dumps(model)), test))


@_law
def chunks_equal_the_whole(estimator):
    """partial_fit over chunks gives what fit gives at once."""
    if not hasattr(estimator, "partial_fit"):
        raise NotApplicable("needs all pairs at once")
    train, test = sample()
    chunked = with_size(estimator, 4)
    for rows in (slice(0, 3), slice(3, 50), slice(50, None)):
        chunked.partial_fit(train.X[rows], train.y[rows], train.labels[rows])
    assert_same(similarity(fitted(estimator, train), test), similarity(chunked, test), 1e-9)


@_law
def sparse_equals_dense(estimator):
    """Sparse features give what the same features give as an array."""
    if not get_tags(estimator).input_tags.sparse:
        raise NotApplicable("takes dense features")
    train, test = sample()
    thin = lambda Z: np.where(np.median(Z) < Z, Z, 0.0)  # noqa: E731
    dense = lambda pairs: Pairs(thin(pairs.X), thin(pairs.y), pairs.labels)  # noqa: E731
    csr_text = sparse.csr_array if estimator._accepts_sparse else np.asarray  # the tag speaks of X alone
    csr = lambda pairs: Pairs(sparse.csr_array(thin(pairs.X)), csr_text(thin(pairs.y)), pairs.labels)  # noqa: E731
    reference = similarity(fitted(estimator, dense(train)), dense(test))
    assert_same(reference, similarity(fitted(estimator, csr(train)), csr(test)), 1e-9)
