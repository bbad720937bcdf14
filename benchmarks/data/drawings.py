"""The drawings of Open Clip Art that the bundled set may hold: class, title, author, licence and words of each."""

import tomllib
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from wording import mentions, name_of_file, names_a_batch, plain, without_addresses

__all__ = ["CLASSES", "Corrections", "Drawing", "read_drawings"]

# Folders of the package, below each of which all drawings are of one class. A drawing that is filed under several
# classes belongs to the first of them here.
CLASSES = {
    "sports": ("recreation/sports",),
    "music": ("recreation/music",),
    "food": ("food",),
    "vehicles": ("transportation",),
    "clothing": ("people/clothing",),
    "buildings": ("buildings",),
    "animals": ("animals",),
    "celebrations": ("recreation/holiday", "recreation/party"),
    "plants": ("plants",),
    "electronics": ("electronics", "computer/hardware"),
    "tools": ("tools",),
    "office": ("office",),
    "flags": ("signs_and_symbols/flags",),
    "people": ("people",),
}
# Furniture is no building; road signs and the symbols of stations are no vehicles.
LEFT_OUT = ("buildings/furniture", "transportation/aiga-symbols", "transportation/roadsigns")

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DC = "{http://purl.org/dc/elements/1.1/}"
CC = "{http://web.resource.org/cc/}"


@dataclass(frozen=True)
class Drawing:
    """One drawing.

    ``path`` is its place below the package's svg folder; ``text`` its describing words, each once; ``n_mentions`` how
    many they are with repeats; ``folder`` where within its class it is filed, "" for the top or elsewhere.
    """

    path: str
    class_name: str
    folder: str
    title: str
    author: str
    licence: str
    text: str
    n_mentions: int


class Corrections:
    """What was found by looking at every picture: drawings to drop, and drawings of another class."""

    def __init__(self, file):
        entries = tomllib.loads(Path(file).read_text(encoding="utf-8"))
        self.dropped = {pattern: entry["reason"] for entry in entries["drop"] for pattern in entry["paths"]}
        self.moved = {pattern: entry["class"] for entry in entries["move"] for pattern in entry["paths"]}
        self.used = set()

    def find(self, path, patterns):
        """Return the first of the patterns that a path meets, or None."""
        for pattern in patterns:
            if fnmatch(path, pattern):
                self.used.add(pattern)
                return pattern
        return None

    def class_of(self, path):
        """Return the class of the drawing at a path, or None where it is left out."""
        filed = next((name for name, folders in CLASSES.items() if is_below(path, folders)), None)
        if filed is None or self.find(path, self.dropped) or is_below(path, LEFT_OUT):
            return None
        return self.moved.get(self.find(path, self.moved), filed)

    def check(self):
        """Raise where an entry met no drawing."""
        unused = {*self.dropped, *self.moved} - self.used
        if unused:
            raise ValueError(f"these corrections meet no drawing: {sorted(unused)}; mend or remove them.")


def is_below(path, folders):
    """Return whether a path is within one of the folders."""
    return path.startswith(tuple(f"{folder}/" for folder in folders))


def text_of(element):
    """Return all text within an XML element that may be missing."""
    return "" if element is None else plain("".join(element.itertext()))


def read_metadata(file):
    """Return title, description, keywords, names of the authors and licence of an SVG file, as its RDF states them."""
    work = ElementTree.parse(file).getroot().find(f".//{CC}Work")
    if work is None:
        return "", "", [], [], ""
    keywords = [text_of(item) for item in work.findall(f"{DC}subject//{RDF}li")]
    names = [text_of(work.find(f"{DC}{role}")) for role in ("creator", "publisher", "rights")]
    licence = work.find(f"{CC}license")
    licence = "" if licence is None else licence.get(f"{RDF}resource", "")
    return text_of(work.find(f"{DC}title")), text_of(work.find(f"{DC}description")), keywords, names, licence


def folder_within(path, class_name):
    """Return the folder of a drawing below the first folder of its class; "" for that itself and for moved drawings."""
    folder = PurePosixPath(path).parent.as_posix()
    first, *others = CLASSES[class_name]
    if is_below(folder, [first]):
        return folder.removeprefix(f"{first}/")
    return folder.rpartition("/")[2] if is_below(f"{folder}/", others) else ""


def read_drawing(svg, path, class_name):
    """Return the drawing at a path below the svg folder."""
    title, description, keywords, names, licence = read_metadata(svg / path)
    authors = [name for name in names if "library" not in name.lower()]
    title = title.replace("_", " ").removesuffix(".svg")
    if not title or names_a_batch(title):
        title = name_of_file(PurePosixPath(path).stem, authors)
    telling = [class_name, *PurePosixPath(path).parent.parts]
    said = mentions([title, description, *keywords], authors, telling)
    author = without_addresses(names[0] if names else "").rstrip(" -[(")
    folder = folder_within(path, class_name)
    return Drawing(path, class_name, folder, title, author, licence, " ".join(dict.fromkeys(said)), len(said))


def read_drawings(svg, corrections):
    """Return the drawings of all classes below the package's svg folder, in the order of `CLASSES`, then by path."""
    found = []
    for path in sorted(file.relative_to(svg).as_posix() for file in svg.rglob("*.svg")):
        class_name = corrections.class_of(path)
        if class_name:
            found.append(read_drawing(svg, path, class_name))
    corrections.check()
    order = list(CLASSES)
    return sorted(found, key=lambda drawing: (order.index(drawing.class_name), drawing.path))
