"""What people did, written in the columns of the store."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from adplanning.demo.events import THANKS
from adplanning.demo.goals import LEAD_FORM
from adplanning.demo.numbering import numbered
from adplanning.demo.rates import RATES
from adplanning.demo.tags import UTM
from adplanning.journeys.stages import STAGE_OF_EVENT

BEARS_CAMPAIGN = pl.any_horizontal(pl.col(*UTM, "click_id").is_not_null())
_INSTANT = pl.Datetime("us", "UTC")
_IS_KNOWN = pl.col("linked_at").is_not_null() & (pl.col("occurred_at") >= pl.col("linked_at"))


def numbered_orders(orders: pl.DataFrame, sessions: pl.DataFrame) -> pl.DataFrame:
    """Add order_id, value_minor in the order's own currency, and whose order it is and in which session."""
    placed = sessions.filter("places_order").select("order", "person_id", "visitor_id", "session_id")
    rate = pl.col("currency").replace_strict(RATES, default=1.0, return_dtype=pl.Float64)
    return (
        orders.with_row_index("order")
        .with_columns(
            pl.col("order").cast(pl.Int64),
            order_id=pl.format("IL-{}", pl.col("order") + 100_001),
            value_minor=(pl.col("inr_minor") / rate).round().cast(pl.Int64),
        )
        .join(placed, on="order", how="left", maintain_order="left")
    )


def conversion_rows(milestones: pl.DataFrame, website_id: str) -> pl.DataFrame:
    """The conversions, oldest first; a purchase is confirmed by the shop a minute after the browser told it."""
    kind = pl.col("conversion_type")
    bought = kind == "purchase"
    about_product = kind.is_in(["add_to_cart", "begin_checkout", "purchase"])
    frame = milestones.sort("occurred_at", "session_id", "conversion_type")
    return frame.select(
        numbered("conv", frame["occurred_at"].to_numpy()).alias("id"),
        "conversion_type",
        pl.when(kind == "lead_form_submission").then(pl.lit(LEAD_FORM)).alias("conversion_name"),
        pl.lit(website_id).alias("website_id"),
        "platform",
        *UTM,
        pl.lit("last_click").alias("attribution_model"),
        pl.lit(1.0).alias("attribution_weight"),
        # What lies in a cart is not earned yet: with a value, one order would count three times.
        pl.when(bought).then("value_minor").alias("value_minor"),
        pl.col("currency").fill_null("INR"),
        pl.when(bought).then("order_id").alias("order_id"),
        pl.when(_IS_KNOWN).then("person_id").alias("person_id"),
        "visitor_id",
        "session_id",
        pl.when(bought).then(pl.lit(THANKS)).otherwise("entry_page").alias("pathname"),
        pl.lit("web").alias("origin"),
        pl.when(bought).then(pl.col("occurred_at") + 60_000_000).cast(_INSTANT).alias("confirmed_at"),
        pl.lit(False).alias("is_bot"),
        pl.when(kind == "scroll_depth")
        .then(pl.struct("depth").struct.json_encode())
        .when(kind == "time_on_site")
        .then(pl.struct("seconds").struct.json_encode())
        .when(about_product)
        .then(pl.struct(product="product_page").struct.json_encode())
        .alias("metadata"),
        pl.col("occurred_at").cast(_INSTANT).alias("converted_at"),
        pl.col("occurred_at").cast(_INSTANT).alias("received_at"),
    )


def journey_rows(steps: Sequence[pl.DataFrame], website_id: str) -> pl.DataFrame:
    """All steps of all kinds in the columns of the store, oldest first."""
    frame = pl.concat(steps, how="diagonal_relaxed").sort("occurred_at", maintain_order=True)
    stage = pl.col("event_type").replace_strict({str(name): stage.value for name, stage in STAGE_OF_EVENT.items()})
    in_session = pl.col("linked_at").is_not_null() | pl.col("source").is_not_null()
    return frame.select(
        numbered("jour", frame["occurred_at"].to_numpy()).alias("id"),
        pl.when(~in_session | _IS_KNOWN).then("person_id").alias("person_id"),
        "visitor_id",
        pl.lit(website_id).alias("website_id"),
        "session_id",
        "event_type",
        "event_name",
        pl.when(pl.col("event_name") == "product_view")
        .then(pl.lit("interest"))
        .otherwise(pl.coalesce("stage", stage))
        .alias("stage"),
        "channel",
        "page_url",
        *UTM,
        "source_type",
        "source_id",
        "event_data",
        pl.when(pl.col("source_type").is_in(["order", "feedback"]))
        .then(pl.lit("admin"))
        .otherwise(pl.lit("web"))
        .alias("origin"),
        pl.col("is_bot").fill_null(value=False),
        pl.col("occurred_at").cast(_INSTANT),
        pl.col("occurred_at").cast(_INSTANT).alias("received_at"),
    )


def touchpoint_rows(bearing: Sequence[pl.DataFrame], website_id: str) -> pl.DataFrame:
    """The campaign-bearing sessions, oldest first; which campaign it was is left to be resolved."""
    frame = pl.concat(bearing, how="diagonal_relaxed").sort("at", "session_id")
    name, number = pl.col("click_id").str.split("=").list.get(0), pl.col("click_id").str.split("=").list.get(1)
    return frame.select(
        numbered("attr", frame["at"].to_numpy()).alias("id"),
        pl.col("session_id").alias("analytics_session_id"),
        "visitor_id",
        pl.lit(website_id).alias("website_id"),
        "platform",
        *UTM,
        pl.lit(False).alias("is_resolved"),
        pl.lit("unresolved").alias("resolution_method"),
        pl.col("address").alias("entry_page"),
        pl.col("n_pages").alias("session_pageviews"),
        pl.col("is_bot").fill_null(value=False),
        pl.when(pl.col("click_id").is_not_null())
        .then(pl.concat_str([pl.lit('{"'), name, pl.lit('":"'), number, pl.lit('"}')]))
        .alias("metadata"),
        pl.col("at").cast(_INSTANT).alias("session_started_at"),
        pl.col("at").cast(_INSTANT).alias("attributed_at"),
    )


def purchase_ids(conversions: pl.DataFrame) -> pl.DataFrame:
    """The conversion of each order."""
    return conversions.drop_nulls("order_id").select("order_id", conversion_id="id")
