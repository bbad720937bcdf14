"""How a law turns out."""

from dataclasses import dataclass

__all__ = ["LawResult", "NotApplicable"]


@dataclass(frozen=True)
class LawResult:
    """Outcome of one law.

    Parameters
    ----------
    law : str
        Its name, a key of `LAWS`.
    status : {"passed", "failed", "expected failure", "not applicable"}
        A declared failure is expected.
    reason : str
        Why, unless it passed.

    Examples
    --------
    >>> from shallow_cmr import CCA
    >>> from shallow_cmr.checks import check_laws
    >>> check_laws(CCA())[0]
    LawResult(law='a row is transformed alone', status='passed', reason='')
    """

    law: str
    status: str
    reason: str = ""


class NotApplicable(Exception):  # noqa: N818 - it is no error
    """The law says nothing about this method.

    Examples
    --------
    >>> from shallow_cmr import CCA
    >>> from shallow_cmr.checks import LAWS
    >>> LAWS["the objective never rises"](CCA())
    Traceback (most recent call last):
        ...
    shallow_cmr.checks.outcome.NotApplicable: solved in closed form
    """
