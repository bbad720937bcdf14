"""Fixtures for data that may be absent."""

import os
from pathlib import Path

import numpy  # noqa: F401 - so that its BLAS is there to be limited, and scipy's
import pytest
import scipy.linalg  # noqa: F401
from threadpoolctl import threadpool_limits

# One BLAS thread a process, here and in what the tests start: they run in as many processes as there are cores.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
threadpool_limits(limits=1)


def pytest_sessionstart(session):
    """Refuse to test another copy of the package than the one beside these tests."""
    import shallow_cmr

    here, installed = Path(__file__).parent.parent / "shallow_cmr", Path(shallow_cmr.__file__).parent
    stale = [path for path in here.rglob("*.py") if not _same(path, installed / path.relative_to(here))]
    if stale:
        pytest.exit(
            f"{stale[0].relative_to(here.parent)} differs from the installed copy: after a change, install again, or "
            "work on an editable install (pip install -e '.[test]').",
            returncode=4,
        )


def _same(path, other):
    return other.exists() and path.read_bytes() == other.read_bytes()


@pytest.fixture(scope="session")
def wikipedia_folder():
    """Folder of the Wikipedia benchmark, which cannot be bundled; tests without it are skipped."""
    folder = Path(os.environ.get("SHALLOW_CMR_DATA", "")) / "wikipedia"
    if not (folder / "raw_features.mat").exists():
        pytest.skip("the Wikipedia benchmark is not here: set SHALLOW_CMR_DATA to the folder that holds wikipedia/")
    return folder


@pytest.fixture
def tiny(monkeypatch):
    """Make the loader of the tiny data known to suites."""
    from tiny_suite import load_tiny

    from shallow_cmr import datasets

    monkeypatch.setitem(datasets.LOADERS, "tiny", load_tiny)
