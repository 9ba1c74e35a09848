"""One pass over the articles: a sample of each source is kept, and what recurs in it is looked at in the end."""

from __future__ import annotations

import heapq
from zlib import crc32

from topics.corpus.cleaning.furniture import Furniture
from topics.corpus.cleaning.lines import group_of
from topics.corpus.cleaning.recurring import Page, learn_source
from topics.records import Article

# A line on a tenth of a source's articles is on 40 +- 6 of these; more would cost time and teach nothing new.
PER_SOURCE = 400
# Excerpts of at most 6,000 characters, mostly 2,000: some 60 to 200 MB when full, whatever the size of the corpus.
IN_ALL = 30_000
# Fewer articles of a source than this teach nothing, so the samples never get smaller.
FEWEST = 20

_HEAD, _TAIL = 3500, 2500

# Negated, so that the heap has at its top the article to give up first.
_Kept = tuple[int, str, str, str]


class Learner:
    """Fed with every article once; then ``furniture`` tells what is the pages' and not the articles'.

    Of each source the articles with the lowest hash of their id are kept, so the outcome does not hang on the order,
    and memory stays bounded.  per_source, in_all : how many at most.
    """

    def __init__(self, per_source: int = PER_SOURCE, in_all: int = IN_ALL) -> None:
        self._cap = per_source
        self._in_all = in_all
        self._kept = 0
        self._groups: dict[str, list[_Kept]] = {}
        self._first_left_out = 1 << 32  # sources whose hash is not below this are left out: there are too many

    def add(self, article: Article) -> None:
        """Look at one article."""
        text = article.text
        if not text:
            return
        source = group_of(article)
        group = self._groups.get(source)
        if group is None:
            if crc32(source.encode("utf-8", "surrogatepass")) >= self._first_left_out:
                return
            group = self._groups[source] = []
        rank = -crc32(article.id.encode("utf-8", "surrogatepass"))
        if len(group) >= self._cap and rank < group[0][0]:
            return
        if len(text) > _HEAD + _TAIL:
            text = f"{text[:_HEAD]}\n\n{text[-_TAIL:]}"
        kept = (rank, article.id, article.title, text)
        if len(group) >= self._cap:
            heapq.heappushpop(group, kept)
            return
        heapq.heappush(group, kept)
        self._kept += 1
        if self._kept > self._in_all:
            self._shrink()

    def _shrink(self) -> None:
        """Smaller samples; when they cannot be smaller, fewer sources.  Both depend on the set of articles only."""
        while self._kept > self._in_all and self._cap > FEWEST:
            self._cap = max(self._cap // 2, FEWEST)
            for source, group in self._groups.items():
                if len(group) > self._cap:
                    self._groups[source] = heapq.nlargest(self._cap, group)
                    heapq.heapify(self._groups[source])
            self._kept = sum(map(len, self._groups.values()))
        while self._kept > self._in_all and len(self._groups) > 1:
            self._first_left_out //= 2
            for source in list(self._groups):
                if crc32(source.encode("utf-8", "surrogatepass")) >= self._first_left_out:
                    self._kept -= len(self._groups.pop(source))

    def furniture(self) -> Furniture:
        """What recurs over unrelated articles of each source."""
        learned = {}
        for source, group in sorted(self._groups.items()):
            pages = [Page.of(title, text) for _, _, title, text in sorted(group, reverse=True)]
            known = learn_source(source, pages)
            if known:
                learned[source] = known
        return Furniture(learned)
