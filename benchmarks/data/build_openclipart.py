"""Build the files of the bundled Open Clip Art data set from clean packages.

python benchmarks/data/build_openclipart.py --work FOLDER [--out FOLDER] [--check]

Packages are fetched into the work folder. Without --out the files are written there; --check compares their digests
with those of the files in ``shallow_cmr/datasets/data``. README.md beside this script tells the rest.
"""

from pathlib import Path

import numpy as np
from archive import draw_splits, run, write_set
from drawings import Corrections, read_drawings
from features import hog_hsv, pooled_cnn, sentence_embeddings
from packages import unpacked
from selection import folder_names, select, word_set

CORRECTIONS = Path(__file__).with_name("openclipart_corrections.toml")
BELOW = Path("usr", "share", "openclipart")


def numbered(names):
    """Return the sorted different names but "", and the number (n,) of each, -1 for ""."""
    different = sorted({name for name in names if name})
    return different, np.array([different.index(name) if name else -1 for name in names], dtype=np.int16)


def build(work, out):
    """Write both files of the set to the folder ``out`` and return their paths."""
    svg, png = (unpacked(f"openclipart-{kind}", work) / BELOW / kind for kind in ("svg", "png"))
    drawings, pictures, left_out = select(read_drawings(svg, Corrections(CORRECTIONS)), png)
    print(f"{len(drawings)} items; left out: {left_out}", flush=True)
    class_names, classes = numbered([drawing.class_name for drawing in drawings])
    fine_names, fine = numbered(folder_names(drawings))
    texts = [drawing.text for drawing in drawings]
    features = {
        "cnn": pooled_cnn(pictures, work),
        "hog": hog_hsv(pictures),
        "minilm": sentence_embeddings(texts, work),
    }
    _, groups = np.unique([word_set(drawing) for drawing in drawings], return_inverse=True)
    integers = {
        "coarse": classes,
        "fine": fine,
        "groups": groups.astype(np.int16),
        "splits": draw_splits(classes, groups),
    }
    strings = {
        "coarse_names": class_names,
        "fine_names": fine_names,
        "titles": [drawing.title for drawing in drawings],
        "texts": texts,
        "paths": [drawing.path for drawing in drawings],
        "authors": [drawing.author for drawing in drawings],
        "licences": [drawing.licence for drawing in drawings],
    }
    return write_set(out, "openclipart", features, integers, strings, pictures)


if __name__ == "__main__":
    run(build, __doc__)
