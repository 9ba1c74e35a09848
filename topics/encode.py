"""Articles that come after the fit, as the arrays of a segment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from topics import lookup, vectorize
from topics.drift import Familiarity
from topics.duplicates import Runs, runs
from topics.facets import Facets
from topics.factorize import explained, weights
from topics.fitted import parts
from topics.index import Index, Rows
from topics.later import LaterTerms, next_number, renumber
from topics.model import Model
from topics.records import Article
from topics.segment import NONE_REMOVED, Segment
from topics.stream import join
from topics.vectorize import numbers


class Encoder:
    """Makes one segment of articles that come in blocks.  A row depends on no other article.

    model : whose vocabulary and topics they are seen with.  earlier : the later terms of all other segments.
    """

    def __init__(self, model: Model, earlier: Sequence[LaterTerms]) -> None:
        self._model = model
        self._earlier = earlier
        self._next = next_number(earlier, len(model.vocabulary))
        self._later: dict[str, tuple[int, str]] = {}
        self._rows: list[Rows] = []
        self._weights: list[Rows] = []
        self._familiarity: list[Familiarity] = []
        self._runs: list[Runs] = []

    def add(self, articles: Sequence[Article]) -> None:
        """The next articles of the segment."""
        vocabulary, fitted, settings = self._model.vocabulary, self._model.fitted, self._model.settings
        tokens, words = self._model.tokens_of(articles)
        X = fitted.words.weigh(vectorize.encode(tokens, words, fitted.words, settings), settings)
        W = weights(X, fitted.H)
        P = parts(W, fitted.H)
        encoded = lookup.encode(tokens, words, vocabulary, settings)
        starts, terms, values = lookup.with_topics(lookup.rows(encoded, vocabulary), P, vocabulary.concepts)
        terms = renumber(terms, len(vocabulary), self._numbers(encoded))
        self._rows.append(Rows(starts, terms, values).sorted())
        self._weights.append(Rows.from_dense(P))
        unknown = np.arange(encoded.counts.shape[1]) >= len(vocabulary)
        self._familiarity.append(Familiarity.make(encoded.counts, unknown, explained(X, W, fitted.H), added=True))
        self._runs.append(runs([tokens], words))

    def segment(self, facets: Facets, others: Sequence[Segment], stories: NDArray[np.int32]) -> Segment:
        """All of them as a segment.

        facets : theirs.  others : all other segments, where their stories may be.  stories : int32, the story of an
        article that replaces another, -1 for a new one.
        """
        rows = Rows.join(self._rows)
        known = Familiarity.join(self._familiarity)
        later = LaterTerms.pack(self._later)
        stories = join(others, rows, facets.dates, stories)
        weights, copies = Rows.join(self._weights), Runs.join(self._runs)
        return Segment(Index.build(rows), weights, facets, known, later, copies, stories, NONE_REMOVED)

    def _numbers(self, encoded: lookup.Encoded) -> NDArray[np.int32]:
        """The numbers of terms that the vocabulary does not have; those that nobody has yet get the next ones."""
        new = encoded.new
        found = np.array([self._later[term][0] if term in self._later else -1 for term in new], np.int32)
        for table in self._earlier:
            missing = np.flatnonzero(found < 0).tolist()
            places = numbers(table.names, table.order, [new[i] for i in missing])
            held = places >= 0
            found[np.array(missing, np.int64)[held]] = table.numbers[places[held]]
        for i in np.flatnonzero(found < 0).tolist():
            self._later[new[i]] = self._next, encoded.shown[i]
            found[i] = self._next
            self._next += 1
        return found
