"""A small slice of the demo shop as files to import: for tests, tutorials and a first try."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from adplanning.demo.shop import Shop, shop

DAYS = 21
UNTIL = date(2026, 10, 31)
SIZE = 0.105
SEED = 5
# A file of events has no column for how deep or how long.
_CONVERSIONS = ("add_to_cart", "begin_checkout", "lead_form_submission", "purchase")
_STEPS = ("page_view", "ad_click", "email_click", "social_engage")
# The columns of each file, in their order; money in major units.
COLUMNS = {
    "orders": "order_id email total currency placed_at visitor_id session_id utm_source utm_medium utm_campaign "
    "first_name last_name phone city state country",
    "events": "event_id event_type visitor_id session_id occurred_at page_url utm_source utm_medium utm_campaign "
    "utm_term utm_content value currency order_id email",
    "people": "email first_name last_name phone city state country tags",
    "spend": "date platform account campaign campaign_id ad_set ad spend currency impressions clicks link_clicks "
    "results",
    "rates": "date currency in_currency rate",
}


def write_sample(folder: Path) -> None:
    """Write orders.csv, events.csv, people.csv, spend.csv and rates.csv, the same bytes each time."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in sample_files(shop(DAYS, SEED, until=UNTIL, size=SIZE)).items():
        frame.write_csv(folder / f"{name}.csv", datetime_format="%Y-%m-%dT%H:%M:%SZ", line_terminator="\n")


def sample_files(made: Shop) -> Mapping[str, pl.DataFrame]:
    """The files by name, from a shop; visitors, sessions and events have short ids, as another system gives them."""
    people = made.persons.with_columns(pl.col("tags").str.strip_chars('["]'))
    converted = _with_person(
        made.conversions.filter(pl.col("conversion_type").is_in(_CONVERSIONS)), people
    ).with_columns(event_type="conversion_type", occurred_at="converted_at", value=pl.col("value_minor") / 100)
    seen = made.journey_events.filter(pl.col("event_type").is_in(_STEPS), ~pl.col("is_bot"))
    events = pl.concat([_with_person(seen, people), converted], how="diagonal").sort("occurred_at", "id")
    events = events.with_columns(
        _short("v", "visitor_id"),
        _short("s", "session_id"),
        # The columns say the tags already; without them a click id stands in the address only.
        page_url=pl.when(pl.col("utm_source").is_null())
        .then("page_url")
        .otherwise(pl.col("page_url").str.split("?").list.first()),
        event_id=pl.format("e{}", pl.int_range(pl.len()) + 1),
        currency=pl.when(pl.col("value").is_not_null()).then("currency"),
    )
    orders = events.filter(pl.col("event_type") == "purchase").with_columns(total="value", placed_at="occurred_at")
    rates = made.currency_rates.with_columns(date="on")
    files = {"orders": orders, "events": events, "people": people, "spend": _spend(made), "rates": rates}
    return {name: frame.select(COLUMNS[name].split()) for name, frame in files.items()}


def _with_person(frame: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    told = people.select("email", "first_name", "last_name", "phone", "city", "state", "country", person_id="id")
    return frame.join(told, on="person_id", how="left", maintain_order="left")


def _short(letter: str, column: str) -> pl.Expr:
    """The place of an id among all in the file: ids sort by time, so the first seen is number 1."""
    return (letter + pl.col(column).rank("dense").cast(pl.String)).alias(column)


def _spend(made: Shop) -> pl.DataFrame:
    campaigns = made.campaigns.select("platform_campaign_id", "ad_account_id", campaign="name", campaign_key="id")
    return (
        made.daily_spend.filter(pl.col("level") == "ad")
        .join(campaigns, left_on="campaign_id", right_on="campaign_key", maintain_order="left")
        .join(
            made.ad_accounts.select("id", "platform", account="name"),
            left_on="ad_account_id",
            right_on="id",
            maintain_order="left",
        )
        .join(made.ad_sets.select("id", ad_set="name"), left_on="ad_set_id", right_on="id", maintain_order="left")
        .join(made.ads.select("id", ad="name"), left_on="ad_id", right_on="id", maintain_order="left")
        .sort("on", "object_id")
        .with_columns(
            date="on",
            campaign_id="platform_campaign_id",
            spend=pl.col("spend_minor") / 100,
            impressions="n_impressions",
            clicks="n_clicks",
            link_clicks="n_link_clicks",
            results=pl.col("n_results").cast(pl.Int64),
        )
    )
