"""What people do in a session: the ad they click, the pages they see, how far they come."""

from __future__ import annotations

import numpy as np
import polars as pl

from adplanning.core.vocabulary import ConversionType as Kind
from adplanning.demo.campaigns import N_CAMPAIGNS, Plan
from adplanning.demo.goods import COLLECTIONS, HOME, LEAD_PAGE, OTHER_PAGES, PRODUCTS
from adplanning.demo.paths import EMAIL, SOCIAL
from adplanning.demo.tags import UTM

THANKS = "/checkout/thank-you"


def with_landing(sessions: pl.DataFrame, plans: tuple[Plan, ...], rng: np.random.Generator) -> pl.DataFrame:
    """Add the product that the session is about (a number), entry_page and the address with its tags, as clicked."""
    n = sessions.height
    weight = PRODUCTS["weight"].to_numpy()
    product = rng.choice(PRODUCTS.height, n, p=weight / weight.sum())
    begins_at_home = pl.Series(rng.random(n) < 0.55)
    landing = pl.col("source").replace_strict(
        range(len(plans)), [plan.landing for plan in plans], default=None, return_dtype=pl.String
    )
    query = pl.concat_str(
        [pl.format(name + "={}", name) for name in UTM] + [pl.col("click_id")], separator="&", ignore_nulls=True
    )
    return (
        sessions.with_columns(product=pl.Series(product))
        .with_columns(_product_page())
        .with_columns(
            entry_page=pl.when("is_lead")
            .then(pl.lit(LEAD_PAGE))
            .otherwise(pl.coalesce(landing, pl.when(begins_at_home).then(pl.lit("/")), "product_page"))
        )
        .with_columns(
            address=HOME + pl.col("entry_page") + pl.when(query != "").then("?" + query).otherwise(pl.lit(""))
        )
    )


def _product_page() -> pl.Expr:
    return pl.col("product").replace_strict(range(PRODUCTS.height), PRODUCTS["path"]).alias("product_page")


def page_views(sessions: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """One row per page seen, within the first three quarters of its session."""
    n = sessions["n_pages"].to_numpy()
    row = np.repeat(np.arange(len(n)), n)
    place = np.arange(len(row)) - np.repeat(np.cumsum(n) - n, n)
    share = 0.02 + 0.73 * (place + 0.8 * rng.random(len(row))) / n[row]
    anywhere = rng.choice([*COLLECTIONS, *OTHER_PAGES], len(row))
    frame = _of(sessions, row, share).with_columns(
        place=pl.Series(place), anywhere=pl.Series(anywhere), strays=pl.Series(rng.random(len(row)) < 0.3)
    )
    page = pl.when("strays").then("anywhere").otherwise("product_page")
    return frame.with_columns(
        event_type=pl.lit("page_view"),
        page_url=pl.when(pl.col("place") == 0).then("address").otherwise(HOME + page),
    ).with_columns(
        event_name=pl.when(pl.col("page_url").str.contains("/products/", literal=True)).then(pl.lit("product_view")),
        channel=pl.lit("web"),
    )


def ad_clicks(sessions: pl.DataFrame) -> pl.DataFrame:
    """The click that began each session of an ad."""
    row = np.nonzero((sessions["source"] < N_CAMPAIGNS).to_numpy())[0]
    return _of(sessions, row, np.zeros(len(row))).with_columns(
        event_type=pl.lit("ad_click"), page_url="address", channel=pl.lit("ad")
    )


def milestones(sessions: pl.DataFrame, orders: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """The conversions: depth and time on the way, cart, checkout and order one after the other, forms at the end."""
    n = sessions.height
    chance = {name: pl.Series(rng.random(n)) for name in ("scrolls", "stays", "carts", "checks", "depth")}
    ordered = pl.col("places_order")
    looked = pl.col("n_pages") > 1
    carted = ordered | (looked & ~pl.col("is_lead") & (chance["carts"] < 0.1))
    happened = sessions.select(
        scroll_depth=looked & (chance["scrolls"] < 0.5),
        time_on_site=looked & (chance["stays"] < 0.3),
        add_to_cart=carted,
        begin_checkout=ordered | (carted & (chance["checks"] < 0.35)),
        lead_form_submission=pl.col("is_lead"),
        purchase=ordered,
    )
    shares = {
        Kind.scroll_depth: 0.6,
        Kind.time_on_site: 0.78,
        Kind.add_to_cart: 0.82,
        Kind.begin_checkout: 0.9,
        Kind.lead_form_submission: 1.0,
        Kind.purchase: 1.0,
    }
    depth = np.select([chance["depth"] < bound for bound in (0.25, 0.55, 0.8)], [25, 50, 75], 100)
    told = sessions.with_columns(depth=pl.Series(depth), seconds=(pl.col("ends_at") - pl.col("at")) // 1_000_000)
    steps = [
        _of(told, row, np.full(len(row), share)).with_columns(conversion_type=pl.lit(kind.value))
        for kind, share in shares.items()
        for row in [np.nonzero(happened[kind.value].to_numpy())[0]]
    ]
    placed = orders.select("order", "order_id", "currency", "value_minor")
    return pl.concat(steps).join(placed, on="order", how="left", maintain_order="left")


def _of(sessions: pl.DataFrame, row: np.ndarray, share: np.ndarray) -> pl.DataFrame:
    """The sessions of some rows, with the instant `occurred_at` at a share of their length."""
    length = pl.col("ends_at") - pl.col("at")
    return sessions[row].with_columns(occurred_at=pl.col("at") + (length * pl.Series(share)).cast(pl.Int64))


def social_visits(sessions: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Those who came from one of the shop's own posts liked it, more often than not."""
    liked = (sessions["source"] == SOCIAL).to_numpy() & (rng.random(sessions.height) < 0.6)
    row = np.nonzero(liked)[0]
    return _of(sessions, row, np.zeros(len(row))).with_columns(
        event_type=pl.lit("social_engage"), event_name=pl.lit("post_liked"), channel=pl.lit("social")
    )


def letter_clicks(sessions: pl.DataFrame) -> pl.DataFrame:
    """The click that began each session from a letter."""
    row = np.nonzero((sessions["source"] == EMAIL).to_numpy())[0]
    return _of(sessions, row, np.zeros(len(row))).with_columns(
        event_type=pl.lit("email_click"), page_url="address", channel=pl.lit("email")
    )


def forms(sessions: pl.DataFrame) -> pl.DataFrame:
    """The forms sent at the end of a session, as steps on the way."""
    row = np.nonzero(sessions["is_lead"].to_numpy())[0]
    return _of(sessions, row, np.ones(len(row))).with_columns(
        event_type=pl.lit("lead_capture"),
        event_name=pl.lit("bulk_quote_received"),
        page_url=pl.lit(HOME + LEAD_PAGE),
        channel=pl.lit("web"),
    )
