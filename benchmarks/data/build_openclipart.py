"""Build the files of the bundled Open Clip Art data set (for maintainers; users never run this).

    apt install openclipart-png openclipart-svg librsvg2-bin
    python benchmarks/data/build_openclipart.py --features FOLDER --pictures /usr/share/openclipart \\
        --out shallow_cmr/datasets/data

FOLDER holds ``features.npz`` (the features, class numbers and keyword strings) and ``items.json`` (titles, licences and
the paths of the pictures). The same input gives the same bytes; the digests printed at the end belong into
``shallow_cmr/datasets/openclipart.py``.
"""

import argparse
import hashlib
import io
import json
import re
import subprocess
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops
from sklearn.model_selection import StratifiedGroupKFold

FEATURES = {"cnn": "image_cnn", "hog": "image_hog_hsv", "minilm": "text_minilm"}
PUBLIC_DOMAIN = {
    "http://web.resource.org/cc/PublicDomain",
    "http://creativecommons.org/licenses/publicdomain/",
}
N_SPLITS = 5
THUMBNAIL_SIDE = 64
WEBP_QUALITY = 80
RENDER_SIDE = 512
# A few PNG files are 6 x 3 pixels small or up to 169 million large: their SVG is drawn instead.
MAX_PIXELS = 20_000_000
# The PNG of a drawing that links to a file on its author's disk says "Linked Image Not Found" across the picture.
LINKED_IMAGE = re.compile(r'<image\b[^>]*\bxlink:href="(?!data:|#)')
# Departures from white below this are invisible: the dust that faint shadows leave around a picture.
CONTENT_THRESHOLD = 12


def quantise(V):
    """Return uint8 codes (n, d), offset (d,) and scale (d,) with ``V`` within scale / 2 of offset + scale * codes."""
    V = np.asarray(V, dtype=np.float64)
    offset = V.min(axis=0).astype(np.float32)
    spread = V.max(axis=0) - offset
    scale = np.where(spread > 0, spread / 255, 1).astype(np.float32)
    return np.clip(np.rint((V - offset) / scale), 0, 255).astype(np.uint8), offset, scale


def draw_splits(labels, texts):
    """Return (N_SPLITS, n) flags of the test items: a quarter of each class, equal word sets on one side."""
    _, groups = np.unique([" ".join(sorted(set(text.split()))) for text in texts], return_inverse=True)
    splits = np.zeros((N_SPLITS, len(labels)), dtype=np.uint8)
    for seed, is_test in enumerate(splits):
        quarters = StratifiedGroupKFold(n_splits=4, shuffle=True, random_state=seed)
        _, test = next(quarters.split(labels, labels, groups))
        is_test[test] = 1
    return splits


def drawn(path, *options):
    """Return the SVG file as a picture with transparency, its longer side RENDER_SIDE pixels."""
    size = ["--keep-aspect-ratio", "-w", str(RENDER_SIDE), "-h", str(RENDER_SIDE)]
    png = subprocess.run(["rsvg-convert", *size, *options, str(path)], check=True, capture_output=True).stdout
    return Image.open(io.BytesIO(png))


def on_white(picture):
    """Return the picture without transparency, on a white ground."""
    picture = picture.convert("RGBA")
    ground = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(ground, picture).convert("RGB")


def content_box(picture):
    """Return the box around all that is not white, or None for an empty picture."""
    difference = ImageChops.difference(picture, Image.new("RGB", picture.size, "white"))
    return difference.convert("L").point(lambda v: 255 * (v >= CONTENT_THRESHOLD)).getbbox()


def versions(folder, path):
    """Yield the item's picture from its best source to its last resort."""
    png, svg = (folder / "png" / path).with_suffix(".png"), folder / "svg" / path
    lacks_a_part = LINKED_IMAGE.search(svg.read_text(encoding="utf-8", errors="replace"))
    if png.exists() and not lacks_a_part:
        picture = Image.open(png)
        if max(picture.size) >= THUMBNAIL_SIDE and picture.width * picture.height <= MAX_PIXELS:
            yield picture
    yield drawn(svg)
    if lacks_a_part:
        yield Image.open(png)
    # Two drawings lie wholly outside their page, and one is white lines made to stand on a green page.
    yield drawn(svg, "--export-id", "layer1")
    yield drawn(svg, "--export-id", "layer1", "--background-color", "#17c022")


def square_picture(folder, path):
    """Return the first version of the picture that is not blank, cropped to its content and padded to a square."""
    for version in versions(folder, path):
        picture = on_white(version)
        if box := content_box(picture):
            picture = picture.crop(box)
            square = Image.new("RGB", (max(picture.size),) * 2, "white")
            square.paste(picture, ((square.width - picture.width) // 2, (square.height - picture.height) // 2))
            return square
    raise ValueError(f"{path} is blank however it is drawn; leave the item out of items.json.")


def thumbnail(folder, path):
    """Return one item's picture, THUMBNAIL_SIDE pixels square, as the bytes of a WebP file."""
    side = (THUMBNAIL_SIDE, THUMBNAIL_SIDE)
    buffer = io.BytesIO()
    square_picture(folder, path).resize(side, Image.Resampling.LANCZOS).save(
        buffer, "WEBP", quality=WEBP_QUALITY, method=6
    )
    return buffer.getvalue()


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


def arrays(source, items):
    """Return {name: array} of all that the package ships: quantised features, classes, splits and strings."""
    texts = [str(text) for text in source["texts"]]
    strings = {
        "class_names": [str(name) for name in source["classes"]],
        "titles": [" ".join(item["title"].split()) for item in items],
        "texts": texts,
        "paths": [item["rel"] for item in items],
        "licences": [item["lic"] for item in items],
    }
    compact = json.dumps(strings, ensure_ascii=False, separators=(",", ":")).encode()
    shipped = {"labels": source["labels"].astype(np.uint8), "splits": draw_splits(source["labels"], texts)}
    for name, key in FEATURES.items():
        parts = quantise(source[key])
        shipped |= {f"{name}_{part}": a for part, a in zip(("codes", "offset", "scale"), parts)}
    return shipped | {"strings": np.frombuffer(compact, dtype=np.uint8)}


def check_licences(items):
    """Raise where an item is not marked as public domain."""
    others = sorted({item["lic"] for item in items} - PUBLIC_DOMAIN)
    if others:
        raise ValueError(f"items.json names licences other than public domain: {others}; leave these items out.")


def main():
    """Read the command line, write both files, print their sizes and digests."""
    Image.MAX_IMAGE_PIXELS = None  # the packages' pictures are no attack, and the greatest are never decoded
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--features", type=Path, required=True, help="folder with features.npz and items.json")
    parser.add_argument("--pictures", type=Path, required=True, help="folder with png/ and svg/ of the packages")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    options = parser.parse_args()
    items = json.loads((options.features / "items.json").read_text(encoding="utf-8"))
    check_licences(items)
    with np.load(options.features / "features.npz", allow_pickle=False) as source:
        shipped = arrays(source, items)
    members = {f"{name}.npy": npy(array) for name, array in shipped.items()}
    write_zip(options.out / "openclipart.npz", members, zipfile.ZIP_DEFLATED)
    pictures = {f"{i:04d}.webp": thumbnail(options.pictures, item["rel"]) for i, item in enumerate(items)}
    write_zip(options.out / "openclipart_thumbnails.zip", pictures, zipfile.ZIP_STORED)
    for name in ("openclipart.npz", "openclipart_thumbnails.zip"):
        content = (options.out / name).read_bytes()
        print(f'"{name}": "{hashlib.sha256(content).hexdigest()}",  # {len(content):,} bytes')


if __name__ == "__main__":
    main()
