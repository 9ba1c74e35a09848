"""The settings of a model: one frozen record, checked once, each default with its reason beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from topics.errors import SettingError

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:\+[a-z]{2,3})*")

# More topics than this cannot be read by anyone, and W would no longer be small.
MOST_TOPICS = 2000


@dataclass(frozen=True, slots=True)
class Settings:
    """How text becomes terms, terms become weights, and weights become topics."""

    # Twenty topics fit on a screen and suit a thousand to a hundred thousand articles.
    n_topics: int = 20
    # Only the start of a topic model draws random numbers.
    seed: int = 0
    # ISO 639-1; "en+de" is a corpus of several, the most frequent first. Training tells it unless it is told.
    language: str = "en"
    # Stop words and stems by each article's own language, where it tells one; off when a person names the language.
    by_article: bool = False
    # Without what belongs to the page: breadcrumbs, captions, footers, what an outlet puts under every article.
    clean: bool = True
    # Words of topics as they are written: stems shown by their commonest form cost .03 NPMI on every corpus tried.
    # (Look-up always joins the forms of a word, and one form is enough in a list of keywords.)
    stem: bool = False
    # Headlines say what an article is about: twice gains .02 to .03 AMI on wire items and posts.
    title_weight: float = 2.0
    # BM25's saturation and length; k1 None leaves counts as they are. With b .75 five topics of BBC agree less with its
    # sections (AMI .862 to .870).
    k1: float | None = 2.0
    b: float = 1.0
    # Words of the pieces in which a small corpus is fitted, 0 for whole articles: .02 NPMI on BBC, .005 on 4,000
    # newsgroup posts. 60 and 100 do about as well.
    piece: int = 80
    # Rare terms count more than the IDF alone says: .01 to .03 NPMI on three corpora.
    idf_power: float = 1.5
    # Unit length makes short items as heavy as long ones, and costs .04 AMI on wire items.
    norm: bool = False
    # Articles that must hold a term; None adapts to the number of articles.
    min_df: int | None = None
    # Share of the articles that may hold it.
    max_df: float = 0.5
    stop_words: tuple[str, ...] = ()
    # Topics asked for: a name and words each; they come first, in this order.
    guides: tuple[tuple[str, tuple[str, ...]], ...] = ()
    max_iter: int = 200
    tol: float = 1e-4

    def __post_init__(self) -> None:
        self._whole("n_topics", 1, MOST_TOPICS)
        self._whole("seed", 0, 2**32 - 1)
        self._whole("max_iter", 1, 100_000)
        self._whole("piece", 0, 1_000_000)
        if self.min_df is not None:
            self._whole("min_df", 1, 2**31)
        self._number("max_df", 0, 1)
        self._number("b", 0, 1)
        self._number("idf_power", 0, 10)
        if self.k1 is not None:
            self._number("k1", 0, 1000)
        self._number("title_weight", 0, 1000)
        self._number("tol", 0, 1)
        names = [name.casefold() for name, _ in self.guides]
        for name, words in self.guides:
            if not name.strip() or not any(word.strip() for word in words) or names.count(name.casefold()) > 1:
                raise SettingError(
                    f"guide {name!r}: a name of its own and at least one word, as in economy=inflation,bank"
                )
        if not isinstance(self.language, str) or not _LANGUAGE.fullmatch(self.language):
            raise SettingError(f'language must be a code such as "de", or several ("en+de"); it is {self.language!r}')

    def least_df(self, n_articles: int) -> int:
        """Articles a term must be in: 1 for fewer than 25 articles, 2 for fewer than 1,000, 3 up to 2,000, else 5."""
        if self.min_df is not None:
            return self.min_df
        return 1 if n_articles < 25 else 2 if n_articles < 1000 else 3 if n_articles <= 2000 else 5

    def _number(self, name: str, least: float, most: float) -> None:
        value = getattr(self, name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise SettingError(f"{name} must be a number from {least} to {most}; it is {value!r}")

    def _whole(self, name: str, least: int, most: int) -> None:
        value = getattr(self, name)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise SettingError(f"{name} must be a whole number from {least} to {most}; it is {value!r}")

    def row(self) -> dict[str, Any]:
        """As JSON values."""
        guides = [[name, list(words)] for name, words in self.guides]
        return asdict(self) | {"stop_words": list(self.stop_words), "guides": guides}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Settings:
        """The settings of a stored model; keys of other versions are ignored."""
        known: dict[str, Any] = {field.name: row[field.name] for field in fields(cls) if field.name in row}
        guides = tuple((str(name), tuple(map(str, words))) for name, words in known.get("guides", ()))
        return cls(**known | {"stop_words": tuple(known.get("stop_words", ())), "guides": guides})
