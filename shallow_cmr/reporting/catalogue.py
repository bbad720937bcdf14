"""The catalogue of methods, as their classes describe themselves."""

from shallow_cmr.base.self_description import describe_method
from shallow_cmr.methods import all_methods

__all__ = ["method_catalogue"]


def method_catalogue():
    """Return what tables say of each method.

    Returns
    -------
    list of dict
        ``name``, ``kind`` (real-valued or hashing), ``supervision``, ``summary``, ``needs``, ``cost``, ``paper`` and
        ``reference``, as `shallow_cmr.base.self_description.describe_method` reads them from the class.

    Examples
    --------
    >>> from shallow_cmr.reporting import method_catalogue
    >>> {method["name"]: method["paper"] for method in method_catalogue()}["CCA"]
    'Hotelling (1936)'
    """
    return [describe_method(method()) for method in all_methods().values()]
