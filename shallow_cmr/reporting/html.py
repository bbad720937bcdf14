"""The report: one HTML file that needs no network. It shows stored scores and computes none."""

from base64 import b64encode
from itertools import product
from pathlib import Path

from shallow_cmr.reporting.examples import example_sections
from shallow_cmr.reporting.figures import THEMES, as_svg, plot_score_against_size
from shallow_cmr.reporting.leaderboard import leaderboards
from shallow_cmr.reporting.tables import arrow, columns_of, is_marked, lines_of, number, summary_of

__all__ = ["render_report"]


def render_report(results, datasets):
    """Return the report as HTML text.

    Parameters
    ----------
    results : Results
    datasets : dict of str to CrossModalDataset
        By the name that rows carry; those that cannot be loaded any more are left out, and so are their pictures.

    Returns
    -------
    str
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,  # keyword strings and error texts come from outside
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    boards = leaderboards(results)
    return environment.get_template("report.html").render(
        plan=results.plan,
        sections=[_section(board, results, datasets.get(board.dataset)) for board in boards],
        methods=[_method(method, results.rows) for method in results.plan["methods"]],
        failures=results.failure_groups,
        environments=results.environments,
        warnings=_warnings(results),
        arrow=arrow,
        themes=THEMES,
    )


def _section(board, results, dataset):
    """Return what the template shows of one dataset."""
    return {
        "board": board,
        "heads": columns_of(board),
        "rows": [_row(board, line, place) for place, line in enumerate(lines_of(board))],
        "figures": _figures(board) if board.scored else None,
        "dataset": dataset and _dataset(dataset),
        "examples": example_sections(board, results, dataset) if dataset else [],
    }


def _figures(board):
    """Return the figure as data URIs, one a theme and shape."""
    figures = {}
    for theme, shape in product(THEMES, ("wide", "narrow")):
        svg = as_svg(plot_score_against_size(board, theme, stacked=shape == "narrow"))
        figures[f"{theme} {shape}"] = f"data:image/svg+xml;base64,{b64encode(svg.encode('utf-8')).decode('ascii')}"
    return figures


def _row(board, line, place):
    """Return the cells of one line; `bar` is its mean as a share of the table's best."""
    best = max((rival.overall.mean for rival in board.lines if rival.overall), default=0)
    return {
        "label": line.label,
        "place": None if line is board.chance else place % len(THEMES["light"]["palette"]),
        "complete": line.complete or not line.values,
        "errors": line.errors,
        "bar": round(100 * line.overall.mean / best, 1) if line.overall and best else 0,
        "cells": [_cell(board, line, column) for _, column in columns_of(board)],
    }


def _cell(board, line, column):
    """Return texts of mean and deviation, and whether it is the best."""
    summary = summary_of(line, column)
    if summary is None:
        return {"mean": "error" if line.errors else "–", "std": "", "best": False}
    std = "" if summary.std is None else number(summary.std)
    return {"mean": number(summary.mean), "std": std, "best": is_marked(board, line, column)}


def _method(method, rows):
    """Return a plan's method with the range of its fits' wall time."""
    seconds = [row["fit_seconds"] for row in rows if row["label"] == method["label"] and not row["error"]]
    span = dict.fromkeys(f"{bound:.2g}" for bound in (min(seconds), max(seconds))) if seconds else ()
    return {**method, "fit_seconds": f"{' to '.join(span)} s" if span else ""}


def _dataset(dataset):
    """Return the facts of a dataset that a reader needs before trusting a score."""
    return {
        "name": dataset.name,
        "n_train": len(dataset.train.index),
        "n_test": len(dataset.test.index),
        "classes": ", ".join(dataset.class_names) or f"{dataset.n_classes}, unnamed",
        "n_splits": dataset.n_splits,
        "description": dataset.description,
        "licence": dataset.licence,
        "source": dataset.source,
        "citation": dataset.citation,
        "digest": dataset.digest,
    }


def _warnings(results):
    """Return ``{label: [texts]}`` of what methods warned of."""
    found = {}
    for cell in results.cells:
        for text in (cell["result"] or {}).get("warnings", []):
            found.setdefault(cell["label"], {})[text] = None
    return {label: list(texts) for label, texts in found.items()}
