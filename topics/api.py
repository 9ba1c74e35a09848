"""The Python interface: what ``import topics`` offers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, Literal
from weakref import finalize

from topics.settings import Settings

if TYPE_CHECKING:
    from topics.facets import Filters
    from topics.model import Model
    from topics.records import Added


def load(name: str | Path, *, models: str | None = None) -> Model:
    """Open a model by name or path.

    name : a folder in `models` (default: $TOPICS_MODELS or ./models), or a path with a separator or a leading dot.
    Raises ModelNotFound with the nearest name, DamagedModel, NewerModel.
    """
    from topics.store.models import load as load_path
    from topics.store.names import find, models_folder

    return load_path(find(str(name), models_folder(models)))


def train(
    articles: Iterable[object],
    name: str | Path | None = None,
    *,
    n_topics: int | Literal["auto"] | None = None,
    replace_model: bool = False,
    guides: Mapping[str, Sequence[str]] | None = None,
    like: Model | None = None,
    lose_names: bool = False,
    models: str | None = None,
    keep_text: bool = True,
    **settings: Any,
) -> Model:
    """Fit a model on articles and save it.

    articles : strings, dicts, Articles, a DataFrame, or what ``topics.read`` gives; read once.  name : as for `load`;
    None keeps the model in a temporary folder for as long as it is used.  n_topics : 20, at most a fifth of the
    articles, when None; "auto" for as many as suit the articles.  guides : names and words of topics that come first,
    as {"economy": ["inflation", "bank"]}.
    like : an older model; topics that live on keep their numbers, names and slugs.  settings : fields of
    ``topics.Settings``; without `language` it is told from the articles.  Raises SourceError when there is no article,
    SettingError, ModelExists unless `replace_model`, and for a model with names given by hand unless `like` or
    `lose_names`.
    """
    from topics.corpus import Reading, from_objects
    from topics.guides import of_mapping
    from topics.store.names import models_folder, resolve
    from topics.training import fit_to

    reading = articles if isinstance(articles, Reading) else from_objects(articles)
    settings["stop_words"] = tuple(settings.get("stop_words", ()))
    wanted = replace(Settings(), **settings, guides=of_mapping(guides or {}))
    old = None if like is None else like.fitted
    detect = "language" not in settings
    if name is not None:
        path = resolve(str(name), models_folder(models))
        return fit_to(
            path,
            reading,
            wanted,
            n_topics=n_topics,
            replace_model=replace_model,
            like=old,
            lose_names=lose_names,
            keep_text=keep_text,
            detect=detect,
        )
    folder = mkdtemp(prefix="topics-")
    try:
        path = Path(folder) / "model"
        model = fit_to(path, reading, wanted, n_topics=n_topics, like=old, keep_text=keep_text, detect=detect)
    except BaseException:
        rmtree(folder, ignore_errors=True)
        raise
    finalize(model, rmtree, folder, ignore_errors=True)
    return model


def add(name: str | Path, articles: Iterable[object], *, models: str | None = None) -> Added:
    """Add articles to a model without fitting again; one whose id it has takes the place of the old one.

    name, articles : as for `train`.  Models that were opened before stay as they are: `load` again.  Raises
    ModelNotFound, SourceError, MachineError (another writer is at work, say); then the model is as it was.
    """
    from topics.corpus import Reading, ReadOptions, from_objects
    from topics.store.names import find, models_folder
    from topics.update import add as add_to

    path = find(str(name), models_folder(models))
    options = ReadOptions(on_repeat="pass")
    return add_to(path, articles if isinstance(articles, Reading) else from_objects(articles, options=options))


def remove(
    name: str | Path, ids: Sequence[str] = (), *, filters: Filters | None = None, models: str | None = None
) -> int:
    """Remove articles of a model, by id or all that pass `filters`, and say how many.

    When this returns, no file of the model holds their text.  Raises ArticleNotFound for an id that is not there, and
    removes nothing then; SettingError unless one of `ids` and `filters` is given.
    """
    from topics.facets import Filters
    from topics.store.names import find, models_folder
    from topics.update import remove as remove_from

    wanted = [ids] if isinstance(ids, str) else list(ids)
    return remove_from(find(str(name), models_folder(models)), wanted, filters=filters or Filters())


def rename(name: str | Path, topic: int | str, label: str, *, models: str | None = None) -> Model:
    """Give a topic (its number, slug or label) another label; number and slug stay.  Gives the model anew.

    Raises SettingError for a topic that is not there or a label that another has, ModelNotFound.
    """
    from topics import steer

    path = _path(name, models)
    steer.rename(path, topic, label)
    return _open(path)


def merge(
    name: str | Path, topics: Sequence[int | str], *, label: str | None = None, models: str | None = None
) -> Model:
    """Make several topics one, called as the largest of them unless `label` is given.  Otherwise as `rename`."""
    from topics import steer

    path = _path(name, models)
    steer.merge(path, topics, label)
    return _open(path)


def drop(name: str | Path, topics: Sequence[int | str], *, models: str | None = None) -> Model:
    """Let topics go; the other topics of an article sum to 1 without them.  Otherwise as `rename`."""
    from topics import steer

    path = _path(name, models)
    steer.drop(path, topics)
    return _open(path)


def hide(name: str | Path, topics: Sequence[int | str], *, hidden: bool = True, models: str | None = None) -> Model:
    """Keep topics out of the tags that `assign` gives, or (hidden False) let them back in.  Otherwise as `rename`."""
    from topics import steer

    path = _path(name, models)
    steer.hide(path, topics, hidden)
    return _open(path)


def _open(path: Path) -> Model:
    from topics.store.models import load

    return load(path)


def _path(name: str | Path, models: str | None) -> Path:
    from topics.store.names import find, models_folder

    return find(str(name), models_folder(models))
