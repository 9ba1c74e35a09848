"""A client of the application, without a socket."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest

from topics.service.app import Serving, make_app


@pytest.fixture(scope="session")
def client_of() -> Callable[[Serving], Any]:
    """Makes a client; a context manager."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it names a package that it will want in place of httpx
        testclient = pytest.importorskip("fastapi.testclient", reason="httpx is not installed")
    return lambda serving: testclient.TestClient(make_app(serving), raise_server_exceptions=False)
