"""5. The command line from cold: a look-up in 25,000 articles against `python -c "import numpy, scipy.sparse"`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from measure import in_turns

from corpora import articles

ARTICLES = 25_000
TRAIN = """
import json, sys, topics
topics.train((json.loads(line) for line in open(sys.argv[1], encoding="utf-8")), sys.argv[2], n_topics=20)
"""


def run(times: int) -> list[dict[str, Any]]:
    """Rows for the table."""
    with tempfile.TemporaryDirectory() as folder:
        source, model = Path(folder) / "articles.jsonl", Path(folder) / "model"
        with source.open("w", encoding="utf-8") as file:
            for number, (title, text) in enumerate(articles("newsgroups-train", "reuters-train")[:ARTICLES]):
                file.write(json.dumps({"id": str(number), "title": title, "text": text}) + "\n")
        subprocess.run([sys.executable, "-c", TRAIN, str(source), str(model)], check=True)
        topics = [sys.executable, "-m", "topics"]
        commands = {
            "import numpy, scipy.sparse": [sys.executable, "-c", "import numpy, scipy.sparse"],
            "topics similar --id": [*topics, "similar", str(model), "--id", "17"],
            "topics similar --text": [*topics, "similar", str(model), "--text", "the space shuttle goes into orbit"],
            "topics keywords": [*topics, "keywords", str(model)],
            "topics --help": [*topics, "--help"],
        }
        root = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}

        def call(command: list[str]) -> None:
            subprocess.run(command, check=True, env=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        seconds = in_turns({name: lambda command=command: call(command) for name, command in commands.items()}, times)
    base = seconds["import numpy, scipy.sparse"]
    return [{"command": name, "seconds": value, "times the import": value / base} for name, value in seconds.items()]
