"""Rows as CSV."""

import csv
from io import StringIO

__all__ = ["COMPARISON_COLUMNS", "SCORE_COLUMNS", "TIMING_COLUMNS", "to_csv"]

_CELL = ("label", "method", "parameters", "n_dimensions", "dataset", "split", "seed", "direction")
SCORE_COLUMNS = (
    *_CELL,
    *("image_features", "text_features", "protocol", "measure", "value", "pessimistic", "optimistic", "chance"),
    *("n_queries", "n_without_relevant", "n_train", "n_test", "tuned", "error", "traceback"),
)
_SECONDS = [f"{stage}_{clock}" for stage in ("fit", "encode", "query") for clock in ("seconds", "cpu_seconds")]
_PEAKS = [f"{stage}_peak_bytes" for stage in ("fit", "encode", "query")]
TIMING_COLUMNS = (*_CELL, "n_train", "bytes_per_item", *_SECONDS, *_PEAKS, "tune_seconds", "tune_fits")
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
        Keys of the rows, in the order wanted; others stay out.

    Returns
    -------
    str
        A line of the columns' names, and one a row.

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
