"""The dual form of searches: the same scores as the fitted models give, from weights of the items."""

import numpy as np
import pytest

from shallow_cmr import CCA, KCCA, load_openclipart
from shallow_cmr.search import PictureSearch, dual_form, picture_search

NAMES = ("CCA", "PLS", "CVH", "CCAITQ", "CMFH")
QUERIES = ["dog", "red flower", "Sailing BOAT on the sea", "guitar guitar xylofone", "car"]


@pytest.fixture(scope="module")
def searches():
    """One search a method, fitted once."""
    return {name: picture_search(name) for name in NAMES}


@pytest.fixture(scope="module")
def form(searches):
    """Their dual form."""
    return dual_form(searches)


def test_texts_score_as_the_fitted_models_score_them(searches, form):
    for method in form.methods:
        search = searches[method.label]
        T, t = (search.vectorizer.transform(texts) for texts in (search.texts, QUERIES))
        scores = t @ T.T @ form.bases[method.basis] @ method.mixing - method.offset
        exact = search.model.estimator_._project(search.model.text_.transform(QUERIES), "y")
        np.testing.assert_allclose(scores, exact, rtol=0, atol=1e-8 * np.abs(exact).max())


def test_pictures_are_those_that_the_index_would_hold(searches, form):
    for method in form.methods:
        search = searches[method.label]
        np.testing.assert_array_equal(method.images, search.model.transform_image(search.dataset.X))
        assert method.made_by == search.made_by


def test_methods_that_differ_by_a_linear_map_share_a_basis(form):
    # CVH thresholds the canonical variates, CCA-ITQ rotates them first; PLS and CMFH solve other problems.
    assert dict(zip(NAMES, [method.basis for method in form.methods])) == {
        **{"CCA": 0, "PLS": 1, "CVH": 0, "CCAITQ": 0, "CMFH": 2}
    }
    assert [basis.shape for basis in form.bases] == [(len(load_openclipart()), 64)] * 3


def test_what_has_no_dual_form_is_refused_by_name():
    kernel = PictureSearch(KCCA(n_components=4, reg=0.1))
    with pytest.raises(ValueError, match="K: KCCA is not linear in the words"):
        dual_form({"K": kernel})
    stored = PictureSearch(CCA(n_components=4, reg=1), text="minilm")
    with pytest.raises(ValueError, match="stored: text='minilm', but a dual form needs text='lsa'"):
        dual_form({"stored": stored})
    with pytest.raises(ValueError, match="searches over one data set, got none"):
        dual_form({})
