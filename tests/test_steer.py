"""Steering: topics renamed, merged, dropped, hidden, guided, and taken over by a newer model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import topics
from topics import naming
from topics.errors import ModelExists, SettingError
from topics.model import Model
from topics.strings import StringTable

CORPUS = Path(__file__).parents[1] / "corpora" / "sample.jsonl"
ROWS: list[dict[str, Any]] = [json.loads(line) for line in CORPUS.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("steer")
    topics.train(ROWS[:200], "news", models=str(folder), n_topics=8)
    return folder / "news"


@pytest.fixture
def news(fitted: Path, tmp_path: Path) -> str:
    """A model of eight topics that may be changed."""
    from shutil import copytree

    return str(copytree(fitted, tmp_path / "news"))


def tags(model: Model) -> dict[str, dict[str, float]]:
    """Weights of each article's topics by slug."""
    slugs = [topic.slug for topic in model.topics()]
    return {row.article.id: {slugs[t.topic]: t.weight for t in row.topics} for row in model.assign()}


def test_labels_and_slugs_are_unique_and_short(news: str) -> None:
    """A topic can be called by either."""
    found = topics.load(news).topics()
    assert len({topic.label.casefold() for topic in found}) == len({topic.slug for topic in found}) == len(found)
    assert all(len(topic.label) <= 60 and topic.slug == topic.slug.casefold() for topic in found)
    model = topics.load(news)
    for topic in found:
        for name in (topic.topic, str(topic.topic), topic.slug, topic.label):
            assert model.check_topic(name) == topic.topic


def test_a_new_name_stays_and_changes_nothing_else(news: str) -> None:
    """Number, slug, keywords, weights are what they were; adding keeps the name."""
    before = topics.load(news)
    after = topics.rename(news, 2, "  Something   else ")
    old, new = before.topics()[2], after.topics()[2]
    assert (new.label, new.slug, new.keywords) == ("Something else", old.slug, old.keywords)
    assert tags(after) == tags(before)
    assert after.similar(ROWS[0]["id"]) == before.similar(ROWS[0]["id"])
    topics.add(news, ROWS[200:220])
    assert topics.load(news).topics()[2].label == "Something else"


@pytest.mark.parametrize("label", ["", "  ", "x" * 201, "a\x07b"])
def test_labels_that_cannot_be_shown_are_refused(news: str, label: str) -> None:
    """The message says what a label is."""
    with pytest.raises(SettingError, match="characters"):
        topics.rename(news, 0, label)


def test_two_topics_cannot_have_one_name(news: str) -> None:
    """Whatever the case of its letters."""
    label = topics.load(news).topics()[1].label
    with pytest.raises(SettingError, match="merge"):
        topics.rename(news, 0, label.upper())
    assert topics.rename(news, 1, label.upper()).topics()[1].label == label.upper()


def test_a_merged_topic_is_the_sum_of_its_parts(news: str) -> None:
    """In every article; the others stay as they were; the largest share comes first."""
    before = topics.load(news)
    slugs = [topic.slug for topic in before.topics()]
    old = tags(before)
    model = topics.merge(news, [3, slugs[5]], label="Both")
    found = {topic.slug: topic for topic in model.topics()}
    assert set(found) == set(slugs) - {slugs[5]}
    assert found[slugs[3]].label == "Both"
    for article, weights in tags(model).items():
        both = old[article].pop(slugs[3], 0.0) + old[article].pop(slugs[5], 0.0)
        expected = old[article] | ({slugs[3]: both} if both else {})
        assert weights == pytest.approx(expected, abs=1e-6)
    shares = [topic.share for topic in model.topics()]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1, abs=1e-5)
    assert [topic.topic for topic in model.topics()] == list(range(7))
    assert model.components_.shape == (7, len(model.fitted.words))


def test_a_dropped_topic_is_gone_and_the_rest_sums_to_one(news: str) -> None:
    """The weights of the others keep their proportions, and the others their keywords."""
    before = topics.load(news)
    slugs, old = [topic.slug for topic in before.topics()], tags(before)
    model = topics.drop(news, [0])
    assert {topic.slug for topic in model.topics()} == set(slugs[1:])
    for article, weights in tags(model).items():
        rest = {slug: weight for slug, weight in old[article].items() if slug != slugs[0]}
        total = sum(rest.values())
        assert weights == pytest.approx({slug: weight / total for slug, weight in rest.items()}, abs=1e-5)
    keywords = {topic.slug: [term.term for term in topic.keywords] for topic in before.topics()}
    assert all([term.term for term in topic.keywords] == keywords[topic.slug] for topic in model.topics())


def test_steering_leaves_look_up_as_it_was(news: str) -> None:
    """The same neighbours with the same scores, and every why still sums to its score."""
    before = topics.load(news).similar(ROWS[3]["id"], top=20)
    topics.merge(news, [1, 2])
    topics.drop(news, [0])
    after = topics.load(news).similar(ROWS[3]["id"], top=20)
    assert [(m.article.id, m.score) for m in after] == [(m.article.id, m.score) for m in before]
    assert all(sum(reason.weight for reason in m.why) == pytest.approx(m.score, abs=1e-5) for m in after)
    assert all(reason.topic is None or reason.topic < 6 for m in after for reason in m.why)


def test_added_articles_are_steered_like_fitted_ones(news: str) -> None:
    """An article added after the change has the topics it would have had before it."""
    topics.add(news, ROWS[200:230])
    topics.merge(news, [1, 4])
    topics.drop(news, [2])
    first = tags(topics.load(news))
    topics.remove(news, [row["id"] for row in ROWS[200:230]])
    topics.add(news, ROWS[200:230])
    assert tags(topics.load(news)) == first
    model = topics.load(news)
    [row] = model.assign([topics.Article("new", ROWS[201]["title"], ROWS[201]["text"])])
    own = first[ROWS[201]["id"]]
    slugs = [topic.slug for topic in model.topics()]
    assert {slugs[t.topic]: t.weight for t in row.topics} == pytest.approx(own, abs=1e-4)


def test_a_hidden_topic_is_no_tag(news: str) -> None:
    """It is still listed, other weights stay, and it can come back."""
    before = tags(topics.load(news))
    slug = topics.load(news).topics()[1].slug
    model = topics.hide(news, [slug])
    assert [topic.hidden for topic in model.topics()] == [False, True, *[False] * 6]
    assert tags(model) == {article: {s: w for s, w in t.items() if s != slug} for article, t in before.items()}
    assert model.articles(slug)
    assert tags(topics.hide(news, [slug], hidden=False)) == before


def test_what_cannot_be_done_is_refused(news: str) -> None:
    """And the model stays as it was."""
    with pytest.raises(SettingError, match="two or more"):
        topics.merge(news, [1, 1])
    with pytest.raises(SettingError, match="all 8 topics"):
        topics.drop(news, list(range(8)))
    with pytest.raises(SettingError, match="no topic 8"):
        topics.drop(news, [8])
    near = topics.load(news).topics()[4].slug[:-1]
    with pytest.raises(SettingError, match="the nearest are"):
        topics.rename(news, near, "x")
    assert len(topics.load(news).topics()) == 8


def test_a_changed_model_is_whole(news: str) -> None:
    """Every file is named and its digest fits; the old model file is gone."""
    from topics.store.folder import verify

    topics.merge(news, [0, 1])
    topics.rename(news, 0, "One")
    assert verify(Path(news)) == []
    assert len(list(Path(news).glob("model-*"))) == 1


def test_merging_everything_leaves_one_topic(news: str) -> None:
    """Which every article is about."""
    model = topics.merge(news, list(range(8)))
    [topic] = model.topics()
    assert topic.share == pytest.approx(1, abs=1e-5)
    assert np.linalg.norm(model.components_) > 0


GUIDES = {"Football": ["Rovers", "coach", "penalties"], "Harbour": ["dockers", "stacking crane"]}


def test_guided_topics_come_first_with_their_names() -> None:
    """Their articles hold the words; the other topics follow by share; the same every time."""
    model = topics.train(ROWS, n_topics=10, guides=GUIDES)
    found = model.topics()
    assert [topic.label for topic in found[:2]] == ["Football", "Harbour"]
    assert [topic.slug for topic in found[:2]] == ["football", "harbour"]
    shares = [topic.share for topic in found[2:]]
    assert shares == sorted(shares, reverse=True)
    texts = {row["id"]: f"{row.get('title', '')} {row['text']}".lower() for row in ROWS}
    for number, words in ((0, ("rovers", "coach", "penalties")), (1, ("docker", "stacking crane"))):
        strongest = [texts[one.article.id] for one in model.articles(number, top=5)]
        assert all(any(word in text for word in words) for text in strongest)
    assert topics.train(ROWS[::-1], n_topics=10, guides=GUIDES).topics() == found


def test_guides_alone_make_a_model() -> None:
    """As many topics as guides are enough; fewer are refused, and so is a guide that no article holds."""
    assert len(topics.train(ROWS, n_topics=2, guides=GUIDES).topics()) == 2
    with pytest.raises(SettingError, match="fewer than the 2"):
        topics.train(ROWS, n_topics=1, guides=GUIDES)
    with pytest.raises(SettingError, match="no article holds zzz"):
        topics.train(ROWS[:60], guides={"Sleep": ["zzz"]})
    with pytest.raises(SettingError, match="a name of its own"):
        topics.train(ROWS[:60], guides={"Sleep": ["bed"], "SLEEP": ["rest"]})


def test_stop_words_of_ones_own_are_no_keywords() -> None:
    """In any case of letters."""
    gone = {term.term for topic in topics.train(ROWS[:100], n_topics=5).topics(2) for term in topic.keywords}
    model = topics.train(ROWS[:100], n_topics=5, stop_words=[word.upper() for word in gone])
    assert not gone & {term.term for topic in model.topics(50) for term in topic.keywords}


def test_a_newer_model_keeps_numbers_names_and_slugs(news: str, tmp_path: Path) -> None:
    """Of the topics that live on; nothing else has their slugs."""
    topics.rename(news, 3, "Given by hand")
    old = topics.hide(news, [5])
    model = topics.train(ROWS[10:210], "newer", models=str(tmp_path), like=old)
    assert len(model.topics()) == 8
    told = model.info["manifest"].info["like"]
    before, after = ({topic.slug: topic for topic in m.topics()} for m in (old, model))
    assert len(told["kept"]) >= 5
    assert set(told["kept"]) == before.keys() & after.keys()
    assert set(told["gone"]) == before.keys() - after.keys()
    assert set(told["new"]) == after.keys() - before.keys()
    for slug in told["kept"]:
        assert (after[slug].topic, after[slug].label) == (before[slug].topic, before[slug].label)
        assert after[slug].hidden == before[slug].hidden
        ours, theirs = ({term.term for term in m[slug].keywords} for m in (before, after))
        assert ours & theirs


def test_the_same_articles_like_their_own_model_change_nothing(news: str, tmp_path: Path) -> None:
    """Every topic is found again."""
    old = topics.rename(news, 0, "First")
    again = topics.train(ROWS[:200], "again", models=str(tmp_path), like=old)
    assert again.topics() == old.topics()
    assert again.info["manifest"].info["like"] == {"kept": [t.slug for t in old.topics()], "new": [], "gone": []}


def test_fewer_topics_like_more_take_free_numbers(news: str, tmp_path: Path) -> None:
    """Numbers run from 0 whatever the older model had."""
    model = topics.train(ROWS[:200], "fewer", models=str(tmp_path), like=topics.load(news), n_topics=3)
    assert [topic.topic for topic in model.topics()] == [0, 1, 2]
    assert len(model.info["manifest"].info["like"]["gone"]) >= 5


def test_names_given_by_hand_are_not_lost_by_accident(news: str) -> None:
    """Replacing the model lists them, unless it is told to keep or to lose them."""
    topics.rename(news, 1, "My name")
    with pytest.raises(ModelExists, match=r"'My name'.*--like NAME.*--force"):
        topics.train(ROWS[:100], news, replace_model=True)
    assert topics.load(news).topics()[1].label == "My name"
    kept = topics.train(ROWS[:180], news, replace_model=True, like=topics.load(news))
    assert "My name" in {topic.label for topic in kept.topics()}
    topics.train(ROWS[:100], news, replace_model=True, lose_names=True)


def test_a_label_does_not_say_a_word_twice() -> None:
    """One form of a word is enough to be read at a glance."""
    assert naming.same_word("film", "films")
    assert naming.same_word("Economy", "economic")
    assert not naming.same_word("minister", "Labour")
    assert not naming.same_word("cup", "cups of tea")
    shown = StringTable.pack(["film", "films", "starring", "comedy"])
    assert naming.labels(np.array([[0, 1, 2, 3]], np.int32), shown, {}) == ["film, starring, comedy"]
