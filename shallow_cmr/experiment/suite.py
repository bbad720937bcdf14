"""Suites: which methods, on which data, at which sizes, under which protocol; data only, read from TOML."""

import tomllib
from dataclasses import MISSING, dataclass, field, fields, replace
from inspect import signature
from itertools import product
from pathlib import Path

from shallow_cmr.datasets import LOADERS
from shallow_cmr.evaluation import size_parameter
from shallow_cmr.experiment.cell import Cell
from shallow_cmr.methods import all_methods
from shallow_cmr.protocol import Protocol, get_protocol

__all__ = ["DatasetEntry", "MethodEntry", "Suite", "packaged_suites", "read_suite"]

_SUITE_FOLDER = Path(__file__).parents[1] / "suites"


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
    """

    name: str
    options: dict = field(default_factory=dict)
    splits: tuple = ()

    def __post_init__(self):
        _require_known("dataset", [self.name], LOADERS)
        known = signature(LOADERS[self.name]).parameters
        _require_known(f"option of dataset {self.name!r}", self.options, known)
        if self.splits:
            _require_known(f"option of dataset {self.name!r}", ["split"], known)


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
        _require_known("method", [self.name], all_methods())
        estimator = all_methods()[self.name]()
        known = [name for name in estimator.get_params() if name != size_parameter(estimator)]
        _require_known(f"parameter of {self.name} (sizes are set apart)", self.parameters, known)
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


@dataclass(frozen=True)
class Suite:
    """Datasets x methods x sizes x seeds under one protocol.

    Parameters
    ----------
    datasets : tuple of DatasetEntry
    methods : tuple of MethodEntry
    sizes : tuple of int
        Numbers of dimensions (real-valued methods) or bits (hashing).
    protocol : str or Protocol
        A preset's name, or a protocol of your own (in TOML a table of its fields).
    seeds : tuple of int
        For methods that draw random numbers; the others run once.
    title, description : str
        Head the report.
    """

    datasets: tuple
    methods: tuple
    sizes: tuple
    protocol: object = "heldout"
    seeds: tuple = (0,)
    title: str = "Cross-modal retrieval baselines"
    description: str = ""

    def __post_init__(self):
        labels = [method.label for method in self.methods]
        repeated = sorted({label for label in labels if labels.count(label) > 1})
        if repeated:
            raise ValueError(f"the label {repeated[0]!r} stands for two methods of the suite; give one another label")
        for name in ("datasets", "methods", "sizes", "seeds"):
            if not getattr(self, name):
                raise ValueError(f"a suite needs at least one entry in {name!r}")
        for size in (*self.sizes, *(size for method in self.methods for size in method.sizes)):
            if type(size) is not int or size < 1:
                raise ValueError(f"sizes are whole numbers from 1, got {size!r}")
        get_protocol(self.protocol)

    def cells(self):
        """Return every `Cell`, the cells of one split next to each other."""
        return [
            Cell(method, dataset.name, {**dataset.options, **split}, get_protocol(self.protocol), size, seed)
            for dataset in self.datasets
            for split in ([{"split": number} for number in dataset.splits] or [{}])
            for method in self.methods
            for size, seed in product(
                method.sizes or self.sizes, self.seeds if method.draws_random_numbers else (None,)
            )
        ]

    def only(self, names):
        """Return the suite with the methods whose label or name is in `names`."""
        known = [name for method in self.methods for name in (method.label, method.name)]
        _require_known("method of the suite", names, dict.fromkeys(known))
        kept = tuple(method for method in self.methods if {method.label, method.name} & set(names))
        return replace(self, methods=kept)


def packaged_suites():
    """Return ``{name: path}`` of the suites that come with the package."""
    return {path.stem: path for path in sorted(_SUITE_FOLDER.glob("*.toml"))}


def read_suite(source):
    """Read a suite from a TOML file, or one of the package by its name.

    Parameters
    ----------
    source : str or path
        ``"quick"``, or the path of a file that ends in ``.toml``.

    Returns
    -------
    Suite

    Raises
    ------
    FileNotFoundError
        No such file or packaged suite.
    ValueError
        Not TOML, or an unknown key, method, dataset, option or parameter; the message names the known ones.

    Examples
    --------
    >>> from shallow_cmr.experiment import read_suite
    >>> read_suite("quick").sizes
    (16, 32, 64)
    """
    path = packaged_suites().get(str(source), Path(source))
    if not path.is_file():
        raise FileNotFoundError(f"no suite {str(source)!r}: give a .toml file or one of {', '.join(packaged_suites())}")
    try:
        return _suite_from_table(tomllib.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:  # TOMLDecodeError and UnicodeDecodeError are ValueErrors
        raise ValueError(f"{path}: {error}") from error


def _suite_from_table(table):
    """Return the Suite of a parsed TOML table."""
    lists = {"datasets": DatasetEntry, "methods": MethodEntry}
    entries = {
        name: tuple(_entry(kind, row, f"[[{name}]]") for row in table.get(name, [])) for name, kind in lists.items()
    }
    protocol = table.get("protocol", "heldout")
    if isinstance(protocol, dict):
        protocol = _entry(Protocol, protocol, "[protocol]")
    return _entry(Suite, {**table, **entries, "protocol": protocol}, "the suite")


def _entry(kind, row, where):
    """Return the dataclass `kind` filled from the dict `row`; lists become tuples."""
    if not isinstance(row, dict):
        raise ValueError(f"{where} is a table, got {row!r}")
    _require_known(f"key in {where}", row, [entry.name for entry in fields(kind)])
    required = [entry.name for entry in fields(kind) if entry.default is entry.default_factory is MISSING]
    missing = [name for name in required if name not in row]
    if missing:
        raise ValueError(f"{where} needs the key {missing[0]!r}; required: {', '.join(required)}")
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    words = {tuple: "a list", dict: "a table", str: "a string"}
    types = {entry.name: entry.type for entry in fields(kind)}
    for name, value in values.items():
        if types[name] in words and not isinstance(value, types[name]):
            raise ValueError(f"{name} in {where} is {words[types[name]]}, got {value!r}")
    return kind(**values)


def _require_known(what, names, known):
    """Raise a ValueError that lists the known names when one of `names` is not among them."""
    for name in names:
        if name not in known:
            raise ValueError(f"unknown {what}: {name!r}; known: {', '.join(map(str, known))}")
