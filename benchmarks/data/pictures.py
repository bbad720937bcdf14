"""Pictures: read, laid on white, cropped to their content, and told apart."""

import io
import os
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
from PIL import Image, ImageChops

__all__ = ["first_of_each", "near_duplicates", "read_all", "square", "thumbnail"]

SIDE = 224  # of the pictures that all features and thumbnails are made from
THUMBNAIL_SIDE = 64
WEBP_QUALITY = 80
MARGIN = 0.05  # white around the content, as a share of its longer side
SMALLEST = 24  # a content of fewer pixels on its longer side shows nothing
# Departures from white below this are invisible: the dust that faint shadows leave around a picture.
CONTENT_THRESHOLD = 12
DUPLICATE = 0.985


def on_white(picture):
    """Return the picture without transparency, on a white ground."""
    picture = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")


def content_box(picture):
    """Return the box around all that is not white, or None for an empty picture."""
    difference = ImageChops.difference(picture, Image.new("RGB", picture.size, "white"))
    return difference.convert("L").point(lambda v: 255 * (v >= CONTENT_THRESHOLD)).getbbox()


def square(picture, cropped=True):
    """Return a picture (SIDE, SIDE, 3) on a white square, or None where there is nothing to see.

    Cropped to its content it gets a margin; uncropped it is square already, and its size says something.
    """
    picture = on_white(picture)
    if cropped:
        box = content_box(picture)
        if box is None or max(box[2] - box[0], box[3] - box[1]) < SMALLEST:
            return None
        content = picture.crop(box)
        side = round(max(content.size) * (1 + 2 * MARGIN))
        picture = Image.new("RGB", (side, side), "white")
        picture.paste(content, ((side - content.width) // 2, (side - content.height) // 2))
    return np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def read(path, cropped):
    """Return one file as `square` makes it."""
    Image.MAX_IMAGE_PIXELS = None  # the packages' pictures are no attack
    with Image.open(path) as picture:
        return square(picture, cropped)


def read_all(paths, cropped=True):
    """Return the list of `square` pictures of the files, read on all cores."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(partial(read, cropped=cropped), paths, chunksize=16))


def resized(picture, side):
    """Return a picture (SIDE, SIDE, 3) as a Pillow image of another size."""
    return Image.fromarray(picture).resize((side, side), Image.Resampling.LANCZOS)


def thumbnail(picture):
    """Return a picture (SIDE, SIDE, 3), made THUMBNAIL_SIDE pixels small, as the bytes of a WebP file."""
    buffer = io.BytesIO()
    resized(picture, THUMBNAIL_SIDE).save(buffer, "WEBP", quality=WEBP_QUALITY, method=6)
    return buffer.getvalue()


def near_duplicates(pictures):
    """Return the pairs i < j of pictures that look the same.

    The cosine of their centred thumbnails of 32 x 32 pixels is above .985.
    """
    V = np.array([np.asarray(resized(picture, 32), dtype=float).ravel() for picture in pictures])
    V -= V.mean(axis=1, keepdims=True)
    V /= np.linalg.norm(V, axis=1, keepdims=True)
    return np.argwhere(np.triu(V @ V.T > DUPLICATE, 1))


def first_of_each(pictures):
    """Return which pictures (n,) look like no earlier one that was kept."""
    kept = np.ones(len(pictures), dtype=bool)
    for i, j in near_duplicates(pictures):  # in the order of i: whether i is kept is settled before it counts
        kept[j] &= not kept[i]
    return kept
