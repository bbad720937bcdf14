"""The command ``shallow-cmr list``."""

__all__ = ["add_parser"]


def add_parser(commands):
    """Add the parser of this command to those of `commands`."""
    parser = commands.add_parser("list", help="list the methods")
    parser.set_defaults(command=_list)


def _list(options):
    """Print every method: kind, supervision, what it is, paper."""
    from rich.console import Console
    from rich.padding import Padding

    from shallow_cmr.reporting import method_catalogue

    console = Console(highlight=False)
    methods = method_catalogue()
    width = max(len(method["name"]) for method in methods)
    for method in methods:
        facts = " · ".join(method[fact] for fact in ("kind", "supervision", "paper") if method[fact])
        console.print(f"[bold]{method['name']:{width}}[/bold]  {facts}")
        console.print(Padding(method["summary"], (0, 0, 0, width + 2)), markup=False)
    return 0
