"""Word files (.docx): an export of LexisNexis, or one article."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from topics.corpus import lexisnexis
from topics.corpus.archives import ZIP_ERRORS, checked_zip
from topics.corpus.articles import BadRecord
from topics.corpus.containers import seekable
from topics.corpus.formats import Input, Numbered
from topics.corpus.markup import parse_xml

_LONGEST = 1 << 27


def read(source: Input) -> Iterator[Numbered]:
    """The articles of the file; a first paragraph that is a heading is the title of a file that is one article."""
    file = seekable(source.stream)
    try:
        with checked_zip(file) as archive:
            try:
                info = archive.getinfo("word/document.xml")
            except KeyError:
                yield 0, BadRecord("not a Word file", "(no word/document.xml in it)")
                return
            if info.file_size > _LONGEST:
                yield 0, BadRecord("too long for one article", f"(over {_LONGEST >> 20} MiB)")
                return
            root = parse_xml(archive.read(info))
    except ZIP_ERRORS as error:
        yield 0, BadRecord("not a Word file", f"({error})")
        return
    finally:
        file.close()
    paragraphs = [(_text(paragraph), _is_heading(paragraph)) for paragraph in root.iter("p")]
    rows = list(lexisnexis.of_paragraphs([text for text, _ in paragraphs]))
    if rows:
        yield from ((number, row) for number, row in enumerate(rows, 1))
        return
    full = [(text.strip(), heading) for text, heading in paragraphs if text.strip()]
    titled = len(full) > 1 and (full[0][1] or (len(full[0][0]) <= 200 and full[0][0][-1:] not in ".:;,"))
    title = full.pop(0)[0] if titled else ""
    yield 0, {"title": title, "text": "\n\n".join(text for text, _ in full)}


def _text(paragraph: Element) -> str:
    parts: list[str] = []
    for element in paragraph.iter():
        if element.tag == "t":
            parts.append(element.text or "")
        elif element.tag in ("tab", "br", "cr"):
            parts.append("\n" if element.tag != "tab" else "\t")
    return "".join(parts)


def _is_heading(paragraph: Element) -> bool:
    style = paragraph.find("pPr/pStyle")
    name = style.get("val", "") if style is not None else ""
    return name.startswith(("Heading", "Title")) or paragraph.find("pPr/outlineLvl") is not None
