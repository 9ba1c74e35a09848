"""What a word is, and which words are one term."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics.text.spelling import display
from topics.text.terms import LONGEST_WORD, Terms, fold
from topics.text.unicode import pattern, table
from topics.text.words import JOINERS, split


def words(text: str) -> list[str]:
    return [word for word, _ in split(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("al-Aqsa mosque", ["al-Aqsa", "mosque"]),
        ("U.S. and U.N., e.g. the U.S.", ["U.S.", "and", "U.N.", "e.g.", "the", "U.S."]),
        ("the U.S.Army", ["the", "U.S.", "Army"]),
        ("Time Warner's and Time Warner’s", ["Time", "Warner's", "and", "Time", "Warner’s"]),
        ("COVID-19, G20", ["COVID-19", "G20"]),
        ("don't 'quote'", ["don't", "quote"]),
        ("AT&T paid 1,000.50 in 2004.", ["AT&T", "paid", "1,000.50", "in", "2004"]),
        ("one--two - three", ["one", "two", "three"]),
        ("end.Start", ["end", "Start"]),
        ("İstanbul Çeşme", ["İstanbul", "Çeşme"]),
        ("हिन्दी समाचार", ["हिन्दी", "समाचार"]),
        ("مُحَمَّد", ["مُحَمَّد"]),
        ("cafe\u0301 café", ["cafe\u0301", "café"]),
        ("co\u00adoperate", ["co\u00adoperate"]),
        ("新聞記者", ["新聞", "聞記", "記者"]),
        ("日 EU中国x", ["日", "EU", "中国", "x"]),
        ("ประเทศ", ["ปร", "ระ", "ะเ", "เท", "ทศ"]),
        ("", []),
        ("... --- !?", []),
        ("a\0b", ["a", "b"]),
        ("é\0b", ["é", "b"]),
    ],
)
def test_words_are_cut_as_a_reader_of_the_language_would(text: str, expected: list[str]) -> None:
    """Names, acronyms, figures and words with marks stay whole; scripts without spaces give pairs of letters."""
    assert words(text) == expected


def test_marks_stay_on_their_letters_in_pairs() -> None:
    """A mark never stands apart from the letter before it, in scripts without spaces either."""
    assert words("กี่ขำ") == ["กี่ข", "ขำ"]


@pytest.mark.parametrize(
    ("between", "breaks"),
    [
        (" ", False), ("", False), ("\u00a0\t ", False), ("\n", False), (" \r\n ", False),
        ("\n\n", True), ("\r", True), (", ", True), ("\n \n", True), (". ", True), ("\r\n\r\n", True), ("\u2003", True),
    ],
)  # fmt: skip
def test_a_break_is_anything_but_space_and_one_line_end(between: str, breaks: bool) -> None:
    """A wrapped line joins two words, a paragraph or a comma parts them."""
    text = f"新{between}Moscow" if not between else f"New{between}York"
    assert [first for _, first in split(text)] == [True, breaks]


def test_the_classes_of_code_points_do_not_overlap() -> None:
    """Each code point is a letter, a number, a mark, a letter of unspaced script, or none of these."""
    seen: set[int] = set()
    for ranges in table()[1].values():
        for low, high in ranges:
            points = set(range(low, high + 1))
            assert not points & seen
            seen |= points
    assert not seen & {ord(char) for char in JOINERS + ".,"}
    assert pattern("S", 0x7F) == "\x80"


@given(
    st.text(alphabet=st.characters(codec="ascii") | st.sampled_from("'’-.é中ก\u0301\0")),
    st.sampled_from("é中\U0001f600"),
)
def test_words_do_not_depend_on_what_else_a_text_holds(text: str, other: str) -> None:
    """Text is cut the same whether it is all ASCII or has a code point from further up at its end."""
    assert words(text + "\n\n" + other)[: len(words(text))] == words(text)


@given(st.text())
def test_words_stand_in_the_text_and_cover_every_letter(text: str) -> None:
    """Every word is a piece of the text, in order, and no letter is lost."""
    at = 0
    for word in words(text):
        at = text.index(word[0], max(0, at - len(word)))
        assert word in text
    letters = {char for word in words(text) for char in word}
    kinds = [points for ranges in table()[1].values() for points in ranges]
    assert all(char in letters for char in text if any(low <= ord(char) <= high for low, high in kinds))


@pytest.mark.parametrize(
    ("word", "term"),
    [
        ("Warner's", "warner"), ("Warner’s", "warner"), ("U.N.", "un"), ("UN", "un"), ("U.S.", "u.s."), ("US", "u.s."),
        ("USA", "u.s."), ("us", "us"), ("İstanbul", "istanbul"), ("ISTANBUL", "istanbul"), ("don’t", "don't"),
        ("COVID‑19", "covid-19"), ("co\u00adoperate", "cooperate"), ("cafe\u0301", "café"), ("STRASSE", "strasse"),
        ("Straße", "strasse"), ("1,000.5", "1,000.5"), ("x" * (LONGEST_WORD + 1), ""),
    ],
)  # fmt: skip
def test_spellings_of_a_word_fold_to_one(word: str, term: str) -> None:
    """Case, possessive, typographic marks, decomposed accents and the periods of an acronym make no other term."""
    assert fold(word) == term


def test_the_pronoun_us_is_a_stop_word_and_the_country_is_not() -> None:
    """In English "us" carries no subject, "US" does."""
    terms = Terms()
    assert terms.is_stop("us")
    assert not terms.is_stop("US")
    assert terms.term("US") not in terms.stop


@given(st.text(min_size=1))
def test_folding_twice_changes_nothing_in_lower_case(text: str) -> None:
    """A term looked up by its own spelling is found, but for the capitals that tell US from us."""
    folded = fold(text, "de")
    if folded and "." not in folded:
        assert fold(folded, "de") == unicodedata.normalize("NFC", folded) or len(folded) > LONGEST_WORD


def test_a_word_is_shown_without_possessive_and_typesetting() -> None:
    """What is shown is what a reader would write."""
    assert [display(word) for word in ("Warner’s", "co\u00adop", "cafe\u0301", "don’t")] == [
        "Warner",
        "coop",
        "café",
        "don't",
    ]


@given(st.text(alphabet=st.characters(codec="ascii"), min_size=1), st.sampled_from(["en", "de"]))
def test_a_mark_that_is_not_seen_changes_no_term(text: str, language: str) -> None:
    """The short way through plain words gives what the long way gives: a soft hyphen forces the long one."""
    assert fold(text, language) == fold(text[:1] + "\u00ad" + text[1:], language)
