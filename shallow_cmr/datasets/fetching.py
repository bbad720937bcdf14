"""Downloads of benchmarks whose files have a public address and a known digest; the rest is loaded from local files."""

import hashlib
import os
import tempfile
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit
from zipfile import ZipFile

from shallow_cmr.datasets.benchmarks import BENCHMARKS

__all__ = ["fetch_mfeat", "fetch_wikipedia"]

TIMEOUT = 30  # seconds without a byte
CHUNK = 1 << 16
LARGEST_MEMBER = LARGEST_DOWNLOAD = 1 << 30
HTML = (b"<!doctype html", b"<html", b"<head")


def fetch_wikipedia(folder=None, *, url=None, progress=True, retries=2):
    """Download the Wikipedia benchmark, unless it is there, and return its folder.

    Parameters
    ----------
    folder : path or None
        Where to put the files. None: the folder ``wikipedia`` in the one that the environment variable
        SHALLOW_CMR_DATA names, or in the user's cache.
    url : str or None
        Address of a mirror: of the zip archive, or, ending with ``/``, of the folder of its files. None: the
        authors' page.
    progress : bool
        Show a progress bar.
    retries : int
        How often a failed download is tried again.

    Returns
    -------
    Path
        For `load_wikipedia`.

    Raises
    ------
    ImportError
        pooch is not installed.
    ConnectionError
        There is no network, or the connection broke; the error says what to do by hand.
    ValueError
        What arrived is another file: nothing of it is kept.

    Notes
    -----
    Each file is checked against its published digest before it takes its place. The licence of the data is not
    stated: use them as you would the authors' own page.

    References
    ----------
    Rasiwasia et al. (2010), doi:10.1145/1873951.1873987

    Examples
    --------
    >>> from shallow_cmr.datasets import fetch_wikipedia, load_wikipedia
    >>> data = load_wikipedia(fetch_wikipedia())  # doctest: +SKIP
    """
    return fetch(BENCHMARKS["wikipedia"], folder, url=url, progress=progress, retries=retries)


def fetch_mfeat(folder=None, *, url=None, progress=True, retries=2):
    """Download the UCI multiple features, unless they are there, and return their folder.

    Parameters
    ----------
    folder : path or None
        Where to put the files. None: the folder ``mfeat`` in the one that the environment variable
        SHALLOW_CMR_DATA names, or in the user's cache.
    url : str or None
        Address of a mirror: of a zip archive, or, ending with ``/``, of the folder of the files. None: the UCI
        archive.
    progress : bool
        Show a progress bar.
    retries : int
        How often a failed download is tried again.

    Returns
    -------
    Path
        For `load_mfeat`.

    Raises
    ------
    ImportError, ConnectionError, ValueError
        As `fetch_wikipedia`.

    References
    ----------
    Duin, R. (1998), doi:10.24432/C5HC70

    Examples
    --------
    >>> from shallow_cmr.datasets import fetch_mfeat, load_mfeat
    >>> data = load_mfeat(fetch_mfeat(), image="pix", text="fou")  # doctest: +SKIP
    """
    return fetch(BENCHMARKS["mfeat"], folder, url=url, progress=progress, retries=retries)


def fetch(benchmark, folder=None, *, url=None, progress=True, retries=2):
    """Download the files of a benchmark that are not in the folder yet, and return the folder."""
    try:
        import pooch
    except ImportError:
        raise ImportError("downloads need pooch: pip install 'shallow_cmr[fetch]'.") from None
    url = url or benchmark.download.url
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"url={url!r} must begin with http:// or https://; local files need no download.")
    root = os.environ.get("SHALLOW_CMR_DATA") or pooch.os_cache("shallow_cmr")
    folder = Path(root) / benchmark.key if folder is None else Path(folder)
    missing = {name: sha for name, sha in benchmark.download.sha256.items() if _sha256(folder / name) != sha}
    if not missing:
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    by_hand = f"By hand: get {', '.join(missing)} from {benchmark.source} and put them into {folder}."
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetching-") as scratch:
        if url.endswith("/"):
            for name, sha256 in missing.items():
                _download(url + name, sha256, Path(scratch) / name, progress, retries, by_hand)
                os.replace(Path(scratch) / name, folder / name)
        else:
            archive = Path(scratch) / (PurePosixPath(urlsplit(url).path).name or "archive")
            _download(url, None, archive, progress, retries, by_hand)
            for name, content in _members(archive, missing, url, by_hand).items():
                (Path(scratch) / name).write_bytes(content)
                os.replace(Path(scratch) / name, folder / name)
    return folder


def _sha256(path):
    """Return the digest of a file, None where there is no such file."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _download(url, sha256, path, progress, retries, by_hand):
    """Download one file to a path, whole and with the digest, or raise."""
    import pooch
    from requests.exceptions import RequestException

    # Unlike pooch's own downloader, this one closes the connection after an error and looks at what comes.
    def downloader(url, output_file, _):
        _stream(url, output_file, path.name, progress)

    store = pooch.create(path.parent, "", registry={path.name: sha256}, urls={path.name: url}, retry_if_failed=retries)
    try:
        store.fetch(path.name, downloader=downloader)
    except RequestException as error:
        reason = " ".join(str(error).split())[:200]
        raise ConnectionError(f"{url} could not be downloaded ({type(error).__name__}: {reason}). {by_hand}") from error
    except ValueError as error:
        raise ValueError(f"{url} is not the file that it should be: {error}. Nothing was kept. {by_hand}") from None


def _stream(url, output_file, name, progress):
    """Write what the address answers to a file."""
    import requests
    from rich.console import Console
    from rich.progress import DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), DownloadColumn(), TransferSpeedColumn())
    bar = Progress(*columns, console=Console(stderr=True), disable=not progress)
    with requests.get(url, stream=True, timeout=TIMEOUT) as response, open(output_file, "wb") as file, bar:
        response.raise_for_status()
        task = bar.add_task(name, total=int(response.headers.get("content-length", 0)) or None)
        for chunk in response.iter_content(CHUNK):
            if file.tell() == 0 and chunk.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(HTML):
                raise ValueError("an HTML page came instead of the file")
            if file.tell() + len(chunk) > LARGEST_DOWNLOAD:
                raise ValueError(f"more than {LARGEST_DOWNLOAD:,} bytes came, as of no benchmark")
            file.write(chunk)
            bar.advance(task, len(chunk))


def _members(archive, wanted, url, by_hand):
    """Return {name: bytes} of the wanted files of a zip archive, wherever in it they lie, each with its digest."""
    found, strange = {}, []
    try:
        with ZipFile(archive) as opened:
            for info in opened.infolist():
                name = PurePosixPath(info.filename).name
                if name in wanted and name not in found and info.file_size <= LARGEST_MEMBER:
                    with opened.open(info) as member:
                        content = member.read(LARGEST_MEMBER)
                    if hashlib.sha256(content).hexdigest() == wanted[name]:
                        found[name] = content
                    else:
                        strange.append(name)
    except Exception as error:  # a damaged archive can raise nearly anything
        raise ValueError(f"{url} is no sound zip archive ({error}). Nothing was kept. {by_hand}") from error
    lost = [name for name in wanted if name not in found]
    if lost:
        told = ", ".join(f"{name} ({'another version' if name in strange else 'missing'})" for name in lost)
        raise ValueError(f"{url} does not hold the published files: {told}. Nothing was kept. {by_hand}")
    return found
