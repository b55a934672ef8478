"""The API does what its own description says, whatever it is sent."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import Engine

from adplanning.api.app import create_app
from adplanning.core.settings import Settings


@pytest.fixture
def engine(any_engine: Engine) -> Engine:
    """On both databases: what one of them cannot keep must be refused before it gets there."""
    return any_engine


SCHEMA = schemathesis.openapi.from_dict(create_app(Settings(_env_file=None)).openapi())
OPERATIONS = [result.ok() for result in SCHEMA.get_all_operations()]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_whatever_is_sent_the_answer_is_a_described_one_and_never_a_server_error(
    operation: Any, admin: TestClient
) -> None:
    @given(case=operation.as_strategy())
    @settings(
        max_examples=20,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def send(case: Any) -> None:
        sent = case.as_transport_kwargs(base_url="http://testserver")
        sent = {name: sent[name] for name in ("method", "url", "params", "json", "content") if sent.get(name)}
        answer = admin.request(**sent)
        described = operation.definition.raw["responses"]
        assert answer.status_code < 500, (sent, answer.text)
        assert str(answer.status_code) in described, (sent, answer.text)
        if answer.status_code >= 400:
            refusal = answer.json()
            assert refusal["type"] in {
                *("invalid_data", "not_found", "conflict", "too_large", "rate_limited"),
                *("unauthorized", "forbidden"),  # the webhook's, whose signature nobody can guess
            }
            assert refusal["message"] == refusal["error"]

    send()
