"""The page: one document with its style and its script inside, so that nothing is ever fetched from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from html import escape
from importlib.resources import files

SCRIPTS = ("shape.js", "sources.js", "charts.js", "views.js", "main.js")


@cache
def style() -> str:
    return _shipped("page.css")


@cache
def script() -> str:
    """The parts of the script in their order, in one scope."""
    return '"use strict";(() => {\n' + "\n".join(_shipped(name) for name in SCRIPTS) + "\n})();"


@cache
def _shipped(name: str) -> str:
    return (files("topics.report") / name).read_text("utf-8")


def page(title: str = "Topics", data: str = "") -> str:
    """The document.  data : what `pack` gives, "" when the service is to be asked."""
    html = _shipped("page.html")
    parts = {"TITLE": escape(title), "STYLE": style(), "DATA": data, "SCRIPT": script()}
    for name, part in parts.items():
        html = html.replace(f"<!--{name}-->", part, 1)
    return html


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


# Only this script and this style run, and only this service is asked.
PAGE_POLICY = (
    f"default-src 'none'; script-src {_hash(script())}; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
