"""The command ``shallow-cmr list``."""

__all__ = ["add_parser"]


def add_parser(commands):
    """Add the parser of this command to those of `commands`."""
    parser = commands.add_parser("list", help="list the methods, with --verbose all about each")
    parser.add_argument("names", nargs="*", metavar="METHOD", help="only these (default: all)")
    parser.add_argument("--verbose", action="store_true", help="what each needs, its cost, its call, its paper")
    parser.set_defaults(command=_list)


def _list(options):
    """Print methods: kind, supervision, what each is, paper; or all that is known of them."""
    from rich.console import Console

    from shallow_cmr.experiment.checking import require_known
    from shallow_cmr.reporting import method_catalogue

    console = Console(highlight=False)
    methods = method_catalogue()
    names = [method["name"] for method in methods]
    require_known("method", options.names, names)
    width = max(map(len, names))
    for method in methods:
        if not options.names or method["name"] in options.names:
            (_print_all if options.verbose else _print_brief)(method, width, console)
    return 0


def _print_brief(method, width, console):
    """Print two lines on a method."""
    from rich.padding import Padding

    facts = " · ".join(method[fact] for fact in ("kind", "supervision", "paper") if method[fact])
    console.print(f"[bold]{method['name']:{width}}[/bold]  {facts}")
    console.print(Padding(method["summary"], (0, 0, 0, width + 2)), markup=False)


def _print_all(method, width, console):
    """Print all that is known of a method, in two columns."""
    from rich.table import Table
    from rich.text import Text

    from shallow_cmr.methods import all_methods

    facts = {
        "call": f"{method['name']}({_defaults(all_methods()[method['name']]())})",
        "needs": method["needs"],
        "cost": method["cost"],
        "paper": method["reference"],
    }
    console.print(f"[bold]{method['name']}[/bold]  {method['kind']} · {method['supervision']}")
    console.print(Text(f"{method['summary']}."))
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim")
    table.add_column()
    for name, text in facts.items():
        if text:
            table.add_row(f"  {name}", Text(text))
    console.print(table)
    console.print()


def _defaults(estimator):
    """Return the parameters of an estimator with their values, as in a call."""
    return ", ".join(f"{name}={value!r}" for name, value in estimator.get_params(deep=False).items())
