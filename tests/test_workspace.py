"""What an analyst asks a workspace, and how it answers."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import polars as pl
import pytest
from sqlalchemy import Engine

import adplanning
from adplanning.core.errors import InvalidData, NotFound
from adplanning.core.settings import Settings
from adplanning.demo.filling import fill
from adplanning.demo.shop import shop
from adplanning.store.session import writing
from adplanning.store.tables.leads import Lead
from adplanning.store.tables.social import SocialPost
from adplanning.workspace import Workspace
from adplanning.workspace_example import DAYS, LAST_ON, SEED, SIZE
from adplanning.workspace_store import in_own_currency

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
OCTOBER = ("2026-10-11", "2026-10-31")


@pytest.fixture(scope="module")
def ws() -> Workspace:
    return adplanning.example()


@pytest.fixture
def of_both(any_engine: Engine) -> Workspace:
    """The example's shop on each database, before any night."""
    fill(any_engine, shop(DAYS, SEED, until=LAST_ON, size=SIZE), lambda _: None)
    return Workspace(any_engine, Settings(timezone="Asia/Kolkata", _env_file=None))


@pytest.fixture
def empty(any_engine: Engine) -> Workspace:
    return Workspace(any_engine, Settings(_env_file=None))


def test_every_question_that_needs_no_answer_of_yours_is_answered_on_an_empty_store(empty: Workspace) -> None:
    questions = ["conversions", "touchpoints", "campaigns", "leads", "social_posts", "goals", "texts", "top_paths"]
    questions += ["path_lengths", "time_lags", "segments", "scores", "at_risk", "customer_model", "retention"]
    questions += ["top_ways", "forecasts", "rates", "runs", "imports", "alerts"]
    assert {name: getattr(empty, name)().height for name in questions} == dict.fromkeys(questions, 0)
    assert empty.nps().row(0) == ("all", None, 0, 0, 0, 0)


def test_both_databases_give_the_same_answers_of_the_same_types(of_both: Workspace, ws: Workspace) -> None:
    for name in ("campaigns", "goals", "conversion_times", "rates", "nps", "path_lengths", "time_lags"):
        assert getattr(of_both, name)().equals(getattr(ws, name)()), name
    assert of_both.texts().schema == ws.texts().schema


def test_the_example_is_one_store_of_its_own(ws: Workspace) -> None:
    assert adplanning.example() is ws
    assert "adplanning-example-" in str(ws.engine.url)
    assert ws.settings.currency == "INR"


def test_paths_lengths_and_lags_are_told_of_the_same_conversions(ws: Workspace) -> None:
    asked = {"conversion_types": ["purchase"]}
    lengths, lags = ws.path_lengths(OCTOBER, **asked), ws.time_lags(OCTOBER, **asked)
    paths = ws.credited_paths(OCTOBER, ["linear"], **asked)
    assert lengths["conversions"].sum() == lags["conversions"].sum() == paths["conversion_id"].n_unique()
    assert lengths["value"].sum() == pytest.approx(paths["linear_value"].sum())
    assert lengths["share"].sum() == pytest.approx(1)
    longest = paths.group_by("conversion_id").len()["len"].max()
    assert lengths["n_touches"].max() == longest


def test_credit_with_its_interval_adds_up_to_the_conversions_that_have_a_path(ws: Workspace) -> None:
    sure = ws.credit_intervals("shapley")
    assert sure["credited_conversions"].sum() == pytest.approx(ws.path_lengths()["conversions"].sum())
    told = sure.drop_nulls("credited_conversions_low")
    assert told.height
    assert (told["credited_conversions_low"] <= told["credited_conversions"]).all()
    assert (told["credited_conversions"] <= told["credited_conversions_high"]).all()
    assert (sure["reason"].is_null() == sure["credited_conversions_low"].is_not_null()).all()


def test_leads_tell_no_name_and_amounts_in_the_currency_of_each(empty: Workspace) -> None:
    with writing(empty.engine) as session:
        for number, currency in enumerate(("INR", "JPY", None)):
            amount = None if currency is None else 2500
            session.add(
                Lead(
                    id=f"lead_{number}",
                    platform="meta",
                    status="new",
                    full_name="Asha",
                    email="asha@example.com",
                    answers=[],
                    currency=currency or "INR",
                    estimated_value_minor=amount,
                    submitted_at=NOON.replace(hour=number),
                    received_at=NOON,
                    updated_at=NOON,
                )
            )
    leads = empty.leads(("2026-10-05", "2026-10-05"))
    assert leads["estimated_value"].to_list() == [25.0, 2500.0, None]
    assert "Asha" not in str(leads.rows())
    assert empty.leads(("2026-10-06", None)).is_empty()


def test_posts_are_dated_by_when_they_went_out_and_count_only_what_somebody_counted(empty: Workspace) -> None:
    with writing(empty.engine) as session:
        for number, insights in enumerate(({"likes": 12, "comments": 3}, None)):
            session.add(
                SocialPost(
                    id=f"post_{number}",
                    platform="facebook",
                    status="posted",
                    posted_at=NOON.replace(day=5 + number),
                    insights=insights,
                    created_at=NOON,
                    updated_at=NOON,
                )
            )
    posts = empty.social_posts()
    assert posts["engagement"].to_list() == [15, None]
    assert posts["reactions"].to_list() == [12, None]
    assert empty.social_posts(("2026-10-06", "2026-10-06"))["post_id"].to_list() == ["post_1"]


def test_one_customers_journey_is_in_order_and_an_unknown_one_is_said_so(ws: Workspace) -> None:
    buyer = ws.customers(["total_orders"]).sort("total_orders")["person_id"][-1]
    journey = ws.journey(buyer)
    assert journey["at"].is_sorted()
    assert "conversion" in journey["kind"].to_list()
    with pytest.raises(NotFound, match="nothing is known of 'nobody'"):
        ws.journey("nobody")


def test_who_is_at_risk_is_whose_kept_risk_is_at_least_so_high(ws: Workspace) -> None:
    risks = ws.scores("churn_risk")["score_value"]
    for least in (0, 40, 101):
        assert ws.at_risk(least).height == (risks >= least).sum()


def test_what_is_not_there_is_refused_and_what_is_allowed_is_said(ws: Workspace) -> None:
    with pytest.raises(InvalidData, match="Did you mean 'total_orders'"):
        ws.customers(["total_order"])
    with pytest.raises(InvalidData, match="choose one of: nps, engagement, clv, churn_risk"):
        ws.scores("luck")
    with pytest.raises(NotFound, match="seg_9"):
        ws.segment_members("seg_9")
    with pytest.raises(NotFound, match="seg_9"):
        ws.nps(segment_id="seg_9")


def test_amounts_of_several_currencies_are_each_in_its_own_major_units() -> None:
    rows = pl.DataFrame({"currency": ["INR", "KWD", None], "value_minor": [250, 250, 250]})
    assert in_own_currency(rows, ["value"])["value"].to_list() == [2.5, 0.25, None]


def test_to_import_the_package_loads_nothing_else() -> None:
    words = "import adplanning, sys; print({'polars', 'sqlalchemy', 'numpy'} & set(sys.modules) or None)"
    found = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "None"
