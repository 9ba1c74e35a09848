"""A model to files and back."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import topics
from topics.corpus.cleaning import Furniture
from topics.drift import Familiarity
from topics.duplicates import Runs
from topics.errors import DamagedModel
from topics.facets import Facets
from topics.fitted import DROPPED, Name, Topics
from topics.index import Index, Rows
from topics.later import LaterTerms
from topics.model import Model
from topics.segment import NONE_REMOVED, Segment
from topics.settings import Settings
from topics.store.arrays import save_arrays
from topics.store.articles import ArticleFile
from topics.store.commit import Transaction
from topics.store.folder import ModelFolder
from topics.store.manifest import Manifest, now
from topics.store.segments import SegmentedArticles
from topics.strings import StringTable
from topics.text.unicode import unicode_version
from topics.vectorize import TopicWords
from topics.vocabulary import Vocabulary

Arrays = Mapping[str, NDArray[Any]]


def load(path: Path) -> Model:
    """The model in a folder.  Raises ModelNotFound, DamagedModel, NewerModel."""
    model, _ = open_model(path)
    return model


def open_model(path: Path) -> tuple[Model, list[ArticleFile]]:
    """The model in a folder, and the file of articles of each of its segments.  Raises as `load`."""
    with ExitStack() as stack:
        folder = stack.enter_context(ModelFolder.open(path))
        manifest = folder.manifest
        files: list[ArticleFile] = []
        segments: list[Segment] = []
        try:
            arrays = folder.arrays("model", mmap=False)
            settings = Settings.from_row(manifest.settings)
            vocabulary = Vocabulary.from_arrays(prefixed(arrays, "vocabulary_"), manifest.counts["fitted_articles"])
            furniture = furniture_from(arrays)
            fitted = topics_from(arrays, manifest)
            for segment in manifest.segments:
                file = folder.articles(segment["articles"])
                stack.callback(file.close)
                files.append(file)
                removed = (
                    folder.arrays(segment["removed"], mmap=False)["rows"] if "removed" in segment else NONE_REMOVED
                )
                segments.append(segment_from(folder.arrays(segment["index"]), len(file), removed))
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise DamagedModel(f"{path}: its files do not fit together ({error}); restore it or train again") from error
        stack.pop_all()
        folder.close()
    reader = SegmentedArticles(files, [segment.removed.tolist() for segment in segments])
    info = {"path": str(path), "manifest": manifest}
    return Model(settings, furniture, vocabulary, fitted, segments, reader, info), files


def prefixed(arrays: Arrays, prefix: str) -> dict[str, NDArray[Any]]:
    """The arrays whose names begin so, without the beginning."""
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def model_arrays(furniture: Furniture | None, vocabulary: Vocabulary, fitted: Topics) -> dict[str, NDArray[Any]]:
    """What the model file holds."""
    words = fitted.words
    learned = json.dumps(furniture.row() if furniture is not None else None, ensure_ascii=False)
    return {
        "furniture": np.frombuffer(learned.encode("utf-8"), np.uint8),
        **{f"vocabulary_{name}": array for name, array in vocabulary.arrays().items()},
        "words_names": words.names.data,
        "words_name_offsets": words.names.offsets,
        "words_shown": words.shown.data,
        "words_shown_offsets": words.shown.offsets,
        "words_order": words.order,
        "words_df": words.df,
        "words_mean_length": np.array([words.mean_length]),
        "H": fitted.H,
        **({} if fitted.strength is fitted.H else {"strength": fitted.strength}),
        "present": fitted.present,
        "factors": fitted.factors,
        "factor_share": fitted.factor_share,
        "keywords": fitted.keywords,
        "relevance": fitted.relevance,
        "share": fitted.share,
        "errors": np.array(fitted.errors, np.float64),
    }


def furniture_from(arrays: Arrays) -> Furniture | None:
    """The furniture that `model_arrays` gave."""
    row = json.loads(arrays["furniture"].tobytes())
    return None if row is None else Furniture.from_row(row)


def topics_from(arrays: Arrays, manifest: Manifest) -> Topics:
    """The topics that `model_arrays` gave."""
    words = TopicWords(
        StringTable(arrays["words_names"], arrays["words_name_offsets"]),
        StringTable(arrays["words_shown"], arrays["words_shown_offsets"]),
        arrays["words_order"],
        arrays["words_df"],
        manifest.counts["fitted_articles"],
        float(arrays["words_mean_length"][0]),
    )
    names = tuple(Name.from_row(row) for row in manifest.info["topics"])
    fitted = Topics(
        words,
        arrays["H"],
        arrays.get("strength", arrays["H"]),
        arrays["present"],
        arrays["factors"],
        arrays["factor_share"],
        arrays["keywords"],
        arrays["relevance"],
        arrays["share"],
        names,
        tuple(arrays["errors"].tolist()),
        bool(manifest.info["converged"]),
    )
    check_topics(fitted)
    return fitted


def check_topics(fitted: Topics) -> None:
    """Raises ValueError when the parts of topics do not fit together."""
    n_factors, n_topics = len(fitted.factors), len(fitted)
    for part in (fitted.strength, fitted.present):
        if part.shape != fitted.H.shape:
            raise ValueError(f"strength or presence of shape {part.shape} for factors of shape {fitted.H.shape}")
    if fitted.H.shape != (n_factors, len(fitted.words)) or fitted.factor_share.shape != (n_factors,):
        raise ValueError(f"factors of shape {fitted.H.shape} for {n_factors} factors and {len(fitted.words)} words")
    if any(len(part) != n_topics for part in (fitted.keywords, fitted.relevance, fitted.share)):
        raise ValueError(f"{len(fitted.keywords)} lists of keywords for {n_topics} topics")
    if sorted(set(fitted.factors.tolist()) - {DROPPED}) != list(range(n_topics)):
        raise ValueError(f"factors that belong to other topics than the {n_topics} that have names")


def segment_arrays(segment: Segment) -> dict[str, NDArray[Any]]:
    """What an index file holds."""
    return {
        **segment.index.arrays(),
        **segment.facets.arrays(),
        "weight_starts": segment.weights.starts,
        "weight_topics": segment.weights.terms,
        "weight_values": segment.weights.values,
        **segment.familiarity.arrays(),
        **segment.later.arrays(),
        **segment.runs.arrays(),
        "stories": segment.stories,
    }


def segment_from(arrays: Arrays, n_articles: int, removed: NDArray[np.int64]) -> Segment:
    """The segment that `segment_arrays` gave.  removed : rows that are gone."""
    segment = Segment(
        Index.from_arrays(arrays),
        Rows(arrays["weight_starts"], arrays["weight_topics"], arrays["weight_values"]),
        Facets.from_arrays(arrays),
        Familiarity.from_arrays(arrays),
        LaterTerms.from_arrays(arrays),
        Runs.from_arrays(arrays),
        arrays["stories"],
        removed,
    )
    known = segment.familiarity
    columns = (segment.index, segment.weights, segment.facets.dates, known.added, known.unknown, known.explained)
    if any(len(column) != n_articles for column in (*columns, segment.runs, segment.stories)):
        raise ValueError(f"an index of {len(segment.index)} articles beside {n_articles} articles")
    if len(removed) and (removed[0] < 0 or removed[-1] >= n_articles or bool(np.any(np.diff(removed) <= 0))):
        raise ValueError(f"removed rows that are not among {n_articles}")
    return segment


def versions() -> dict[str, str]:
    """Versions of everything that has a say in the numbers."""
    import joblib
    import scipy

    return {
        "topics": topics.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "joblib": joblib.__version__,
        "unicode": unicode_version(),
    }


def save(
    transaction: Transaction,
    settings: Settings,
    furniture: Furniture | None,
    vocabulary: Vocabulary,
    fitted: Topics,
    segment: Segment,
    articles: Path,
    info: Mapping[str, Any],
    counts: Mapping[str, int],
) -> Manifest:
    """Write a freshly fitted model and commit it.  articles : the file of articles, made in the same transaction."""
    model_path = transaction.new_path("model", ".joblib")
    save_arrays(model_path, model_arrays(furniture, vocabulary, fitted))
    index_path = transaction.new_path("index", ".joblib")
    save_arrays(index_path, segment_arrays(segment))
    moment = now()
    topic_info = [name.row() for name in fitted.names]
    manifest = Manifest(
        created=moment,
        changed=moment,
        versions=versions(),
        files={
            "model": transaction.entry(model_path),
            "index": transaction.entry(index_path),
            "articles": transaction.entry(articles),
        },
        settings=settings.row(),
        counts={"articles": len(segment), "topics": len(fitted), "terms": len(vocabulary), **counts},
        info={"converged": fitted.converged, "topics": topic_info, **info},
        segments=[{"index": "index", "articles": "articles"}],
    )
    transaction.commit(manifest)
    return manifest
