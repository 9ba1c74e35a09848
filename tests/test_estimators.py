"""The scikit-learn shells behave as scikit-learn's own estimators do."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.decomposition import NMF
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from topics.estimators import NewsFactorizer, NewsVectorizer
from topics.settings import Settings
from topics.text.terms import Terms
from topics.text.words import split
from topics.vectorize import topic_terms

TEXTS = [
    "The dockers' strike at Saltmere enters its second week; the union and the port met.",
    "Dockers and the port of Saltmere talk again as the strike goes on",
    "The central bank cut its rate; bank shares rose and the crown fell",
    "A rate cut by the central bank surprised the markets, and shares rose",
    "Skerry Vale beat Hexley on penalties and reach the cup final",
    "Cup final: penalties again, and Skerry Vale lose to Hexley",
]


@parametrize_with_checks([NewsFactorizer(n_components=2, max_iter=20)])
def test_the_factoriser_is_a_scikit_learn_estimator(estimator: Any, check: Any) -> None:
    """Every check that scikit-learn has for a transformer passes."""
    check(estimator)


def plain(text: str) -> list[str]:
    """The reference analyser: one term a word, stop words and words without a letter left out."""
    terms = topic_terms(Settings())
    return [terms.term(word) for word, _ in split(text) if not terms.is_stop(word)]


def test_without_our_weights_it_is_tfidf_of_the_reference_analyser() -> None:
    """Title weight 1, no BM25, no stems: scikit-learn's vocabulary and values, to 1e-6."""
    ours = NewsVectorizer(title_weight=1, k1=None, idf_power=1, norm=True, min_df=1, max_df=1.0)
    theirs = TfidfVectorizer(analyzer=plain, dtype=np.float64)
    X, Y = ours.fit_transform(TEXTS), theirs.fit_transform(TEXTS)
    assert set(ours.vocabulary_) == set(theirs.vocabulary_)
    columns = [ours.vocabulary_[name] for name in theirs.get_feature_names_out()]
    np.testing.assert_allclose(X[:, columns].toarray(), Y.toarray(), atol=1e-6)
    np.testing.assert_allclose(
        ours.transform(TEXTS[:2])[:, columns].toarray(), theirs.transform(TEXTS[:2]).toarray(), atol=1e-6
    )


def test_transform_of_the_fitted_texts_is_fit_transform() -> None:
    """A text weighs the same whether it was fitted or comes later."""
    vectorizer = NewsVectorizer(min_df=1)
    X = vectorizer.fit_transform(TEXTS)
    assert X.dtype == np.float32
    assert sparse.issparse(X)
    np.testing.assert_allclose(vectorizer.transform(TEXTS).toarray(), X.toarray(), rtol=1e-6)


def test_clone_pickle_and_set_params() -> None:
    """Parameters survive cloning, fitted state survives pickling."""
    vectorizer = NewsVectorizer(title_weight=3, stop_words=("port",))
    assert clone(vectorizer).get_params() == vectorizer.get_params()
    assert vectorizer.set_params(min_df=2).min_df == 2
    X = vectorizer.fit_transform(TEXTS)
    again = pickle.loads(pickle.dumps(vectorizer))
    np.testing.assert_array_equal(again.transform(TEXTS).toarray(), X.toarray())
    assert "port" not in vectorizer.vocabulary_
    assert list(vectorizer.get_feature_names_out()) == list(vectorizer.vocabulary_)


def test_pipeline_and_grid_search() -> None:
    """The two shells run behind one another, and their parameters can be searched."""
    pipeline = make_pipeline(NewsVectorizer(min_df=1), NewsFactorizer(n_components=3))
    W = pipeline.fit_transform(TEXTS)
    assert W.shape == (6, 3)
    assert {tuple(sorted(np.flatnonzero(W.argmax(1) == t))) for t in range(3)} == {(0, 1), (2, 3), (4, 5)}
    assert list(pipeline.get_feature_names_out()) == ["newsfactorizer0", "newsfactorizer1", "newsfactorizer2"]
    search = GridSearchCV(pipeline, {"newsfactorizer__n_components": [1, 2]}, cv=2, scoring=lambda est, X, y=None: 1.0)
    search.fit(TEXTS)
    assert search.best_params_["newsfactorizer__n_components"] in (1, 2)


def test_one_string_is_not_a_list_of_texts() -> None:
    """The letters of a string are not articles."""
    with pytest.raises(ValueError, match="list of strings"):
        NewsVectorizer().fit("one text")


def test_inverse_transform_comes_near_the_matrix() -> None:
    """W times H is the matrix that it explains."""
    rng = np.random.default_rng(0)
    X = rng.random((30, 3)) @ rng.random((3, 20))
    factorizer = NewsFactorizer(n_components=3, max_iter=500, tol=0)
    W = factorizer.fit_transform(X)
    np.testing.assert_allclose(factorizer.inverse_transform(W), X, atol=0.02)
    assert factorizer.reconstruction_err_ < 0.02 * np.linalg.norm(X) + NMF(3, max_iter=500).fit(X).reconstruction_err_


def test_terms_of_a_language_without_a_list_have_no_stop_words() -> None:
    """An unknown language is no error."""
    assert Terms("xx").stop == frozenset()
