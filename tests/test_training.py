"""Training: edges of a corpus, the same result from the same input, nothing lost."""

from __future__ import annotations

import json
import random
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import topics
from topics import vectorize
from topics.errors import ModelExists, SettingError, SourceError
from topics.factorize import explained, weights
from topics.fitting import TWINS, without_twins
from topics.keywords import ranked, relevance
from topics.model import Model
from topics.preparing.article import digest
from topics.records import Article
from topics.text.tokens import Words, tokenise

CORPUS = Path(__file__).parents[1] / "corpora" / "sample.jsonl"


def sample_rows() -> list[dict[str, Any]]:
    return [json.loads(line) for line in CORPUS.read_text("utf-8").splitlines()]


def arrays(model: Model) -> list[bytes]:
    fitted = model.fitted
    parts = (
        fitted.H,
        fitted.strength,
        fitted.keywords,
        fitted.relevance,
        fitted.share,
        model.vocabulary.df,
        model.vocabulary.names.data,
    )
    return [np.asarray(part).tobytes() for part in parts]


def test_the_same_corpus_gives_the_same_bytes_in_any_order() -> None:
    """Topics do not depend on the order in which articles are read."""
    rows = sample_rows()[:150]
    first = topics.train(rows, n_topics=8)
    assert arrays(topics.train(rows, n_topics=8)) == arrays(first)
    random.Random(3).shuffle(rows)
    assert arrays(topics.train(rows, n_topics=8)) == arrays(first)


TEXT = st.text(max_size=8)


@settings(deadline=None, max_examples=100, derandomize=True)
@given(
    st.builds(
        Article, id=TEXT, title=TEXT, text=TEXT, date=TEXT | st.none(), source=TEXT | st.none(), lang=TEXT | st.none(),
        section=TEXT | st.none(), url=TEXT | st.none(), authors=st.lists(TEXT, max_size=1).map(tuple),
        extra=st.dictionaries(TEXT, st.integers(), max_size=1),
    )
)  # fmt: skip
def test_the_digest_of_an_article_is_that_of_its_sorted_row(article: Article) -> None:
    """What is written out for speed is what JSON gives: models of before have the same digest."""
    row = json.dumps(article.row(), ensure_ascii=False, sort_keys=True)
    assert digest(article) == int.from_bytes(sha256(row.encode("utf-8", "surrogatepass")).digest())


def test_the_default_number_of_topics_is_a_fifth_of_few_articles() -> None:
    """Forty articles do not have twenty topics."""
    assert len(topics.train(sample_rows()[:40]).topics()) <= 8


def test_one_article_trains_one_topic() -> None:
    """The smallest corpus works."""
    model = topics.train(["The dockers of Saltmere walked out over automated cranes."])
    [topic] = model.topics()
    assert topic.share == 1
    assert "cranes" in {term.term for term in topic.keywords}
    [row] = model.assign()
    assert [(t.topic, t.weight) for t in row.topics] == [(0, 1.0)]
    assert model.similar(row.article.id) == []


def test_two_articles() -> None:
    """Each gets a topic of its own when two are asked for."""
    model = topics.train(["cranes dockers strike", "cheese creamery rennet"], n_topics=2)
    assert [row.topics[0].weight for row in model.assign()] == [1, 1]
    assert len({row.topics[0].topic for row in model.assign()}) == 2


def test_articles_that_are_all_the_same() -> None:
    """Copies have one topic, however many are asked for."""
    rows = [{"id": str(i), "text": "Dockers walk out over cranes"} for i in range(30)]
    model = topics.train(rows, n_topics=5)
    assert len(model.topics()) == 1
    assert [match.article.id for match in model.similar("7", top=3)] == ["0", "1", "10"]
    assert model.similar("7", top=1)[0].score == pytest.approx(1, abs=1e-6)


def test_only_stop_words_is_an_error_that_says_so() -> None:
    """There is nothing to make topics of."""
    with pytest.raises(SourceError, match="stop words"):
        topics.train(["and the of it", "this is that"])


def test_an_article_without_a_known_word_gets_no_topic() -> None:
    """Beside others it stays, with nothing assigned."""
    model = topics.train([*sample_rows()[:30], {"id": "empty", "text": "and the of it"}])
    assert {row.article.id: row.topics for row in model.assign()}["empty"] == ()
    assert model.similar("empty") == []


def test_text_in_another_script_is_kept() -> None:
    """Greek and Chinese articles find each other."""
    rows = ["Η απεργία στο λιμάνι συνεχίζεται", "Απεργία ξανά στο λιμάνι", "港口罢工仍在继续", "港口罢工结束"]
    model = topics.train([{"id": str(i), "text": text} for i, text in enumerate(rows)], n_topics=2)
    assert model.similar("0", top=1)[0].article.id == "1"
    assert model.similar("2", top=1)[0].article.id == "3"


@pytest.mark.parametrize("n_topics", [0, -1, 2001])
def test_numbers_of_topics_out_of_range_are_refused(n_topics: int) -> None:
    """The message gives the range."""
    with pytest.raises(SettingError, match="1 to 2000"):
        topics.train(["a strike"], n_topics=n_topics)


def test_more_topics_than_articles_says_what_to_try() -> None:
    """And trains nothing."""
    with pytest.raises(SettingError, match="try 6 or fewer"):
        topics.train(sample_rows()[:30], n_topics=31)


def test_no_article_at_all() -> None:
    """An empty list is an error, not an empty model."""
    with pytest.raises(SourceError):
        topics.train([])


def test_an_existing_model_is_kept_unless_told(tmp_path: Path) -> None:
    """And stays as it was when its replacement fails."""
    rows = sample_rows()[:30]
    topics.train(rows, "news", models=str(tmp_path))
    with pytest.raises(ModelExists, match="--replace"):
        topics.train(rows, "news", models=str(tmp_path))
    with pytest.raises(SourceError):
        topics.train(["the of and"], "news", models=str(tmp_path), replace_model=True)
    assert len(topics.load("news", models=str(tmp_path))) == 30
    topics.train(rows[:20], "news", models=str(tmp_path), replace_model=True)
    assert len(topics.load("news", models=str(tmp_path))) == 20


def test_a_failed_first_training_leaves_nothing(tmp_path: Path) -> None:
    """The next training of that name starts clean."""

    def broken() -> Any:
        yield from sample_rows()[:10]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        topics.train(broken(), "news", models=str(tmp_path))
    assert not list(tmp_path.iterdir())
    topics.train(sample_rows()[:30], "news", models=str(tmp_path))


def test_without_texts_no_sentence_is_left(tmp_path: Path) -> None:
    """A model that can be published holds no five-word run of any article."""
    rows = sample_rows()[:40]
    model = topics.train(rows, "news", models=str(tmp_path), keep_text=False)
    assert model.similar(rows[0]["id"])
    stored = b"".join(path.read_bytes() for path in (tmp_path / "news").iterdir()).decode("utf-8", "replace")
    together = "\n".join(row["text"] for row in rows)
    for row in rows:
        words = row["text"].split()
        runs = [" ".join(words[i : i + 5]) for i in range(0, len(words) - 5, 5)]
        # a headline may quote the text, and headlines stay; so do the lines that an outlet puts under all its articles
        own = [run for run in runs if together.count(run) == 1 and run not in row.get("title", "")]
        assert not [run for run in own if run in stored]


def test_articles_are_sorted_by_topics_fitted_to_articles_and_keywords_are_the_pieces(tmp_path: Path) -> None:
    """The same keywords before and after the disk; without pieces there is one matrix, in memory and in the file."""
    model = topics.train(sample_rows()[:100], "news", n_topics=8, models=str(tmp_path))
    for fitted in (model.fitted, topics.load("news", models=str(tmp_path)).fitted):
        assert not np.array_equal(fitted.strength, fitted.H)
        scores = relevance(fitted.strength, fitted.present, fitted.words.idf())
        assert np.array_equal(ranked(scores, fitted.keywords.shape[1])[0], fitted.keywords)
        assert np.array_equal(fitted.components(), fitted.H)
    texts = [(row["title"], row["text"]) for row in sample_rows()[:100]]
    assert reproduced(model, texts, model.fitted.H) > reproduced(model, texts, model.fitted.strength)
    whole = topics.train(sample_rows()[:100], "whole", n_topics=8, models=str(tmp_path), piece=0)
    assert whole.fitted.strength is whole.fitted.H
    assert topics.load("whole", models=str(tmp_path)).fitted.strength.shape == whole.fitted.H.shape
    sizes = {path.parent.name: path.stat().st_size for path in tmp_path.glob("*/model-*.joblib")}
    assert sizes["whole"] < sizes["news"]


def reproduced(model: Model, texts: list[tuple[str, str]], H: Any) -> float:
    """Mean share of each text's squared weight that topics reproduce."""
    words = Words()
    counts = vectorize.encode(tokenise(texts, words), words, model.fitted.words, model.settings)
    X = model.fitted.words.weigh(counts, model.settings)
    return float(explained(X, weights(X, H), H).mean())


def test_loading_gives_the_model_that_was_trained(tmp_path: Path) -> None:
    """Topics, neighbours and assignments survive the disk."""
    model = topics.train(sample_rows()[:60], "news", models=str(tmp_path))
    again = topics.load("news", models=str(tmp_path))
    assert again.topics() == model.topics()
    assert again.similar("dentist-queue") == model.similar("dentist-queue")
    assert list(again.assign()) == list(model.assign())
    assert again.settings == model.settings


def test_topics_that_are_one_twice_are_told_one_by_one() -> None:
    """In other words: each topic beside those kept before it. Guided ones stay whatever they are, empty ones go."""
    rng = np.random.default_rng(0)
    H = rng.random((9, 40)).astype(np.float32)
    H[1], H[5], H[7], H[3] = 2 * H[0], 3 * H[4], H[2] + np.float32(1e-4), 0
    for first in (0, 2):
        kept = list(range(first))
        for topic in range(first, len(H)):
            if H[topic].any():
                lengths = np.linalg.norm(H[topic]) * np.linalg.norm(H[kept], axis=1)
                if not (H[kept] @ H[topic] >= TWINS * lengths).any():
                    kept.append(topic)
        assert np.array_equal(without_twins(H, first), H[kept])
    assert len(without_twins(H)) == 5
