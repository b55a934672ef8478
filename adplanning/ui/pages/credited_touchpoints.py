"""The touchpoints behind one row of the attribution report: their credits and values add up to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import polars as pl

from adplanning.attribution.report_service import credited_touchpoints
from adplanning.core import formats
from adplanning.core.errors import NotFound
from adplanning.core.money import to_major
from adplanning.store import facts
from adplanning.store.tables.catalogue import TABLES
from adplanning.ui import badges
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import text
from adplanning.ui.component import Component
from adplanning.ui.kpis import Kpi, Kpis
from adplanning.ui.pages.report_question import (
    BREAKDOWNS,
    MODELS,
    Question,
    kinds_of_conversions,
    question_filters,
    question_in_address,
    question_of,
)
from adplanning.ui.table import Column, Query, Row, Table
from adplanning.ui.visit import Visit

SLUG = "ad-planning/attribution-report"
BEHIND = "touchpoints"
_NAMED = {"campaign": "campaigns", "ad_set": "ad_sets", "ad": "ads"}


def credited_touchpoints_page(visit: Visit) -> Sequence[Component]:
    """The touchpoints of the row that the address names by `by` and `key`."""
    currency, zone, kinds = visit.settings.currency, visit.settings.zone, kinds_of_conversions(visit)
    by, key = visit.query.get("by", "campaign"), visit.query.get("key", "")
    if by not in BREAKDOWNS:
        raise NotFound(f"by: the report has no rows by {by!r}")

    @lru_cache(maxsize=1)
    def found(question: Question) -> pl.DataFrame:
        return credited_touchpoints(
            visit.engine,
            question.scope,
            by=by,
            key=key,
            model=question.model,
            currency=currency,
            zone=zone,
            options=question.options,
        )

    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        question = question_of(visit, query, kinds)
        rows = found(question)
        ties = [name for name in ("converted_at", "conversion_id", "position") if name != query.sort]
        order = rows.sort(
            str(query.sort), *ties, descending=[query.descending, *(False for _ in ties)], nulls_last=True
        )
        page = order.slice(query.offset, query.limit)
        known = _conversions_among(visit, page["conversion_id"].to_list()) if question.scope.goal_id else None
        return [_row(visit, row, known) for row in page.to_dicts()], rows.height

    def footer(query: Query) -> Sequence[Row]:
        rows = found(question_of(visit, query, kinds))
        n_credited, value = float(rows["credit"].sum()), to_major(int(rows["credited_minor"].sum()), currency)
        cells = {
            "touched_at": text("All of them"),
            "credit": text(formats.number(n_credited, 2, currency=currency)),
            "credited_minor": text(formats.money(value, currency)),
        }
        return [Row("sum", "All of them", "", cells, _values({"credit": n_credited}, None, value, currency))]

    def summarise(query: Query) -> None:
        visit.frame.later(lambda: compute(query))

    def begin() -> None:
        table.refresh()
        compute(table.query)

    def compute(query: Query) -> None:
        question = question_of(visit, query, kinds)
        kpis.show(*_headlines(question, found(question), _back(query, by), currency))

    name = _name(visit, by, key)
    visit.frame.title(f"Touchpoints behind “{name}”")
    kpis = Kpis()
    table = Table(
        visit,
        label=f"Touchpoints behind {name}",
        columns=[
            Column("touched_at", "Touchpoint", sortable=True, on_phone=True, help="When it was"),
            Column("utm_source", "Source", sortable=True),
            Column("channel", "Channel", sortable=True),
            Column("utm_campaign", "UTM campaign", sortable=True),
            Column("position", "Position", help="Where it stands on the conversion path"),
            Column("credit", "Credit", numeric=True, sortable=True, help="Its part of one conversion"),
            Column("credited_minor", "Credited value", numeric=True, sortable=True, on_phone=True),
            Column("converted_at", "Conversion", sortable=True, help="When it was"),
            Column("reported_minor", "Its value", numeric=True, sortable=True, help="The conversion's whole value"),
        ],
        filters=question_filters(kinds),
        dated=True,
        sort="converted_at",
        fetch=fetch,
        footer=footer,
        export_name="credited-touchpoints",
        empty="No touchpoint of it is on the path of a conversion. Choose other dates or other conversions.",
        changed=summarise,
        waits=True,
        beside=lambda: {"by": by, "key": key},
    )
    visit.frame.later(begin)
    return [kpis, table]


def _name(visit: Visit, by: str, key: str) -> str:
    """What the report calls the key."""
    if by not in _NAMED:
        return key
    names = facts.scan(visit.engine, _NAMED[by], ["name"], where=[TABLES[_NAMED[by]].c.id == key]).collect()["name"]
    return names[0] if len(names) else "No campaign found"


def _conversions_among(visit: Visit, ids: Sequence[str]) -> set[str]:
    """Those of the ids that have a page: a goal may also be met by an event that is no conversion."""
    its = facts.scan(visit.engine, "conversions", ["id"], where=[TABLES["conversions"].c.id.in_(ids)]).collect()
    return set(its["id"])


def _back(query: Query, by: str) -> str:
    said = question_in_address(query) | ({} if by == "campaign" else {"by": by})
    return address_of(SLUG) + (f"?{urlencode(said)}" if said else "")


def _row(visit: Visit, row: Mapping[str, Any], conversions: set[str] | None) -> Row:
    currency, zone = visit.settings.currency, visit.settings.zone
    touched, converted = formats.moment(row["touched_at"], zone), formats.moment(row["converted_at"], zone)
    value, whole = (
        None if row[name] is None else to_major(row[name], currency) for name in ("credited_minor", "reported_minor")
    )
    has_page = conversions is None or row["conversion_id"] in conversions
    page = address_of("ad-planning/conversions", row["conversion_id"]) if has_page else ""
    return Row(
        f"{row['conversion_id']} {row['touchpoint_id']}",
        touched,
        address_of("ad-planning/attribution", row["touchpoint_id"]),
        {
            "touched_at": text(touched),
            "utm_source": badges.source_badge(row["utm_source"]),
            "channel": text(row["channel"]),
            "utm_campaign": text(row["utm_campaign"], hint=row["utm_campaign"] or ""),
            "position": text(f"{row['position']} of {row['n_touches']}"),
            "credit": text(formats.number(row["credit"], 2, currency=currency)),
            "credited_minor": text(formats.money(value, currency)),
            "converted_at": text(converted, href=page),
            "reported_minor": text(formats.money(whole, currency)),
        },
        _values(row, whole, value, currency),
    )


def _values(row: Mapping[str, Any], whole: float | None, credited: float | None, currency: str) -> Mapping[str, object]:
    def when(name: str) -> str | None:
        return row[name].isoformat() if name in row else None

    return {
        "touchpoint_id": row.get("touchpoint_id"),
        "touched_at": when("touched_at"),
        "source": row.get("utm_source"),
        "channel": row.get("channel"),
        "utm_campaign": row.get("utm_campaign"),
        "position": row.get("position"),
        "touchpoints": row.get("n_touches"),
        "credit": row["credit"],
        "credited_value": credited,
        "conversion_id": row.get("conversion_id"),
        "converted_at": when("converted_at"),
        "conversion_value": whole,
        "currency": currency,
    }


def _headlines(question: Question, rows: pl.DataFrame, back: str, currency: str) -> tuple[Sequence[Kpi], str]:
    value = to_major(int(rows["credited_minor"].sum()), currency)
    cards = [
        Kpi(
            "Credited conversions",
            formats.number(float(rows["credit"].sum()), 2, currency=currency),
            "The sum of the credits, as the report has it; back to the report.",
            href=back,
        ),
        Kpi(
            "Credited value",
            formats.short_money(value, currency),
            "The sum of the credited values, as the report has it; back to the report.",
            full=formats.money(value, currency),
            href=back,
        ),
        Kpi(
            "Touchpoints",
            formats.number(rows.height, currency=currency),
            "Each counts once per conversion that it is on the path of.",
        ),
    ]
    words = f"{question.conversions} under the model “{MODELS[question.model].lower()}”, {question.options.in_words}."
    return cards, words
