"""A fitted model: what it lists, finds and assigns."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

import topics
from topics.errors import ArticleNotFound, SettingError
from topics.facets import Filters
from topics.model import Model
from topics.vocabulary import TOPIC_BASE


def dense_rows(model: Model) -> np.ndarray:
    """Every look-up row, dense: the slow way to a cosine."""
    n_terms = len(model.vocabulary)
    rows = sparse.lil_matrix((len(model), n_terms + len(model.topics())))
    for i in range(len(model)):
        terms, values = model.segments.row(i)
        rows[i, np.where(terms < TOPIC_BASE, terms, terms - TOPIC_BASE + n_terms)] = values
    return rows.toarray()


def test_look_up_is_the_cosine_of_all_rows(sample: Model) -> None:
    """The inverted index gives what comparing with every article gives."""
    X = dense_rows(sample)
    ids = [article.id for article in sample.reader.scan(text=False)]
    for row in range(0, len(sample), 29):
        slow = X @ X[row]
        slow[row] = 0
        best = sorted((i for i in range(len(ids)) if slow[i] > 1e-9), key=lambda i: (-round(slow[i], 7), ids[i]))[:10]
        found = sample.similar(ids[row])
        assert [match.article.id for match in found] == [ids[i] for i in best]
        np.testing.assert_allclose([match.score for match in found], slow[best], atol=1e-6)


def test_rows_are_of_unit_length(sample: Model) -> None:
    """A score of 1 means the same terms in the same proportions."""
    np.testing.assert_allclose(np.linalg.norm(dense_rows(sample), axis=1), 1, atol=1e-5)


def test_similar_never_returns_the_query_itself(sample: Model) -> None:
    """Also when all articles are asked for."""
    for article in list(sample.reader.scan())[::50]:
        assert article.id not in {match.article.id for match in sample.similar(article.id, top=len(sample))}


def test_reasons_sum_to_the_score_and_descend(sample: Model) -> None:
    """Nothing of a score is left unexplained."""
    for match in sample.similar("tour-prologue", top=50):
        weights = [reason.weight for reason in match.why]
        assert sum(weights) == pytest.approx(match.score, abs=1e-6)
        assert weights == sorted(weights, reverse=True)


def test_an_article_is_found_by_id_url_and_title(sample: Model) -> None:
    """Three names for one article; case and space of a title do not matter."""
    [article] = sample.reader.get([sample.find("tour-prologue")])
    assert article.url is not None
    expected = sample.similar(article.id)
    assert sample.similar(article.url) == expected
    assert sample.similar(f"  {article.title.upper()} ") == expected


def test_an_articles_text_finds_it_first(sample: Model) -> None:
    """A query that is a text gives the row that the article got at the fit."""
    for article in list(sample.reader.scan())[::60]:
        [match] = sample.similar(text=article.text, title=article.title, top=1)
        assert match.score == pytest.approx(1, abs=1e-5)


def test_an_unknown_article_names_the_nearest(sample: Model) -> None:
    """A slip of the pen is answered with what was meant."""
    with pytest.raises(ArticleNotFound, match="tour-prologue"):
        sample.similar("tour-prolog")


def test_an_ambiguous_title_names_the_ids(tmp_path: object) -> None:
    """Two articles of one title are told apart by id."""
    twins = [{"id": "a", "title": "Same", "text": "dock strike"}, {"id": "b", "title": "Same", "text": "rate cut"}]
    with pytest.raises(ArticleNotFound, match="'a', 'b'"):
        topics.train(twins).similar("Same")


def test_filters_choose_before_the_best_are_taken(sample: Model) -> None:
    """Ten are asked for and ten come, all of them passing."""
    filters = Filters(since="2031-03", until="2031-09", sections=("Health",))
    found = sample.similar("tour-prologue", top=10, filters=filters)
    assert len(found) == 10
    assert all("2031-03-01" <= (match.article.date or "") < "2031-10" for match in found)
    assert {match.article.section for match in found} == {"health"}
    everything = sample.similar("tour-prologue", top=len(sample))
    passing = [
        m for m in everything if m.article.section == "health" and "2031-03" <= (m.article.date or "") < "2031-10"
    ]
    assert found == passing[:10]


def test_an_unknown_section_is_told_with_those_there_are(sample: Model) -> None:
    """A filter that nothing could pass is a mistake, not an empty answer."""
    with pytest.raises(SettingError, match="'football'"):
        sample.similar("tour-prologue", filters=Filters(sections=("footbal",)))
    with pytest.raises(SettingError, match="2026-03-04"):
        sample.similar("tour-prologue", filters=Filters(since="last week"))


def test_equal_scores_are_ordered_by_id() -> None:
    """Copies tie, and come by id whatever their order."""
    same = [{"id": name, "text": "the dock strike at Saltmere goes on"} for name in "dbca"]
    model = topics.train([{"id": "q", "text": "dock strike talks"}, *same])
    assert [match.article.id for match in model.similar("q", top=3)] == ["a", "b", "c"]


def test_unknown_words_match_nothing(sample: Model) -> None:
    """A text of which no article holds a word has no neighbour, and no topic."""
    assert sample.similar(text="xylophonic zzyzx") == []
    assert sample.search("zzyzx") == []
    assert not sample.weigh([("", "zzyzx")]).any()
    assert sample.similar(text="") == []


def test_search_finds_inflected_forms(sample: Model) -> None:
    """docker finds dockers."""
    assert {m.article.id for m in sample.search("docker")} == {m.article.id for m in sample.search("dockers")} != set()


def test_weights_of_an_article_sum_to_one_or_it_has_none(sample: Model) -> None:
    """And they come strongest first."""
    rows = list(sample.assign())
    assert [row.article.id for row in rows] == [article.id for article in sample.reader.scan()]
    for row in rows:
        weights = [topic.weight for topic in row.topics]
        assert weights == sorted(weights, reverse=True)
        assert sum(weights) == pytest.approx(1, abs=1e-5)
    assert sample.topics()[0].share == pytest.approx(
        np.mean([sum(t.weight for t in row.topics if t.topic == 0) for row in rows]), abs=1e-5
    )


def test_assigning_the_fitted_articles_anew_gives_the_same(sample: Model) -> None:
    """An article's topics do not depend on whether it was fitted, nor on its neighbours."""
    articles = list(sample.reader.scan())
    stored = {row.article.id: row.topics for row in sample.assign()}
    for some in (articles[:40], articles[7:8], articles[::-37]):
        for row in sample.assign(some):
            assert [t.topic for t in row.topics] == [t.topic for t in stored[row.article.id]]
            for new, old in zip(row.topics, stored[row.article.id], strict=True):
                assert new.weight == pytest.approx(old.weight, abs=1e-5)


def test_topics_come_largest_first_with_distinct_keywords(sample: Model) -> None:
    """A keyword stands once under a topic; shares descend and sum to 1."""
    found = sample.topics()
    shares = [topic.share for topic in found]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1, abs=1e-4)
    for topic in found:
        keywords = [term.term for term in topic.keywords]
        assert len(keywords) == len(set(keywords)) == 10
    assert len({topic.label for topic in found}) == len(found)


def test_articles_of_a_topic_descend_and_agree_with_assign(sample: Model) -> None:
    """Listing a topic is assign, sorted."""
    weights = {row.article.id: {t.topic: t.weight for t in row.topics} for row in sample.assign()}
    found = sample.articles(2, top=20)
    assert [row.weight for row in found] == sorted((row.weight for row in found), reverse=True)
    assert all(weights[row.article.id][2] == pytest.approx(row.weight) for row in found)
    assert found[0].weight == pytest.approx(max(w.get(2, 0) for w in weights.values()))
    with pytest.raises(SettingError, match="0 to"):
        sample.articles(99)


@pytest.mark.parametrize(("name", "value"), [("top", 0), ("min_score", 1.5)])
def test_values_out_of_range_are_refused(sample: Model, name: str, value: float) -> None:
    """The message names the setting."""
    with pytest.raises(SettingError, match=name):
        sample.similar("tour-prologue", **{name: value})  # type: ignore[arg-type]
