"""From the facts about customers to their scores: everybody's and one person's on the same way."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from adplanning.core.frames import collected
from adplanning.core.money import major_units
from adplanning.core.vocabulary import ScoreType
from adplanning.people.erasures import ANONYMOUS
from adplanning.people.identity import owners
from adplanning.scores.activities import activities, purchases
from adplanning.scores.churn import WEIGHTS as CHURN_FACTORS
from adplanning.scores.churn import churn_risks, engagement_declines, negative_shares
from adplanning.scores.clv import rule_based_values
from adplanning.scores.customer_model import FittedModel, predictions, purchase_histories
from adplanning.scores.engagement import engagement_scores
from adplanning.scores.history import ENTRIES, read_entries, with_history
from adplanning.scores.nps import latest_ratings
from adplanning.scores.tiers import clv_tier, confidence, engagement_level, risk_level

RULES: Final = "rules"
BG_NBD: Final = "bg_nbd"
COMPUTED: Final = (ScoreType.engagement, ScoreType.clv, ScoreType.churn_risk)
"""The scores that what customers do changes, in the order in which one needs the other; a rating alone changes NPS."""


@dataclass(frozen=True)
class ScoreFacts:
    """What scores are computed from, read at one instant; see `queries.score_facts`."""

    conversions: pl.DataFrame
    steps: pl.DataFrame
    sightings: pl.DataFrame
    rates: pl.DataFrame
    sentiments: pl.DataFrame
    ratings: pl.DataFrame


def customers(
    facts: ScoreFacts,
    person_ids: pl.Series,
    *,
    as_of: datetime,
    currency: str,
    zone: ZoneInfo,
    model: FittedModel | None,
    horizon_days: int,
    everybody: bool = False,
) -> pl.DataFrame:
    """What is known of each customer: all that their scores need but the scores before.

    Parameters
    ----------
    facts : not after `as_of`.
    person_ids : whose row there is, even when nothing is known of them; those who were erased have none.
    as_of : when the scores are.
    currency, zone : the reporting ones.
    model : what the purchases to come are expected by; by rules when None.
    horizon_days : how far the model looks.
    everybody : add those whom the facts alone know.

    Returns
    -------
    One row per person, by person_id: the columns of `engagement_scores`, `rule_based_values` and `negative_shares`; of
    the latest rating nps_value, category, rated_at, average_score, n_ratings; of the model p_alive, expected_purchases,
    model_remaining_minor, churn_share. Null is what is not known.
    """
    known = owners(facts.sightings)
    conversions = facts.conversions.lazy()
    bought = purchases(conversions, known, rates=facts.rates, currency=currency, zone=zone)
    n_rows = facts.conversions.height + facts.steps.height
    bought = collected(bought, n_rows=n_rows).lazy()
    done = activities(conversions, facts.steps.lazy(), bought, known)
    parts = (
        engagement_scores(done, as_of=as_of, currency=currency),
        rule_based_values(bought, as_of=as_of),
        negative_shares(facts.sentiments.lazy()),
        latest_ratings(facts.ratings.lazy().drop_nulls("person_id")).drop("id"),
        _expected(bought, model, as_of, zone, horizon_days),
    )
    found = pl.LazyFrame({"person_id": person_ids.unique()}, schema={"person_id": pl.String})
    for part in parts:
        # Plans are short, since a long one takes longer to make than one person's scores.
        found = found.join(
            collected(part, n_rows=n_rows).lazy(), on="person_id", how="full" if everybody else "left", coalesce=True
        )
    counts = pl.col("purchase_count", "n_unvalued", "total_activities", "engagement_score", "monthly_frequency")
    is_somebody = ~pl.col("person_id").str.starts_with(ANONYMOUS)
    scored = found.filter(is_somebody).with_columns(counts.fill_null(0)).sort("person_id")
    return collected(scored, n_rows=n_rows)


def score_rows(
    known: pl.DataFrame,
    before: pl.DataFrame,
    *,
    as_of: datetime,
    currency: str,
    score_types: Collection[ScoreType] = tuple(ScoreType),
) -> pl.DataFrame:
    """The scores of some customers as they are kept.


    Parameters
    ----------
    known : as from `customers`.
    before : the stored scores of these persons: person_id, score_type, id, currency, history (JSON text), created_at,
        calculated_at.
    as_of, currency : as for `customers`.
    score_types : which of them; an NPS only those who rated have.

    Returns
    -------
    One row per person and type: the columns of `customer_scores`, JSON as text; `id` is null where the score is new.
    And is_due, which is false where the stored score is to stay: it is as of a later instant, or an NPS without a newer
    rating, which time alone does not change.
    """
    rows, stored, now = known.lazy(), before.lazy(), pl.lit(as_of)
    formulas: dict[ScoreType, Callable[[pl.LazyFrame], pl.LazyFrame]] = {
        ScoreType.nps: partial(_nps, before=stored, as_of=as_of),
        ScoreType.engagement: _engagement,
        ScoreType.clv: partial(_clv, currency=currency),
        ScoreType.churn_risk: partial(_churn, as_of=as_of),
    }

    def scored(types: Collection[ScoreType], rows: pl.LazyFrame) -> pl.LazyFrame:
        together = pl.concat([_of_type(formulas[score_type](rows), score_type, currency) for score_type in types])
        # Plans are short, since a long one takes longer to make than one person's scores.
        together = collected(together, n_rows=known.height).lazy()
        return collected(_with_before(together, stored, as_of), n_rows=known.height).lazy()

    first = [score_type for score_type in formulas if score_type in score_types and score_type != ScoreType.churn_risk]
    parts = [scored(first, rows)] if first else []
    if ScoreType.churn_risk in score_types:
        engaged = (
            parts[0] if ScoreType.engagement in first else stored.with_columns(entries=read_entries(pl.col("history")))
        )
        values = pl.col("entries").list.eval(pl.element().struct.field("value"))
        declines = engaged.filter(pl.col("score_type") == ScoreType.engagement).select(
            "person_id", engagement_decline=engagement_declines(values)
        )
        parts.append(scored([ScoreType.churn_risk], rows.join(declines, on="person_id", how="left")))
    rows_kept = pl.concat(parts).select(
        "id",
        "person_id",
        "score_type",
        pl.col("score_value").cast(pl.Float64),
        "currency",
        "previous_score",
        "tier",
        "confidence",
        "method",
        "breakdown",
        "details",
        history=pl.struct(h="entries").struct.json_encode().str.strip_prefix('{"h":').str.strip_suffix("}"),
        calculated_at=now,
        created_at=pl.coalesce("created_at", now),
        is_due=pl.col("is_due") & (pl.col("before_at") <= now).fill_null(value=True),
    )
    return collected(rows_kept, n_rows=known.height)


def _expected(
    bought: pl.LazyFrame, model: FittedModel | None, as_of: datetime, zone: ZoneInfo, horizon_days: int
) -> pl.LazyFrame:
    """What the model expects of each buyer; nobody has a row without one."""
    if model is None:
        names = ("p_alive", "expected_purchases", "model_remaining_minor", "churn_share")
        return pl.LazyFrame(schema={"person_id": pl.String, **dict.fromkeys(names, pl.Float64)})
    histories = purchase_histories(bought, as_of=as_of, zone=zone)
    return (
        predictions(model, histories, horizon_days=horizon_days)
        .lazy()
        .select(
            "person_id",
            "p_alive",
            "expected_purchases",
            "churn_share",
            model_remaining_minor=pl.col("remaining_minor").cast(pl.Float64),
        )
    )


def _of_type(scored: pl.LazyFrame, score_type: ScoreType, currency: str) -> pl.LazyFrame:
    its_currency = currency if score_type is ScoreType.clv else None
    return scored.with_columns(score_type=pl.lit(score_type.value), currency=pl.lit(its_currency, pl.String))


def _with_before(scored: pl.LazyFrame, before: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """Scores with their history; amounts of another currency are no history of these."""
    stored = before.rename({"calculated_at": "before_at", "currency": "before_currency"})
    same = pl.col("before_currency").eq_missing(pl.col("currency"))
    joined = scored.join(stored, on=["person_id", "score_type"], how="left")
    entries = read_entries(pl.when(same).then("history")).cast(ENTRIES)
    return with_history(joined.with_columns(entries=entries).drop("history"), as_of=as_of)


def _engagement(known: pl.LazyFrame) -> pl.LazyFrame:
    score = pl.col("engagement_score")
    level = pl.coalesce("level", engagement_level(score))
    head = pl.struct(engagement_score=score, level=level, total_activities="total_activities").struct.json_encode()
    breakdown = pl.col("engagement_breakdown").fill_null("{}")
    return known.select(
        "person_id",
        score_value=score.cast(pl.Float64),
        tier=level,
        confidence=confidence(pl.col("total_activities")),
        method=pl.lit(RULES),
        breakdown=breakdown,
        # The names of the activities differ from person to person, so that they are no struct.
        details=pl.concat_str(head.str.strip_suffix("}"), pl.lit(',"breakdown":'), breakdown, pl.lit("}")),
        is_due=pl.lit(True),
    )


def _clv(known: pl.LazyFrame, *, currency: str) -> pl.LazyFrame:
    is_modelled = pl.col("model_remaining_minor").is_not_null()
    realized = pl.col("realized_minor").fill_null(0)
    remaining = pl.coalesce("model_remaining_minor", "remaining_minor", pl.lit(0.0))
    predicted = (
        pl.when(is_modelled)
        .then(realized + pl.col("model_remaining_minor"))
        .otherwise(pl.col("predicted_minor").fill_null(0.0))
    )
    amounts = {
        "predicted_clv": predicted,
        "remaining_clv": remaining,
        "realized_clv": realized,
        "average_order_value": pl.col("average_order_minor"),
    }
    major = known.with_columns(
        *(major_units(minor.round(), currency).alias(name) for name, minor in amounts.items()),
        method=pl.when(is_modelled).then(pl.lit(BG_NBD)).otherwise(pl.lit(RULES)),
    )
    metrics = pl.struct("average_order_value", "monthly_frequency", "purchase_count", unvalued_purchases="n_unvalued")
    tier, sure = clv_tier(pl.col("predicted_clv")), confidence(pl.col("purchase_count"))
    model = pl.when(is_modelled).then(pl.struct("p_alive", "expected_purchases"))
    details = pl.struct(
        "predicted_clv",
        "remaining_clv",
        "realized_clv",
        "method",
        tier=tier,
        confidence=sure,
        metrics=metrics,
        model=model,
    )
    return major.select(
        "person_id",
        score_value=pl.col("predicted_clv"),
        tier=tier,
        confidence=sure,
        method="method",
        breakdown=metrics.struct.json_encode(),
        details=details.struct.json_encode(),
        is_due=pl.lit(True),
    )


def _churn(known: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    filled = known.with_columns(pl.col("engagement_decline", "negative_share").fill_null(0.0))
    level = risk_level(pl.col("churn_risk"))
    factors = pl.struct(*CHURN_FACTORS)
    details = pl.struct(
        "recommendations",
        churn_risk_score="churn_risk",
        risk_level=level,
        contributing_factors=factors,
        model=pl.when(pl.col("p_alive").is_not_null()).then(pl.struct("p_alive", "churn_share")),
    )
    return churn_risks(filled, as_of=as_of).select(
        "person_id",
        score_value="churn_risk",
        tier=level,
        confidence=confidence(pl.col("purchase_count")),
        method=pl.lit(RULES),
        breakdown=factors.struct.json_encode(),
        details=details.struct.json_encode(),
        is_due=pl.lit(True),
    )


def _nps(known: pl.LazyFrame, *, before: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    stored = before.filter(pl.col("score_type") == ScoreType.nps).select("person_id", scored_at="calculated_at")
    figures = pl.struct("nps_value", "category", "average_score", "n_ratings").struct.json_encode()
    return (
        known.drop_nulls("nps_value")
        .join(stored, on="person_id", how="left")
        .select(
            "person_id",
            score_value="nps_value",
            tier="category",
            confidence=confidence(pl.col("n_ratings")),
            method=pl.lit(RULES),
            breakdown=figures,
            details=figures,
            is_due=(pl.col("rated_at") > pl.col("scored_at")).fill_null(value=True) | (pl.col("rated_at") == as_of),
        )
    )
