"""The service against its own OpenAPI description: generated requests, no answer that is not described."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from topics.service.app import Serving, make_app

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")

conforms = pytest.importorskip("schemathesis.specs.openapi.checks")
# What is told in words only (which sources there are, what a date is) may be refused.
CHECKS = [
    schemathesis.checks.not_a_server_error,
    conforms.status_code_conformance,
    conforms.content_type_conformance,
    conforms.response_schema_conformance,
    conforms.response_headers_conformance,
]
EXAMPLES = int(os.environ.get("TOPICS_EXAMPLES", "12"))
REAL = {"name": "sample", "topic": 3, "id": "tour-prologue", "q": "dock strike"}
# Made-up values of these are mostly refused, rightly.
NAMES = {"since", "until", "source", "section", "not_source", "half_life", "url"}


@pytest.mark.filterwarnings("ignore")  # of the client that the generator brings
def test_every_answer_is_described(sample_models: Path) -> None:
    """No 5xx, and no status, type or shape that the description does not hold."""
    app = make_app(Serving({"sample": str(sample_models / "sample")}, body=1_000_000))
    description = schemathesis.openapi.from_asgi("/openapi.json", app)
    operations = [found.ok() for found in description.get_all_operations()]
    assert len(operations) >= 14
    for operation in operations:
        check(operation)


def check(operation: Any) -> None:
    """Cases of one address; half of their values are real ones, or every answer would be 404."""
    statuses = set()

    @given(case=operation.as_strategy(), real=st.booleans(), model=st.booleans())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def cases(case: Any, real: bool, model: bool) -> None:
        for values in (case.path_parameters, case.query):
            for name in REAL.keys() & set(values or ()) if real else {"name"} & set(values or ()) if model else ():
                values[name] = REAL[name]
        if real and isinstance(case.query, dict):
            case.query = {name: value for name, value in case.query.items() if name not in NAMES}
            if case.method == "GET" and case.path.endswith(("/article", "/similar")):
                case.query["id"] = REAL["id"]
        statuses.add(case.call_and_validate(checks=CHECKS).status_code)

    cases()
    assert 200 in statuses or operation.path.endswith(("stories", "duplicates")), (operation.label, statuses)
