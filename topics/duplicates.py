"""Copies of a text: near-identical articles, found by the runs of five words that they share.

Two texts are copies when the Jaccard index of their sets of five-word runs is COPY or more (Broder 1997); headlines
without a text are when they are the same word for word. The sets are kept beside the index as 32-bit hashes, so no text
is read again to compare, and none can be read from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from topics import kernels
from topics.records import Change
from topics.text.mixed import LanguageWords
from topics.text.tokens import Tokens, Words
from topics.text.words import JOINERS

# Agency copy that a paper has shortened or given another ending stays above, two reports of one event below .2.
COPY = 0.7
# Words of a run: three are common phrases, seven break at every small change.
RUN = 5
# Shorter texts are results, prices and notices, made from one form and yet about different things; even the same words
# come again on another day ("Fed sets two billion dlr customer repurchase"). Only where there is nothing but a headline
# the same words are a copy, if they are as many as a run has: not "Letters to the editor".
LEAST_WORDS = 20
# Two texts are compared when they share one of their so many smallest hashes: of pairs at .7 this misses .3**8, 1 in
# 15,000, and hardly ever compares others.
SKETCH = 8
# A hash held by more texts than this is furniture or one text printed many times. Then only texts whose sketches are
# neighbours in order are compared, or the work would grow with the square.
CROWD = 64
# Pairs from which on compiled loops compare them: half a second of the plain way, and what loading numba takes.
BULK = 40_000
# Words from which on they make the runs: as long.
BULK_WORDS = 3_000_000

# Of the hash of a run.
_FACTOR, _SPREAD = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)

Hashes = NDArray[np.uint32]
# Pieces of a word: "don't" and "don’t", "COVID-19" and "COVID 19" are to give the same runs.
_pieces = re.compile(f"[.,{JOINERS}]+").split


@dataclass(frozen=True, slots=True)
class Runs:
    """The sets of five-word runs of articles: those of i are ``hashes[starts[i]:starts[i + 1]]``, ascending.

    starts : int64 (n_articles + 1,).  hashes : uint32.  Texts of fewer than LEAST_WORDS words have none; a headline
    without a text, of RUN words and more, has two hashes of all its words.
    """

    starts: NDArray[np.int64]
    hashes: Hashes

    def __len__(self) -> int:
        return len(self.starts) - 1

    def row(self, i: int) -> Hashes:
        """The runs of one article."""
        return self.hashes[self.starts[i] : self.starts[i + 1]]

    def take(self, rows: NDArray[np.int64]) -> Runs:
        """Those of some articles, in this order."""
        sizes = np.diff(self.starts)[rows]
        starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        places = np.arange(starts[-1]) + np.repeat(self.starts[:-1][rows] - starts[:-1], sizes)
        return Runs(starts, self.hashes[places])

    @classmethod
    def join(cls, parts: Iterable[Runs]) -> Runs:
        """Those of several segments as one."""
        parts = list(parts)
        sizes = [np.diff(part.starts) for part in parts]
        starts = np.concatenate([[0], np.cumsum(np.concatenate([[], *sizes]))]).astype(np.int64)
        return cls(starts, np.concatenate([np.zeros(0, np.uint32), *(part.hashes for part in parts)]))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Flat arrays to store."""
        return {"run_starts": self.starts, "run_hashes": self.hashes}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Runs:
        """The runs that `arrays` gave.  Raises ValueError when they do not fit together."""
        starts, hashes = arrays["run_starts"], arrays["run_hashes"]
        if hashes.dtype != np.uint32 or not len(starts) or starts[0] != 0 or starts[-1] != len(hashes):
            raise ValueError(f"{len(hashes)} hashes of runs for offsets up to {starts[-1:]}")
        return cls(starts, hashes)


def runs(blocks: Sequence[Tokens], words: Words | LanguageWords) -> Runs:
    """The runs of the texts of all articles.  Titles, which papers write anew, are left out where there is a text."""
    starts, hashes = _word_hashes(words)
    module = kernels.pays("sets", sum(len(block.ids) for block in blocks), BULK_WORDS)
    if module is None:
        return Runs.join(_runs(block, starts, hashes) for block in blocks)
    how = (starts, hashes, RUN, LEAST_WORDS, _FACTOR, _SPREAD)
    return Runs.join(_sets(len(block), module.runs(block, *how)) for block in blocks)


def _word_hashes(words: Words | LanguageWords) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """A hash for each piece of each word: where the pieces of a word begin, and the hashes."""
    hashes: list[bytes] = []
    counts = np.zeros(len(words), np.int64)
    for number, word in enumerate(words):
        lower = word.lower()
        pieces = [lower] if lower.isalnum() else [piece for piece in _pieces(lower) if piece]
        counts[number] = len(pieces)
        hashes += [blake2b(piece.encode(), digest_size=8).digest() for piece in pieces]
    return np.concatenate([[0], np.cumsum(counts)]), np.frombuffer(b"".join(hashes), "<u8").astype(np.uint64)


def _runs(tokens: Tokens, piece_starts: NDArray[np.int64], pieces: NDArray[np.uint64]) -> Runs:
    n = len(tokens)
    article = np.repeat(np.arange(n), np.diff(tokens.starts))
    in_text = np.arange(len(tokens.ids)) >= np.repeat(tokens.starts[:-1] + tokens.titles, np.diff(tokens.starts))
    sizes = np.diff(piece_starts)[tokens.ids]
    lengths = np.bincount(article[in_text], sizes[in_text], n)
    is_headline, is_long = lengths == 0, lengths >= LEAST_WORDS
    used = in_text | is_headline[article]
    ids, sizes, article = tokens.ids[used], sizes[used], article[used]
    ends = np.cumsum(sizes)
    stream = pieces[np.arange(int(sizes.sum())) + np.repeat(piece_starts[ids] - (ends - sizes), sizes)]
    article = np.repeat(article, sizes)
    # the hash of a run is a polynomial of the hashes of its words, in arithmetic modulo 2**64
    mixed = np.zeros(max(0, len(stream) - RUN + 1), np.uint64)
    for place in range(RUN):
        mixed = _mix(mixed, stream[place : place + len(mixed)])
    first, last = article[: len(mixed)], article[RUN - 1 :]
    whole = (first == last) & is_long[first]
    headlines, hashes = _whole(stream, article, is_headline)
    # article and hash in one number, so that one sort makes the sets
    owner = np.concatenate([first[whole], np.repeat(headlines, 2)]).astype(np.uint64) << np.uint64(32)
    return _sets(n, [np.sort(owner | np.concatenate([_spread(mixed[whole]) >> np.uint64(32), hashes]))])


def _sets(n_articles: int, parts: Sequence[NDArray[np.uint64]]) -> Runs:
    """The sets of runs.  parts : article and hash in one number, ascending; of an article all in one."""
    counts, hashes = np.zeros(n_articles, np.int64), [np.zeros(0, np.uint32)]
    for part in parts:
        each = part[np.diff(part, prepend=np.uint64(2**64 - 1)) != 0]
        counts += np.bincount((each >> np.uint64(32)).astype(np.int64), minlength=n_articles)
        hashes.append(each.astype(np.uint32))
    return Runs(np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), np.concatenate(hashes))


def _whole(
    stream: NDArray[np.uint64], article: NDArray[np.int64], is_headline: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Articles that are a headline of RUN words and more, and two hashes below 2**32 of all words of each, in turn.

    stream : hashes of words.  article : whose they are, ascending.  is_headline : bool (n_articles,).
    """
    lengths = np.bincount(article, minlength=len(is_headline))
    starts = np.cumsum(lengths) - lengths
    rows = np.flatnonzero(is_headline & (lengths >= RUN))
    mixed = np.zeros(len(rows), np.uint64)
    for place in range(int(lengths[rows].max(initial=0))):
        at = np.flatnonzero(lengths[rows] > place)
        mixed[at] = _mix(mixed[at], stream[starts[rows[at]] + place])
    mixed = _spread(mixed)
    return rows, np.column_stack([mixed >> np.uint64(32), mixed & np.uint64(0xFFFFFFFF)]).ravel()


def _mix(mixed: NDArray[np.uint64], words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The next word of each polynomial."""
    return mixed * _FACTOR + words


def _spread(mixed: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return (mixed ^ (mixed >> np.uint64(29))) * _SPREAD


def jaccard(left: Hashes, right: Hashes) -> float:
    """Size of the common part of two sets over that of both together; 0 when one is empty."""
    common = len(np.intersect1d(left, right, assume_unique=True))
    return common / max(1, len(left) + len(right) - common)


def jaccards(known: Runs, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.float64]:
    """The Jaccard index of each pair of articles: float64 (n_pairs,)."""
    module = kernels.pays("sets", len(i), BULK)
    if module is None:
        return np.array([jaccard(known.row(a), known.row(b)) for a, b in zip(i, j, strict=True)], np.float64)
    sizes, common = np.diff(known.starts), module.common(known.starts, known.hashes, i, j)
    return np.asarray(common / np.maximum(1, sizes[i] + sizes[j] - common))


def pairs(known: Runs) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Every two articles that are copies: rows i < j, ascending, and their Jaccard index.

    Of articles with the very same set only the first is compared with others; the rest pair with that one alone.
    """
    first_of = _same_sets(known)
    same = np.flatnonzero((first_of != np.arange(len(known))) & (np.diff(known.starts) > 0))
    left, right = _candidates(known, np.flatnonzero((first_of == np.arange(len(known))) & (np.diff(known.starts) > 0)))
    sizes = np.diff(known.starts)
    near = np.minimum(sizes[left], sizes[right]) >= COPY * np.maximum(sizes[left], sizes[right])
    left, right = left[near], right[near]
    scores = jaccards(known, left, right)
    alike = scores >= COPY
    i = np.concatenate([first_of[same], left[alike]])
    j = np.concatenate([same, right[alike]])
    score = np.concatenate([np.ones(len(same)), scores[alike]])
    order = np.lexsort((j, i))
    return i[order], j[order], score[order]


def _same_sets(known: Runs) -> NDArray[np.int64]:
    """The first article that has the very same set: int64 (n_articles,), itself where there is none before."""
    seen: dict[bytes, int] = {}
    digests = (blake2b(known.row(i).tobytes(), digest_size=16).digest() for i in range(len(known)))
    return np.array([seen.setdefault(digest, i) for i, digest in enumerate(digests)], np.int64)


def _candidates(known: Runs, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of these rows that share one of their SKETCH smallest hashes, each once, the earlier row first."""
    sizes = np.minimum(np.diff(known.starts)[rows], SKETCH)
    places = np.repeat(np.arange(len(rows)), sizes)
    offsets = np.arange(len(places)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    sketches = np.full((len(rows), SKETCH), np.iinfo(np.uint32).max, np.uint32)
    sketches[places, offsets] = known.hashes[known.starts[rows][places] + offsets]
    rank = np.empty(len(rows), np.int64)
    rank[np.lexsort(sketches.T[::-1])] = np.arange(len(rows))
    hashes = sketches[places, offsets]
    # by hash, and within a hash in the order of whole sketches: what is most alike stands together
    order = np.lexsort((rank[places], hashes))
    hashes, places = hashes[order], places[order]
    left, right = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for step in range(1, CROWD):
        meet = np.flatnonzero(hashes[step:] == hashes[:-step])
        if not len(meet):
            break
        left.append(rows[places[meet]])
        right.append(rows[places[meet + step]])
    i, j = np.concatenate(left), np.concatenate(right)
    # both rows in one number, and a sort: `np.unique` of a million such numbers takes 1.3 s, the sort .03
    found = np.sort(np.minimum(i, j) * len(known) + np.maximum(i, j))
    found = found[np.diff(found, prepend=-1) != 0]
    return found // len(known), found % len(known)


def groups(n: int, left: NDArray[np.int64], right: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Articles that pairs connect, two and more together, rows ascending."""
    graph = sparse.coo_matrix((np.ones(len(left), np.int8), (left, right)), shape=(n, n))
    _, label = connected_components(graph, directed=False)
    order = np.argsort(label, kind="stable")
    cuts = np.flatnonzero(np.diff(label[order])) + 1
    return [group for group in np.split(order, cuts) if len(group) > 1]


def changes(before: str, after: str) -> list[Change]:
    """How one text differs from another, by words, in order; what is equal is left out."""
    old, new = before.split(), after.split()
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [Change(" ".join(old[a:b]), " ".join(new[c:d])) for kind, a, b, c, d in blocks if kind != "equal"]
