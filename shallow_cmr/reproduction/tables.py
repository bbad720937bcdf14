"""Published numbers beside ours: on the terminal, as markdown, as CSV."""

from pathlib import Path

from shallow_cmr.atomic import write_atomically
from shallow_cmr.reporting import to_csv
from shallow_cmr.reproduction.legend import KEY, Legend
from shallow_cmr.reproduction.rows import CSV_COLUMNS, HEADS, cells_of, csv_row, grouped, summary
from shallow_cmr.reproduction.running import OUTPUTS

__all__ = ["print_comparisons", "render_markdown", "write_comparisons"]

_WIDE = 110  # columns of a terminal from which constructor calls fit in
_STYLES = {"explained": "yellow", "unexplained": "bold red", "failed": "bold red"}


def print_comparisons(reproduction, comparisons, console):
    """Print a table for each protocol and measure, the sources, the reasons, and how it went.

    Parameters
    ----------
    reproduction : Reproduction
    comparisons : list of Comparison
    console : rich.console.Console
    """
    from rich.text import Text

    legend = Legend.of(comparisons, reproduction.reasons)
    for title, lines, members in _blocks(comparisons):
        console.print(Text(title, style="bold"))
        for line in lines:
            console.print(Text(line, style="dim"))
        console.print(_table(members, legend, wide=console.width >= _WIDE))
    console.print(Text(KEY, style="dim"), "", sep="\n")
    for mark, text in [*legend.source_lines(), *legend.reason_lines()]:
        console.print(Text(f"{mark}: {text}"))
    for call, error in _failures(comparisons):
        console.print(Text(f"failed: {call}: {error}", style="bold red"))
    console.print("", Text(summary(comparisons), style="bold"), sep="\n")


def _blocks(comparisons):
    """Return title, lines and comparisons of each table; a line that the table before had is left out."""
    blocks, before = [], []
    for part, measure, members in grouped(comparisons):
        chances = {found.direction: found.chance for found in members if found.chance is not None}
        chance = ", ".join(f"{value:.4f} {_short(direction)}" for direction, value in chances.items())
        lines = [f"{_protocol_line(part, measure)}. Chance: {chance.replace('0.', '.') or 'unknown'}.", part.convention]
        blocks.append((f"{part.title}: {measure}", [line for line in lines if line and line not in before], members))
        before = lines
    return blocks


def _short(direction):
    """Return ``i→t`` for ``image->text``."""
    return "→".join(side[0] for side in direction.split("->"))


def _protocol_line(part, measure):
    """Return the line of a part's protocol with one measure alone."""
    named = {found.name: key for found, key in zip(part.protocol.get_measures(), part.protocol.measures)}
    return str(part.protocol.with_measure(named[measure]))


def _table(members, legend, wide):
    """Return the rich table of one protocol and measure; a wide one shows constructor calls."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1) if wide else 0, pad_edge=False)
    table.add_column("call" if wide else "method", min_width=13)
    table.add_column("k", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for head in HEADS:
        table.add_column(head.replace(" ", "\n"), justify="right", no_wrap=True)
    for above, found in zip([None, *members], members):
        cells = [Text(text, style=_STYLES.get(verdict, "")) for text, verdict in cells_of(found, legend)]
        table.add_row(*map(Text, _head_cells(found, above, wide)), *cells)
    return table


def _head_cells(found, above, wide):
    """Return method or call, size and direction; empty where the row `above` says the same."""
    name, size = (found.call if wide else found.run.label), str(found.size)
    known = (above.call if wide else above.run.label, str(above.size)) if above else ("", "")
    same_name = name == known[0]
    return "" if same_name else name, "" if same_name and size == known[1] else size, _short(found.direction)


def _failures(comparisons):
    """Return ``(constructor call, error)`` of fits that failed, each once."""
    return list(dict.fromkeys((found.call, found.error) for found in comparisons if found.error))


def render_markdown(reproduction, comparisons, environments):
    """Return the tables, sources and reasons as markdown.

    Parameters
    ----------
    reproduction : Reproduction
    comparisons : list of Comparison
    environments : list of dict
        What the numbers were computed on.

    Returns
    -------
    str
    """
    legend = Legend.of(comparisons, reproduction.reasons)
    seeds = ", ".join(map(str, reproduction.seeds))
    drawn = f"Methods that draw random numbers: mean over `random_state` {seeds}."
    blocks = [f"# {reproduction.title}", summary(comparisons).replace("*", "\\*"), f"{_escaped(KEY)} {drawn}"]
    for title, lines, members in _blocks(comparisons):
        blocks += [f"## {title}", *map(_escaped, lines), _markdown_table(members, legend)]
    facts = [("", ", ".join(f"{name} {value}" for name, value in found.items())) for found in environments]
    blocks += _listed("Sources", legend.source_lines()) + _listed("Reasons", legend.reason_lines())
    blocks += _listed("Failures", _failures(comparisons)) + _listed("Computed on", facts)
    return "\n\n".join(blocks) + "\n"


def _listed(head, lines):
    """Return a heading and a list of ``(mark, text)``; nothing where there is none."""
    items = [f"* {mark}: {_escaped(text)}" if mark else f"* {_escaped(text)}" for mark, text in lines]
    return [f"## {head}", "\n".join(items)] if items else []


def _markdown_table(members, legend):
    """Return one table."""
    rows = [
        [found.run.label, f"`{found.call}`", str(found.size), _short(found.direction)]
        + [text for text, _ in cells_of(found, legend)]
        for found in members
    ]
    heads = [["method", "call", "k", "direction", *HEADS], ["---", "---", "---:", "---", *["---:"] * len(HEADS)]]
    return "\n".join(f"| {' | '.join(map(_escaped, row))} |" for row in [*heads, *rows])


def _escaped(text):
    """Return text that markdown shows as it is, on one line and in one cell."""
    return " ".join(text.split()).replace("|", "\\|").replace("*", "\\*")


def write_comparisons(reproduction, comparisons, environments, path):
    """Write ``repro.md`` and ``repro.csv``: the same each time that the same is computed on the same machine.

    Parameters
    ----------
    reproduction : Reproduction
    comparisons : list of Comparison
    environments : list of dict
    path : str or path
        An existing folder.

    Returns
    -------
    list of path
    """
    contents = (
        render_markdown(reproduction, comparisons, environments),
        to_csv([csv_row(comparison) for comparison in comparisons], CSV_COLUMNS),
    )
    files = [Path(path) / name for name in OUTPUTS]
    for file, content in zip(files, contents):
        write_atomically(file, content)
    return files
