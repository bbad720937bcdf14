"""Every example in a docstring runs as printed."""

import doctest
from importlib import import_module
from pkgutil import walk_packages

import pytest

import shallow_cmr

MODULES = [
    info.name for info in walk_packages(shallow_cmr.__path__, "shallow_cmr.") if not info.name.endswith("__main__")
]


@pytest.mark.parametrize("name", ["shallow_cmr", *MODULES])
def test_examples(name):
    result = doctest.testmod(import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0
