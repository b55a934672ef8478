"""Routes of the invented Graph API, and how records and lists of them are answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adplanning.demo.graph_fields import asked_fields, picked
from adplanning.demo.graph_pages import Page
from adplanning.demo.graph_wire import Answer, Request, as_bytes, page


@dataclass(frozen=True)
class Route:
    """What a path leads to. Some want the token of a page, all others the user's.

    Faults are aimed at the `stream`: me, adaccounts, accounts, account, campaigns, adsets, ads, object, insights (asked
    at once or read from a report), report (begun), report_status, page, leadgen_forms, leadgen_form, leads, lead,
    posts, post, post_insights, scheduled_posts, debug_token.
    """

    stream: str
    params: frozenset[str]
    answer: Callable[[Request], Answer]
    page: Page | None = None


def record_route(stream: str, record: Mapping[str, Any], node: str, unasked: str, home: Page | None = None) -> Route:
    """The route to one record; `unasked` are the fields that Graph answers when none are asked for."""

    def answer(request: Request) -> Answer:
        fields = asked_fields(request.params.get("fields", unasked))
        return Answer(200, as_bytes({**picked(record, fields, node), "id": record["id"]}))

    return Route(stream, frozenset({"fields"}), answer, home)


def listing(
    request: Request, found: Sequence[Any], record: Callable[[Any], Mapping[str, Any]], node: str, unasked: str
) -> Answer:
    """A page of a list of things; `record` writes the fields of one."""
    fields = asked_fields(request.params.get("fields", unasked))

    def written(start: int, stop: int) -> list[str]:
        # The id is answered whether it is asked for or not.
        return [
            json.dumps({**picked(every, fields, node), "id": every["id"]}, separators=(",", ":"))
            for every in map(record, found[start:stop])
        ]

    return page(request, len(found), written)
