"""Everything that can go wrong, as one tree.

TopicsError                 1   a bug of ours, if it ever surfaces bare
├── SettingError            2   an option or argument out of range (also a ValueError)
├── SourceError             3   a SOURCE or its content cannot be used
│   └── MissingExtra        3   a format needs a package that is not installed
├── ModelError              4   the model cannot be used
│   ├── ModelNotFound       4   no model of that name (also a LookupError)
│   ├── ModelExists         4   a model of that name would be overwritten
│   ├── ArticleNotFound     4   no article of that id, URL or title (also a LookupError)
│   ├── DamagedModel        4   a file is missing, cut short, altered or hostile
│   └── NewerModel          4   written by a later version
└── MachineError            5   disk, permission, memory, port, lock

The number is the exit code of the command line. A message says where, what and what to try, in that order.
"""

from __future__ import annotations


class TopicsError(Exception):
    """Base of every error this package raises on purpose."""

    exit_code = 1


class SettingError(TopicsError, ValueError):
    """A setting is out of range; the message names it, its range and the value given."""

    exit_code = 2


class SourceError(TopicsError):
    """A source of articles is missing, unreadable or holds no article."""

    exit_code = 3


class MissingExtra(SourceError):
    """A format needs a package that is not installed; the message names the extra."""


class ModelError(TopicsError):
    """A model cannot be used."""

    exit_code = 4


class ModelNotFound(ModelError, LookupError):
    """There is no model of that name; the message names the nearest."""


class ModelExists(ModelError):
    """A model of that name exists and nobody asked to replace it."""


class ArticleNotFound(ModelError, LookupError):
    """The model holds no such article; the message names the nearest."""


class DamagedModel(ModelError):
    """A file of the model is missing, cut short, altered or not of the expected kind."""


class NewerModel(ModelError):
    """The model was written by a later version of this package."""


class MachineError(TopicsError):
    """The machine refused: disk full, permission, memory, port, or another writer at work."""

    exit_code = 5
