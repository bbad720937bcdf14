"""What the page says in words of methods and data."""

from collections import Counter

__all__ = ["dataset_facts", "method_facts"]


def method_facts(results):
    """Return the plan's methods, each with what its fits cost, what a grid search chose, and what it warned of.

    Parameters
    ----------
    results : Results

    Returns
    -------
    list of dict
        The plan's entries and ``fit_seconds``, ``tune_seconds`` (ranges of wall time as texts), ``chosen`` (parameters
        with the number of cells that chose them) and ``warnings``; empty where there is nothing to say.
    """
    warnings = _warnings(results)
    return [
        {
            **method,
            "fit_seconds": _span(method, results.rows, "fit_seconds"),
            "tune_seconds": _span(method, results.rows, "tune_seconds"),
            "chosen": _chosen(method, results.cells),
            "warnings": warnings.get(method["label"], []),
        }
        for method in results.plan["methods"]
    ]


def _span(method, rows, cost):
    """Return ``0.1 to 0.3 s``, empty where nothing was measured."""
    seconds = [row[cost] for row in rows if row["label"] == method["label"] and row.get(cost) is not None]
    span = dict.fromkeys(f"{bound:.2g}" for bound in (min(seconds), max(seconds))) if seconds else ()
    return f"{' to '.join(span)} s" if span else ""


def _chosen(method, cells):
    """Return ``reg=1 (7), reg=10 (3)``: what a grid search chose in how many cells, the most frequent first."""
    rows = [(cell["result"] or {}).get("rows") for cell in cells if cell["label"] == method["label"]]
    counts = Counter(found[0]["tuned"] for found in rows if found and found[0].get("tuned"))
    return "; ".join(f"{values} ({n})" for values, n in counts.most_common())


def _warnings(results):
    """Return ``{label: [texts]}`` of what methods warned of."""
    found = {}
    for cell in results.cells:
        for text in (cell["result"] or {}).get("warnings", []):
            found.setdefault(cell["label"], {})[text] = None
    return {label: list(texts) for label, texts in found.items()}


def dataset_facts(dataset):
    """Return the facts of a data set that a reader needs before trusting a score, as ``{name: text}``.

    Parameters
    ----------
    dataset : CrossModalDataset

    Returns
    -------
    dict of str to str
    """
    splits = f", {dataset.n_splits} fixed splits" if dataset.n_splits > 1 else ""
    facts = {
        "what": dataset.description,
        "items": f"{len(dataset.train):,} for training, {len(dataset.test):,} for test{splits}",
        "classes": ", ".join(dataset.class_names) or f"{dataset.n_classes}, unnamed",
        "features": " and ".join(filter(None, (dataset.image_features, dataset.text_features))),
        "licence": dataset.licence,
        "source": dataset.source,
        "cite": dataset.citation,
        "digest": dataset.digest,
    }
    return {name: text for name, text in facts.items() if text}
