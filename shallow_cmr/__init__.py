"""Classical (shallow) cross-modal retrieval: scikit-learn estimators, honest metrics, real data, reports.

Names load on first use, so that ``import shallow_cmr`` costs nothing:

>>> import shallow_cmr
>>> shallow_cmr.CCA(n_components=16)
CCA(n_components=16)
"""

from importlib import import_module
from importlib.util import find_spec

__version__ = "0.1.0"

# What these modules make public is public here too, so that a new method needs no line of its own; of some, only the
# names that most programs begin with.
_PUBLIC_MODULES = {
    "real_valued": None,
    "hashing": None,
    "methods": None,
    "compose": None,
    "base": None,
    "moments": None,
    "datasets": (
        *("CrossModalDataset", "load_emoji", "load_features", "load_openclipart", "load_wikipedia"),
        *("make_paired_gaussians", "make_topics"),
    ),
    "metrics": ("average_precision", "mean_average_precision"),
    "protocol": ("Protocol", "evaluate_embeddings"),
    "scorers": None,
    "evaluation": ("evaluate",),
    "retrieval": None,
}


def _public_names(module_name):
    """Return what a module offers here."""
    offered = _PUBLIC_MODULES[module_name]
    return getattr(import_module(f"shallow_cmr.{module_name}"), "__all__", ()) if offered is None else offered


def __getattr__(name):
    """Return a submodule or a public name of one of `_PUBLIC_MODULES`, imported on first use."""
    if name == "__all__":
        return __dir__()
    if name.startswith("_"):
        raise AttributeError(f"module 'shallow_cmr' has no attribute {name!r}")
    if find_spec(f"shallow_cmr.{name}"):
        return import_module(f"shallow_cmr.{name}")
    for module_name in _PUBLIC_MODULES:
        if name in _public_names(module_name):
            return getattr(import_module(f"shallow_cmr.{module_name}"), name)
    raise AttributeError(f"module 'shallow_cmr' has no attribute {name!r}; see dir(shallow_cmr)")


def __dir__():
    """List every public name, for tab completion."""
    return sorted({"__version__", *(name for module_name in _PUBLIC_MODULES for name in _public_names(module_name))})
