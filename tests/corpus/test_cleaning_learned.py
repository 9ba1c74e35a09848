"""What recurs over the unrelated articles of a source is learned; what is news never is."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from topics.corpus.cleaning import Cleaned, Furniture, Learner, clean
from topics.records import Article

SCRAPED = Path(__file__).parents[3] / "shared" / "data" / "scraped-page.txt"
LETTERS = "bdfgklmnprstvz"


def word(rng: random.Random) -> str:
    """A word that nobody has written before."""
    return "".join(rng.choice(LETTERS) + rng.choice("aeiou") for _ in range(rng.randint(2, 4)))


def story(seed: int, paragraphs: int = 5) -> list[str]:
    """The paragraphs of an article about something of its own."""
    rng = random.Random(seed)
    sentence = lambda: " ".join(word(rng) for _ in range(14)).capitalize() + "."  # noqa: E731 - local, one line
    return [" ".join(sentence() for _ in range(3)) for _ in range(paragraphs)]


def article(number: int, lines: list[str], source: str | None = "The Saltmere Bugle", **more: str) -> Article:
    return Article(f"a{number}", more.pop("title", f"Story {number}"), "\n\n".join(lines), source=source, **more)  # type: ignore[arg-type]


def learn(articles: list[Article], **sizes: int) -> Furniture:
    learner = Learner(**sizes)
    for one in articles:
        learner.add(one)
    return learner.furniture()


def certain(result: Cleaned) -> list[str]:
    return [cut.line for cut in result.cuts if cut.certain]


FOOTER = "The Bugle is printed on recycled herring."


def test_a_footer_goes_once_the_source_is_known() -> None:
    """From the articles it was learned on, from new ones and from queries without a source, not from other sources."""
    furniture = learn([article(i, [*story(i), FOOTER]) for i in range(20)])
    new = story(99)
    for source in ("The Saltmere Bugle", None):
        result = clean(article(99, [*new, FOOTER], source), furniture)
        assert (result.text, certain(result)) == ("\n\n".join(new), [FOOTER])
    assert clean(article(99, [*new, FOOTER], "The Lantern"), furniture).text.endswith(FOOTER)
    assert "20 of the 20" in clean(article(99, [*new, FOOTER]), furniture).cuts[0].why


def test_without_a_source_the_host_of_the_url_is_the_source() -> None:
    """With or without www."""
    pages = [article(i, [*story(i), FOOTER], None, url=f"https://www.bugle.example/{i}") for i in range(20)]
    furniture = learn(pages)
    assert list(furniture.sources) == ["bugle.example"]
    assert certain(clean(article(99, [*story(99), FOOTER], None, url="http://bugle.example/x"), furniture)) == [FOOTER]


def test_copies_of_one_story_teach_nothing() -> None:
    """A wire story reprinted thirty times, with its cut or changed end, keeps every line."""
    wire = story(1, 8)
    copies = [article(i, [*wire[: 8 - i % 3], *story(i + 500, 1)]) for i in range(30)]
    others = [article(100 + i, story(100 + i)) for i in range(30)]
    furniture = learn(copies + others)
    assert furniture == Furniture({})
    assert all(clean(one, furniture).text == one.text for one in copies)


def test_a_quote_and_background_repeated_over_reports_of_one_event_stay() -> None:
    """Reports that share their vocabulary count as one, however many there are."""
    rng = random.Random(7)
    own = [word(rng) + word(rng) for _ in range(60)]
    background = "Leopold Strand was arrested in May after two years on the run."
    reports = []
    for i in range(20):
        lines = [" ".join(rng.sample(own, 30)).capitalize() + "." for _ in range(4)]
        reports.append(article(i, [*lines, '"I never took a crown."', background]))
    furniture = learn(reports + [article(100 + i, story(100 + i)) for i in range(20)])
    assert furniture == Furniture({})


@pytest.mark.parametrize("line", ["Full time: 0-0", "Rovers 1 United 1", '"No comment," said the mayor.', "* * *"])
def test_scores_quotes_and_rules_are_never_learned(line: str) -> None:
    """Not even at the foot of every article."""
    assert learn([article(i, [*story(i), line]) for i in range(40)]) == Furniture({})


def test_a_line_amid_the_text_must_stand_in_more_articles() -> None:
    """A tenth of the articles is enough at the foot, and not in the middle."""
    line = "The weather stayed fine all along the coast."
    for at, learned in ((7, False), (14, True)):
        pages = [article(i, story(i, 14)) for i in range(60)]
        for i in range(6):
            pages[i] = article(i, [*story(i, 14)[:at], line, *story(i, 14)[at:]])
        assert (learn(pages) != Furniture({})) is learned


def test_shapes_are_learned_in_any_language() -> None:
    """Labels before headlines, credits that name the outlet, times, title ends, first and last sentences."""
    pages = []
    for i in range(30):
        first, *rest = story(i)
        lines = [
            f"{word(random.Random(i)).title()} di {word(random.Random(-i)).title()} / Corriere del Porto",
            f"Aggiornato alle {8 + i % 10}:{10 + i} di oggi dalla redazione",
            f"Il Corriere racconta la città. {first}",
            *rest[:-1],
            f"{rest[-1]} Tutti i diritti sono del Corriere.",
            f"Altre storie: Titolo numero {(i + 1) % 30} — bis",
        ]
        pages.append(article(i, lines, "Corriere del Porto", title=f"Titolo numero {i} — bis | Corriere"))
    furniture = learn(pages)
    known = furniture.sources["Corriere del Porto"]
    assert list(known.ends) == ["/ Corriere del Porto"]
    assert list(known.masks) == ["Aggiornato alle 00:00 di oggi dalla redazione"]
    assert list(known.openings) == ["Il Corriere racconta la città."]
    assert list(known.endings) == ["Tutti i diritti sono del Corriere."]
    assert list(known.titles) == [" | Corriere"]
    result = clean(pages[3], furniture)
    first, *rest = story(3)
    assert result.title == "Titolo numero 3 — bis"
    assert result.text.startswith("\n\n".join([first, *rest]))


def test_a_label_is_learned_when_headlines_follow_it() -> None:
    """And not when anything else does: "Referee:" is news."""
    pages = []
    for i in range(30):
        link = f"Weiter: Story {(i + 1) % 30}"
        pages.append(article(i, [*story(i), f"Schiri: {word(random.Random(i))}", link]))
    known = learn(pages).sources["The Saltmere Bugle"]
    assert list(known.starts) == ["Weiter:"]


def test_the_order_of_articles_does_not_matter_also_when_not_all_are_kept() -> None:
    """Samples are chosen by hash: of articles, and of sources when there are too many."""
    pages = []
    for i in range(400):
        footer = [f"Footer of outlet {i % 7}."] if i % 3 else []  # counted, so that another sample shows
        pages.append(article(i, [*story(i, 2), *footer], f"Outlet {i % 7}"))
    shuffled = random.Random(3).sample(pages, len(pages))
    for sizes in ({}, {"per_source": 25}, {"in_all": 200}, {"in_all": 60}):
        furniture = learn(pages, **sizes)
        assert furniture == learn(shuffled, **sizes)
        assert 0 < len(furniture.sources) <= 7
        held = Learner(**sizes)
        for page in pages:
            held.add(page)
            assert sum(map(len, held._groups.values())) <= sizes.get("in_all", 400)
    assert len(learn(pages, in_all=60).sources) < 7


def test_furniture_comes_back_from_its_row() -> None:
    """Through JSON; a row of another shape is refused."""
    furniture = learn([article(i, [*story(i), FOOTER], title=f"{i} | Bugle") for i in range(20)])
    row = json.loads(json.dumps(furniture.row()))
    assert Furniture.from_row(row) == furniture
    again = article(9, [*story(9), FOOTER])
    assert clean(again, Furniture.from_row(row)) == clean(again, furniture)
    for wrong in ({}, {"sources": []}, {"sources": {"a": 1}}, {"sources": {"a": {}}}):
        with pytest.raises(ValueError, match="furniture"):
            Furniture.from_row(wrong)
    with pytest.raises(ValueError, match="furniture"):
        Furniture.from_row({"sources": {"a": {"articles": 3, "lines": {"x": "y"}}}})


@pytest.mark.skipif(not SCRAPED.exists(), reason="the evaluation data is not there")
def test_the_scraped_page_comes_clean() -> None:
    """Title, section, no caption; the footer is suspect when alone and gone once twenty such pages are known."""
    page = SCRAPED.read_text("utf-8")
    lines = [line for line in page.split("\n") if line.strip()]
    headline, caption, footer = lines[1], lines[2], lines[-2:]
    alone = clean(Article("a", "", page, source="Press"))
    assert (alone.title, alone.section) == (headline, "Lebanon")
    assert caption not in alone.text.split("\n")
    assert headline not in alone.text.split("\n")
    assert [(cut.line, cut.kind) for cut in alone.cuts if not cut.certain] == [(line, "suspect") for line in footer]
    assert all(line in alone.text for line in footer)
    furniture = learn([article(i, [*story(i), *footer], "Press") for i in range(20)])
    known = clean(Article("a", "", page, source="Press"), furniture)
    assert known.text.split("\n\n") == lines[3:-2]
