"""The addresses of the service as a page, from its OpenAPI description."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from topics.report.page import style


def reference(description: Mapping[str, Any]) -> str:
    """A plain page that needs no other host; the description itself is at /openapi.json."""
    parts = "".join(
        operation(method.upper(), path, each)
        for path, methods in description["paths"].items()
        for method, each in methods.items()
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>topics: the addresses</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{style()}</style><body><main class='reference'><h1>Addresses</h1>"
        "<p>Answers are JSON; errors are problem details (RFC 9457). <a href='openapi.json'>OpenAPI description</a> · "
        f"<a href='./'>the page</a></p>{parts}</main></body></html>"
    )


def operation(method: str, path: str, each: Mapping[str, Any]) -> str:
    """One method at one address."""
    rows = "".join(parameter(one) for one in each.get("parameters", ()) if one["in"] != "header")
    table = f"<table><thead><tr><th>parameter<th>kind<th>meaning<tbody>{rows}</table>" if rows else ""
    body = "<p>Takes a JSON body.</p>" if "requestBody" in each else ""
    statuses = ", ".join(each.get("responses", {}))
    return (
        f"<section><h2><code>{method} {escape(path)}</code></h2><p>{escape(each.get('summary', ''))}.</p>"
        f"{table}{body}<p class='quiet'>Answers {statuses}.</p></section>"
    )


def parameter(one: Mapping[str, Any]) -> str:
    """One row of the table."""
    schema = one.get("schema", {})
    default = f" [{schema['default']}]" if schema.get("default") not in (None, []) else ""
    said = escape(one.get("description") or schema.get("description") or "")
    return (
        f"<tr><td><code>{escape(one['name'])}</code><td>{escape(', '.join(kinds(schema)))}<td>{said}{escape(default)}"
    )


def kinds(schema: Mapping[str, Any]) -> Iterator[str]:
    """What a value may be, in a few words."""
    if "enum" in schema:
        yield from map(str, schema["enum"])
    elif "anyOf" in schema:
        for each in schema["anyOf"]:
            if each.get("type") != "null":
                yield from kinds(each)
    elif schema.get("type") == "array":
        yield f"{'/'.join(kinds(schema['items']))}, repeatable"
    else:
        low, high = schema.get("minimum"), schema.get("maximum")
        between = f" {low} to {high}" if low is not None and high is not None else ""
        yield f"{schema.get('type', 'value')}{between}"
