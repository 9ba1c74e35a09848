"""Promises of topics.corpus.dates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics.corpus import dates

DAY = "2023-10-07"
TIME = "2023-10-07T15:04:05Z"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (DAY, DAY),
        ("20231007", DAY),
        ("2023/10/07", DAY),
        ("2023.10.7", DAY),
        ("Oct 7, 2023", DAY),
        ("Oct. 7th, 2023", DAY),
        ("7 October 2023", DAY),
        ("7th of October 2023", DAY),
        ("Saturday, 7 October 2023", DAY),
        ("Saturday, October 7, 2023", DAY),
        ("07-Oct-2023", DAY),
        ("2023-Oct-07", DAY),
        (TIME, TIME),
        ("2023-10-07 15:04:05", TIME),
        ("2023-10-07T15:04:05.678Z", TIME),
        ("2023-10-07T15:04:05.678901+00:00", TIME),
        ("2023-10-07T17:04:05+02:00", TIME),
        ("2023-10-07T17:04:05+0200", TIME),
        ("2023-10-07 11:04:05 EDT", TIME),
        ("2023-10-07 15:04:05 UTC", TIME),
        ("20231007T150405Z", TIME),
        ("20231007150405", TIME),
        ("Sat, 07 Oct 2023 15:04:05 GMT", TIME),
        ("2023-10-07T15:04:Z", "2023-10-07T15:04:00Z"),  # the standard library takes a seconds' colon without seconds
        ("2023-10-07T15+00:00", "2023-10-07T15:00:00Z"),
        ("7 October 2023 15:04:60", "2023-10-07T15:04:59Z"),
        ("Sat, 07 Oct 2023 08:04:05 -0700 (PDT)", TIME),
        ("Sat Oct  7 15:04:05 2023", TIME),
        ("Sat Oct 07 15:04:05 +0000 2023", TIME),
        ("Sat Oct 07 15:04:05 UTC 2023", TIME),
        ("October 7, 2023 3:04:05 PM", TIME),
        ("October 7, 2023 at 10:04:05 a.m. EST", TIME),
        ("October 7, 2023 3:04 PM EST", "2023-10-07T20:04:00Z"),
        ("7 October 2023, 17:04 (GMT+2)", "2023-10-07T15:04:00Z"),
        ("October 7, 2023 12:30 AM", "2023-10-07T00:30:00Z"),
        ("7-OCT-2023 15:04:05.79", TIME),
        ("26-FEB-1987 15:01:01.79", "1987-02-26T15:01:01Z"),
        ("1696691045", TIME),
        ("1696691045678", TIME),
        ("25/12/2023", "2023-12-25"),
        ("12/25/2023", "2023-12-25"),
        ("05/05/2023", "2023-05-05"),
        ("25.12.2023 18:30", "2023-12-25T18:30:00Z"),
        ("12/25/2023 6:30 PM", "2023-12-25T18:30:00Z"),
    ],
)
def test_forms_of_news_exports_are_read(text: str, expected: str) -> None:
    """Each of the forms that exports and feeds use comes out in UTC."""
    assert dates.parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "soon",
            "yesterday",
            "2023",
            "Oct 2023",
            "2023-13-01",
            "2023-02-30",
            "20231301",
            "31/31/2023",
            "Oct 32, 2023",
        ),
        *("9999-12-31", "0001-01-01", "1066-10-14", "2500-01-01T00:00:00Z", "03/04/2023", "03/04/23", "12/25/23"),
        *("7 October 2023 15:04:61", "07 Oct 2023 24:00:00 GMT", "31-FEB-2023 15:04:05"),
        *("25:61, 7 October 2023", "October 7, 2023 13:04 PM", "Foo 7, 2023", "12345", "123456789012345", "7 7 7"),
        *("2023-10-07T15:04:05+99:00x", "٢٠٢٣١٠٠٧", "Oct 7, 2023 and more was said", "0001-01-01T00:00:00+14:00"),
    ],
)
def test_what_is_no_certain_date_is_none(text: str) -> None:
    """No guess is made: not at a missing part, not at an order, not far from any newspaper."""
    assert dates.parse(text) is None


def test_the_order_of_day_and_month_is_as_told() -> None:
    """day_first decides what can be read in two ways, and is_ambiguous finds just those."""
    assert dates.parse("03/04/2023", day_first=True) == "2023-04-03"
    assert dates.parse("03/04/2023", day_first=False) == "2023-03-04"
    assert dates.parse("3.4.23 10:00", day_first=True) == "2023-04-03T10:00:00Z"
    assert dates.is_ambiguous("03/04/2023")
    assert not any(map(dates.is_ambiguous, ("25/12/2023", "05/05/2023", "soon", DAY)))


@pytest.mark.parametrize(
    "text", ["Oct 7, 2023, 15:04 IST", "26-MAR-1987 00:03:35.68F RM", "7 Oct 2023 10:00 ET", "7 Oct 2023 10:00 +2300"]
)
def test_a_zone_of_no_single_meaning_leaves_the_day(text: str) -> None:
    """Rather no time than one that is wrong by hours."""
    assert len(dates.parse(text) or "") == 10


@given(
    st.datetimes(datetime(1700, 1, 1), datetime(2150, 1, 1)),
    st.integers(-12 * 60, 14 * 60),
)
def test_every_moment_is_read_alike_from_all_exact_forms(moment: datetime, minutes: int) -> None:
    """ISO 8601, RFC 2822 and a form with a named month agree with the standard library's own arithmetic."""
    local = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    expected = f"{local.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z".rjust(20, "0")
    assert dates.parse(local.isoformat()) == expected
    assert dates.parse(local.isoformat(" ")) == expected
    assert dates.parse(format_datetime(local)) == expected
    assert dates.parse(f"{local:%d-%b-%Y %H:%M:%S %z}") == expected
    assert dates.parse(f"{local:%B %d, %Y %I:%M:%S %p %z}") == expected
    assert dates.parse(expected) == expected


@given(st.text(max_size=90) | st.from_regex(r"[0-9 ./:TZ+-]{6,40}", fullmatch=True), st.none() | st.booleans())
def test_any_text_is_a_date_or_none(text: str, day_first: bool | None) -> None:
    """Nothing raises, and what comes out is a date of the one form, which reads as itself."""
    found = dates.parse(text, day_first)
    if found is not None:
        assert len(found) in (10, 20)
        assert 1600 <= datetime.fromisoformat(found).year <= 2199
        assert dates.parse(found) == found
