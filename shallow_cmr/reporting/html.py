"""The report: one HTML file that needs no network. It shows stored scores and computes none."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from shallow_cmr.reporting.figures import THEMES, dataset_plots, run_plots
from shallow_cmr.reporting.leaderboard import leaderboards, method_order
from shallow_cmr.reporting.notation import arrow
from shallow_cmr.reporting.page.boards import (
    board_groups,
    comparison_rows,
    leak_rows,
    ranks_training_items,
    table_rows,
)
from shallow_cmr.reporting.page.drawings import drawing
from shallow_cmr.reporting.page.facts import dataset_facts, method_facts
from shallow_cmr.reporting.page.gallery import galleries
from shallow_cmr.reporting.page.items import ItemTables
from shallow_cmr.reporting.page.search_box import is_searchable, search_box
from shallow_cmr.reporting.tables.cells import LEVEL_MARK, columns_of

__all__ = ["render_report"]

_TEMPLATES = Path(__file__).parent / "templates"


def render_report(results, datasets, files=()):
    """Return the report as HTML text.

    Parameters
    ----------
    results : Results
        From `run_suite` or `load_results`.
    datasets : dict of str to CrossModalDataset
        By the name that rows carry; those that cannot be loaded any more are left out, and so are their pictures.
    files : sequence of str
        Names of the files beside the page, to be linked.

    Returns
    -------
    str
        The page, whole: it loads nothing.

    Examples
    --------
    >>> from shallow_cmr.experiment import Results
    >>> from shallow_cmr.reporting import render_report
    >>> plan = {"title": "Nothing computed yet", "description": "", "protocol": "heldout", "methods": []}
    >>> "<title>Nothing computed yet</title>" in render_report(Results(plan, [], []), {})
    True
    """
    boards = leaderboards(results)
    groups = board_groups(boards, results)
    tables = ItemTables()
    # Searches first: they need all items of a data set, in its order.
    searches = _searches(datasets, tables)
    shown = galleries(boards, results, datasets, tables)
    script = (_TEMPLATES / "report.js").read_text(encoding="utf-8")
    return _environment().get_template("report.html").render(
        plan=results.plan,
        sections=[_section(group, results) for group in groups],
        drawings=[drawing(plot) for plot in run_plots([group[0] for group in groups], results)],
        galleries=shown,
        searches=searches,
        items=[table.data() for table in tables],
        data=_data(boards, datasets),
        methods=method_facts(results),
        failures=results.failure_groups,
        environments=results.environments,
        files=files,
        arrow=arrow,
        level_mark=LEVEL_MARK,
        themes=THEMES,
        style=(_TEMPLATES / "report.css").read_text(encoding="utf-8"),
        script=script,
        script_hash=b64encode(sha256(script.encode("utf-8")).digest()).decode("ascii"),
    )  # fmt: skip


def _environment():
    """Return the templates' environment."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,  # keyword strings and error texts come from outside
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    return environment


def _searches(datasets, tables):
    """Return the search box of each bundled data set, and ask its table for all items in order."""
    found = {}
    for dataset in datasets.values():
        if is_searchable(dataset) and dataset.name not in found:
            table = tables.of(dataset)
            table.places(range(len(dataset)))
            found[dataset.name] = {"title": dataset.name, "table": table.number, **search_box(dataset.name)}
    return list(found.values())


def _section(group, results):
    """Return what the template shows of the leaderboards that were made from the same data."""
    first, *variants = group
    return {
        "title": first.dataset,
        "boards": [_board(board, results) for board in group],
        "leaks": [leak_rows(first, variant, results.plan["methods"], method_order(results)) for variant in variants],
        "drawings": [drawing(plot) for plot in dataset_plots(first, results)],
    }


def _board(board, results):
    """Return a leaderboard with its rows, heads and comparisons."""
    return {
        "board": board,
        "heads": columns_of(board),
        "rows": table_rows(board, method_order(results)),
        "comparisons": comparison_rows(board),
        "ranks_training_items": ranks_training_items(board, results),
    }


def _data(boards, datasets):
    """Return pairs of the names that rows carry and the facts that these data sets share."""
    found = []
    for board in boards:
        facts = dataset_facts(datasets[board.dataset]) if board.dataset in datasets else None
        same = next((names for names, known in found if known == facts), None)
        if same:
            same.append(board.dataset)
        elif facts:
            found.append(([board.dataset], facts))
    return found
