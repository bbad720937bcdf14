"""Published numbers beside ours: what to run under which protocol is data, and so is every explanation of a difference.

A method more is one ``[[parts.runs]]`` table more in ``wikipedia.toml``: its constructor's parameters and sizes, which
rows of `load_published` it is held against, and how far from them it may be.
"""

from shallow_cmr.reproduction.catalogue import Part, Reproduction, Run, packaged_reproductions, read_reproduction
from shallow_cmr.reproduction.comparing import Comparison, compare
from shallow_cmr.reproduction.references import Reference
from shallow_cmr.reproduction.running import environments_of, finished_results, prepare_parts, run_parts
from shallow_cmr.reproduction.tables import print_comparisons, write_comparisons

__all__ = [
    "Comparison",
    "Part",
    "Reference",
    "Reproduction",
    "Run",
    "compare",
    "environments_of",
    "finished_results",
    "packaged_reproductions",
    "prepare_parts",
    "print_comparisons",
    "read_reproduction",
    "run_parts",
    "write_comparisons",
]
