"""Entries of a suite: a dataset with the options of its loader, a method with its parameters; data only."""

from dataclasses import dataclass, field
from inspect import signature

from shallow_cmr.datasets import LOADERS
from shallow_cmr.evaluation import size_parameter
from shallow_cmr.experiment.checking import require_known, require_whole_numbers
from shallow_cmr.methods import all_methods

__all__ = ["DatasetEntry", "MethodEntry"]


@dataclass(frozen=True)
class DatasetEntry:
    """A loader of `shallow_cmr.datasets.LOADERS`, its options, and the splits to run.

    Parameters
    ----------
    name : str
        Key of the loader.
    options : dict
        Keyword arguments of the loader, without ``split``.
    splits : tuple of int
        Each is passed as ``split=``; empty: the loader is called once without it.
    label : str, optional
        What tables call it; left out: the name with the options, without those that only say where files lie.
        Labels in a suite differ.
    """

    name: str
    options: dict = field(default_factory=dict)
    splits: tuple = ()
    label: str = ""

    def __post_init__(self):
        require_known("dataset", [self.name], LOADERS)
        known = [name for name in signature(LOADERS[self.name]).parameters if name != "split"]
        require_known(f"option of dataset {self.name!r} (splits are set apart)", self.options, known)
        if self.splits:
            require_known(f"option of dataset {self.name!r}", ["split"], signature(LOADERS[self.name]).parameters)
            require_whole_numbers("splits", self.splits, 0)
        object.__setattr__(self, "label", self.label or self._described())

    def _described(self):
        """Return the name with its options; a folder's name is another one on each machine and stays out."""
        shown = [f"{name}={value}" for name, value in self.options.items() if not _says_where(name, value)]
        return f"{self.name} ({', '.join(shown)})" if shown else self.name


def _says_where(option, value):
    """Whether an option of a loader says where the data lie, not what they are."""
    return option in ("folder", "path") or any(mark in str(value) for mark in "/\\")


@dataclass(frozen=True)
class MethodEntry:
    """A method under a label, with the parameters of its constructor.

    Parameters
    ----------
    name : str
        Key of `shallow_cmr.methods.all_methods`.
    label : str, optional
        What tables call it; the name when left out. Labels in a suite differ.
    parameters : dict
        Keyword arguments of the constructor, without the number of dimensions or bits.
    sizes : tuple of int
        Overrides the suite's sizes for this method.
    note : str
        One sentence for the report.
    """

    name: str
    label: str = ""
    parameters: dict = field(default_factory=dict)
    sizes: tuple = ()
    note: str = ""

    def __post_init__(self):
        require_known("method", [self.name], all_methods())
        estimator = all_methods()[self.name]()
        known = [name for name in estimator.get_params() if name != size_parameter(estimator)]
        require_known(f"parameter of {self.name} (sizes are set apart)", self.parameters, known)
        require_whole_numbers("sizes", self.sizes, 1)
        object.__setattr__(self, "label", self.label or self.name)

    def build(self, size, seed=None):
        """Return the unfitted estimator of this entry with `size` dimensions or bits.

        `seed` becomes its ``random_state`` where the method has one and the entry does not set it.
        """
        estimator = all_methods()[self.name](**self.parameters)
        settings = {size_parameter(estimator): size}
        if self.draws_random_numbers:
            settings["random_state"] = seed
        return estimator.set_params(**settings)

    @property
    def draws_random_numbers(self):
        """Whether another seed is another experiment."""
        known = all_methods()[self.name]().get_params()
        return "random_state" in known and "random_state" not in self.parameters
