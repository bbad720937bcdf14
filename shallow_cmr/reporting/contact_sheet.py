"""What a search found: a table in the terminal, and a page of thumbnails that needs no network."""

from pathlib import Path

from shallow_cmr.reporting.examples import item_facts

__all__ = ["print_found", "render_contact_sheet"]


def print_found(found, dataset, console):
    """Print a table of what was found, the words that were ignored and how it was made.

    Parameters
    ----------
    found : SearchResult
    dataset : CrossModalDataset
        What was searched.
    console : rich.console.Console
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    rows = [_cells(*ranked, dataset) for ranked in zip(range(1, len(found.items) + 1), found.items, found.scores)]
    columns = ("", "score", "class", *(("title", "keywords") if found.asker is None else ("keywords", "of")))
    table = Table(title=Text(headline(found)), title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1), expand=True)
    for name in columns:
        width = max(len(name), *(len(row[name]) for row in rows))
        if name in ("title", "of", "class"):
            width = min(width, max(12, console.width // 4 if name == "class" else console.width // 3))
        last = name == "keywords"
        table.add_column(
            name,
            justify="right" if name in ("", "score") else "left",
            no_wrap=True,
            width=None if last else width,
            ratio=1 if last else None,
        )
    for place, row in enumerate(rows, start=1):
        style = "bold green" if place == found.own_rank else ""
        table.add_row(*(Text(row[name], style=style, overflow="ellipsis") for name in columns))
    console.print(table)
    for sentence in notes(found):
        console.print(Text(sentence, style="dim"))


def _cells(place, item, score, dataset):
    """Return the cells {column: text} of one item."""
    shown = item_facts(item, dataset)
    return {
        "": str(place),
        "score": score,
        "class": shown["class_name"],
        "title": shown["title"],
        "keywords": shown["text"],
        "of": f"{shown['title']} ({item})",
    }


def headline(found):
    """Return what was asked, as one line."""
    if found.asker is None:
        return f"Pictures for “{found.query}”"
    return f"Keywords for picture {found.asker}, “{found.query}”"


def notes(found):
    """Return the sentences that stand below a table: what was ignored, how well it went, how it was made."""
    sentences = []
    for word, near in found.ignored.items():
        hint = f" (known: {', '.join(near)})" if near else ""
        sentences.append(f"Ignored “{word}”, which no picture has{hint}.")
    if found.own_rank:
        sentences.append(f"Its own keywords come at place {found.own_rank:,} of {found.n_items:,}.")
    kind = "bits that differ" if found.counts_bits else "cosine"
    answer = "Pictures answer by their image features alone"
    if found.asker is not None:
        answer = "The picture asks by its image features alone, words answer"
    return [*sentences, f"{found.made_by}. {answer}; score: {kind}."]


def render_contact_sheet(found, dataset):
    """Return a page of what was found as HTML text, pictures inside.

    Parameters
    ----------
    found : SearchResult
    dataset : CrossModalDataset

    Returns
    -------
    str
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,  # the query comes from outside
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    ranked = enumerate(zip(found.items, found.scores, found.nearness), start=1)
    items = [
        {**item_facts(item, dataset), "score": score, "nearness": nearness, "own": place == found.own_rank}
        for place, (item, score, nearness) in ranked
    ]
    return environment.get_template("contact_sheet.html").render(
        headline=headline(found),
        asker=None if found.asker is None else {**item_facts(found.asker, dataset), "number": found.asker},
        items=items,
        notes=notes(found),
        dataset=dataset,
    )
