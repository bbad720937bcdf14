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
    """Draw a bar with cells done, how fast it goes, how long it will take, failures, and the cell that came last."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.table import Column

    errors, start = 0, monotonic()
    room = Column(ratio=1, no_wrap=True, overflow="ellipsis")  # what is left of the line, so that numbers stay whole
    last = TextColumn("{task.description}", markup=False, style="dim", table_column=room)
    columns = (BarColumn(bar_width=14), MofNCompleteColumn(), TextColumn("{task.fields[pace]}"), last)
    with Progress(*columns, console=console, transient=True, expand=True) as progress:
        task = progress.add_task("starting", total=total, completed=already, pace="")
        for done, (label, error) in enumerate(finished, start=already + 1):
            errors += error is not None
            pace = _pace(done - already, total - done, monotonic() - start) + _failed(errors)
            progress.update(task, completed=done, pace=pace, description=label)
    return errors


def _in_lines(finished, total, console, already):
    """Print a line at most every few seconds, and one at the end."""
    errors, start = 0, monotonic()
    last = start
    for done, (_, error) in enumerate(finished, start=already + 1):
        errors += error is not None
        now = monotonic()
        if now - last > _SECONDS_BETWEEN_LINES or done == total:
            last = now
            pace = _pace(done - already, total - done, now - start)
            console.print(f"{done} of {total} cells done{_failed(errors)}, {pace}")
    return errors


def _failed(errors):
    """Return ``, 2 failed``, or nothing."""
    return f", {errors} failed" if errors else ""


def _pace(n_done, n_left, seconds):
    """Return ``24 a minute, about 3 min left``.

    The rate is that of the whole run: cells differ a hundredfold in time, so that of the last seconds would jump about.
    """
    rate = n_done / max(seconds, 1e-9)
    left = f"about {_duration(n_left / rate)} left" if n_left else f"{_duration(seconds)} in all"
    return f"{60 * rate:.2g} a minute, {left}" if rate < 1 / 6 else f"{60 * rate:.0f} a minute, {left}"


def _duration(seconds):
    """Return a time in the unit that people would use."""
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= 1.5 * length:
            return f"{seconds / length:.1f} {unit}" if seconds < 10 * length else f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
