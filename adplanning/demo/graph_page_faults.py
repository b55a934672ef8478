"""What can be wrong with the pages and rows that the invented Graph API answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from adplanning.demo.graph_faults import Fault, Proceed
from adplanning.demo.graph_wire import Answer, Request, as_bytes, cursor_at

MALFORMED = (("spend", "abc"), ("spend", "NaN"), ("ad_id", None), ("date_start", "2026-02-30"))
"""The ways in which a row of insights can make no sense."""


@dataclass(frozen=True, kw_only=True)
class EmptyPage(Fault):
    """A page without rows comes in between; what it should have held is on the next."""

    def apply(self, request: Request, proceed: Proceed) -> Answer:
        """Answer nothing, and a cursor to where the call already was."""
        here = cursor_at(request.start, "still")
        paging = {"cursors": {"before": here, "after": here}, "next": f"{request.base_url}{request.path}?after={here}"}
        return Answer(200, as_bytes({"data": [], "paging": paging}))


@dataclass(frozen=True, kw_only=True)
class RepeatedCursor(Fault):
    """A page says that it goes on where it began, from the second page on; with `times=None` it never ends."""

    def concerns(self, request: Request, stream: str) -> bool:
        """Is it a later page?"""
        return super().concerns(request, stream) and "after" in request.params

    def apply(self, request: Request, proceed: Proceed) -> Answer:
        """Answer with the cursor of the call."""
        after = request.params["after"]
        following = f"{request.base_url}{request.path}?after={after}"
        return _with_paging(proceed(request), {"cursors": {"before": after, "after": after}, "next": following})


@dataclass(frozen=True, kw_only=True)
class ForeignNext(Fault):
    """`next` leads to another host, where nobody may be asked."""

    times: int | None = None
    host: str = "http://127.0.0.1:9"

    def apply(self, request: Request, proceed: Proceed) -> Answer:
        """Answer with the other host in `next`, where there is one."""
        answer = proceed(request)
        paging = answer.json().get("paging", {})
        if "next" not in paging:
            return answer
        rest = paging["next"].removeprefix("http://").partition("/")[2]
        return _with_paging(answer, {**paging, "next": f"{self.host}/{rest}"})


@dataclass(frozen=True, kw_only=True)
class Overlapping(Fault):
    """A later page begins with the last row of the page before, as when something new came in meanwhile."""

    times: int | None = None

    def concerns(self, request: Request, stream: str) -> bool:
        """Is it a later page?"""
        return super().concerns(request, stream) and "after" in request.params

    def apply(self, request: Request, proceed: Proceed) -> Answer:
        """Answer from one row earlier on."""
        return proceed(request.after(cursor_at(request.start - 1)))


@dataclass(frozen=True, kw_only=True)
class OmittedFields(Fault):
    """With too little permission Graph leaves fields out instead of refusing."""

    times: int | None = None
    fields: tuple[str, ...] = ("ad_id", "adset_id", "campaign_id", "ad_name", "adset_name", "campaign_name")

    def apply(self, request: Request, proceed: Proceed) -> Answer:
        """Answer without these fields, in a record or in each of a page."""
        content = proceed(request).json()
        for row in content.get("data", [content]):
            for name in self.fields:
                row.pop(name, None)
        return Answer(200, as_bytes(content))


@dataclass(frozen=True, kw_only=True)
class MalformedRow(Fault):
    """A page has one row more, a copy of its first one that makes no sense in one field; `value` None leaves it out."""

    where: str = "insights"
    name: str = "spend"
    value: str | None = "abc"

    def apply(self, request: Request, proceed: Proceed) -> Answer:
        """Put the row among the good ones."""
        content = proceed(request).json()
        if content.get("data"):
            rest = {name: value for name, value in content["data"][0].items() if name != self.name}
            content["data"].insert(1, rest if self.value is None else {**rest, self.name: self.value})
        return Answer(200, as_bytes(content))


def _with_paging(answer: Answer, paging: dict[str, Any]) -> Answer:
    return replace(answer, body=as_bytes({**answer.json(), "paging": paging}))
