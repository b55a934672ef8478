"""Customer scores: what customers are worth, how engaged they are, who is at risk, and what they say."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from adplanning.core import formats
from adplanning.core.periods import Period
from adplanning.core.ratios import ratio
from adplanning.core.vocabulary import RiskLevel, ScoreType
from adplanning.scores import service
from adplanning.scores.catalogue import SCORES
from adplanning.scores.charts import distribution_chart, levels_chart
from adplanning.scores.service import Aggregate, ListedScore
from adplanning.ui import badges
from adplanning.ui.actions import Action
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import text
from adplanning.ui.chart import ChartCard
from adplanning.ui.component import Component
from adplanning.ui.kpis import Kpi, Kpis
from adplanning.ui.pages.person_words import way_address
from adplanning.ui.pages.run_button import run_button
from adplanning.ui.pages.score_model import model_view
from adplanning.ui.pages.score_nps import nps_view
from adplanning.ui.pages.score_risk import risk_view
from adplanning.ui.pages.score_words import (
    NOTEBOOK,
    SLUG,
    class_words,
    method_words,
    nps_words,
    tier_cell,
    trend_cell,
    value_cell,
    view_switch,
    whose,
    written,
)
from adplanning.ui.table import Column, Filter, Query, Row, Table
from adplanning.ui.visit import Visit

TYPES = {kind.value: score.title for kind, score in SCORES.items()}
TIERS = {name: badge.words for kind in SCORES for name, badge in badges.LEVELS[kind].items()}
VALUES = "{}: how many customers have which value?"
EMPTY = "Nobody has been scored yet. “Score customers” computes the scores of everybody; it also runs every night."


def scores_page(visit: Visit) -> Sequence[Component]:
    """One of the views."""
    views = {"at-risk": risk_view, "nps": nps_view, "model": model_view}
    return views.get(visit.query.get("view", ""), _scores_view)(visit)


def _scores_view(visit: Visit) -> Sequence[Component]:
    currency = visit.settings.currency

    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        with visit.reading() as session:
            found, total = service.list_scores(
                session,
                visit.engine,
                query.filters,
                currency=currency,
                limit=query.limit,
                offset=query.offset,
                search=query.search,
                sort=query.sort,
                descending=query.descending,
            )
            return [_row(visit, listed) for listed in found], total

    def draw() -> None:
        with visit.reading() as session:
            found = service.aggregates(session, {}, currency=currency)
            rows = service.levels_of_all(session, currency=currency)
            n_outdated = service.n_outdated(session, currency=currency)
        nps, _ = service.nps_report(visit.engine, Period(), zone=visit.settings.zone)
        kpis.show(headlines(found, rows, nps, currency), _caption(n_outdated, currency))
        levels.draw(levels_chart(rows) if found else None, rows.to_dicts(), empty=EMPTY)
        draw_values()

    def draw_values() -> None:
        kind = ScoreType(table.query.filters.get("score_type", ScoreType.clv))
        title = SCORES[kind].title
        classes = service.value_classes(visit.engine, kind, currency=currency)
        bounds = classes.select("from_value", "to_value").iter_rows()
        labels = [class_words(kind, low, high, currency) for low, high in bounds]
        rows = classes.insert_column(0, pl.Series("label", labels, pl.String))
        values.title = VALUES.format(title)
        values.draw(
            distribution_chart(rows, title=values.title) if rows.height else None,
            [{"score_type": kind.value, **row} for row in rows.to_dicts()],
            empty=f"Nobody has this score yet: {title}.",
        )

    def show() -> None:
        table.refresh()
        draw()

    kpis = Kpis()
    values = ChartCard(
        served=visit.served,
        title=VALUES.format(SCORES[ScoreType.clv].title),
        file_name="score-values",
        words="All customers who have this score; the score type chosen below is the one shown.",
    )
    levels = ChartCard(
        served=visit.served,
        title="How do the scores lie?",
        file_name="score-levels",
        words="Customers at each tier or level, and their share of all who have that score.",
    )
    button = run_button(
        visit,
        NOTEBOOK,
        button="Score customers",
        icon="mdi-calculator-variant-outline",
        goes_on="Scoring the customers.",
        ended="Scored.",
        then=show,
    )
    runs = Action(
        "runs",
        "See batch runs",
        "mdi-notebook-check-outline",
        lambda _: visit.frame.go(address_of("ad-planning/batch-runs")),
    )
    table = Table(
        visit,
        label="Scores",
        title="Who has which score?",
        columns=[
            Column("person", "Customer", on_phone=True),
            Column("score_type", "Score", sortable=True, on_phone=True),
            Column("score_value", "Value", numeric=True, sortable=True, on_phone=True),
            Column("tier", "Tier", sortable=True),
            Column(
                "percentile", "Percentile", numeric=True, help="The percent of all scores of this type at or below it"
            ),
            Column("trend", "Trend", help="Against the score before"),
            Column("calculated_at", "Computed", sortable=True, help="By rules or by the model, and how long ago"),
            Column("confidence", "Confidence", help="High from 5 purchases or answers, medium from 2"),
        ],
        filters=[Filter("score_type", "Score type", TYPES), Filter("tier", "Tier", TIERS)],
        searchable="Search name, e-mail, id",
        sort="calculated_at",
        fetch=fetch,
        export_name="customer-scores",
        empty=EMPTY,
        empty_action=runs,
        changed=lambda _: visit.frame.later(draw_values),
    )
    visit.frame.later(draw)
    return [*button, view_switch(visit), kpis, values, levels, table]


def _caption(n_outdated: int, currency: str) -> str:
    usual = "Over all customers; the filters narrow the list only."
    if not n_outdated:
        return usual
    n = formats.number(n_outdated, currency=currency)
    return f"{usual} {n} lifetime values of another currency than {currency} count only after “Score customers”."


def headlines(found: dict[str, Aggregate], levels: pl.DataFrame, nps: dict[str, float], currency: str) -> Sequence[Kpi]:
    """The cards over the scores of all customers."""

    def average(kind: ScoreType) -> str:
        return written(kind, found[kind].avg, currency, short=True) if kind in found else formats.UNKNOWN

    risks = levels.filter(pl.col("score_type") == ScoreType.churn_risk)
    n_high = int(risks.filter(pl.col("level").is_in([RiskLevel.high, RiskLevel.critical]))["n"].sum())
    share = ratio(n_high, int(risks["n"].sum()))
    clv = found.get(ScoreType.clv)
    n_rated = int(nps["total"])
    at_risk, told = (f"{address_of(SLUG)}?view={view}" for view in ("at-risk", "nps"))
    return [
        Kpi(
            "Customers scored",
            formats.number(max((one.count for one in found.values()), default=0), currency=currency),
            "Customers who have a score, whatever its type.",
        ),
        Kpi(
            "Average CLV",
            average(ScoreType.clv),
            SCORES[ScoreType.clv].help,
            full=formats.money(clv.avg, currency) if clv else "",
        ),
        Kpi("Average engagement", average(ScoreType.engagement), SCORES[ScoreType.engagement].help),
        Kpi(
            "High churn risk",
            formats.UNKNOWN if share is None else formats.number(n_high, currency=currency),
            "Customers whose risk is high or critical: 50% or more.",
            good=-1,
            href=at_risk,
            words="" if share is None else f"{formats.percent(share)} of those scored",
        ),
        Kpi(
            "NPS",
            nps_words(nps["score"]) if n_rated else formats.UNKNOWN,
            "The share of promoters less that of detractors, each customer's latest answer.",
            href=told,
            words=f"{formats.number(n_rated, currency=currency)} rated" if n_rated else "Nobody has rated yet",
        ),
    ]


def _row(visit: Visit, listed: ListedScore) -> Row:
    score, currency = listed.score, visit.settings.currency
    kind = ScoreType(score.score_type)
    name = whose(listed.person, score.person_id)
    return Row(
        score.id,
        f"{SCORES[kind].title} of {name}",
        way_address(score.person_id),
        {
            "person": text(name, hint=name),
            "score_type": text(SCORES[kind].title, hint=SCORES[kind].help),
            "score_value": value_cell(score, currency),
            "tier": tier_cell(score),
            "percentile": text(listed.percentile),
            "trend": trend_cell(score, currency),
            "calculated_at": text(
                method_words(score, visit.now()), hint=formats.moment(score.calculated_at, visit.settings.zone)
            ),
            "confidence": text(score.confidence and score.confidence.capitalize()),
        },
        {
            "person_id": score.person_id,
            "name": name,
            "email": listed.person and listed.person.email,
            "score_type": score.score_type,
            "score_value": score.score_value,
            "currency": score.currency,
            "tier": score.tier,
            "percentile": listed.percentile,
            "previous_score": score.previous_score,
            "method": score.method,
            "confidence": score.confidence,
            "calculated_at": score.calculated_at.isoformat(),
        },
    )
