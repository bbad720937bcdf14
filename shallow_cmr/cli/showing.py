"""What bench and report show at the end."""

__all__ = ["show"]


def show(results, path, console):
    """Print leaderboards, protocol line, failures, digest and the paths of what was written; return the exit status."""
    from shallow_cmr.reporting import leaderboards, print_leaderboard, write_outputs

    written = write_outputs(results, path)
    for board in leaderboards(results):
        print_leaderboard(board, console)
        console.print(board.protocol, markup=False)
    for call, where, error in results.failure_groups:
        console.print(f"failed: {call} on {where}: {error}", markup=False)
    _show_tracebacks(results, path)
    console.print()
    print(f"digest of the scores: {results.digest}")
    for file in written:
        if file.name in ("report.html", "results.csv", "figure.png"):
            print(file)
    return 1 if results.failures else 0


def _show_tracebacks(results, path):
    """Print where the first traceback is, and how many lie beside it."""
    first, *others = [row["traceback"] for row in results.failures if row.get("traceback")] or [None]
    if first:
        print(f"traceback: {path / first}" + (f", {len(others)} more beside it" if others else ""))
