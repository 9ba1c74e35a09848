"""Concepts: what the words of headlines tell beside themselves."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from math import log
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

import topics
from topics import concepts
from topics.matching import HEADLINES, least
from topics.vocabulary import TOPIC_BASE, Vocabulary

# What six newspapers call the same things: of the words of one event each headline takes three of eight, so that many
# of its headlines share none.
EVENTS = [
    "Varnholt central bank governor rates pound Threadgold inflation",
    "Ostermoor ferry sinking captain rescue harbour Brandreth lifeboat",
    "Quillfeather album tour singer Marisco band charts record",
    "Hesperia rocket launch orbit satellite Dunmore probe crew",
    "Larkhill rail strike union drivers Pemberton commuters talks",
    "Ashdown vaccine trial doctors patients Kirkbride dose approval",
]


def headlines(seed: int = 0, each: int = 60) -> list[dict[str, str]]:
    """Headlines of three words on each event."""
    rng = random.Random(seed)
    return [
        {"id": f"{event}-{number}", "title": " ".join(rng.sample(words.split(), 3))}
        for number in range(each)
        for event, words in enumerate(EVENTS)
    ]


@pytest.fixture(scope="module")
def model() -> topics.Model:
    return topics.train(headlines(), n_topics=3)


def test_headlines_without_a_common_word_find_each_other(model: topics.Model) -> None:
    """The score of two headlines that share no word tells whether they are on one event."""
    titles = {article.id: set((article.title or "").split()) for article in model.reader.scan(text=False)}
    without = [
        (match.article.id[0] == name[0], match.score)
        for name in list(titles)[:30]
        for match in model.similar(name, top=len(titles))
        if not titles[name] & titles[match.article.id]
    ]
    same, other = ([score for one, score in without if one is wanted] for wanted in (True, False))
    assert len(same) > 100
    assert np.median(same) > HEADLINES.related
    assert max(other, default=0.0) < np.median(same)


def test_reasons_sum_to_the_score_and_name_both_sides_words(model: topics.Model) -> None:
    """A concept is told by a word of the query and one of the article."""
    titles = {article.id: set((article.title or "").split()) for article in model.reader.scan(text=False)}
    told = 0
    for match in model.similar("0-0", top=50):
        assert sum(reason.weight for reason in match.why) == pytest.approx(match.score, abs=1e-6)
        for reason in match.why:
            assert set(reason.words) <= titles["0-0"] | titles[match.article.id]
            assert not reason.words or (reason.row()["words"] == list(reason.words) and reason.term is None)
            told += len(reason.words) == 2
    assert told


def test_concepts_outlive_saving_adding_and_the_order_of_articles(tmp_path: Path, model: topics.Model) -> None:
    """A model opened again, with articles added one by one, looks up as one that was fitted on the others and added to
    at once."""
    rows = headlines()
    later = [{"id": "late", "title": "Threadgold inflation Nowherton"}, {"id": "new", "title": "Nowherton Elsewhen"}]
    topics.train(rows, "a", models=tmp_path, n_topics=3)
    topics.train(rows[::-1], "b", models=tmp_path, n_topics=3)
    topics.add("a", later, models=tmp_path)
    for article in later:
        topics.add("b", [article], models=tmp_path)
    a, b = (topics.load(name, models=tmp_path) for name in "ab")
    assert a.vocabulary.concepts.shape[1] == model.vocabulary.concepts.shape[1] > 0
    assert (a.vocabulary.concepts != b.vocabulary.concepts).nnz == 0
    for query in ("late", "0-0"):
        found = [[(m.article.id, round(m.score, 6)) for m in each.similar(query, top=20)] for each in (a, b)]
        assert found[0] == found[1]
    assert a.similar("late", top=1)[0].article.id[0] == "0"
    terms, _ = a.segments.row(a.find("new"))  # all its words are new: nothing tells of what it is
    assert (terms < TOPIC_BASE).all()
    for each in (a, b):
        each.reader.close()  # type: ignore[attr-defined]  # a file's reader


def test_long_articles_have_none(sample: topics.Model) -> None:
    """Then scores and what is related stay as they are."""
    assert sample.vocabulary.concepts.shape == (len(sample.vocabulary), 0)
    assert least(sample).related == 0.12
    long = sparse.csr_matrix(np.ones((300, 40), np.float32))
    few = np.zeros(300, np.bool_)
    few[:149] = True
    assert concepts.fit(long, few).shape == (40, 0)


@given(st.lists(st.sets(st.integers(0, 6), max_size=5), min_size=1, max_size=12))
def test_co_occurrence_agrees_with_counting_pairs(articles: list[set[int]]) -> None:
    """Positive pointwise mutual information as its formula has it, pair by pair."""
    X = sparse.csr_matrix(np.array([[float(t in held) for t in range(7)] for held in articles], np.float32))
    df = Counter(term for held in articles for term in held)
    pairs = Counter(pair for held in articles for pair in itertools.product(held, held))
    expected = np.zeros((7, 7))
    for (a, b), both in pairs.items():
        rarer = min(df[a], df[b])
        value = log(both * len(articles) / (df[a] * df[b])) * both / (both + 1) * rarer / (rarer + 1)
        expected[a, b] = max(0.0, value)
    assert concepts.together(X).toarray() == pytest.approx(expected, abs=1e-6)


def test_a_row_has_at_most_so_many_concepts_and_only_for_what_it_holds() -> None:
    """Unit rows, an empty one for an article of terms without concepts; the part that is told says how much has any."""
    C = sparse.csr_matrix(np.vstack([np.zeros(12), np.arange(12) + 1.0, np.ones(12)]).astype(np.float32))
    X = sparse.csr_matrix(np.array([[1, 0, 0, 0], [0.6, 0.8, 0, 0], [0, 0, 0, 1]], np.float32))
    found = concepts.of_articles(X, C)
    assert np.diff(found.indptr).tolist() == [0, concepts.KEPT, 0]
    assert float((found.data**2).sum()) == pytest.approx(1)
    assert concepts.told(X, C) == pytest.approx([0, 0.64, 0])


@pytest.mark.parametrize(
    "titles",
    [
        [f"{EVENTS[0]} {EVENTS[1]}", f"{EVENTS[2]} {EVENTS[3]}"] * 120,
        [EVENTS[0], ""] * 500,
        [f"{a} {b}" for a in ("Varnholt", "Quillon", "Larkhill") for b in ("inflation", "rescue", "talks")] * 100,
    ],
)
def test_few_headlines_told_often_teach_nothing_odd(titles: list[str]) -> None:
    """Fewer directions than concepts: every score is a number, and the same title the nearest."""
    model = topics.train([{"id": str(i), "title": title} for i, title in enumerate(titles)])
    best = model.similar("0", top=1)[0]
    assert best.article.title == titles[0]
    assert best.score == pytest.approx(1, abs=1e-5)
    assert sum(reason.weight for reason in best.why) == pytest.approx(best.score, abs=1e-6)


def test_models_of_before_concepts_have_none(model: topics.Model) -> None:
    """Their vocabulary is stored without them; one that does not fit together is refused."""
    arrays = model.vocabulary.arrays()
    old = {name: array for name, array in arrays.items() if not name.startswith("concept")}
    assert Vocabulary.from_arrays(old, 10).concepts.shape == (len(model.vocabulary), 0)
    same = Vocabulary.from_arrays(arrays, 10).concepts
    assert (same != model.vocabulary.concepts).nnz == 0
    with pytest.raises(ValueError, match=r".+"):
        Vocabulary.from_arrays({**arrays, "concept_numbers": arrays["concept_numbers"] + 80}, 10)
