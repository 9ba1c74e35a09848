"""Which of their columns or keys is which of our fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from topics.errors import SettingError

# In order of preference: of `text` and `content` in one record the first that is not empty is taken.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "uid", "guid", "storiesid"),
    "title": ("title", "headline"),
    "text": ("text", "body", "content", "article", "fulltext"),
    "date": ("date", "published", "pubdate", "publishdate"),
    "source": ("source", "outlet", "publisher", "publication", "medianame"),
    "section": ("section", "category"),
    "url": ("url", "link"),
    "authors": ("authors", "author", "byline"),
    "lang": ("lang", "language"),
}
FIELDS = tuple(ALIASES)

_FIELD_OF = {alias: field for field, aliases in ALIASES.items() for alias in aliases}
_RANK = {alias: rank for aliases in ALIASES.values() for rank, alias in enumerate(aliases)}
_LOOSE = re.compile(r"[\s_-]+")


@dataclass(frozen=True, slots=True)
class Plan:
    """Where each field stands in records with one set of keys.

    keys : their key for each of FIELDS, in that order; None where nothing matches.  extra : all other keys, in order.
    spare : (field, all its keys) where several match one field.
    """

    keys: tuple[str | None, ...]
    extra: tuple[str, ...]
    spare: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def title(self) -> str | None:
        return self.keys[FIELDS.index("title")]

    @property
    def text(self) -> str | None:
        return self.keys[FIELDS.index("text")]

    def columns(self) -> dict[str, str]:
        return {field: key for field, key in zip(FIELDS, self.keys, strict=True) if key is not None}


def loose(name: str) -> str:
    """A name without case, spaces, underscores and hyphens."""
    return _LOOSE.sub("", name).casefold()


def check_told(told: Mapping[str, str]) -> None:
    """Raises SettingError when `told` names a field that an article does not have."""
    for name in told:
        if name not in ALIASES:
            near = get_close_matches(name, FIELDS, 1) or [_FIELD_OF.get(loose(name), "text")]
            raise SettingError(f"field {name!r} is not one of {', '.join(FIELDS)}; did you mean {near[0]!r}?")


def find_told(column: str, keys: Iterable[str]) -> str | None:
    """The key that the user means by `column`: that very name, else the same but for case and spaces."""
    keys = list(keys)
    if column in keys:
        return column
    return next((key for key in keys if loose(key) == loose(column)), None)


def unknown_column(field: str, column: str, keys: Iterable[str], where: str) -> SettingError:
    """The error for a told column that is not there."""
    keys = list(keys)
    near = get_close_matches(column, keys, 1)
    hint = f"did you mean {near[0]!r}?" if near else "name one of these."
    return SettingError(f"{where}: --field {field}={column}: no such column (there are: {listed(keys)}); {hint}")


def listed(names: Iterable[str], most: int = 20) -> str:
    """Names for a message, cut where there are too many."""
    names = [name if len(name) <= 40 else name[:40] + "..." for name in names]
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def make_plan(keys: tuple[str, ...], told: Mapping[str, str]) -> Plan:
    """Match `keys` to fields: what the user told first, then by name; a told column serves no other field."""
    chosen: dict[str, list[str]] = {}
    for field, column in told.items():
        key = find_told(column, keys)
        chosen[field] = [] if key is None else [key]
    taken = {key for matches in chosen.values() for key in matches}
    ranked: list[tuple[int, bool, int, str, str]] = []
    for order, key in enumerate(keys):
        alias = loose(key)
        match = _FIELD_OF.get(alias)
        if match is not None and match not in told and key not in taken:
            # The exact field name before its look-alikes, so that a converted file reads as it was written.
            ranked.append((_RANK[alias], key != match, order, match, key))
    for _, _, _, field, key in sorted(ranked):
        chosen.setdefault(field, []).append(key)
    return plan_of({field: matches[0] for field, matches in chosen.items() if matches}, keys, chosen)


def plan_of(columns: Mapping[str, str], keys: Iterable[str], chosen: Mapping[str, list[str]]) -> Plan:
    """The plan with `columns` (our field -> their key); all other `keys` are extra.  chosen : see Plan.spare."""
    used = set(columns.values())
    return Plan(
        keys=tuple(columns.get(field) for field in FIELDS),
        extra=tuple(key for key in keys if key not in used),
        spare=tuple((field, tuple(matches)) for field, matches in chosen.items() if len(matches) > 1),
    )
