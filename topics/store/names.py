"""What a model is called and where it lies."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

from topics.errors import ModelNotFound, SettingError

MANIFEST = "manifest.json"

# A file system takes 255 bytes or 255 UTF-16 units; this leaves room and still reads on one line.
_LONGEST = 100
_FORBIDDEN = frozenset('<>:"|?*\\/')
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$"]
    + [f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"]
)


def models_folder(option: str | None = None) -> Path:
    """Where models are: `option`, else $TOPICS_MODELS, else ./models.  It need not exist yet."""
    return Path(option or os.environ.get("TOPICS_MODELS") or "models")


def resolve(name: str, folder: Path) -> Path:
    """The path of the model `name`, there or not.

    With a separator or a leading dot it is a path of its own, else a folder below `folder`.  Raises SettingError for
    a name that some system could not hold, so that a model trained here opens anywhere.
    """
    if "\0" in name:
        raise SettingError(f"model name {name!r}: holds a NUL character; use letters, digits, - and _")
    if "/" in name or os.sep in name or (os.altsep and os.altsep in name) or name.startswith("."):
        return Path(name)
    name = unicodedata.normalize("NFC", name)  # macOS may hand over the decomposed form of the same name
    problem = _problem(name)
    if problem:
        raise SettingError(f"model name {name!r}: {problem}; use letters, digits, - and _, or give a path such as ./x")
    return folder / name


def _problem(name: str) -> str | None:
    """Why this cannot be a model's name, or None."""
    if not name.strip():
        return "is empty"
    bad = sorted({letter for letter in name if letter in _FORBIDDEN or not letter.isprintable()})
    if bad:
        return "holds " + " ".join(repr(letter) for letter in bad)
    if len(name) > _LONGEST or len(name.encode()) > 2 * _LONGEST:
        return f"is longer than {_LONGEST} characters"
    if name[0] in "- ":
        return "begins with a space or a dash"
    if name[-1] in ". ":
        return "ends with a space or a dot"
    if name.split(".")[0].rstrip().casefold() in _DEVICES:
        return "is the name of a device on Windows"
    return None


def is_model(path: Path) -> bool:
    """Whether there is a model: a folder without a manifest is none."""
    try:
        return (path / MANIFEST).is_file()
    except OSError:
        return False


def find(name: str, folder: Path) -> Path:
    """The folder of an existing model.  Raises ModelNotFound with the nearest names, SettingError for a bad name."""
    path = resolve(name, folder)
    if is_model(path):
        return path
    known = [model.name for model in list_models(folder)]
    if path.parent != folder:
        raise ModelNotFound(f"{path}: no model there (no {MANIFEST}); `topics models` lists those in {folder}")
    import difflib  # only an error needs it

    near = difflib.get_close_matches(name, known, n=3)
    if near:
        raise ModelNotFound(f"{folder}: no model {name!r}; did you mean {' or '.join(map(repr, near))}?")
    if not known:
        raise ModelNotFound(f"{folder}: no model {name!r}, and no other; `topics train SOURCE --name {name}` makes it")
    raise ModelNotFound(f"{folder}: no model {name!r}; `topics models` lists the {len(known)} there")


def list_models(folder: Path) -> list[Path]:
    """The models in `folder`, by name; none when it does not exist.  Raises SettingError when it is no folder."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith(".") and is_model(path))
    except (FileNotFoundError, PermissionError):
        return []
    except NotADirectoryError as error:
        raise SettingError(f"{folder}: not a folder; models lie in a folder, one each") from error
