"""One road for all benchmarks: find the file, recognise its layout, check it against the description, split it."""

import hashlib

import numpy as np

from shallow_cmr.datasets.benchmarks.assembly import paired
from shallow_cmr.datasets.benchmarks.catalogue import BENCHMARKS
from shallow_cmr.datasets.benchmarks.finding import data_files
from shallow_cmr.datasets.benchmarks.layouts import find_layout
from shallow_cmr.datasets.benchmarks.orientation import class_ids, indicator
from shallow_cmr.datasets.benchmarks.preparing import check_preparation, prepare_dataset
from shallow_cmr.datasets.benchmarks.splits import split_by_rule
from shallow_cmr.datasets.dataset import CrossModalDataset
from shallow_cmr.datasets.reading import DEFAULT_MAX_BYTES, list_arrays, read_arrays

__all__ = ["described", "from_files", "read_roles"]


def from_files(benchmark, path, prepared, *, layout=None, edition=None, max_bytes=DEFAULT_MAX_BYTES):
    """Return the benchmark that the files at a path hold.

    Parameters
    ----------
    benchmark : Benchmark
        What it should be.
    path : path or None
        A file, or a folder of files; None: the folder that the environment names.
    prepared : {"zscore", "centre", None}
        What is done with the columns.
    layout, edition : str or None
        Which layout of the names and which published split, where several fit.
    max_bytes : int
        Most memory that the arrays of one file may take.

    Raises
    ------
    FileNotFoundError
        There are no files.
    ValueError
        They are not this benchmark, or damaged, or of an unknown layout.
    """
    check_preparation(prepared)
    files = data_files(benchmark, path)
    names, arrays = read_roles(files, layout, max_bytes)
    pairs = paired(arrays, names, benchmark.n_classes)
    return described(benchmark, pairs, prepared, edition, ", ".join(_traced(file) for file in files))


def read_roles(files, layout, max_bytes):
    """Return the arrays' names and the arrays themselves, both by role, of files that make one set together."""
    shapes, homes = {}, {}
    for file in files:
        for name, (shape, _) in list_arrays(file).items():
            if name in homes:
                raise ValueError(
                    f"{name} is in {homes[name].name} and in {file.name}: give the path of one of them, not the folder."
                )
            shapes[name], homes[name] = shape, file
    try:
        names = find_layout(shapes, layout)
    except ValueError as error:
        raise ValueError(f"{', '.join(str(file) for file in files)}: {error}") from None
    arrays = {}
    for file in files:
        wanted = {role: name for role, name in names.items() if homes[name] == file}
        read = read_arrays(file, list(wanted.values()), max_bytes=max_bytes) if wanted else {}
        arrays |= {role: read[name] for role, name in wanted.items()}
    return names, arrays


def _traced(file):
    """Return the name of a file with its digest, so that results can be traced to it."""
    with file.open("rb") as opened:
        return f"{file.name} (sha256 {hashlib.file_digest(opened, 'sha256').hexdigest()})"


def described(benchmark, pairs, prepared, edition, files):
    """Return the pairs as the benchmark, with its split and terms, after all checks.

    Parameters
    ----------
    files : str
        What the pairs were read from, for the data set's ``source``.
    """
    n = pairs.X.shape[0]
    version = _edition(benchmark, n, edition)
    labels = (indicator if version.multi_label else lambda L: class_ids(L, benchmark.n_classes))(pairs.labels)
    _check_labels(benchmark, version, labels)
    _check_widths(benchmark, pairs)
    train, test, split = _split(version, pairs, labels)
    stored = CrossModalDataset(
        X=pairs.X,
        y=pairs.y,
        labels=labels,
        train_index=train,
        test_index=test,
        name=benchmark.key,
        image_features=benchmark.image_features.get(pairs.X.shape[1], ""),
        text_features=benchmark.text_features.get(pairs.y.shape[1], ""),
        class_names=benchmark.class_names if benchmark.labels_follow_names else (),
        licence=benchmark.licence,
        source=f"{benchmark.source}; {files}",
        citation=benchmark.citation,
        description=f"{benchmark.description} {split}",
        protocol=version.protocol,
    )
    return stored if prepared is None else prepare_dataset(stored, prepared, train, test)


def _split(version, pairs, labels):
    """Return the rows of training pairs and queries, of the file or by the published rule, and the split in words."""
    if pairs.train is None:
        return *split_by_rule(version, labels), version.split
    words = f"Split of the file: {len(pairs.train):,} training pairs, {len(pairs.test):,} queries. {version.split}"
    return pairs.train, pairs.test, words


def _edition(benchmark, n_items, name):
    """Return the benchmark's edition of this many pairs, or say which other benchmark has as many."""
    try:
        return benchmark.edition(n_items, name)
    except ValueError as error:
        likes = [other.title for other in BENCHMARKS.values() if other.key != benchmark.key and n_items in other.sizes]
        like = f" It looks like {' or '.join(likes)}." if likes else ""
        raise ValueError(f"{error}{like} Any other set is for load_features.") from None


def _check_labels(benchmark, version, labels):
    """Raise unless as many items as published have each class, and each item has one."""
    if version.multi_label:
        empty = np.flatnonzero(~labels.any(axis=1))
        if version.labelled and empty.size:
            raise ValueError(
                f"{empty.size:,} items have no class (the first: {empty[0]}), but those of {benchmark.title} all "
                f"have one."
            )
        return
    counts = np.bincount(labels, minlength=benchmark.n_classes)
    if version.items_per_class and tuple(counts) != version.items_per_class:
        raise ValueError(
            f"the classes have {counts.tolist()} items, those of {benchmark.title} {list(version.items_per_class)}: "
            f"the file is damaged or another set."
        )


def _check_widths(benchmark, pairs):
    """Raise where image and text were exchanged."""
    p, q = pairs.X.shape[1], pairs.y.shape[1]
    known = p in benchmark.image_features or q in benchmark.text_features
    if not known and p in benchmark.text_features and q in benchmark.image_features:
        raise ValueError(
            f"image features have {p} columns and text features {q}, of {benchmark.title} it is the other way round."
        )
