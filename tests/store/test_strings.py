"""A table of strings is a list of strings that nobody has to decode."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics.errors import DamagedModel
from topics.strings import StringTable

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.lists(TEXT, max_size=30))
def test_a_table_is_the_list_it_was_packed_from(strings: list[str]) -> None:
    """Any text, the empty one and NUL included, comes back; whole, one by one and from the end."""
    table = StringTable.pack(strings)
    assert table.to_list() == strings == list(table)
    assert [table[i] for i in range(-len(table), len(table))] == strings + strings
    assert StringTable(table.data.copy(), table.offsets.copy()) == table


@given(st.lists(TEXT, max_size=30), TEXT)
def test_find_is_the_index_of_the_list(strings: list[str], other: str) -> None:
    """The first of equal strings is found, what is not there is None."""
    table = StringTable.pack(strings)
    order = table.order()
    for key in [*strings, other]:
        assert table.find(order, key) == (strings.index(key) if key in strings else None)


ALIKE = st.builds(str.__add__, st.sampled_from(["", "a" * 15, "a" * 16, "b" * 17]), st.text("a\0é", max_size=3))


@given(st.lists(ALIKE | TEXT, max_size=30), st.lists(ALIKE | TEXT, max_size=10))
def test_finding_many_is_finding_each(strings: list[str], others: list[str]) -> None:
    """Long strings that begin alike, NULs and none at all included."""
    table = StringTable.pack(strings)
    order = table.order()
    keys = [*strings, *others]
    expected = [table.find(order, key) for key in keys]
    assert table.find_all(order, keys).tolist() == [-1 if place is None else place for place in expected]


def test_a_lone_surrogate_is_found_nowhere() -> None:
    """A key from a terminal of another encoding is an answer, not a traceback."""
    table = StringTable.pack(["a", "é"])
    assert table.find(table.order(), "\udce9") is None
    assert table.find_all(table.order(), ["\udce9", "é"]).tolist() == [-1, 1]


@pytest.mark.parametrize("offsets", [[0, 2, 1, 3], [0, 9, 3], [0, -1, 3]])
def test_offsets_that_do_not_ascend_are_damage(offsets: list[int]) -> None:
    """No offset leads out of the bytes, whoever wrote it."""
    table = StringTable(np.frombuffer(b"abc", np.uint8), np.array(offsets))
    with pytest.raises(DamagedModel):
        table.check()
    with pytest.raises(DamagedModel):
        table.to_list()
    with pytest.raises(DamagedModel):
        [table[i] for i in range(len(table))]


@pytest.mark.parametrize(
    ("data", "offsets"),
    [
        (np.zeros(3, np.int8), np.array([0, 3])),
        (np.zeros(3, np.uint8), np.array([0, 2])),
        (np.zeros(3, np.uint8), np.array([1, 3])),
        (np.zeros(3, np.uint8), np.array([], np.int64)),
        (np.zeros(3, np.uint8), np.array([0, 3], np.int32)),
        (np.zeros((3, 1), np.uint8), np.array([0, 3])),
    ],
)
def test_arrays_that_do_not_fit_are_damage(data: np.ndarray, offsets: np.ndarray) -> None:
    """Wrong types, shapes and ends are refused before anything is read."""
    with pytest.raises(DamagedModel):
        StringTable(data, offsets)


def test_bytes_that_are_not_utf8_are_damage() -> None:
    """Broken bytes are met where the string is asked for."""
    table = StringTable(np.array([255], np.uint8), np.array([0, 1]))
    with pytest.raises(DamagedModel, match="UTF-8"):
        table[0]


def test_an_index_out_of_range_is_an_index_error() -> None:
    """Like a list."""
    table = StringTable.pack(["a"])
    for index in (1, -2):
        with pytest.raises(IndexError):
            table[index]
