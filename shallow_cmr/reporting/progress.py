"""Progress of a run: a bar on a terminal, a quiet line now and then elsewhere."""

from time import monotonic

__all__ = ["follow"]

_SECONDS_BETWEEN_LINES = 15


def follow(finished, total, console, *, already=0):
    """Show progress while iterating over ``(label, error)`` pairs; return the number of errors.

    Parameters
    ----------
    finished : iterable of (str, str or None)
        As `shallow_cmr.experiment.run_cells` yields them.
    total : int
        Cells in all.
    console : rich.console.Console
    already : int
        Cells that were there before.

    Returns
    -------
    int
    """
    show = _on_terminal if console.is_terminal else _in_lines
    return show(finished, total, console, already)


def _on_terminal(finished, total, console, already):
    """Draw a bar with cells done, time run and time left."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
    )
    errors = 0
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("starting", total=total, completed=already)
        for label, error in finished:
            errors += error is not None
            progress.update(task, advance=1, description=f"{label}{f', {errors} failed' if errors else ''}")
    return errors


def _in_lines(finished, total, console, already):
    """Print a line at most every few seconds."""
    errors, last = 0, monotonic()
    for done, (_, error) in enumerate(finished, start=already + 1):
        errors += error is not None
        if monotonic() - last > _SECONDS_BETWEEN_LINES:
            last = monotonic()
            console.print(f"{done} of {total} cells done{f', {errors} failed' if errors else ''}")
    return errors
