"""Classical (shallow) cross-modal retrieval: scikit-learn estimators, honest metrics, real data, reports.

Names load on first use, so that ``import shallow_cmr`` costs nothing:

>>> import shallow_cmr
>>> shallow_cmr.CCA(n_components=16)
CCA(n_components=16)
"""

from importlib import import_module
from importlib.util import find_spec

__version__ = "0.1.0"

# Whatever these modules make public is public here too: a new method needs no line of its own.
_PUBLIC_MODULES = (
    "real_valued",
    "hashing",
    "methods",
    "compose",
    "base",
    "moments",
    "datasets",
    "metrics",
    "protocol",
    "evaluation",
    "retrieval",
)


def __getattr__(name):
    """Return a submodule or a public name of one of `_PUBLIC_MODULES`, imported on first use."""
    if name == "__all__":
        return __dir__()
    if name.startswith("_"):
        raise AttributeError(f"module 'shallow_cmr' has no attribute {name!r}")
    if find_spec(f"shallow_cmr.{name}"):
        return import_module(f"shallow_cmr.{name}")
    for module_name in _PUBLIC_MODULES:
        module = import_module(f"shallow_cmr.{module_name}")
        if name in getattr(module, "__all__", ()):
            return getattr(module, name)
    raise AttributeError(f"module 'shallow_cmr' has no attribute {name!r}; see dir(shallow_cmr)")


def __dir__():
    """List every public name, for tab completion."""
    modules = [import_module(f"shallow_cmr.{name}") for name in _PUBLIC_MODULES]
    return sorted({"__version__", *(name for module in modules for name in getattr(module, "__all__", ()))})
