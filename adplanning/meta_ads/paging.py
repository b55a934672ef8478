"""What a page of a list of the Graph API holds, where the next one begins, and how large it may be."""

from __future__ import annotations

from typing import Any

from adplanning.meta_ads.graph_errors import Transient

LEAST_LIMIT = 25


def rows_of(path: str, page: dict[str, Any]) -> list[dict[str, Any]]:
    """The records of a page, of which there may be none.

    Raises
    ------
    Transient : it is no list of records.

    >>> rows_of("act_1/ads", {"data": []})
    []
    """
    rows = page.get("data")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Transient(f"Meta's answer to {path} is no list of records. Try again later.")
    return rows


def next_cursor(path: str, page: dict[str, Any]) -> str | None:
    """Where the next page begins, or None after the last one.

    Only `next` tells that there is one; `after` is there on the last page too. The address in `next` is never used: it
    holds the token, and may lead anywhere.

    Raises
    ------
    Transient : there is a next page, but no cursor to it.

    >>> next_cursor("act_1/ads", {"paging": {"cursors": {"after": "b"}, "next": "https://elsewhere.example/"}})
    'b'
    >>> next_cursor("act_1/ads", {"paging": {"cursors": {"after": "b"}}}) is None
    True

    Source: Meta, Graph API, Paginated results (developers.facebook.com/docs/graph-api/results).
    """
    paging = page.get("paging")
    if not isinstance(paging, dict) or not paging.get("next"):
        return None
    cursors = paging.get("cursors")
    cursor = cursors.get("after") if isinstance(cursors, dict) else None
    if not isinstance(cursor, str):
        raise Transient(f"Meta's list {path} goes on, but does not say where. Try again later.")
    return cursor


def halved(limit: int) -> int | None:
    """The next smaller page to ask for, or None where none is small enough.

    >>> halved(500), halved(31), halved(25)
    (250, 25, None)
    """
    return max(limit // 2, LEAST_LIMIT) if limit > LEAST_LIMIT else None
