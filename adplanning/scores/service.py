"""What can be asked of the scores that are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Engine, Float, and_, case, cast, func, select
from sqlalchemy.orm import Session, aliased

from adplanning.core.periods import Period
from adplanning.core.ratios import ratio
from adplanning.core.vocabulary import RiskLevel, ScoreType
from adplanning.scores import queries
from adplanning.scores.catalogue import SCORES
from adplanning.scores.distribution import value_distribution
from adplanning.scores.nps import net_promoter_score, nps_trend
from adplanning.scores.standings import percentiles
from adplanning.scores.tiers import HIGH_VALUE, NAMES
from adplanning.store import lists
from adplanning.store.tables.people import Person
from adplanning.store.tables.scores import CustomerScore

PREDICTIVE: Final = (ScoreType.churn_risk, ScoreType.clv)


@dataclass(frozen=True)
class ListedScore:
    """A score with the person whose it is, if the store knows them, and where it stands among all of its type."""

    score: CustomerScore
    person: Person | None
    percentile: int | None


@dataclass(frozen=True)
class Aggregate:
    """The scores of one type that match a list, over all its pages."""

    count: int
    avg: float
    min: float
    max: float


@dataclass(frozen=True)
class TierCount:
    """How many have one tier, and the mean of their scores (null of nobody)."""

    n: int
    average: float | None


@dataclass(frozen=True)
class TierDistribution:
    """How the scores of a type lie: by tier in the order of `tiers.NAMES`, and over all."""

    by_tier: dict[str, TierCount]
    total: int
    average: float | None


class Priority(StrEnum):
    """Who of those at risk is to be called first."""

    high_value_at_risk = "high_value_at_risk"
    critical = "critical"
    standard = "standard"


@dataclass(frozen=True)
class AtRisk:
    """A customer at risk of being lost, and what would be lost with them."""

    churn: CustomerScore
    clv: CustomerScore | None
    person: Person | None
    priority: Priority


@dataclass(frozen=True)
class AtRiskSummary:
    """All customers at risk, whatever page is shown; the revenue is what they are expected to pay yet."""

    total: int
    critical: int
    high_value: int
    remaining_revenue: float


def list_scores(
    session: Session,
    engine: Engine,
    filters: Mapping[str, str | None],
    *,
    currency: str,
    limit: int,
    offset: int,
    search: str | None = None,
    sort: str | None = None,
    descending: bool = False,
    score_types: Sequence[ScoreType] = tuple(ScoreType),
) -> tuple[list[ListedScore], int]:
    """One page of scores, and how many match in all.

    Parameters
    ----------
    filters : columns of a score and the value that each must have; None asks for nothing.
    currency : the reporting currency; see `queries.is_current`.
    limit, offset : which of the rows make the page.
    search : what the person's name, e-mail or id must hold, in whatever case.
    sort, descending : an order of `queries.SCORE_ORDERS`; the latest first when there is none.
    score_types : which of them.

    Raises
    ------
    InvalidData : an unknown order, or a search for what no text can hold.
    """
    query = queries.matching_scores(filters, currency=currency, search=search, score_types=score_types)
    rows, count = lists.page(
        session,
        query,
        queries.SCORE_ORDERS,
        sort=sort,
        usual="calculated_at",
        ties=CustomerScore.id,
        descending=descending,
        limit=limit,
        offset=offset,
    )
    return _listed(session, engine, rows, currency), count


def aggregates(session: Session, filters: Mapping[str, str | None], *, currency: str) -> dict[str, Aggregate]:
    """Count, mean, least and greatest of the scores of a list, by type; types without a score are left out."""
    c = queries.matching_scores(filters, currency=currency).subquery().c
    value = c.score_value
    query = select(c.score_type, func.count(), func.avg(value), func.min(value), func.max(value)).group_by(c.score_type)
    return {score_type: Aggregate(*figures) for score_type, *figures in session.execute(query)}


def tier_distribution(
    session: Session, score_type: ScoreType, filters: Mapping[str, str | None] | None = None, *, currency: str
) -> TierDistribution:
    """How many scores of a type stand for each tier, of all or of those that match a list's filters."""
    c = queries.matching_scores(filters or {}, currency=currency, score_types=[score_type]).subquery().c
    query = select(c.tier, func.count(), func.avg(c.score_value)).group_by(c.tier)
    found = {tier: TierCount(n, average) for tier, n, average in session.execute(query)}
    total = sum(tier.n for tier in found.values())
    weighted = sum(tier.n * (tier.average or 0) for tier in found.values())
    by_tier = {name: found.get(name, TierCount(0, None)) for name in NAMES[score_type]}
    return TierDistribution(by_tier, total, weighted / total if total else None)


def n_outdated(session: Session, *, currency: str) -> int:
    """How many lifetime values are kept in another currency than the reporting one, and so count nowhere."""
    outdated = select(func.count()).select_from(CustomerScore).where(~queries.is_current(currency))
    return session.execute(outdated).scalar_one()


def levels_of_all(session: Session, *, currency: str) -> pl.DataFrame:
    """How the scores of every type lie: score_type, level, n, share (0–1), average.

    One row per level in the order of `catalogue.SCORES`; share and average are null where nobody has them.
    """
    found = {kind: tier_distribution(session, kind, currency=currency) for kind in SCORES}
    return pl.DataFrame(
        [
            (kind.value, level, tier.n, ratio(tier.n, its.total), tier.average)
            for kind, its in found.items()
            for level, tier in its.by_tier.items()
        ],
        schema={"score_type": pl.String, "level": pl.String, "n": pl.Int64, "share": pl.Float64, "average": pl.Float64},
        orient="row",
    )


def value_classes(engine: Engine, score_type: ScoreType, *, currency: str) -> pl.DataFrame:
    """How many customers have which value of a score, over all of them; see `distribution.value_distribution`."""
    values = queries.values_of_types(engine, [score_type], currency=currency)["score_value"]
    return value_distribution(values, score_type)


def nps_report(
    engine: Engine, period: Period, *, zone: ZoneInfo, segment_id: str | None = None
) -> tuple[dict[str, float], list[dict[str, float | str]]]:
    """The net promoter score of a period and month by month; with a segment, of its members. See `nps`.

    Raises
    ------
    NotFound : there is no such segment.
    """
    ratings = queries.rating_facts(engine, period, segment_id).lazy()
    return net_promoter_score(ratings), nps_trend(ratings, zone=zone)


def at_risk(
    session: Session, *, currency: str, min_risk_score: float, limit: int, offset: int = 0
) -> tuple[list[AtRisk], AtRiskSummary]:
    """The customers likeliest to be lost, those of high value first, then by risk.

    Parameters
    ----------
    currency : the reporting currency; a lifetime value in another one is not known.
    min_risk_score : the least churn risk, in percent.
    limit, offset : which of them make the page.
    """
    clv = aliased(CustomerScore)
    is_high = func.coalesce(clv.score_value, 0.0) > HIGH_VALUE
    is_critical = CustomerScore.tier == RiskLevel.critical
    joined = and_(CustomerScore.person_id == clv.person_id, clv.score_type == ScoreType.clv, clv.currency == currency)
    wanted = (CustomerScore.score_type == ScoreType.churn_risk) & (CustomerScore.score_value >= min_risk_score)
    high_first = case((is_high, 0), else_=1)
    page = (
        select(CustomerScore, clv, Person)
        .outerjoin(clv, joined)
        .outerjoin(Person, Person.id == CustomerScore.person_id)
        .where(wanted)
        .order_by(high_first, CustomerScore.score_value.desc(), CustomerScore.id)
        .limit(limit)
        .offset(offset)
    )
    found = [AtRisk(churn, value, person, _priority(churn, value)) for churn, value, person in session.execute(page)]
    remaining = cast(clv.details["remaining_clv"].as_float(), Float)
    total = (
        select(
            func.count(),
            func.coalesce(func.sum(case((is_critical, 1), else_=0)), 0),
            func.coalesce(func.sum(case((is_high, 1), else_=0)), 0),
            func.coalesce(func.sum(remaining), 0.0),
        )
        .select_from(CustomerScore)
        .outerjoin(clv, joined)
        .where(wanted)
    )
    return found, AtRiskSummary(*session.execute(total).one())


def display_name(person: Person | None, person_id: str) -> str:
    """How a person is called: by name, else by e-mail, else by id."""
    if person is None:
        return person_id
    name = " ".join(part for part in (person.first_name, person.last_name) if part)
    return name or person.email or person_id


def _listed(session: Session, engine: Engine, rows: list[CustomerScore], currency: str) -> list[ListedScore]:
    person_ids = {row.person_id for row in rows}
    persons = {one.id: one for one in session.scalars(select(Person).where(Person.id.in_(person_ids)))}
    types = sorted({row.score_type for row in rows})
    values = queries.values_of_types(engine, types, currency=currency) if rows else pl.DataFrame()
    standing: dict[str, int | None] = {}
    for score_type in {row.score_type for row in rows}:
        mine = [row for row in rows if row.score_type == score_type]
        everybody = values.filter(pl.col("score_type") == score_type)["score_value"]
        ranks = percentiles(everybody, [row.score_value for row in mine])
        standing.update({row.id: rank for row, rank in zip(mine, ranks, strict=True)})
    return [ListedScore(row, persons.get(row.person_id), standing[row.id]) for row in rows]


def _priority(churn: CustomerScore, clv: CustomerScore | None) -> Priority:
    if clv is not None and clv.score_value > HIGH_VALUE:
        return Priority.high_value_at_risk
    return Priority.critical if churn.tier == RiskLevel.critical else Priority.standard
