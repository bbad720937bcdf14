"""Pages made from the package itself: one a method, the public names of each room, committed results, notebooks."""

import inspect
import shutil
from importlib import import_module
from pathlib import Path

from docutils import nodes

import shallow_cmr
from shallow_cmr.reporting import method_catalogue

HERE = Path(__file__).parent
ROOT = HERE.parent
RESULTS = ROOT / "benchmarks" / "results"
KINDS = {"real-valued": "Real-valued", "hashing": "Hashing (binary codes)"}

# The rooms whose public names a user may call, in the order of the guide; `public_names` proves that none is missing.
MODULES = (
    *("compose", "evaluation", "protocol", "scorers", "retrieval", "datasets"),
    *("metrics", "reporting", "experiment", "checks", "base", "moments", "codes", "kernels"),
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
    return {"parallel_read_safe": True}


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
    module = inspect.getmodule(getattr(shallow_cmr, method["name"])).__name__
    return (
        f"# {method['name']}\n\n```{{list-table}}\n:stub-columns: 1\n\n{rows}\n```\n\n"
        f"## The mathematics\n\n```{{eval-rst}}\n.. automodule:: {module}\n   :no-members:\n```\n\n"
        f"## The estimator\n\n```{{eval-rst}}\n.. currentmodule:: {module.rsplit('.', 1)[0]}\n\n"
        f".. autoclass:: {method['name']}\n   :members:\n   :inherited-members: BaseEstimator\n```\n"
    )


def api_pages():
    """Return {path: text} of the list of each room's public names."""
    pages = {f"api/{module}.md": _api_page(module) for module in MODULES}
    entries = "\n".join(MODULES)
    pages["api/index.md"] = (
        "# Every public name\n\nBy the room of the package where it lives. Names at the top level (`shallow_cmr.CCA`) "
        f"are the same objects.\n\n```{{toctree}}\n:maxdepth: 1\n\n{entries}\n```\n"
    )
    return pages


def _api_page(module):
    """Return a room's description and the table of its names, each leading to its page."""
    room = import_module(f"shallow_cmr.{module}")
    first = inspect.getdoc(room).split("\n\n")[0]
    names = "\n   ".join(public_names(module))
    return (
        f"# shallow_cmr.{module}\n\n{first}\n\n```{{eval-rst}}\n.. currentmodule:: shallow_cmr.{module}\n\n"
        f".. autosummary::\n   :toctree: generated/\n   :nosignatures:\n\n   {names}\n```\n"
    )


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
