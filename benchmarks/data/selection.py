"""Which drawings of Open Clip Art the bundled set holds, and the folder that each is graded by."""

from collections import Counter
from hashlib import sha256

import numpy as np
from pictures import first_of_each, read_all

__all__ = ["folder_names", "select", "word_set"]

PUBLIC_DOMAIN = ("http://web.resource.org/cc/PublicDomain", "http://creativecommons.org/licenses/publicdomain/")
MOST_ALIKE = 5  # items with the same set of words
MOST_FLAGS = 150
LEAST_IN_A_FOLDER = 4


def is_wanted(drawing):
    """Return whether a drawing is public domain, described by two words or more, and no road sign."""
    signs = {"roadsign", "roadsigns"} & set(drawing.text.split())
    return drawing.licence in PUBLIC_DOMAIN and drawing.n_mentions >= 2 and not signs


def word_set(drawing):
    """Return the words of a drawing as one string that does not depend on their order."""
    return " ".join(sorted(drawing.text.split()))


def few_of_a_kind(drawings):
    """Return which drawings (n,) are among the first MOST_ALIKE with their word set, and the flags among MOST_FLAGS."""
    seen, kept, flags = Counter(), np.zeros(len(drawings), dtype=bool), []
    for i, drawing in enumerate(drawings):
        seen[word_set(drawing)] += 1
        kept[i] = seen[word_set(drawing)] <= MOST_ALIKE
        if kept[i] and drawing.class_name == "flags":
            flags.append(i)
    # The order of digests is as good as a random one, and the same for ever.
    flags.sort(key=lambda i: sha256(drawings[i].path.encode()).hexdigest())
    kept[flags[MOST_FLAGS:]] = False
    return kept


def select(drawings, png):
    """Return the selected drawings by path, their pictures (n, 224, 224, 3), and {reason: how many were left out}."""
    left_out = {}

    def keep(rows, flags, reason):
        left_out[reason] = len(rows) - int(np.sum(flags))
        return [row for row, flag in zip(rows, flags) if flag]

    drawings = keep(drawings, [is_wanted(drawing) for drawing in drawings], "licence or too few words")
    pictures = read_all([(png / drawing.path).with_suffix(".png") for drawing in drawings])
    rows = keep(list(zip(drawings, pictures)), [picture is not None for picture in pictures], "blank or tiny")
    rows = keep(rows, first_of_each([picture for _, picture in rows]), "near duplicate")
    rows = keep(rows, few_of_a_kind([drawing for drawing, _ in rows]), "more of the same words, more flags")
    rows.sort(key=lambda row: row[0].path)
    return [drawing for drawing, _ in rows], np.array([picture for _, picture in rows]), left_out


def folder_names(drawings):
    """Return each drawing's "class/folder", the deepest with LEAST_IN_A_FOLDER items; "" at the top of its class."""
    names = [f"{drawing.class_name}/{drawing.folder}" if drawing.folder else "" for drawing in drawings]
    while small := {name for name, count in Counter(names).items() if name and count < LEAST_IN_A_FOLDER}:
        # The deepest first: what goes up may be what the folder above lacked.
        depth = max(name.count("/") for name in small)
        names = [above(name) if name in small and name.count("/") == depth else name for name in names]
    return names


def above(name):
    """Return "class/folder" for "class/folder/within", and "" for "class/folder"."""
    return name.rpartition("/")[0] if name.count("/") > 1 else ""
