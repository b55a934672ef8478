"""Conversions: what counted, when, and where it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from adplanning.conversions import service
from adplanning.conversions.fields import ConversionChange, ConversionFields
from adplanning.conversions.rates import ConversionStatistics
from adplanning.core import formats
from adplanning.core.money import to_major
from adplanning.core.periods import Period
from adplanning.core.ratios import ratio
from adplanning.core.validation import validated
from adplanning.core.vocabulary import ConversionType, Platform, PublicRevenue
from adplanning.store.tables.events import Conversion
from adplanning.ui import badges
from adplanning.ui.actions import Action, edit_and_delete
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import Cell, text
from adplanning.ui.component import Component
from adplanning.ui.details import Details
from adplanning.ui.form import Field, Form, Values
from adplanning.ui.kpis import Kpi, Kpis, course
from adplanning.ui.main_button import MainButton
from adplanning.ui.origins import where_from
from adplanning.ui.pages.person_words import customer_name, names_of, way_address
from adplanning.ui.table import Column, Filter, Query, Row, Table
from adplanning.ui.visit import Visit
from adplanning.workflows.conversion_recorded import record_conversion

SLUG = "ad-planning/conversions"
TYPES = {kind.value: badges.CONVERSION_TYPES[kind].words for kind in ConversionType}
PLATFORMS = {platform.value: badges.PLATFORMS[platform].words for platform in Platform}
TRAFFIC = {"people": "People", "bots": "Bots (not counted)"}

_CAMPAIGN = Field("ad_campaign_id", "Campaign id", help="The campaign's id in adplanning, when it is known.")
_VALUE = Field("conversion_value", "Value", "number", help="Without tax and shipping, as your shop counts revenue.")
_NAME = Field("conversion_name", "Name", help="What to call it, when the type does not say enough.")
NEW_FIELDS = (
    Field("conversion_type", "Type", "choice", required=True, options=TYPES),
    Field("visitor_id", "Visitor", required=True, help="The visitor's id, such as the one that the tracker gave."),
    _VALUE,
    Field("currency", "Currency", help="Three letters such as INR or USD; the reporting currency when left empty."),
    Field("order_id", "Order", help="The shop's own order number; an order counts once."),
    _NAME,
    Field("utm_source", "Source", help="The UTM source, such as facebook or newsletter."),
    Field("utm_medium", "Medium", help="The UTM medium, such as cpc or email."),
    Field("utm_campaign", "Campaign", help="The UTM campaign, as in the link's utm_campaign."),
    Field("converted_at", "When", "moment", help="In the reporting time zone; now when left empty."),
)
CHANGE_FIELDS = (
    _NAME,
    _VALUE,
    Field("platform", "Platform", "choice", required=True, options=PLATFORMS),
    Field("refunded_value", "Paid back", "number", help="In all; the value falls by it"),
    Field("cancelled", "Cancelled", "switch", help="A cancelled conversion is in no number"),
    _CAMPAIGN,
    Field("person_id", "Person id"),
)


def conversions(visit: Visit) -> Sequence[Component]:
    """The list with its headline numbers, or one conversion."""
    return _one(visit, visit.record_id) if visit.record_id else _all(visit)


def _all(visit: Visit) -> Sequence[Component]:
    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        filters = {name: value for name, value in query.filters.items() if name != "traffic"}
        with visit.reading() as session:
            found, total = service.list_conversions(
                session,
                {**filters, "is_bot": query.filters["traffic"] == "bots"},
                query.period,
                limit=query.limit,
                offset=query.offset,
                search=query.search,
                sort=query.sort,
                descending=query.descending,
            )
            return [_row(visit, conversion) for conversion, _ in found], total

    def summarise(query: Query) -> None:
        visit.frame.later(lambda: kpis.show(*_headlines(visit, query)))

    def submit(values: Values) -> None:
        fields = validated(ConversionFields, values)
        with visit.writing() as session:
            settings = visit.settings
            made = record_conversion(session, fields, currency=settings.currency, zone=settings.zone, now=visit.now())
            words = badges.CONVERSION_TYPES[ConversionType(made.conversion_type)].words
        visit.frame.toast(f"{words} added.")
        table.refresh()
        summarise(table.query)

    form = Form(
        visit,
        title="Add a conversion",
        button="Add conversion",
        fields=NEW_FIELDS,
        check=lambda values: validated(ConversionFields, values),
        submit=submit,
    )
    add = Action("add", "Add conversion", "mdi-plus", lambda _: form.ask())
    kpis = Kpis()
    table = Table(
        visit,
        label="Conversions",
        columns=[
            Column("conversion_type", "Type", sortable=True, on_phone=True),
            Column("value", "Value", numeric=True, sortable=True, on_phone=True, help="Sorted within each currency"),
            Column("utm_source", "Source", sortable=True),
            Column("utm_campaign", "Campaign", sortable=True),
            Column("platform", "Platform", sortable=True),
            Column("converted_at", "Date", sortable=True),
        ],
        filters=[
            Filter("conversion_type", "Type", TYPES),
            Filter("platform", "Platform", PLATFORMS),
            Filter("traffic", "Traffic", TRAFFIC, default="people"),
        ],
        dated=True,
        searchable="Search source, campaign, order, visitor",
        sort="converted_at",
        fetch=fetch,
        export_name="conversions",
        empty="No conversion has come in yet. Put the tracker on your shop, import your orders, or add one by hand.",
        empty_action=add if visit.may_write else None,
        changed=summarise,
    )
    summarise(table.query)
    return [*([MainButton(visit, add)] if visit.may_write else []), kpis, table, form]


def _row(visit: Visit, conversion: Conversion) -> Row:
    kind = badges.CONVERSION_TYPES[ConversionType(conversion.conversion_type)]
    value = _value(conversion)
    when = formats.moment(conversion.converted_at, visit.settings.zone)
    return Row(
        conversion.id,
        kind.words,
        address_of(SLUG, conversion.id),
        {
            "conversion_type": kind.cell(),
            "value": text(None if value is None else formats.money(value, conversion.currency)),
            "utm_source": badges.source_badge(conversion.utm_source),
            "utm_campaign": text(conversion.utm_campaign),
            "platform": badges.PLATFORMS[Platform(conversion.platform)].cell(),
            "converted_at": text(when),
        },
        {
            "id": conversion.id,
            "type": conversion.conversion_type,
            "value": value,
            "currency": conversion.currency,
            "source": conversion.utm_source,
            "medium": conversion.utm_medium,
            "campaign": conversion.utm_campaign,
            "platform": conversion.platform,
            "order_id": conversion.order_id,
            "visitor_id": conversion.visitor_id,
            "converted_at": conversion.converted_at.isoformat(),
        },
    )


def _value(conversion: Conversion) -> float | None:
    return None if conversion.value_minor is None else to_major(conversion.value_minor, conversion.currency)


def _headlines(visit: Visit, query: Query) -> tuple[Sequence[Kpi], str]:
    """The cards over what the filters let through, beside the same number of days before when both ends are given."""
    now, before = _statistics(visit, query, query.period), None
    if query.period.start and query.period.end:
        length = query.period.end - query.period.start
        before = _statistics(visit, query, Period(query.period.start - length, query.period.start))
    currency = visit.settings.currency
    total = to_major(now.total_value_minor, currency)
    rate = None if now.conversion_rate is None else now.conversion_rate / 100
    series = [point for point in now.series if point["date"]]
    cards = [
        Kpi(
            "Conversions",
            formats.number(now.total_conversions, currency=currency),
            "All conversions that the filters let through; bots are never counted.",
            change=_change(now, before, "total_conversions"),
            spark=course([point["count"] for point in series]),
        ),
        Kpi(
            "Total value",
            formats.short_money(total, currency),
            f"The sum of their values in {currency}, each at its own day's rate.",
            full=formats.money(total, currency),
            change=_change(now, before, "total_value_minor"),
            spark=course([to_major(point["value_minor"], currency) for point in series]),
        ),
        Kpi(
            "Purchases",
            formats.number(now.by_type.get(ConversionType.purchase, 0), currency=currency),
            "Conversions of the type purchase; an order counts once.",
        ),
        Kpi(
            "Conversion rate",
            formats.percent(rate, 2),
            "Purchases per unique visitor seen in the same time; unknown without visitors.",
            change=_change(now, before, "conversion_rate"),
        ),
    ]
    return cards, _caption(visit, now, before is not None, query)


def _statistics(visit: Visit, query: Query, period: Period) -> ConversionStatistics:
    filters = {name: query.filters.get(name) for name in ("conversion_type", "platform")}
    settings = visit.settings
    return service.statistics(
        visit.engine,
        filters,
        period,
        currency=settings.currency,
        zone=settings.zone,
        group_by="day",
        public_revenue=settings.public_revenue,
    )


def _change(now: ConversionStatistics, before: ConversionStatistics | None, name: str) -> float | None:
    was, is_now = (getattr(before, name) if before else None), getattr(now, name)
    return None if was is None or is_now is None else ratio(is_now - was, was)


def _caption(visit: Visit, now: ConversionStatistics, compared: bool, query: Query) -> str:
    parts = ["Over the chosen type, platform and dates" + (", against as many days before." if compared else ".")]
    if query.search:
        parts.append("The search narrows the list only.")
    if visit.settings.public_revenue is PublicRevenue.confirmed_only:
        parts.append("Purchases that the shop has not confirmed yet are in the list, but not counted.")
    for apart in now.unconverted:
        amount = formats.money(to_major(apart.value_minor, apart.currency), apart.currency)
        parts.append(f"Not in the value, as no rate is known: {apart.count} with {amount}.")
    return " ".join(parts)


def _one(visit: Visit, conversion_id: str) -> Sequence[Component]:
    with visit.reading() as session:
        found = service.find_conversion(session, conversion_id)
        goals = [service.find_goal(session, goal_id) for goal_id in service.goals_of(session, found)]
        names = [goal.name for goal in goals]
        met = {
            goal.name if names.count(goal.name) == 1 else f"{goal.name} ({goal.id})": text(
                "met", href=address_of("ad-planning/goals", goal.id)
            )
            for goal in goals
        }
        persons = names_of(session, {found.person_id} if found.person_id else set())
        groups = {**_groups(visit, found, persons), "Goals": met or {"Goals met": text("none")}}
        given = _given(found)
        name = badges.CONVERSION_TYPES[ConversionType(found.conversion_type)].words
        when = formats.moment(found.converted_at, visit.settings.zone)
    visit.frame.title(f"{name}, {when}")

    def submit(values: Values) -> None:
        empty = {one.key: None for one in CHANGE_FIELDS} | {"refunded_value": 0, "cancelled": False}
        change = validated(ConversionChange, {**empty, **values})
        with visit.writing() as session:
            service.change_conversion(session, conversion_id, change, now=visit.now())
        visit.frame.toast("Changes saved.")
        visit.frame.go(address_of(SLUG, conversion_id))

    form = Form(
        visit,
        title=f"Change this {name.lower()}",
        button="Save changes",
        fields=CHANGE_FIELDS,
        check=lambda values: validated(ConversionChange, values),
        submit=submit,
    )
    actions = edit_and_delete(
        visit,
        edit=lambda: form.ask(given),
        delete=lambda session: service.delete_conversion(session, conversion_id),
        name=f"this {name.lower()}",
        consequence="It goes with the goals it met and the credit it gave.",
        back_to=address_of(SLUG),
    )
    return [Details(visit, groups, actions), form]


def _given(found: Conversion) -> dict[str, Any]:
    return {
        "conversion_name": found.conversion_name,
        "conversion_value": _value(found),
        "refunded_value": to_major(found.refunded_minor, found.currency),
        "cancelled": found.cancelled_at is not None,
        "platform": found.platform,
        "ad_campaign_id": found.ad_campaign_id,
        "person_id": found.person_id,
    }


def _groups(visit: Visit, found: Conversion, persons: Mapping[str, str]) -> Mapping[str, Mapping[str, Cell]]:
    def when(instant: datetime | None) -> Cell:
        return text(formats.moment(instant, visit.settings.zone))

    def way_of(customer_id: str | None, words: str) -> Cell:
        if customer_id is None:
            return text(None)
        # What a bot does is on nobody's way.
        return text(words, href="" if found.is_bot else way_address(customer_id), hint=customer_id)

    value = _value(found)
    claimed = "Claimed by a browser, not yet confirmed by the shop" if found.origin == "web" else None
    return {
        "What": {
            "Type": badges.CONVERSION_TYPES[ConversionType(found.conversion_type)].cell(),
            "Name": text(found.conversion_name),
            "Value": text(None if value is None else formats.money(value, found.currency)),
            "Paid back": text(formats.money(to_major(found.refunded_minor, found.currency), found.currency)),
            "Cancelled": when(found.cancelled_at) if found.cancelled_at else badges.NO.cell(),
            "Order": text(found.order_id),
            "Date": when(found.converted_at),
            "Confirmed": when(found.confirmed_at) if found.confirmed_at else text(claimed or "The shop's own record"),
            "Bot": (badges.YES if found.is_bot else badges.NO).cell(),
        },
        "Where from": {
            **where_from(found),
            "Page": text(found.pathname),
        },
        "Who": {
            "Visitor": way_of(found.visitor_id, found.visitor_id),
            "Person": way_of(found.person_id, customer_name(found.person_id, None, persons)),
            "Session": text(found.session_id),
            "Website": text(found.website_id),
            "Id": text(found.id),
        },
        "Details": {str(key): text(value) for key, value in (found.extra or {}).items()} or {"Metadata": text("none")},
    }
