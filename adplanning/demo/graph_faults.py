"""What can go wrong with a call to the invented Graph API: refusals, broken answers, reports that do not come."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from adplanning.demo.graph_wire import Answer, Request, as_bytes, error, report_record

Proceed = Callable[[Request], Answer]

# Which kind of business-use-case limit each code is about.
_LIMITED = {80000: "ads_insights", 80001: "pages", 80004: "ads_management", 80005: "leadgen"}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that goes wrong.

    Parameters
    ----------
    where : a stream (see `Route`), or a path without version that begins with `/` and stands for all below it too;
        empty for every call.
    times : how many calls it hits; None is for ever.
    skip : how many calls that it could hit pass before.
    """

    where: str = ""
    times: int | None = 1
    skip: int = 0

    def concerns(self, request: Request, stream: str) -> bool:
        """Is this a call that it hits?"""
        if self.where.startswith("/"):
            return f"{request.path}/".startswith(f"{self.where.rstrip('/')}/")
        return self.where in ("", stream)

    def apply(self, request: Request, proceed: Proceed) -> Answer:
        """Answer the call in its way; `proceed` answers it rightly."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Throttled(Fault):
    """A limit is reached: HTTP 400 with the minutes, or seconds, to wait in the header of that limit.

    Codes 80000 to 80005 are limits by kind, 4 is the app's, 17 (subcode 2446079) and 613 the account's, 32
    the page's, of which no header tells.
    """

    code: int = 80004
    subcode: int | None = None
    minutes: int = 1

    def apply(self, request: Request, proceed: Proceed) -> Answer:
        """Refuse the call."""
        message = f"(#{self.code}) There have been too many calls. Wait a bit and try again."
        return error(message, self.code, self.subcode, headers=self._headers(request))

    def _headers(self, request: Request) -> dict[str, str]:
        if self.code in _LIMITED:
            return _kind_usage(request, _LIMITED[self.code], 100, self.minutes)
        if self.code == 32:
            return {}
        if self.code == 4:
            return {"X-App-Usage": json.dumps({"call_count": 100, "total_cputime": 25, "total_time": 25})}
        usage = {"acc_id_util_pct": 100, "reset_time_duration": self.minutes * 60, "ads_api_access_tier": "standard"}
        return {"X-Ad-Account-Usage": json.dumps(usage)}


@dataclass(frozen=True, kw_only=True)
class NearLimit(Fault):
    """The call is answered, and the header says that a limit is near."""

    percent: int = 96
    kind: str = "ads_management"

    def apply(self, request: Request, proceed: Proceed) -> Answer:
        """Add the header; the limit that is near stands second, after another one that is far."""
        return replace(proceed(request), headers=_kind_usage(request, self.kind, self.percent, 0))


@dataclass(frozen=True, kw_only=True)
class Passing(Fault):
    """HTTP 500 that says of itself that it passes."""

    def apply(self, request: Request, proceed: Proceed) -> Answer:
        """Refuse the call."""
        return error("An unexpected error has occurred. Please retry later.", 2, status=500, is_transient=True)


@dataclass(frozen=True, kw_only=True)
class HtmlInstead(Fault):
    """HTTP 502 with a page of HTML from something before Graph."""

    def apply(self, request: Request, proceed: Proceed) -> Answer:
        """Refuse the call."""
        return Answer(502, b"<html><body><h1>502 Bad Gateway</h1></body></html>", content_type="text/html")


@dataclass(frozen=True, kw_only=True)
class TruncatedJson(Fault):
    """HTTP 200 with half of the JSON."""

    def apply(self, request: Request, proceed: Proceed) -> Answer:
        """Answer by halves."""
        answer = proceed(request)
        return replace(answer, body=answer.body[: len(answer.body) // 2])


@dataclass(frozen=True, kw_only=True)
class Dropped(Fault):
    """The connection is cut in the middle of the answer."""

    def apply(self, request: Request, proceed: Proceed) -> Answer:
        """Answer, but not to the end."""
        return replace(proceed(request), delivery="dropped")


@dataclass(frozen=True, kw_only=True)
class Stalled(Fault):
    """Nothing comes for a while."""

    seconds: float = 30

    def apply(self, request: Request, proceed: Proceed) -> Answer:
        """Answer late."""
        return replace(proceed(request), delay_s=self.seconds)


@dataclass(frozen=True, kw_only=True)
class TooMuchData(Fault):
    """More rows were asked for than Graph can put together; fewer are answered."""

    times: int | None = None
    limit: int = 25

    def concerns(self, request: Request, stream: str) -> bool:
        """Is the page larger than it may be?"""
        return super().concerns(request, stream) and request.limit > self.limit

    def apply(self, request: Request, proceed: Proceed) -> Answer:
        """Refuse the call."""
        return error("Please reduce the amount of data you're asking for, then retry your request", 1, status=500)


@dataclass(frozen=True, kw_only=True)
class TokenExpired(Fault):
    """The token is not accepted any more: subcodes 458, 459, 460, 463, 467."""

    times: int | None = None
    subcode: int = 463

    def apply(self, request: Request, proceed: Proceed) -> Answer:
        """Refuse the call."""
        return error("Error validating access token: Session has expired.", 190, self.subcode)


@dataclass(frozen=True, kw_only=True)
class PermissionMissing(Fault):
    """The token may not do this: code 200 or 10."""

    times: int | None = None
    code: int = 200
    permission: str = "leads_retrieval"

    def apply(self, request: Request, proceed: Proceed) -> Answer:
        """Refuse the call."""
        return error(
            f"(#{self.code}) Requires {self.permission} permission to manage the object", self.code, status=403
        )


@dataclass(frozen=True, kw_only=True)
class UnknownObject(Fault):
    """It is not there (yet): subcode 33, as on the first poll of a report."""

    where: str = "report_status"

    def apply(self, request: Request, proceed: Proceed) -> Answer:
        """Refuse the call."""
        return error(f"Unsupported get request. Object with ID '{request.parts[0]}' does not exist", 100, 33)


@dataclass(frozen=True, kw_only=True)
class ReportIs(Fault):
    """A report run has another status than complete, whatever the percentage says."""

    where: str = "report_status"
    status: str = "Job Running"
    percent: int = 100

    def apply(self, request: Request, proceed: Proceed) -> Answer:
        """Tell the status; a failed run tells why, too."""
        told = report_record(request.parts[0], self.status, self.percent)
        if self.status == "Job Failed":
            told |= {"error_code": 2, "error_subcode": 1504018, "error_message": "The report could not be built"}
        return Answer(200, as_bytes(told))


def _kind_usage(request: Request, kind: str, percent: int, minutes: int) -> dict[str, str]:
    """The header of the limits by kind: the one that matters stands second, after another that is far."""
    usages = [
        {
            "type": name,
            "call_count": used,
            "total_cputime": used // 4,
            "total_time": used // 4,
            "estimated_time_to_regain_access": wait,
            "ads_api_access_tier": "standard_access",
        }
        for name, used, wait in (("custom_audience", 1, 0), (kind, percent, minutes))
    ]
    return {"X-Business-Use-Case-Usage": json.dumps({request.parts[0].removeprefix("act_"): usages})}
