"""The newest forecast, what is planned for its days, and all forecasts that were kept."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from adplanning.core import formats
from adplanning.core.vocabulary import Trust
from adplanning.forecasts import service
from adplanning.store.tables.forecasts import Forecast
from adplanning.ui import badges
from adplanning.ui.actions import Action
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import text
from adplanning.ui.component import Component
from adplanning.ui.details import Details
from adplanning.ui.pages.chosen_days import today_of
from adplanning.ui.pages.forecast_events import PlannedEvents
from adplanning.ui.pages.forecast_form import ForecastForm
from adplanning.ui.pages.forecast_shown import ShownForecast, between
from adplanning.ui.pages.forecast_words import (
    NOTEBOOK,
    SLUG,
    campaign_names,
    days_in_words,
    measured,
    named,
    view_switch,
)
from adplanning.ui.pages.run_button import run_button
from adplanning.ui.table import Column, Filter, Query, Row, Table
from adplanning.ui.visit import Visit

EMPTY = (
    "No forecast yet. “Forecast now” makes one of each campaign that spent lately, and one of all together; it also "
    "runs every night. A forecast needs at least 4 days of spend: sync Meta Ads or import an export first."
)
STATUSES = {status.value: badge.words for status, badge in badges.FORECAST_STATUSES.items()}
ORIGINS = {"nightly": "Nightly", "admin": "By hand"}


def overview(visit: Visit) -> Sequence[Component]:
    """The forecast of all campaigns, or of the one that is chosen in the list below it."""

    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        with visit.reading() as session:
            found, total = service.list_forecasts(
                session,
                query.filters,
                today_on=today_of(visit),
                limit=query.limit,
                offset=query.offset,
                search=query.search,
                sort=query.sort,
                descending=query.descending,
            )
            return [_row(visit, one, named(names, one.ad_campaign_id)) for one in found], total

    def draw() -> None:
        chosen = table.query.filters.get("ad_campaign_id")
        with visit.reading() as session:
            of_it = Forecast.ad_campaign_id.is_(None) if chosen is None else Forecast.ad_campaign_id == chosen
            newest = session.scalars(
                select(Forecast).where(of_it).order_by(Forecast.created_at.desc(), Forecast.id.desc()).limit(1)
            ).first()
            session.expunge_all()
        shown.show(newest, names)

    def refresh() -> None:
        table.refresh()
        draw()

    with visit.reading() as session:
        names = campaign_names(session)
        forecast_ones = campaign_names(session, select(Forecast.ad_campaign_id))
    shown = ShownForecast(visit, empty=EMPTY)
    form = ForecastForm(visit, names)
    events = PlannedEvents(visit, names)
    button = run_button(
        visit,
        NOTEBOOK,
        button="Forecast now",
        icon="mdi-chart-timeline-variant",
        goes_on="Forecasting the campaigns.",
        ended="Forecast.",
        then=refresh,
    )
    table = Table(
        visit,
        label="Forecasts",
        title="Which forecasts were made?",
        columns=[
            Column("campaign", "Campaign", sortable=True, on_phone=True),
            Column("first_on", "Days", sortable=True, on_phone=True),
            Column("status", "Status"),
            Column("revenue", "Revenue", numeric=True, help="Expected in all its days, with the 95% interval on hover"),
            Column("spend", "Spend", numeric=True, help="Expected in all its days"),
            Column("roas", "ROAS", numeric=True),
            Column("trust", "Trust", sortable=True),
            Column("created_at", "Made", sortable=True),
        ],
        filters=[
            Filter("ad_campaign_id", "Campaign", forecast_ones),
            Filter("status", "Status", STATUSES),
            Filter("origin", "Made", ORIGINS),
        ],
        searchable="Search campaign",
        sort="created_at",
        fetch=fetch,
        export_name="forecasts",
        empty=EMPTY,
        changed=lambda _: visit.frame.later(draw),
    )
    visit.frame.later(draw)
    if not visit.may_write:
        return [view_switch(visit), *button, *shown.widgets, *events.widgets, table]
    new = Action("new", "New forecast", "mdi-plus", lambda _: form.ask())
    others = Details(visit, {}, [new, events.add])
    return [view_switch(visit), *button, others, *shown.widgets, *events.widgets, table, form.form]


def _row(visit: Visit, one: Forecast, name: str) -> Row:
    status = service.status_of(one, today_of(visit))
    totals = {
        "revenue": one.summary.get("revenue"),
        "conversions": one.summary.get("n_conversions"),
        "spend": one.summary.get("spend"),
        "roas": one.summary.get("roas"),
    }
    figures = {
        measure: text(None)
        if total is None
        else text(
            measured(measure, total["expected"], one.currency, short=True),
            hint=between(measure, total, one.currency),
        )
        for measure, total in totals.items()
    }
    return Row(
        one.id,
        name,
        address_of(SLUG, one.id),
        {
            "campaign": text(name, hint=name),
            "first_on": text(days_in_words(one.first_on, one.last_on)),
            "status": badges.FORECAST_STATUSES[status].cell(),
            "trust": badges.TRUST[Trust(one.trust)].cell(),
            "created_at": text(
                formats.day(one.created_at, visit.settings.zone), hint=ORIGINS.get(one.origin, one.origin)
            ),
            **figures,
        },
        {
            "id": one.id,
            "campaign_id": one.ad_campaign_id,
            "campaign": name,
            "first_on": one.first_on,
            "last_on": one.last_on,
            "status": status.value,
            "trust": one.trust,
            **_values(one),
            "currency": one.currency,
            "method": one.method,
            "origin": one.origin,
            "created_at": one.created_at.isoformat(),
        },
    )


def _values(one: Forecast) -> dict[str, float | None]:
    """The totals with their bounds; amounts in minor units, as their headings say."""
    units = {"spend": "_minor", "revenue": "_minor", "n_conversions": "", "roas": ""}
    return {
        f"{name}_{end}{unit}": (one.summary.get(name) or {}).get(end)
        for name, unit in units.items()
        for end in ("expected", "lower", "upper")
    }
