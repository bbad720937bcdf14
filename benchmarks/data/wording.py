"""Which words of a drawing's title, description and keywords describe what it shows, and nothing else."""

import html
import re
from contextlib import suppress

__all__ = ["mentions", "name_of_file", "names_a_batch", "plain", "without_addresses"]

TAG = re.compile(r"</?\w[^<>]*>")
# Addresses of people, of pages, and of the memory of a program that once wrote them in place of a keyword.
ADDRESS = re.compile(r"<?\S+@\S+|https?://\S+|www\.\S+|(hash\()?0x\w+\)?", re.IGNORECASE)
BOILERPLATE = re.compile(r"this work is hereby released.*|(created|made) (with|in) (inkscape|sodipodi)", re.I | re.S)
# Titles of a whole batch of uploads: the name of the file says what the drawing shows.
BATCH = re.compile(r"clipart by |r16 sibmission|etiquette icons|various cliparts|homes clipart|(svg )?road signs", re.I)
WORD = re.compile(r"[^\W\d_]{2,}")
FUNCTION_WORDS = """
about after all also am an and any are as at be been but by can could for from had has have he her his how if in into is
it its just like more most no not nothing of on one only or other our out she so some such than that the their them then
there these they this those to two up was we were what when where which while who will with would you your
"""
# Words about the file rather than what it shows; nobody searches for them.
FILE_WORDS = """
art bw clip clipart cliparts converted created cv drawing drawn email file hash icon icons image images inkscape misc
openclipart picture pictures png simple sodipodi submission svg unsorted various vector vectorised vectorization
vectorized version
"""
SKIPPED = frozenset(FUNCTION_WORDS.split()) | frozenset(FILE_WORDS.split())


def plain(text):
    """Return a text without HTML, wrongly decoded letters and needless blanks."""
    text = TAG.sub(" ", html.unescape(html.unescape(text)))
    with suppress(UnicodeError):  # it was decoded rightly
        text = text.encode("latin-1").decode("utf-8")
    return " ".join(text.split())


def without_addresses(text):
    """Return a text without addresses."""
    return " ".join(ADDRESS.sub(" ", text).split())


def words(text):
    """Return the lower-case words of a text, in their order."""
    text = BOILERPLATE.sub(" ", without_addresses(text)).replace("_", " ").lower()
    return [word for word in WORD.findall(text) if any("a" <= letter <= "z" for letter in word)]


def singular(word):
    """Return an English word without the ending of the plural, near enough to compare words by."""
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def is_kin(word, name):
    """Return whether a word is a name, in the plural or not, or one begins with the other, of five letters or more."""
    begins = word.startswith(name) or name.startswith(word)
    return singular(word) == singular(name) or (begins and min(len(word), len(name)) >= 5)


def mentions(parts, authors, telling):
    """Return all words of the texts ``parts`` that describe what is shown, in order and as often as they are said.

    Left out: words of the author's names, words about the file, and kin of the words in ``telling``: those give the
    class away.
    """
    authors = {word for name in authors for word in words(name)}
    telling = {word for name in telling for word in words(name)}
    skipped = SKIPPED.union(authors)
    found = [word for part in parts for word in words(part)]
    return [word for word in found if word not in skipped and not any(is_kin(word, name) for name in telling)]


def names_a_batch(title):
    """Return whether a title names a batch of uploads rather than this drawing."""
    return BATCH.match(title) is not None


def name_of_file(stem, authors):
    """Return what a file's name says, without its numbers and the author's name, which is often cut short there."""
    authors = [word for name in authors for word in words(name)]
    return " ".join(w for w in words(stem) if not any(a == w or (a.startswith(w) and len(w) > 3) for a in authors))
