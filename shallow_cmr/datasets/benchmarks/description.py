"""What is known of a standard benchmark before its file is opened: data only."""

from dataclasses import dataclass, field

__all__ = ["Benchmark", "Download", "Edition"]


@dataclass(frozen=True)
class Edition:
    """One version of a benchmark in circulation: its number of pairs, and how papers split them.

    Parameters
    ----------
    name : str
        Short name: the paper or the list that it goes back to.
    n_items, n_train, n_test : int
        Pairs in all, in training and as queries. Where training and queries do not add up to all, the rest
        belongs to the database alone.
    rule : str
        Key of `shallow_cmr.datasets.benchmarks.splits.RULES`: what is done with files that carry no split.
    split : str
        The split in words, and which of its numbers could not be confirmed.
    protocol : str
        Name of the evaluation preset that the papers follow.
    multi_label : bool
        Whether an item may have several classes.
    items_per_class : tuple of int
        Items of class 0, 1, ... in all, where published.
    labelled : bool
        Whether each item is known to have a class.
    """

    name: str
    n_items: int
    n_train: int
    n_test: int
    rule: str
    split: str
    protocol: str
    multi_label: bool
    items_per_class: tuple = ()
    labelled: bool = False


@dataclass(frozen=True)
class Download:
    """Where the files of a benchmark can be fetched without a login.

    Parameters
    ----------
    url : str
        Address of the zip archive that holds the files, or of their folder (it ends with ``/``).
    sha256 : dict
        Digest of each file, by its name.
    """

    url: str
    sha256: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Benchmark:
    """A standard benchmark, described.

    Parameters
    ----------
    key : str
        Name of the data set, of its folder and of its loader.
    title : str
        Its name in papers.
    description : str
        One sentence on the contents.
    n_classes : int
        Classes of its labels.
    class_names : tuple of str
        Their names; empty where no list of them could be confirmed.
    labels_follow_names : bool
        Whether the files are known to number the classes in the order of ``class_names``: only then does the data
        set bear the names.
    editions : tuple of Edition
        The versions in circulation; of those with equally many pairs the first is the default.
    image_features, text_features : dict
        Name of the features by their number of columns, for the widths in circulation; other widths are loaded too.
    licence : str
        Terms of use in words, ``"not stated"`` where there are none.
    source : str
        Address of the authors' page.
    citation : str
        What to cite, with its DOI where it has one.
    obtain : str
        Where to get a file with features, and what it holds.
    download : Download or None
        None: no public address of the features is known, so that nothing can be fetched.
    """

    key: str
    title: str
    description: str
    n_classes: int
    class_names: tuple
    labels_follow_names: bool
    editions: tuple
    image_features: dict
    text_features: dict
    licence: str
    source: str
    citation: str
    obtain: str
    download: Download | None = None

    @property
    def sizes(self):
        """Numbers of pairs of its editions, the first edition's first."""
        return tuple(dict.fromkeys(edition.n_items for edition in self.editions))

    def edition(self, n_items, name=None):
        """Return the edition of this many pairs, or the named one of them.

        Raises
        ------
        ValueError
            There is none.
        """
        fitting = [edition for edition in self.editions if edition.n_items == n_items]
        if name is not None:
            fitting = [edition for edition in fitting if edition.name == name]
        if not fitting:
            known = ", ".join(f"{edition.name!r} ({edition.n_items:,} pairs)" for edition in self.editions)
            asked = "" if name is None else f" of edition={name!r}"
            raise ValueError(f"{n_items:,} pairs are no version{asked} of {self.title}; its editions are {known}.")
        return fitting[0]
