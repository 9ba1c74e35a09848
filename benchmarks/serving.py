"""How fast the service answers, beside a bare route that does the same look-up by brute force, and whether it holds.

    python benchmarks/serving.py ../shared/data/reuters-train.jsonl.gz [--seconds 60] [--turns 50]

Needs wrk (apt install wrk) and the extras `serve` and `test`. Similar articles by id, eight connections on loopback,
one process each: the service, then FastAPI with scikit-learn's NearestNeighbors(algorithm="brute", metric="cosine")
over TfidfVectorizer's rows, titles in memory. Ids are drawn anew for every request. Then, under the same load, the
model is replaced and articles are added, `--turns` times each; answers other than 200 are counted. Prints a table and
writes benchmarks/serving.json.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import topics
from topics.update import add

HERE = Path(__file__).parent
ENV = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

BARE = """
import json, sys
import numpy as np
from fastapi import FastAPI
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.neighbors import NearestNeighbors
import uvicorn

rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
place = {row["id"]: i for i, row in enumerate(rows)}
X = TfidfVectorizer(stop_words="english").fit_transform(f"{row['title'] or ''} {row['text'] or ''}" for row in rows)
near = NearestNeighbors(n_neighbors=11, algorithm="brute", metric="cosine").fit(X)
app = FastAPI()

@app.get("/similar")
def similar(id: str):
    far, found = near.kneighbors(X[place[id]])
    return [{"id": rows[i]["id"], "title": rows[i]["title"], "score": 1 - d} for d, i in zip(far[0], found[0])]

uvicorn.run(app, port=int(sys.argv[2]), log_level="warning")
"""

LUA = """
local ids = {}
for line in io.lines("%s") do ids[#ids + 1] = line end
math.randomseed(os.time())
request = function() return wrk.format("GET", "%s" .. ids[math.random(#ids)]) end
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--turns", type=int, default=50)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = topics.train(topics.read([wanted.corpus]), "served", models=name)
        rows = [article.row() for article in model.reader.scan()]
        (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        (folder / "ids").write_text("".join(row["id"] + "\n" for row in rows), "utf-8")
        found: dict[str, Any] = {"corpus": wanted.corpus.name, "articles": len(rows), "seconds": wanted.seconds}
        serve = [
            sys.executable,
            "-m",
            "topics",
            "serve",
            "served",
            "--models",
            name,
            "--no-access-log",
            "--port",
            "8791",
        ]
        path = "/v1/models/served/similar?id="
        with running(serve, "http://127.0.0.1:8791/readyz") as service:
            load(folder, "http://127.0.0.1:8791", path, 5)
            before = memory(service)
            found["service"] = load(folder, "http://127.0.0.1:8791", path, wanted.seconds)
            found["service"]["MB before"], found["service"]["MB after"] = before, memory(service)
            found["changes"] = changes(folder, rows, wanted.turns, path)
            found["changes"]["MB after"] = memory(service)
        (folder / "bare.py").write_text(BARE, "utf-8")
        bare = [sys.executable, str(folder / "bare.py"), str(folder / "rows.jsonl"), "8792"]
        with running(bare, f"http://127.0.0.1:8792/similar?id={rows[0]['id']}"):
            found["bare"] = load(folder, "http://127.0.0.1:8792", "/similar?id=", wanted.seconds)
    found["times the throughput"] = round(found["service"]["requests a second"] / found["bare"]["requests a second"], 1)
    (HERE / "serving.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    show(found)


@contextmanager
def running(command: list[str], address: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server, once it answers."""
    import httpx

    process = subprocess.Popen(command, env=ENV)
    try:
        for _ in range(240):
            try:
                if httpx.get(address, timeout=5).status_code == 200:
                    break
            except httpx.HTTPError:
                time.sleep(0.5)
        else:
            raise SystemExit(f"{address} does not answer")
        yield process
    finally:
        process.terminate()
        process.wait(30)


def load(folder: Path, base: str, path: str, seconds: int) -> dict[str, Any]:
    """What wrk measures."""
    script = folder / "load.lua"
    script.write_text(LUA % (folder / "ids", path), "utf-8")
    command = ["wrk", "-t1", "-c8", f"-d{seconds}s", "--latency", "--timeout", "30s", "-s", str(script), base]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    sockets = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", said)
    return {
        "requests a second": float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]),
        "requests": int(re.search(r"(\d+) requests in", said)[1]),
        "p50 ms": milliseconds(re.search(r"\n +50%\s+(\S+)", said)[1]),
        "p99 ms": milliseconds(re.search(r"\n +99%\s+(\S+)", said)[1]),
        "failed": int(failed[1] if failed else 0) + sum(map(int, sockets.groups() if sockets else ())),
    }


def milliseconds(text: str) -> float:
    """wrk writes 730.00us, 1.20ms, 1.02s, 1.50m."""
    found = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text)
    if found is None:
        raise SystemExit(f"wrk writes a time as {text!r}")
    return round(float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[found[2]], 2)


def changes(folder: Path, rows: list[dict[str, Any]], turns: int, path: str) -> dict[str, Any]:
    """The model replaced, then articles added, under load; the ids that are asked for stay in it."""
    done = threading.Event()
    totals = {"requests": 0, "failed": 0, "p99 ms": 0.0}

    def ask() -> None:
        while not done.is_set():
            part = load(folder, "http://127.0.0.1:8791", path, 10)
            totals["requests"] += part["requests"]
            totals["failed"] += part["failed"]
            totals["p99 ms"] = max(totals["p99 ms"], part["p99 ms"])

    asker = threading.Thread(target=ask)
    asker.start()
    # a tenth of the articles: fitting is not what is measured
    part = rows[::10]
    (folder / "ids.new").write_text("".join(row["id"] + "\n" for row in part), "utf-8")
    (folder / "ids.new").replace(folder / "ids")
    time.sleep(12)  # the load in progress asks for the other ids still
    for turn in range(turns):
        topics.train(part, "served", models=str(folder), replace_model=True, n_topics=5, seed=turn)
    for turn in range(turns):
        new = [topics.Article(f"new/{turn}/{i}", "A new one", f"article {i} of turn {turn}") for i in range(20)]
        add(folder / "served", new)
    done.set()
    asker.join()
    return {"replaced": turns, "added to": turns, **totals}


def memory(process: subprocess.Popen[bytes]) -> int:
    """Megabytes of its own, without what it shares."""
    status = Path(f"/proc/{process.pid}/status").read_text("utf-8")
    return int(re.search(r"RssAnon:\s+(\d+)", status)[1]) // 1024


def show(found: dict[str, Any]) -> None:
    """A table for the README."""
    print("| similar by id, 8 connections | requests/s | p50 | p99 | failed |")
    print("|---|---|---|---|---|")
    for name, said in (("service", "topics serve"), ("bare", "FastAPI and brute force")):
        row = found[name]
        cells = (
            said,
            f"{row['requests a second']:.0f}",
            f"{row['p50 ms']} ms",
            f"{row['p99 ms']} ms",
            str(row["failed"]),
        )
        print(f"| {' | '.join(cells)} |")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
