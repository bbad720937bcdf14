"""Fixtures for data that may be absent."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def wikipedia_folder():
    """Folder of the Wikipedia benchmark, which cannot be bundled; tests without it are skipped."""
    folder = Path(os.environ.get("SHALLOW_CMR_DATA", "")) / "wikipedia"
    if not (folder / "raw_features.mat").exists():
        pytest.skip("the Wikipedia benchmark is not here: set SHALLOW_CMR_DATA to the folder that holds wikipedia/")
    return folder
