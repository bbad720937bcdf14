"""Pages made from the package itself: one a method, the public names of each room, committed results, notebooks."""

import inspect
import shutil
from functools import cached_property
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

from docutils import nodes
from sklearn.base import BaseEstimator
from sphinx.pycode import ModuleAnalyzer
from sphinx.util.logging import getLogger

from shallow_cmr.methods import all_methods
from shallow_cmr.reporting import method_catalogue

HERE = Path(__file__).parent
ROOT = HERE.parent
RESULTS = ROOT / "benchmarks" / "results"
KINDS = {"real-valued": "Real-valued", "hashing": "Hashing (binary codes)"}

# The rooms whose public names a user may call, in the order of the guide; a test proves that none is missing.
MODULES = (
    *("methods", "compose", "evaluation", "protocol", "scorers", "retrieval", "search", "datasets"),
    *("metrics", "statistics", "reporting", "experiment", "published", "checks", "base", "moments"),
    *("codes", "kernels"),
)


def unlink_mail(doctree):
    """Turn links to mail addresses back into text: nobody lives at mAP@all."""
    for link in list(doctree.findall(nodes.reference)):
        if link.get("refuri", "").startswith("mailto:"):
            link.replace_self(nodes.Text(link.astext()))


def public_names(module):
    """Return the names that a room of the package makes public."""
    return sorted(import_module(f"shallow_cmr.{module}").__all__)


def setup(app):
    """Write the pages, before Sphinx looks for pages to read."""
    write_pages(Path(app.srcdir))
    app.connect("doctree-read", lambda app, doctree: unlink_mail(doctree))
    app.connect("autodoc-skip-member", lambda app, kind, name, *rest: True if is_not_ours(name) else None)
    app.connect("missing-reference", link_to_other_room)
    app.connect("env-check-consistency", lambda app, env: warn_of_missing(env.get_domain("py").objects))
    return {"parallel_read_safe": True}


def link_to_other_room(app, env, node, text):
    """Return a link for a name that is not of the room that speaks of it, where only one room has it."""
    if node.get("refdomain") != "py":
        return None
    domain, name = env.get_domain("py"), node["reftarget"]
    found = domain.find_obj(env, None, None, name, "obj", searchmode=1)
    homes = [full_name for full_name, entry in found if not entry.aliased]
    if len(homes) != 1:
        return None
    return domain.resolve_xref(env, node["refdoc"], app.builder, "obj", homes[0], node, text)


def warn_of_missing(documented):
    """Warn of every public name that has no place on the site as it was read."""
    for name in sorted(set(names_of_the_site()) - set(documented)):
        getLogger(__name__).warning("%s is public, but no page documents it", name)


def names_of_the_site():
    """Yield the full names that pages must document: of the rooms and the methods, and of what their classes define."""
    for module in MODULES:
        for name in public_names(module):
            yield f"shallow_cmr.{module}.{name}"
            public = getattr(import_module(f"shallow_cmr.{module}"), name)
            yield from (f"shallow_cmr.{module}.{name}.{member}" for member in own_members(public))
    for method in all_methods().values():
        yield f"{_package(method)}.{method.__name__}"
        yield from (f"{_package(method)}.{method.__name__}.{member}" for member in members_of(method))


def own_members(public):
    """Return the names of the public methods and properties that a class defines itself; none of other objects."""
    names = vars(public) if inspect.isclass(public) else ()
    return [name for name in names if not is_not_ours(name) and _is_member(getattr(public, name), name)]


def members_of(method):
    """Return the names of the public methods and properties that tell a method from any estimator of scikit-learn."""
    names = [name for name in dir(method) if not (is_not_ours(name) or hasattr(BaseEstimator, name))]
    return [name for name in names if _is_member(getattr(method, name), name)]


def _is_member(value, name):
    """Whether a class has a method or property, not a constant, under this name, and a public one."""
    return not name.startswith("_") and (callable(value) or isinstance(value, (property, cached_property)))


def is_not_ours(name):
    """Whether scikit-learn gives every estimator a member of this name, and documents it."""
    return name == "set_output" or (name.startswith("set_") and name.endswith("_request"))


def write_pages(folder):
    """Write all generated pages below the folder of the documentation."""
    for name, content in {**method_pages(), **api_pages(), **result_pages()}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != content:
            path.write_text(content, encoding="utf-8")
    copy_folder(ROOT / "notebooks", folder / "notebooks", "*.ipynb")
    copy_folder(RESULTS, folder / "results", "*/*.png")


def copy_folder(source, target, pattern):
    """Copy the files of a pattern where they changed, so that Sphinx reads only those anew."""
    for path in source.glob(pattern):
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if not copy.exists() or copy.read_bytes() != path.read_bytes():
            shutil.copyfile(path, copy)


def method_pages():
    """Return {path: text} of one page a method."""
    return {f"methods/{method['name']}.md": _method_page(method) for method in method_catalogue()}


def _method_page(method):
    """Return what a method says of itself, then its whole docstring."""
    facts = {
        "kind": KINDS[method["kind"]],
        "supervision": method["supervision"],
        "learns from": method["needs"],
        "cost": method["cost"],
        "paper": method["reference"],
    }
    rows = "\n".join(f"* - {name}\n  - {text}" for name, text in facts.items() if text)
    estimator = all_methods()[method["name"]]
    return (
        f"# {method['name']}\n\n```{{list-table}}\n:stub-columns: 1\n\n{rows}\n```\n\n"
        f"## The mathematics\n\n```{{eval-rst}}\n.. automodule:: {estimator.__module__}\n   :no-members:\n```\n\n"
        f"## The estimator\n\n```{{eval-rst}}\n.. currentmodule:: {_package(estimator)}\n\n"
        f".. autoclass:: {method['name']}\n   :members: {', '.join(members_of(estimator))}\n```\n"
    )


def _package(method):
    """Return the name of the package that offers a method."""
    return method.__module__.rpartition(".")[0]


def api_pages():
    """Return {path: text} of the list of each room's public names."""
    pages = {f"api/{module}.md": _api_page(module) for module in MODULES}
    entries = "\n".join(MODULES)
    pages["api/index.md"] = (
        "# Every public name\n\nBy the room of the package where it lives; the methods have {doc}`pages of their own "
        "<../methods/index>`. Names at the top level (`shallow_cmr.evaluate`) are the same objects.\n\n"
        f"```{{toctree}}\n:maxdepth: 1\n\n{entries}\n```\n"
    )
    return pages


def _api_page(module):
    """Return a room's description, the table of its names, each leading to its page, and its constants."""
    room = import_module(f"shallow_cmr.{module}")
    first = inspect.getdoc(room).split("\n\n")[0]
    names = "\n   ".join(name for name in public_names(module) if callable(getattr(room, name)))
    constants = "".join(_constant(room, name) for name in public_names(module) if not callable(getattr(room, name)))
    return (
        f"# shallow_cmr.{module}\n\n{first}\n\n```{{eval-rst}}\n.. currentmodule:: shallow_cmr.{module}\n\n"
        f".. autosummary::\n   :toctree: generated/\n   :nosignatures:\n\n   {names}\n{constants}```\n"
    )


def _constant(room, name):
    """Return what a constant is and what it holds; autosummary would describe its type."""
    value = getattr(room, name)
    entries = value.items() if isinstance(value, dict) else ((repr(entry), None) for entry in value)
    lines = [f"* ``{key}``" + (f": {_in_a_line(entry)}" if entry else "") for key, entry in entries]
    return f"\n.. py:data:: {name}\n\n   {comment_of(room, name)}\n\n   " + "\n   ".join(lines) + "\n"


def comment_of(room, name):
    """Return the comment that stands above a constant, after ``#:``, in whichever file of the room defines it."""
    files = walk_packages(getattr(room, "__path__", ()), f"{room.__name__}.")
    for module in (room.__name__, *(file.name for file in files)):
        comments = ModuleAnalyzer.for_module(module).find_attr_docs()
        if ("", name) in comments:
            return " ".join(comments["", name]).strip()
    return ""


def _in_a_line(entry):
    """Return what a function's docstring says first, or how another object prints."""
    return inspect.getdoc(entry).split("\n\n")[0] if inspect.isroutine(entry) else str(entry)


def result_pages():
    """Return {path: text} of the page of committed results."""
    sections = []
    for folder in sorted(path for path in RESULTS.iterdir() if (path / "leaderboard.md").exists()):
        board = (folder / "leaderboard.md").read_text(encoding="utf-8")
        figures = "".join(f"\n![{folder.name}]({folder.name}/{p.name})\n" for p in sorted(folder.glob("figure*.png")))
        sections.append(f"## {folder.name}\n\n{board}{figures}")
    return {"results/index.md": _RESULTS_HEAD + "\n".join(sections)}


_RESULTS_HEAD = """# Benchmark results

Made by `shallow-cmr bench` and committed with the package, each with its convention below the table and its environment
in the folder `benchmarks/results` of the repository.

"""
