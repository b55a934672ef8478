"""The rows of insights: which there are for a question, and how each field of a row is written.

A page is written column by column, so that five thousand ads are answered as fast as they are asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import get_args

import numpy as np

from adplanning.demo.graph_actions import actions_json, values_json
from adplanning.demo.graph_data import GraphData
from adplanning.demo.graph_delivery import Delivery, Period, meta_offset, money_text
from adplanning.demo.graph_fields import asked_fields
from adplanning.demo.graph_objects import Account, AdObject, Level
from adplanning.demo.graph_wire import Request, refused
from adplanning.demo.season import Ints

PARAMS = frozenset(
    {"fields", "level", "time_range", "time_increment", "limit", "after", "filtering", "action_attribution_windows"}
    | {"use_unified_attribution_setting", "use_account_attribution_setting", "action_report_time"}
)
WINDOWS = ("1d_click", "7d_click", "28d_click", "1d_view")
KEPT_MONTHS = 37
_LEVELS: tuple[Level, ...] = get_args(Level)
_FILTERS = ("campaign.id", "adset.id", "ad.id")


@dataclass(frozen=True)
class Insights:
    """The rows that answer one question: `cells` are the places in `delivery`, by period and then by object."""

    account: Account
    objects: Mapping[str, AdObject]
    level: Level
    delivery: Delivery
    cells: Ints
    fields: Sequence[str]
    windows: tuple[str, ...]

    def rows(self, start: int, stop: int) -> list[str]:
        """The rows from one place up to another, each as JSON."""
        period, column = np.unravel_index(self.cells[start:stop], self.delivery.delivered.shape)
        shown = Rows(
            self,
            [self.delivery.periods[n] for n in period.tolist()],
            [self.objects.get(self.delivery.object_ids[n]) for n in column.tolist()],
            {name: values[period, column].tolist() for name, values in self.delivery.figures.items()},
        )
        columns = [
            [text and f'"{name}":{text}' for text in FIELDS[name](shown)]
            for name in (*self.fields, "date_start", "date_stop")
        ]
        return ["{" + ",".join(filter(None, parts)) + "}" for parts in zip(*columns, strict=True)]


@dataclass(frozen=True)
class Rows:
    """The rows of one page, column by column; the object is None at the level of the account."""

    question: Insights
    periods: Sequence[Period]
    objects: Sequence[AdObject | None]
    figures: Mapping[str, list[int]]

    @property
    def offset(self) -> int:
        """How many of Meta's minor units make one unit."""
        return meta_offset(self.question.account.currency)


def insights(data: GraphData, node: Account | AdObject, request: Request, today: date) -> Insights:
    """Find the rows for one account, campaign, ad set or ad; refuse what Graph refuses."""
    account = node if isinstance(node, Account) else data.accounts[node.account_id]
    level = _level(node, request)
    since, until = _time_range(request, today)
    delivery = data.delivery(account.id, level).within(since, until)
    chosen = _chosen(data, node, delivery, request)
    if chosen is not None:
        delivery = delivery.only(chosen)
    if request.params.get("time_increment") != "1":
        delivery = delivery.over(_periods(request, since, until))
    cells = np.flatnonzero(delivery.delivered)
    return Insights(account, data.objects, level, delivery, cells, _fields(request), _windows(request))


def _level(node: Account | AdObject, request: Request) -> Level:
    level: Level = "account" if isinstance(node, Account) else node.kind
    asked = request.params.get("level", level)
    for known in _LEVELS:
        if known == asked:
            return known
    raise refused(f"(#100) Param level must be one of {{{', '.join(_LEVELS)}}}")


def _time_range(request: Request, today: date) -> Period:
    asked = request.json_param("time_range")
    try:
        since, until = date.fromisoformat(asked["since"]), date.fromisoformat(asked["until"])
    except (TypeError, KeyError, ValueError):
        raise refused("(#100) Param time_range must be {'since':'YYYY-MM-DD','until':'YYYY-MM-DD'}") from None
    if since > until:
        raise refused("(#100) since must not be after until")
    if (today.year - since.year) * 12 + today.month - since.month > KEPT_MONTHS:
        raise refused(
            f"(#3018) The start date of the time range cannot be beyond {KEPT_MONTHS} months from the current date",
            3018,
        )
    return since, until


def _periods(request: Request, since: date, until: date) -> list[Period]:
    increment = request.params.get("time_increment", "all_days")
    if increment == "all_days":
        return [(since, until)]
    if not increment.isdecimal() or not 1 <= int(increment) <= 90:
        raise refused("(#100) Param time_increment must be all_days or a number between 1 and 90")
    step = int(increment)
    starts = [since + timedelta(days=n) for n in range(0, (until - since).days + 1, step)]
    return [(first, min(first + timedelta(days=step - 1), until)) for first in starts]


def _chosen(data: GraphData, node: Account | AdObject, delivery: Delivery, request: Request) -> Sequence[bool] | None:
    wanted: list[tuple[str, frozenset[str]]] = []
    if isinstance(node, AdObject):
        wanted.append((_attribute(node.kind), frozenset({node.id})))
    for condition in request.conditions:
        if condition.field not in _FILTERS or condition.operator not in ("IN", "EQUAL"):
            raise condition.not_supported()
        ids = [condition.value] if condition.operator == "EQUAL" else condition.value
        wanted.append((_attribute(condition.field.split(".")[0]), frozenset(ids)))
    if not wanted:
        return None
    parts = [data.objects.get(object_id) for object_id in delivery.object_ids]
    return [all(part is not None and getattr(part, name) in ids for name, ids in wanted) for part in parts]


def _attribute(kind: str) -> str:
    return {"campaign": "campaign_id", "adset": "ad_set_id", "ad": "ad_id"}[kind]


def _fields(request: Request) -> list[str]:
    asked = [field.name for field in asked_fields(request.params.get("fields", "impressions,spend"))]
    unknown = [name for name in asked if name not in FIELDS]
    if unknown:
        raise refused(f"(#100) {', '.join(unknown)} are not valid for fields param.")
    return [name for name in dict.fromkeys(asked) if name not in ("date_start", "date_stop")]


def _windows(request: Request) -> tuple[str, ...]:
    asked = request.json_param("action_attribution_windows") or []
    if not set(asked) <= set(WINDOWS):
        # 7d_view and 28d_view were withdrawn on 2026-01-12.
        raise refused(f"(#100) Param action_attribution_windows must be among {{{', '.join(WINDOWS)}}}")
    return tuple(asked)


@cache
def _quoted(text: str | None) -> str:
    return "" if text is None else json.dumps(text)


def _same(value: Callable[[Account], str]) -> Callable[[Rows], list[str]]:
    return lambda rows: [_quoted(value(rows.question.account))] * len(rows.periods)


def _own(value: Callable[[AdObject], str | None]) -> Callable[[Rows], list[str]]:
    return lambda rows: ["" if part is None else _quoted(value(part)) for part in rows.objects]


def _name_of(attribute: str) -> Callable[[Rows], list[str]]:
    def names(rows: Rows) -> list[str]:
        objects = rows.question.objects
        ids = [getattr(part, attribute, None) for part in rows.objects]
        return [_quoted(part_id and objects[part_id].name) for part_id in ids]

    return names


def _count(name: str) -> Callable[[Rows], list[str]]:
    return lambda rows: [f'"{n}"' for n in rows.figures[name]]


def _ratio(above: str, below: str, times: float = 1, *, is_money: bool = False) -> Callable[[Rows], list[str]]:
    def ratios(rows: Rows) -> list[str]:
        unit = times / (rows.offset if is_money else 1)
        pairs = zip(rows.figures[above], rows.figures[below], strict=True)
        return [f'"{top * unit / bottom:.6f}"' if bottom else "" for top, bottom in pairs]

    return ratios


FIELDS: Mapping[str, Callable[[Rows], list[str]]] = {
    "account_id": _same(lambda account: account.number),
    "account_name": _same(lambda account: account.name),
    "account_currency": _same(lambda account: account.currency),
    "attribution_setting": _same(lambda _: "7d_click_1d_view"),
    "campaign_id": _own(lambda part: part.campaign_id),
    "campaign_name": _name_of("campaign_id"),
    "adset_id": _own(lambda part: part.ad_set_id),
    "adset_name": _name_of("ad_set_id"),
    "ad_id": _own(lambda part: part.ad_id),
    "ad_name": _name_of("ad_id"),
    "objective": _own(lambda part: part.objective),
    "date_start": lambda rows: [f'"{first}"' for first, _ in rows.periods],
    "date_stop": lambda rows: [f'"{last}"' for _, last in rows.periods],
    "spend": lambda rows: [f'"{money_text(minor, rows.offset)}"' for minor in rows.figures["spend"]],
    "impressions": _count("impressions"),
    "clicks": _count("clicks"),
    "inline_link_clicks": _count("link_clicks"),
    "reach": _count("reach"),
    "frequency": _ratio("impressions", "reach"),
    "cpc": _ratio("spend", "clicks", is_money=True),
    "cpm": _ratio("spend", "impressions", 1000, is_money=True),
    "ctr": _ratio("clicks", "impressions", 100),
    "actions": lambda rows: [
        actions_json(part, clicks, leads, purchases, rows.question.windows)
        for part, clicks, leads, purchases in zip(
            rows.objects, rows.figures["link_clicks"], rows.figures["leads"], rows.figures["purchases"], strict=True
        )
    ],
    "action_values": lambda rows: [
        values_json(part, purchases, minor, rows.offset, rows.question.windows)
        for part, purchases, minor in zip(
            rows.objects, rows.figures["purchases"], rows.figures["purchase_value"], strict=True
        )
    ],
}
