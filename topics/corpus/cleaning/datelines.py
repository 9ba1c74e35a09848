"""Datelines: the place, the date and the agency before the first sentence of a wire story."""

from __future__ import annotations

import re
from typing import NamedTuple

_UPPER = r"[^\W\d_a-zà-öø-ÿ][^\W\d_a-zà-öø-ÿ'’.]+"
_PLACE = rf"{_UPPER}(?:[ /-](?:{_UPPER}|de|la|el|al|du|am|an|der))*"
_NAME = r"[^\W\d_a-zà-öø-ÿ][\w'’.-]+"
_REGION = rf"{_NAME}(?: {_NAME}){{0,2}}"
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    r"Nov(?:ember)?|Dec(?:ember)?)"
)
_DATE = (
    rf"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,? )?"
    rf"(?:(?i:{_MONTH})\.? \d{{1,2}}(?:st|nd|rd|th)?"
    rf"|\d{{1,2}}\.?(?:st|nd|rd|th)? [^\W\d_][a-zà-ÿ]{{2,9}}\.?)(?:,? \d{{4}})?"
)
_AGENCY = r"(?:\((?P<in_brackets>[^\W\d_][\w./& -]{1,30})\)|/(?P<in_slashes>[^\W\d_][\w.& -]{1,30})/)"
_DASH = r"\s*(?:-{1,2}|[–—―])(?:\s+|$)"

# In the order of trust: with a date, with an agency, the agency alone, and a bare place before a capital.
_FORMS = (
    re.compile(rf"(?P<place>{_PLACE}(?:, {_REGION})?),? {_DATE}(?: ?{_AGENCY})?{_DASH}"),
    re.compile(rf"(?P<place>(?:{_PLACE}|{_REGION})(?:, {_REGION})?),? {_AGENCY}{_DASH}"),
    re.compile(rf"{_AGENCY}{_DASH}"),
    re.compile(rf"(?P<place>{_PLACE}(?:, {_REGION})?) ?(?:--|[–—―])\s*(?=[^\W\d_a-zà-öø-ÿ])"),
)
_LONGEST = 100

# In capitals before a dash, and no place.
_LABELS = frozenset(
    """
    UPDATE UPDATED BREAKING EXCLUSIVE WATCH OPINION ANALYSIS CORRECTION CORRECTED LIVE VIDEO PHOTOS REVIEW INTERVIEW
    FEATURE PREVIEW PROFILE FACTBOX EXPLAINER EDITORIAL COMMENT LETTERS LETTER POLL QUIZ SPOILER NOTE WARNING ALERT
    REVISED NASA NATO UEFA FIFA OPEC UNESCO UNICEF ASEAN INTERPOL MARKET MARKETS TABLE RESULTS RESULT STANDINGS
    """.split()  # noqa: SIM905 - sixty words in quotes are hard to read
)


class Dateline(NamedTuple):
    """length : of what to cut, characters.  place, agency : None when not named."""

    length: int
    place: str | None
    agency: str | None


def find(paragraph: str) -> Dateline | None:
    """The dateline that a paragraph begins with."""
    head = paragraph[:_LONGEST]
    # Most paragraphs are done with here: no agency in brackets, and a first word in small letters.
    if "(" not in head and head[0] != "/" and head[1:2].islower():
        return None
    if "-" not in head and "—" not in head and "–" not in head and "―" not in head:
        return None
    for form in _FORMS:
        found = form.match(head)
        if found is None:
            continue
        parts = found.groupdict()
        place, agency = parts.get("place"), parts.get("in_brackets") or parts.get("in_slashes")
        if place is not None and not _could_be_place(place, named=agency is not None or form is _FORMS[0]):
            continue
        if agency is not None and not _could_be_agency(agency):
            continue
        return Dateline(found.end(), place, agency)
    return None


def _could_be_place(place: str, *, named: bool) -> bool:
    """named : a date or an agency stands with it.  Else it may be a company or a table ("IBM -", "INTEREST --")."""
    words = place.partition(",")[0].split()
    if words[0].strip(".") in _LABELS:
        return False
    if named:
        return len(words) <= 4
    return len(words) <= 3 and len(place) >= 4 and "/" not in place


def _could_be_agency(name: str) -> bool:
    """No label ("CORRECTION"), and no unit above a table ("YEN PER KILO")."""
    return name.upper() not in _LABELS and not (name.isupper() and name.count(" ") > 1)
