"""Pictures of the items of a data set."""

from functools import lru_cache
from zipfile import ZipFile

__all__ = ["read_pictures"]


def read_pictures(thumbnails):
    """Return the pictures, a tuple of bytes: the members of a zip archive in their order, or those in memory."""
    return thumbnails if isinstance(thumbnails, tuple) else _archived(thumbnails)


@lru_cache(maxsize=4)
def _archived(path):
    """Return the members of a zip archive, in their order, as a tuple of bytes."""
    with ZipFile(path) as archive:
        return tuple(archive.read(member) for member in archive.infolist())
