"""What the libraries below the server would write to the log, and must not: cookies, tokens, whole addresses."""

from __future__ import annotations

import logging

# At DEBUG these write whole requests, with all their headers.
_LEAST = {
    "uvicorn.error": logging.INFO,
    "httpx2": logging.WARNING,
    "httpcore2": logging.WARNING,
    "websockets": logging.WARNING,
}


def keep_secrets_out() -> None:
    """Hold the libraries back, whatever the level of the log is; to be called after uvicorn has set its own levels."""
    for name, level in _LEAST.items():
        logging.getLogger(name).setLevel(level)
    logging.getLogger("uvicorn.error").addFilter(_is_no_address)


def _is_no_address(record: logging.LogRecord) -> bool:
    # One line for each websocket with its parameters, even where no access log is wanted.
    return '"WebSocket %s"' not in str(record.msg)
