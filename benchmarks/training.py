"""3. The whole of `train` against the plain scikit-learn pipeline with the same vocabulary: time and peak memory."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from measure import apart

from corpora import articles

OURS = """
import json, sys, topics
rows = (json.loads(line) for line in open(sys.argv[1], encoding="utf-8"))
model = topics.train(rows, sys.argv[2], n_topics=int(sys.argv[3]), replace_model=True)
json.dump(model.fitted.words.names.to_list(), open(sys.argv[1] + ".words", "w"))
answer = {"articles": len(model), "topics": len(model.fitted)}
"""
THEIRS = """
import json, sys, warnings, joblib
from sklearn.decomposition import NMF
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
warnings.simplefilter("ignore")
texts = [(row := json.loads(line))["title"] + " " + row["text"] for line in open(sys.argv[1], encoding="utf-8")]
vectorizer = TfidfVectorizer(vocabulary=json.load(open(sys.argv[1] + ".words")))
pipeline = make_pipeline(vectorizer, NMF(int(sys.argv[3]), init="nndsvda"))
W = pipeline.fit_transform(texts)
joblib.dump((pipeline, W), sys.argv[2] + ".joblib")
answer = {"articles": len(texts), "topics": W.shape[1]}
"""


def run(copies: int, n_topics: int = 100) -> list[dict[str, Any]]:
    """Rows for the table."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "articles.jsonl"
        with source.open("w", encoding="utf-8") as file:
            for copy in range(copies):
                for number, (title, text) in enumerate(articles("newsgroups-train")):
                    row = {"id": f"{copy}-{number}", "title": title, "text": text}
                    file.write(json.dumps(row) + "\n")
        arguments = (str(source), str(Path(folder) / "model"), str(n_topics))
        found = {
            "ours, nothing compiled": apart(OURS, *arguments, uncached=True),
            "ours": apart(OURS, *arguments),
            "scikit-learn": apart(THEIRS, *arguments),
        }
    peer = found["scikit-learn"]
    return [
        {
            "system": name,
            **row,
            "times faster": peer["seconds"] / row["seconds"],
            "memory": row["peak_mb"] / peer["peak_mb"],
        }
        for name, row in found.items()
    ]
