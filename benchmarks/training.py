"""The whole of `train`: 3. against the plain scikit-learn pipeline with the same vocabulary; 6. as the corpus grows."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from measure import apart

import topics
from corpora import articles

# The command, as it is typed; what it prints is the answer.
OURS = """
import io, json, sys
from contextlib import redirect_stdout
from topics.cli import run
with redirect_stdout(io.StringIO()) as out:
    command = ["train", sys.argv[1], "--topics", sys.argv[3], "--models", sys.argv[2], "--name", "model"]
    assert run([*command, "--replace", "--json", "--quiet"]) == 0
answer = json.loads(out.getvalue())
answer = {name: answer[name] for name in ("articles", "topics")}
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
joblib.dump((pipeline, W), sys.argv[2] + "/scikit-learn.joblib")
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
        arguments = (str(source), folder, str(n_topics))
        found = {
            "ours, nothing compiled": apart(OURS, *arguments, uncached=True),
            "ours": apart(OURS, *arguments),
        }
        words = topics.load("model", models=folder).fitted.words
        Path(f"{source}.words").write_text(json.dumps(words.names.to_list()), encoding="utf-8")
        found["scikit-learn"] = apart(THEIRS, *arguments)
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


def growing(sizes: tuple[int, ...], plot: Path | None = None, n_topics: int = 20) -> list[dict[str, Any]]:
    """Rows for the table: newsgroups and reuters so many times over, seconds and peak memory; and a plot of both.

    Three words in ten are left out of every further copy, so that copies are other texts.
    """
    base = articles("newsgroups-train", "reuters-train")
    rng = np.random.default_rng(0)
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "articles.jsonl"
        written = 0
        for size in sizes:
            with source.open("a", encoding="utf-8") as file:
                for copy in range(written, size):
                    for number, (title, text) in enumerate(base):
                        words = text.split(" ")
                        if copy:
                            kept = (rng.random(len(words)) < 0.7).tolist()
                            words = [word for word, keep in zip(words, kept, strict=True) if keep]
                        row = {"id": f"{copy}-{number}", "title": title, "text": " ".join(words)}
                        file.write(json.dumps(row) + "\n")
            written = size
            row = apart(OURS, str(source), folder, str(n_topics))
            rows.append({"times": size, **row, "ms an article": row["seconds"] / row["articles"] * 1e3})
    first = rows[0]
    for row in rows:
        row["times the time"], row["times the memory"] = (
            row["seconds"] / first["seconds"],
            row["peak_mb"] / first["peak_mb"],
        )
    if plot is not None:
        draw(rows, plot)
    return rows


def draw(rows: list[dict[str, Any]], path: Path) -> None:
    """Time and memory over the number of articles, as a picture (SVG)."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(8, 3))
    thousands = [row["articles"] / 1000 for row in rows]
    for axis, key, label in zip(axes, ("seconds", "peak_mb"), ("seconds", "peak memory, MB"), strict=True):
        axis.plot(thousands, [row[key] for row in rows], "o-", color="#1f4e79")
        axis.set(xlabel="thousand articles", ylabel=label, xlim=(0, None), ylim=(0, None))
        axis.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
