"""One article as training keeps it, and what is told of it; nothing here hangs on any other article."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from json.encoder import encode_basestring as quoted
from typing import NamedTuple

from topics.corpus.cleaning import looked_over
from topics.records import Article
from topics.text.languages import base, main_language, of_article, told


@dataclass(frozen=True, slots=True)
class How:
    """What is to be found out.

    clean : by the general rules of cleaning.  language : of all articles; None when each tells its own.  detect : what
    counts towards the languages of the corpus.
    """

    clean: bool
    language: str | None
    detect: bool


class Prepared(NamedTuple):
    """An article as it is kept.

    nothing_cut : the general rules of cleaning cut nothing.  trusted : its source says nothing else of its language
    than the article does.  language : what counts towards the languages of the corpus.  digest : see `digest`.
    """

    article: Article
    nothing_cut: bool
    trusted: bool
    language: str | None
    digest: int


def prepare(article: Article, how: How) -> Prepared:
    """The article as it is kept, and what is told of it."""
    kept, nothing_cut = looked_over(article) if how.clean else (article, True)
    language = of_article(kept) if how.language is None else how.language
    trusted = language is None or base(kept.lang) in (None, language)
    kept = kept if language is None else told(kept, language)
    return Prepared(kept, nothing_cut, trusted, main_language(kept, language) if how.detect else None, digest(kept))


def digest(article: Article) -> int:
    """SHA-256 of an article; their sum names a corpus, in whatever order it was read."""
    row = _sorted_row(article)
    return int.from_bytes(hashlib.sha256(row.encode("utf-8", "surrogatepass")).digest())


def _sorted_row(article: Article) -> str:
    """The article's row as JSON, its keys by name."""
    if article.authors or article.extra:
        return json.dumps(article.row(), ensure_ascii=False, sort_keys=True)
    # written out where nothing has to be sorted: half the time
    date, name, lang, section, source, text, title, url = (
        "null" if value is None else quoted(value)
        for value in (
            article.date, article.id, article.lang, article.section, article.source, article.text or None,
            article.title or None, article.url,
        )
    )  # fmt: skip
    return (
        f'{{"authors": null, "date": {date}, "id": {name}, "lang": {lang}, "section": {section}, "source": {source}, '
        f'"text": {text}, "title": {title}, "url": {url}}}'
    )
