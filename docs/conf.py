"""How the documentation is built: ``sphinx-build docs docs/_build`` (or ``make docs``)."""

import sys
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import shallow_cmr

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

project = "shallow_cmr"
author = "The shallow_cmr developers"
copyright = f"2026, {author}"
release = version = shallow_cmr.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "sphinx.ext.mathjax",
    "sphinx.ext.viewcode",
    "numpydoc",
    "myst_nb",
    "sphinx_design",
    "generated_pages",
]
autosummary_imported_members = False
templates_path = ["templates"]
exclude_patterns = ["_build", "templates"]

# One page a public object, from its docstring; what a class inherits from scikit-learn is documented there.
autosummary_generate = True
autodoc_typehints = "none"
numpydoc_show_class_members = False
default_role = "py:obj"

myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = "cache"
nb_execution_timeout = 300
nb_execution_raise_on_error = True
nb_merge_streams = True

html_theme = "pydata_sphinx_theme"
html_title = "shallow_cmr"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_theme_options = {"navigation_with_keys": True, "show_toc_level": 2, "secondary_sidebar_items": ["page-toc"]}
html_show_sourcelink = False
# Wide tables, and no other page of their section.
html_sidebars = {"results/index": []}

linkcheck_anchors = False
linkcheck_timeout = 20


def _reachable(address):
    """Whether the list of a project's names can be fetched: without a network the site is built without its links."""
    try:
        with urlopen(f"{address}objects.inv", timeout=5):
            return True
    except (URLError, OSError):
        return False


intersphinx_mapping = {
    name: (address, None)
    for name, address in {
        "python": "https://docs.python.org/3/",
        "numpy": "https://numpy.org/doc/stable/",
        "scipy": "https://docs.scipy.org/doc/scipy/",
        "sklearn": "https://scikit-learn.org/stable/",
        "pandas": "https://pandas.pydata.org/docs/",
    }.items()
    if _reachable(address)
}
