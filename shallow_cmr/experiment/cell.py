"""A cell: one fit and its scores. Its key names everything of the experiment that could change the numbers."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import shallow_cmr

__all__ = ["Cell", "code_digest"]

_PACKAGE = Path(shallow_cmr.__file__).parent
_CANNOT_CHANGE_A_NUMBER = {
    *("checks", "cli", "__main__.py", "atomic.py", "experiment", "published.py", "reporting", "reproduction"),
    *("retrieval", "search", "statistics"),
}
_BUT_THESE_CAN = ("experiment/running.py", "experiment/tuning.py")


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
    tune_folds : int
        Folds of its grid search, where the method has parameters to tune.
    """

    method: object
    dataset: object
    protocol: object
    size: int
    seed: int | None = None
    split: int | None = None
    tune_folds: int = 3

    @property
    def options(self):
        """Keyword arguments of the loader."""
        return self.dataset.options | ({} if self.split is None else {"split": self.split})

    @property
    def data(self):
        """Name and options of the loader as one text: cells with the same share their data."""
        return json.dumps([self.dataset.name, self.options], default=str)  # a pathlib.Path as its text

    @property
    def is_shown(self):
        """Whether its ranked lists are kept for the report: those of a dataset's first split are."""
        return self.split in (None, *self.dataset.splits[:1])

    @cached_property
    def key(self):
        """Hexadecimal name of this cell. Equal keys on equal data, which the result names, mean equal numbers."""
        identity = {
            "method": self.method.name,
            "parameters": self.method.parameters,
            "tune": [self.method.tune, self.tune_folds] if self.method.tune else None,
            "size": self.size,
            "seed": self.seed,
            "dataset": self.dataset.name,
            "options": self.options,
            "protocol": asdict(self.protocol),
            "is_shown": self.is_shown,
            "version": shallow_cmr.__version__,
            "code": code_digest(),
        }
        text = json.dumps(identity, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    @property
    def traceback_file(self):
        """Name of the file that takes its traceback, should it fail."""
        words = [self.method.label, str(self.size), *([] if self.split is None else [f"split{self.split}"])]
        return "-".join([re.sub(r"[^\w.]+", "-", " ".join(words)).strip("-."), self.key[:6]]) + ".txt"

    def build(self, chosen=()):
        """Return the unfitted estimator, with the values `chosen` for what is tuned."""
        return self.method.build(self.size, self.seed, chosen)

    @property
    def call(self):
        """The constructor call on one line; what is tuned stands behind it with its values."""
        tuned = [f"{name} in {values!r}" for name, values in self.method.tune.items()]
        return re.sub(r"\s+", " ", repr(self.build())) + (f", tuned: {', '.join(tuned)}" if tuned else "")


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
        if relative.parts[0] not in _CANNOT_CHANGE_A_NUMBER or relative.as_posix() in _BUT_THESE_CAN:
            digest.update(relative.as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
