"""Entries of a suite: a dataset with the options of its loader, a method with its parameters; data only."""

from dataclasses import dataclass, field
from inspect import signature
from itertools import product

from shallow_cmr.datasets import LOADERS
from shallow_cmr.evaluation import size_parameter
from shallow_cmr.experiment.checking import (
    located,
    require_known,
    require_list,
    require_whole_numbers,
)
from shallow_cmr.methods import all_methods
from shallow_cmr.protocol import get_protocol

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
    protocol : str or Protocol, optional
        Instead of the suite's: graded relevance, for example, has measures of its own.
    """

    name: str
    options: dict = field(default_factory=dict)
    splits: tuple = ()
    label: str = ""
    protocol: object = None

    def __post_init__(self):
        require_known("dataset", [self.name], LOADERS, "name")
        taken = signature(LOADERS[self.name]).parameters
        options = f"option of dataset {self.name!r}"
        known = [name for name in taken if name != "split"]
        require_known(f"{options} (splits are set apart)", self.options, known, "options")
        if self.splits:
            require_known(options, ["split"], taken, "splits")
            require_whole_numbers("splits", self.splits, 0, "splits")
        if self.protocol is not None:
            with located("protocol"):
                get_protocol(self.protocol)
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
    tune : dict of str to list
        Values to try for further parameters: a grid search on the training items of each cell chooses, as
        `shallow_cmr.experiment.tuning` tells.
    datasets : tuple of str
        Labels of the datasets that it is run on; all where left out. What costs more than the square of n has its end.
    note : str
        One sentence for the report.
    """

    name: str
    label: str = ""
    parameters: dict = field(default_factory=dict)
    sizes: tuple = ()
    tune: dict = field(default_factory=dict)
    datasets: tuple = ()
    note: str = ""

    def __post_init__(self):
        require_known("method", [self.name], all_methods(), "name")
        estimator = all_methods()[self.name]()
        known = [name for name in estimator.get_params() if name != size_parameter(estimator)]
        require_known(f"parameter of {self.name} (sizes are set apart)", self.parameters, known, "parameters")
        open_ones = [name for name in known if name not in (*self.parameters, "random_state")]
        require_known(f"parameter of {self.name} to tune (those set are not open)", self.tune, open_ones, "tune")
        for name, values in self.tune.items():
            require_list(f"{name} in tune", values, "tune", name)
        require_whole_numbers("sizes", self.sizes, 1, "sizes")
        object.__setattr__(self, "label", self.label or self.name)

    @property
    def grid(self):
        """Every combination of the values to tune, as a list of dicts; empty where there is nothing to choose."""
        return [dict(zip(self.tune, values)) for values in product(*self.tune.values())] if self.tune else []

    def build(self, size, seed=None, chosen=()):
        """Return the unfitted estimator of this entry with `size` dimensions or bits.

        `seed` becomes its ``random_state`` where the method has one and the entry does not set it; `chosen` are values
        of tuned parameters.
        """
        estimator = all_methods()[self.name](**self.parameters | dict(chosen))
        settings = {size_parameter(estimator): size}
        if self.draws_random_numbers:
            settings["random_state"] = seed
        return estimator.set_params(**settings)

    @property
    def draws_random_numbers(self):
        """Whether another seed is another experiment."""
        known = all_methods()[self.name]().get_params()
        return "random_state" in known and "random_state" not in self.parameters
