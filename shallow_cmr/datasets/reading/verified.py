"""Files that are read only as a whole, and only when they are the right ones."""

import hashlib

__all__ = ["read_verified"]

# Bytes; all that is read as a whole is far smaller, and a file full of holes may claim any size.
LARGEST = 1 << 28


def read_verified(path, sha256, remedy):
    """Return the bytes of the file, or raise with the remedy when it is missing or has another content.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    sha256 : str
        The digest that its content must have, 64 hexadecimal digits.
    remedy : str
        What the reader should do, a sentence for the end of the error.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        The file is cut, damaged or another version.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path} does not exist. {remedy}")
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValueError(f"{path} has more than {LARGEST:,} bytes: it is another file. {remedy}")
    digest = hashlib.sha256(content).hexdigest()
    if digest != sha256:
        raise ValueError(
            f"{path} ({len(content):,} bytes) is cut, damaged or another version: "
            f"its sha256 is {digest}, expected {sha256}. {remedy}"
        )
    return content
