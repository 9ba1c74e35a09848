"""Topics over time: shares, counts, what is left out, what rises."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics import periods
from topics.errors import SettingError
from topics.facets import UNDATED, Facets, grouped, seconds
from topics.records import Article
from topics.trends import Weighed, compare, trends

DAY = 86_400


def weighed(rows: list[list[tuple[int, float]]], dates: list[int], group: list[int] | None = None) -> Weighed:
    """Articles by their (topic, weight) pairs."""
    starts = np.cumsum([0, *map(len, rows)])
    pairs = [pair for row in rows for pair in row]
    group = group or [-1] * len(rows)
    names = [f"g{i}" for i in range(max(group, default=-1) + 1)]
    return Weighed(
        starts.astype(np.int64),
        np.array([topic for topic, _ in pairs], np.int32),
        np.array([weight for _, weight in pairs], np.float32),
        np.array(dates, np.int64),
        np.array(group, np.int32),
        names,
    )


def everything(articles: Weighed) -> np.ndarray:
    return np.ones(len(articles.dates), np.bool_)


moments = st.integers(-3_000_000_000, 6_000_000_000)


@given(moments, st.sampled_from(periods.BY))
def test_a_date_lies_within_the_period_it_is_given(moment: int, by: str) -> None:
    """Before 1970 too, and periods begin at midnight UTC."""
    number = int(periods.numbers(np.array([moment]), by)[0])
    day = datetime.fromtimestamp(moment, UTC).date()
    assert periods.first_day(number, by) <= day <= periods.last_day(number, by)
    assert periods.last_day(number, by) + timedelta(days=1) == periods.first_day(number + 1, by)


@given(st.integers(-2000, 30_000), st.integers(1, 500), st.sampled_from(periods.BY))
def test_names_of_periods_sort_as_the_periods_do(day: int, later: int, by: str) -> None:
    first, second = periods.numbers(np.array([day, day + later]) * DAY, by)
    if first != second:
        assert periods.name(int(first), by) < periods.name(int(second), by)


def test_names_follow_the_iso_calendar() -> None:
    number = int(periods.numbers(np.array([seconds("2027-01-03")]), "week")[0])
    assert periods.name(number, "week") == "2026-W53"
    assert periods.first_day(number, "week") == date(2026, 12, 28)


@given(
    st.lists(
        st.tuples(
            st.lists(
                st.tuples(st.integers(0, 3), st.floats(0.015625, 1, width=32)), max_size=4, unique_by=lambda p: p[0]
            ),
            st.integers(0, 40),
        ),
        max_size=40,
    )
)
def test_shares_and_counts_equal_a_plain_count(rows: list[tuple[list[tuple[int, float]], int]]) -> None:
    """The arrays against a loop over articles."""
    articles = weighed([row for row, _ in rows], [day * DAY for _, day in rows])
    found = trends(articles, "abcd", everything(articles), UNDATED, by="week", least=2)
    (group,) = found.groups
    for place, period in enumerate(group.periods):
        mine = [row for row, day in rows if period.first <= str(date(1970, 1, 1) + timedelta(days=day)) <= period.last]
        assert period.articles == len(mine)
        assert period.enough == (len(mine) >= 2)
        for topic, trend in enumerate(group.topics):
            total = sum(weight for row in mine for t, weight in row if t == topic)
            strongest = [min(row, key=lambda p: (-np.float32(p[1]), p[0]))[0] for row in mine if row]
            assert trend.counts[place] == strongest.count(topic)
            if period.enough:
                assert trend.shares[place] == pytest.approx(total / len(mine))
            else:
                assert trend.shares[place] is None


def steady_and_rising(n_periods: int, per_period: int) -> Weighed:
    """Topic 1 grows by a tenth of the articles each day, topic 2 shrinks likewise, topic 0 stays."""
    rows, dates = [], []
    for day in range(n_periods):
        for i in range(per_period):
            topic = 0 if i % 2 else (1 if i < per_period * (day + 1) / (n_periods + 1) else 2)
            rows.append([(topic, 1.0)])
            dates.append(day * DAY)
    return weighed(rows, dates)


def test_what_rises_and_falls_is_told_and_the_rest_is_steady() -> None:
    articles = steady_and_rising(8, 60)
    (group,) = trends(articles, "abc", everything(articles), UNDATED, by="day").groups
    assert [trend.direction for trend in group.topics] == ["steady", "rising", "falling"]
    assert group.topics[1].change == pytest.approx(-group.topics[2].change, abs=1e-9)  # type: ignore[operator]


def test_chance_is_not_called_a_trend() -> None:
    """Topics drawn by lot: of 400 curves, fewer than one in fifty is said to rise or fall."""
    rng = np.random.default_rng(0)
    moved = 0
    for _ in range(20):
        rows = [[(int(topic), 1.0)] for topic in rng.integers(0, 20, 600)]
        articles = weighed(rows, [int(day) * DAY for day in rng.integers(0, 12, 600)])
        (group,) = trends(articles, ["x"] * 20, everything(articles), UNDATED, by="day").groups
        moved += sum(trend.direction != "steady" for trend in group.topics)
    assert moved < 8


def test_two_periods_have_no_direction() -> None:
    articles = steady_and_rising(2, 40)
    (group,) = trends(articles, "abc", everything(articles), UNDATED, by="day").groups
    assert {(trend.change, trend.direction) for trend in group.topics} == {(None, None)}


def test_articles_without_a_date_are_counted_apart() -> None:
    articles = weighed([[(0, 1.0)]] * 3, [0, UNDATED, 5])
    found = trends(articles, "a", everything(articles), UNDATED, by="day", least=1)
    assert found.undated == 1
    assert [period.articles for period in found.groups[0].periods] == [2]
    assert found.groups[0].articles == found.groups[0].topics[0].count == 3


def test_no_article_at_all_gives_no_period() -> None:
    articles = weighed([[(0, 1.0)]], [UNDATED])
    found = trends(articles, "a", everything(articles), UNDATED)
    assert found.groups[0].periods == ()
    assert list(found.rows()) == []


def test_filtered_articles_do_not_count() -> None:
    articles = weighed([[(0, 1.0)], [(1, 1.0)]], [0, 0])
    (group,) = trends(articles, "ab", np.array([True, False]), UNDATED, by="day", least=1).groups
    assert [trend.count for trend in group.topics] == [1, 0]


def test_groups_share_their_periods_and_come_largest_first() -> None:
    articles = weighed([[(0, 1.0)]] * 5, [0, DAY, 3 * DAY, 3 * DAY, 3 * DAY], [1, 1, 0, 1, -1])
    found = trends(articles, "a", everything(articles), UNDATED, by="day", least=1)
    assert [group.group for group in found.groups] == ["g1", "g0"]
    assert {tuple(p.period for p in group.periods) for group in found.groups} == {
        ("1970-01-01", "1970-01-02", "1970-01-03", "1970-01-04")
    }


def test_a_wrong_date_does_not_make_a_million_periods() -> None:
    articles = weighed([[(0, 1.0)]] * 2, [seconds("0101-01-01"), seconds("2031-01-01")])
    with pytest.raises(SettingError, match="a date may be wrong"):
        trends(articles, "a", everything(articles), UNDATED, by="day")
    assert trends(articles, "a", everything(articles), UNDATED).by == "year"


@pytest.mark.parametrize(("setting", "said"), [({"by": "hour"}, "by must be one of"), ({"least": 0}, "at least 1")])
def test_settings_out_of_range_are_refused(setting: dict[str, object], said: str) -> None:
    articles = weighed([[(0, 1.0)]], [0])
    with pytest.raises(SettingError, match=said):
        trends(articles, "a", everything(articles), UNDATED, **setting)  # type: ignore[arg-type]


def test_the_division_that_suits_is_the_finest_with_enough_articles() -> None:
    days = np.arange(50) * DAY
    assert periods.suitable(np.repeat(days, 10), 10) == "day"
    assert periods.suitable(days, 10) == "month"
    assert periods.suitable(np.arange(3000) * DAY, 10) == "year"


def test_sources_are_compared_by_what_they_write_about() -> None:
    articles = weighed([[(0, 1.0)], [(1, 1.0)], [(1, 0.5), (0, 0.5)], [(0, 1.0)]], [UNDATED] * 4, [0, 1, 1, -1])
    first, second = compare(articles, 2, everything(articles))
    assert (first.group, first.articles, first.shares) == ("g1", 2, (0.25, 0.75))
    assert (second.group, second.shares) == ("g0", (1.0, 0.0))
    assert compare(weighed([[(0, 1.0)]], [0]), 1, np.ones(1, np.bool_)) == []


def test_groups_are_numbered_over_segments() -> None:
    """A source of two segments is one group; an article without one is in none."""
    facets = [
        Facets.build([Article("a", source="X"), Article("b")]),
        Facets.build([Article("c", source="Y"), Article("d", source="X")]),
    ]
    numbers, names = grouped(facets, "source")
    assert (numbers.tolist(), names) == ([0, -1, 1, 0], ["X", "Y"])
    with pytest.raises(SettingError, match="source or section"):
        grouped(facets, "lang")
