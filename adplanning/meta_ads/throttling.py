"""How near Meta's limits are, whose they are, and how long to wait."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from adplanning.meta_ads.graph_errors import Throttled

# Above it a call may be refused; a minute lets a sixtieth of the hour's calls fall out of the window that is counted.
NEARLY_FULL_PERCENT = 95.0
LEAST_WAIT = timedelta(seconds=60)
MOST_BACKOFF = timedelta(minutes=15)
JITTER = 0.1
# A block outlives neither a day nor a number that makes no sense.
_MOST_REGAIN = timedelta(days=1)

_KIND_OF_EDGE = {
    "insights": "ads_insights",
    "leads": "leadgen",
    "leadgen_forms": "leadgen",
    "feed": "pages",
    "posts": "pages",
    "published_posts": "pages",
    "scheduled_posts": "pages",
}
_WORDS_OF_KIND = {"ads_insights": "figures", "ads_management": "ads", "leadgen": "leads", "pages": "posts"}


@dataclass(frozen=True)
class Scope:
    """What a limit counts together: calls about one object (None: any) and of one kind (None: any)."""

    object_id: str | None = None
    kind: str | None = None

    def covers(self, call: Scope) -> bool:
        """Whether a call counts here.

        >>> Scope("1").covers(Scope("1", "ads_insights")), Scope("1", "leadgen").covers(Scope("1", "ads_insights"))
        (True, False)
        """
        return self.object_id in (None, call.object_id) and self.kind in (None, call.kind)

    def __str__(self) -> str:
        whose = "the app" if self.object_id is None else f"the account or page {self.object_id}"
        return whose if self.kind is None else f"{_WORDS_OF_KIND.get(self.kind, self.kind)} of {whose}"


@dataclass(frozen=True)
class Usage:
    """How much of a limit is used, and how long until calls are allowed again; zero while they are."""

    scope: Scope
    percent: float
    regain: timedelta = timedelta()

    @property
    def pause(self) -> timedelta:
        """How long to wait before the next call."""
        return max(self.regain, LEAST_WAIT) if self.regain or self.percent > NEARLY_FULL_PERCENT else timedelta()


def scope_of(path: str, account: str | None = None, *, is_page: bool = False) -> Scope:
    """Where a call counts: with its account or page, else with the object that its path begins with.

    A single record asked for with a page's token (`is_page`) is a lead.

    >>> scope_of("act_1/insights"), scope_of("9001/insights", "act_1") == scope_of("act_1/insights")
    (Scope(object_id='1', kind='ads_insights'), True)
    """
    parts = path.split("/")
    kind = _KIND_OF_EDGE.get(parts[-1], "leadgen" if is_page else "ads_management")
    return Scope((account or parts[0]).removeprefix("act_"), kind)


def limited_scope(code: int | None, call: Scope) -> Scope:
    """Which calls a limit's code stops: all of the app, all about the object, or those of one kind.

    >>> call = Scope("1", "ads_insights")
    >>> limited_scope(4, call), limited_scope(17, call), limited_scope(80004, call)
    (Scope(object_id=None, kind=None), Scope(object_id='1', kind=None), Scope(object_id='1', kind='ads_insights'))

    Source: Meta, Graph API, Rate limits; Marketing API, Rate limiting.
    """
    match code:
        case 4:
            return Scope()
        case 17 | 32 | 613:
            return Scope(call.object_id)
    return call


def usages(headers: Mapping[str, str], call: Scope) -> list[Usage]:
    """Read how near the limits are from the headers of any answer, errors too.

    Parameters
    ----------
    headers : X-Business-Use-Case-Usage (all its elements; regain in minutes), X-App-Usage, X-Ad-Account-Usage (regain
        in seconds, meant only when full), X-FB-Ads-Insights-Throttle; names in any spelling.
    call : where the call counted. A use case of an object that is not the call's own, while its own is not named, is
        that of the business that owns it, and counts for the call too.

    Returns
    -------
    Nothing for a header that is missing or makes no sense.

    >>> told = {"x-business-use-case-usage": '{"1": [{"type": "ads_insights", "call_count": 100, "total_time": 9,'
    ...     ' "estimated_time_to_regain_access": 19}]}'}
    >>> usages(told, Scope("1", "ads_insights"))
    [Usage(scope=Scope(object_id='1', kind='ads_insights'), percent=100.0, regain=datetime.timedelta(seconds=1140))]

    Source: Meta, Graph API, Rate limits, "Headers"; Marketing API, Insights, Best practices.
    """
    told = {name.lower(): _record(text) for name, text in headers.items() if name.lower().startswith("x-")}
    return [
        *_use_cases(told.get("x-business-use-case-usage", {}), call),
        *_shares(Scope(), told.get("x-app-usage", {}), "call_count", "total_cputime", "total_time"),
        *_account(told.get("x-ad-account-usage", {}), Scope(call.object_id)),
        *_shares(Scope(kind="ads_insights"), told.get("x-fb-ads-insights-throttle", {}), "app_id_util_pct"),
        *_shares(Scope(call.object_id, "ads_insights"), told.get("x-fb-ads-insights-throttle", {}), "acc_id_util_pct"),
    ]


def backoff(n_refusals: int, regain: timedelta, jitter: float) -> timedelta:
    """How long to wait after a limit has refused a call.

    Formula: max(regain, min(60 s · 2^(n − 1), 15 min)) · (1 + 0.1 · jitter)

    Parameters
    ----------
    n_refusals : in a row, from 1 on.
    regain : what the headers ask for; it may well be 47 minutes.
    jitter : from 0 to 1, by chance, so that those who wait do not return at once.

    >>> [str(backoff(n, timedelta(), 0)) for n in (1, 2, 9)], str(backoff(1, timedelta(minutes=47), 1))
    (['0:01:00', '0:02:00', '0:15:00'], '0:51:42')
    """
    doubled = min(LEAST_WAIT * int(2 ** min(n_refusals - 1, 10)), MOST_BACKOFF)
    return max(regain, doubled) * (1 + JITTER * jitter)


class Pauses:
    """Until when which calls wait, and which are given up until then."""

    def __init__(self) -> None:
        self._until: dict[Scope, datetime] = {}
        self._given_up: dict[Scope, datetime] = {}

    def learn(self, headers: Mapping[str, str], call: Scope, now: datetime) -> None:
        """Keep what the headers of any answer to a call tell."""
        for usage in usages(headers, call):
            if usage.pause:
                self._set(usage.scope, now + usage.pause)

    def refuse(
        self,
        headers: Mapping[str, str],
        call: Scope,
        code: int | None,
        *,
        n_refusals: int,
        jitter: float,
        now: datetime,
    ) -> None:
        """Keep that a limit has refused a call; see `limited_scope` and `backoff`."""
        # Whatever kind it is told for: the code's kind and the one that the path suggests may differ.
        told = (usage.regain for usage in usages(headers, call) if usage.scope.object_id in (call.object_id, None))
        wait = backoff(n_refusals, max(told, default=timedelta()), jitter)
        self._set(limited_scope(code, call), now + wait)

    def wait(self, call: Scope, now: datetime, patience: timedelta) -> timedelta:
        """How long a call has to wait for its turn; zero where nothing stands against it.

        Raises
        ------
        Throttled : longer than the patience. Until its time has come, nothing of the scope waits any more.
        """
        covering = {scope: until for scope, until in self._until.items() if scope.covers(call) and until > now}
        if not covering:
            return timedelta()
        limiting = max(covering, key=covering.__getitem__)
        wait = covering[limiting] - now
        is_given_up = any(scope.covers(call) and until > now for scope, until in self._given_up.items())
        if is_given_up or wait > patience:
            self._given_up |= covering
            raise Throttled(covering[limiting], str(limiting))
        return wait

    def _set(self, scope: Scope, until: datetime) -> None:
        # A longer wait stays.
        self._until[scope] = max(until, self._until.get(scope, until))


def _use_cases(told: dict[str, Any], call: Scope) -> Iterator[Usage]:
    elements_of = {object_id.removeprefix("act_"): elements for object_id, elements in told.items()}
    for object_id, elements in elements_of.items():
        counted = (object_id,) if call.object_id in elements_of else (object_id, call.object_id)
        for element in elements if isinstance(elements, list) else ():
            if isinstance(element, dict):
                kind = element.get("type")
                percent = max(_number(element.get(name)) for name in ("call_count", "total_cputime", "total_time"))
                minutes = _number(element.get("estimated_time_to_regain_access"))
                regain = min(timedelta(minutes=minutes), _MOST_REGAIN)
                for owner in counted:
                    yield Usage(Scope(owner, kind if isinstance(kind, str) else None), percent, regain)


def _account(told: dict[str, Any], scope: Scope) -> Iterator[Usage]:
    for usage in _shares(scope, told, "acc_id_util_pct"):
        reset = min(timedelta(seconds=_number(told.get("reset_time_duration"))), _MOST_REGAIN)
        yield Usage(scope, usage.percent, reset if usage.percent >= 100 else timedelta())


def _shares(scope: Scope, told: dict[str, Any], *names: str) -> Iterator[Usage]:
    if any(name in told for name in names):
        yield Usage(scope, max(_number(told.get(name)) for name in names))


def _number(value: object) -> float:
    """A number that can be counted with: Meta's are whole, but come as text at times."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return min(max(float(value), 0.0), 1e6)
    return float(value) if isinstance(value, str) and re.fullmatch(r"\d{1,6}(\.\d{1,9})?", value) else 0.0


def _record(text: str) -> dict[str, Any]:
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return told if isinstance(told, dict) else {}
