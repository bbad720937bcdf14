"""The emoji of the bundled set: name, text, picture, group and subgroup of each."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

__all__ = ["Emoji", "alike", "first_of_equal", "read_emoji"]

# Skin tones and hair styles are parts of other emoji; flags have little text and their own shape.
LEFT_OUT = ("component", "flags")
# Subgroups of fewer than four emoji are joined with the nearest one of their group, under both names.
JOINED = {
    "face-glasses": "face-hat",
    "monkey-face": "cat-face",
    "hand-prop": "hands",
    "animal-amphibian": "animal-reptile",
    "hotel": "place-other",
    "gender": "other-symbol",
    "currency": "math",
}


@dataclass(frozen=True)
class Emoji:
    """One emoji: its name, its text (name and tags), its group and subgroup, and the file of its picture."""

    title: str
    text: str
    group: str
    subgroup: str
    picture: str


def read_json(*parts):
    """Return the content of a JSON file."""
    return json.loads(Path(*parts).read_text(encoding="utf-8"))


def code(hexcode):
    """Return the code points of an emoji without the selector of its presentation, in which the two packages differ."""
    return hexcode.replace("-FE0F", "")


def subgroup_names(names):
    """Return {subgroup: name it is bundled under}."""
    joined = {first: f"{first}+{other}" for other, first in JOINED.items()}
    return {name: joined.get(JOINED.get(name, name), name) for name in names}


def read_emoji(base, google):
    """Return all emoji that have a Noto picture, in the order of the emoji keyboard."""
    meta = read_json(base, "meta", "groups.json")
    pictures = {
        code(entry["unified"]): entry["image"] for entry in read_json(google, "emoji.json") if entry["has_img_google"]
    }
    names = subgroup_names(meta["subgroups"].values())
    found = []
    for entry in sorted(read_json(base, "en", "data.json"), key=lambda entry: entry.get("order", -1)):
        group = meta["groups"].get(str(entry.get("group")), "component")
        picture = pictures.get(code(entry["hexcode"]))
        if picture and group not in LEFT_OUT:
            subgroup = names[meta["subgroups"][str(entry["subgroup"])]]
            text = f"{entry['label']}: {', '.join(entry['tags'])}"
            found.append(Emoji(entry["label"], text, group, subgroup, picture))
    return found


def first_of_equal(pictures):
    """Return the numbers of the pictures (n, 224, 224, 3) that are not pixel by pixel an earlier one."""
    first = {picture.tobytes(): i for i, picture in reversed(list(enumerate(pictures)))}
    return sorted(first.values())


def alike(texts, pairs):
    """Return groups (n,) of emoji that stay together in a split: of equal words, or of pictures that look the same."""
    words = [" ".join(sorted(set(re.findall(r"\w+", text.lower())))) for text in texts]
    _, groups = np.unique(words, return_inverse=True)
    for i, j in pairs:
        groups[groups == groups[j]] = groups[i]
    return np.unique(groups, return_inverse=True)[1]
