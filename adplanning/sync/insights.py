"""The daily figures of an account's campaigns or ads: each stretch of days replaced as a whole, oldest first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl
from sqlalchemy import ColumnElement, Connection, delete, func, select

from adplanning.core.vocabulary import Stream
from adplanning.meta_ads.account_days import FIRST_CHUNK_DAYS, Days, chunk, days_to_read, next_chunk_days
from adplanning.meta_ads.actions import with_results
from adplanning.meta_ads.ad_objects import AD, AD_SET, CAMPAIGN, Kind, Record
from adplanning.meta_ads.graph_errors import ReportFailed, TooMuchData
from adplanning.meta_ads.mapping import FIELDS, FIELDS_OF_AD, WINDOWS, Reject, insight_rows
from adplanning.store.session import reading, write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.writing import insert_frame
from adplanning.sync.accounts import Account
from adplanning.sync.listings import AccountSync, make_known
from adplanning.sync.objects import object_ids
from adplanning.sync.streams import StreamRun, keep_watermark, quarantine

_SPEND, _ACTIONS = TABLES["daily_spend"], TABLES["daily_actions"]
_CAMPAIGNS, _STREAMS = TABLES["campaigns"], TABLES["sync_streams"]
_QUARANTINE = TABLES["quarantined_rows"]
KIND_OF_INSIGHTS = {Stream.campaign_insights: CAMPAIGN, Stream.ad_insights: AD}
_FIGURES = (
    "campaign_id",
    "ad_set_id",
    "ad_id",
    "spend_minor",
    "n_impressions",
    "n_clicks",
    "n_link_clicks",
    "n_reach",
    "n_leads",
    "n_purchases",
    "purchase_value_minor",
    "n_results",
    "result_type",
    "attribution_setting",
)
_ONE_DAY = timedelta(days=1)
MOST_ANEW = 31


def read_insights(sync: AccountSync, stream: Stream, run: StreamRun) -> None:
    """Read all days of one level that are due; each stretch is committed with the watermark behind it.

    Formula: see `account_days`. Where Meta cannot put a stretch together, not as a report either, it is halved; a day
    that cannot be read ends the stream, and the watermark stays before it. Days of which rows are in quarantine are
    read anew, the latest `MOST_ANEW` of them: Meta may have put them right.
    """
    kind, account = KIND_OF_INSIGHTS[stream], sync.account
    today = sync.now().astimezone(account.zone).date()
    first, last = days_to_read(run.watermark_on, today, since=account.since)
    begin, n_days, n_all = first, _first_chunk_days(sync, kind), (last - first).days + 1
    while begin <= last:
        days = chunk(begin, last, n_days)
        try:
            n_rows = _take(sync, stream, run, days)
        except (TooMuchData, ReportFailed):
            if days[0] == days[1]:
                raise
            n_days = ((days[1] - days[0]).days + 1) // 2
            continue
        begin, n_days = days[1] + _ONE_DAY, next_chunk_days(n_days, n_rows)
        n_done = (begin - first).days
        sync.told(f"{account.name}, {kind.level}s: {n_done} of {n_all} days", n_done / n_all)
    # Last, so that an old day which cannot be read holds no new one back; Meta refuses those beyond its memory.
    oldest, _ = days_to_read(None, today, since=account.since)
    for day in _days_in_quarantine(sync, stream, since=oldest, before=first):
        _take(sync, stream, run, (day, day))
    if kind is AD:
        run.details |= _reconciled(sync, (first, last))


def _take(sync: AccountSync, stream: Stream, run: StreamRun, days: Days) -> int:
    """Read some days and keep them; answer how many rows they have."""
    kind = KIND_OF_INSIGHTS[stream]
    rows, rejects = _read(sync, kind, days)
    _make_objects_known(sync, kind, rows)
    _keep(sync, stream, run, days, (rows, rejects))
    return rows.height


def _days_in_quarantine(sync: AccountSync, stream: Stream, *, since: date, before: date) -> list[date]:
    """The latest days between two of which rows could not be read, oldest first."""
    c = _QUARANTINE.c
    mine = (c.scope == sync.account.number, c.stream == stream.value, c.on >= since, c.on < before)
    with reading(sync.engine) as session:
        days = session.scalars(select(c.on).where(*mine).distinct().order_by(c.on.desc()).limit(MOST_ANEW)).all()
    return sorted(day for day in days if day is not None)


def _first_chunk_days(sync: AccountSync, kind: Kind) -> int:
    """As many days as hold few enough rows if every object that is known has one a day."""
    with reading(sync.engine) as session:
        n_objects = object_ids(session.connection(), sync.account, kind).height
    return min(FIRST_CHUNK_DAYS, next_chunk_days(FIRST_CHUNK_DAYS, FIRST_CHUNK_DAYS * n_objects))


def _read(sync: AccountSync, kind: Kind, days: Days) -> tuple[pl.DataFrame, list[Reject]]:
    """The figures of some days; where Meta cannot answer them at once, from its report of them."""
    asked: dict[str, Any] = {
        "level": kind.level,
        "time_increment": "1",
        "time_range": json.dumps({"since": days[0].isoformat(), "until": days[1].isoformat()}),
        "fields": FIELDS_OF_AD if kind is AD else FIELDS,
        "action_attribution_windows": WINDOWS,
    }
    path = sync.account.path
    try:
        return _gathered(sync, kind, days, sync.client.pages(f"{path}/insights", account=path, **asked))
    except TooMuchData:
        return _gathered(sync, kind, days, sync.client.report(path, **asked))


def _gathered(
    sync: AccountSync, kind: Kind, days: Days, pages: Iterable[Sequence[Record]]
) -> tuple[pl.DataFrame, list[Reject]]:
    """One row per object and day, the last that came."""
    frames, rejects = list[pl.DataFrame](), list[Reject]()
    for records in pages:
        rows, refused = insight_rows(kind.level, records, days, sync.account.currency)
        frames.append(rows)
        rejects += refused
    return pl.concat(frames).unique(["platform_id", "on"], keep="last", maintain_order=True), rejects


def _make_objects_known(sync: AccountSync, kind: Kind, rows: pl.DataFrame) -> None:
    """Take in what figures name and no listing held."""
    with reading(sync.engine) as session:
        known = object_ids(session.connection(), sync.account, kind)
    unknown = rows.join(known, on="platform_id", how="anti").unique("platform_id", keep="last", maintain_order=True)
    if unknown.is_empty():
        return
    for part, word in ((CAMPAIGN, "campaign"), (AD_SET, "adset"), (AD, "ad"))[: 1 if kind is CAMPAIGN else 3]:
        told = {"id": f"meta_{word}_id", "name": f"meta_{word}_name"}
        told |= {name: f"meta_{name}" for name in part.ancestors}
        make_known(sync, part, unknown.select(**told).to_dicts())


def _keep(
    sync: AccountSync, stream: Stream, run: StreamRun, days: Days, read: tuple[pl.DataFrame, list[Reject]]
) -> None:
    """Replace the figures of some days, in one transaction with the watermark and what could not be read."""
    (rows, rejects), kind, account = read, KIND_OF_INSIGHTS[stream], sync.account
    watermark_on = max(run.watermark_on or days[1], days[1])
    with write_transaction(sync.engine) as connection:
        sync.lease.renew(connection)
        known = object_ids(connection, account, kind)
        placed = with_results(rows.join(known, on="platform_id", maintain_order="left")).with_columns(
            object_id=pl.col(f"{kind.level}_id"), level=pl.lit(kind.level), currency=pl.lit(account.currency)
        )
        homeless = rows.join(known, on="platform_id", how="anti", maintain_order="left")
        _replace(connection, sync, kind, days, placed)
        refused = [*rejects, *_refused(homeless)]
        quarantine(connection, account.number, stream, refused, now=sync.now(), replacing=_each(days))
        keep_watermark(connection, account.number, stream, watermark_on)
    run.watermark_on = watermark_on
    run.n_read += rows.height + len(rejects)
    run.n_stored += placed.height
    run.n_quarantined += len(refused)


def _replace(connection: Connection, sync: AccountSync, kind: Kind, days: Days, placed: pl.DataFrame) -> None:
    """Put figures in the place of all that the account has of this level and these days; what vanished is gone."""
    mine = (_is_of(sync.account), _SPEND.c.level == kind.level, _SPEND.c.on.between(*days))
    objects = select(_SPEND.c.object_id).where(*mine)
    connection.execute(
        delete(_ACTIONS).where(_ACTIONS.c.on.between(*days), _ACTIONS.c.object_id.in_(objects.distinct()))
    )
    connection.execute(delete(_SPEND).where(*mine))
    key = ["object_id", "on"]
    insert_frame(
        connection, _SPEND, placed.select(*key, "level", "currency", *_FIGURES), on_conflict="replace", key=key
    )
    told = placed.filter((pl.col("actions") != "[]") | (pl.col("action_values") != "[]"))
    insert_frame(connection, _ACTIONS, told.select(*key, "actions", "action_values"), on_conflict="replace", key=key)


def _refused(homeless: pl.DataFrame) -> list[Reject]:
    """Rows about what neither a listing, nor Meta when asked, nor the row itself places."""
    reason = "nobody says which campaign and ad set this belongs to"
    rows = homeless.select("on", *(name for name in homeless.columns if name.startswith("meta_")), "spend_minor")
    return [(row.pop("on"), reason, row) for row in rows.to_dicts()]


def _reconciled(sync: AccountSync, days: Days) -> dict[str, Any]:
    """The spend of the days that were read at both levels: that of campaigns, of ads, and what no ad has."""
    c, scope = _STREAMS.c, sync.account.number
    of_campaigns = select(c.watermark_on).where(c.scope == scope, c.stream == Stream.campaign_insights.value)
    sums = select(_SPEND.c.level, func.sum(_SPEND.c.spend_minor)).group_by(_SPEND.c.level)
    with reading(sync.engine) as session:
        last = min(days[1], session.scalar(of_campaigns) or days[0] - _ONE_DAY)
        found = session.execute(sums.where(_is_of(sync.account), _SPEND.c.on.between(days[0], last))).all()
    spent = {level: int(minor) for level, minor in found}
    campaigns, ads = spent.get(CAMPAIGN.level, 0), spent.get(AD.level, 0)
    return {
        "first_on": days[0].isoformat(),
        "last_on": last.isoformat(),
        "currency": sync.account.currency,
        "campaign_spend_minor": campaigns,
        "ad_spend_minor": ads,
        "difference_minor": campaigns - ads,
    }


def _is_of(account: Account) -> ColumnElement[bool]:
    mine = select(_CAMPAIGNS.c.id).where(_CAMPAIGNS.c.ad_account_id == account.id)
    return _SPEND.c.campaign_id.in_(mine)


def _each(days: Days) -> list[date]:
    return [days[0] + timedelta(days=n) for n in range((days[1] - days[0]).days + 1)]
