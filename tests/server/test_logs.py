from __future__ import annotations

import logging

import pytest

from adplanning.server.logs import keep_secrets_out


@pytest.mark.parametrize("name", ["httpx2", "httpcore2.http11", "websockets.client", "websockets.server"])
def test_libraries_that_log_whole_requests_do_not_at_any_level(name: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    keep_secrets_out()
    logging.getLogger(name).debug("> Authorization: token canary")
    logging.getLogger(name).info("GET http://localhost/?token=canary")
    logging.getLogger("uvicorn.error").debug("< Cookie: adplanning_session=canary")
    logging.getLogger("uvicorn.error").info('%s - "WebSocket %s" [accepted]', "127.0.0.1", "/app?token=canary")
    assert "canary" not in caplog.text
    logging.getLogger("uvicorn.error").info("Application startup complete.")
    logging.getLogger(name).warning("connection lost")
    assert len(caplog.records) == 2
