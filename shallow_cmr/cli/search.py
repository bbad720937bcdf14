"""The command ``shallow-cmr search``."""

import sys
from pathlib import Path

__all__ = ["add_parser"]


def add_parser(commands):
    """Add the parser of this command to those of `commands`."""
    parser = commands.add_parser("search", help="find bundled pictures by words, or keywords by a picture")
    parser.add_argument("words", nargs="*", help='what to look for, such as "red flower"')
    parser.add_argument(
        "--data", choices=("openclipart", "emoji"), default="openclipart", help="the pictures (default: %(default)s)"
    )
    parser.add_argument("--image", metavar="PICTURE", help="ask with a bundled picture: its number or title")
    parser.add_argument("--method", default="CCA", metavar="NAME", help="see list (default: %(default)s)")
    parser.add_argument("--n", type=int, default=12, metavar="N", help="so many (default: %(default)s)")
    parser.add_argument("--dimensions", type=int, metavar="K", help="dimensions or bits (default: 64)")
    parser.add_argument("--text", choices=("lsa", "tfidf", "minilm"), default="lsa", help="features of the keywords")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("shallow_cmr_search"),
        metavar="PATH",
        help="folder, or .html file, of the contact sheet (default: %(default)s)",
    )
    parser.set_defaults(command=_search)


def _search(options):
    """Search the bundled pictures, print what was found and write its contact sheet."""
    import warnings

    from rich.console import Console
    from threadpoolctl import threadpool_limits

    from shallow_cmr.atomic import write_atomically
    from shallow_cmr.reporting.contact_sheet import print_found, render_contact_sheet
    from shallow_cmr.search import find_item, picture_search

    query = " ".join(options.words).strip()
    if bool(query) == bool(options.image):
        raise ValueError('give words, such as: shallow-cmr search "red flower"; or a picture: --image 17; not both.')
    # One BLAS thread: for matrices as small as these, several only wait for each other.
    with warnings.catch_warnings(record=True) as caught, threadpool_limits(limits=1):
        warnings.simplefilter("always")
        search = picture_search(options.method, options.dimensions, options.text, options.data)
        if options.image:
            found = search.by_picture(find_item(search.dataset, options.image), options.n)
        else:
            found = search.by_words(query, options.n)
    print_found(found, search.dataset, Console(highlight=False))
    for text in dict.fromkeys(str(warning.message) for warning in caught):
        print(f"shallow-cmr: warning: {text}", file=sys.stderr)
    file = options.out if options.out.suffix == ".html" else options.out / f"{_file_name(options.image or query)}.html"
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, render_contact_sheet(found, search.dataset))
    print(file)
    return 0


def _file_name(text):
    """Return letters and digits of a text, joined by hyphens, as the name of a file."""
    words = "".join(char if char.isalnum() else " " for char in text.casefold()).split()
    return "-".join(words)[:60] or "search"
