"""A search engine over bundled pictures: words find pictures, a picture finds keywords, by any method.

>>> from shallow_cmr.search import picture_search
>>> found = picture_search("CCA").by_words("musical instrument", n=3)
>>> len(found.items)
3
"""

from shallow_cmr.search.dual_form import DualForm, TypedMethod, dual_form
from shallow_cmr.search.searching import (
    SEARCHABLE,
    TEXT_FEATURES,
    PictureSearch,
    SearchResult,
    find_item,
    method_entry,
    picture_search,
)

__all__ = [
    "SEARCHABLE",
    "TEXT_FEATURES",
    "DualForm",
    "PictureSearch",
    "SearchResult",
    "TypedMethod",
    "dual_form",
    "find_item",
    "method_entry",
    "picture_search",
]
