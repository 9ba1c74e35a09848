"""A model that is added to and removed from is the model of the articles that are left."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import topics
from topics import segment, update
from topics.encode import Encoder
from topics.errors import ArticleNotFound, MachineError, SettingError
from topics.facets import Facets, Filters
from topics.model import Model
from topics.records import Added, Article
from topics.segment import plan
from topics.store.articles import ArticleFile, ArticleWriter
from topics.store.commit import Transaction
from topics.store.folder import verify
from topics.store.manifest import Manifest
from topics.store.segments import SegmentedArticles
from topics.text.languages import told
from topics.update import add, remove

# Known to the fit, and not; each begins an article's text so that many articles share terms, and some are equal.
OLD = ["The dock strike at Saltmere goes on", "Rates were cut by the central bank", "A storm hit the coast of Pell"]
NEW = ["the zeppelin Quorvax landed", "Quorvax and Brindlemoor signed", "a brindlemoor flood, Quorvax said"]
SOURCES = [None, "Echo", "echo", "Beacon", "Herald"]
DATES = [None, "2031-01-05", "2031-06-30T12:00:00Z", "2032-02-01"]
FILTERS = [
    Filters(), Filters(since="2031-02"), Filters(until="2031"), Filters(sources=("Echo",)),
    Filters(sections=("port",)), Filters(since="2031", sources=("Herald",)),
]  # fmt: skip


def make(name: int, version: int) -> Article:
    """An article that depends on both numbers; some of different ids say the same."""
    words = [*OLD, *NEW] if version else [*OLD, *OLD]
    text = f"{words[version % 6]}. {words[(name + version) % 6]}, and {words[name % 3]} by Night{version % 4}."
    place = name * 7 + version
    return Article(
        f"id{name}",
        words[name % 6] if name % 4 else "",
        text if version != 5 else "",
        DATES[place % 4],
        SOURCES[place % 5],
        "port" if place % 3 else None,
        f"https://news.test/{name}" if name % 2 else None,
        extra={"version": version},
    ) if name % 4 or version != 5 else Article(f"id{name}", text="zzyzx")  # fmt: skip


FITTED = [make(name, version=0) for name in range(8)]


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model.  Only to be copied."""
    path = tmp_path_factory.mktemp("fitted") / "model"
    topics.train(FITTED, path, n_topics=3)
    return path


@contextmanager
def copied(model: Path) -> Iterator[Path]:
    """A copy that goes with the block."""
    with TemporaryDirectory() as folder:
        yield Path(shutil.copytree(model, Path(folder) / "model"))


@pytest.fixture
def model(fitted: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(fitted, tmp_path / "model"))


@contextmanager
def at_once(like: Model, articles: Sequence[Article]) -> Iterator[Model]:
    """The index of these articles built in one go, with the topics and the vocabulary of another model."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "articles-1.sqlite"
        with ArticleWriter(path) as writer:
            for article in articles:
                writer.add(article)
        encoder = Encoder(like, [])
        encoder.add(articles)
        file = ArticleFile(path)
        whole = encoder.segment(Facets.build(articles), [], np.full(len(articles), -1, np.int32))
        yield Model(
            like.settings, like.furniture, like.vocabulary, like.fitted, [whole], SegmentedArticles([file]), like.info
        )
        file.close()


def answers(model: Model, ids: Sequence[str]) -> Iterator[object]:
    """Everything that may be asked: ids and other exact values, scores apart as ("score", x)."""
    for filters in FILTERS:
        try:
            assigned = list(model.assign(filters=filters))
            listed = [(a.topic, a.article.id, round(a.weight, 6)) for a in model.articles(top=5, filters=filters)]
        except SettingError as error:  # no article has that source: both must say so, in the same words
            yield str(error)
            continue
        yield [(row.article.id, [(t.topic, round(t.weight, 6)) for t in row.topics]) for row in assigned]
        yield listed
        queries = [{"article": name} for name in ids] + [{"text": text} for text in (OLD[0], NEW[2], "zzyzx Night3")]
        for query in queries:
            for match in model.similar(**query, top=7, filters=filters):
                yield match.article
                yield "score", match.score
                yield "score", sum(reason.weight for reason in match.why)
        for article in [] if filters else [row.article for row in assigned]:
            for name in (article.url or article.id, article.title or article.id):
                try:
                    yield [match.article.id for match in model.similar(name, top=3)]
                except ArticleNotFound as error:  # several of that title
                    yield str(error)
        yield [match.article.id for match in model.search("Quorvax brindlemoor strike", filters=filters)]


def same(found: Model, expected: Model, ids: Sequence[str]) -> None:
    """The two give the same answers, scores to 1e-6."""
    for left, right in zip(answers(found, ids), answers(expected, ids), strict=True):
        if isinstance(left, tuple):
            assert left == pytest.approx(right, abs=1e-6)
        else:
            assert left == right


def slow_scores(model: Model, article: Article, others: Sequence[Article]) -> dict[str, float]:
    """Cosines of one article with others, by the terms of each as a text."""
    terms, values = model.encode(article.title, article.text)
    own = dict(zip(terms.tolist(), values.tolist(), strict=True))
    scores = {}
    for other in others:
        row = zip(*(part.tolist() for part in model.encode(other.title, other.text)), strict=True)
        scores[other.id] = sum(own.get(term, 0.0) * value for term, value in row)
    return scores


def take_in(state: dict[str, Article], articles: Sequence[Article]) -> Added:
    """What `add` should do, with a dict."""
    counts = {"added": 0, "replaced": 0, "unchanged": 0}
    for name, article in {article.id: told(article) for article in articles}.items():
        if name not in state:
            counts["added"] += 1
        elif state[name] == article:
            counts["unchanged"] += 1
            continue
        else:
            counts["replaced"] += 1
            del state[name]
        state[name] = article
    return Added(**counts)


ARTICLE = st.builds(make, st.integers(0, 15), st.integers(0, 5))
STEP = st.lists(ARTICLE, min_size=1, max_size=6) | st.sets(st.integers(0, 15), min_size=1, max_size=4)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(STEP, min_size=1, max_size=8), largest=st.integers(1, 30))
def test_any_sequence_of_changes_is_the_index_of_what_is_left(fitted: Path, steps: list[object], largest: int) -> None:
    """Look-ups, filters, listings and assign; counts; whole files; no more segments than needed."""
    state = {article.id: told(article) for article in FITTED}
    with copied(fitted) as path, pytest.MonkeyPatch.context() as patch:
        patch.setattr(segment, "LARGEST", largest)
        patch.setattr(update, "LARGEST", largest)
        for step in steps:
            if isinstance(step, list):
                assert add(path, step) == take_in(state, step)
            else:
                ids = [f"id{name}" for name in step if f"id{name}" in state]
                if ids:
                    assert remove(path, ids) == len(ids)
                    for name in ids:
                        del state[name]
        assert verify(path) == []
        found = topics.load(path)
        assert len(found) == len(state) == Manifest.read(path).counts["articles"]
        articles = list(state.values())
        with at_once(found, articles) as expected:
            same(found, expected, list(state))
        for article in articles[:3]:
            slow = slow_scores(found, article, articles)
            for match in found.similar(article.id, top=50):
                assert match.score == pytest.approx(slow[match.article.id], abs=1e-6)
        for row in found.segments.rows_passing():
            assert np.all(np.diff(found.segments.row(int(row))[0]) > 0)  # what a row promises
        sizes = [part.n_live for part in found.segments]
        assert len(plan(sizes)) == len(sizes)


def test_a_large_segment_is_left_alone(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Adding and replacing write nothing of its size: its files stay as they are."""
    monkeypatch.setattr(segment, "LARGEST", 8)
    before = Manifest.read(model).files
    add(model, [replace(FITTED[0], text="Another text."), make(20, 1)])
    after = Manifest.read(model).files
    assert before.items() <= after.items()
    assert sorted(set(after) - set(before)) == ["articles-2", "index-2", "removed-1"]


def test_nothing_to_do_changes_nothing(model: Path) -> None:
    """Articles that are there already, or none, leave every file as it was."""
    before = {file.name: file.read_bytes() for file in model.iterdir() if file.name != ".lock"}
    assert add(model, FITTED) == Added(0, 0, 8)
    assert add(model, []) == Added(0, 0, 0)
    assert remove(model, filters=Filters(since="2050")) == 0
    assert {file.name: file.read_bytes() for file in model.iterdir() if file.name != ".lock"} == before


def test_of_an_id_that_repeats_the_last_counts(model: Path) -> None:
    """Once, whatever came before it in the same addition."""
    last = Article("new", text="the last of them")
    assert add(model, [Article("new", text="one"), Article("new", text="two"), FITTED[3], last]) == Added(1, 0, 1)
    found = topics.load(model)
    assert found.reader.get([found.find("new")]) == [last]
    changed = replace(FITTED[3], text="changed")
    assert add(model, [changed, FITTED[3]]) == Added(0, 0, 1)


@pytest.mark.parametrize(
    ("ids", "filters", "error"),
    [
        (["id1", "nowhere"], Filters(), ArticleNotFound),
        (["https://news.test/1"], Filters(), ArticleNotFound),
        ([], Filters(), SettingError),
        (["id1"], Filters(since="2031"), SettingError),
        ([], Filters(sources=("Nobody",)), SettingError),
    ],
)
def test_what_cannot_be_removed_removes_nothing(
    model: Path, ids: list[str], filters: Filters, error: type[Exception]
) -> None:
    """An id that is not there, a URL in its place, both or neither of ids and filters, an unknown source."""
    with pytest.raises(error):
        remove(model, ids, filters=filters)
    assert len(topics.load(model)) == 8


def test_a_model_can_be_emptied_and_filled_again(model: Path) -> None:
    """Without articles it keeps its topics, finds nothing and says so quietly."""
    before = topics.load(model).topics()
    assert remove(model, [article.id for article in FITTED]) == 8
    empty = topics.load(model)
    assert len(empty) == 0
    assert empty.topics() == [replace(topic, support=None, rest=False) for topic in before]
    assert empty.similar(text=OLD[0]) == list(empty.assign()) == empty.articles() == []
    assert empty.drift().fitted == 0
    assert verify(model) == []
    assert add(model, FITTED) == Added(8, 0, 0)
    with at_once(empty, [told(article) for article in FITTED]) as expected:
        same(topics.load(model), expected, [article.id for article in FITTED])


def test_new_words_are_found_and_shown_as_written(model: Path) -> None:
    """Names of today's news, unknown to the fit, in articles of different additions; topics stay as they were."""
    shares = [topic.share for topic in topics.load(model).topics()]
    add(model, [Article("a", text="The airship of Øystein Quorvax landed safely.")])
    add(model, [Article("b", text="Nobody knows whether Quorvax and Brindlemoor will meet.")])
    found = topics.load(model)
    matches = found.search("quorvax")
    assert sorted(match.article.id for match in matches) == ["a", "b"]
    assert {reason.term for match in matches for reason in match.why} == {"Quorvax"}
    assert [match.article.id for match in found.search("øystein")] == ["a"]
    assert [topic.share for topic in found.topics()] == shares


def test_a_row_does_not_depend_on_what_it_came_with(model: Path) -> None:
    """A new word that is a name in one article and none in another weighs the same as if each had come alone."""
    pair = [Article("a", text="They met the Quorvax twice."), Article("b", text="They met the quorvax twice.")]
    add(model, pair)
    together = topics.load(model)
    for article in pair:
        _, stored = together.segments.row(together.find(article.id))
        _, alone = together.encode(article.title, article.text)
        np.testing.assert_allclose(stored, alone, rtol=1e-6)


def test_numbers_of_terms_survive_joins_and_removals(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A term keeps its number while an article holds it, though the article that brought it has gone."""
    add(model, [Article("a", text="Quorvax landed"), Article("b", text="Brindlemoor")])
    before = {
        term: number for part in topics.load(model).segments for term, (number, _) in part.later.to_dict().items()
    }
    monkeypatch.setattr(segment, "LARGEST", 2)  # no joins
    add(model, [Article("c", text="Quorvax again")])
    remove(model, ["a", "b"])
    after = {term: number for part in topics.load(model).segments for term, (number, _) in part.later.to_dict().items()}
    assert after == {"quorvax": before["quorvax"]} | {term: number for term, number in after.items() if term == "again"}
    assert "brindlemoor" not in after
    assert [match.article.id for match in topics.load(model).search("Quorvax")] == ["c"]


def test_what_only_a_replaced_article_had_is_gone(model: Path) -> None:
    """Its source is no filter, its URL and title lead nowhere, though its row is still there."""
    old = Article("x", "Old title", "Some text", source="Gone", url="https://news.test/old")
    add(model, [old, Article("y", text="Another")])
    assert len(topics.load(model).search("text", filters=Filters(sources=("gone",)))) == 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segment, "LARGEST", 1)
        add(model, [replace(old, title="New title", source="Here", url="https://news.test/new")])
    found = topics.load(model)
    assert sum(len(part.removed) for part in found.segments) == 1
    with pytest.raises(SettingError, match="Gone"):
        found.search("text", filters=Filters(sources=("Gone",)))
    for name in ("Old title", "https://news.test/old"):
        with pytest.raises(ArticleNotFound):
            found.find(name)
    assert found.find("New title") == found.find("https://news.test/new") == found.find("x")


def test_readers_keep_the_state_they_opened(model: Path) -> None:
    """A model that is open answers as before, whatever is added and removed meanwhile."""
    if os.name == "nt":
        pytest.skip("Windows keeps open files, and removing says so")
    reader = topics.load(model)
    before = list(answers(reader, ["id1", "id2"]))
    add(model, [make(9, 1), replace(FITTED[1], text="changed")])
    remove(model, ["id2", "id3"])
    assert list(answers(reader, ["id1", "id2"])) == before
    assert len(topics.load(model)) == 7


def test_writers_take_turns(model: Path) -> None:
    """Two at once both get done; readers meanwhile see whole states."""
    wrong: list[BaseException] = []

    def write(first: int) -> None:
        try:
            for name in range(first, first + 5):
                add(model, [make(name, 1)])
                assert len(topics.load(model)) >= 9
            remove(model, [f"id{first}"])
        except BaseException as error:  # a thread's failure must reach the test
            wrong.append(error)

    threads = [threading.Thread(target=write, args=(first,)) for first in (100, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(topics.load(model)) == 16
    assert verify(model) == []


def test_a_second_writer_is_told(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the first takes too long: who it is, and nothing is changed."""
    monkeypatch.setattr(update, "Transaction", lambda path, mode: Transaction(path, mode, wait=0.1))
    with Transaction(model, "change"), pytest.raises(MachineError, match="another writer"):
        add(model, [make(9, 1)])
    assert len(topics.load(model)) == 8


def test_a_failure_while_reading_changes_nothing(model: Path) -> None:
    """Neither the articles before it nor a file of them stay."""
    before = sorted(file.name for file in model.iterdir())

    def broken() -> Iterator[Article]:
        yield make(9, 1)
        raise MachineError("the disk has gone")

    with pytest.raises(MachineError):
        add(model, broken())
    assert {*before, ".lock"} == {file.name for file in model.iterdir()}
    assert len(topics.load(model)) == 8
