"""Hash lookup: what lies within a Hamming radius is what a loop over the distances finds."""

import numpy as np
import pytest
from sklearn.exceptions import UndefinedMetricWarning

from shallow_cmr.metrics import (
    mean_precision_within_radius,
    mean_recall_within_radius,
    precision_recall_by_radius,
    precision_within_radius,
    recall_within_radius,
)


def codes_and_labels(n_bits=8, exclude_self=False):
    rng = np.random.default_rng(0)
    queries, database = rng.random((30, n_bits)) > 0.4, rng.random((60, n_bits)) > 0.6
    labels = rng.random((30, 5)) < 0.3, rng.random((60, 5)) < 0.3
    labels[0][4] = False
    if exclude_self:
        database, labels = queries, (labels[0], labels[0])
    distances = (queries[:, None] != database).sum(axis=2)
    relevant = (labels[0][:, None] & labels[1]).any(axis=2)
    if exclude_self:
        distances[np.eye(30, dtype=bool)] = 99
        relevant[np.eye(30, dtype=bool)] = False
    return queries, database, labels, distances, relevant


@pytest.mark.parametrize("exclude_self", [False, True])
@pytest.mark.parametrize("n_jobs", [None, 2])
def test_lookup_finds_what_lies_within_the_radius(exclude_self, n_jobs):
    queries, database, labels, distances, relevant = codes_and_labels(exclude_self=exclude_self)
    has_any = relevant.any(axis=1)
    assert not has_any.all()
    for radius in (0, 1, 2, 8):
        options = {"radius": radius, "exclude_self": exclude_self, "n_jobs": n_jobs}
        found = {
            empty: precision_within_radius(queries, database, labels, empty=empty, **options)
            for empty in ("zero", "skip")
        }
        recall = recall_within_radius(queries, database, labels, **options)
        for i, (d, hits) in enumerate(zip(distances, relevant)):
            if not has_any[i]:
                assert np.isnan([found["zero"][i], found["skip"][i], recall[i]]).all()
                continue
            near = hits[d <= radius]
            assert recall[i] == near.sum() / hits.sum()
            assert found["zero"][i] == (near.mean() if len(near) else 0)
            assert np.array_equal(found["skip"][i], near.mean() if len(near) else np.nan, equal_nan=True)


def test_means_follow_the_rules_for_empty_lookups_and_queries_without_a_relevant_item():
    queries, database, labels, _, relevant = codes_and_labels(n_bits=12)
    has_any, of = relevant.any(axis=1), (queries, database, labels)
    for empty in ("zero", "skip"):
        values = precision_within_radius(*of, radius=2, empty=empty)
        with pytest.warns(UndefinedMetricWarning, match=f"{(~has_any).sum()} of 30 queries"):
            assert mean_precision_within_radius(*of, radius=2, empty=empty) == pytest.approx(np.nanmean(values))
    zero = mean_recall_within_radius(*of, no_relevant="zero")
    assert zero == pytest.approx(np.nansum(recall_within_radius(*of)) / 30)
    with pytest.raises(ValueError, match="no relevant item"):
        mean_recall_within_radius(*of, no_relevant="raise")


@pytest.mark.parametrize("no_relevant", ["skip", "zero"])
@pytest.mark.parametrize("empty", ["zero", "skip"])
@pytest.mark.filterwarnings("ignore:.*queries have no relevant item")
def test_curves_by_radius_average_over_queries_or_pool_their_items(no_relevant, empty):
    queries, database, labels, distances, relevant = codes_and_labels(n_bits=12)
    counts = relevant.any(axis=1) | (no_relevant == "zero")
    options = {"no_relevant": no_relevant, "empty": empty}
    macro = precision_recall_by_radius(queries, database, labels, average="macro", **options)
    micro = precision_recall_by_radius(queries, database, labels, average="micro", **options)
    nothing = 0.0 if empty == "zero" else np.nan
    for radius in range(13):
        near = distances <= radius
        hits, retrieved = (near & relevant).sum(axis=1), near.sum(axis=1)
        precisions = [h / r if r else nothing for h, r in zip(hits[counts], retrieved[counts])]
        if no_relevant == "zero":
            precisions = np.where(relevant.any(axis=1), precisions, 0.0)
        recalls = hits[counts] / np.maximum(relevant[counts].sum(axis=1), 1)
        precisions = np.array(precisions)[~np.isnan(precisions)]
        pooled = hits[counts].sum() / retrieved[counts].sum() if retrieved[counts].any() else nothing
        needed = precisions.mean() if len(precisions) else np.nan
        assert macro.precision[radius] == pytest.approx(needed, abs=1e-12, nan_ok=True)
        assert macro.recall[radius] == pytest.approx(recalls.mean(), abs=1e-12)
        assert micro.precision[radius] == pytest.approx(pooled, abs=1e-12, nan_ok=True)
        assert micro.recall[radius] == pytest.approx(hits.sum() / relevant.sum(), abs=1e-12)
    assert macro.at.tolist() == list(range(13))
    assert np.nanmax(abs(macro.precision - micro.precision)) > 0.01  # so the name of the average matters


def test_queries_without_a_relevant_item_make_curves_nan_or_an_error_on_request():
    of = codes_and_labels()[:3]
    for average in ("macro", "micro"):
        curve = precision_recall_by_radius(*of, average=average, no_relevant="nan")
        assert np.isnan(curve.precision).all()
        assert np.isnan(curve.recall).all()
        with pytest.raises(ValueError, match="the first is query 2"):
            precision_recall_by_radius(*of, average=average, no_relevant="raise")
        with pytest.warns(UndefinedMetricWarning):
            precision_recall_by_radius(*of, average=average)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"radius": -1}, ValueError, "radius=-1 must be a whole number between 0 and the 8 bits"),
        ({"radius": 9}, ValueError, "between 0 and the 8 bits"),
        ({"radius": 1.0}, ValueError, "whole number"),
        ({"radius": True}, ValueError, "whole number"),
        ({"empty": "nan"}, ValueError, "zero, skip"),
        ({"no_relevant": "drop"}, ValueError, "skip, zero"),
        ({"metric": "cosine"}, ValueError, "give real embeddings"),
    ],
)
def test_lookups_that_cannot_be_meant_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        precision_within_radius(*codes_and_labels()[:3], **options)


def test_real_embeddings_have_no_radius():
    Z = np.random.default_rng(0).normal(size=(5, 3))
    with pytest.raises(TypeError, match="only codes lie within a Hamming radius"):
        precision_within_radius(Z, Z, "paired")
    with pytest.raises(ValueError, match="macro, micro"):
        precision_recall_by_radius(Z > 0, Z > 0, "paired", average="weighted")
