"""NumPy's ``.npz``: a zip archive of ``.npy`` members. Nothing is ever extracted to the disk."""

from collections import Counter
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from shallow_cmr.datasets.reading.fault import DO_NOT_TRUST, Fault
from shallow_cmr.datasets.reading.npy import read_array, read_header, stored_array
from shallow_cmr.datasets.reading.stored import Stored

__all__ = ["MAGICS", "catalogue"]

# A zip archive with members, and an empty one.
MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
# Deflate cannot do better: 258 bytes from two bits.
LARGEST_RATIO = 1032
ENCRYPTED = 0x1


def catalogue(source):
    """Return {name: Stored} of an ``.npz`` file."""
    archive = source.closing.enter_context(ZipFile(source.file))
    members = archive.infolist()
    _check_names([member.filename for member in members])
    return {member.filename.removesuffix(".npy"): _stored(archive, member, source.size) for member in members}


def _check_names(names):
    """Raise on names that no NumPy archive has."""
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise Fault(f"it holds {twice[0]!r} more than once")
    for name in names:
        if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name or "\0" in name:
            raise Fault(f"a member is named {name!r}, which leads out of the archive", DO_NOT_TRUST)


def _stored(archive, member, size):
    """Return one member as `Stored`, after a look at what its entry claims."""
    if member.flag_bits & ENCRYPTED:
        raise Fault(f"{member.filename!r} is encrypted", "Decrypt it first.")
    if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise Fault(f"{member.filename!r} is compressed by method {member.compress_type}", "Save it with numpy.savez.")
    if member.compress_size > size or member.file_size > member.compress_size * LARGEST_RATIO:
        raise Fault(f"{member.filename!r} claims {member.file_size:,} bytes from {member.compress_size:,}")
    if not member.filename.endswith(".npy"):
        return Stored((), "a file that is no array")
    with archive.open(member) as stream:
        header = read_header(stream, member.file_size)
    return stored_array(header, lambda: _load(archive, member, header))


def _load(archive, member, header):
    """Return the array of one member; reading to its end checks the CRC."""
    with archive.open(member) as stream:
        stream.read(header.offset)
        array = read_array(stream, header)
        stream.read(1)
    return array
