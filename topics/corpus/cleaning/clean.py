"""One article without its page."""

from __future__ import annotations

from topics.corpus.cleaning import datelines, pages, shapes
from topics.corpus.cleaning.furniture import Furniture, Known
from topics.corpus.cleaning.lines import LONGEST, ends_sentence, paragraphs
from topics.corpus.cleaning.records import Cleaned, Cut
from topics.corpus.cleaning.wording import hints_at_furniture, rule_for
from topics.records import Article

# Rules for the head and the foot of a page hold for so many paragraphs.
_HEAD, _TAIL = 4, 4
# Longer lines at the foot are sentences without a stop, not promotion.
_LONGEST_SUSPECT = 200
# Most last sentences of an article are longer, and are not looked into for words such as "subscribe".
_LONGEST_HINTED = 150

_NOTHING = Known()


def clean(article: Article, furniture: Furniture | None = None) -> Cleaned:
    """The article without what belongs to the page around it.

    furniture : what the corpus taught; None for the general rules alone.  Only whole lines go, and datelines, and
    openings and endings that were learned; nothing is added.  An article of which nothing would remain stays as it
    is, and its cuts are not certain.
    """
    page = _Page(article, _known(article, furniture))
    page.clean()
    cuts, section = tuple(page.cuts), article.section
    if not page.remains():
        cuts = tuple(Cut(cut.line, cut.kind, cut.why, False) for cut in cuts)
        return Cleaned(article.title, article.text, section, None, None, cuts)
    if not cuts:
        return Cleaned(article.title, article.text, section, None, None, tuple(page.suspects()))
    return Cleaned(page.title, page.text(), page.section, page.place, page.agency, (*cuts, *page.suspects()))


def words_of(article: Article, furniture: Furniture | None, *, bare: bool = False) -> tuple[str, str]:
    """Title and text of which an article's words are taken; as they are when `furniture` is None (cleaning is off).

    bare : the general rules cut nothing, as `looked_over` said, so only what was learned of its source can.
    """
    if furniture is None or (bare and not furniture.sources):
        return article.title, article.text
    known = _known(article, furniture)
    if bare and known is _NOTHING:
        return article.title, article.text
    page = _Page(article, known)
    page.clean()
    if not page.cuts or not page.remains():
        return article.title, article.text
    return page.title, page.text()


def filed(article: Article) -> Article:
    """The article with what its page tells beside the text: section of the breadcrumb, place and agency of a dateline.

    What the source gave stays; the text stays as it was read.
    """
    return looked_over(article)[0]


def looked_over(article: Article) -> tuple[Article, bool]:
    """The article as `filed`, and whether the general rules cut nothing from it."""
    if not article.text:
        return article, True
    page = _Page(article, _NOTHING)
    page.clean()
    if not page.cuts or not page.remains():
        return article, True
    told = {"place": page.place, "agency": page.agency}
    extra = {key: value for key, value in told.items() if value is not None and key not in article.extra}
    if not extra and page.section == article.section:
        return article, False
    return article.changed(section=page.section, lang=article.lang, extra={**article.extra, **extra}), False


def _known(article: Article, furniture: Furniture | None) -> Known:
    return (furniture.of(article) if furniture is not None else None) or _NOTHING


class _Page:
    """An article on its way."""

    __slots__ = (
        "agency", "at", "cuts", "is_page", "known", "lines", "paragraphs", "place", "section", "title",
    )  # fmt: skip

    def __init__(self, article: Article, known: Known) -> None:
        self.title = article.title
        self.section = article.section
        self.place: str | None = None
        self.agency: str | None = None
        self.cuts: list[Cut] = []
        self.known = known
        self._set(article.text.split("\n"))
        self.is_page = False  # a breadcrumb or the headline was in the text, so a caption may be

    def clean(self) -> None:
        """Find what is to be cut, and cut it."""
        self.clean_title()
        while self.at and self.clean_text():  # what was the second line may now be the first
            pass

    def remains(self) -> bool:
        """Whether anything is left; also when nothing was there."""
        return bool(self.title or not self.cuts or any(self.lines))

    def _set(self, lines: list[str]) -> None:
        self.lines = lines
        stripped = list(map(str.strip, lines))
        self.at = paragraphs(stripped)  # which of them are a paragraph
        self.paragraphs = [stripped[i] for i in self.at]

    def clean_title(self) -> None:
        """A title ends with the outlet's name, or is a breadcrumb that a reader took for the title."""
        end = shapes.title_end(self.title) if self.known.titles else None
        if end is not None and end in self.known.titles:
            why = f"ends {self.known.titles[end]} of {self.known.articles} titles of this source"
            self.cuts.append(Cut(end.strip(), "furniture", why))
            self.title = self.title[: -len(end)]
        crumbs = pages.crumbs(self.title) if self.title and self.at else None
        if crumbs and pages.could_be_headline(self.paragraphs[0]):
            self._breadcrumb(self.title, crumbs)
            self.title = ""

    def clean_text(self) -> bool:
        """One pass over the paragraphs.  Returns whether a further one may find more."""
        before = len(self.cuts)
        known = self.known
        gone: list[int] = []
        lines, last = known.lines, len(self.at) - 1
        for place, line in enumerate(self.paragraphs):
            if len(line) > LONGEST:
                continue
            head, tail = place < _HEAD, place > last - _TAIL
            if lines and line in lines:
                cut = self._recurring(line)
            elif head and (found := self._head(line, place)) is not None:
                cut = found
            elif (rule := rule_for(line, head=head, tail=tail)) is not None:
                cut = Cut(line, rule.kind, rule.why)
            elif not known.articles or (shaped := self._shaped(line)) is None:
                continue
            else:
                cut = shaped
            self.cuts.append(cut)
            gone.append(self.at[place])
        if gone:
            self._drop(set(gone))
        if self.at:
            self._parts()
        return len(self.cuts) > before

    def _recurring(self, line: str) -> Cut:
        rule = rule_for(line, head=True, tail=True)
        return Cut(line, rule.kind if rule else "furniture", self._why(self.known.lines[line]))

    def _why(self, count: int) -> str:
        return f"on {count} of the {self.known.articles} articles of this source that were looked at"

    def _head(self, line: str, place: int) -> Cut | None:
        """Breadcrumb, headline and caption, which stand above the first sentence."""
        if pages.is_headline(line, self.title):
            self.is_page = True
            return Cut(line, "headline", "says the title again")
        if ends_sentence(line):
            return None
        crumbs = pages.crumbs(line) if place < 2 else None
        if crumbs:
            return self._breadcrumb(line, crumbs)
        if not self.is_page or place + 1 >= len(self.at):
            return None
        if not self.title and pages.could_be_headline(line):
            self.title = line
            return Cut(line, "headline", "the first line below the breadcrumb, taken for the title")
        above, body = self.paragraphs[:place], self.paragraphs[place + 1 :]
        if not any(map(ends_sentence, above)) and pages.is_caption(line, body):
            return Cut(line, "caption", "an open line between headline and text that says nothing new")
        return None

    def _breadcrumb(self, line: str, crumbs: list[str]) -> Cut:
        self.is_page = True
        self.section = self.section or pages.section_of(crumbs, self.title)
        cut = Cut(line, "breadcrumb", "the way from the front page to the section")
        if line is self.title:
            self.cuts.append(cut)
        return cut

    def _shaped(self, line: str) -> Cut | None:
        """A line of which a part recurs on this source's pages."""
        known = self.known
        mask = shapes.masked(line) if known.masks else None
        if mask is not None and mask in known.masks:
            return Cut(line, "update", "but for times and dates, " + self._why(known.masks[mask]))
        if ends_sentence(line):
            return None
        end = shapes.end_of(line) if known.ends else None
        if end is not None and end in known.ends:
            return Cut(line, "caption", f"its end ({end}) {self._why(known.ends[end])}")
        label = shapes.start_of(line) if known.starts else None
        if label is not None and label in known.starts:
            return Cut(line, "furniture", f"{label} before another headline {self._why(known.starts[label])}")
        return None

    def _parts(self) -> None:
        """The dateline, and what was learned of first and last sentences."""
        i = self.at[0]
        line = self.lines[i].lstrip()
        dateline = datelines.find(line)
        if dateline is not None:
            self.cuts.append(Cut(line[: dateline.length].strip(), "dateline", "place, date or agency before the text"))
            self.place = self.place or dateline.place
            self.agency = self.agency or dateline.agency
            self._replace(i, line[dateline.length :])
        elif self.known.openings and (opening := shapes.opening_of(line)) in self.known.openings:
            assert opening is not None
            self.cuts.append(Cut(opening, "furniture", "opens the text " + self._why(self.known.openings[opening])))
            self._replace(i, line[len(opening) :].lstrip())
        if not self.at or not self.known.endings:
            return
        i = self.at[-1]
        line = self.lines[i].rstrip()
        ending = shapes.ending_of(line)
        if ending in self.known.endings:
            assert ending is not None
            self.cuts.append(Cut(ending, "furniture", "ends the text " + self._why(self.known.endings[ending])))
            self._replace(i, line[: -len(ending)].rstrip())

    def _replace(self, i: int, line: str) -> None:
        if line:
            self.lines[i] = line
            self._set(self.lines)
        else:
            self._drop({i})

    def _drop(self, gone: set[int]) -> None:
        """Take lines out, each with the blank lines that follow it."""
        kept: list[str] = []
        skipping = False
        for i, line in enumerate(self.lines):
            if i in gone:
                skipping = True
            elif not skipping or (line and not line.isspace()):
                skipping = False
                kept.append(line)
        while kept and not kept[-1].strip():
            kept.pop()
        self._set(kept)

    def text(self) -> str:
        return "\n".join(self.lines)

    def suspects(self) -> list[Cut]:
        """What looks like furniture at the foot of the page: open lines behind the last sentence."""
        if len(self.paragraphs) < 3:
            return []
        found: list[Cut] = []
        for line in reversed(self.paragraphs):
            closed = ends_sentence(line)
            if len(line) > (_LONGEST_HINTED if closed else _LONGEST_SUSPECT):
                break
            hinted = hints_at_furniture(line)
            if not hinted and (closed or not any(map(str.isalpha, line))):
                break
            why = "speaks of the outlet" if hinted else "an open line behind the last sentence"
            found.append(Cut(line, "suspect", why, False))
        return found[::-1] if len(found) < len(self.paragraphs) - 1 else []
