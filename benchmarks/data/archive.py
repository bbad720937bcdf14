"""The files of a bundled set: quantised features, fixed splits and strings in one archive, pictures in another."""

import argparse
import hashlib
import io
import json
import zipfile
from pathlib import Path

import numpy as np
from pictures import thumbnail
from sklearn.model_selection import StratifiedGroupKFold

__all__ = ["draw_splits", "run", "write_set"]

N_SPLITS = 10
SHIPPED = Path(__file__).parents[2] / "shallow_cmr" / "datasets" / "data"


def quantise(V):
    """Return uint8 codes (n, d), offset (d,) and scale (d,) with ``V`` within scale / 2 of offset + scale * codes."""
    V = np.asarray(V, dtype=np.float64)
    offset = V.min(axis=0).astype(np.float32)
    spread = V.max(axis=0) - offset
    scale = np.where(spread > 0, spread / 255, 1).astype(np.float32)
    return np.clip(np.rint((V - offset) / scale), 0, 255).astype(np.uint8), offset, scale


def draw_splits(strata, groups):
    """Return (N_SPLITS, n) flags of the test items: a quarter of each stratum, each group on one side."""
    splits = np.zeros((N_SPLITS, len(strata)), dtype=np.uint8)
    for seed, is_test in enumerate(splits):
        quarters = StratifiedGroupKFold(n_splits=4, shuffle=True, random_state=seed)
        _, test = next(quarters.split(strata, strata, groups))
        is_test[test] = 1
    return splits


def npy(array):
    """Return the bytes of an ``.npy`` file that holds the array."""
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.asarray(array), allow_pickle=False)
    return buffer.getvalue()


def write_zip(path, members, compression):
    """Write {name: bytes} as a zip archive whose bytes depend on nothing else (no times, no system)."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.create_system, entry.external_attr = compression, 3, 0o644 << 16
            archive.writestr(entry, content, compresslevel=9)


def write_set(out, name, features, integers, strings, pictures):
    """Write NAME.npz and NAME_thumbnails.zip to a folder and return their paths.

    ``features`` {kind: (n, d)} are quantised; ``integers`` {name: array} are kept; ``strings`` {name: list} become one
    JSON text; ``pictures`` are the n items' (224, 224, 3).
    """
    arrays = dict(integers)
    for kind, V in features.items():
        arrays |= {f"{kind}_{part}": a for part, a in zip(("codes", "offset", "scale"), quantise(V))}
    compact = json.dumps(strings, ensure_ascii=False, separators=(",", ":")).encode()
    arrays["strings"] = np.frombuffer(compact, dtype=np.uint8)
    out.mkdir(parents=True, exist_ok=True)
    paths = [out / f"{name}.npz", out / f"{name}_thumbnails.zip"]
    # bzip2 has one reference encoder; what "deflate" gives depends on the library behind it.
    write_zip(paths[0], {f"{key}.npy": npy(array) for key, array in arrays.items()}, zipfile.ZIP_BZIP2)
    shots = {f"{i:04d}.webp": thumbnail(picture) for i, picture in enumerate(pictures)}
    write_zip(paths[1], shots, zipfile.ZIP_STORED)
    return paths


def digest(path):
    """Return the SHA-256 of a file as hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def report(paths, check):
    """Print the files' digests as the loaders record them; with ``check``, exit unless the package ships the same."""
    for path in paths:
        print(f"{digest(path)}  {path.name}  {path.stat().st_size:,} bytes")
    changed = [path.name for path in paths if check and digest(path) != digest(SHIPPED / path.name)]
    if changed:
        raise SystemExit(f"not the same as in the package: {', '.join(changed)}")


def run(build, description):
    """Read the command line of a build script, build, and print what came out."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True, help="folder for packages and what they unpack to")
    parser.add_argument("--out", type=Path, help="folder to write the files to (default: the work folder)")
    parser.add_argument("--check", action="store_true", help="fail unless the files equal those of the package")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    report(build(options.work, options.out or options.work), options.check)
