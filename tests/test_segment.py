"""Segments are joined before they pile up, and never into one too large."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from topics import segment
from topics.segment import plan


@given(st.lists(st.integers(0, 25_000), max_size=60))
def test_a_plan_keeps_order_and_bounds(sizes: list[int]) -> None:
    """Neighbours only, nothing twice; no join passes the bound; joining again would change nothing."""
    groups = plan(sizes)
    assert [place for group in groups for place in group] == list(range(len(sizes)))
    joined = [sum(sizes[place] for place in group) for group in groups]
    assert all(size <= segment.LARGEST for size, group in zip(joined, groups, strict=True) if len(group) > 1)
    assert len(plan(joined)) == len(joined)


def test_small_additions_do_not_pile_up() -> None:
    """After 3,000 additions of 300 there are some 60 segments, and each article was written about five times."""
    sizes: list[int] = []
    written = 0
    for _ in range(3000):
        sizes.append(300)
        groups = plan(sizes)
        written += 300 + sum(sum(sizes[group.start : group.stop]) for group in groups if len(group) > 1)
        sizes = [sum(sizes[group.start : group.stop]) for group in groups]
    assert len(sizes) <= 60
    assert written <= 6 * 900_000
