"""The laws that every method obeys, and scikit-learn's own checks: run both on a method of your own.

>>> from shallow_cmr import CCA
>>> from shallow_cmr.checks import check_laws
>>> sorted({result.status for result in check_laws(CCA())})
['not applicable', 'passed']

A method may declare ``expected_failed_laws = {law: reason}`` and ``expected_failed_checks = {check: reason}``.
"""

from shallow_cmr.checks.laws import LAWS, check_laws
from shallow_cmr.checks.outcome import LawResult, NotApplicable
from shallow_cmr.checks.sample import with_size
from shallow_cmr.checks.sklearn_suite import renamed, sklearn_checks

__all__ = ["LAWS", "LawResult", "NotApplicable", "check_laws", "renamed", "sklearn_checks", "with_size"]
