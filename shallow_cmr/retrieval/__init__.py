"""Search with a fitted method: an index over embeddings or codes, asked in either modality."""

from shallow_cmr.retrieval.index import CrossModalIndex

__all__ = ["CrossModalIndex"]
