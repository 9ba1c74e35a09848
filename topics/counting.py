"""Tokens to counts: how often each term stands in each article, and how each word is written.

Each count exists twice: plainly here, compiled in `topics.kernels.counts` for big jobs; they agree to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topics import kernels
from topics.text.tokens import Tokens

# Words from which on the compiled way is taken: a third of a second of the plain one.
BULK = 3_000_000
# A title with more capitals than this is in title case and says nothing about names.
TITLE_CASE = 0.6

Counts = NDArray[np.float64]


def _compiled(blocks: Sequence[Tokens]) -> Any:
    return kernels.pays("counts", sum(len(block.ids) for block in blocks), BULK)


def frequencies(
    blocks: Sequence[Tokens], term: NDArray[np.int32], n_terms: int, jobs: int | None = None
) -> NDArray[np.int64]:
    """Articles that hold each term: int64 (n_terms,).  term : int32 (n_words,), the term of each word, -1 for none."""
    module = _compiled(blocks)
    if module is not None:
        return np.asarray(module.frequencies(blocks, term, n_terms, jobs))
    df = np.zeros(n_terms, np.int64)
    for block in blocks:
        df += np.bincount(_count(block, term, n_terms, 1, 0).indices, minlength=n_terms)
    return df


def count(
    blocks: Sequence[Tokens],
    term: NDArray[np.int32],
    n_terms: int,
    *,
    title_weight: float = 1.0,
    lead: int = 0,
    jobs: int | None = None,
) -> Any:
    """Counts of terms: float32 CSR (n_articles, n_terms), indices ascending.

    term : int32 (n_words,), the term of each word, -1 for none.  title_weight : what a word of a title counts.
    lead : the first words of an article, title and text, that count double.
    """
    n_articles = sum(map(len, blocks))
    title_weight = float(np.float32(title_weight))  # its sums in double precision are exact, in any order
    module = _compiled(blocks)
    if module is not None:
        arrays = module.count(blocks, term, n_terms, title_weight, lead, jobs)
        return sparse.csr_matrix(arrays, shape=(n_articles, n_terms))
    rows = [_count(block, term, n_terms, title_weight, lead) for block in blocks]
    return sparse.vstack(rows, format="csr") if rows else sparse.csr_matrix((0, n_terms), dtype=np.float32)


def _count(tokens: Tokens, term: NDArray[np.int32], n_terms: int, title_weight: float, lead: int) -> Any:
    article, place, title = _places(tokens)
    weights = np.where(title, float(title_weight), 1.0) * np.where(place < lead, 2, 1)
    terms = term[tokens.ids]
    kept = terms >= 0
    X = sparse.csr_matrix((weights[kept], (article[kept], terms[kept])), shape=(len(tokens), n_terms))
    X.sum_duplicates()  # in double precision, where the order of the sum leaves no trace in the result
    return X.astype(np.float32)


def _places(tokens: Tokens) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """The article of each token, its place there from 0, and whether it is a word of the title: (n_tokens,) each."""
    lengths = np.diff(tokens.starts)
    place = np.arange(len(tokens.ids)) - np.repeat(tokens.starts[:-1], lengths)
    return np.repeat(np.arange(len(tokens)), lengths), place, np.asarray(place < np.repeat(tokens.titles, lengths))


def outside_title_case(tokens: Tokens, capital: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """bool (n_tokens,): the token is no word of a title in title case.  capital : as in `sightings`."""
    article, _, title = _places(tokens)
    capitals = np.bincount(article[title & capital[tokens.ids]], minlength=len(tokens))
    return np.asarray(~(title & (capitals > TITLE_CASE * tokens.titles)[article]))


def sightings(
    blocks: Sequence[Tokens], capital: NDArray[np.bool_], jobs: int | None = None
) -> tuple[Counts, Counts, Counts]:
    """How often each word stands inside a sentence, outside titles in title case, and anywhere.

    capital : bool (n_words,), the word is written with a capital.  Returns three float64 (n_words,).
    """
    module = _compiled(blocks)
    if module is not None:
        sums = module.sightings(blocks, capital, TITLE_CASE, jobs)
        return sums[0].astype(np.float64), sums[1].astype(np.float64), sums[2].astype(np.float64)
    size = len(capital)
    inside, plain, total = np.zeros(size), np.zeros(size), np.zeros(size)
    for tokens in blocks:
        outside = outside_title_case(tokens, capital)
        inside += np.bincount(tokens.ids[outside & ~tokens.breaks], minlength=size)
        plain += np.bincount(tokens.ids[outside], minlength=size)
        total += np.bincount(tokens.ids, minlength=size)
    return inside, plain, total
