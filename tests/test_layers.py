"""Imports go down only, and nobody pays for what they do not use."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "topics"

# Layer of each module or folder of the package; the design's table.
LAYERS = {
    "errors": 0,
    "records": 0,
    "settings": 0,
    "strings": 0,
    "corpus": 1,
    "text": 1,
    "kernels": 1,
    "threads": 1,
    "memory": 1,
    "vocabulary": 2,
    "counting": 2,
    "concepts": 2,
    "vectorize": 2,
    "lookup": 2,
    "factorize": 2,
    "keywords": 2,
    "facets": 2,
    "index": 2,
    "duplicates": 2,
    "graph": 2,
    "means": 2,
    "steady": 2,
    "stories": 2,
    "stream": 2,
    "later": 2,
    "drift": 2,
    "segment": 2,
    "periods": 2,
    "tables": 2,
    "trends": 2,
    "passages": 2,
    "pieces": 2,
    "support": 2,
    "matching": 3,
    "groups": 3,
    "fitted": 2,
    "naming": 2,
    "collocations": 2,
    "guides": 2,
    "preparing": 2,
    "alignment": 2,
    "quality": 2,
    "fitting": 3,
    "choose": 3,
    "evaluation": 3,
    "steer": 4,
    "methods": 4,
    "sheets": 4,
    "model": 3,
    "encode": 3,
    "estimators": 3,
    "store": 4,
    "training": 4,
    "update": 4,
    "api": 5,
    "report": 5,
    "service": 5,
    "cli": 5,
    "__main__": 5,
    "__init__": 6,
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def part_of(module: str) -> str:
    """topics.store.commit -> store"""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def imports(path: Path) -> set[str]:
    """Modules of ours that a file imports anywhere, but for those imported for types only."""
    tree = ast.parse(path.read_text("utf-8"))
    typing_only: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            typing_only |= {id(inner) for inner in ast.walk(node)}
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{name.name}" for name in node.names} if node.module == "topics" else {node.module}
    return {name for name in found if name == "topics" or name.startswith("topics.")}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down_only(path: Path) -> None:
    """A module imports its own part, or parts of lower layers."""
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if own == "__init__":
        return
    for name in imports(path):
        part = part_of(name)
        if part in (own, "__version__") or name == "topics":
            continue
        assert LAYERS[part] <= LAYERS[own], f"{path.name} (layer {LAYERS[own]}) imports {name} (layer {LAYERS[part]})"


def test_no_two_parts_import_each_other() -> None:
    """The parts of the package form no circle."""
    graph: dict[str, set[str]] = {}
    for path in modules():
        own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if own != "__init__":
            graph.setdefault(own, set()).update(part_of(name) for name in imports(path) if name != "topics")
    order: list[str] = []
    while graph:
        free = [part for part, needs in graph.items() if not (needs - {part}) & graph.keys()]
        assert free, f"a circle among {sorted(graph)}"
        for part in free:
            order.append(part)
            del graph[part]


def test_nothing_is_called_utils() -> None:
    """A function lives where its subject lives."""
    assert not {path.stem for path in modules()} & {"utils", "helpers", "common", "misc"}


def loaded_after(code: str) -> set[str]:
    """Names of all modules that a fresh interpreter holds after running some code."""
    script = f"{code}\nimport sys\nprint(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=PACKAGE.parent
    )
    return set(done.stderr.split())


def test_training_loads_no_scikit_learn() -> None:
    """Its import takes a second and 100 MB, of every training."""
    code = "import topics; topics.train(['dockers walk out', 'a bank raises rates', 'cranes for dockers'], n_topics=2)"
    assert "sklearn" not in loaded_after(code)


def test_a_process_that_prepares_articles_loads_no_numpy() -> None:
    """Each takes memory beside that of the training, and is worth its start."""
    loaded = loaded_after("import topics.preparing.process")
    assert not loaded & {"numpy", "scipy", "sklearn", "joblib", "numba", "sqlite3", "topics.training"}


def test_help_loads_no_numpy() -> None:
    """`topics --help` starts as fast as a program that does nothing."""
    loaded = loaded_after("from topics.cli import run; run(['--help'])")
    assert not loaded & {"numpy", "scipy", "sklearn", "joblib", "rich", "numba", "sqlite3", "subprocess"}


@pytest.mark.parametrize("command", ["similar", "search", "keywords", "articles", "assign"])
def test_look_ups_load_neither_scikit_learn_nor_numba_nor_rich(command: str, sample_models: Path) -> None:
    """What a look-up does not use, it does not wait for."""
    more = {"similar": ["--id", "tour-prologue"], "search": ["strike"]}.get(command, [])
    arguments = [command, "sample", *more, "--models", str(sample_models)]
    loaded = loaded_after(f"from topics.cli import run; assert run({arguments!r}) == 0")
    assert "numpy" in loaded
    assert not loaded & {"sklearn", "numba", "rich", "pandas"}
