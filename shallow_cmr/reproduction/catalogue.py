"""What is run to be held against published numbers, and why it may differ: TOML files beside this module."""

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path

from shallow_cmr.experiment import DatasetEntry, MethodEntry, Suite
from shallow_cmr.experiment.checking import require_distinct, require_known
from shallow_cmr.protocol import Protocol, get_protocol

__all__ = ["Part", "Reproduction", "Run", "packaged_reproductions", "read_reproduction"]


@dataclass(frozen=True)
class Run:
    """A method with its parameters, what it is held against and how far from it is expected.

    Parameters
    ----------
    method : str
        Key of `shallow_cmr.methods.all_methods`.
    sizes : tuple of int
        Dimensions or bits.
    band : float or tuple of float
        Differences up to it, at all sizes or at each, count as agreement.
    label : str, optional
        What tables call it; the method when left out.
    parameters : dict
        Of the constructor.
    published, measured : tuple of dict
        Each picks rows of `load_published` by some of their columns: what was printed, what other code gave.
    published_band : float or tuple of float, optional
        Instead of `band` for what was printed.
    reasons : dict of str to list of two numbers
        Differences between the two are accounted for by the reason of that name.
    """

    method: str
    sizes: tuple
    band: object
    label: str = ""
    parameters: dict = field(default_factory=dict)
    published: tuple = ()
    measured: tuple = ()
    published_band: object = None
    reasons: dict = field(default_factory=dict)

    def __post_init__(self):
        object.__setattr__(self, "label", self.label or self.method)
        for name in ("band", "published_band"):
            band = getattr(self, name)
            if isinstance(band, tuple) and len(band) != len(self.sizes):
                raise ValueError(f"{name} of {self.label!r} has {len(band)} numbers for {len(self.sizes)} sizes")

    @property
    def entry(self):
        """The `MethodEntry` of a suite."""
        return MethodEntry(self.method, self.label, self.parameters, self.sizes)

    def call(self, size):
        """Return the constructor call as text."""
        parameters = [f"{name}={value!r}" for name, value in self.parameters.items()]
        return f"{self.method}({', '.join([str(size), *parameters])})"

    def band_at(self, size, published):
        """Return how far ours may be from what was printed, or from other code."""
        band = self.published_band if published and self.published_band is not None else self.band
        return band[self.sizes.index(size)] if isinstance(band, tuple) else band


@dataclass(frozen=True)
class Part:
    """Runs under one protocol on features prepared in one way: a suite, with what its numbers are held against.

    Parameters
    ----------
    name : str
        Names the part's folder of results.
    title : str
    protocol : str or Protocol
    runs : tuple of Run
    options : dict
        Of the dataset's loader.
    convention : str
        In words: where published numbers follow another convention, or do not say which.
    """

    name: str
    title: str
    protocol: object
    runs: tuple
    options: dict = field(default_factory=dict)
    convention: str = ""

    def __post_init__(self):
        object.__setattr__(self, "protocol", get_protocol(self.protocol))
        require_distinct([run.label for run in self.runs], f"the label {{}} stands for two runs of part {self.name!r}")


@dataclass(frozen=True)
class Reproduction:
    """All parts on one dataset.

    Parameters
    ----------
    title : str
    dataset : str
        Key of `shallow_cmr.datasets.LOADERS`.
    published_as : str
        What `load_published` calls the dataset.
    parts : tuple of Part
    reasons : dict of str to str
        Why numbers differ, by the name that runs refer to.
    seeds : tuple of int
        For methods that draw random numbers; ours is the mean over them.
    """

    title: str
    dataset: str
    published_as: str
    parts: tuple
    reasons: dict = field(default_factory=dict)
    seeds: tuple = (0,)

    def __post_init__(self):
        require_distinct([part.name for part in self.parts], "the name {} stands for two parts")
        for part in self.parts:
            for run in part.runs:
                require_known(f"reason of {run.label!r}", run.reasons, self.reasons)

    def suite(self, part, folder=None):
        """Return the `Suite` of a part; `folder` holds the dataset's files, None: where its loader looks."""
        place = {} if folder is None else {"path": str(folder)}
        dataset = DatasetEntry(self.dataset, part.options | place)
        return Suite(
            datasets=(dataset,),
            methods=tuple(run.entry for run in part.runs),
            sizes=part.runs[0].sizes,  # each method has its own
            protocol=part.protocol,
            seeds=self.seeds,
            title=f"{self.title}: {part.title}",
            description=part.convention,
        )


def packaged_reproductions():
    """Return ``{name: path}`` of the reproductions that come with the package."""
    return {path.stem: path for path in sorted(Path(__file__).parent.glob("*.toml"))}


def read_reproduction(name):
    """Read a reproduction of the package.

    Parameters
    ----------
    name : str
        ``"wikipedia"``.

    Returns
    -------
    Reproduction

    Raises
    ------
    ValueError
        There is none of that name; the message lists those there are.

    Examples
    --------
    >>> from shallow_cmr.reproduction import read_reproduction
    >>> [part.title for part in read_reproduction("wikipedia").parts][:2]
    ['Codes from both modalities', 'Codes from the retrieved modality alone']
    """
    require_known("reproduction", [name], packaged_reproductions())
    table = tomllib.loads(packaged_reproductions()[name].read_text(encoding="utf-8"))
    return _filled(Reproduction, table | {"parts": [_part(part) for part in table["parts"]]})


def _part(table):
    """Return the Part of a table."""
    protocol = table["protocol"]
    protocol = _filled(Protocol, protocol) if isinstance(protocol, dict) else protocol
    return _filled(Part, table | {"protocol": protocol, "runs": [_filled(Run, run) for run in table["runs"]]})


def _filled(kind, table):
    """Return the dataclass `kind` filled from a table; lists become tuples."""
    require_known(f"key of a {kind.__name__}", table, [entry.name for entry in fields(kind)])
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in table.items()})
