"""Rules by wording and shape, which hold without a corpus."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topics.corpus.cleaning import Cleaned, Furniture, clean
from topics.corpus.cleaning.furniture import Known
from topics.corpus.cleaning.lines import paragraphs
from topics.corpus.cleaning.wording import BYLINE
from topics.records import Article

BODY = (
    "The harbour board voted on Monday to raise the sea wall by a metre, after the third flood of the winter left the "
    "fish market under water and the ferry office without power for a week.",
    "Engineers put the cost at nine million crowns. The board will borrow most of it and expects to begin in spring.",
    "Traders had asked for a barrier across the mouth of the basin. That would take ten years, the board answered.",
)


def cleaned(*lines: str, title: str = "Sea wall to rise", **more: str) -> Cleaned:
    return clean(Article("a", title, "\n\n".join(lines), **more))  # type: ignore[arg-type] # strings for string fields


def kinds(result: Cleaned) -> list[tuple[str, bool]]:
    return [(cut.kind, cut.certain) for cut in result.cuts]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Read more: Ferry office floods again", "furniture"),
        ("Related articles", "furniture"),
        ("Advertisement", "furniture"),
        ("Continue reading the main story", "furniture"),
        ("Lesen Sie auch: Hochwasser im Hafen", "furniture"),
        ("Sign up here for our weekly newsletter, every Friday.", "newsletter"),
        ("Subscribe now for one crown a week.", "newsletter"),
        ("Support independent journalism by becoming a member.", "newsletter"),
        ("Share this story on Facebook", "share"),
        ("Facebook Twitter WhatsApp Email", "share"),
        ("Follow us on Instagram", "share"),
        ("12 comments", "share"),
        ("We use cookies to make this site better.", "cookie"),
        ("This article was updated at 14:05 to add a comment.", "update"),
        ("Picture: Jo Brandt / The Bugle", "caption"),
        ("The wall in January (File photo: The Bugle)", "caption"),
    ],
)
def test_a_line_of_the_page_goes_wherever_it_stands(line: str, kind: str) -> None:
    """First, in the middle and last: the rule holds and the rest of the text stays."""
    for at in range(4):
        result = cleaned(*BODY[:at], line, *BODY[at:])
        assert [(cut.line, cut.kind, cut.certain) for cut in result.cuts] == [(line, kind, True)]
        assert result.text == "\n\n".join(BODY)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("By Ada Grünwald, Bugle reporter", "byline"),
        ("By JO BRANDT and Ana de la Cruz", "byline"),
        ("Por José Ortega y Gasset y Ana Ruiz", "byline"),
        ("Por Ana y Luis", "byline"),
        ("Updated: 3 May 2031, 10:40", "update"),
        ("© 2031 The Bugle", "furniture"),
    ],
)
def test_bylines_dates_and_notices_go_at_the_edges_only(line: str, kind: str) -> None:
    """Amid the text the same words may be a list, a cross-head or a programme, and stay."""
    for lines in ((line, *BODY), (*BODY, line)):
        assert kinds(cleaned(*lines)) == [(kind, True)]
    assert cleaned(*BODY, *BODY[:2], line, *BODY, *BODY[:2]).cuts == ()


@pytest.mark.parametrize(
    "line",
    [
        "(BNA) jk/lm",
        "(Reuters)",
        "-- AFP",
        "(Reporting by Jo Brandt; Editing by Ana Cruz)",
        "Additional reporting by A. B.",
    ],
)
def test_agency_tags_go_from_the_foot(line: str) -> None:
    """And only from there."""
    assert kinds(cleaned(*BODY, line)) == [("agency", True)]
    assert kinds(cleaned(line, *BODY, *BODY)) == []


@pytest.mark.parametrize(
    "line",
    [
        "Read the letter, she told him: it was never sent.",
        "Follow the money, the prosecutor said.",
        "Listen to the rain, not to the forecast, farmers say.",
        "Subscribe was the only word on the poster.",
        "By Tuesday evening the water had gone.",
        "By Tuesday Evening",
        "This story was never told.",
        "Support for the party fell to nine percent.",
        "Cookies and cream were sold out by noon.",
        "They use cookies as bait, the trapper said of the bears.",
        "Picture this: a city without cars.",
        "Rovers 2, United 1",
        "Full time: 0-0",
        "(more)",
        "Also:",
        "The article was published to coincide with the visit.",
        "Correction: this article was amended on 3 May. The number of branches sold is 49, not 94.",
        "Monday: rain. Tuesday: sun.",
        "What happens now",
    ],
)
def test_news_that_reads_like_furniture_stays(line: str) -> None:
    """First, amid or last."""
    for at in range(4):
        result = cleaned(*BODY[:at], line, *BODY[at:])
        assert line in result.text.split("\n")
        assert not any(cut.certain for cut in result.cuts)


@pytest.mark.parametrize(
    ("dateline", "place", "agency"),
    [
        ("SALTMERE, May 4 (BNA) - ", "SALTMERE", "BNA"),
        ("SALTMERE, Feb 26 - ", "SALTMERE", None),
        ("NEW SALTMERE, Estmere, Sept. 3, 2031 (BNA) — ", "NEW SALTMERE, Estmere", "BNA"),
        ("Saltmere (BNA) – ", "Saltmere", "BNA"),
        ("BERLIN, 3. März (dpa) - ", "BERLIN", "dpa"),
        ("SALTMERE, May 4 /BNA Newswire/ -- ", "SALTMERE", "BNA Newswire"),
        ("(Reuters) - ", None, "Reuters"),
        ("SALTMERE — ", "SALTMERE", None),
    ],
)
def test_datelines_give_place_and_agency(dateline: str, place: str | None, agency: str | None) -> None:
    """They go from the first paragraph, also below a breadcrumb."""
    for above in ((), ("Home > News > Coast",)):
        result = cleaned(*above, dateline + BODY[0], *BODY[1:])
        assert (result.place, result.agency, result.text) == (place, agency, "\n\n".join(BODY))


@pytest.mark.parametrize(
    "start",
    [
        "IBM — The ",
        "UPDATE — The ",
        "NASA — The ",
        "FOR SALE - The ",
        "AMEX DELAY - The ",
        "OPEN PRICE/VOLUME -- The ",
        "TOKYO RUBBER (YEN PER KILO) - The ",
        "(CORRECTION) - The ",
        "Anna (22) said - ",
        "The wall — ",
    ],
)
def test_a_dash_alone_makes_no_dateline(start: str) -> None:
    """Companies, labels and sentences keep theirs."""
    assert cleaned(start + BODY[0], *BODY[1:]).text.startswith(start)


@pytest.mark.parametrize(
    ("line", "section"),
    [
        ("News   /   Coast   /   Saltmere", "Saltmere"),
        ("Home > News > Science", "Science"),
        ("Startseite › Politik", "Politik"),
        ("Home » Coast » Sea wall to rise", "Coast"),
    ],
)
def test_the_section_is_the_deepest_crumb(line: str, section: str) -> None:
    """A section that was given wins; the headline at the end of the way is none."""
    result = cleaned(line, *BODY)
    assert (result.section, result.text) == (section, "\n\n".join(BODY))
    assert cleaned(line, *BODY, section="Given").section == "Given"


def test_headline_again_and_caption_go_from_the_head_of_a_page() -> None:
    """A caption says nothing that the text does not; a standfirst does, and stays."""
    caption = "The harbour board raised the sea wall by a metre after the flood"
    standfirst = "Critics call for dredging, tunnels and patience instead"
    result = cleaned("SEA WALL TO RISE!", caption, standfirst, *BODY)
    assert kinds(result) == [("headline", True)]  # the caption stands before an open line: it may be a list
    assert kinds(cleaned("SEA WALL TO RISE!", caption, *BODY)) == [("headline", True), ("caption", True)]
    assert standfirst in cleaned("SEA WALL TO RISE!", standfirst, *BODY).text
    assert caption in cleaned(caption, *BODY).text


def test_a_page_without_a_title_takes_it_from_below_the_breadcrumb() -> None:
    """Whether the reader took the breadcrumb for the title or left all in the text."""
    for title, lines in (("", ("News / World / Coast",)), ("News / World / Coast", ())):
        result = cleaned(*lines, "Saltmere raises its wall", *BODY, title=title)
        assert (result.title, result.section, result.text) == ("Saltmere raises its wall", "Coast", "\n\n".join(BODY))


def test_a_footer_seen_once_is_suspect_and_stays() -> None:
    """Open lines behind the last sentence are marked, not cut."""
    footer = ("The Bugle can also be read at these alternate addresses:", "The Bugle on Radio")
    result = cleaned(*BODY, *footer)
    assert result.text.endswith("\n\n".join(footer))
    assert [(cut.line, cut.kind, cut.certain) for cut in result.cuts] == [(line, "suspect", False) for line in footer]


def test_an_article_of_furniture_alone_stays_as_it_is() -> None:
    """Without a title nothing would be left."""
    result = cleaned("Advertisement", "Read more: x", title="")
    assert (result.title, result.text) == ("", "Advertisement\n\nRead more: x")
    assert kinds(result) == [("furniture", False), ("furniture", False)]


def test_rows_of_wrapped_text_are_no_paragraphs() -> None:
    """A row that looks like a line of the page may be the middle of a sentence."""
    text = "The minister was told to\nread more: a great deal\nmore, in fact, she said.\n\nAdvertisement\n\nRain fell."
    assert clean(Article("a", "Books", text)).text == text.replace("Advertisement\n\n", "")
    assert paragraphs(["a", "b", "", "c", "", "d"]) == [3, 5]


LINES = st.one_of(
    st.sampled_from(
        [
            *BODY, "", "  ", "Advertisement", "Read more: all", "Home > News > Coast", "Sea wall to rise",
            "By Jo Brandt", "(BNA) jk/lm", "SALTMERE, May 4 (BNA) - Rain fell.", "SALTMERE, May 4 (BNA) -",
            "(Reuters) -", "Our radio", "Photo: Jo / The Bugle", "Learned line", "Rain fell. Learned ending of it.",
            "Learned opening. Rain fell.",
        ]
    ),
    st.text(max_size=60),
    st.text(alphabet="AZaz 019:/>-—().,!\"|é。", max_size=40),
)  # fmt: skip
KNOWN = Known(
    50,
    lines={"Learned line": 40},
    ends={"/ The Bugle": 30},
    endings={"Learned ending of it.": 20},
    openings={"Learned opening.": 20},
    titles={" | The Bugle": 50},
)


def is_subsequence(short: str, long: str) -> bool:
    rest = iter(long)
    return all(character in rest for character in short)


@settings(max_examples=400, deadline=None)
@given(
    title=st.one_of(LINES, st.just("Sea wall | The Bugle")), lines=st.lists(LINES, max_size=12), learned=st.booleans()
)
def test_cleaning_only_takes_away_and_once_is_enough(title: str, lines: list[str], learned: bool) -> None:
    """On any text: nothing is added or moved, what is cut was there, and cleaning again cuts nothing."""
    article = Article("a", title.strip(), "\n".join(lines), source="The Bugle")
    furniture = Furniture({"The Bugle": KNOWN}) if learned else None
    result = clean(article, furniture)
    assert is_subsequence(result.text, article.text)
    assert result.title in (article.title, article.title.removesuffix(" | The Bugle"), *map(str.strip, lines), "")
    for cut in result.cuts:
        assert cut.line in article.text or cut.line in article.title
    kept = [line.strip() for line in result.text.split("\n") if line.strip()]
    originals = [line.strip() for line in lines for line in line.split("\n")]
    assert all(any(line in original for original in originals) for line in kept)
    again = clean(Article("a", result.title, result.text, section=result.section, source="The Bugle"), furniture)
    assert (again.title, again.text, again.section) == (result.title, result.text, result.section)


@pytest.mark.parametrize("names", ["y " * 400, "Y y " * 400, "Ana Ruiz y " * 200, "Ana Ruiz, " * 200, "de " * 400])
def test_a_byline_is_read_in_one_way(names: str) -> None:
    """Else a line of forty "y" took 14 seconds, and each one more half as long again: a find of the fuzzer."""
    line = f"Por {names}!"
    assert BYLINE.pattern.fullmatch(line) is None
    assert cleaned(*BODY, line).cuts == ()
