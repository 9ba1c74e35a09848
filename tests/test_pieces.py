"""Pieces of articles are the articles, cut up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from topics import pieces, vectorize
from topics.pieces import Pieces, cut, most
from topics.settings import Settings
from topics.text.tokens import Tokens, Words, tokenise

SETTINGS = Settings(min_df=1, max_df=1.0, piece=5)
words = st.lists(st.sampled_from(["port", "dock", "strike", "union", "bank", "rate", "crown", "cup"]), max_size=60)
articles = st.lists(st.tuples(words.map(" ".join), words.map(" ".join)), min_size=1, max_size=8)


def read(pairs: list[tuple[str, str]]) -> tuple[list[Tokens], Words]:
    """The tokens of some articles, in two blocks."""
    seen = Words()
    half = len(pairs) // 2
    return [tokenise(part, seen) for part in (pairs[:half], pairs[half:])], seen


@given(articles)
def test_pieces_of_an_article_add_up_to_it(pairs: list[tuple[str, str]]) -> None:
    """No word is lost or counted twice, and words of titles keep their weight."""
    blocks, seen = read(pairs)
    known, counts, term = vectorize.fit(blocks, seen, SETTINGS)
    found = Pieces.cut(blocks, term, known, SETTINGS)
    assert found is not None
    sums = [found.of(np.array([article])).sum(axis=0) for article in range(len(pairs))]
    assert np.array_equal(np.vstack(sums), counts.toarray())


@given(articles, st.integers(1, 9), st.integers(1, 6))
def test_pieces_are_as_long_as_each_other(pairs: list[tuple[str, str]], size: int, at_most: int) -> None:
    """About as many words as asked, unless the article is so long that there would be too many pieces."""
    tokens = tokenise(pairs, Words())
    found, number = cut(tokens, size, at_most)
    assert len(found) == number.sum()
    assert number.max() <= at_most
    first = np.concatenate([[0], np.cumsum(number)])
    for article, length in enumerate(np.diff(tokens.starts)):
        parts = np.diff(found.starts[first[article] : first[article + 1] + 1])
        assert parts.sum() == length
        assert parts.max() - parts.min() <= 1
        assert number[article] == at_most or parts.max() < max(2 * size, 2)
        assert found.titles[first[article] : first[article + 1]].sum() == tokens.titles[article]


@given(articles, st.randoms())
def test_pieces_follow_the_order_of_articles(pairs: list[tuple[str, str]], chance: object) -> None:
    """Articles taken in an order give the pieces that articles read in that order would."""
    order = list(range(len(pairs)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    blocks, seen = read(pairs)
    known, _, term = vectorize.fit(blocks, seen, SETTINGS)
    one = Pieces.cut(blocks, term, known, SETTINGS)
    assert np.array_equal(term, vectorize.known_terms(seen, known, SETTINGS))
    blocks, seen = read([pairs[i] for i in order])
    term = vectorize.known_terms(seen, known, SETTINGS)
    other = Pieces.cut(blocks, term, known, SETTINGS)
    assert one is not None
    assert other is not None
    assert np.array_equal(one.of(np.array(order)).toarray(), other.counts.toarray())


def test_large_corpora_and_those_that_ask_for_it_stay_whole() -> None:
    """From 10,001 articles on nothing is cut, and nothing is counted a second time."""
    assert [most(n) for n in (0, 1, 3_333, 4_000, 10_000, 10_001, 10**7)] == [6, 6, 6, 5, 2, 1, 1]
    blocks, seen = read([("", "the port and the dock")] * 4)
    known, _, term = vectorize.fit(blocks, seen, SETTINGS)
    assert Pieces.cut(blocks, term, known, replace(SETTINGS, piece=0)) is None


def test_a_piece_is_compared_in_length_with_other_pieces() -> None:
    """Articles that are one piece each weigh what they weigh whole."""
    blocks, seen = read([("port", "dock strike union"), ("", "bank rate crown"), ("", "cup penalty cup"), ("", "rate")])
    known, counts, term = vectorize.fit(blocks, seen, SETTINGS)
    found = Pieces.cut(blocks, term, known, SETTINGS)
    assert found is not None
    weighed = pieces.weighed(found.of(np.arange(4)), known, SETTINGS)
    assert np.allclose(weighed.toarray(), known.weigh(counts, SETTINGS).toarray())
