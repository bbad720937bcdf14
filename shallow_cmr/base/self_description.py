"""What a method says of itself: read from its class and its docstring, so that it is written once."""

import re
from html import escape
from inspect import getdoc

__all__ = ["describe_method", "html_card"]

_LABELS = {
    "supervised": "labels: it refuses to fit without",
    "semi-supervised": "pairs; labels where there are some",
    "unsupervised": "pairs alone; labels are not looked at",
}


def describe_method(estimator):
    """Return what tables and notebooks say of a method.

    Parameters
    ----------
    estimator : CrossModalEstimator
        With its parameters: some methods learn in chunks, or from labels, only when told to.

    Returns
    -------
    dict of str to str
        ``name``, ``kind`` ("real-valued" or "hashing"), ``supervision``, and from the docstring ``summary`` (its first
        paragraph), ``needs`` (what it learns from, and how it may come), ``cost`` (the paragraph of its notes that
        begins with "Cost"), ``paper`` ("Hotelling (1936)") and ``reference`` (the first entry of its references).

    Examples
    --------
    >>> from shallow_cmr import CCA
    >>> from shallow_cmr.base.self_description import describe_method
    >>> facts = describe_method(CCA())
    >>> facts["paper"], facts["kind"], facts["needs"]
    ('Hotelling (1936)', 'real-valued', 'pairs alone; labels are not looked at; takes sparse texts; learns in chunks')
    """
    text = getdoc(type(estimator)) or ""
    reference = _paragraph(r"^References\n-+\n(?:\.\. \[.*?\] *)?(.*)", text)
    paper = re.match(r".*?\(\d{4}\)", reference)
    return {
        "name": type(estimator).__name__,
        "kind": "hashing" if getattr(estimator, "_size_parameter", None) == "n_bits" else "real-valued",
        "supervision": estimator.supervision,
        "summary": _plain(text.split("\n\n")[0]).rstrip("."),
        "needs": _needs(estimator),
        "cost": _paragraph(r"^Cost[:,](.*)", text),
        "paper": paper[0] if paper else "",
        "reference": reference,
    }


def _paragraph(start, text):
    """Return what follows a pattern as far as the next empty line, on one line."""
    found = re.search(start, text, re.MULTILINE | re.DOTALL)
    return _plain(found[1].split("\n\n")[0]) if found else ""


def _plain(text):
    """Return a paragraph on one line, without the marks of names and code."""
    return " ".join(text.replace("`", "").split())


def _needs(estimator):
    """Return what a method learns from, and in which forms it may come."""
    forms = [_LABELS[estimator.supervision]]
    if estimator._accepts_sparse:
        forms.append("takes sparse texts")
    if hasattr(estimator, "partial_fit"):
        forms.append("learns in chunks")
    return "; ".join(forms)


def html_card(estimator):
    """Return what a notebook shows below the diagram of an estimator: an HTML details element."""
    facts = describe_method(estimator)
    shown = {"needs": facts["needs"], "cost": facts["cost"], "paper": _with_link(facts["reference"])}
    rows = "".join(
        f"<dt style='font-weight:600'>{name}</dt><dd style='margin:0 0 .4em 1em'>{text}</dd>"
        for name, text in ((name, text if name == "paper" else escape(text)) for name, text in shown.items())
        if text
    )
    head = f"<b>{escape(facts['name'])}</b>, {facts['kind']}, {facts['supervision']}"
    return (
        f"<details style='font-family:system-ui,sans-serif;font-size:.9em;max-width:60em;margin:.5em 0'>"
        f"<summary>{head}</summary><p style='margin:.4em 0'>{escape(facts['summary'])}.</p>"
        f"<dl style='margin:0'>{rows}</dl></details>"
    )


def _with_link(reference):
    """Return a reference as HTML, its DOI or address as a link."""
    text = escape(reference)
    text = re.sub(r"doi:(10\.[^\s;]+[^\s;.,])", r"<a href='https://doi.org/\1'>doi:\1</a>", text)
    return re.sub(r"(?<!')(https?://(?!doi\.org)[^\s<]+[^\s<.,])", r"<a href='\1'>\1</a>", text)
