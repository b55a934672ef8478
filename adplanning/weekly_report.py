"""Everything that a weekly report tells of, read from one store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import polars as pl
from sqlalchemy import Date, func, select

from adplanning.core.errors import InvalidData
from adplanning.core.money import minor_digits, to_major
from adplanning.core.periods import Period, day_start
from adplanning.forecasts.accuracy_service import compared_days
from adplanning.meta_ads.connection import missing
from adplanning.meta_ads.connection_service import stream_states
from adplanning.metrics.definitions import HEADLINES, METRICS, Unit, shown_column
from adplanning.metrics.figures_service import (
    Comparison,
    campaign_figures,
    compared_figures,
    daily_figures,
    period_figures,
)
from adplanning.reports.campaign_changes import FIGURES, campaign_changes
from adplanning.reports.weeks import USUAL_SPANS, ReportDays, report_days
from adplanning.store.session import reading
from adplanning.store.tables.ads import DailySpend
from adplanning.store.tables.base import Instant
from adplanning.store.tables.events import Conversion
from adplanning.workspace import Workspace

TOLD: Final = (*HEADLINES, "attributed_revenue", "attributed_roas", "conversion_rate")
_COURSE: Final = ("revenue", "ad_spend")
_SALES: Final = ("purchase", "lead_form_submission")


@dataclass(frozen=True)
class ForecastHeld:
    """A forecast of all campaigns together, held against the days of the report; amounts in major units."""

    measure: str
    expected: float
    actual: float | None
    n_days: int
    n_within: int


@dataclass(frozen=True)
class WeeklyNumbers:
    """The numbers of a report; amounts in minor units where nothing else is said.

    `usual` is the mean of the four spans before, empty when the store knows less; `course` (on, revenue, ad_spend) and
    `channels`, `leads` and `experiments` are tables of `workspace.Workspace` in major units; `moves` is its best split,
    or None with the reason in `no_moves`. `gaps` are sentences.
    """

    days: ReportDays
    currency: str
    zone: str
    figures: dict[str, Comparison]
    usual: dict[str, float | None]
    course: pl.DataFrame
    campaigns: pl.DataFrame
    channels: pl.DataFrame
    funnel: pl.DataFrame
    leads: pl.DataFrame
    experiments: pl.DataFrame
    n_running: int
    forecasts: list[ForecastHeld]
    moves: pl.DataFrame | None
    no_moves: str
    alerts: pl.DataFrame
    gaps: list[str]


def weekly_numbers(ws: Workspace, *, as_of: str, weeks: int, now: datetime) -> WeeklyNumbers:
    """Gather a report of the last whole weeks.

    Parameters
    ----------
    as_of : the last day that may be told of, which must be over; yesterday when empty.
    weeks : how many weeks the report tells of.
    now : the clock.

    Raises
    ------
    InvalidData : a day that is not over, or too many weeks.
    """
    zone, currency = ws.settings.zone, ws.settings.currency
    until = Period.of(None, as_of, zone).end if as_of else now
    if until is None or until > now:
        raise InvalidData.at("as_of", f"{as_of} is not over in {zone}; give a day that is, or nothing")
    days = report_days(until.astimezone(zone).date() - timedelta(days=1), weeks)
    span, before = (
        Period.of(first, last, zone)
        for first, last in ((days.first_on, days.last_on), (days.before_first_on, days.before_last_on))
    )
    told: dict[str, Any] = {"currency": currency, "zone": zone, "public_revenue": ws.settings.public_revenue}
    figures = compared_figures(ws.engine, span, before, **told, names=TOLD)
    course = daily_figures(
        ws.engine,
        Period.of(days.usual_first_on, days.last_on, zone),
        **told,
        names=_COURSE,
    )
    campaigns = [campaign_figures(ws.engine, one, **told, names=FIGURES) for one in (span, before)]
    funnels = [ws.funnel(one) for one in (span, before)]
    began = _began_on(ws)
    decided, n_running = _experiments(ws, span)
    moves, no_moves = _moves(ws)
    return WeeklyNumbers(
        days=days,
        currency=currency,
        zone=zone.key,
        figures=figures,
        usual=_usual(ws, days) if began is not None and began <= days.usual_first_on else {},
        course=course.filter(pl.col("on") >= (began or days.first_on)).with_columns(
            shown_column(name, currency) for name in _COURSE
        ),
        campaigns=campaign_changes(*campaigns),
        channels=ws.attribution("last_click", span, by="channel", conversion_types=_SALES),
        funnel=funnels[0].join(funnels[1].select("stage", n_before="n"), on="stage", how="left", maintain_order="left"),
        leads=ws.leads(span).group_by("status").len("n").sort("n", "status", descending=[True, False]),
        experiments=decided,
        n_running=n_running,
        forecasts=_held_forecasts(ws, days),
        moves=moves,
        no_moves=no_moves,
        alerts=_alerts(ws, span),
        gaps=_gaps(ws, figures, days, now),
    )


def _usual(ws: Workspace, days: ReportDays) -> dict[str, float | None]:
    """The mean of what is summed up over the spans before; of a ratio the one over all of them."""
    zone = ws.settings.zone
    usual = period_figures(
        ws.engine,
        Period.of(days.usual_first_on, days.before_last_on, zone),
        currency=ws.settings.currency,
        zone=zone,
        public_revenue=ws.settings.public_revenue,
        names=TOLD,
    )
    return {
        name: figure.value / USUAL_SPANS
        if figure.value is not None and METRICS[name].unit in (Unit.money, Unit.count) and not METRICS[name].parts
        else figure.value
        for name, figure in usual.items()
    }


def _began_on(ws: Workspace) -> date | None:
    """The first day of which the store knows a conversion or what ads cost."""
    with reading(ws.engine) as session:
        spent = session.scalar(select(func.min(DailySpend.on, type_=Date)))
        sold = session.scalar(select(func.min(Conversion.converted_at, type_=Instant)))
    found = [spent, None if sold is None else sold.astimezone(ws.settings.zone).date()]
    return min((day for day in found if day is not None), default=None)


def _experiments(ws: Workspace, span: Period) -> tuple[pl.DataFrame, int]:
    known = ws.experiments()
    decided = known.filter(
        pl.col("status") == "completed", pl.col("ended_at") >= span.start, pl.col("ended_at") < span.end
    )
    return decided, known.filter(pl.col("status") == "running").height


def _held_forecasts(ws: Workspace, days: ReportDays) -> list[ForecastHeld]:
    """Of each measure the latest forecast that tells of all days of the report, and so was made before them."""
    compared, _ = compared_days(
        ws.engine,
        as_of_on=days.last_on,
        zone=ws.settings.zone,
        currency=ws.settings.currency,
        public_revenue=ws.settings.public_revenue,
    )
    of_days = compared.filter(pl.col("ad_campaign_id").is_null(), pl.col("on").is_between(days.first_on, days.last_on))
    n_days = (days.last_on - days.first_on).days + 1
    held = []
    for measure in ("revenue", "spend", "conversions"):
        whole = (
            of_days.filter(pl.col("measure") == measure)
            .group_by("forecast_id")
            .agg(
                pl.len().alias("n_days"),
                pl.col("expected").sum(),
                pl.when(pl.col("actual").is_not_null().all()).then(pl.col("actual").sum()).alias("actual"),
                pl.col("actual").is_between("lower", "upper").sum().alias("n_within"),
            )
            .filter(pl.col("n_days") == n_days)
            .sort("forecast_id")
        )
        if whole.height:
            row = whole.row(-1, named=True)
            unit = 1 if measure == "conversions" else 10 ** minor_digits(ws.settings.currency)
            actual = None if row["actual"] is None else row["actual"] / unit
            held.append(ForecastHeld(measure, row["expected"] / unit, actual, n_days, row["n_within"]))
    return held


def _moves(ws: Workspace) -> tuple[pl.DataFrame | None, str]:
    """The best split of what campaigns usually spend a day, and what each change of spend is."""
    try:
        usual = sum(fit.usual_spend for fit in ws.response_fits().values())
        split = ws.best_split(to_major(round(usual), ws.settings.currency))
    except InvalidData as fault:
        return None, fault.message.partition(": ")[2] or fault.message
    expected = ws.response_curves().select("campaign_id", usual_result="result")
    return split.join(expected, on="campaign_id", how="left", maintain_order="left"), ""


def _alerts(ws: Workspace, span: Period) -> pl.DataFrame:
    """Those that are open, and those that were given in the days of the report."""
    return ws.alerts(only_open=False).filter(
        pl.col("closed_at").is_null() | ((pl.col("opened_at") >= span.start) & (pl.col("opened_at") < span.end))
    )


def _gaps(ws: Workspace, figures: dict[str, Comparison], days: ReportDays, now: datetime) -> list[str]:
    with reading(ws.engine) as session:
        states = stream_states(session)
        told_until = session.scalar(select(func.max(DailySpend.on, type_=Date)))
    gaps = [figure.now.unknown_because for figure in figures.values() if figure.now.unknown_because]
    # A store that was filled from files alone lacks nothing of Meta's.
    if states:
        gaps += missing(states, has_token=True, now=now)
    if told_until is not None and told_until < days.last_on:
        gaps.append(f"Ad spend is known up to {told_until:%-d %b %Y} only; later days are not in these numbers.")
    began = day_start(days.first_on, ws.settings.zone)
    failed = ws.runs().filter(pl.col("status") == "failed", pl.col("started_at") >= began)
    for notebook, n_runs in failed.group_by("notebook").len().sort("notebook").iter_rows():
        name = notebook.replace("_", " ").capitalize()
        gaps.append(f"{name} failed {n_runs:,} {'time' if n_runs == 1 else 'times'} since {days.first_on:%-d %b}.")
    return list(dict.fromkeys(gaps))
