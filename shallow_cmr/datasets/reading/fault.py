"""What is wrong with a file, as one sentence for the reader."""

from contextlib import contextmanager

__all__ = ["DOWNLOAD_AGAIN", "DO_NOT_TRUST", "Fault", "as_fault", "refusal", "refusing"]

DOWNLOAD_AGAIN = "Delete it and download it again."
DO_NOT_TRUST = "Do not trust where it came from."


class Fault(Exception):  # noqa: N818 - the file's fault, not the program's
    """The file cannot be read safely.

    Parameters
    ----------
    reason : str
        What is wrong, to stand after "PATH refused:", without a full stop.
    remedy : str
        What the reader should do, a whole sentence.
    """

    def __init__(self, reason, remedy=DOWNLOAD_AGAIN):
        super().__init__(reason, remedy)
        self.reason, self.remedy = reason, remedy


def refusal(path, reason, remedy=DOWNLOAD_AGAIN):
    """Return the ValueError for a file that is not read."""
    return ValueError(f"{path} refused: {reason}. {remedy}")


@contextmanager
def refusing(path, kind):
    """Turn whatever a parser raises on a damaged file into the one refusal.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    kind : str
        What it was read as, for instance ``"NumPy archive"``.

    Raises
    ------
    ValueError
        Anything was raised inside.
    """
    try:
        yield
    except Exception as error:
        fault = as_fault(error, kind)
        raise refusal(path, fault.reason, fault.remedy) from (None if fault is error else error)


def as_fault(error, kind):
    """Return whatever a parser raised as a `Fault` of the file.

    Parsers raise nearly every type there is on damaged bytes, and none of it is the caller's doing.
    """
    if isinstance(error, Fault):
        return error
    if isinstance(error, MemoryError):
        return Fault("it takes more memory than there is", "Name fewer arrays.")
    said = " ".join(str(error).split())[:200]
    return Fault(f"it is a cut or damaged {kind} ({type(error).__name__}: {said})")
