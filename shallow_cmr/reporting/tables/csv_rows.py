"""Rows as CSV."""

import csv
from io import StringIO

__all__ = ["COMPARISON_COLUMNS", "SCORE_COLUMNS", "TIMING_COLUMNS", "to_csv"]

_CELL = ("label", "method", "parameters", "n_dimensions", "dataset", "split", "seed", "direction")
SCORE_COLUMNS = (
    *_CELL,
    *("image_features", "text_features", "protocol", "measure", "value", "pessimistic", "optimistic", "chance"),
    *("n_queries", "n_without_relevant", "error"),
)
_SECONDS = [f"{stage}_{clock}" for stage in ("fit", "encode", "query") for clock in ("seconds", "cpu_seconds")]
TIMING_COLUMNS = (*_CELL, *_SECONDS)
COMPARISON_COLUMNS = (
    *("dataset", "measure", "n_dimensions", "direction", "family", "method", "other", "difference", "standard_error"),
    *("p_value", "p_adjusted", "n_splits", "n_queries", "verdict", "test", "correction", "level"),
)


def to_csv(rows, columns):
    """Return rows as CSV text; what a spreadsheet would run as a formula gets an apostrophe in front.

    Parameters
    ----------
    rows : list of dict
        Missing and None values become empty cells.
    columns : sequence of str

    Returns
    -------
    str

    Examples
    --------
    >>> from shallow_cmr.reporting import to_csv
    >>> print(to_csv([{"label": "=HYPERLINK(1)", "value": -0.5}], ["label", "value"]), end="")
    label,value
    '=HYPERLINK(1),-0.5
    """
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_harmless(row.get(column)) for column in columns] for row in rows)
    return buffer.getvalue()


def _harmless(value):
    """Return a CSV value that no spreadsheet takes for a formula; numbers stay numbers."""
    if not isinstance(value, str):
        return value
    # A bare carriage return would end the row: the csv module quotes line feeds alone.
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\n")) else text
