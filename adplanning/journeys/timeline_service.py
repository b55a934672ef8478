"""What one customer did, oldest first: steps, conversions, leads and opinions over all their devices."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from adplanning.core.money import to_major
from adplanning.core.vocabulary import PublicRevenue, ScoreType, TextSource
from adplanning.journeys import timeline_queries
from adplanning.journeys.timeline import KINDS, TimelineSummary, timeline_summary
from adplanning.journeys.timeline_words import (
    conversion_in_words,
    feedback_in_words,
    lead_in_words,
    step_in_words,
)
from adplanning.people.identity import PERSON_KEY, Owners, owners, path_keys
from adplanning.store.tables.base import Base
from adplanning.store.tables.events import Conversion, JourneyEvent
from adplanning.store.tables.leads import Lead
from adplanning.store.tables.opinions import Feedback, Sentiment
from adplanning.store.tables.people import Person
from adplanning.store.tables.scores import CustomerScore

_VISITOR_KEY: Final = "visitor:"


@dataclass(frozen=True)
class Entry:
    """Something a customer did or said; `data` is the record, times as they are kept and amounts in major units."""

    at: datetime
    kind: str
    event_type: str
    stage: str | None
    words: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Timeline:
    """A page of a customer's entries, and a summary of all of them.

    `n_entries` are those of the asked kinds on all pages. `person_id` is null on the way of a visitor whom nobody
    knows, `person` also where only events name that id. `scores` are null where none has been computed.
    """

    person_id: str | None
    person: Person | None
    entries: Sequence[Entry]
    n_entries: int
    summary: TimelineSummary
    scores: Mapping[str, float | None]


def person_timeline(
    session: Session,
    person_id: str,
    *,
    currency: str,
    zone: ZoneInfo,
    public_revenue: PublicRevenue,
    limit: int = 1000,
    offset: int = 0,
    newest_first: bool = False,
    kinds: Collection[str] = KINDS,
) -> Timeline:
    """What a person did, over all their devices, also before anybody knew them; or what an unknown visitor did.

    A record that is stored twice is one entry: of a purchase or a lead the conversion stays, of an opinion the
    feedback, and the journey event that mirrors it is left out.

    Parameters
    ----------
    person_id : a person's id; or a visitor's, which leads to the person to whom it belongs now.
    currency, zone : of the summary; see `timeline.timeline_summary`.
    public_revenue : which purchases count.
    limit, offset : which entries make the page; default the first 1000.
    newest_first : the other way round.
    kinds : which of `timeline.KINDS` the page shows; the summary covers all.

    Returns
    -------
    Of somebody of whom nothing is known: no person, no entries, nulls.
    """
    owner, all_entries = _theirs(session, person_id, public_revenue)
    shown = all_entries.filter(pl.col("kind").is_in(list(kinds))).sort(
        "occurred_at", "id", descending=[newest_first, newest_first]
    )
    return Timeline(
        person_id=owner,
        person=None if owner is None else session.get(Person, owner),
        entries=_entries(session, shown.slice(offset, limit)),
        n_entries=shown.height,
        summary=timeline_summary(all_entries, timeline_queries.currency_rates(session), currency=currency, zone=zone),
        scores=_scores(session, owner, currency),
    )


def _theirs(session: Session, customer: str, public_revenue: PublicRevenue) -> tuple[str | None, pl.DataFrame]:
    """Whose id it is, null if nobody knows, and all their entries."""
    entries = _of_person(session, customer, public_revenue)
    if entries.height or session.get(Person, customer) is not None:
        return customer, entries
    known = owners(timeline_queries.sightings_of_visitor(session, customer))
    owned = known.timeline.filter(pl.col("visitor_id") == customer).sort("from_at")["person_id"]
    if len(owned):
        return owned[-1], _of_person(session, owned[-1], public_revenue)
    on_it = timeline_queries.entries_of_visitor(session, customer, public_revenue=public_revenue)
    return None, _on_path(on_it, known, f"{_VISITOR_KEY}{customer}")


def _of_person(session: Session, person_id: str, public_revenue: PublicRevenue) -> pl.DataFrame:
    found, seen = timeline_queries.entries_of_person(session, person_id, public_revenue=public_revenue)
    return _on_path(found, owners(seen), f"{PERSON_KEY}{person_id}")


def _on_path(entries: pl.DataFrame, known: Owners, key: str) -> pl.DataFrame:
    return path_keys(entries.lazy(), known, at="occurred_at").filter(pl.col("path_key") == key).collect()


def _scores(session: Session, person_id: str | None, currency: str) -> dict[str, float | None]:
    # A lifetime value of another currency is not known in this one until customers are scored again.
    is_current = or_(CustomerScore.currency.is_(None), CustomerScore.currency == currency)
    found = session.scalars(select(CustomerScore).where(CustomerScore.person_id == person_id, is_current))
    values = {score.score_type: score.score_value for score in found}
    return {score_type.value: values.get(score_type) for score_type in ScoreType}


def _entries(session: Session, page: pl.DataFrame) -> list[Entry]:
    told: _Told = {}
    for kind, tell in _TELLERS.items():
        ids = page.filter(pl.col("kind") == kind)["id"].to_list()
        if ids:
            told |= tell(session, ids)
    places = page.select("occurred_at", "kind", "event_type", "stage", "id").iter_rows()
    return [Entry(at, kind, event_type, stage, *told[row_id]) for at, kind, event_type, stage, row_id in places]


_Told = dict[str, tuple[str, dict[str, Any]]]
_TAGS: Final = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
_OF_STEP: Final = (
    *("id", "visitor_id", "website_id", "session_id", "event_type", "event_name", "channel", "page_url", "referrer"),
    *(*_TAGS, "ad_campaign_id", "source_type", "source_id", "event_data", "origin"),
)
_OF_CONVERSION: Final = (
    *("id", "visitor_id", "website_id", "session_id", "conversion_type", "conversion_name", "pathname", "referrer"),
    *(*_TAGS, "platform", "ad_campaign_id", "order_id", "currency", "origin"),
)
_OF_LEAD: Final = (
    "id",
    "platform",
    "form_name",
    "campaign_name",
    "ad_campaign_id",
    "status",
    "conversion_id",
    "currency",
)
_OF_FEEDBACK: Final = ("id", "website_id", "content", "rating", "scale", "source_id")


def _steps(session: Session, ids: Sequence[str]) -> _Told:
    return {
        row.id: (step_in_words(row.event_type, row.event_name, row.page_url, row.utm_campaign), _named(row, _OF_STEP))
        for row in session.scalars(select(JourneyEvent).where(JourneyEvent.id.in_(ids)))
    }


def _conversions(session: Session, ids: Sequence[str]) -> _Told:
    return {
        row.id: (
            conversion_in_words(row.conversion_type, row.conversion_name, row.value_minor, row.currency, row.order_id),
            _named(row, _OF_CONVERSION)
            | {"conversion_value": _major(row.value_minor, row.currency), "metadata": row.extra},
        )
        for row in session.scalars(select(Conversion).where(Conversion.id.in_(ids)))
    }


def _leads(session: Session, ids: Sequence[str]) -> _Told:
    """By the ids of their conversions; where the lead itself is gone, its conversion tells."""
    return _conversions(session, ids) | {
        str(row.conversion_id): (
            lead_in_words(row.form_name, row.campaign_name),
            _named(row, _OF_LEAD) | {"actual_value": _major(row.actual_value_minor, row.currency)},
        )
        for row in session.scalars(select(Lead).where(Lead.conversion_id.in_(ids)))
    }


def _opinions(session: Session, ids: Sequence[str]) -> _Told:
    of_row = (Sentiment.source_type == TextSource.feedback) & (Sentiment.source_id == Feedback.id)
    query = select(Feedback, Sentiment.sentiment_label, Sentiment.sentiment_score).outerjoin(Sentiment, of_row)
    return {
        row.id: (
            feedback_in_words(row.rating, row.scale, row.content),
            _named(row, _OF_FEEDBACK) | {"sentiment_label": label, "sentiment_score": score},
        )
        for row, label, score in session.execute(query.where(Feedback.id.in_(ids)))
    }


_TELLERS: Final = {"journey_event": _steps, "conversion": _conversions, "lead": _leads, "feedback": _opinions}


def _named(row: Base, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _major(value_minor: int | None, currency: str) -> float | None:
    return None if value_minor is None else to_major(value_minor, currency)
