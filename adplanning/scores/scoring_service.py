"""Scores computed and kept: everybody's some at a time, or those of the persons who have just done something."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from adplanning.core.ids import new_ids
from adplanning.core.vocabulary import PublicRevenue, ScoreType
from adplanning.people.identity import owners
from adplanning.scores import queries
from adplanning.scores.activities import purchases
from adplanning.scores.customer_model import HORIZON_DAYS, FittedModel, NotFitted, fit_customer_model
from adplanning.scores.model_service import latest_model, model_of
from adplanning.scores.nps import latest_ratings
from adplanning.scores.scoring import COMPUTED, customers, score_rows
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.writing import insert_frame

# What is written in one transaction: long enough to be quick, short enough to keep no event waiting.
PERSONS_A_PART: Final = 5_000


@dataclass(frozen=True)
class ScorePart:
    """Some customers, and what their scores are computed from."""

    customers: pl.DataFrame
    as_of: datetime
    currency: str


@dataclass(frozen=True)
class ScoreRun:
    """What is known of all customers, read on one snapshot: as from `scoring.customers`."""

    customers: pl.DataFrame
    as_of: datetime
    currency: str

    @property
    def n_unvalued(self) -> int:
        """How many purchases have no value, or one in a currency without a known rate: they are in no CLV."""
        return int(self.customers["n_unvalued"].sum())

    def parts(self) -> Iterator[ScorePart]:
        """The customers some at a time, each part to be kept in a transaction of its own."""
        for some in self.customers.iter_slices(PERSONS_A_PART):
            yield ScorePart(some, self.as_of, self.currency)


def fitted_model(
    engine: Engine, *, as_of: datetime, currency: str, zone: ZoneInfo, public_revenue: PublicRevenue
) -> FittedModel | NotFitted:
    """Fit the model of buying and spending to the purchases of everybody, or say why not; it is not kept yet.

    Parameters
    ----------
    as_of, currency, zone, public_revenue : as for `score_customers`.
    """
    conversions, sightings, rates = queries.purchase_facts(engine, as_of=as_of, public_revenue=public_revenue)
    bought = purchases(conversions.lazy(), owners(sightings), rates=rates, currency=currency, zone=zone)
    return fit_customer_model(bought, as_of=as_of, zone=zone)


def model_in_use(session: Session, currency: str) -> FittedModel | None:
    """The latest model, if it reckons in that currency; None where scores follow the rules."""
    row = latest_model(session)
    return None if row is None or row.currency != currency else model_of(row)


def score_customers(
    engine: Engine,
    *,
    as_of: datetime,
    currency: str,
    zone: ZoneInfo,
    public_revenue: PublicRevenue,
    model: FittedModel | None,
    horizon_days: int = HORIZON_DAYS,
) -> ScoreRun:
    """Read what the scores of everybody need, set-wise; nothing is locked meanwhile.

    Parameters
    ----------
    as_of : what happened later is left out; ages are counted up to it.
    currency, zone : the reporting ones.
    public_revenue : which purchases count.
    model : what the purchases to come are expected by; the rules when None.
    horizon_days : how far the model looks.
    """
    facts, persons = queries.score_facts(engine, as_of=as_of, public_revenue=public_revenue)
    known = customers(
        facts,
        persons,
        as_of=as_of,
        currency=currency,
        zone=zone,
        model=model,
        horizon_days=horizon_days,
        everybody=True,
    )
    return ScoreRun(known, as_of, currency)


def keep_scores(connection: Connection, part: ScorePart) -> int:
    """Put the scores of some customers in place of those that they had; answer how many were written.

    One that was stored as of a later instant stays. A repeat as of the same instant changes nothing.
    """
    return int(_keep(connection, part, tuple(ScoreType))["is_due"].sum())


def refresh_scores(
    session: Session,
    person_ids: Sequence[str],
    *,
    as_of: datetime,
    currency: str,
    zone: ZoneInfo,
    public_revenue: PublicRevenue,
    score_types: Collection[ScoreType] = COMPUTED,
) -> dict[tuple[str, ScoreType], dict[str, Any]]:
    """Compute the scores of a few persons anew, in the caller's transaction; what it has written already counts.

    Parameters
    ----------
    person_ids : nothing need be known of them: they are scored over no events.
    as_of, currency, zone, public_revenue : as for `score_customers`; the model is the latest one.
    score_types : which of them.

    Returns
    -------
    The result of each person and type, as the API answers it: that of the formula, person_id, is_new, previous_score.
    """
    if not person_ids:
        return {}
    session.flush()
    known = customers(
        queries.score_facts_of(session, person_ids, as_of=as_of, public_revenue=public_revenue),
        pl.Series(person_ids, dtype=pl.String),
        as_of=as_of,
        currency=currency,
        zone=zone,
        model=model_in_use(session, currency),
        horizon_days=HORIZON_DAYS,
    )
    rows = _keep(session.connection(), ScorePart(known, as_of, currency), score_types)
    return _results(rows)


def keep_nps(session: Session, person_id: str) -> dict[str, Any]:
    """Compute a person's NPS anew, as of the latest rating they gave; answer its result as `refresh_scores` does."""
    rated = latest_ratings(queries.ratings_of(session, person_id).lazy()).collect()
    as_of: datetime = rated["rated_at"].item()
    rows = _keep(session.connection(), ScorePart(rated, as_of, currency=""), [ScoreType.nps])
    return _results(rows)[person_id, ScoreType.nps]


def refresh_existing_scores(
    session: Session,
    person_ids: Collection[str],
    *,
    as_of: datetime,
    currency: str,
    zone: ZoneInfo,
    public_revenue: PublicRevenue,
) -> None:
    """The same for those of some persons who have scores already; the others wait until somebody scores them."""
    scored = queries.persons_with_scores(session.connection(), list(person_ids))
    refresh_scores(session, scored, as_of=as_of, currency=currency, zone=zone, public_revenue=public_revenue)


def _keep(connection: Connection, part: ScorePart, score_types: Collection[ScoreType]) -> pl.DataFrame:
    before = queries.stored_scores(connection, part.customers["person_id"].to_list())
    rows = score_rows(part.customers, before, as_of=part.as_of, currency=part.currency, score_types=score_types)
    numbered = rows.with_columns(id=pl.coalesce("id", pl.Series(new_ids("score", rows.height), dtype=pl.String)))
    insert_frame(
        connection,
        TABLES["customer_scores"],
        numbered.filter("is_due").drop("is_due"),
        on_conflict="replace",
        key=("person_id", "score_type"),
    )
    return numbered


def _results(rows: pl.DataFrame) -> dict[tuple[str, ScoreType], dict[str, Any]]:
    return {
        (scored["person_id"], ScoreType(scored["score_type"])): {
            "person_id": scored["person_id"],
            **json.loads(scored["details"]),
            "is_new": scored["previous_score"] is None,
            "previous_score": scored["previous_score"],
        }
        for scored in rows.iter_rows(named=True)
    }
