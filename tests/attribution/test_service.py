from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from sqlalchemy import Engine

from adplanning.attribution import service
from adplanning.attribution.credit_models import CREDIT_MODELS
from adplanning.attribution.credit_options import CreditOptions
from adplanning.attribution.crediting import Scope
from adplanning.attribution.queries import TOUCHPOINT_ORDERS
from adplanning.attribution.report import BREAKDOWNS, AttributionReport
from adplanning.attribution.report_service import attribution_report
from adplanning.attribution.resolution_service import campaign_links
from adplanning.core.errors import Conflict, InvalidData
from adplanning.core.periods import Period
from adplanning.core.vocabulary import PublicRevenue
from adplanning.store.session import reading, writing
from adplanning.store.tables.attribution import Touchpoint

NOON = datetime(2026, 3, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MARCH = Period(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
UTC_ZONE = ZoneInfo("UTC")
Tell = Callable[..., None]


def report(engine: Engine, **options: Any) -> AttributionReport:
    scope = Scope(options.pop("period", MARCH), options.pop("public_revenue", PublicRevenue.counted),
                  options.pop("conversion_types", ()))  # fmt: skip
    return attribution_report(engine, scope, **({"currency": "INR", "zone": UTC_ZONE} | options))


def rows(found: AttributionReport, model: str = "last_click") -> dict[str, dict[str, Any]]:
    return {row["key"]: row for row in found.rows.filter(pl.col("model") == model).to_dicts()}


def listed(engine: Engine, filters: dict[str, Any] | None = None, **options: Any) -> list[service.TouchpointRow]:
    asked = {"currency": "INR", "zone": UTC_ZONE, "public_revenue": PublicRevenue.counted, "limit": 50, "offset": 0}
    with reading(engine) as session:
        return service.list_touchpoints(session, filters or {}, Period(), **(asked | options))[0]


def sale(name: str, visitor: str, at: datetime = NOON, value: int | None = 10_000, **more: Any) -> dict[str, Any]:
    return {"id": name, "visitor_id": visitor, "converted_at": at, "value_minor": value} | more


def touch(name: str, visitor: str, at: datetime, **more: Any) -> dict[str, Any]:
    return {"id": name, "visitor_id": visitor, "session_started_at": at} | more


@pytest.fixture
def campaigns(tell: Tell) -> None:
    tell("ad_accounts", {"id": "acc"})
    tell(
        "campaigns",
        {"id": "camp_a", "name": "Summer Sale", "name_key": "summer-sale", "platform_campaign_id": "120"},
        {"id": "camp_b", "name": "Brand", "name_key": "brand", "platform_campaign_id": "130"},
    )


def test_a_campaign_is_credited_with_its_share_and_held_against_what_it_cost(
    engine: Engine, tell: Tell, campaigns: None
) -> None:
    tell("touchpoints", touch("t1", "v", NOON - 3 * DAY, ad_campaign_id="camp_a"))
    tell("touchpoints", touch("t2", "v", NOON - DAY, ad_campaign_id="camp_b"))
    tell("conversions", sale("c1", "v", value=10_001), sale("c2", "stranger", value=500))
    tell("daily_spend", {"object_id": "camp_a", "level": "campaign", "campaign_id": "camp_a", "on": date(2026, 3, 2),
                         "spend_minor": 2_000})  # fmt: skip
    found = report(engine, models=["linear"])
    assert rows(found, "linear")["camp_a"] == {
        "model": "linear",
        "key": "camp_a",
        "name": "Summer Sale",
        "credited_conversions": 0.5,
        "credited_value_minor": 5_000,
        "spend_minor": 2_000,
        "cost_per_conversion": 40.0,
        "roas": 2.5,
        "share": 0.25,
        "new_conversions": 0.5,
        "claimed_conversions": None,
    }
    assert found.to_json()["models"][0]["unattributed"] == {"conversions": 1, "value": 5.0}
    assert found.to_json()["models"][0]["totals"] == {"conversions": 2, "value": 105.01, "spend": 20.0}
    assert found.to_json()["period"] == {"from": "2026-03-01T00:00:00+00:00", "to": "2026-03-31T23:59:59.999999+00:00"}


def test_a_campaign_that_cost_and_earned_nothing_has_its_row(engine: Engine, tell: Tell, campaigns: None) -> None:
    tell("daily_spend", {"object_id": "camp_b", "level": "campaign", "campaign_id": "camp_b", "on": date(2026, 3, 2),
                         "spend_minor": 900})  # fmt: skip
    row = rows(report(engine))["camp_b"]
    assert (row["credited_conversions"], row["spend_minor"], row["cost_per_conversion"], row["roas"]) == (
        0,
        900,
        None,
        0,
    )


def test_a_touchpoint_without_campaign_counts_as_unresolved_and_not_as_unattributed(engine: Engine, tell: Tell) -> None:
    tell("touchpoints", touch("t1", "v", NOON - DAY, utm_campaign="mystery"))
    tell("conversions", sale("c1", "v"))
    found = report(engine)
    row = rows(found)["unresolved"]
    assert (row["name"], row["credited_conversions"], row["spend_minor"]) == ("No campaign found", 1.0, None)
    assert found.n_unattributed == 0


def test_spend_of_a_day_is_that_of_its_coarsest_level_for_each_campaign(
    engine: Engine, tell: Tell, campaigns: None
) -> None:
    tell("ad_sets", {"id": "set_a", "campaign_id": "camp_a", "name": "Women"})
    tell("ad_sets", {"id": "set_b", "campaign_id": "camp_b", "name": "Men"})
    on = {"on": date(2026, 3, 2)}
    tell(
        "daily_spend",
        {"object_id": "camp_a", "level": "campaign", "campaign_id": "camp_a", "spend_minor": 1000} | on,
        {"object_id": "set_a", "ad_set_id": "set_a", "level": "ad_set", "campaign_id": "camp_a", "spend_minor": 990}
        | on,
        {"object_id": "set_b", "ad_set_id": "set_b", "level": "ad_set", "campaign_id": "camp_b", "spend_minor": 70}
        | on,
    )
    by_day, by_set = report(engine, by="day"), report(engine, by="ad_set")
    assert rows(by_day)["2026-03-02"]["spend_minor"] == 1070
    assert {key: row["spend_minor"] for key, row in rows(by_set).items()} == {"set_a": 990, "set_b": 70}
    assert rows(by_set)["set_a"]["name"] == "Women"
    assert by_day.spend_minor == by_set.spend_minor == 1070


def test_a_person_with_two_devices_has_one_path(engine: Engine, tell: Tell) -> None:
    tell("visitors", {"id": "phone", "person_id": "asha"}, {"id": "laptop", "person_id": "asha"})
    tell("touchpoints", touch("t1", "phone", NOON - 2 * DAY, utm_source="facebook"))
    tell("touchpoints", touch("t2", "laptop", NOON - DAY, utm_source="google"))
    tell("conversions", sale("c1", "laptop"))
    found = rows(report(engine, models=["linear"], by="source"), "linear")
    assert {key: row["credited_conversions"] for key, row in found.items()} == {"facebook": 0.5, "google": 0.5}


def test_a_device_on_which_only_one_person_was_seen_is_theirs_whoever_signs_in(engine: Engine, tell: Tell) -> None:
    tell("visitors", {"id": "phone", "person_id": "asha"}, {"id": "kiosk", "person_id": None})
    tell("touchpoints", touch("t1", "phone", NOON - 2 * DAY, utm_source="facebook"))
    tell("touchpoints", touch("t2", "kiosk", NOON - DAY, utm_source="google"))
    tell("conversions", sale("c1", "kiosk", person_id="asha"), sale("c2", "kiosk"))
    found = rows(report(engine, models=["linear"], by="source"), "linear")
    assert {key: row["credited_conversions"] for key, row in found.items()} == {"facebook": 1.0, "google": 1.0}


def test_a_device_of_another_person_brings_nothing(engine: Engine, tell: Tell) -> None:
    tell("visitors", {"id": "shared", "person_id": "ravi"})
    tell("touchpoints", touch("t1", "shared", NOON - DAY, utm_source="google"))
    tell("conversions", sale("c1", "shared", person_id="asha"))
    assert report(engine).n_unattributed == 1


def test_a_visitor_who_calls_himself_like_a_person_is_not_that_person(engine: Engine, tell: Tell) -> None:
    tell("visitors", {"id": "phone", "person_id": "asha"})
    tell("touchpoints", touch("t1", "asha", NOON - DAY), touch("t2", "person:asha", NOON - DAY))
    tell("conversions", sale("c1", "phone"))
    assert report(engine).n_unattributed == 1


def test_bots_neither_convert_nor_touch(engine: Engine, tell: Tell) -> None:
    tell("touchpoints", touch("t1", "v", NOON - DAY, is_bot=True))
    tell("conversions", sale("c1", "v"), sale("c2", "v", is_bot=True))
    found = report(engine)
    assert (found.n_conversions, found.n_unattributed, found.rows.height) == (1, 1, 0)


def test_a_sale_that_only_a_browser_claims_counts_until_confirmation_is_demanded(engine: Engine, tell: Tell) -> None:
    tell("conversions", sale("c1", "v", origin="web"), sale("c2", "v", origin="web", confirmed_at=NOON))
    assert report(engine).n_conversions == 2
    assert report(engine, public_revenue=PublicRevenue.confirmed_only).n_conversions == 1


def test_each_value_is_converted_at_its_own_days_rate_and_apart_without_one(engine: Engine, tell: Tell) -> None:
    tell("touchpoints", touch("t1", "v", NOON - DAY, utm_source="google"))
    tell("currency_rates", {"currency": "JPY", "in_currency": "INR", "on": date(2026, 3, 15), "rate": 0.6})
    tell(
        "conversions",
        sale("c1", "v", value=1_000, currency="JPY"),  # 1000 yen × 0.6 = 600 rupees = 60 000 paise
        sale("c2", "v", value=700, currency="USD"),
        sale("c3", "v", value=None, currency="USD"),
    )
    found = report(engine, by="source")
    assert found.value_minor == rows(found)["google"]["credited_value_minor"] == 60_000
    assert rows(found)["google"]["credited_conversions"] == 3.0
    assert found.to_json()["unconverted"] == [{"currency": "USD", "count": 1, "value": 7.0}]


def test_spend_without_a_rate_leaves_no_flattering_ratio(engine: Engine, tell: Tell, campaigns: None) -> None:
    on = {"level": "campaign", "campaign_id": "camp_a", "object_id": "camp_a"}
    tell("touchpoints", touch("t1", "v", NOON - DAY, ad_campaign_id="camp_a"))
    tell("conversions", sale("c1", "v"))
    tell("daily_spend", on | {"on": date(2026, 3, 2), "spend_minor": 100})
    tell("daily_spend", on | {"on": date(2026, 3, 3), "spend_minor": 5_000, "currency": "USD"})
    found = report(engine)
    row = rows(found)["camp_a"]
    assert (row["spend_minor"], row["roas"], row["cost_per_conversion"]) == (None, None, None)
    assert found.spend_minor == 100
    assert found.to_json()["unconverted_spend"] == [{"currency": "USD", "count": 1, "value": 50.0}]


def test_days_are_those_of_the_reporting_zone(engine: Engine, tell: Tell, campaigns: None) -> None:
    late = datetime(2026, 3, 10, 20, tzinfo=UTC)  # the 11th in Kolkata
    tell("touchpoints", touch("t1", "v", late - DAY))
    tell("conversions", sale("c1", "v", late))
    found = report(engine, by="day", zone=ZoneInfo("Asia/Kolkata"))
    assert list(rows(found)) == ["2026-03-11"]


def test_a_touchpoint_before_the_period_earns_within_the_lookback(engine: Engine, tell: Tell) -> None:
    tell("touchpoints", touch("t1", "v", datetime(2026, 2, 10, tzinfo=UTC)))
    tell("conversions", sale("c1", "v", datetime(2026, 3, 2, tzinfo=UTC)))
    assert report(engine).n_unattributed == 0
    assert report(engine, options=CreditOptions(lookback_days=19)).n_unattributed == 1


@pytest.fixture
def busy_shop(engine: Engine, tell: Tell, campaigns: None) -> None:
    """Awkward values on awkward paths: 3 visitors, 14 touchpoints, 7 conversions, one of nobody's."""
    tell("visitors", {"id": "v0", "person_id": "asha"}, {"id": "v1", "person_id": "asha"})
    sources = ["facebook", "Google", None, "newsletter"]
    for n in range(14):
        tags = {"utm_source": sources[n % 4], "utm_medium": ["cpc", None, "email"][n % 3]}
        campaign = ["camp_a", "camp_b", None][n % 3]
        tell("touchpoints", touch(f"t{n:02}", f"v{n % 3}", NOON - (n // 2) * DAY, ad_campaign_id=campaign, **tags))
    for n in range(6):
        tell("conversions", sale(f"c{n}", f"v{n % 3}", NOON - n * DAY, value=9_999 + 7 * n))
    tell("conversions", sale("c9", "nobody", value=123))


@pytest.mark.parametrize("by", BREAKDOWNS)
def test_every_breakdown_adds_up_to_the_total_to_the_last_paisa(engine: Engine, busy_shop: None, by: str) -> None:
    found = report(engine, by=by)
    assert (found.n_conversions, found.value_minor) == (7, sum(9_999 + 7 * n for n in range(6)) + 123)
    for model in CREDIT_MODELS:
        mine = found.rows.filter(pl.col("model") == model)
        assert mine["credited_value_minor"].sum() + found.unattributed_minor == found.value_minor
        assert mine["credited_conversions"].sum() + found.n_unattributed == pytest.approx(7, abs=1e-7)


def test_an_empty_store_has_an_empty_report(engine: Engine) -> None:
    found = report(engine).to_json()
    assert [model["model"] for model in found["models"]] == list(CREDIT_MODELS)
    assert found["models"][0]["rows"] == []
    assert found["models"][0]["totals"] == {"conversions": 0, "value": 0.0, "spend": 0.0}


def test_an_unknown_breakdown_is_refused_with_those_there_are(engine: Engine) -> None:
    with pytest.raises(InvalidData, match="by: unknown value 'campain'; choose one of: campaign, ad_set"):
        report(engine, by="campain")


def test_a_list_tells_what_each_touchpoint_led_to(engine: Engine, tell: Tell, campaigns: None) -> None:
    tell("touchpoints", touch("t1", "v", NOON - 3 * DAY, ad_campaign_id="camp_a", utm_source="facebook"))
    tell("touchpoints", touch("t2", "v", NOON - DAY), touch("t3", "w", NOON))
    tell("conversions", sale("c1", "v", value=10_001))
    tell("daily_spend", {"object_id": "camp_a", "level": "campaign", "campaign_id": "camp_a", "on": date(2025, 1, 2),
                         "spend_minor": 2_050})  # fmt: skip
    found = listed(engine, model="linear")
    shown = [
        (row.touchpoint.id, row.touch_type, row.converted, row.conversion_value, row.campaign_name, row.ad_spend)
        for row in found
    ]
    assert shown == [
        ("t3", "last", False, 0.0, None, None),
        ("t2", "last", True, 50.01, None, None),
        ("t1", "first", True, 50.0, "Summer Sale", 20.5),
    ]
    assert [row.touchpoint.id for row in listed(engine, {"utm_source": "facebook"})] == ["t1"]


def test_a_page_shows_the_same_values_as_the_whole_list(engine: Engine, busy_shop: None) -> None:
    whole = [(row.touchpoint.id, row.converted, row.conversion_value) for row in listed(engine, model="time_decay")]
    paged = [
        (row.touchpoint.id, row.converted, row.conversion_value)
        for offset in range(0, 14, 3)
        for row in listed(engine, model="time_decay", limit=3, offset=offset)
    ]
    assert paged == whole


def test_the_list_and_the_report_show_the_same_value(engine: Engine, busy_shop: None) -> None:
    for model in CREDIT_MODELS:
        in_list = sum(row.conversion_value for row in listed(engine, model=model))
        found = report(engine, models=[model], period=Period())
        assert in_list == pytest.approx((found.value_minor - found.unattributed_minor) / 100)


def test_the_count_of_a_list_is_of_all_pages(engine: Engine, busy_shop: None) -> None:
    with reading(engine) as session:
        found, count = service.list_touchpoints(
            session,
            {},
            Period(),
            currency="INR",
            zone=UTC_ZONE,
            public_revenue=PublicRevenue.counted,
            limit=2,
            offset=99,
        )
    assert (found, count) == ([], 14)


@pytest.mark.parametrize("sort", TOUCHPOINT_ORDERS)
@pytest.mark.parametrize("descending", [False, True])
def test_in_whatever_order_the_pages_make_up_the_list_and_show_the_same_values(
    engine: Engine, busy_shop: None, sort: str, descending: bool
) -> None:
    plain = {row.touchpoint.id: (row.converted, row.conversion_value, row.ad_spend) for row in listed(engine)}
    order = {"sort": sort, "descending": descending}
    whole = [row.touchpoint.id for row in listed(engine, **order)]
    paged = [row for offset in range(0, 14, 4) for row in listed(engine, limit=4, offset=offset, **order)]
    assert [row.touchpoint.id for row in paged] == whole
    assert {row.touchpoint.id: (row.converted, row.conversion_value, row.ad_spend) for row in paged} == plain


def test_touchpoints_are_sorted_and_found_by_their_texts(any_engine: Engine) -> None:
    campaigns = {"t1": None, "t2": "b", "t3": "A", "t4": "a%"}
    add_touchpoints(any_engine, {name: {"utm_campaign": campaign} for name, campaign in campaigns.items()})
    assert [row.touchpoint.id for row in listed(any_engine, sort="utm_campaign")] == ["t3", "t4", "t2", "t1"]
    assert [row.touchpoint.id for row in listed(any_engine, search="A%")] == ["t4"]
    assert [row.touchpoint.id for row in listed(any_engine, search="T3")] == ["t3"]
    with pytest.raises(InvalidData, match=r"sort: unknown value 'utm_campain'.*Did you mean 'utm_campaign'"):
        listed(any_engine, sort="utm_campain")


def add_touchpoints(engine: Engine, rows: dict[str, dict[str, Any]]) -> None:
    with writing(engine) as session:
        for name, fields in rows.items():
            made = service.create_touchpoint(session, {"visitor_id": "v", **fields}, now=NOON)
            made.id = name


def test_a_touchpoint_by_hand_with_a_campaign_is_resolved_manually(engine: Engine) -> None:
    with writing(engine) as session:
        made = service.create_touchpoint(
            session, {"visitor_id": "v", "ad_campaign_id": "camp_a", "utm_source": "fb"}, now=NOON
        )
        assert (made.is_resolved, made.resolution_method, made.resolution_confidence) == (True, "manual", 1.0)
        assert (made.platform, made.session_started_at) == ("meta", NOON)
        assert made.analytics_session_id
    with reading(engine) as session:
        assert session.get_one(Touchpoint, made.id).visitor_id == "v"


def test_a_touchpoint_by_hand_without_a_campaign_waits_to_be_matched(engine: Engine, campaigns: None) -> None:
    with writing(engine) as session:
        made = service.create_touchpoint(session, {"visitor_id": "v", "utm_campaign": "Summer-Sale"}, now=NOON)
        assert (made.is_resolved, made.resolution_confidence) == (False, None)
    found = campaign_links(engine, cutoff=0.88, margin=0.05, now=NOON)
    assert (found.n_processed, found.by_method) == (1, {"exact_utm_match": 1})


def test_a_session_has_one_touchpoint(engine: Engine, tell: Tell) -> None:
    tell("touchpoints", touch("t1", "v", NOON, analytics_session_id="s1"))
    with writing(engine) as session, pytest.raises(Conflict, match="session 's1' has a touchpoint already"):
        service.create_touchpoint(session, {"visitor_id": "v", "analytics_session_id": "s1"}, now=NOON)


def test_statistics_count_sessions_of_the_period_and_site(engine: Engine, tell: Tell) -> None:
    tell("touchpoints", touch("t1", "v", NOON, website_id="web_1", is_resolved=True), touch("t2", "v", NOON))
    tell("touchpoints", touch("t3", "v", NOON, is_bot=True), touch("t4", "v", NOON + 40 * DAY, website_id="web_1"))
    totals = service.attribution_stats(engine, MARCH)["totals"]
    assert (totals["total_sessions"], totals["resolution_rate"]) == (2, 50.0)
    assert service.attribution_stats(engine, MARCH, website_id="web_1")["totals"]["total_sessions"] == 1
