"""Which kinds of facts can be taken out as a file, and how the file is written: all rows, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl
from sqlalchemy import select

from adplanning.core.csv_text import csv_text
from adplanning.core.errors import Conflict, InvalidData
from adplanning.core.periods import Period
from adplanning.store import facts
from adplanning.store.counted import counted_events
from adplanning.store.tables.catalogue import TABLES
from adplanning.workspace import Workspace
from adplanning.workspace_store import in_own_currency

Dates = tuple[str | None, str | None] | None
"""The first and the last day, either of them open; None for all time."""
SUFFIXES: Final = (".csv", ".parquet")
_ROWS_A_PART = 20_000
_STEP = ("id", "occurred_at", "person_id", "visitor_id", "website_id", "event_type", "event_name", "stage", "channel")
_UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
_BOUNDS = ("", "_lower", "_upper")


@dataclass(frozen=True)
class Export:
    """A kind of file: what a row is, and where the rows come from; `is_dated` when it can be of a period."""

    help: str
    rows: Callable[[Workspace, Dates], pl.DataFrame]
    is_dated: bool = False


def _journeys(ws: Workspace, period: Dates) -> pl.DataFrame:
    of_time = Period() if period is None else Period.of(*period, ws.settings.zone)
    counted = counted_events("journey_events")
    steps = facts.scan(ws.engine, "journey_events", [*_STEP, "page_url", *_UTM], of_time, where=counted)
    return steps.rename({"id": "event_id"}).sort("occurred_at", "event_id").collect()


def _segment_members(ws: Workspace, _: Dates) -> pl.DataFrame:
    member, segment = TABLES["segment_members"], TABLES["segments"]
    columns = [segment.c.id.label("segment_id"), segment.c.name, member.c.person_id, member.c.added_at]
    query = select(*columns, member.c.added_reason).join_from(member, segment, member.c.segment_id == segment.c.id)
    return facts.read(ws.engine, query)[0].sort("name", "segment_id", "person_id")


def _forecasts(ws: Workspace, _: Dates) -> pl.DataFrame:
    of, day = TABLES["forecasts"], TABLES["forecast_days"]
    money = [f"{name}{bound}" for name in ("spend", "revenue") for bound in _BOUNDS]
    columns = [of.c.id.label("forecast_id"), of.c.ad_campaign_id, of.c.as_of_on, of.c.origin, of.c.trust, day.c.on]
    columns += [day.c[f"n_conversions{bound}"] for bound in _BOUNDS] + [day.c[f"{name}_minor"] for name in money]
    query = select(*columns, of.c.currency).join_from(day, of, day.c.forecast_id == of.c.id)
    return in_own_currency(facts.read(ws.engine, query)[0], money).sort("forecast_id", "on")


EXPORTS: Final[Mapping[str, Export]] = {
    "alerts": Export("each alert, open or over", lambda ws, _: ws.alerts(only_open=False)),
    "attribution": Export(
        "what each campaign earned by the last click", lambda ws, of: ws.attribution(period=of), is_dated=True
    ),
    "campaign-metrics": Export("each number of each campaign", lambda ws, of: ws.campaign_metrics(of), is_dated=True),
    "campaigns": Export("each campaign as it stands", lambda ws, _: ws.campaigns()),
    "conversions": Export("each conversion", lambda ws, of: ws.conversions(of), is_dated=True),
    "experiments": Export("each experiment with its result", lambda ws, _: ws.experiments()),
    "forecasts": Export("each day of each kept forecast", _forecasts),
    "journeys": Export("each step of each visitor", _journeys, is_dated=True),
    "leads": Export("each lead, without names and addresses", lambda ws, of: ws.leads(of), is_dated=True),
    "metrics": Export("each number of a period", lambda ws, of: ws.metrics(of), is_dated=True),
    "rates": Export("each exchange rate", lambda ws, _: ws.rates()),
    "runs": Export("each batch run", lambda ws, _: ws.runs()),
    "scores": Export("each score of each customer", lambda ws, _: ws.scores()),
    "segment-members": Export("each member of each segment", _segment_members),
    "segments": Export("each segment", lambda ws, _: ws.segments()),
    "social-posts": Export("each post", lambda ws, of: ws.social_posts(of), is_dated=True),
    "touchpoints": Export("each touchpoint", lambda ws, of: ws.touchpoints(of), is_dated=True),
}


def export_rows(ws: Workspace, kind: str, *, from_date: str | None = None, to_date: str | None = None) -> pl.DataFrame:
    """All rows of a kind of `EXPORTS`, as `Workspace` answers them.

    Raises
    ------
    InvalidData : no such kind, a date that does not exist, or dates for what is of no period.
    """
    if kind not in EXPORTS:
        raise InvalidData.unknown_choice("kind", kind, EXPORTS)
    export, is_whole = EXPORTS[kind], from_date is None and to_date is None
    if not is_whole and not export.is_dated:
        dated = ", ".join(name for name, one in EXPORTS.items() if one.is_dated)
        raise InvalidData.at("from", f"{kind} are of no period; leave the dates away, or export one of {dated}")
    return export.rows(ws, None if is_whole else (from_date, to_date))


def refuse_target(file: Path, *, force: bool) -> None:
    """Refuse a file that could not be written as asked, before anything is read.

    Raises
    ------
    InvalidData : another ending than those of `SUFFIXES`, or no such folder.
    Conflict : the file is there, and `force` is not given.
    """
    if file.suffix.lower() not in SUFFIXES:
        raise InvalidData.at("file", f"{file.name!r} ends otherwise; allowed are {' and '.join(SUFFIXES)}")
    if not file.absolute().parent.is_dir():
        raise InvalidData.at("file", f"there is no folder {file.absolute().parent}; make it, or name another file")
    if file.is_dir():
        raise InvalidData.at("file", f"{file} is a folder; name a file in it")
    if file.exists() and not force:
        raise Conflict(f"{file} is there already; name another file, or write over it with --force")


def write_rows(rows: pl.DataFrame, file: Path, *, force: bool = False) -> None:
    """Write rows into a file by its ending: CSV that no spreadsheet takes for formulas, or Parquet.

    A file that was there before is whole, old or new, at any moment.

    Raises
    ------
    InvalidData, Conflict : as `refuse_target`.
    """
    refuse_target(file, force=force)
    unfinished = file.with_name(f".{file.name}.unfinished")
    try:
        if file.suffix.lower() == ".parquet":
            rows.write_parquet(unfinished)
        else:
            with unfinished.open("w", encoding="utf-8", newline="") as out:
                out.write(f"{','.join(rows.columns)}\r\n")
                for part in rows.iter_slices(_ROWS_A_PART):
                    out.write(csv_text(part.to_dicts(), with_headings=False))
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
