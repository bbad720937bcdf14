"""What an evaluation found: per query, on average, between which bounds, against which chance, under which rules."""

from dataclasses import dataclass

from shallow_cmr.protocol.protocol import Protocol

__all__ = ["RetrievalScores"]


@dataclass(frozen=True, eq=False)
class RetrievalScores:
    """The measures of a protocol, for some queries and a database.

    Parameters
    ----------
    protocol : Protocol
        The rules that everything below follows.
    per_query : dict of str to array (n_queries,)
        By the name of the measure; NaN where the protocol lets the query out.
    means : dict of str to float
        By the name of the measure, over the queries that count.
    bounds : dict of str to (float, float)
        The means if every tie fell out for the worst, and for the best; NaN where the protocol skips queries by what
        they retrieve.
    chance : dict of str to float
        What rankings in random order score on average.
    n_queries, n_database : int
        Queries, and the items that each of them ranks.
    n_without_relevant : int
        Queries without a relevant item in the database.
    engine : {"numpy", "numba"}
        What counted or sorted; it does not change a bit.

    Examples
    --------
    >>> import numpy as np
    >>> from shallow_cmr import evaluate_embeddings
    >>> codes = np.array([[1, 1], [1, 0], [0, 0]], dtype=bool)
    >>> evaluate_embeddings(codes, ~codes, (["a", "b", "b"], ["a", "b", "b"]))
    mAP@all 0.542 (ties 0.500 to 0.583; chance 0.741)
    3 queries, 0 without a relevant item; 3 database items
    mAP@all; queries: test items; database: the test items of the other modality, each coded from its own modality \
alone; cosine / Hamming; ties: expected value over their orders; queries without a relevant item skipped
    """

    protocol: Protocol
    per_query: dict
    means: dict
    bounds: dict
    chance: dict
    n_queries: int
    n_database: int
    n_without_relevant: int
    engine: str

    def rows(self):
        """Return the scores as a tidy table.

        Returns
        -------
        list of dict
            One a measure: ``measure``, ``value``, ``pessimistic``, ``optimistic``, ``chance``, numbers and engine.
        """
        shared = {name: getattr(self, name) for name in ("n_queries", "n_database", "n_without_relevant", "engine")}
        return [
            {
                "measure": name,
                "value": value,
                "pessimistic": self.bounds[name][0],
                "optimistic": self.bounds[name][1],
                "chance": self.chance[name],
                **shared,
            }
            for name, value in self.means.items()
        ]

    def to_frame(self):
        """Return `rows` as a data frame.

        Returns
        -------
        pandas.DataFrame
            One row a measure; the protocol's line is in its ``attrs``.
        """
        import pandas as pd

        frame = pd.DataFrame(self.rows())
        frame.attrs["protocol"] = str(self.protocol)
        return frame

    def __repr__(self):
        width = max(map(len, self.means))
        lines = [f"{name:{width}} {value:.3f} ({self._context(name)})" for name, value in self.means.items()]
        lines.append(
            f"{self.n_queries} queries, {self.n_without_relevant} without a relevant item; "
            f"{self.n_database} database items"
        )
        return "\n".join([*lines, str(self.protocol)])

    def _context(self, name):
        """Return what stands in brackets behind a mean."""
        worst, best = self.bounds[name]
        differ = abs(best - worst) > 1e-12  # not so where they are NaN
        return (f"ties {worst:.3f} to {best:.3f}; " if differ else "") + f"chance {self.chance[name]:.3f}"
