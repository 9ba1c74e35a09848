"""Days, ISO weeks, months and years as numbers that follow each other."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from topics.errors import SettingError

By = Literal["day", "week", "month", "year"]
BY: tuple[By, ...] = ("day", "week", "month", "year")

DAY = 86_400
# More points than this on a curve as wide as a page cannot be told apart.
MOST = 60


def numbers(dates: NDArray[np.int64], by: str) -> NDArray[np.int64]:
    """The period of each date (seconds since 1970, UTC): int64, days, weeks (from Monday), months or years of 1970."""
    check(by)
    days: NDArray[np.int64] = np.floor_divide(dates, DAY)
    if by == "day":
        return days
    if by == "week":
        return np.asarray(np.floor_divide(days + 3, 7))  # 1970-01-01 was a Thursday
    unit = "datetime64[M]" if by == "month" else "datetime64[Y]"
    return days.astype("datetime64[D]").astype(unit).astype(np.int64)


def check(by: str) -> None:
    """Raises SettingError for a period that there is not."""
    if by not in BY:
        raise SettingError(f"by must be one of {', '.join(BY)}; it is {by!r}")


def first_day(number: int, by: str) -> date:
    """The day a period begins."""
    if by == "day":
        return date(1970, 1, 1) + timedelta(days=number)
    if by == "week":
        return date(1969, 12, 29) + timedelta(weeks=number)
    if by == "month":
        return date(1970 + number // 12, number % 12 + 1, 1)
    return date(1970 + number, 1, 1)


def last_day(number: int, by: str) -> date:
    """The day a period ends."""
    if by == "year" and 1970 + number == date.max.year:
        return date.max
    return first_day(number + 1, by) - timedelta(days=1)


def name(number: int, by: str) -> str:
    """What a period is called: 2031-03-04, 2031-W10, 2031-03 or 2031; names sort as the periods do."""
    day = first_day(number, by)
    if by == "day":
        return day.isoformat()
    if by == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02}"
    return day.isoformat()[:7] if by == "month" else day.isoformat()[:4]


def suitable(dates: NDArray[np.int64], least: int) -> By:
    """The finest division that makes at most MOST periods, of which most articles lie in one of `least` or more."""
    for by in BY[:-1]:
        found = numbers(dates, by)
        if not len(found) or found.max() - found.min() >= MOST:
            continue
        counts = np.bincount(found - found.min())
        if counts[counts >= least].sum() >= 0.9 * len(dates):
            return by
    return "year"
