"""What a scraped page has above its first sentence: the breadcrumb, the headline again, a caption."""

from __future__ import annotations

import re

from topics.corpus.cleaning.lines import ends_sentence, folded, is_news

_MARK = re.compile(r"[>»›→•·\\/|]|::")
_BETWEEN = re.compile(r"\s*[>»›→]\s*|\s+[/|•·\\]\s+|\s*::\s*")
_MOST_CRUMBS = 7
_LONGEST_CRUMB = 40

# The ways into a site.  The deepest crumb that is not one of these is the section.
_ROOTS = frozenset(
    "home|homepage|home page|front page|frontpage|news|latest|latest news|"  # noqa: SIM905 - as a list hard to read
    "all news|start|startseite|nachrichten|accueil|actualités|actualité|inicio|portada|noticias|início|notícias|"
    "notizie|nieuws|nyheder|nyheter|hem|hjem|uutiset|strona główna|wiadomości|главная|новости|головна|новини|"
    "الرئيسية|أخبار|الأخبار|首页|新闻|首頁|新聞|ホーム|ニュース|홈|뉴스|"
    "you are here|articles|stories|archive".split("|")
)
_SECTIONS = frozenset(
    """
    world sport sports business politics culture opinion science technology tech health local national international
    economy entertainment arts lifestyle travel education environment climate media society money football
    """.split()  # noqa: SIM905 - as a list hard to read
)
_FIRST_WORDS = frozenset(name.partition(" ")[0] for name in _ROOTS | _SECTIONS)
_WORD = re.compile(r"[^\W\d_]{3,}")

# So many of a caption's words stand in the article as well: taking it out loses nothing of what the article is about.
_CAPTION_OVERLAP = 0.7


def crumbs(line: str) -> list[str] | None:
    """The parts of a breadcrumb line, from the front page down; None when it is no breadcrumb."""
    word = line[: line.find(" ")]
    if word.isalpha() and word.casefold() not in _FIRST_WORDS:  # nearly all lines are done with here
        return None
    if len(line) > 200 or _MARK.search(line) is None:
        return None
    parts = _BETWEEN.split(line.strip(">»›→/| \t"))
    if not 2 <= len(parts) <= _MOST_CRUMBS or not all(parts):
        return None
    *upper, last = parts
    if any(len(part) > _LONGEST_CRUMB or len(part.split()) > 5 or ends_sentence(part) for part in upper):
        return None
    if not any(map(str.isalpha, last)):
        return None
    first = parts[0].casefold().rstrip(":")
    return parts if first in _ROOTS or (first in _SECTIONS and len(last) <= _LONGEST_CRUMB) else None


def section_of(parts: list[str], title: str) -> str | None:
    """The deepest crumb that is neither a way into the site nor the article's own headline."""
    for part in reversed(parts):
        if len(part) <= _LONGEST_CRUMB and part.casefold() not in _ROOTS and folded(part) != folded(title):
            return part
    return None


def is_headline(line: str, title: str) -> bool:
    """Does the line say the title again?  Case, space and punctuation aside."""
    if not title or not -12 <= len(line) - len(title) <= 12:
        return False
    if line == title:
        return True
    # Six letters tell nearly all others apart.
    if folded(line[:12])[:6] != folded(title[:12])[:6]:
        return False
    again = folded(line)
    return bool(again) and again == folded(title)


def could_be_headline(line: str) -> bool:
    return 10 <= len(line) <= 200 and line[-1] not in ".:;,"


def is_caption(line: str, body: list[str]) -> bool:
    """Is an open line above the first sentence a caption?  Its words are nearly all in the body then.

    body : the paragraphs that follow, stripped, at least one.  A cross-head or a standfirst says something new and
    stays; so do the rows of a list of results.
    """
    if not ends_sentence(body[0]) or len(body[0]) < len(line) or is_news(line):
        return False
    words = set(_WORD.findall(line.casefold()))
    if len(words) < 4 or len(line) > 300:
        return False
    body_words = set(_WORD.findall(" ".join(body).casefold()))
    return len(words & body_words) >= _CAPTION_OVERLAP * len(words)
