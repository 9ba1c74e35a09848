"""Quality of topics: one default setting on every corpus, beside other systems on the same articles.

    python -m benchmarks.topic_quality [--out FILE.json] [--topics 20 ...] [--peers sklearn gensim ...] [--cache DIR]

Prints a table in Markdown, and writes the figures as JSON.  Corpora come from $TOPICS_DATA or ../shared/data; those
that are absent are left out, and so are peers that are not installed (the extra `bench` has them).  Results of peers
are kept in --cache by the digest of their articles.  All are scored alike, on lower-cased words in windows of ten
(`topics.quality`); AMI and ARI compare the strongest topic with the sections: on Reuters, of the items with exactly one
label that occurs 20 times or more; the newsgroups are 4,000 posts drawn with seed 0.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import importlib.metadata
import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import topics
from benchmarks.corpora import DATA
from topics import quality
from topics.evaluation import sections_agree

Rows = list[dict[str, Any]]
Found = tuple[list[list[str]], list[int]]  # keywords of each topic, strongest topic of each article


def read(name: str) -> Rows:
    """The articles of a corpus, `section` being what they are sorted into; [] when it is not there."""
    path = DATA / f"{name}.jsonl.gz"
    if not path.is_file():
        return []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows: Rows = [json.loads(line) for line in lines]
    if name == "reuters-train":
        rows = [row for row in rows if row.get("title") or row.get("text")]
        one = [row["topics"][0] if len(row.get("topics") or ()) == 1 else None for row in rows]
        often = {label for label, n in Counter(filter(None, one)).items() if n >= 20}
        for row, label in zip(rows, one, strict=True):
            row["section"] = label if label in often else None
    if name == "newsgroups-train":
        rows = [rows[i] for i in np.sort(np.random.default_rng(0).permutation(len(rows))[:4000])]
    return rows


def texts_of(rows: Rows) -> list[str]:
    return [quality.body(row.get("title") or "", row.get("text") or "") for row in rows]


def ours(rows: Rows, n_topics: int) -> Found:
    """This package, nothing set but the number of topics."""
    model = topics.train(rows, n_topics=n_topics)
    strongest = {row.article.id: row.topics[0].topic if row.topics else -1 for row in model.assign()}
    places = [article.id for article in model.reader.scan(text=False)]
    lists = [[term.term for term in topic.keywords] for topic in model.topics(10)]
    return lists, [strongest[place] for place in places]


def scikit_learn(rows: Rows, n_topics: int) -> Found:
    """TF-IDF and NMF as its documentation shows them."""
    from sklearn.decomposition import NMF
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(stop_words="english", max_df=0.95, min_df=2)
    X = vectorizer.fit_transform(texts_of(rows))
    fit = NMF(n_topics, init="nndsvd", max_iter=400, random_state=0)
    W = fit.fit_transform(X)
    names = vectorizer.get_feature_names_out()
    lists = [[str(names[i]) for i in np.argsort(-row)[:10]] for row in fit.components_]
    return lists, [int(row.argmax()) if row.any() else -1 for row in W]


def gensim(rows: Rows, n_topics: int) -> Found:
    """Its Nmf over its TF-IDF."""
    from gensim.corpora import Dictionary
    from gensim.models import Nmf, TfidfModel
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    documents = [[w for w in quality.words_of(t) if w not in ENGLISH_STOP_WORDS and len(w) > 1] for t in texts_of(rows)]
    dictionary = Dictionary(documents)
    dictionary.filter_extremes(no_below=2, no_above=0.95, keep_n=None)
    bags = [dictionary.doc2bow(document) for document in documents]
    weighed = TfidfModel(bags)[bags]
    fit = Nmf(weighed, num_topics=n_topics, id2word=dictionary, passes=5, random_state=0)
    lists = [[word for word, _ in fit.show_topic(topic, 10)] for topic in range(n_topics)]
    found = (fit.get_document_topics(bag, minimum_probability=0) for bag in weighed)
    return lists, [max(pairs, key=lambda pair: pair[1])[0] if pairs else -1 for pairs in found]


def tomotopy(rows: Rows, n_topics: int) -> Found:
    """Its LDA with IDF term weights, 1,000 iterations."""
    import tomotopy as tp
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    fit = tp.LDAModel(tw=tp.TermWeight.IDF, k=n_topics, min_df=2, seed=0)
    places = []
    for text in texts_of(rows):
        words = [w for w in quality.words_of(text) if w not in ENGLISH_STOP_WORDS and len(w) > 1]
        places.append(fit.add_doc(words) if words else None)
    fit.train(1000, workers=1)
    lists = [[word for word, _ in fit.get_topic_words(topic, 10)] for topic in range(n_topics)]
    return lists, [-1 if p is None else int(np.argmax(fit.docs[p].get_topic_dist())) for p in places]


def topica(rows: Rows, n_topics: int) -> Found:
    """Its NMF as it comes, on words that are no stop words."""
    import topica as package
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    documents = [[w for w in quality.words_of(t) if w not in ENGLISH_STOP_WORDS and len(w) > 1] for t in texts_of(rows)]
    df = Counter(word for document in documents for word in set(document))
    documents = [[w for w in document if df[w] >= 2] for document in documents]
    kept = [i for i, document in enumerate(documents) if document]
    fit = package.NMF(n_topics, seed=0)
    fit.fit([documents[i] for i in kept])
    names, strongest = list(fit.vocabulary), [-1] * len(rows)
    for i, row in zip(kept, np.asarray(fit.doc_topic), strict=True):
        strongest[i] = int(row.argmax())
    return [[names[j] for j in np.argsort(-row)[:10]] for row in np.asarray(fit.topic_word)], strongest


PEERS: dict[str, tuple[str, Callable[[Rows, int], Found]]] = {
    "sklearn": ("scikit-learn", scikit_learn),
    "gensim": ("gensim", gensim),
    "tomotopy": ("tomotopy", tomotopy),
    "topica": ("topica", topica),
}


def cached(cache: Path, peer: str, rows: Rows, n_topics: int) -> Found | None:
    """What a peer finds, from the cache when it has seen these articles; None when it is not installed."""
    package, find = PEERS[peer]
    try:
        version = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
    digest = hashlib.sha256(json.dumps(texts_of(rows)).encode()).hexdigest()[:16]
    file = cache / f"{peer}-{version}-{digest}-{n_topics}.json"
    if file.is_file():
        lists, strongest = json.loads(file.read_text("utf-8"))
        return lists, strongest
    found = find(rows, n_topics)
    cache.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(found), "utf-8")
    return found


def scores(rows: Rows, found: Found) -> dict[str, float | None]:
    """The figures of the table."""
    lists, strongest = found[0], np.array(found[1], np.int64)
    counted = quality.Occurrences.count(texts_of(rows), lists)
    support = [share or 0.0 for share in counted.support(lists, strongest)]
    sizes = np.bincount(strongest[strongest >= 0], minlength=len(lists))
    ami, ari = sections_agree(strongest, [row.get("section") for row in rows])
    return {
        "npmi": float(np.mean(counted.npmi(lists))),
        "diversity": quality.diversity(lists),
        "support": float(np.average(support, weights=sizes)),
        "ami": ami,
        "ari": ari,
    }


def people() -> dict[str, float]:
    """Spearman's correlation of automatic scores with what people said of 300 topics (Hoyle et al. 2021)."""
    path = DATA / "human-topic-ratings.tsv"
    if not path.is_file():
        return {}
    from scipy.stats import spearmanr

    head, *lines = (line.split("\t") for line in path.read_text("utf-8").splitlines())
    columns = dict(zip(head, zip(*lines, strict=True), strict=True))
    found = {}
    for score in ("c_npmi_10_full", "c_v_full", "u_mass_full"):
        for judged in ("mean_rating_1_3", "intrusion_accuracy"):
            pairs = [(float(a), float(b)) for a, b in zip(columns[score], columns[judged], strict=True) if a and b]
            found[f"{score} / {judged}"] = float(spearmanr(*zip(*pairs, strict=True)).statistic)
    return found


def line(cells: Sequence[object]) -> str:
    shown = ("" if c is None else f"{c:.3f}" if isinstance(c, float) else str(c) for c in cells)
    return f"| {' | '.join(shown)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--topics", type=int, nargs="+", default=[20])
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS))
    parser.add_argument("--corpora", nargs="+", default=["bbc", "reuters-train", "newsgroups-train"])
    parser.add_argument("--cache", type=Path, default=Path("benchmarks/.cache"))
    given = parser.parse_args()
    names = ("npmi", "diversity", "support", "ami", "ari")
    print(line(["corpus", "topics", "system", *names]))
    print("|---" * (3 + len(names)) + "|")
    figures = []
    for corpus in given.corpora:
        if not (rows := read(corpus)):
            print(f"{corpus}: not there; set TOPICS_DATA to the folder that holds the corpora")
            continue
        for n_topics in given.topics:
            found: dict[str, Found | None] = {"topics": ours(rows, n_topics)}
            found |= {peer: cached(given.cache, peer, rows, n_topics) for peer in given.peers}
            for system, result in found.items():
                if result is not None:
                    row = {"corpus": corpus, "topics": n_topics, "system": system} | scores(rows, result)
                    figures.append(row)
                    print(line(list(row.values())), flush=True)
    judged = people()
    for name, value in judged.items():
        print(f"people: {name} {value:.3f}")
    if given.out:
        given.out.write_text(json.dumps({"topics": figures, "people": judged}, indent=1), "utf-8")


if __name__ == "__main__":
    main()
