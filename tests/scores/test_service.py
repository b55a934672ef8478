"""What can be asked of the scores that are kept, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Engine

from adplanning.core.errors import InvalidData, NotFound
from adplanning.core.periods import Period
from adplanning.core.vocabulary import ScoreType
from adplanning.scores import service
from adplanning.scores.rating_service import record_rating
from adplanning.scores.service import Priority
from adplanning.store.session import reading, writing
from adplanning.store.tables.scores import CustomerScore
from adplanning.store.tables.segments import Segment, SegmentMember
from tests.scores.shop import NOW, USUAL, person, put


def score(person_id: str, score_type: ScoreType, value: float, tier: str, **details: Any) -> CustomerScore:
    return CustomerScore(
        id=f"score_{person_id}_{score_type}",
        person_id=person_id,
        score_type=score_type,
        score_value=value,
        currency="INR" if score_type is ScoreType.clv else None,
        tier=tier,
        confidence="low",
        method="rules",
        breakdown={},
        details=details,
        history=[],
        calculated_at=NOW,
        created_at=NOW,
    )


@pytest.fixture
def shop(any_engine: Engine) -> Engine:
    """Four customers; only Asha and Ravi have a CLV, and the store knows Asha and Meera by name."""
    risk, clv = ScoreType.churn_risk, ScoreType.clv
    put(
        any_engine,
        person("asha", first_name="Asha", last_name="Rao", email="asha@example.in"),
        person("meera", email="meera@example.in"),
        score("asha", risk, 60, "high"),
        score("ravi", risk, 90, "critical"),
        score("meera", risk, 80, "critical"),
        score("zoya", risk, 20, "low"),
        score("asha", clv, 30_000, "gold", remaining_clv=20_000.5),
        score("ravi", clv, 10_000, "silver", remaining_clv=4_000),
    )
    return any_engine


def test_a_list_tells_the_person_and_the_standing_among_all_of_the_type(shop: Engine) -> None:
    filters = {"score_type": "churn_risk", "tier": "critical"}
    with reading(shop) as session:
        rows, count = service.list_scores(session, shop, filters, currency="INR", limit=1, offset=0, sort="score_value")
        found = service.aggregates(session, filters, currency="INR")
    assert count == 2
    assert [(row.score.person_id, row.percentile) for row in rows] == [("meera", 75)]
    assert rows[0].person is not None
    assert (found["churn_risk"].count, found["churn_risk"].avg) == (2, 85)
    assert (found["churn_risk"].min, found["churn_risk"].max) == (80, 90)


@pytest.mark.parametrize(
    ("search", "who"), [("asha r", {"asha"}), ("EXAMPLE.in", {"asha", "meera"}), ("zoy", {"zoya"}), ("%", set())]
)
def test_scores_are_found_by_name_e_mail_and_id(shop: Engine, search: str, who: set[str]) -> None:
    with reading(shop) as session:
        rows, count = service.list_scores(session, shop, {}, currency="INR", limit=50, offset=0, search=search)
    assert {row.score.person_id for row in rows} == who
    assert count == len(rows)


def test_an_unknown_order_is_refused(shop: Engine) -> None:
    with reading(shop) as session, pytest.raises(InvalidData, match="sort: unknown value 'luck'"):
        service.list_scores(session, shop, {}, currency="INR", limit=50, offset=0, sort="luck")


def test_tiers_add_up_to_all_and_none_is_left_out(shop: Engine) -> None:
    with reading(shop) as session:
        clv = service.tier_distribution(session, ScoreType.clv, currency="INR")
        nps = service.tier_distribution(session, ScoreType.nps, currency="INR")
    assert {name: tier.n for name, tier in clv.by_tier.items()} == {"platinum": 0, "gold": 1, "silver": 1, "bronze": 0}
    assert (clv.total, clv.average) == (2, 20_000)
    assert (nps.total, nps.average, list(nps.by_tier)) == (0, None, ["promoter", "passive", "detractor"])


def test_the_levels_of_all_scores_are_told_together_and_a_score_that_nobody_has_has_no_share(shop: Engine) -> None:
    with reading(shop) as session:
        found = service.levels_of_all(session, currency="INR")
    rows = {(kind, level): (n, share, average) for kind, level, n, share, average in found.iter_rows()}
    assert rows["clv", "gold"] == (1, 0.5, 30_000)
    assert rows["churn_risk", "critical"] == (2, 0.5, 85)
    assert rows["nps", "promoter"] == (0, None, None)
    assert len(rows) == 15


def test_values_are_classed_over_all_customers(shop: Engine) -> None:
    found = service.value_classes(shop, ScoreType.churn_risk, currency="INR").filter(pl.col("n") > 0)
    assert found.select("from_value", "n").rows() == [(20, 1), (60, 1), (80, 1), (90, 1)]
    assert service.value_classes(shop, ScoreType.nps, currency="INR").is_empty()


def test_customers_at_risk_come_by_value_then_by_risk_and_are_summed_up_over_all_pages(shop: Engine) -> None:
    with reading(shop) as session:
        page, summary = service.at_risk(session, currency="INR", min_risk_score=50, limit=2)
        rest, same = service.at_risk(session, currency="INR", min_risk_score=50, limit=2, offset=2)
    assert [(one.churn.person_id, one.priority) for one in (*page, *rest)] == [
        ("asha", Priority.high_value_at_risk),
        ("ravi", Priority.critical),  # 10,000 is not above 10,000
        ("meera", Priority.critical),
    ]
    assert page[0].person is not None
    assert rest[0].clv is None
    assert summary == same
    assert (summary.total, summary.critical, summary.high_value) == (3, 2, 1)
    assert summary.remaining_revenue == 24_000.5


def test_a_lifetime_value_of_another_currency_counts_nowhere_until_it_is_computed_anew(shop: Engine) -> None:
    with reading(shop) as session:
        page, summary = service.at_risk(session, currency="USD", min_risk_score=50, limit=50)
        rows, count = service.list_scores(session, shop, {}, currency="USD", limit=50, offset=0)
        found = service.aggregates(session, {}, currency="USD")
        tiers = service.tier_distribution(session, ScoreType.clv, currency="USD")
        assert (service.n_outdated(session, currency="USD"), service.n_outdated(session, currency="INR")) == (2, 0)
    assert [one.clv for one in page] == [None] * 3
    assert (summary.high_value, summary.remaining_revenue) == (0, 0)
    assert {row.score.score_type for row in rows} == set(found) == {"churn_risk"}
    assert (count, tiers.total, tiers.average) == (4, 0, None)
    assert service.value_classes(shop, ScoreType.clv, currency="USD").is_empty()


def test_nobody_at_risk_is_nothing_to_lose(any_engine: Engine) -> None:
    with reading(any_engine) as session:
        page, summary = service.at_risk(session, currency="INR", min_risk_score=50, limit=50)
    assert (page, summary.total, summary.critical, summary.high_value, summary.remaining_revenue) == ([], 0, 0, 0, 0)


def test_a_person_is_called_by_name_else_e_mail_else_id() -> None:
    assert service.display_name(person("1", first_name="Asha", last_name="Rao"), "1") == "Asha Rao"
    assert service.display_name(person("1", email="a@example.in"), "1") == "a@example.in"
    assert service.display_name(person("1"), "1") == service.display_name(None, "1") == "1"


def test_nps_of_a_period_and_of_a_segments_members(any_engine: Engine) -> None:
    at = {"created_at": NOW, "updated_at": NOW}
    put(
        any_engine,
        Segment(
            id="seg_1",
            name="Loyal",
            segment_type="custom",
            criteria={},
            is_active=True,
            auto_update=False,
            customer_count=1,
            **at,
        ),
    )
    put(any_engine, SegmentMember(segment_id="seg_1", person_id="asha", added_at=NOW, added_reason="manual"))
    for who, rating, ago in (("asha", 9, 40), ("asha", 10, 1), ("ravi", 2, 1), (None, 8, 1)):
        with writing(any_engine) as session:
            when = NOW - timedelta(days=ago)
            record_rating(session, person_id=who, rating=rating, scale="10", source_type=None, source_id=None, now=when)
    zone = USUAL["zone"]
    everybody, months = service.nps_report(any_engine, Period(), zone=zone)
    assert (everybody["score"], everybody["total"]) == (0, 3)
    assert [(one["month"], one["total"]) for one in months] == [("2026-10", 1), ("2026-11", 3)]
    lately, _ = service.nps_report(any_engine, Period.last_days(30, NOW), zone=zone, segment_id="seg_1")
    assert (lately["score"], lately["total"]) == (100, 1)
    with pytest.raises(NotFound, match="seg_2"):
        service.nps_report(any_engine, Period(), zone=zone, segment_id="seg_2")
