"""Look-up: relations, copies left out, decay, several queries at once, sentences, neighbours."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import topics
from topics.errors import SettingError
from topics.facets import Filters, seconds
from topics.matching import ARTICLES, days, likeness
from topics.passages import passages, sentences
from topics.text.terms import Terms

ROOT = Path(__file__).parents[1]


def truth() -> dict[str, dict[str, str]]:
    lines = (ROOT / "corpora" / "sample-truth.jsonl").read_text("utf-8").splitlines()
    return {row["id"]: row for row in map(json.loads, lines)}


def test_relations_agree_with_the_samples_truth(sample: topics.Model) -> None:
    """Every copy is called one; nine in ten called the same event are."""
    known = truth()
    same = []
    for name, row in known.items():
        found = {match.article.id: match for match in sample.similar(name, top=20)}
        if row["copy_of"]:
            assert found[row["copy_of"]].relation == "copy"
        called = [other for other, match in found.items() if match.relation == "same event"]
        same += [row["event"] is not None and known[other]["event"] == row["event"] for other in called]
        assert all((m.relation is None) == (m.score < ARTICLES.related) for m in found.values() if m.relation != "copy")
    assert np.mean(same) >= 0.9


def test_one_event_is_one_story(sample: topics.Model) -> None:
    """However near they are, articles of two stories are related and no more; and so is what is far within one."""
    stories = {name: story.story for story in sample.stories() for name in story.ids}
    for match in sample.similar("tour-prologue", top=60):
        one = stories.get(match.article.id) == stories["tour-prologue"]
        assert match.relation in ("copy", likeness(match.score, one, ARTICLES))
    assert likeness(0.9, same_story=False, least=ARTICLES) == "related"
    assert likeness(ARTICLES.related - 0.01, same_story=True, least=ARTICLES) is None


def test_a_text_from_elsewhere_has_no_story(sample: topics.Model) -> None:
    """Then the score alone says what is on its event."""
    [article] = sample.reader.get([sample.find("tour-prologue")])
    found = sample.similar(text=article.text, top=60)
    assert {m.relation for m in found if m.score >= ARTICLES.same_event} == {"copy", "same event"}
    assert {m.relation for m in found if ARTICLES.related <= m.score < ARTICLES.same_event} == {"related"}


def test_no_copies_leaves_one_of_each_text(sample: topics.Model) -> None:
    """Neither the query's nor an answer's, and as many answers as asked for."""
    groups = [set(group.ids) for group in sample.duplicates()]
    for group in groups[:8]:
        name = min(group)
        found = {match.article.id for match in sample.similar(name, top=30, no_copies=True)}
        assert len(found) == 30
        assert not found & group
        assert all(len(found & other) <= 1 for other in groups)


def test_before_query_gives_older_articles(sample: topics.Model) -> None:
    """What was known when the article came out."""
    found = sample.similar("tour-crosswinds-echo", top=40, before_query=True)
    [own] = sample.reader.get([sample.find("tour-crosswinds-echo")], text=False)
    assert len(found) == 40
    assert all(match.article.date and seconds(match.article.date) < seconds(own.date) for match in found)
    with pytest.raises(SettingError, match="no date"):
        sample.similar(text="dock strike", before_query=True)


def test_half_life_orders_and_leaves_the_score(sample: topics.Model) -> None:
    """As multiplying every score by its decay and sorting; undated articles count half."""
    plain = sample.similar("tour-prologue", top=len(sample))
    [own] = sample.reader.get([sample.find("tour-prologue")], text=False)

    def key(match: topics.Match) -> float:
        date = match.article.date
        apart = abs(seconds(date) - seconds(own.date)) / 86_400 if date else 30
        return match.score * 0.5 ** (apart / 30)

    found = sample.similar("tour-prologue", top=25, half_life="30d")
    slow = sorted(plain, key=lambda match: (-round(key(match), 12), match.article.id))[:25]
    assert [match.article.id for match in found] == [match.article.id for match in slow]
    assert {m.article.id: m.score for m in plain}.items() >= {m.article.id: m.score for m in found}.items()


@pytest.mark.parametrize(("period", "value"), [(90, 90), ("90d", 90), ("12h", 0.5), ("2w", 14), ("1y", 365.25)])
def test_periods_are_days(period: str | float, value: float) -> None:
    """With and without a unit."""
    assert days(period) == value


@pytest.mark.parametrize("period", ["soon", "0d", "-1", ""])
def test_other_periods_are_refused(sample: topics.Model, period: str) -> None:
    """The message shows how to write one."""
    with pytest.raises(SettingError, match="90d"):
        sample.similar("tour-prologue", half_life=period)


def test_several_queries_are_looked_up_together(sample: topics.Model) -> None:
    """The score is the cosine with the mean of their rows; none of them is an answer."""
    ids = ["tour-prologue", "dentist-queue"]
    found = sample.similar(ids, top=10)
    assert not {match.article.id for match in found} & set(ids)
    single = [{m.article.id: m.score for m in sample.similar(name, top=len(sample))} for name in ids]
    between = single[0].get(ids[1], 0)
    for match in found:
        mean = sum(scores.get(match.article.id, 0) for scores in single) / np.sqrt(2 + 2 * between)
        assert match.score == pytest.approx(mean, abs=1e-5)
        assert sum(reason.weight for reason in match.why) == pytest.approx(match.score, abs=1e-6)
    with pytest.raises(SettingError, match="at least one"):
        sample.similar([])


def test_an_article_from_elsewhere_is_a_query(sample: topics.Model) -> None:
    """One of the model's own finds what its id finds, and never itself."""
    [article] = sample.reader.get([sample.find("tour-prologue")])
    by_id, by_text = sample.similar(article.id), sample.similar(article)
    assert [match.article.id for match in by_text] == [match.article.id for match in by_id]
    assert by_text[0].score == pytest.approx(by_id[0].score, abs=1e-5)


def test_sources_are_left_out(sample: topics.Model) -> None:
    """Whatever the case of their name; one that nobody has is a mistake."""
    found = sample.similar("tour-prologue", top=30, filters=Filters(not_sources=("touchline",)))
    assert len(found) == 30
    assert "Touchline" not in {match.article.source for match in found}
    with pytest.raises(SettingError, match="Touchline"):
        sample.similar("tour-prologue", filters=Filters(not_sources=("Touchlin",)))


def test_explanations_hold_marked_shared_terms(sample: topics.Model) -> None:
    """Sentences of the match, at most two, each with a term of the reason."""
    terms = Terms("en")
    for match in sample.similar("tour-prologue", top=5):
        shared = {terms.term(reason.term) for reason in match.why if reason.term}
        found = sample.explain(match)
        assert 1 <= len(found) <= 2
        for passage in found:
            assert passage.marks
            assert all(terms.term(passage.text[start:end]) in shared for start, end in passage.marks)


def test_sentences_that_tell_more_are_chosen() -> None:
    """A term that was shown counts little the second time; order of the text."""
    text = "Dockers strike. Dockers strike again. The cranes are new. Nothing here."
    found = passages(text, {"docker": 0.3, "strike": 0.3, "crane": 0.2}, Terms("en"), 2)
    assert [passage.text for passage in found] == ["Dockers strike.", "The cranes are new."]
    assert passages(text, {"rail": 1.0}, Terms("en"), 2) == []
    assert list(sentences('He said: "Go." Mr. Lund went.\nNext line')) == [
        'He said: "Go."',
        "Mr. Lund went.",
        "Next line",
    ]


def test_neighbours_are_the_pairs_that_look_up_finds(sample: topics.Model) -> None:
    """Each pair once, with the score and relation of `similar`."""
    edges = list(sample.neighbours(top=3, min_score=0.2))
    expected = {}
    for article in sample.reader.scan(text=False):
        for match in sample.similar(article.id, top=3, min_score=0.2):
            expected[frozenset((article.id, match.article.id))] = match
    found = {frozenset((edge.source, edge.target)): edge for edge in edges}
    assert len(found) == len(edges)
    assert found.keys() == expected.keys()
    for pair, edge in found.items():
        assert edge.weight == pytest.approx(expected[pair].score, abs=1e-5)
        assert edge.relation == expected[pair].relation
