"""Keywords say what a topic is about, and what others are not."""

from __future__ import annotations

import numpy as np

from topics.keywords import ranked, relevance

RARE = np.ones(4, np.float32)


def test_a_word_of_another_topic_stands_behind_a_topics_own() -> None:
    """A word that is about as relevant in two topics leads in both; one that another has much more of comes last."""
    H = np.array([[5, 3, 2, 1], [3, 0, 0, 2]], np.float32)
    assert ranked(relevance(H, np.ones_like(H), RARE), 4)[0].tolist() == [[0, 1, 2, 3], [0, 3, -1, -1]]
    H = np.array([[5, 3, 2, 0], [3, 0, 0.5, 0.8]], np.float32)
    present = np.array([[1, 1, 1, 1], [0.1, 1, 1, 1]], np.float32)
    assert ranked(relevance(H, present, RARE), 4)[0].tolist() == [[0, 1, 2, -1], [3, 0, 2, -1]]


def test_a_topic_whose_words_all_belong_to_another_keeps_them() -> None:
    """A list is never shorter for it, and still in order."""
    H = np.array([[5, 3, 1, 0], [5, 3, 1, 0]], np.float32)
    present = np.array([[1, 1, 1, 1], [0.01, 0.01, 0.01, 0.01]], np.float32)
    words, scores = ranked(relevance(H, present, RARE), 3)
    assert words.tolist() == [[0, 1, 2], [0, 1, 2]]
    assert (scores > 0).all()
