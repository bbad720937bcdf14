"""A search engine over the bundled pictures: words find pictures, a picture finds keywords, by any method."""

from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from shallow_cmr.compose import CrossModalPipeline
from shallow_cmr.datasets import load_emoji, load_openclipart
from shallow_cmr.experiment import MethodEntry, read_suite
from shallow_cmr.methods import all_methods
from shallow_cmr.retrieval import CrossModalIndex

__all__ = [
    "SEARCHABLE",
    "TEXT_FEATURES",
    "PictureSearch",
    "SearchResult",
    "find_item",
    "method_entry",
    "picture_search",
]

#: Loaders of the bundled sets, which have titles, texts and pictures.
SEARCHABLE = {"openclipart": load_openclipart, "emoji": load_emoji}
#: Features of titles and keywords.
TEXT_FEATURES = ("lsa", "tfidf", "minilm")
DIMENSIONS = 64
N_LATENT_TOPICS = 300
_PICTURE_SUFFIXES = {".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".bmp", ".tif", ".tiff"}


@dataclass(frozen=True)
class SearchResult:
    """What a query found, best first.

    Parameters
    ----------
    query : str
        The words, or the title of the picture that asked.
    items : list of int
        Rows of the dataset.
    distances : list
        Cosine distances, or of codes the bits that differ.
    made_by : str
        The method's call and what it was fitted on, a sentence.
    n_items : int
        So many pictures, or strings of keywords, were ranked.
    asker : int or None
        Row of the picture that asked; None where words did.
    own_rank : int or None
        Where the asking picture's own keywords came, from 1.
    ignored : dict of str to list of str
        Words of the query that are unknown, with known ones that are spelled alike.

    Examples
    --------
    >>> from shallow_cmr.search import SearchResult
    >>> SearchResult("two bits", [4, 7], [0, 3], "by hand", 9).scores
    ['0 bits off', '3 bits off']
    """

    query: str
    items: list
    distances: list
    made_by: str
    n_items: int
    asker: int | None = None
    own_rank: int | None = None
    ignored: dict = field(default_factory=dict)

    @property
    def counts_bits(self):
        """Whether the distances are numbers of bits."""
        return isinstance(self.distances[0], int)

    @property
    def scores(self):
        """How near each item is, as text: its cosine, or the bits that differ."""
        if self.counts_bits:
            return [f"{distance} bit{'s' * (distance != 1)} off" for distance in self.distances]
        return [f"{1 - distance:.2f}" for distance in self.distances]

    @property
    def nearness(self):
        """How near each item is, in per cent of the nearest: to draw bars by."""
        if self.counts_bits:
            return [round(100 * (1 + self.distances[0]) / (1 + distance)) for distance in self.distances]
        cosines = [max(1 - distance, 0) for distance in self.distances]
        return [round(100 * cosine / max(cosines[0], 1e-9)) for cosine in cosines]


class PictureSearch:
    """Fit a method on all pictures and their words, then search by words or by a picture.

    Parameters
    ----------
    estimator : CrossModalEstimator
        Any method, unfitted.
    text : {"lsa", "tfidf", "minilm"}
        Features of titles and keywords. "lsa", the default, are 300 latent semantic dimensions of the TF-IDF; "tfidf"
        is the sparse TF-IDF itself. "minilm" are the stored sentence embeddings of the keywords: typed words cannot be
        embedded so, but pictures can ask.
    dataset : str
        A key of `SEARCHABLE`.

    Attributes
    ----------
    dataset : CrossModalDataset
    texts : list of str, or array (n, q)
        What the method was fitted on beside the pictures: a string of title and keywords an item; of "minilm" the
        stored embeddings.
    model : CrossModalPipeline
        Fitted.

    Raises
    ------
    ValueError
        Unknown `text` or `dataset`; or what the method refuses.

    Notes
    -----
    All pairs serve for fitting: a search engine should know every word. The pictures are then ranked by their
    image features alone, without a look at their words. How well that goes for pictures never seen before was measured
    on the ten fixed splits of the clip art, fitted on training items, with each keyword of the training items that two
    or more test items share as a query (1,587 queries, an item is relevant if it has the word),
    ``CCA(n_components=64, reg=1, power=1)``: mAP@all .408 with "lsa" (.363 in 32 dimensions); "tfidf" reaches .388 with
    its better ridge, ``reg=3``.

    Examples
    --------
    >>> from shallow_cmr import CCA
    >>> from shallow_cmr.search import PictureSearch
    >>> search = PictureSearch(CCA(n_components=64, reg=1, power=1))
    >>> found = search.by_words("musical instrument", n=3)
    >>> [search.dataset.titles[i] for i in found.items]
    ['guitar1', 'bass-guitar', 'guitar2']
    """

    def __init__(self, estimator, text="lsa", dataset="openclipart"):
        for name, value, known in (("text", text, TEXT_FEATURES), ("dataset", dataset, SEARCHABLE)):
            if value not in known:
                raise ValueError(f"{name}={value!r} is unknown; choose one of {', '.join(known)}.")
        self.text = text
        self.dataset = data = SEARCHABLE[dataset](text="minilm" if text == "minilm" else "tfidf")
        self.texts = data.y if text == "minilm" else [f"{t} {k}" for t, k in zip(data.titles, data.texts)]
        self.model = CrossModalPipeline(text=_text_features(text), estimator=estimator)
        try:
            self.model.fit(data.X, self.texts, labels=data.labels)
        except TypeError as error:
            if text != "tfidf":
                raise
            raise ValueError(f"{type(estimator).__name__} takes no sparse text; use text='lsa'.") from error

    def by_words(self, query, n=12):
        """Return the pictures nearest to a text.

        Parameters
        ----------
        query : str
            Words.
        n : int
            So many pictures.

        Returns
        -------
        SearchResult
            Pictures, best first.

        Raises
        ------
        ValueError
            No word of the query is known (the message names words spelled alike), `n` out of range, or text features
            that typed words cannot have.
        """
        if self.text == "minilm":
            raise ValueError(
                "typed words need the MiniLM network, which is not part of this package (its embeddings of the bundled "
                "keywords are); ask with text='lsa' or 'tfidf', or ask with a picture."
            )
        ignored = self._unknown_words(query)
        index = CrossModalIndex(self.model).fit(images=self.dataset.X)
        distances, items = index.kneighbors(text=[query], n_neighbors=self._checked(n))
        return SearchResult(query, items[0].tolist(), distances[0].tolist(), self.made_by, len(index), ignored=ignored)

    def by_picture(self, item, n=12):
        """Return the strings of keywords nearest to a bundled picture.

        Parameters
        ----------
        item : int
            Row of the picture in the data set.
        n : int
            So many strings.

        Returns
        -------
        SearchResult
            Strings, best first. One that several pictures share is found once, with the first of them.

        Raises
        ------
        ValueError
            `n` is out of range.
        """
        index = CrossModalIndex(self.model).fit(texts=self.texts)
        distances, items = index.kneighbors(image=self.dataset.X[[item]], n_neighbors=len(index))
        bearers, keywords = {}, self.dataset.texts
        for row, distance in zip(items[0].tolist(), distances[0].tolist()):
            bearers.setdefault(keywords[row], (row, distance))
        rows, nearest = zip(*bearers.values())
        return SearchResult(
            self.dataset.titles[item],
            list(rows[: self._checked(n)]),
            list(nearest[:n]),
            self.made_by,
            len(rows),
            asker=item,
            own_rank=list(bearers).index(keywords[item]) + 1,
        )

    @property
    def vectorizer(self):
        """The fitted `TfidfVectorizer`; there is none for "minilm"."""
        return self.model.text_[0] if self.text == "lsa" else self.model.text_

    @property
    def made_by(self):
        """The method's call and what it was fitted on."""
        call = " ".join(repr(self.model.estimator).split())
        words = "keywords" if self.text == "minilm" else "titles and keywords"
        labels = "" if self.model.supervision == "unsupervised" else " and classes"
        return f"{call}, fitted on all {len(self.dataset):,} pictures with their {words} ({self.text}){labels}"

    def _checked(self, n):
        """Return n if so many items exist."""
        if not 1 <= n <= len(self.dataset):
            raise ValueError(f"n={n} must be from 1 to {len(self.dataset)}, the number of pictures.")
        return n

    def _unknown_words(self, query):
        """Return {word: words spelled alike} of what the vocabulary lacks; raise if it lacks all."""
        vectorizer = self.vectorizer
        words = vectorizer.build_analyzer()(query)
        known = sorted(vectorizer.vocabulary_)
        unknown = {word: get_close_matches(word, known) for word in words if word not in vectorizer.vocabulary_}
        if len(unknown) == len(set(words)):
            near = list(dict.fromkeys(match for matches in unknown.values() for match in matches))
            hint = f"similar words: {', '.join(near)}." if near else "try flower, guitar, dog or boat."
            raise ValueError(f"no word of {query!r} occurs in the titles and keywords of the pictures; {hint}")
        return unknown


def picture_search(method="CCA", dimensions=None, text="lsa", dataset="openclipart"):
    """Return a `PictureSearch` by the name of a method, with the parameters that it has in the suite ``quick``.

    Parameters
    ----------
    method : str
        A name of `all_methods` or a label of the suite, in any case of letters.
    dimensions : int, optional
        Dimensions or bits; left out: 64, or as many as the method allows.
    text, dataset : str, str
        As for `PictureSearch`.

    Returns
    -------
    PictureSearch
        Fitted.

    Raises
    ------
    ValueError
        Unknown method, with the known ones; or what the method refuses.

    Examples
    --------
    >>> from shallow_cmr.search import picture_search
    >>> found = picture_search("CVH", 32).by_words("flower", n=2)
    >>> found.counts_bits, len(found.items)
    (True, 2)
    """
    entry = method_entry(method)
    if dimensions is not None:
        return PictureSearch(entry.build(dimensions, seed=0), text, dataset)
    size = DIMENSIONS if not entry.sizes or DIMENSIONS in entry.sizes else max(entry.sizes)
    try:
        return PictureSearch(entry.build(size, seed=0), text, dataset)
    except ValueError as refused:
        # Methods that end at the rank of the labels, say, take None for all that there is.
        try:
            return PictureSearch(entry.build(None, seed=0), text, dataset)
        except (ValueError, TypeError):
            raise refused from None


def find_item(dataset, name):
    """Return the row of the picture of that number or title.

    Parameters
    ----------
    dataset : CrossModalDataset
        With titles.
    name : str
        Number or title, in any case of letters.

    Returns
    -------
    int
        Row of the data set.

    Raises
    ------
    ValueError
        No such picture (the message names titles spelled alike), several of that title, or a file: features of new
        pictures cannot be computed here.

    Examples
    --------
    >>> from shallow_cmr import load_emoji
    >>> from shallow_cmr.search import find_item
    >>> data = load_emoji()
    >>> data.titles[find_item(data, "Lion")]
    'lion'
    """
    if name.isdecimal():
        if int(name) < len(dataset):
            return int(name)
        raise ValueError(f"there is no picture {name}: they are numbered from 0 to {len(dataset) - 1}.")
    rows = [row for row, title in enumerate(dataset.titles) if title.casefold() == name.casefold()]
    if len(rows) == 1:
        return rows[0]
    if rows:
        raise ValueError(f"{len(rows)} pictures have the title {name!r}; give the number of one: {_listed(rows)}.")
    if Path(name).exists() or Path(name).suffix.lower() in _PICTURE_SUFFIXES:
        raise ValueError(
            f"{name} is a file, but only bundled pictures can ask: features of new ones take a convolutional network, "
            "which is not part of this package. Give a picture's number or title."
        )
    titles = {title.casefold(): title for title in dataset.titles}
    near = [titles[match] for match in get_close_matches(name.casefold(), titles)]
    hint = f"similar titles: {', '.join(near)}." if near else f"give a title or a number from 0 to {len(dataset) - 1}."
    raise ValueError(f"no picture has the title {name!r}; {hint}")


def _listed(rows):
    """Return the first numbers as text."""
    return ", ".join(map(str, rows[:8])) + (", ..." if len(rows) > 8 else "")


def method_entry(method):
    """Return the `MethodEntry` of a name or label: that of the suite ``quick``, where it has one.

    Parameters
    ----------
    method : str
        A name of `all_methods` or a label of the suite, in any case of letters.

    Returns
    -------
    MethodEntry
        With its parameters.

    Raises
    ------
    ValueError
        Unknown method.

    Examples
    --------
    >>> from shallow_cmr.search import method_entry
    >>> method_entry("cca").label
    'CCA, axes by ρ'
    """
    tuned = read_suite("quick").methods
    names = {name.casefold(): name for name in all_methods()}
    wanted = names.get(method.casefold(), method)
    by_label = [entry for entry in tuned if entry.label.casefold() == method.casefold() and entry.label != entry.name]
    by_name = [entry for entry in tuned if entry.name == wanted]
    return (by_label or by_name or [MethodEntry(wanted)])[0]


def _text_features(text):
    """Return the unfitted transformer of strings; None for embeddings that are stored."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline

    if text == "minilm":
        return None
    if text == "tfidf":
        return TfidfVectorizer()
    return make_pipeline(TfidfVectorizer(), TruncatedSVD(N_LATENT_TOPICS, n_iter=10, random_state=0))
