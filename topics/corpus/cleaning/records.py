"""What cleaning gives back."""

from __future__ import annotations

from dataclasses import dataclass

from topics.records import Row


@dataclass(frozen=True, slots=True)
class Cut:
    """A line, or a part of one, that is not the article.

    line : as it stood, without the space around it.  kind : "furniture", "byline", "caption" and so on, "suspect" for
    what was left in.  why : the rule, for people.  certain : True when it was taken out; False when it only looks like
    furniture and was left in.
    """

    line: str
    kind: str
    why: str
    certain: bool = True

    def row(self) -> Row:
        return {"line": self.line, "kind": self.kind, "why": self.why, "certain": self.certain}


@dataclass(frozen=True, slots=True)
class Cleaned:
    """An article without its page.

    title, text : what to train on.  section : as given, else from the breadcrumb.  place, agency : from the dateline.
    cuts : in reading order, the title's first and those left in (``certain`` False) last.
    """

    title: str
    text: str
    section: str | None = None
    place: str | None = None
    agency: str | None = None
    cuts: tuple[Cut, ...] = ()
