"""Does 03/04/2023 have its day first?  Told from the other dates of the same source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from topics.corpus import dates
from topics.corpus.fields import listed

_Row = tuple[int, Any]

# Records looked at from the first date that could be read in two ways: enough to meet a day above 12 in any source
# with more than a handful of dates (19 days of a month are), few enough to be held in memory.
WINDOW = 20_000
# Characters held, whatever the number of records.
MOST_HELD = 1 << 26
# A typing error among many dates must not leave them all unread.
_AGREE = 0.98


@dataclass(slots=True)
class Votes:
    """Dates that tell their order, by source.  day, month : how many have it first."""

    day: Counter[str | None] = field(default_factory=Counter)
    month: Counter[str | None] = field(default_factory=Counter)

    def add(self, text: str, source: str | None) -> None:
        order = dates.order_of(text)
        if order is not None:
            (self.day if order else self.month)[source] += 1

    def order(self, source: str | None) -> bool | None:
        """Day first, month first, or None: by the source's own dates, without any by those of all together."""
        day, month = self.day[source], self.month[source]
        if not day + month:
            day, month = self.day.total(), self.month.total()
        if max(day, month) < _AGREE * (day + month) or not day + month:
            return None
        return day > month


def hold(rows: Iterable[_Row]) -> tuple[list[_Row], Exception | None]:
    """The next records, up to WINDOW and MOST_HELD, and what the reader raised behind them, if it did."""
    held: list[_Row] = []
    size = 0
    try:
        for row in rows:
            held.append(row)
            record = row[1]
            size += sum(len(value) for value in record.values() if type(value) is str) if type(record) is dict else 0
            if len(held) >= WINDOW or size >= MOST_HELD:
                break
    except Exception as error:
        return held, error
    return held, None


def raising(error: Exception | None) -> Iterator[_Row]:
    """No record; raises when there is something to raise."""
    if error is not None:
        raise error
    yield from ()


def notes(path: str, votes: Votes, decided: dict[str | None, bool | None]) -> list[str]:
    """What was decided, for people."""
    found: list[str] = []
    for order, words in ((True, "day first"), (False, "month first")):
        names = [name for name, value in decided.items() if value is order]
        if names:
            count = sum((votes.day if order else votes.month).values())
            of = [name for name in names if name is not None]
            whose = f" of {listed(of, 5)}" if of else ""
            found.append(f"{path}: dates{whose} such as 03/04/2023 are read {words}, as {count:,} others show")
    return found
