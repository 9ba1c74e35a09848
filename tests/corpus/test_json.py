"""Promises of reading JSON, as lines and as files."""

from __future__ import annotations

import gzip
import json
import math
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from topics.corpus import ReadOptions, from_objects, json_values, read
from topics.corpus.fields import ALIASES, loose
from topics.corpus.formats import Input
from topics.corpus.json_lines import DECODER, rows, strip_text
from topics.corpus.report import FileReport
from topics.errors import SettingError, SourceError
from topics.records import Article

# What an Article may hold: no NULs, no lone surrogates, no carriage returns.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=40)
LINE = TEXT.map(str.strip).filter(bool)
NAMES = {alias for aliases in ALIASES.values() for alias in aliases} | {"date_text", "datetext"}
KEYS = TEXT.filter(lambda key: loose(key) not in NAMES)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
ARTICLES = st.builds(
    Article,
    id=LINE,
    title=LINE,
    text=TEXT.filter(str.strip) | st.just(""),
    date=st.none()
    | st.dates(min_value=__import__("datetime").date(1700, 1, 1)).map(str).filter(lambda day: day < "2199"),
    source=st.none() | LINE,
    section=st.none() | LINE,
    url=st.none() | LINE,
    authors=st.lists(LINE, max_size=3).map(tuple),
    lang=st.none() | LINE,
    extra=st.dictionaries(KEYS, JSON, max_size=3),
)


@given(st.text(st.sampled_from("a\0é\ud800\udfff\ue000😀")))
def test_text_is_stripped_of_what_no_text_may_hold(text: str) -> None:
    """Character by character."""
    assert strip_text(text) == "".join(c for c in text if c != "\0" and not "\ud800" <= c <= "\udfff")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(ARTICLES, min_size=1, max_size=5, unique_by=lambda article: article.id), st.booleans(), st.booleans())
def test_what_is_printed_as_json_is_read_as_it_was(
    write: Any, articles: Any, given_articles: list[Article], ascii_only: bool, packed: bool
) -> None:
    """Any articles, written as their rows, come back equal: escaped or not, packed or not, as lines or an array."""
    rows = [json.dumps(article.row(), ensure_ascii=ascii_only) for article in given_articles]
    for name, text in (("a.jsonl", "\n".join(rows)), ("a.json", f"[{', '.join(rows)}]")):
        data = text.encode()
        found, _ = articles(write(name, gzip.compress(data) if packed else data))
        assert found == given_articles


@given(ARTICLES)
def test_an_article_that_was_read_is_as_any_other(article: Article) -> None:
    """Reading makes them another way than the class: equal, hashable alike, frozen."""
    (found,) = from_objects([article.row()])
    assert found == article
    assert type(found) is Article
    with pytest.raises(AttributeError):
        found.title = "another"  # type: ignore[misc]


NUMBERS = st.sampled_from(
    ["NaN", "-Infinity", "1e999", "-0", "-0.0", "1E5", "9" * 30, "-" + "9" * 19, "18446744073709551616", "0.1", "01"]
)
STRINGS = st.lists(
    st.sampled_from(["a", "é", "😀", '\\"', "\\u0000", "\\ud83d", "\\ude00", "\\n", "\t", "\x7f"]), max_size=5
).map("".join)
VALUES = st.recursive(
    NUMBERS | STRINGS.map('"{}"'.format) | st.sampled_from(["null", "true"]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.tuples(STRINGS, inner).map('{{"{0[0]}": {0[1]}, "k": 1}}'.format)
    ),
    max_leaves=5,
)


@given(st.lists(st.tuples(STRINGS, VALUES), min_size=1, max_size=4), st.sampled_from(["", " ", "\t", "x", "\x0c"]))
def test_the_quick_decoder_gives_what_the_standard_one_does(pairs: list[tuple[str, str]], behind: str) -> None:
    """Repeated keys, big numbers, NaN, halves of characters: the same values, without NULs and such halves."""
    line = "{" + ", ".join(f'"{key}": {value}' for key, value in pairs) + "}" + behind
    ((_, found),) = rows([line])
    try:
        wanted = DECODER.decode(line.strip())
    except ValueError:
        assert not isinstance(found, dict)
        return
    assert isinstance(found, dict)
    assert json.dumps(found) == json.dumps(plain(wanted))


def plain(value: Any) -> Any:
    """Without NULs and halves of characters."""
    if isinstance(value, str):
        return re.sub("[\0\ud800-\udfff]", "", value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    return value


@given(
    st.binary(max_size=300) | st.text(max_size=200).map(lambda text: ('{"text": "' + text).encode("utf-8", "replace"))
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.csv", "a.tsv", "a.txt", "a.jsonl.gz"])
def test_any_bytes_are_articles_or_a_source_error(write: Any, articles: Any, name: str, data: bytes) -> None:
    """No bytes crash a reader; every article has an id, text that can be written, and something to say."""
    try:
        found, _ = articles(write(name, data))
    except SourceError as error:
        assert name in str(error)  # noqa: PT017 - an article is as good an outcome
        return
    for article in found:
        assert article.id
        assert article.title or article.text
        json.dumps(article.row(), ensure_ascii=False, allow_nan=False).encode()


def test_a_broken_line_is_named_and_the_others_kept(write: Any, articles: Any) -> None:
    """The place, the reason and what to try; counts by reason."""
    lines = ['{"text": "one"}', '{"text": "two', '["three"]', "", "{}", '{"text": {"a": 1}}', '{"text": "four"}']
    path = write("a.jsonl", "\r\n".join(lines))
    found, report = articles(path)
    assert [article.text for article in found] == ["one", "four"]
    assert (report.kept, report.skipped) == (2, 4)
    assert [skip.where for skip in report.examples] == [f"{path}:{line}" for line in (2, 3, 5, 6)]
    assert report.reasons == {
        "broken JSON": 1,
        "not a JSON object": 1,
        "no text and no title": 1,
        "text is an object": 1,
    }
    assert report.examples[0].why.startswith("broken JSON (Unterminated string")


def test_strict_stops_at_the_first_bad_record(write: Any, articles: Any) -> None:
    """With its place."""
    path = write("a.jsonl", '{"text": "one"}\nnonsense\n')
    with pytest.raises(SourceError, match=r"a\.jsonl:2: broken JSON"):
        articles(path, strict=True)


def test_many_bad_records_are_counted_and_twenty_shown(write: Any, articles: Any) -> None:
    """A file of a million bad lines does not fill the memory with them."""
    _, report = articles(write("a.jsonl", '{"title": "x"}\n' + "x\n" * 500))
    assert (report.skipped, len(report.examples)) == (500, 20)


def test_a_file_without_a_good_record_is_an_error(write: Any, articles: Any) -> None:
    """Empty, blank, or all bad: the message shows the first reason and the keys there are."""
    for content in ("", "\n\n", "\ufeff"):
        with pytest.raises(SourceError, match="no article could be read"):
            articles(write("a.jsonl", content))
    with pytest.raises(SourceError, match=r"2 skipped.*keys: summary, kicker.*--field text=KEY"):
        articles(write("b.jsonl", [{"summary": "a", "kicker": "b"}] * 2))


def test_keys_match_without_case_spaces_and_hyphens(write: Any, articles: Any) -> None:
    """All names of the contract, in any spelling; the rest is kept in order."""
    row = {"Head-Line": "T", "x": 1, "FULL text": "B", "Pub Date": "7 Oct 2023", "media_name": "S", "a": None}
    row |= {"Category": "news", "LINK": "http://x", "GUID": 17, "Language": "en", "ByLine": "A. One; B. Two"}
    [article], report = articles(write("a.jsonl", [row]))
    assert article == Article(
        *("17", "T", "B", "2023-10-07", "S", "news", "http://x", ("A. One", "B. Two"), "en", {"x": 1, "a": None})
    )
    assert report.files[0].columns["text"] == "FULL text"
    assert report.files[0].unused == ["x", "a"]


def test_of_several_keys_for_one_field_the_first_that_is_filled_wins(write: Any, articles: Any) -> None:
    """Record by record; the others stay in extra."""
    rows = [{"content": "short", "text": "long"}, {"content": "only", "text": ""}, {"content": "c", "text": None}]
    rows.append({"Text": "look-alike", "text": "exact"})
    found, _ = articles(write("a.jsonl", rows))
    assert [article.text for article in found] == ["long", "only", "c", "exact"]
    assert [dict(article.extra) for article in found[:3]] == [{"content": "short"}, {"text": ""}, {"text": None}]


def test_values_that_are_no_strings_become_text(write: Any, articles: Any) -> None:
    """Numbers, lists of strings, {"name": ...}; what cannot is a reason to skip."""
    rows: list[dict[str, Any]] = [
        {"id": 7, "title": 3.5, "text": ["one", "two"], "category": ["a", "b"], "source": {"id": None, "name": "BBC"}},
        {"text": "x", "authors": [{"name": "A"}, "B"], "date": 1696691045},
        {"text": True},
        {"text": "y", "url": {"href": "z"}},
    ]
    found, report = articles(write("a.jsonl", rows))
    assert found[0] == Article("7", "3.5", "one\n\ntwo", source="BBC", section="a, b")
    assert (found[1].authors, found[1].date) == (("A", "B"), "2023-10-07T15:04:05Z")
    assert set(report.reasons) == {"text is true or false", "url is an object"}


def test_text_is_clean(write: Any, articles: Any) -> None:
    r"""No NUL, no half surrogate, \n for every line end, no NaN; pairs and raw control characters pass."""
    line = r'{"text": "a\u0000b\ud800c\ud83d\ude00\r\nd\re", "n": NaN, "big": 1e999, "k\u0000": ["\udc00x"]}'
    [article], _ = articles(write("a.jsonl", line + "\n"))
    assert article.text == "abc\U0001f600\nd\ne"
    assert article.extra == {"n": None, "big": None, "k": ["x"]}
    [flat], _ = articles(write("c.jsonl", r'{"text": "a\u0000b\ud800c", "n": 1}'))
    assert flat.text == "abc"
    [raw], _ = articles(write("b.jsonl", b'{"text": "a\tb\x01c\0d"}\0\n'))
    assert raw.text == "a\tb\x01cd"


def test_a_date_that_does_not_parse_is_kept_as_written(write: Any, articles: Any) -> None:
    """In date_text, counted, and stable when read again."""
    rows = [{"id": "1", "text": "a", "date": "soon"}, {"id": "2", "text": "b", "date": "03/04/2023"}]
    rows += [{"id": "3", "text": "c", "date": "2023-05-01"}, {"id": "4", "text": "d", "date": "2022-01-02T03:04:05Z"}]
    found, report = articles(write("a.jsonl", rows))
    assert [article.extra.get("date_text") for article in found] == ["soon", "03/04/2023", None, None]
    assert (report.undated, report.first_date, report.last_date) == (2, "2022-01-02T03:04:05Z", "2023-05-01")
    assert any("1 dates such as 03/04/2023" in note for note in report.notes)
    again, _ = articles(write("b.jsonl", [article.row() for article in found]))
    assert again == found
    told, _ = articles(write("c.jsonl", rows), day_first=True)
    assert told[1].date == "2023-04-03"


def test_told_fields_come_before_names(write: Any, articles: Any) -> None:
    """And one that no record has is an error with the nearest."""
    path = write("a.jsonl", [{"text": "teaser", "Lead Para": "the text", "x": "y"}])
    [article], _ = articles(path, fields={"text": "lead_para"})
    assert (article.text, article.extra) == ("the text", {"text": "teaser", "x": "y"})
    with pytest.raises(SettingError, match=r"--field title=Lead Paras: no such column.*did you mean 'Lead Para'"):
        articles(path, fields={"title": "Lead Paras"})
    with pytest.raises(SettingError, match=r"'titel' is not one of id, title.*did you mean 'title'"):
        ReadOptions(fields={"titel": "x"})


@pytest.mark.parametrize(
    "content",
    [
        '[{"text": "a"},\n {"text": "b"}]',
        '{"status": "ok", "articles": [{"text": "a"}, {"text": "b"}]}',
        '{"response": {"results": [{"text": "a"}, {"text": "b"}], "tags": ["x"]}}',
        '{"text": "a"}\n{"text": "b"}\n',
        '{\n"text": "a"\n}\n{\n"text": "b"\n}',
        '\ufeff \n[\n  {\n    "text": "a"\n  },\n  {\n    "text": "b"\n  }\n]\n',
    ],
)
def test_json_files_hold_articles_in_many_ways(write: Any, articles: Any, content: str) -> None:
    """An array, an object around an array, lines, objects one after the other."""
    found, report = articles(write("a.json", content))
    assert [article.text for article in found] == ["a", "b"]
    assert report.skipped == 0


def test_one_object_is_one_article_whatever_lists_it_holds(write: Any, articles: Any) -> None:
    """Pictures of an article are not articles."""
    [article], _ = articles(write("a.json", '{"title": "T", "text": "a", "images": [{"title": "x"}]}'))
    assert article.extra == {"images": [{"title": "x"}]}


def test_a_long_array_is_read_in_blocks_with_the_right_lines(write: Any, articles: Any) -> None:
    """Elements that span blocks, and a broken one among them, keep their lines."""
    rows = [json.dumps({"id": str(n), "text": "word " * 5000}) for n in range(100)]
    rows[70] = '{"id": "70", "text": }'
    path = write("a.json", "[\n" + ",\n".join(rows) + "\n]")
    reading = read([path])
    found = list(reading.records())
    assert [record.article.id for record in found] == [str(n) for n in range(100) if n != 70]
    assert found[80].where == f"{path}:83"
    assert reading.report.examples[0].where == f"{path}:72"


ELEMENTS = [
    '{"title": "A"}',
    '{"title": "B" 1',
    '{"text": [1[',
    '{"title": "C',
    '{"text": "long ' + "x" * 40 + '"}',
    "{}",
    "]",
]


@given(st.lists(st.sampled_from(ELEMENTS), max_size=6), st.sampled_from(["\n]", "]", "", "\n"]), st.integers(1, 40))
def test_blocks_of_any_size_give_the_same(elements: list[str], end: str, size: int) -> None:
    """Broken elements too: what follows one at the end of a file is not passed over."""
    text = "[\n " + ",\n ".join(elements) + end

    def found(blocks: list[str]) -> list[object]:
        source: Any = Input("x", None, iter(blocks), FileReport("x", "json"), {})  # type: ignore[arg-type]
        return [(line, row if isinstance(row, dict) else str(row)) for line, row in json_values.read(source)]

    assert found([text]) == found([text[i : i + size] for i in range(0, len(text), size)])


def test_a_json_file_cut_short_keeps_what_is_whole(write: Any, articles: Any) -> None:
    """In every place that it can be cut."""
    whole = '[{"id": "1", "text": "a"}, {"id": "2", "text": "b"}]'
    for end in range(26, len(whole)):
        found, report = articles(write("a.json", whole[:end]))
        assert [article.id for article in found][:1] == ["1"]
        assert report.skipped >= 1


def test_hostile_json_is_skipped(write: Any, articles: Any) -> None:
    """Nesting, huge numbers, endless strings."""
    deep = '{"text": "x", "a": ' + "[" * 500 + "]" * 500 + "}"
    deeper = '{"text": "x", "a": ' + "[" * 100_000 + "]" * 100_000 + "}"
    number = '{"text": "x", "a": ' + "9" * 5000 + "}"
    for name in ("a.jsonl", "a.json"):
        found, report = articles(write(name, "\n".join(['{"id": "1", "text": "good"}', deep, deeper, number])))
        assert [article.id for article in found] == ["1"]
        assert report.skipped == 3
    with pytest.raises(SourceError, match="nested too deep"):
        articles(write("b.json", deeper))


def test_a_50_mb_article_is_read(write: Any, articles: Any) -> None:
    """Whole."""
    [article], _ = articles(write("a.jsonl", '{"text": "' + "news " * 10_000_000 + '"}\n'))
    assert len(article.text) == 50_000_000


def test_objects_go_the_way_of_json(articles: Any) -> None:
    """Strings, dicts and Articles, with the position in messages."""
    given_objects: list[object] = [
        "a text",
        {"Headline": "T", "n": math.nan},
        Article("z", "t"),
        Article("", "t"),
        5,
        "",
    ]
    reading = from_objects(given_objects)
    found = list(reading)
    assert [(article.title, article.text) for article in found] == [("", "a text"), ("T", ""), ("t", ""), ("t", "")]
    assert found[2] is given_objects[2]
    assert found[3].id.startswith("x")
    assert found[1].extra == {"n": None}
    assert [skip.where for skip in reading.report.examples] == ["article 4", "article 5"]
    for wrong in ("text", {"text": "x"}, 7, Article("x", "t")):
        with pytest.raises(SettingError, match="expected an iterable"):
            from_objects(wrong)  # type: ignore[arg-type]
    with pytest.raises(SourceError, match="no article could be read"):
        list(from_objects([]))


def test_tables_in_memory_are_read() -> None:
    """pandas, with its own kinds of nothing; and what has polars' iter_rows."""
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame(
        {"text": ["a", "b"], "date": pandas.to_datetime(["2023-10-07 15:04:05", None]), "n": [1, 2], "s": ["x", None]}
    )
    found = list(from_objects(table))
    assert [article.date for article in found] == ["2023-10-07T15:04:05Z", None]
    assert [dict(article.extra) for article in found] == [{"n": 1, "s": "x"}, {"n": 2, "s": None}]

    class Polars:
        def __iter__(self) -> Any:
            raise AssertionError("iterates columns, not rows")

        def iter_rows(self, *, named: bool) -> Any:
            assert named
            yield {"text": "a"}

    assert [article.text for article in from_objects(Polars())] == ["a"]
