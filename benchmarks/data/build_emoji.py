"""Build the files of the bundled emoji data set from clean packages.

python benchmarks/data/build_emoji.py --work FOLDER [--out FOLDER] [--check]

Packages are fetched into the work folder. Without --out the files are written there; --check compares their digests
with those of the files in ``shallow_cmr/datasets/data``. README.md beside this script tells the rest.
"""

import numpy as np
from archive import draw_splits, run, write_set
from features import hog_hsv, pooled_cnn, sentence_embeddings
from keyboard import alike, first_of_equal, read_emoji
from packages import unpacked
from pictures import near_duplicates, read_all


def build(work, out):
    """Write both files of the set to the folder ``out`` and return their paths."""
    base, google = (unpacked(name, work) / "package" for name in ("emojibase-data", "emoji-datasource-google"))
    emoji = read_emoji(base, google)
    pictures = np.array(read_all([google / "img" / "google" / "64" / one.picture for one in emoji], cropped=False))
    first = first_of_equal(pictures)
    print(f"{len(first)} items; left out: {len(emoji) - len(first)} with the picture of another", flush=True)
    emoji, pictures = [emoji[i] for i in first], pictures[first]
    texts = [one.text for one in emoji]
    features = {
        "cnn": pooled_cnn(pictures, work),
        "hog": hog_hsv(pictures),
        "minilm": sentence_embeddings(texts, work),
    }
    group_names, group = np.unique([one.group for one in emoji], return_inverse=True)
    subgroup_names, subgroup = np.unique([one.subgroup for one in emoji], return_inverse=True)
    groups = alike([one.text for one in emoji], near_duplicates(pictures))
    integers = {
        "coarse": group.astype(np.int16),
        "fine": subgroup.astype(np.int16),
        "groups": groups.astype(np.int16),
        "splits": draw_splits(subgroup, groups),
    }
    strings = {
        "coarse_names": group_names.tolist(),
        "fine_names": subgroup_names.tolist(),
        "titles": [one.title for one in emoji],
        "texts": texts,
        "paths": [f"img/google/64/{one.picture}" for one in emoji],
        "authors": ["Google"] * len(emoji),
        "licences": ["Apache-2.0 (picture), MIT (text)"] * len(emoji),
    }
    return write_set(out, "emoji", features, integers, strings, pictures)


if __name__ == "__main__":
    run(build, __doc__)
