"""Dates as news exports write them, to RFC 3339 in UTC or a plain day.

A time without a zone is taken as UTC.  Fractions of a second are dropped, so that all times have one width and sort as
text.  A zone that has no single meaning (IST is India, Israel and Ireland) leaves the day as it was written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from string import ascii_letters, digits

# The first newspaper is of 1605; a date beyond 2199 is a typing error or a placeholder such as 9999-12-31.
FIRST_YEAR, LAST_YEAR = 1600, 2199

# No date with its weekday, time and zone name is longer; a paragraph in the date column is not searched.
_LONGEST = 80

_MONTHS = {
    "jan": 1,
    "feb": 2,
    "mar": 3,
    "apr": 4,
    "may": 5,
    "jun": 6,
    "jul": 7,
    "aug": 8,
    "sep": 9,
    "oct": 10,
    "nov": 11,
}
_MONTHS |= {"dec": 12, "january": 1, "february": 2, "march": 3, "april": 4, "june": 6, "july": 7, "august": 8}
_MONTHS |= {"sept": 9, "september": 9, "october": 10, "november": 11, "december": 12}

# Hours from UTC, only of names with one meaning in news.
# email.utils knows the American ones alone.  "ET" and "CT" are summer or winter time: not one meaning.
_ZONES = {"utc": 0, "gmt": 0, "z": 0, "ut": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6}
_ZONES |= {"pst": -8, "pdt": -7, "akst": -9, "akdt": -8, "hst": -10, "wet": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2}
_ZONES |= {"eet": 2, "eest": 3, "msk": 3, "jst": 9, "kst": 9, "hkt": 8, "sgt": 8, "aest": 10, "aedt": 11, "nzst": 12}
_ZONES |= {"nzdt": 13}

_ISO = re.compile(r"\d{4}-?\d\d-?\d\d(?:[Tt ]\d\d.*)?\Z", re.DOTALL)
# 26-FEB-1987 and what feeds write, Sat, 07 Oct 2023: read without the general forms below.
_COMMON = re.compile(r"(?:[A-Z][a-z]{2}, ?)?(\d\d?)[ -]([A-Za-z]{3})[ -](\d{4})\Z")
# A day in one of the usual forms and a time in UTC or without a zone: days repeat in a source and are known by then.
_TIME_FORM = (
    r"(\d{4}-\d\d-\d\d|(?:[A-Z][a-z]{2}, ?)?\d\d?[ -][A-Za-z]{3}[ -]\d{4})(?:T| {1,9})"
    r"((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(\.\d{1,9})?(?:Z|\+00:00| (?:GMT|UTC|[+-]0000|Z))?"
)
_TIMED = re.compile(_TIME_FORM + r"\Z", re.ASCII)
# Digits and letters as one digit and one letter.
_SHAPES = str.maketrans(digits + ascii_letters, "0" * len(digits) + "a" * len(ascii_letters))
# Different texts whose dates are kept.
_KEPT = 1 << 14
# Days that are put into their place in all lines at once, and how many texts there are to one of odd length.
_FEW = 4
_NAME = r"(?P<month>[A-Za-z]{3,9})\.?"
_TIME = (
    r"(?:[\s,]+(?:at\s+|-\s+|\|\s*)?|[T:])?"
    r"(?:(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?|(?P<bare>\d{1,2})(?=\s*[AaPp]\.?[Mm]))"
    r"\s*(?P<half>[AaPp]\.?[Mm]\b\.?)?"
)
_NAMED_ZONE = r"(?:(?:UTC|GMT)\s*)?[+-]\d\d?:?(?:\d\d)?|[A-Za-z]{1,5}(?:[ ][A-Za-z]{1,5}){0,4}"
_ZONE = rf"\s*\(?(?P<zone>{_NAMED_ZONE})?\)?\s*(?:\([^)]*\))?"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?[.,]*\s+)?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_SEP = r"[\s,./-]*"
_FORMS = tuple(
    re.compile(_WEEKDAY + form + r"\Z", re.IGNORECASE)
    for form in (
        # 26-FEB-1987 15:01, Sat, 07 Oct 2023 15:04:05 +0000, 7 October 2023
        _DAY + r"(?:\s+of)?" + _SEP + _NAME + _SEP + r"(?P<year>\d{4}|\d\d(?!\d))" + f"(?:{_TIME}{_ZONE})?",
        # Oct 7, 2023, October 7, 2023 3:04 PM EST
        _NAME + _SEP + _DAY + r"(?:\s*,\s*|\s+|[./-])(?P<year>\d{4})" + f"(?:{_TIME}{_ZONE})?",
        # Sat Oct  7 15:04:05 UTC 2023, as ctime and Twitter write it
        _NAME + r"\s+" + _DAY + _TIME + r"\s+(?:(?P<zone>[+-]\d{4}|[A-Za-z]{1,5})\s+)?(?P<year>\d{4})",
        # 2023-Oct-07, 2023 October 7
        r"(?P<year>\d{4})" + _SEP + _NAME + _SEP + _DAY + f"(?:{_TIME}{_ZONE})?",
        # 2023/10/07, 2023.10.7
        r"(?P<year>\d{4})[/.-](?P<month>\d{1,2})[/.-](?P<day>\d{1,2})" + f"(?:{_TIME}{_ZONE})?",
        # 25/12/2023, 7.10.2023 15:04: which of the two is the day is decided below
        r"(?P<first>\d{1,2})\s*[/.-]\s*(?P<other>\d{1,2})\s*[/.-]\s*(?P<year>\d{4}|\d\d(?!\d))"
        + f"(?:{_TIME}{_ZONE})?",
    )
)


def parse(text: str, day_first: bool | None = None) -> str | None:
    """``YYYY-MM-DDThh:mm:ssZ``, ``YYYY-MM-DD``, or None when `text` is not one certain date.

    day_first : how to read 03/04/2023; None takes such a date only where one of the two is above 12.
    """
    timed = _TIMED.match(text)
    if timed is not None and (day := _parsed(timed[1], None)) is not None:
        return f"{day}T{timed[2]}Z"
    return _parsed(text, day_first)


def parse_all(texts: Sequence[str], day_first: bool | None) -> list[str | None]:
    """What `parse` gives for each.  Raises TypeError when one is no string."""
    sizes = list(map(len, texts))
    if sizes.count(sizes[0]) == len(sizes):
        return _moments(texts) or [parse(text, day_first) for text in texts]
    usual = Counter(sizes).most_common(1)[0][0]
    odd = [at for at, size in enumerate(sizes) if size != usual]
    found = None
    if len(odd) * _FEW <= len(texts):
        alike = list(texts)
        for at in odd:  # a second without its fraction, no date: another stands for them while all are looked at
            alike[at] = texts[sizes.index(usual)]
        found = _moments(alike)
    if found is None:
        return [parse(text, day_first) for text in texts]
    for at in odd:
        found[at] = parse(texts[at], day_first)
    return found


def _moments(texts: Sequence[str]) -> list[str | None] | None:
    """Days and times of one length and form, in UTC; None where one is not.

    Of lines of one length, what stands at a place is one slice.
    """
    first = _TIMED.match(texts[0])
    if first is None:
        return None
    lines, size, n = "\n".join(texts) + "\n", len(texts[0]) + 1, len(texts)
    shape = lines.translate(_SHAPES)
    if shape != shape[:size] * n:
        return None
    hour, end, zone = first.start(2), first.end(2), max(first.end(2), first.end(3))
    if any(lines[at::size] != lines[at] * n for at in range(zone, size - 1)):
        return None
    tens = lines[hour::size]
    if tens.strip("012") or lines[hour + 3 :: size].strip("012345") or lines[hour + 6 :: size].strip("012345"):
        return None
    if "2" in tens and [1 for ten, one in zip(tens, lines[hour + 1 :: size], strict=True) if ten == "2" and one > "3"]:
        return None
    is_one = all(lines[at::size] == lines[at] * n for at in range(hour))
    days = {texts[0][:hour]} if is_one else {text[:hour] for text in texts}
    known = {day: _parsed(day[:-1], None) for day in days if _TIMED.match(f"{day}00:00:00")}
    if len(known) < len(days) or None in known.values():
        return None
    others = {given: f"{day}T" for given, day in known.items() if given != f"{day}T"}
    if len(others) > _FEW:
        return [f"{known[text[:hour]]}T{text[hour:end]}Z" for text in texts]
    cut = f"\n%.{end}sZ" * n % tuple(texts)  # half the time of a slice of each
    for given, day in others.items():
        cut = cut.replace(f"\n{given}", f"\n{day}")
    return [*cut[1:].split("\n")]


@lru_cache(_KEPT)
def _parsed(text: str, day_first: bool | None) -> str | None:
    text = text.strip()
    size = len(text)
    if not 6 <= size <= _LONGEST or not text.isprintable():
        return None
    if text.isdigit():
        return _digits(text) if text.isascii() else None
    if _ISO.match(text):
        found = _iso(text, size)
        if found is not None:
            return found
    if common := _COMMON.match(text):
        day, name, year = common.groups()
        return _day(int(year), _MONTHS.get(name.lower(), 0), int(day))
    for form in _FORMS:
        if match := form.match(text):
            return _built(match.groupdict(), day_first)
    return None


def is_ambiguous(text: str) -> bool:
    """Whether `text` is a date only once it is known if the day or the month comes first."""
    return parse(text) is None and parse(text, True) is not None and parse(text, False) is not None


def order_of(text: str) -> bool | None:
    """Whether a date of numbers has its day first (True) or its month first; None when that cannot be told."""
    text = text.strip()
    if not 6 <= len(text) <= _LONGEST or text.isdigit():
        return None
    match = _FORMS[-1].match(text)
    if match is None:
        return None
    first, other = int(match["first"]), int(match["other"])
    if (first > 12) == (other > 12) or max(first, other) > 31:
        return None
    return first > 12


def _iso(text: str, size: int) -> str | None:
    """The ISO 8601 forms that the standard library reads in C; None for the rest."""
    try:
        if size == 10:
            day = date.fromisoformat(text)
            return text if FIRST_YEAR <= day.year <= LAST_YEAR else None
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return _utc(moment)


def _utc(moment: datetime) -> str | None:
    try:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return None
    return (
        f"{moment.replace(tzinfo=None, microsecond=0).isoformat()}Z" if FIRST_YEAR <= moment.year <= LAST_YEAR else None
    )


def _digits(text: str) -> str | None:
    """20231007, 20231007150405, or seconds (10 digits) or milliseconds (13) since 1970."""
    match len(text):
        case 8 | 12 | 14:
            form = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}[len(text)]
            try:
                moment = datetime.strptime(text, form)
            except ValueError:
                return None
            return _utc(moment) if len(text) > 8 else _day(moment.year, moment.month, moment.day)
        case 10 | 13:
            seconds = int(text) // (1000 if len(text) == 13 else 1)
            return _utc(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))
    return None


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat() if FIRST_YEAR <= year <= LAST_YEAR else None
    except ValueError:
        return None


def _built(part: dict[str, str | None], day_first: bool | None) -> str | None:
    """The date that the named parts of one of the forms make, or None when they make none."""
    month_day = _month_and_day(part, day_first)
    if month_day is None:
        return None
    month, day = month_day
    year = int(part["year"] or 0)
    if len(part["year"] or "") == 2:  # the pivot of POSIX and RFC 2822 readers
        year += 2000 if year < 69 else 1900
    whole = _day(year, month, day)
    if whole is None or (part.get("hour") is None and part.get("bare") is None):
        return whole
    hour = int(part["hour"] or part["bare"] or 0)
    minute, second = int(part["minute"] or 0), int(part["second"] or 0)
    second = 59 if second == 60 else second  # a leap second
    if half := part.get("half"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] in "Pp" else 0)
    offset = _offset(part.get("zone"))
    if offset is None:
        return whole
    try:
        return _utc(datetime(year, month, day, hour, minute, second, tzinfo=timezone(offset)))
    except ValueError:
        return None


def _month_and_day(part: dict[str, str | None], day_first: bool | None) -> tuple[int, int] | None:
    if part.get("first") is None:
        name = part["month"] or ""
        month = int(name) if name.isdigit() else _MONTHS.get(name.lower(), 0)
        return month, int(part["day"] or 0)
    first, other = int(part["first"] or 0), int(part["other"] or 0)
    if day_first is None:
        if len(part["year"] or "") == 2:
            return None  # 10/11/12: even the year could be any of the three
        if (first > 12) == (other > 12) and first != other:
            return None
        day_first = first > 12
    return (other, first) if day_first else (first, other)


def _offset(zone: str | None) -> timedelta | None:
    """Hours and minutes east of UTC; none given is UTC; None for a zone that nobody can be sure of."""
    if not zone:
        return timedelta()
    zone = zone.lower().replace(" ", "")
    if zone[-1].isdigit() or zone[-1] == ":":
        sign, digits = re.sub(r"[a-z:]", "", zone)[0], re.sub(r"\D", "", zone)
        hours, minutes = int(digits[:-2] if len(digits) > 2 else digits), int(digits[-2:] if len(digits) > 2 else 0)
        if hours > 14 or minutes > 59:
            return None
        return timedelta(hours=hours, minutes=minutes) * (-1 if sign == "-" else 1)
    hours_east = _ZONES.get(zone)
    return None if hours_east is None else timedelta(hours=hours_east)
