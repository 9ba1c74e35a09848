"""Articles put and deleted over HTTP: who may, and what the next answer holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import topics
from topics.service.app import Serving

TOKEN = "a-token-of-more-than-sixteen"
MAY = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def client(tmp_path: Path, client_of: Callable[[Serving], Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A service that lets itself be written to, over a model of twenty articles."""
    monkeypatch.setenv("TOPICS_TOKEN", TOKEN)
    rows = [{"id": f"desk/{i}", "text": f"the harbour and its cranes, part {i} of many"} for i in range(20)]
    topics.train(rows, "news", models=str(tmp_path))
    with client_of(Serving({"news": str(tmp_path / "news")}, write=True)) as client:
        yield client


def put(client: Any, *articles: dict[str, Any], **headers: str) -> Any:
    return client.put("/v1/models/news/articles", json={"articles": articles}, headers=headers or MAY)


def found(client: Any, word: str) -> list[str]:
    return [row["id"] for row in client.get("/v1/models/news/search", params={"q": word}).json()["items"]]


def test_what_was_put_is_found_by_the_next_request_and_what_was_deleted_is_not(client: Any) -> None:
    new = {"id": "desk/new", "text": "A zeppelin landed beside the lighthouse."}
    tag = client.get("/v1/models/news/topics").headers["etag"]
    assert put(client, new).json() == {"added": 1, "replaced": 0, "unchanged": 0}
    assert found(client, "zeppelin") == ["desk/new"]
    assert client.get("/v1/models/news/topics").headers["etag"] != tag
    assert put(client, new).json()["unchanged"] == 1
    assert put(client, new | {"text": "An airship landed."}).json()["replaced"] == 1
    assert found(client, "zeppelin") == []
    deleted = client.delete("/v1/models/news/article", params={"id": "desk/new"}, headers=MAY)
    assert deleted.json() == {"removed": 1}
    assert found(client, "airship") == []
    assert client.get("/v1/models/news").json()["articles"] == 20


@pytest.mark.parametrize(
    "sent", ["", TOKEN, "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer é"]
)
def test_nobody_writes_without_the_token(client: Any, sent: str) -> None:
    headers = {b"authorization": sent.encode()}
    for method, path in (("PUT", "articles"), ("DELETE", "article?id=desk/1")):
        response = client.request(
            method, f"/v1/models/news/{path}", json={"articles": [{"text": "x"}]}, headers=headers
        )
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"
    assert client.get("/v1/models/news").json()["articles"] == 20


def test_what_cannot_be_written_is_refused(client: Any) -> None:
    assert put(client).status_code == 422
    assert put(client, {"date": "2031-01-01"}).status_code == 422
    assert client.delete("/v1/models/news/article?id=nobody", headers=MAY).status_code == 404
    assert client.put("/v1/models/other/articles", json={"articles": [{"text": "x"}]}, headers=MAY).status_code == 404
    assert client.get("/v1/models/news").json()["articles"] == 20
