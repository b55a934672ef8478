"""What rules find in the store: in the last full days, and on how many of the days before they would have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from adplanning.alerts import queries
from adplanning.alerts.day_sums import is_known, window_figures, without_days
from adplanning.alerts.fact_windows import facts_within
from adplanning.alerts.findings import Finding, Seen, found, late
from adplanning.alerts.rule import Rule
from adplanning.alerts.watching import CHANGES, OF_PLATFORMS, figures_of, sources_of
from adplanning.alerts.windows import (
    MOST_BEHIND_DAYS,
    Window,
    day_words,
    last_whole_day,
    same_weekdays_before,
    window_to,
)
from adplanning.core.money import minor_digits
from adplanning.core.vocabulary import AlertKind, PublicRevenue, Stream, StreamFault
from adplanning.meta_ads.connection import STREAM_WORDS
from adplanning.meta_ads.connection_service import owners, sync_streams
from adplanning.metrics.definitions import METRICS, Unit, summed_metrics
from adplanning.metrics.figures import campaign_sums, metric_columns
from adplanning.metrics.figures_service import daily_figures
from adplanning.store.tables.ads import Campaign

PREVIEW_DAYS: Final = 28
_DISCONNECTED: Final = (StreamFault.needs_reauthorisation, StreamFault.permission)


@dataclass(frozen=True)
class Asked:
    """How figures are told, and the clock."""

    now: datetime
    zone: ZoneInfo
    public_revenue: PublicRevenue

    @property
    def yesterday(self) -> date:
        """The last day of the reporting zone that is over."""
        return self.now.astimezone(self.zone).date() - timedelta(days=1)


@dataclass(frozen=True)
class Checked:
    """What a rule has found: a finding for each campaign, or one; none at all where `unknown_because` says why.

    `waits_for` names what has not been read up to yesterday; the window then ends before.
    """

    findings: tuple[Finding, ...]
    window: Window | None = None
    waits_for: str = ""
    unknown_because: str | None = None

    @property
    def reason(self) -> str | None:
        """Why it, or a part of it, cannot be told, in a sentence; None where all is known."""
        if self.unknown_because is not None:
            return self.unknown_because
        reasons = [one.unknown_because for one in self.findings if one.unknown_because]
        if not reasons:
            return None
        return reasons[0] if len(reasons) == 1 else f"{reasons[0]} (and {len(reasons) - 1} more that cannot be told)"


@dataclass(frozen=True)
class Preview:
    """On how many of the last days a rule would have told somebody, of those of which it can be told."""

    n_fired: int
    n_told: int
    n_days: int
    unknown_because: str | None = None


def check_rule(engine: Engine, session: Session, rule: Rule, asked: Asked) -> Checked:
    """Hold a rule against the last full days that were read whole."""
    if rule.kind is AlertKind.sync_late:
        return _check_sync(session, rule, asked)
    last_on, waits_for, reason = _last_day(session, rule, asked)
    if reason:
        return Checked((), unknown_because=reason)
    window = window_to(last_on, rule.window_days)
    [findings] = _findings(engine, session, rule, [window], asked)
    return Checked(tuple(findings), window, waits_for)


def preview(engine: Engine, session: Session, rule: Rule, asked: Asked, *, n_days: int = PREVIEW_DAYS) -> Preview:
    """On how many of the last days a rule would have fired, with what is known of them today."""
    if rule.kind is AlertKind.sync_late:
        return Preview(0, 0, n_days, "how late a sync was is not kept")
    last_on, _, reason = _last_day(session, rule, asked)
    if reason:
        return Preview(0, 0, n_days, reason)
    windows = [window_to(last_on - timedelta(days=back), rule.window_days) for back in range(n_days)]
    by_day = _findings(engine, session, rule, windows, asked)
    n_fired = sum(any(one.fires for one in findings) for findings in by_day)
    told = [findings for findings in by_day if not findings or any(one.fires is not None for one in findings)]
    reasons = [one.unknown_because for findings in by_day for one in findings if one.unknown_because]
    return Preview(n_fired, len(told), n_days, None if told else next(iter(reasons), None))


def _last_day(session: Session, rule: Rule, asked: Asked) -> tuple[date, str, str | None]:
    """The last day that can be told, what the days since wait for, and why there is none."""
    needed = sources_of(rule.kind, rule.metric)
    days: list[queries.SourceDay] = []
    if "platforms" in needed:
        days += queries.platform_days(session, asked.yesterday)
        if not days:
            reason = (
                f"No ad platform has told any spend of the last {queries.IN_USE_DAYS} days; synchronise or import it."
            )
            return asked.yesterday, "", reason
    for source, stream in (("leads", Stream.leads), ("posts", Stream.posts)):
        if source in needed:
            days += queries.stream_days(session, stream, asked.zone)
    if "credits" in needed:
        credited = queries.credited_until(session, asked.zone)
        if credited is None:
            return asked.yesterday, "", "No conversion was credited to a campaign yet; run attribute_conversions."
        days.append(credited)
    read_until: dict[str, date] = {}
    for one in days:
        read_until[one.source] = min(one.last_on, read_until.get(one.source, one.last_on))
    last_on, waits_for = last_whole_day(asked.yesterday, read_until)
    if (asked.yesterday - last_on).days > MOST_BEHIND_DAYS:
        return last_on, waits_for, f"{waits_for}: read whole up to {day_words(last_on)} only; read the days since."
    return last_on, waits_for, None


def _findings(
    engine: Engine, session: Session, rule: Rule, windows: Sequence[Window], asked: Asked
) -> list[list[Finding]]:
    look = _campaigns_seen if rule.of_campaigns else _account_seen
    seen = look(engine, session, rule, windows, asked)
    return [[found(rule, one, window) for one in its] for its, window in zip(seen, windows, strict=True)]


def _account_seen(
    engine: Engine, session: Session, rule: Rule, windows: Sequence[Window], asked: Asked
) -> list[list[Seen]]:
    metric, counted = figures_of(rule.kind, rule.metric)
    names = sorted(summed_metrics([metric, *([counted] if counted else [])]))
    compared = {window: same_weekdays_before(window) if rule.kind in CHANGES else () for window in windows}
    every = [*compared, *(one for before in compared.values() for one in before)]
    span = Window(min(one.first_on for one in every), max(one.last_on for one in every))
    days = daily_figures(engine, span.period(asked.zone), names=names, **_reporting(rule, asked))
    if "platforms" in sources_of(rule.kind, rule.metric):
        together = queries.spend_told_together(session, span.first_on, span.last_on)
        days = without_days(days, [(row[1], row[2]) for row in together], OF_PLATFORMS)
    seen = []
    for window, before in compared.items():
        [value] = window_figures(days, metric, [window])
        reason = None
        if value is None and not is_known(days, metric, window):
            reason = f"{METRICS[metric].title} is not known of every day {window.words}"
        seen.append(
            [
                Seen(
                    "",
                    "",
                    _major(value, metric, rule.currency),
                    before=[_major(one, metric, rule.currency) for one in window_figures(days, metric, before)],
                    counts_before=window_figures(days, counted, before) if counted else None,
                    unknown_because=reason,
                )
            ]
        )
    return seen


def _campaigns_seen(
    engine: Engine, session: Session, rule: Rule, windows: Sequence[Window], asked: Asked
) -> list[list[Seen]]:
    metric, counted = figures_of(rule.kind, rule.metric)
    names = sorted({metric, *([counted] if counted else []), *summed_metrics([metric]), "ad_spend"})
    compared = {window: same_weekdays_before(window) if rule.kind in CHANGES else () for window in windows}
    every = dict.fromkeys([*compared, *(one for before in compared.values() for one in before)])
    figures: dict[Window, Mapping[str, dict[str, Any]]] = {}
    span = Window(min(one.first_on for one in every), max(one.last_on for one in every))
    facts = queries.facts_of(
        engine, span.period(asked.zone), names, zone=asked.zone, public_revenue=asked.public_revenue
    )
    for window in every:
        sums = campaign_sums(facts_within(facts, window, zone=asked.zone), currency=rule.currency, zone=asked.zone)
        if rule.ad_campaign_id is not None:
            sums = sums.filter(pl.col("campaign_id") == rule.ad_campaign_id)
        told = sums.select("campaign_id", "campaign_name", *metric_columns(names))
        figures[window] = {row["campaign_id"]: row for row in told.iter_rows(named=True)}
    together = queries.spend_told_together(session, span.first_on, span.last_on)
    titles = _names(session, rule, figures)

    def known(subject: str, name: str, window: Window) -> float | None:
        row = figures[window].get(subject)
        if row is not None:
            return _major(row[name], name, rule.currency)
        return 0.0 if METRICS[name].parts is None else None

    def reason(subject: str, window: Window) -> str | None:
        across = any(
            campaign == subject
            and first <= window.last_on
            and last >= window.first_on
            and not (window.first_on <= first and last <= window.last_on)
            for campaign, first, last in together
        )
        if across:
            return f"what it spent {window.words} is only told together with other days"
        row = figures[window].get(subject, {})
        if any(row.get(part, 0) is None for part in summed_metrics([metric])):
            return (
                f"{METRICS[metric].title} is not known in full {window.words}: an exchange rate or a figure is missing"
            )
        return None

    return [
        [
            Seen(
                subject,
                titles[subject],
                known(subject, metric, window),
                count=known(subject, counted, window) if counted else None,
                before=[known(subject, metric, one) for one in before],
                counts_before=[known(subject, counted, one) for one in before] if counted else None,
                unknown_because=reason(subject, window),
            )
            for subject in sorted(titles)
            if any(subject in figures[one] for one in (window, *before)) or subject == rule.ad_campaign_id
        ]
        for window, before in compared.items()
    ]


def _names(session: Session, rule: Rule, figures: Mapping[Window, Mapping[str, dict[str, Any]]]) -> Mapping[str, str]:
    named = {subject: str(row["campaign_name"]) for rows in figures.values() for subject, row in rows.items()}
    if rule.ad_campaign_id is not None and rule.ad_campaign_id not in named:
        name = session.scalar(select(Campaign.name).where(Campaign.id == rule.ad_campaign_id))
        named[rule.ad_campaign_id] = name or rule.ad_campaign_id
    return named


def _check_sync(session: Session, rule: Rule, asked: Asked) -> Checked:
    names = owners(session)
    hours: list[tuple[str, float]] = []
    unknown: list[str] = []
    for row in sync_streams(session):
        stream = Stream(row.stream)
        what = f"{STREAM_WORDS[stream][0].upper()}{STREAM_WORDS[stream][1:]} of {names.get(row.scope, row.scope)}"
        if row.fault in _DISCONNECTED:
            unknown.append(f"{what}: disconnected, so nothing is late but nothing is read; {row.message or row.fault}")
        elif row.succeeded_at is None:
            unknown.append(f"{what}: never read whole")
        elif stream is not Stream.token:
            hours.append((what, (asked.now - row.succeeded_at).total_seconds() / 3600))
    finding = late(hours, rule)
    if not hours and not unknown:
        return Checked((), unknown_because="No account is connected, so nothing can be late; start sync_meta_ads.")
    if unknown and not finding.fires:
        return Checked((Finding("", None, finding.value, unknown_because=unknown[0]),))
    return Checked((finding,))


def _reporting(rule: Rule, asked: Asked) -> dict[str, Any]:
    return {"currency": rule.currency, "zone": asked.zone, "public_revenue": asked.public_revenue}


def _major(value: float | None, metric: str, currency: str) -> float | None:
    if value is None or METRICS[metric].unit is not Unit.money:
        return None if value is None else float(value)
    return value / float(10 ** minor_digits(currency))
