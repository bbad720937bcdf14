"""NumPy's ``.npz``: a zip archive of ``.npy`` members. Nothing is ever extracted to the disk."""

from collections import Counter
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from shallow_cmr.datasets.reading.fault import DO_NOT_TRUST, Fault
from shallow_cmr.datasets.reading.limits import LARGEST_RATIO, check_count, checked_shape
from shallow_cmr.datasets.reading.npy import read_array, read_header, stored_array
from shallow_cmr.datasets.reading.sparse import checked_csr, csr_nbytes
from shallow_cmr.datasets.reading.stored import Stored

__all__ = ["MAGICS", "catalogue"]

# A zip archive with members, and an empty one.
MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
ENCRYPTED = 0x1
# What scipy.sparse.save_npz writes, whatever the layout.
SCIPY = {"data", "shape", "format"}


def catalogue(source):
    """Return {name: Stored} of an ``.npz`` file; a matrix saved by SciPy has the name of the file."""
    archive = source.closing.enter_context(ZipFile(source.file))
    members = archive.infolist()
    check_count(len(members))
    _check_names(members)
    found = {_name(member): _stored(archive, member, source.size) for member in members}
    if found.keys() >= SCIPY:
        return {source.path.stem: _scipy(found, archive)}
    return found


def _name(member):
    """Return the name of the array in a member."""
    return member.filename.removesuffix(".npy")


def _check_names(members):
    """Raise on names that no NumPy archive has."""
    twice = [name for name, times in Counter(map(_name, members)).items() if times > 1]
    if twice:
        raise Fault(f"it holds {twice[0]!r} more than once")
    for name in [member.orig_filename for member in members]:
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
    with archive.open(member) as stream:
        # Opened before it is passed over: a damaged name must not make an array disappear.
        if not member.filename.endswith(".npy"):
            return Stored((), "a file that is no array")
        header = read_header(stream, member.file_size)
    return stored_array(header, lambda: _load(archive, member, header))


def _load(archive, member, header):
    """Return the array of one member; the CRC is compared where its last byte is read."""
    with archive.open(member) as stream:
        stream.read(header.offset)
        array = read_array(stream, header)
        stream.read(1)
    return array


def _scipy(found, archive):
    """Return the compressed rows or columns of a SciPy archive as `Stored`."""
    layout = _layout(archive)
    parts = [found.get(part, Stored((), "nothing")) for part in ("data", "indices", "indptr")]
    if found["shape"].shape != (2,) or not all(part.load and len(part.shape) == 1 for part in [*parts, found["shape"]]):
        raise Fault("it is no sparse matrix as SciPy saves it")
    shape, _ = checked_shape(found["shape"].load(), 1)
    data = parts[0]
    nbytes = csr_nbytes(shape, data.shape[0], data.nbytes)
    return Stored(shape, f"sparse {data.what}", nbytes, lambda: checked_csr(layout, *(p.load() for p in parts), shape))


def _layout(archive):
    """Return which way a SciPy matrix is compressed, a text of three letters."""
    with archive.open("format.npy") as stream:
        layout = stream.read(4096)[-3:].decode("ascii")
    if layout not in ("csr", "csc"):
        raise Fault(f"it is a sparse matrix in SciPy's format {layout!r}", "Save it as CSR: save_npz(path, X.tocsr()).")
    return layout
