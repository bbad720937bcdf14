"""Fit an estimator on the training items of a dataset and score it on its test items, both directions."""

from dataclasses import dataclass

from sklearn.base import clone

from shallow_cmr.datasets.dataset import CrossModalDataset
from shallow_cmr.evaluation.curves import retrieval_curves
from shallow_cmr.evaluation.direction import DIRECTIONS, evaluate_direction
from shallow_cmr.evaluation.lists import ranked_lists
from shallow_cmr.evaluation.stages import measured
from shallow_cmr.protocol import get_protocol

__all__ = ["Evaluation", "evaluate", "evaluate_queries"]


@dataclass(frozen=True)
class Evaluation:
    """Scores of one fitted estimator on one dataset, and what pictures of them are drawn from.

    Parameters
    ----------
    rows : list of dict
        One a direction and measure, the columns of `evaluate`; the protocol's headline comes first.
    per_query : dict of str to (n_queries,) array
        The headline's value of each query by direction, NaN where the protocol skips it.
    curves : dict of str to dict
        By direction, as `shallow_cmr.evaluation.curves.retrieval_curves` returns them.
    classes : dict of str to dict of str to float
        By direction and class, the headline's mean over its queries; classes without a query that counts are left out.
    examples : dict of str to list of dict
        By direction: ``query`` (its index in the dataset), ``items`` (indices, best first), ``hits`` (a text of ones
        and zeros, one an item).

    Examples
    --------
    >>> import numpy as np
    >>> from shallow_cmr import PLS
    >>> from shallow_cmr.datasets import load_openclipart
    >>> from shallow_cmr.evaluation import evaluate_queries
    >>> evaluation = evaluate_queries(PLS(n_components=4), load_openclipart())
    >>> row = evaluation.rows[0]
    >>> bool(abs(np.nanmean(evaluation.per_query[row["direction"]]) - row["value"]) < 1e-12)
    True
    >>> sorted(evaluation.curves["text->image"])
    ['n', 'precision', 'precision_at_n', 'recall']
    """

    rows: list
    per_query: dict
    curves: dict
    classes: dict
    examples: dict


def evaluate(estimator, dataset, protocol="heldout"):
    """Fit a clone of `estimator` and score both directions.

    Parameters
    ----------
    estimator : estimator
        Left unfitted and unchanged.
    dataset : CrossModalDataset
        Its training items are fitted; by default, its test items ask and are ranked.
    protocol : str or Protocol
        The preset's name, or a protocol of your own.

    Returns
    -------
    list of dict
        One row a direction and measure of the protocol:

        * what was run: ``method``, ``parameters``, ``n_dimensions``, ``bytes_per_item`` (in the database; eight bits a
          byte), ``dataset``, ``image_features``, ``text_features``, ``n_train``, ``n_test``, ``split``, ``protocol``,
          ``direction``;
        * what came out (`RetrievalScores.rows`): ``measure``, ``value``, its bounds under ties ``pessimistic`` and
          ``optimistic``, ``chance``, ``n_queries``, ``n_database``, ``n_without_relevant``, ``engine``;
        * what it cost: of ``fit``, of ``encode`` (the database items' transform) and of ``query`` (the queries'
          transform) each ``..._seconds`` of wall time, ``..._cpu_seconds`` of the process, and ``..._peak_bytes``, the
          peak of resident memory above that before the stage; None where the system cannot tell them, as
          `shallow_cmr.evaluation.stages.measured` explains. Ranking is not the method's and not measured.

    Raises
    ------
    ValueError
        Unknown protocol, or one that asks for what the estimator does not offer; embeddings that are not finite.
    TypeError
        ``estimator`` is no cross-modal method, or ``dataset`` no CrossModalDataset.

    Examples
    --------
    >>> from shallow_cmr import CCA, evaluate
    >>> from shallow_cmr.datasets import load_openclipart
    >>> for row in evaluate(CCA(n_components=32, reg=1, power=1), load_openclipart()):
    ...     print(row["direction"], row["value"] > 2 * row["chance"], row["n_train"], row["bytes_per_item"])
    image->text True 964 128
    text->image True 964 128
    """
    return [row for direction in _directions(estimator, dataset, get_protocol(protocol)) for row in direction.rows]


def evaluate_queries(estimator, dataset, protocol="heldout", *, n_examples=0):
    """Evaluate as `evaluate` does and keep what is known of each query.

    Parameters
    ----------
    estimator, dataset, protocol : estimator, CrossModalDataset, str or Protocol
        As for `evaluate`.
    n_examples : int
        Queries a direction whose ranked lists are kept, at most: chosen by position, not by success, and spread over
        the classes where there are more.

    Returns
    -------
    Evaluation
        The rows of `evaluate`, and by direction the values of the queries, curves, classes and ranked lists.

    Examples
    --------
    >>> from shallow_cmr import PLS
    >>> from shallow_cmr.datasets import load_openclipart
    >>> from shallow_cmr.evaluation import evaluate_queries
    >>> evaluation = evaluate_queries(PLS(n_components=4), load_openclipart(), n_examples=2)
    >>> [len(example["items"]) for example in evaluation.examples["image->text"]]
    [12, 12]
    """
    protocol = get_protocol(protocol)
    directions = _directions(estimator, dataset, protocol)
    return Evaluation(
        rows=[row for direction in directions for row in direction.rows],
        per_query={direction.name: direction.per_query for direction in directions},
        curves={direction.name: retrieval_curves(direction.ranking(), protocol) for direction in directions},
        classes={direction.name: direction.class_means(dataset.class_names) for direction in directions},
        examples={direction.name: ranked_lists(direction, n_examples) for direction in directions},
    )


def _directions(estimator, dataset, protocol):
    """Fit a clone of the estimator and return both directions."""
    _check_inputs(estimator, dataset)
    model = clone(estimator)
    train = dataset.train
    _, cost = measured("fit", lambda: model.fit(train.X, train.y, labels=train.labels))
    if protocol.codes == "training" and not hasattr(model, "training_codes_"):
        raise ValueError(
            f"protocol {protocol.name!r} ranks the codes learned in training, which {type(estimator).__name__} "
            "does not offer; choose codes='modality' or codes='unified'."
        )
    shared = {**_identity(model, dataset, protocol), **cost}
    return [evaluate_direction(model, dataset, protocol, name, shared) for name in DIRECTIONS]


def _check_inputs(estimator, dataset):
    """Refuse what is no cross-modal method and no dataset with a split, with the remedy."""
    if not (hasattr(estimator, "transform_image") and hasattr(estimator, "transform_text")):
        raise TypeError(f"estimator={estimator!r} is no cross-modal method; pass one such as CCA().")
    if not isinstance(dataset, CrossModalDataset):
        raise TypeError(
            f"dataset is a {type(dataset).__name__}, which has no split; make one with "
            "CrossModalDataset(X, y, labels, train_index, test_index, name=...)."
        )


def _identity(model, dataset, protocol):
    """Return the columns that say what was run."""
    return {
        "method": type(model).__name__,
        "parameters": " ".join(repr(model).split()),
        "dataset": dataset.name,
        "image_features": dataset.image_features,
        "text_features": dataset.text_features,
        "n_train": len(dataset.train),
        "n_test": len(dataset.test),
        "split": dataset.split,
        "protocol": protocol.name,
    }
