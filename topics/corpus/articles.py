"""From a record of a source, a dict of JSON values, to an Article."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from topics.corpus import dates
from topics.corpus.fields import FIELDS, Plan, find_told, listed, make_plan, plan_of
from topics.corpus.ids import Ids, made_id
from topics.records import Article, made

Record = dict[str, Any]

# JSON records of one file have a handful of key sets; a hostile file with one per record must not fill the memory.
_MOST_PLANS = 10_000

# A dict here would be shared by all articles and could be changed; records.Article has the same kind of default.
NO_EXTRA: Mapping[str, Any] = Article("x").extra


_DATE, _SOURCE = FIELDS.index("date"), FIELDS.index("source")


class BadRecord(Exception):
    """A record that is left out; never leaves this package, for it becomes a Skip.

    reason : a few words, the same for all of its kind.  detail : particulars, and what to try.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.why = f"{reason}{' ' if detail.startswith('(') else '; ' if detail else ''}{detail}"


class Undecided(Exception):
    """A date that can be read in two ways, of a source whose order is not known yet; the order is to be found out."""

    def __init__(self, source: str | None) -> None:
        super().__init__(source)
        self.source = source


class Builder:
    """Makes Articles; knows the ids that it has given and how each set of keys maps to fields."""

    def __init__(self, told: Mapping[str, str], day_first: bool | None, on_repeat: str) -> None:
        self._told = told
        self.day_first = day_first
        self._keep_first = on_repeat == "keep-first"
        self.ids = Ids()
        self._plans: dict[tuple[str, ...], Plan] = {}
        self.repeated = 0
        self.first_repeat = ""
        self.ambiguous_dates = 0
        # Day first, month first, or undecided (None) for the sources that were looked at.
        self.orders: dict[str | None, bool | None] = {}

    def plan(self, keys: tuple[str, ...]) -> Plan:
        """The plan for records with these keys, made once."""
        plan = self._plans.get(keys)
        if plan is None:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            plan = self._plans[keys] = make_plan(keys, self._told)
        return plan

    def plans(self) -> list[Plan]:
        """The plans since they were last forgotten."""
        return list(self._plans.values())

    def forget_plans(self) -> None:
        """Begin a file: its keys are told apart from those of the file before."""
        self._plans.clear()

    def forget_undecided(self) -> None:
        """Begin a file: its dates may tell an order that those of the file before did not."""
        if self.orders:
            self.orders = {name: order for name, order in self.orders.items() if order is not None}

    def build(self, row: Record, name: str | None = None) -> Article:
        """The article of one record.

        name : the id where one file is one article.  Raises BadRecord when there is neither text nor title, when a
        field holds what it cannot hold, or when the id came before and the first is to be kept.
        """
        # This runs once a record and is most of the time of reading, so the usual case, strings, is written out.
        keys = tuple(row)
        plan = self._plans.get(keys) or self.plan(keys)
        if plan.spare:
            plan = _first_filled(row, plan)
        id_key, title_key, text_key, date_key, source_key, section_key, url_key, authors_key, lang_key = plan.keys
        get: Any = row.get  # a key of None finds nothing
        text: Any = get(text_key)
        if type(text) is not str:
            text = string_of(text, "text", "\n\n")
        if "\r" in text:
            text = line_ends(text)
        if text.isspace():
            text = ""
        title: Any = get(title_key)
        title = title.strip() if type(title) is str else string_of(title, "title", ", ").strip()
        if "\r" in title:
            title = line_ends(title)
        if not text and not title:
            raise _nothing(row, self._told)
        source, section, url = get(source_key), get(section_key), get(url_key)
        if source is not None:
            source = (source.strip() or None) if type(source) is str else line_of(source, "source")
        if section is not None:
            section = (section.strip() or None) if type(section) is str else line_of(section, "section")
        if url is not None:
            url = (url.strip() or None) if type(url) is str else line_of(url, "url")
        extra: Any = NO_EXTRA
        if plan.extra:
            extra = {}
            for key in plan.extra:
                extra[key] = row[key]
        date: Any = get(date_key)
        if date is not None and date != "":
            known = dates.parse(date, self.day_first) if type(date) is str else None
            date, extra = self._date(date, extra, source) if known is None else (known, extra)
        given, authors, lang = get(id_key), get(authors_key), get(lang_key)
        if given is not None:
            given = (given.strip() or None) if type(given) is str else line_of(given, "id")
        if given is None:
            given = self.ids.unique(name or made_id(url, title, text))
        elif not self.ids.is_new(given):
            self._repeat(given)
        people = () if authors is None else authors_of(authors)
        lang = None if lang is None else line_of(lang, "lang")
        return made(given, title, text, date or None, source, section, url, people, lang, extra)

    def date_and_source(self, row: Record) -> tuple[str, str | None]:
        """What a record gives as its date, "" when that is no string, and its source."""
        plan = self.plan(tuple(row))
        if plan.spare:
            plan = _first_filled(row, plan)
        get: Any = row.get  # a key of None finds nothing
        date = get(plan.keys[_DATE])
        try:
            source = line_of(get(plan.keys[_SOURCE]), "source")
        except BadRecord:
            source = None
        return (date if type(date) is str else ""), source

    def again(self, article: Article) -> Article:
        """An Article made elsewhere: only its id is looked at."""
        if not article.title and not article.text:
            raise BadRecord("no text and no title", "an article needs one of them")
        if article.id:
            if not self.ids.is_new(article.id):
                self._repeat(article.id)
            return article
        return replace(article, id=self.ids.unique(made_id(article.url, article.title, article.text)))

    def _date(self, given: Any, extra: Mapping[str, Any], source: Any) -> tuple[str | None, Mapping[str, Any]]:
        if type(given) is not str:
            number = type(given) is int or (type(given) is float and given.is_integer())
            given = str(int(given)) if number else string_of(given, "date", ", ")
        date = dates.parse(given, self.day_first)
        if date is not None or not given.strip():
            return date, extra
        if self.day_first is None and dates.is_ambiguous(given):
            name = None if source is None else line_of(source, "source")
            if name not in self.orders:
                raise Undecided(name)
            if (order := self.orders[name]) is not None:
                return dates.parse(given, order), extra
            self.ambiguous_dates += 1
        return None, {**extra, "date_text": given}

    def _repeat(self, given: str) -> None:
        """Count an id that came before.  Raises BadRecord when the first is to be kept."""
        self.repeated += 1
        self.first_repeat = self.first_repeat or given
        if self._keep_first:
            raise BadRecord("an id that came before", f"the first of {given[:60]!r} is kept")


def _nothing(row: Record, told: Mapping[str, str]) -> BadRecord:
    plan = make_plan(tuple(row), told)
    if plan.text is not None or plan.title is not None:
        return BadRecord("no text and no title", f"({' and '.join(filter(None, (plan.text, plan.title)))}: empty)")
    missing = [column for field, column in told.items() if field in ("text", "title") and not find_told(column, row)]
    hint = f'"{missing[0][:40]}" is not among them' if missing else "try --field text=KEY"
    return BadRecord("no text and no title", f"(keys: {listed(row) or 'none'}); {hint}")


def _first_filled(row: Record, plan: Plan) -> Plan:
    """The plan with, for each field that several keys match, the first key that holds something."""
    columns = plan.columns()
    for field, keys in plan.spare:
        columns[field] = next((key for key in keys if not _is_empty(row[key])), keys[0])
    return plan if columns == plan.columns() else plan_of(columns, row, {})


def _is_empty(value: Any) -> bool:
    return value is None or value == [] or (type(value) is str and (not value or value.isspace()))


def line_of(value: Any, field: str) -> str | None:
    """A value of a short field: stripped; None when there is nothing."""
    return (value if type(value) is str else string_of(value, field, ", ")).strip() or None


def line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def string_of(value: Any, field: str, between: str) -> str:
    """Text of a JSON value that is not a string: a number, strings in a list, {"name": ...} as news services give."""
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list):
        return between.join(part for item in value if (part := _scalar(item, field)))
    return _scalar(value, field)


def _scalar(value: Any, field: str) -> str:
    if isinstance(value, dict) and isinstance(value.get("name"), str) and field not in ("text", "title", "id"):
        value = value["name"]
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    kind = {dict: "an object", list: "a list in a list", bool: "true or false"}.get(type(value), "no string")
    raise BadRecord(f"{field} is {kind}", f"try --field {field}=KEY with a key that holds a string")


def authors_of(value: Any) -> tuple[str, ...]:
    """One string each.  A string is split at semicolons only: a comma may stand inside a name ("Doe, Jane")."""
    if value is None or value == "":
        return ()
    if isinstance(value, list):
        names = [_scalar(item, "authors") for item in value]
    else:
        names = string_of(value, "authors", ";").split(";")
    return tuple(name for item in names if (name := item.strip()))
