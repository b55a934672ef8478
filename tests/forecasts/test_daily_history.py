"""Which days of a campaign are known, and what they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from adplanning.forecasts.daily_history import HISTORY, HistoryFacts, account_history, daily_history

KOLKATA = ZoneInfo("Asia/Kolkata")
FIRST = date(2026, 11, 1)
INSTANT = pl.Datetime("us", "UTC")


def spent(*rows: tuple[str, str, int, int, int | None], currency: str = "INR") -> pl.DataFrame:
    """Rows of (level, campaign, first day, last day of November, amount)."""
    schema = ["level", "campaign_id", "first_on", "on", "spend_minor"]
    told = [(level, campaign, date(2026, 11, a), date(2026, 11, b), minor) for level, campaign, a, b, minor in rows]
    return pl.DataFrame(
        told,
        schema=dict(zip(schema, (pl.String, pl.String, pl.Date, pl.Date, pl.Int64), strict=True)),
        orient="row",
    ).with_columns(currency=pl.lit(currency))


def brought(*rows: tuple[str, datetime, float, int | None, str]) -> pl.DataFrame:
    schema = {
        "campaign_id": pl.String, "converted_at": INSTANT, "share": pl.Float64, "value_minor": pl.Int64,
        "currency": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def days_of(*rows: tuple[str, int]) -> pl.DataFrame:
    return pl.DataFrame(
        [(account, date(2026, 11, day)) for account, day in rows],
        schema={"ad_account_id": pl.String, "on": pl.Date},
        orient="row",
    )


def facts(spend: pl.DataFrame, results: pl.DataFrame | None = None, *, read_until: int | None = None) -> HistoryFacts:
    """Campaigns a and b of one account, whose days with spend are all that it has told."""
    return HistoryFacts(
        spend=spend,
        results=brought() if results is None else results,
        campaigns=pl.DataFrame({"campaign_id": ["a", "b"], "ad_account_id": ["acc", "acc"]}).with_columns(
            read_until_on=pl.lit(None if read_until is None else date(2026, 11, read_until), pl.Date)
        ),
        told=spend.filter(pl.col("first_on") == pl.col("on")).select(ad_account_id=pl.lit("acc"), on="on"),
        refused=days_of(),
        rates=pl.DataFrame({"currency": ["USD"], "in_currency": ["INR"], "on": [date(2026, 11, 2)], "rate": [90.0]}),
        results_from_on=FIRST,
        results_until_on=None,
    )


def history(told: HistoryFacts, *, until: int = 4) -> pl.DataFrame:
    return daily_history(told, as_of_on=date(2026, 11, until), zone=KOLKATA, currency="INR")


def of(frame: pl.DataFrame, campaign: str, column: str) -> Sequence[object]:
    return frame.filter(pl.col("campaign_id") == campaign).sort("on")[column].to_list()


def test_spend_that_all_levels_tell_is_counted_once() -> None:
    told = spent(("campaign", "a", 1, 1, 500), ("ad", "a", 1, 1, 480), ("ad", "a", 1, 1, 20), ("ad", "a", 2, 2, 70))
    assert of(history(facts(told), until=2), "a", "spend_minor") == [500, 70]


def test_a_day_without_a_row_is_one_without_spend_where_the_account_has_told_of_it_or_was_read() -> None:
    told = spent(("campaign", "a", 1, 1, 500), ("campaign", "b", 2, 2, 300))
    assert of(history(facts(told)), "a", "spend_minor") == [500, 0, None, None]
    assert of(history(facts(told, read_until=3)), "a", "spend_minor") == [500, 0, 0, None]


def test_days_begin_with_the_first_that_is_known() -> None:
    told = facts(spent(("campaign", "a", 2, 2, 500), ("campaign", "b", 1, 1, 300)))
    assert history(told).filter(pl.col("campaign_id") == "a")["on"][0] == date(2026, 11, 2)


def test_the_spend_of_days_that_were_told_together_is_not_known_by_day() -> None:
    told = spent(("campaign", "a", 1, 1, 500), ("campaign", "a", 2, 3, 900), ("campaign", "b", 2, 2, 1))
    assert of(history(facts(told, read_until=4)), "a", "spend_minor") == [500, None, None, 0]


def test_a_day_of_which_a_row_could_not_be_read_is_not_one_without_spend() -> None:
    told = facts(spent(("campaign", "a", 1, 1, 500), ("campaign", "a", 3, 3, 5)), read_until=4)
    refused = replace(told, refused=days_of(("acc", 2), ("acc", 3)))
    assert of(history(refused), "a", "spend_minor") == [500, None, 5, 0]


def test_results_fall_on_their_day_in_the_reporting_zone_by_their_share() -> None:
    late = datetime(2026, 11, 1, 20, tzinfo=UTC)
    results = brought(("a", late, 0.5, 450, "INR"), ("a", late, 1.0, 100, "INR"), ("a", late, 1.0, None, "INR"))
    frame = history(facts(spent(("campaign", "a", 1, 1, 500)), results), until=2)
    assert of(frame, "a", "n_conversions") == [0.0, 2.5]
    assert of(frame, "a", "revenue_minor") == [0, 550]


def test_amounts_take_the_rate_of_their_day_and_one_without_a_rate_makes_the_day_unknown() -> None:
    noon = datetime(2026, 11, 3, 6, tzinfo=UTC)
    results = brought(("a", noon, 1.0, 100, "USD"), ("a", noon + timedelta(days=1), 1.0, 100, "EUR"))
    spend = pl.concat([spent(("campaign", "a", 1, 1, 500)), spent(("campaign", "a", 2, 2, 5), currency="EUR")])
    frame = history(facts(spend, results))
    assert of(frame, "a", "revenue_minor") == [0, 0, 9000, None]
    assert of(frame, "a", "n_conversions") == [0, 0, 1, 1]
    assert of(frame, "a", "spend_minor")[:2] == [500, None]
    assert of(frame, "a", "n_without_rate") == [0, 1, 0, 1]


@pytest.mark.parametrize(
    ("first", "last", "known"),
    [(None, None, [None] * 4), (2, None, [None, 0, 0, 0]), (1, 2, [0, 0, None, None])],
)
def test_results_are_not_known_before_any_were_counted_nor_while_they_wait_for_credit(
    first: int | None, last: int | None, known: list[float | None]
) -> None:
    told = replace(
        facts(spent(("campaign", "a", 1, 1, 500))),
        results_from_on=None if first is None else date(2026, 11, first),
        results_until_on=None if last is None else date(2026, 11, last),
    )
    assert of(history(told), "a", "n_conversions") == known
    assert of(history(told), "a", "revenue_minor") == known


def test_nothing_told_is_no_day() -> None:
    empty = history(facts(spent()))
    assert (empty.height, empty.schema) == (0, HISTORY)


def test_the_account_is_the_sum_of_its_campaigns() -> None:
    told = spent(("campaign", "a", 1, 1, 500), ("campaign", "b", 2, 2, 300), ("campaign", "a", 2, 2, 200))
    whole = account_history(history(facts(told), until=2), as_of_on=date(2026, 11, 2))
    assert whole["spend_minor"].to_list() == [500, 500]


def test_a_campaign_that_is_long_silent_is_over_but_one_that_is_late_makes_the_account_unknown() -> None:
    rows = [("a", 1, 500), ("a", 2, 500), ("b", 1, 300), ("b", 2, None)]
    days = pl.DataFrame(
        [(campaign, date(2026, 11, day), minor, 0.0, 0, 0) for campaign, day, minor in rows],
        schema=HISTORY,
        orient="row",
    )
    assert account_history(days, as_of_on=date(2026, 11, 2))["spend_minor"].to_list() == [800, None]
    assert account_history(days, as_of_on=date(2026, 11, 29))["spend_minor"].to_list() == [800, 500]
