"""What the service answers: the same as Python does, and the right refusal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

import topics
import topics.records
from topics.errors import MissingExtra, SettingError
from topics.service.app import Serving, make_app

ClientOf = Callable[[Serving], Any]


@pytest.fixture(scope="module")
def client(sample_models: Path, client_of: ClientOf) -> Iterator[Any]:
    serving = Serving({"sample": str(sample_models / "sample")}, cors=["https://news.example"], body=100_000)
    with client_of(serving) as client:
        yield client


def get(client: Any, path: str, **query: Any) -> Any:
    response = client.get(f"/v1/models/sample{path}", params=query)
    assert response.status_code == 200, response.text
    return response.json()


def refused(response: Any, status: int) -> str:
    """A problem of this status; gives what it says."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    row = response.json()
    assert set(row) == {"type", "title", "status", "detail"}
    assert row["status"] == status
    assert isinstance(row["detail"], str)
    return row["detail"]


def test_look_ups_are_those_of_python(client: Any, sample: topics.Model) -> None:
    """The same rows, whole, in the same order."""
    assert get(client, "/topics")["items"] == [topic.row() for topic in sample.topics()]
    assert get(client, "/similar", id="tour-prologue")["items"] == [m.row() for m in sample.similar("tour-prologue")]
    assert get(client, "/search", q="dock strike")["items"] == [m.row() for m in sample.search("dock strike")]
    assert get(client, "/topics/3/articles")["items"] == [a.row() for a in sample.articles(3)]
    assert get(client, "/trends", by="month") == sample.trends("month").row()
    assert get(client, "/compare")["items"] == [part.row() for part in sample.compare()]


def test_filters_are_those_of_python(client: Any, sample: topics.Model) -> None:
    wanted = topics.Filters(since="2031-06", sources=("Touchline", "Saltmere Echo"))
    answer = get(client, "/search", q="race", since="2031-06", source=["Touchline", "Saltmere Echo"])
    assert answer["items"] == [match.row() for match in sample.search("race", filters=wanted)]


@pytest.mark.parametrize(
    "wanted",
    [
        {"no_copies": True},
        {"half_life": "30d"},
        {"before_query": True},
        {"min_score": 0.2},
        {"no_copies": True, "half_life": "2w", "min_score": 0.1},
    ],
)
def test_similar_takes_what_python_takes(client: Any, sample: topics.Model, wanted: dict[str, Any]) -> None:
    """And answers otherwise than without it; for a text too, but for what needs a date."""
    name, text = "tour-crosswinds-echo", "Crosswinds tear the Tour of Torvalia apart."
    answer = get(client, "/similar", id=name, limit=20, **wanted)["items"]
    assert answer == [match.row() for match in sample.similar(name, top=20, **wanted)]
    assert answer != [match.row() for match in sample.similar(name, top=20)]
    if "before_query" not in wanted:
        found = client.post("/v1/models/sample/similar", json={"text": text}, params={"limit": 20, **wanted}).json()
        assert found["items"] == [match.row() for match in sample.similar(text=text, top=20, **wanted)]


def test_pages_of_similar_articles_keep_what_was_asked_for(client: Any, sample: topics.Model) -> None:
    """Without copies and in the order of decay, page after page."""
    first = get(client, "/similar", id="tour-prologue", limit=10, no_copies=True, half_life="30d")
    second = client.get(first["next"]).json()
    whole = sample.similar("tour-prologue", top=20, no_copies=True, half_life="30d")
    assert first["items"] + second["items"] == [match.row() for match in whole]


def test_sources_can_be_left_out(client: Any, sample: topics.Model) -> None:
    wanted = topics.Filters(not_sources=("Touchline",))
    answer = get(client, "/search", q="race", not_source="Touchline")
    assert answer["items"] == [match.row() for match in sample.search("race", filters=wanted)]


def test_an_article_comes_with_its_topics(client: Any, sample: topics.Model) -> None:
    row = get(client, "/article", id="tour-prologue")
    assert row["text"].startswith("Forty-nine point one")
    assert row["topics"] == sample.topics_of(sample.find("tour-prologue")).row()["topics"]
    assert get(client, "/article", url=row["url"])["id"] == "tour-prologue"


def test_texts_are_looked_up_one_by_one_and_in_batches(client: Any, sample: topics.Model) -> None:
    text = {"title": "Dockers walk out", "text": "The cranes of the harbour stand still."}
    path = "/v1/models/sample"
    one = client.post(f"{path}/similar", json=text).json()
    assert one["items"] == [m.row() for m in sample.similar(**text)]
    assert client.post(f"{path}/similar", json={"texts": [text, text]}).json() == [one, one]
    first = client.post(f"{path}/assign", json=text).json()
    assert sum(topic["weight"] for topic in first["topics"]) == pytest.approx(1)
    assert [row["topics"] for row in client.post(f"{path}/assign", json={"texts": [text, {}]}).json()] == [
        first["topics"],
        [],
    ]


def test_pages_make_up_the_whole(client: Any, sample: topics.Model) -> None:
    """Following `next` lists every article once."""
    found, address = [], "/v1/models/sample/topics/0/articles?limit=40&since=2031-02"
    while address:
        answer = client.get(address).json()
        found += answer["items"]
        address = answer["next"]
    whole = sample.articles(0, top=1000, filters=topics.Filters(since="2031-02"))
    assert found == [each.row() for each in whole]
    assert len(found) > 80


def test_a_known_state_is_not_sent_again(client: Any) -> None:
    path = "/v1/models/sample/topics"
    tag = client.get(path).headers["etag"]
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(path, headers={"If-None-Match": f'"x", {tag}'}).status_code == 304
    assert client.get(path, headers={"If-None-Match": '"x"'}).status_code == 200


def test_long_answers_are_compressed(client: Any) -> None:
    assert client.get("/v1/models/sample/topics").headers["content-encoding"] == "gzip"


def test_pages_of_other_sites_may_ask_only_when_named(client: Any) -> None:
    def allowed(origin: str) -> str | None:
        return client.get("/healthz", headers={"Origin": origin}).headers.get("access-control-allow-origin")

    assert allowed("https://news.example") == "https://news.example"
    assert allowed("https://other.example") is None


def test_health_and_readiness(client: Any) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json()["models"] == {"sample": 358}


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/v1/models/smple/topics", 404, "did you mean 'sample'"),
        ("/v1/models/sample/topics/20/articles", 404, "topics run from 0 to 19"),
        ("/v1/models/sample/topics/x/articles", 422, "path.topic"),
        ("/v1/models/sample/article?id=tour-prolog", 404, "tour-prologue"),
        ("/v1/models/sample/article", 422, "one of id= and url="),
        ("/v1/models/sample/article?id=a&url=b", 422, "one of id= and url="),
        ("/v1/models/sample/search?q=", 422, "query.q"),
        ("/v1/models/sample/search?q=x&since=yesterday", 422, "is not a date"),
        ("/v1/models/sample/search?q=x&source=Touchlin", 422, "did you mean 'Touchline'"),
        ("/v1/models/sample/search?q=x&limit=101", 422, "less than or equal to 100"),
        ("/v1/models/sample/search?q=x&offset=-1", 422, "query.offset"),
        ("/v1/models/sample/trends?by=hour", 422, "query.by"),
        ("/v1/models/sample/similar?id=tour-prologue&min_score=nan", 422, "query.min_score"),
        ("/v1/models/sample/similar?id=tour-prologue&half_life=soon", 422, "90d"),
        ("/v1/models/sample/similar?id=tour-prologue&no_copies=perhaps", 422, "query.no_copies"),
        ("/v1/models/sample/similar?id=%00%01%1b", 404, "no article"),
        ("/v1/models/sample/similar?id=%ff%fe", 404, "no article"),
        ("/v1/models/sample/similar?id=" + "x" * 2001, 422, "2000"),
        ("/v1/models/..%2f..%2fetc%2fpasswd/topics", 404, "nothing here"),
        ("/v1/models/%2e%2e/topics", 404, ""),
        ("/v1/models/sample/../../../etc/passwd", 404, "nothing here"),
        ("/nowhere", 404, "/docs lists"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_reason(client: Any, path: str, status: int, said: str) -> None:
    assert said in refused(client.get(path), status)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[" * 50_000, 400),
        (b'{"a":' * 9_000, 400),
        (b"\xff\xfe", 400),
        (b'{"text": "\\ud800"}', 422),
        (b'{"text": 5}', 422),
        (b'{"words": "x"}', 422),
        (b'{"texts": []}', 422),
        (b'{"texts": [' + b'{"text":"x"},' * 100 + b'{"text":"x"}]}', 422),
        (b'{"text": "' + b"x" * 100_000 + b'"}', 413),
        (b"null", 422),
        (b"", 422),
    ],
)
def test_bodies_that_cannot_be_used_are_refused(client: Any, body: bytes, status: int) -> None:
    for path in ("similar", "assign"):
        headers = {"Content-Type": "application/json"}
        refused(client.post(f"/v1/models/sample/{path}", content=body, headers=headers), status)


def test_a_body_that_does_not_say_its_size_is_stopped_at_the_limit(client: Any) -> None:
    """Sent in pieces, a megabyte in all."""
    pieces = (b"x" * 1000 for _ in range(1000))
    assert "100,000 bytes" in refused(client.post("/v1/models/sample/similar", content=pieces), 413)


def test_a_text_of_control_characters_is_a_text(client: Any) -> None:
    text = "".join(map(chr, range(32))) + "\u202e strike \ufeff"
    assert client.post("/v1/models/sample/similar", json={"text": text}).status_code == 200


def test_an_address_takes_only_its_methods(client: Any) -> None:
    assert "Method Not Allowed" in refused(client.delete("/v1/models/sample/topics"), 405)


def test_nothing_is_written_unless_asked_for(client: Any) -> None:
    assert client.put("/v1/models/sample/articles", json={"articles": [{"text": "x"}]}).status_code in (404, 405)
    assert client.delete("/v1/models/sample/article", params={"id": "tour-prologue"}).status_code in (404, 405)


def test_writing_needs_a_token_that_cannot_be_guessed(sample_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOPICS_TOKEN", "short")
    with pytest.raises(SettingError):
        make_app(Serving({"sample": str(sample_models / "sample")}, write=True))


def test_the_page_lets_nothing_in_from_elsewhere(client: Any) -> None:
    """Its policy names no other host, and it holds no address of one to load."""
    response = client.get("/")
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert 'src="' not in response.text
    assert "https://" not in response.text.split("<script>")[0]


def test_the_reference_names_every_address(client: Any) -> None:
    said = client.get("/docs").text
    for path in client.get("/openapi.json").json()["paths"]:
        assert path in said
    assert 'src="' not in said


def test_a_slash_in_an_id_needs_no_care(tmp_path: Path, client_of: ClientOf) -> None:
    """Ids such as bbc/business/001 stand in the query, escaped or not."""
    rows = [{"id": f"bbc/business/{i:03}", "text": f"profits of banks rose in quarter {i}"} for i in range(30)]
    topics.train(rows, "slash", models=str(tmp_path))
    with client_of(Serving({"slash": str(tmp_path / "slash")})) as client:
        for written in ("bbc/business/001", quote("bbc/business/001", safe="")):
            answer = client.get(f"/v1/models/slash/similar?id={written}&limit=3").json()
            assert len(answer["items"]) == 3
            assert "bbc/business/001" not in [row["id"] for row in answer["items"]]


def test_without_the_extra_the_command_says_what_to_install(
    sample_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import builtins
    import sys

    from topics.cli.serve import command

    for name in [name for name in sys.modules if name.startswith("topics.service")]:
        monkeypatch.delitem(sys.modules, name)
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("fastapi"):
            raise ImportError("no fastapi", name="fastapi")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtra, match=r"news-topics\[serve\]"):
        command.main(["sample", "--models", str(sample_models)], standalone_mode=False)


def test_answers_are_as_described(client: Any) -> None:
    """Every look-up's answer has the shape that OpenAPI tells of."""
    from topics.service import schemas as s

    shapes = {
        "": s.ModelRow,
        "/topics": s.Page[s.TopicRow],
        "/topics/0/articles": s.Page[s.TopicArticleRow],
        "/article?id=tour-prologue": s.ArticleRow,
        "/similar?id=tour-prologue": s.Page[s.MatchRow],
        "/search?q=strike": s.Page[s.MatchRow],
        "/trends?group=section": s.TrendsRow,
        "/compare?group=section": s.Page[s.PartRow],
    }
    for path, shape in shapes.items():
        shape.model_validate_json(client.get(f"/v1/models/sample{path}").text, strict=True)


def test_answers_hold_no_nan(client: Any) -> None:
    def never(name: str) -> None:
        raise AssertionError(name)

    json.loads(client.get("/v1/models/sample/trends?by=day").text, parse_constant=never)


def test_stories_and_copies_come_with_their_articles(
    sample_models: Path, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A group names its articles in its order; an article names its story."""
    story = topics.records.Story(7, "The Tour", ("tour-monks-edge", "tour-prologue"))
    monkeypatch.setattr(topics.Model, "stories", lambda self, filters=None: [story], raising=False)
    monkeypatch.setattr(topics.Model, "duplicates", lambda self, filters=None: [story], raising=False)
    with client_of(Serving({"sample": str(sample_models / "sample")})) as client:
        for what in ("stories", "duplicates"):
            (row,) = get(client, f"/{what}")["items"]
            assert [article["id"] for article in row["articles"]] == list(story.ids)
        assert get(client, "/article", id="tour-prologue")["story"]["story"] == 7
        assert get(client, "/article", id="merger-ballot")["story"] is None
        assert get(client, "/stories", offset=1)["items"] == []
