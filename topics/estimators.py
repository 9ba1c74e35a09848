"""scikit-learn estimators: thin shells around the same functions that `train` uses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from topics import vectorize
from topics.factorize import factorise, weights
from topics.settings import Settings
from topics.text.tokens import Tokens, Words, tokenise

__all__ = ["NewsFactorizer", "NewsVectorizer"]


class NewsVectorizer(TransformerMixin, BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """Texts to the weighted words that topics are made of.

    Each text is a string, or a (title, text) pair. Parameters are the fields of ``topics.Settings`` of the same names;
    ``k1=None``, ``idf_power=1`` and ``norm=True`` is TF-IDF as ``TfidfVectorizer(analyzer=...)`` computes it.

    Attributes: `vocabulary_` (term -> column), `idf_` (n_terms,), `n_features_in_` is not set, as texts have none.
    """

    def __init__(
        self,
        *,
        language: str = "en",
        stem: bool = False,
        title_weight: float = Settings().title_weight,
        k1: float | None = Settings().k1,
        b: float = Settings().b,
        idf_power: float = Settings().idf_power,
        norm: bool = Settings().norm,
        min_df: int | None = None,
        max_df: float = Settings().max_df,
        stop_words: Sequence[str] = (),
    ) -> None:
        self.language = language
        self.stem = stem
        self.title_weight = title_weight
        self.k1 = k1
        self.b = b
        self.idf_power = idf_power
        self.norm = norm
        self.min_df = min_df
        self.max_df = max_df
        self.stop_words = stop_words

    def fit(self, texts: Iterable[Any], y: object = None) -> NewsVectorizer:
        """Learn the words of some texts."""
        self.fit_transform(texts)
        return self

    def fit_transform(self, texts: Iterable[Any], y: object = None, **params: object) -> Any:
        """Learn the words of some texts, and weigh them: float32 CSR (n_texts, n_terms)."""
        settings = self._settings()
        tokens, words = _tokens(texts)
        self._words, counts, _ = vectorize.fit([tokens], words, settings)
        names = self._words.names.to_list()
        self.vocabulary_ = {name: column for column, name in enumerate(names)}
        self.idf_ = vectorize.idf(self._words.df, self._words.n_articles)
        return self._words.weigh(counts, settings)

    def transform(self, texts: Iterable[Any]) -> Any:
        """Weigh texts in the words learned: float32 CSR (n_texts, n_terms)."""
        check_is_fitted(self)
        tokens, words = _tokens(texts)
        settings = self._settings()
        return self._words.weigh(vectorize.encode(tokens, words, self._words, settings), settings)

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """The terms, by column."""
        check_is_fitted(self)
        return np.array(list(self.vocabulary_), dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags

    def _settings(self) -> Settings:
        values = self.get_params()
        return Settings(**values | {"stop_words": tuple(self.stop_words)})


def _tokens(texts: Iterable[Any]) -> tuple[Tokens, Words]:
    if isinstance(texts, str):
        raise ValueError("texts: a list of strings is expected; one string was given")
    words = Words()
    pairs = (("", text) if isinstance(text, str) else (text[0], text[1]) for text in texts)
    return tokenise(pairs, words), words


class NewsFactorizer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Non-negative matrix factorisation with a deterministic start, as `train` runs it.

    n_components : topics; None for as many as features.  max_iter, tol, random_state : as in ``topics.factorize``.

    Attributes: `components_` (n_components, n_features), `n_iter_`, `reconstruction_err_` (Frobenius), `converged_`.
    """

    def __init__(
        self,
        n_components: int | None = 20,
        *,
        max_iter: int = 200,
        tol: float = 1e-4,
        random_state: int = 0,
    ) -> None:
        self.n_components = n_components
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state

    def fit(self, X: Any, y: object = None) -> NewsFactorizer:
        """Find topics in a non-negative matrix, dense or CSR (n_samples, n_features)."""
        self.fit_transform(X)
        return self

    def fit_transform(self, X: Any, y: object = None, **params: object) -> NDArray[Any]:
        """Find topics, and each sample's weights: (n_samples, n_components)."""
        M = self._checked(X, reset=True)
        wanted = M.shape[1] if self.n_components is None else self.n_components
        Settings(n_topics=wanted, max_iter=self.max_iter, tol=self.tol)  # says what is out of range
        found = factorise(M, wanted, seed=self.random_state, max_iter=self.max_iter, tol=self.tol)
        self.components_ = found.H
        self.n_components_ = len(found.H)
        self.n_iter_ = len(found.errors)
        self.converged_ = found.converged
        self.reconstruction_err_ = found.errors[-1] * float(np.sqrt(M.multiply(M).sum()))
        return weights(M, found.H)

    def transform(self, X: Any) -> NDArray[Any]:
        """Weights of samples, each fitted by itself: (n_samples, n_components)."""
        check_is_fitted(self)
        return weights(self._checked(X, reset=False), self.components_)

    def inverse_transform(self, W: Any) -> NDArray[Any]:
        """The matrix that weights stand for: (n_samples, n_features)."""
        check_is_fitted(self)
        return np.asarray(W @ self.components_)

    @property
    def _n_features_out(self) -> int:
        return len(self.components_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = True
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags

    def _checked(self, X: Any, *, reset: bool) -> Any:
        M = validate_data(self, X, reset=reset, accept_sparse="csr", dtype=[np.float64, np.float32])
        values = M.data if sparse.issparse(M) else M
        if values.size and values.min() < 0:
            raise ValueError("Negative values in data passed to NewsFactorizer; it takes weights of zero and above")
        return sparse.csr_matrix(M, dtype=np.float32)
