"""Support says how many of a topic's articles hold its keywords."""

from __future__ import annotations

from pathlib import Path

import pytest

import topics
from topics import lookup
from topics.text.words import split


def counted(model: topics.Model, topic: int) -> float:
    """The same, read from the texts."""
    terms = lookup.terms_of(model.settings)
    keywords = {terms.term(keyword.term) for keyword in model.topics()[topic].keywords}
    strongest = model.strongest()
    held = []
    for row in model.segments.rows_passing():
        if strongest[row] == topic:
            (article,) = model.reader.get([int(row)], text=True)
            held.append({terms.term(w.word) for w in split(f"{article.title}\n{article.text}")} & keywords)
    return sum(len(words) >= 2 for words in held) / len(held)


def test_support_is_what_a_count_in_the_texts_gives(sample: topics.Model) -> None:
    """Within what furniture adds to the texts: keywords in any form, two of the first ten."""
    for topic in sample.topics():
        assert topic.support == pytest.approx(counted(sample, topic.topic), abs=0.05)


def test_articles_that_are_gone_do_not_count(tmp_path: Path) -> None:
    rows = [{"id": f"s{i}", "text": "Dockers of Saltmere strike; the union and the port talk."} for i in range(6)]
    rows += [{"id": f"b{i}", "text": "The central bank cut its rate and shares rose in Kessing."} for i in range(6)]
    rows += [{"id": f"c{i}", "text": "Skerry Vale beat Hexley on penalties, the coach said."} for i in range(6)]
    rows += [{"id": "odd", "text": "Dockers, dockers, dockers."}]
    topics.train(rows, "small", n_topics=3, models=tmp_path)
    model = topics.load("small", models=tmp_path)
    number = int(model.strongest()[model.find("odd")])
    before = model.topics()[number].support
    topics.remove("small", ids=["odd"], models=tmp_path)
    after = topics.load("small", models=tmp_path).topics()[number].support
    assert before == pytest.approx(6 / 7)
    assert after == 1


def test_a_topic_without_an_article_has_no_support(tmp_path: Path) -> None:
    """None, in the record and in JSON; not 0, which would say that its articles do not hold its words."""
    rows = [{"id": f"s{i}", "text": "Dockers of Saltmere strike; the union and the port talk."} for i in range(6)]
    rows += [{"id": f"b{i}", "text": "The central bank cut its rate and shares rose in Kessing."} for i in range(6)]
    topics.train(rows, "small", n_topics=2, models=tmp_path)
    topics.remove("small", ids=[f"b{i}" for i in range(6)], models=tmp_path)
    found = topics.load("small", models=tmp_path).topics()
    assert sorted(topic.row()["support"] is None for topic in found) == [False, True]
