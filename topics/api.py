"""The Python interface: train, load."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from topics.model import Model


def load(name: str | Path, *, models: str | None = None) -> Model:
    """Open a model by name or path.

    name : a folder in `models` (default: $TOPICS_MODELS or ./models), or a path with a separator or a leading dot.
    Raises ModelNotFound with the nearest name, DamagedModel, NewerModel.
    """
    from topics.store.models import load as load_path
    from topics.store.names import find, models_folder

    return load_path(find(str(name), models_folder(models)))
