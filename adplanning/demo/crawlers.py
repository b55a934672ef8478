"""Machines that read the whole shop, page after page at an even pace, and buy nothing."""

from __future__ import annotations

import numpy as np
import polars as pl

from adplanning.demo.goods import COLLECTIONS, HOME, OTHER_PAGES, PRODUCTS
from adplanning.demo.numbering import numbered
from adplanning.demo.season import SECOND, Season

CRAWLS_A_DAY = 1.4
# Far above those of people, so that no two are the same.
_FIRST_NUMBER = 2**40
AGENTS = ("ExampleBot/2.1 (+https://example.com/bot)", "HeadlessChrome/120.0", "python-requests/2.31")


def crawls(season: Season, size: float, rng: np.random.Generator) -> pl.DataFrame:
    """One row per crawl: visitor_id, session_id, at, agent; every fifth follows the link of an ad."""
    day = np.repeat(np.arange(season.n_days), rng.poisson(CRAWLS_A_DAY * size, season.n_days))
    at = season.start + day * 86_400 * SECOND + (rng.random(len(day)) * 86_000 * SECOND).astype(np.int64)
    at = np.sort(at)
    return pl.DataFrame(
        {
            "visitor_id": numbered("vis", at, first=_FIRST_NUMBER),
            "session_id": numbered("sess", at, first=_FIRST_NUMBER),
            "at": at,
            "agent": rng.choice(AGENTS, len(at)),
            "from_ad": rng.random(len(at)) < 0.2,
        }
    )


def crawled_pages(crawled: pl.DataFrame, season: Season) -> pl.DataFrame:
    """The page views of the crawls: every page of the shop, two seconds apart."""
    pages = pl.DataFrame({"path": [*OTHER_PAGES, *COLLECTIONS, *PRODUCTS["path"]]}).with_row_index("place")
    return (
        crawled.join(pages, how="cross", maintain_order="left_right")
        .with_columns(occurred_at=pl.col("at") + pl.col("place").cast(pl.Int64) * 2 * SECOND)
        .filter(pl.col("occurred_at") < season.end)
        .select(
            "visitor_id",
            "session_id",
            "occurred_at",
            event_type=pl.lit("page_view"),
            channel=pl.lit("web"),
            page_url=HOME + pl.col("path"),
            event_data=pl.struct(user_agent="agent").struct.json_encode(),
            is_bot=pl.lit(True),
        )
    )


def crawled_links(crawled: pl.DataFrame, campaign: str) -> pl.DataFrame:
    """The touchpoints that the crawls which followed an ad's link left."""
    return crawled.filter("from_ad").select(
        "visitor_id",
        "session_id",
        "at",
        utm_source=pl.lit("facebook"),
        utm_medium=pl.lit("cpc"),
        utm_campaign=pl.lit(campaign),
        platform=pl.lit("meta"),
        address=pl.lit(f"{HOME}/"),
        n_pages=pl.lit(len(OTHER_PAGES) + len(COLLECTIONS) + PRODUCTS.height),
        is_bot=pl.lit(True),
    )
