"""Every public name is documented by numpydoc's rules and has a place on the site, and no link is broken."""

import re
from fnmatch import fnmatch
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from pkgutil import iter_modules
from posixpath import dirname, join, normpath

import pytest
from numpydoc.validate import validate

import shallow_cmr
from shallow_cmr import all_methods

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"

#: Rooms of which no page lists the names, with the reason.
NOT_LISTED = {
    "real_valued": "each method has a page of its own",
    "hashing": "each method has a page of its own",
    "cli": "its names are commands; shallow-cmr --help describes them",
    "__main__": "python -m shallow_cmr is the command line",
    "atomic": "writes our own files",
    "deflation": "a step inside PLS methods",
    "kernel_logistic": "the hash function inside SePH, which has the parameters",
    "labels": "what fit does with labels; the forms that it takes are told there",
    "linalg": "steps inside methods",
    "ranking": "what measures and indexes are made of",
    "reproduction": "what the command shallow-cmr repro is made of",
    "relevance": "average_precision tells the forms that relevance may have",
    "rotation": "a step inside CCAITQ and CMFH",
    "scatter": "a step inside CrossMoments",
}

#: Pages whose code is not run, with the reason.
NOT_RUN = {"guide/data.md": "it reads the reader's own files"}

#: What numpydoc asks for and we leave out, with the reason.
LEFT_OUT = {
    "ES01": "a summary that says all needs no second one",
    "SA01": "names in the text are links already",
}
LEFT_OUT_OF_MEMBERS = LEFT_OUT | {"EX01": "the example of the class shows its methods and properties at work"}


def _generated_pages():
    """Return docs/generated_pages.py as a module: docs is no package."""
    spec = spec_from_file_location("generated_pages", DOCS / "generated_pages.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generated_pages = _generated_pages()
LISTED = generated_pages.MODULES
GENERATED = {**generated_pages.method_pages(), **generated_pages.api_pages(), **generated_pages.result_pages()}
BY_HAND = {
    path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8")
    for pattern in ("index.md", "guide/*.md", "methods/index.md", "notebooks/index.md")
    for path in DOCS.glob(pattern)
}
PAGES = GENERATED | BY_HAND
FILES = {
    *PAGES,
    *(f"notebooks/{path.name}" for path in (ROOT / "notebooks").glob("*.ipynb")),
    *(f"results/{path.parent.name}/{path.name}" for path in generated_pages.RESULTS.glob("*/*.png")),
}


def _complaints(name, left_out):
    """Return what numpydoc says of a docstring, beyond what we leave out."""
    return [f"{name}: {code} {text}" for code, text in validate(name)["errors"] if code not in left_out]


@pytest.mark.parametrize("room", sorted({"real_valued", "hashing", *LISTED}))
def test_every_docstring_passes_the_validation_of_numpydoc(room):
    module, complaints = import_module(f"shallow_cmr.{room}"), []
    for name in module.__all__:
        full_name = f"shallow_cmr.{room}.{name}"
        if callable(getattr(module, name)):
            complaints += _complaints(full_name, LEFT_OUT)
        elif not generated_pages.comment_of(module, name):
            complaints.append(f"{full_name}: no comment after #: says what this constant is")
        for member in generated_pages.own_members(getattr(module, name)):
            complaints += _complaints(f"{full_name}.{member}", LEFT_OUT_OF_MEMBERS)
    assert complaints == []


def test_every_room_is_on_the_site_or_has_a_reason_not_to_be():
    rooms = {info.name for info in iter_modules(shallow_cmr.__path__)}
    assert rooms - set(LISTED) == set(NOT_LISTED)


@pytest.mark.parametrize("room", LISTED)
def test_every_public_name_of_a_room_stands_on_its_page(room):
    page = GENERATED[f"api/{room}.md"]
    assert f"\n{room}\n" in GENERATED["api/index.md"]
    names = set(re.findall(r"^(?:   |\.\. py:data:: )(\w+)$", page, re.MULTILINE))
    assert names == set(import_module(f"shallow_cmr.{room}").__all__)


def test_every_name_of_the_top_level_is_on_the_site():
    listed = {name for room in LISTED for name in import_module(f"shallow_cmr.{room}").__all__}
    public = {name for name in dir(shallow_cmr) if not name.startswith("_")}
    assert public - listed == set(all_methods())


@pytest.mark.parametrize("name", all_methods())
def test_every_method_has_a_page(name):
    page = GENERATED[f"methods/{name}.md"]
    assert page.startswith(f"# {name}\n")
    [module] = re.findall(r"automodule:: (\S+)", page)
    [package] = re.findall(r"currentmodule:: (\S+)", page)
    assert module == all_methods()[name].__module__
    assert getattr(import_module(package), name) is all_methods()[name]
    [members] = re.findall(rf"autoclass:: {name}\n   :members: (.*)\n", page)
    assert {"fit", "score", "transform_image", "transform_pair", "transform_text"} <= set(members.split(", "))


def test_a_name_without_a_page_is_warned_of(caplog):
    names = set(generated_pages.names_of_the_site())
    generated_pages.warn_of_missing(names)
    assert caplog.text == ""
    lost = ["shallow_cmr.moments.CrossMoments.merge", "shallow_cmr.real_valued.CCA.fit"]
    generated_pages.warn_of_missing(names - set(lost))
    assert re.findall(r"shallow_cmr\S+", caplog.text) == lost


def _targets(text):
    """Return the pages, patterns and files that a page in MyST leads to, as they are written there."""
    docs = re.findall(r"\{doc\}`(?:[^`]*<)?\s*([^`<>]+?)>?`", text) + re.findall(r"^:link: (\S+)$", text, re.MULTILINE)
    for entries in re.findall(r"```\{toctree\}\n(?::.*\n)*\n(.*?)```", text, re.DOTALL):
        docs += entries.split()
    files = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) + re.findall(r"```\{include\} (\S+)", text)
    return docs, [file for file in files if not re.match(r"(https?|mailto):", file)]


def _broken(page, text):
    """Return what a page leads to that is not there."""
    docs, files = _targets(text)
    pages = {name.rpartition(".")[0] for name in FILES if not name.endswith(".png")}
    lost = [doc for doc in docs if not any(fnmatch(known, normpath(join(dirname(page), doc))) for known in pages)]
    for file in files:
        path = normpath(join(dirname(page), file))
        if path not in FILES and not (path.startswith("../") and (DOCS / path).is_file()):
            lost.append(file)
    return lost


@pytest.mark.parametrize("page", PAGES)
def test_every_link_of_a_page_leads_somewhere(page):
    assert _broken(page, PAGES[page]) == []


def test_a_link_to_nowhere_is_found():
    text = """See {doc}`measuring`, {doc}`CCA <../methods/CCA>`, [here](pitfalls.md#ties) and [there](https://example.org).
    See {doc}`measures`, {doc}`CCA
    <../methods/ACC>`, ![a figure](../results/none/figure.png) and [here](../methods/nothing.md).
    """
    text += "```{toctree}\n:glob:\n\n../methods/[A-Z]*\n../notebooks/99*\n```\n```{include} ../../NOTHING.md\n```"
    lost = ["measures", "../methods/ACC", "../notebooks/99*", "../results/none/figure.png", "../methods/nothing.md"]
    assert _broken("guide/page.md", text) == [*lost, "../../NOTHING.md"]
    assert _broken("guide/page.md", "```{include} ../../CHANGELOG.md\n```") == []


@pytest.mark.parametrize("page", [page for page in BY_HAND if "```python\n" in BY_HAND[page] and page not in NOT_RUN])
def test_the_code_of_a_page_runs(page):
    names = {}
    for code in re.findall(r"```python\n(.*?)```", BY_HAND[page], re.DOTALL):
        exec(code, names)
