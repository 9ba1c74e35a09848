"""The whole way from articles to a model in its folder; the only place that runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from topics import collocations, duplicates, lookup, vectorize
from topics.choose import choose
from topics.collocations import Pairs
from topics.corpus.cleaning import Furniture, Learner, words_of
from topics.drift import Familiarity
from topics.duplicates import Runs
from topics.errors import ModelExists, SettingError, SourceError
from topics.facets import Facets, FacetsBuilder
from topics.fitted import Topics
from topics.fitting import THEME_ARTICLES, Fit, Progress, fit_topics, with_themes
from topics.graph import matrix
from topics.index import Index, Rows
from topics.kernels import one_ahead, spans
from topics.later import LaterTerms
from topics.memory import give_back
from topics.model import Model
from topics.pieces import Pieces
from topics.preparing.article import How
from topics.preparing.stream import prepared
from topics.records import Article
from topics.segment import NONE_REMOVED, Segment
from topics.settings import Settings
from topics.store.arrays import load_arrays, save_arrays
from topics.store.articles import ArticleFile, ArticleWriter
from topics.store.commit import Transaction
from topics.store.manifest import Manifest
from topics.store.models import load, save
from topics.stories import stories
from topics.text.languages import Languages, joined
from topics.text.mixed import LanguageWords, Tagger
from topics.text.tokens import Tokens, Words, tokenise
from topics.threads import limited
from topics.vectorize import TopicWords
from topics.vocabulary import Vocabulary

# Articles in memory at a time.
BLOCK = 2000
# A topic needs a few articles to be one.
ARTICLES_PER_TOPIC = 5


@dataclass(frozen=True, slots=True)
class Stored:
    """What is known once all articles are read and stored.

    bare : of each article, whether the general rules of cleaning cut nothing.  trusted : no source speaks against its
    texts of their language.  corpus : the name of these articles in whatever order.  shares : of each language.
    """

    bare: bytearray
    furniture: Furniture | None
    trusted: bool
    corpus: int
    shares: dict[str, float]

    def __len__(self) -> int:
        return len(self.bare)


@dataclass(frozen=True, slots=True)
class Counted:
    """What topics are made of.

    found, counts : the topics' words of all articles, float32 CSR (n_articles, n_words).  pieces : the articles cut up,
    if they were.  pairs : neighbouring words.
    """

    found: TopicWords
    counts: Any
    pieces: Pieces | None
    pairs: Pairs


@dataclass(frozen=True, slots=True)
class Waiting:
    """What nobody asks for while topics are found.

    order : the rows by id, int64 (n_articles,).  terms, runs : files of `aside`, counts for look-up and sets of runs.
    """

    vocabulary: Vocabulary
    facets: Facets
    order: NDArray[np.int64]
    terms: Path
    runs: Path


def fit_to(
    path: Path,
    articles: Iterable[Article],
    settings: Settings,
    *,
    n_topics: int | Literal["auto"] | None = None,
    replace_model: bool = False,
    like: Topics | None = None,
    lose_names: bool = False,
    keep_text: bool = True,
    detect: bool = False,
    needed: int = 0,
    info: Callable[[], Mapping[str, Any]] = dict,
    progress: Progress = lambda stage, done, total: None,
) -> Model:
    """Fit a model on articles, read once, and commit it to a folder.

    n_topics : None for the default of the settings (with `like` for as many as there), at most a fifth of the articles;
    "auto" for as many as suit the articles.
    detect : tell the languages from the articles, whatever the settings say; the manifest gets the shares, and an
    article whose source gives no language the one that it tells.  Else it gets the one of the settings.
    like : topics of another model whose numbers, names and slugs are kept.  lose_names : replace a model though a
    person has named topics of it.  needed : bytes that the model will take, as far as known; MachineError when the
    disk has less.  info : asked after reading, JSON values for the manifest.  Raises SourceError when there is no
    article, SettingError for more topics than articles, ModelExists; whatever happens, a model that was there stays as
    it was until the new one is whole.
    """
    mode: Literal["replace", "create"] = "replace" if replace_model else "create"
    with limited(None), Transaction(path, mode, needed) as transaction:
        if like is None and not lose_names:
            check_names(transaction.old)
        file = transaction.new_path("articles", ".sqlite")
        settings = replace(settings, by_article=detect or "+" in settings.language)
        stored = store(file, articles, settings, detect, progress)
        if detect:
            settings = replace(settings, language=joined(stored.shares))
        if like is not None and n_topics is None:
            settings = replace(settings, n_topics=len(like))
        if n_topics != "auto":
            settings = replace(settings, n_topics=number_of_topics(settings, n_topics, len(stored)))
        counted, waiting = count_to(transaction, file, stored, settings, progress)
        choice = None
        if n_topics == "auto":
            choice = choose(counted.found, counted.counts, settings, waiting.order, progress)
            settings = replace(settings, n_topics=choice.topics)
        give_back()  # here and below: 5 to 20 ms each
        fit = fit_topics(
            counted.found, counted.counts, counted.pieces, settings, waiting.order, counted.pairs, progress, like
        )
        del counted
        progress("indexing", 0, None)
        give_back()
        topics, matched = fit.topics, fit.matched
        rows_file, weights, known = rows_to(transaction, fit, waiting)
        del fit  # of many articles stories need most memory
        give_back()
        fitted, segment = indexed(rows_file, topics, weights, known, waiting, progress)
        more = {"text": keep_text, "corpus": f"{stored.corpus:064x}", "languages": stored.shares, **info()}
        if choice is not None:
            more["choice"] = choice.row()
        if like is not None and matched is not None:
            more["like"] = matched.row(like, topics)
        if not keep_text:
            file = without_text(transaction, file)
        counts = {"fitted_articles": len(stored)}
        save(transaction, settings, stored.furniture, waiting.vocabulary, fitted, segment, file, more, counts)
    del waiting, topics, weights, known, fitted, segment  # the model as it is loaded takes their place
    give_back()
    return load(path)


def store(file: Path, articles: Iterable[Article], settings: Settings, detect: bool, progress: Progress) -> Stored:
    """Read all articles and store them.  Raises SourceError when there is none."""
    learner, languages, corpus, trusted, bare = Learner(), Languages(), 0, True, bytearray()
    how = How(settings.clean, None if settings.by_article else settings.language, detect)
    with ArticleWriter(file) as writer, closing(prepared(articles, how)) as stream:
        for done, (article, nothing_cut, believed, language, number) in enumerate(stream, 1):
            trusted = trusted and believed
            if writer.add(article) is not None:
                bare.append(nothing_cut)
                corpus = (corpus + number) % 2**256
                if settings.clean:
                    learner.add(article)
                languages.add(language)
            if done % 500 == 0:
                progress("reading", done, None)
    if not bare:
        raise SourceError("no article to train on; `topics read SOURCE` shows what was found")
    furniture = learner.furniture() if settings.clean else None
    return Stored(bare, furniture, trusted, corpus, languages.shares())


def count_to(
    transaction: Transaction, file: Path, stored: Stored, settings: Settings, progress: Progress
) -> tuple[Counted, Waiting]:
    """Count the words of all articles: for topics, for look-up and for copies."""
    reader = ArticleFile(file)
    try:
        tagger = Tagger(settings.language, trusted=stored.trusted) if settings.by_article else None
        builder = FacetsBuilder()
        blocks, words = tokens_of(reader, stored, tagger, builder, progress)
        vocabulary, terms = lookup.fit(blocks, words, settings)
        terms_file = aside(transaction, "terms", terms.arrays())
        del terms  # of many articles as much as their words
        found, counts, term = vectorize.fit(blocks, words, settings)
        runs_file = aside(transaction, "runs", duplicates.runs(blocks, words).arrays())
        order = np.array(reader.order(), np.int64)
    finally:
        reader.close()
    pieces = Pieces.cut(blocks, term, found, settings)
    pairs = collocations.pairs(blocks, term, len(found), order)
    del blocks, words
    return Counted(found, counts, pieces, pairs), Waiting(vocabulary, builder.facets(), order, terms_file, runs_file)


def rows_to(transaction: Transaction, fit: Fit, waiting: Waiting) -> tuple[Path, Rows, Familiarity]:
    """All articles as they are looked up, in a file of `aside`; their topics; how well the model knows them."""
    encoded = lookup.Encoded.known(Rows(**load_arrays(waiting.terms)), len(waiting.vocabulary))
    known = Familiarity.make(encoded.counts, waiting.vocabulary.df == 1, fit.explained, added=False)
    terms = lookup.rows(encoded, waiting.vocabulary)
    del encoded
    starts, columns, values = lookup.with_topics(terms, fit.P, waiting.vocabulary.concepts)
    del terms
    return aside(transaction, "rows", Rows(starts, columns, values).arrays()), Rows.from_dense(fit.P), known


def indexed(
    rows_file: Path, topics: Topics, weights: Rows, known: Familiarity, waiting: Waiting, progress: Progress
) -> tuple[Topics, Segment]:
    """The topics with the themes that they form, and the articles with their stories, to be looked up.

    rows_file, weights, known : as `rows_to` gives them.
    """
    order, facets = waiting.order, waiting.facets
    numbers = np.empty(len(order), np.int32)
    numbers[order] = stories(matrix(Rows(**load_arrays(rows_file)))[order], facets.dates[order], progress)
    give_back()
    rows = Rows(**load_arrays(rows_file))
    some = order[:: max(1, len(order) // THEME_ARTICLES)]
    fitted = with_themes(topics, rows.take(some), weights.take(some))
    index, none_later = Index.build(rows), LaterTerms.pack({})
    runs = Runs.from_arrays(load_arrays(waiting.runs))
    return fitted, Segment(index, weights, facets, known, none_later, runs, numbers, NONE_REMOVED)


def aside(transaction: Transaction, kind: str, arrays: Mapping[str, NDArray[Any]]) -> Path:
    """Write arrays to a file that goes with the transaction; `load_arrays` maps them back."""
    path = transaction.new_path(kind, ".joblib")
    save_arrays(path, arrays)
    return path


def check_names(old: Manifest | None) -> None:
    """Raises ModelExists when a model that is to be replaced has names that a person gave."""
    named = [row for row in (old.info.get("topics", []) if old else []) if row.get("given") and not row.get("guided")]
    if named:
        names = ", ".join(repr(row["label"]) for row in named)
        raise ModelExists(
            f"the model there has names that a person gave: {names}; add --like NAME to keep them, or --force to lose "
            "them"
        )


def number_of_topics(settings: Settings, wanted: int | None, n_articles: int) -> int:
    """Topics to fit: as wanted, if there are as many articles; else the default, at most a fifth of the articles."""
    if wanted is None:
        return max(1, min(settings.n_topics, n_articles // ARTICLES_PER_TOPIC))
    replace(settings, n_topics=wanted)  # says when it is out of range
    if wanted > n_articles:
        most = max(1, n_articles // ARTICLES_PER_TOPIC)
        raise SettingError(f"{wanted} topics are more than the {n_articles} articles; try {most} or fewer")
    return wanted


def tokens_of(
    reader: ArticleFile, stored: Stored, tagger: Tagger | None, builder: FacetsBuilder, progress: Progress
) -> tuple[list[Tokens], Words | LanguageWords]:
    """The tokens of all articles, in blocks, and their distinct words; by language when there is a tagger.

    builder : gets every article, so that none is read again for its facets.
    """
    words = Words(expected=reader.path.stat().st_size)
    blocks: list[Tokens] = []

    def texts() -> Iterator[list[tuple[str, str]]]:
        for first, last in spans(len(stored), BLOCK):
            block = []
            for article, bare in zip(reader.scan(first, last), stored.bare[first:last], strict=True):
                builder.add(article)
                if tagger is not None:
                    tagger.add(article)
                block.append(words_of(article, stored.furniture, bare=bool(bare)))
            yield block

    for block in one_ahead(lambda block: tokenise(block, words), texts()):
        blocks.append(block)
        progress("splitting into words", min(len(blocks) * BLOCK, len(stored)), len(stored))
    return (blocks, words) if tagger is None else tagger.split(blocks, words)


def without_text(transaction: Transaction, file: Path) -> Path:
    """A copy of the articles that can be published: no texts."""
    bare = transaction.new_path("articles", ".sqlite")
    reader = ArticleFile(file)
    try:
        reader.copy(bare, text=False)
    finally:
        reader.close()
    return bare
