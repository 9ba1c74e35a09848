"""The sentences of an article that carry what it shares with another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from topics.records import Passage
from topics.text.terms import Terms
from topics.text.words import split

# A sentence ends with its mark (and closing quotes) before a space, or with the line; titles of people end none.
_sentences = re.compile(
    r"(?<=[.!?…])(?<!\bMr\.)(?<!\bMrs\.)(?<!\bMs\.)(?<!\bDr\.)(?<!\bSt\.)[\"”’')\]]*\s+|(?<=[。！？])|\n+"
)
# What a term adds that a sentence chosen before holds too.
AGAIN = 0.3


def passages(text: str, weights: Mapping[str, float], terms: Terms, n: int) -> list[Passage]:
    """At most n sentences with the most weight of shared terms, in the order of the text.

    weights : what each term adds to a score.  terms : makes terms of words.
    """
    found = [(sentence, list(marked(sentence, weights, terms))) for sentence in sentences(text)]
    left = dict(weights)
    chosen: list[int] = []
    while len(chosen) < n:
        scores = [
            0.0 if i in chosen else sum(left[term] for term in {term for _, _, term in marks})
            for i, (_, marks) in enumerate(found)
        ]
        if not scores or max(scores) <= 0:
            break
        chosen.append(scores.index(max(scores)))
        for term in {term for _, _, term in found[chosen[-1]][1]}:
            left[term] *= AGAIN
    return [Passage(found[i][0], tuple((start, end) for start, end, _ in found[i][1])) for i in sorted(chosen)]


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text, without space around them."""
    start = 0
    for end in _sentences.finditer(text):
        if sentence := text[start : end.end()].strip():
            yield sentence
        start = end.end()
    if sentence := text[start:].strip():
        yield sentence


def marked(sentence: str, weights: Mapping[str, float], terms: Terms) -> Iterator[tuple[int, int, str]]:
    """Where words of the terms of `weights` stand: start, end, term."""
    place = 0
    for word, _ in split(sentence):
        start = sentence.find(word, place)
        if start < 0:  # pairs of letters of unspaced scripts overlap and may lie across marks
            continue
        place = start + 1
        if (term := terms.term(word)) in weights:
            yield start, start + len(word), term
