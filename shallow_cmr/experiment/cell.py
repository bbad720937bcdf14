"""A cell: one fit and its scores. Its key names everything of the experiment that could change the numbers."""

import hashlib
import json
import re
import traceback
import warnings
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from threadpoolctl import threadpool_limits

import shallow_cmr
from shallow_cmr.evaluation import evaluate_queries
from shallow_cmr.experiment.environment import environment
from shallow_cmr.experiment.loading import load_dataset

__all__ = ["Cell", "code_digest", "run_cell"]

N_EXAMPLES = 500  # queries a direction whose ranked lists are kept for the report
_PACKAGE = Path(shallow_cmr.__file__).parent
_CANNOT_CHANGE_A_NUMBER = {"checks", "cli", "__main__.py", "experiment", "reporting", "retrieval", "search"}


@dataclass(frozen=True)
class Cell:
    """One method at one size on one split of one dataset.

    Parameters
    ----------
    method : MethodEntry
    dataset : DatasetEntry
    protocol : Protocol
    size : int
        Dimensions or bits.
    seed : int or None
        ``random_state`` of methods that draw random numbers.
    split : int or None
        ``split`` of the loader, where the dataset has splits.
    """

    method: object
    dataset: object
    protocol: object
    size: int
    seed: int | None = None
    split: int | None = None

    @property
    def options(self):
        """Keyword arguments of the loader."""
        return self.dataset.options | ({} if self.split is None else {"split": self.split})

    @property
    def data(self):
        """Name and options of the loader as one text: cells with the same share their data."""
        return json.dumps([self.dataset.name, self.options], default=str)  # a pathlib.Path as its text

    @cached_property
    def key(self):
        """Hexadecimal name of this cell. Equal keys on equal data, which the result names, mean equal numbers."""
        identity = {
            "method": self.method.name,
            "parameters": self.method.parameters,
            "size": self.size,
            "seed": self.seed,
            "dataset": self.dataset.name,
            "options": self.options,
            "protocol": asdict(self.protocol),
            "version": shallow_cmr.__version__,
            "code": code_digest(),
        }
        text = json.dumps(identity, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    def build(self):
        """Return the unfitted estimator."""
        return self.method.build(self.size, self.seed)

    @property
    def call(self):
        """The constructor call on one line."""
        return re.sub(r"\s+", " ", repr(self.build()))


@lru_cache(maxsize=1)
def code_digest():
    """Return a digest of the package's code that computes numbers, so that no edited method meets old results.

    Examples
    --------
    >>> from shallow_cmr.experiment.cell import code_digest
    >>> code_digest() == code_digest()
    True
    """
    digest = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*.py")):
        relative = path.relative_to(_PACKAGE)
        if relative.parts[0] not in _CANNOT_CHANGE_A_NUMBER:
            digest.update(relative.as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def run_cell(cell):
    """Fit and score one cell; an exception becomes part of the result.

    Parameters
    ----------
    cell : Cell

    Returns
    -------
    dict
        ``rows`` (one a direction), ``per_query`` (one list a direction, None where undefined), ``examples``,
        ``warnings``, ``error`` (None, or the text; then ``traceback`` too), and where the numbers come from:
        ``dataset_digest`` and ``environment``.
    """
    result = {"rows": [], "per_query": {}, "examples": {}, "error": None, "traceback": None, "dataset_digest": None}
    # One BLAS thread: workers do not fight for cores and results do not depend on their number.
    with threadpool_limits(limits=1), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            dataset = load_dataset(cell.data)
            result["dataset_digest"] = dataset.digest
            evaluation = evaluate_queries(cell.build(), dataset, cell.protocol, n_examples=N_EXAMPLES)
        except Exception as error:
            result |= {"error": f"{type(error).__name__}: {error}", "traceback": traceback.format_exc()}
        else:
            result |= {
                "rows": evaluation.rows,
                "per_query": {name: _with_null(values) for name, values in evaluation.per_query.items()},
                "curves": evaluation.curves,
                "classes": evaluation.classes,
                "examples": evaluation.examples,
            }
    result["warnings"] = list(dict.fromkeys(str(warning.message) for warning in caught))
    result["environment"] = environment()  # the cell's own: a later run may finish this one's folder elsewhere
    return result


def _with_null(values):
    """Return a list of floats with None for NaN, which JSON does not know."""
    return [None if value != value else float(value) for value in values]
