"""From what customers saw and did to one row per subject of an experiment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from adplanning.core.frames import require_columns
from adplanning.core.periods import Period
from adplanning.experiments.running_times import is_within

PRE_PERIOD_DAYS: Final = 28
"""How many days before the start tell what a subject would have done anyway: four whole weeks, since days of the week
differ. Source: Deng, Xu, Kohavi and Walker (2013), "Improving the sensitivity of online controlled experiments", who
find one to two weeks enough; shops are bought from more seldom than Bing is searched."""

SUBJECT_COLUMNS: Final = ("variant_id", "first_on", "is_converted", "value", "denominator", "pre_value")


@dataclass(frozen=True)
class Exposed:
    """Who was exposed to which variant, a row per subject (`SUBJECT_COLUMNS`), and how many were to several."""

    subjects: pl.DataFrame
    n_contaminated: int


def exposed_subjects(
    exposures: pl.LazyFrame,
    outcomes: pl.LazyFrame,
    *,
    times: Sequence[Period],
    zone: ZoneInfo,
    before: pl.LazyFrame | None = None,
) -> Exposed:
    """Make each customer who met a variant a subject, with what they did from then on.

    Formula: a subject's variant is the one that they were exposed to while the experiment ran; value = Σ of their
    outcomes at or after the first exposure, of those while it ran; converted when there is one. Who was exposed to two
    variants shows what neither of them does: contaminated, in no row.

    Parameters
    ----------
    exposures : one row per exposure: path_key (whose it was; null is nobody's), variant_id, at (UTC).
    outcomes : one row per outcome: path_key, at (UTC), value (null: it happened, but nobody knows what it is worth).
    times : when the experiment ran, as from `running_times`.
    zone : the reporting zone, whose day the first exposure is counted on.
    before : outcomes of the `PRE_PERIOD_DAYS` before the start; None where the store does not reach back so far.

    Returns
    -------
    One row per subject, by no order: variant_id, first_on, is_converted, value, denominator (null: each subject is one
    unit), pre_value (0 for who did nothing before, null without `before`). The subjects and the contaminated are all
    who were exposed while it ran.

    Raises
    ------
    InvalidData : a missing column.

    >>> from datetime import UTC, datetime, timedelta
    >>> noon = datetime(2026, 11, 2, 12, tzinfo=UTC)
    >>> seen = pl.LazyFrame({"path_key": ["asha", "ravi", "meera", "meera"], "variant_id": ["a", "b", "a", "b"],
    ...     "at": [noon] * 4})
    >>> done = pl.LazyFrame({"path_key": ["asha", "asha"], "value": [1.0, 1.0],
    ...     "at": [noon - timedelta(minutes=1), noon + timedelta(minutes=1)]})
    >>> ran = [Period(noon - timedelta(days=1), noon + timedelta(days=1))]
    >>> found = exposed_subjects(seen, done, times=ran, zone=ZoneInfo("UTC"))
    >>> found.subjects.sort("variant_id").select("variant_id", "is_converted", "value").rows(), found.n_contaminated
    ([('a', True, 1.0), ('b', False, 0.0)], 1)
    """
    require_columns(exposures, ["path_key", "variant_id", "at"], what="exposures")
    require_columns(outcomes, ["path_key", "at", "value"], what="outcomes")
    first = (
        exposures.filter(pl.col("path_key").is_not_null(), is_within(times, "at"))
        .group_by("path_key")
        .agg(
            pl.col("variant_id").min(),
            is_contaminated=pl.col("variant_id").min() != pl.col("variant_id").max(),
            first_at=pl.col("at").min(),
        )
        .collect(engine="streaming")
    )
    told = first.lazy().filter(~pl.col("is_contaminated"))
    done = (
        outcomes.filter(is_within(times, "at"))
        .join(told.select("path_key", "first_at"), on="path_key")
        .filter(pl.col("at") >= pl.col("first_at"))
        .group_by("path_key")
        .agg(pl.col("value").sum().cast(pl.Float64))
    )
    # What a subject did not do is not in `done`; one whose outcomes are worth nothing is.
    subjects = told.join(done, on="path_key", how="left")
    if before is None:
        subjects = subjects.with_columns(pre_value=pl.lit(None, pl.Float64))
    else:
        require_columns(before, ["path_key", "value"], what="before")
        earlier = before.group_by("path_key").agg(pre_value=pl.col("value").sum().cast(pl.Float64))
        subjects = subjects.join(earlier, on="path_key", how="left").with_columns(pl.col("pre_value").fill_null(0.0))
    return Exposed(
        subjects.select(
            "variant_id",
            pl.col("first_at").dt.convert_time_zone(zone.key).dt.date().alias("first_on"),
            pl.col("value").is_not_null().alias("is_converted"),
            pl.col("value").fill_null(0.0),
            pl.lit(None, pl.Float64).alias("denominator"),
            "pre_value",
        ).collect(engine="streaming"),
        int(first["is_contaminated"].sum()),
    )


def variant_of_path(page_urls: pl.Series, patterns: Sequence[tuple[str, str]]) -> pl.DataFrame:
    """Tell which variants a page belongs to.

    Formula: the path of the page's address equals the pattern, in which `*` stands for anything; case counts.

    Parameters
    ----------
    page_urls : addresses or paths of pages, each once.
    patterns : the variant's id and a pattern such as /spring or /products/*.

    Returns
    -------
    One row per page and variant: page_url, variant_id. A page of two variants is in both.

    >>> pages = pl.Series(["https://shop.example/spring?a=1", "/products/sheet", "/sprint"])
    >>> variant_of_path(pages, [("control", "/spring"), ("treatment", "/products/*")]).rows()
    [('https://shop.example/spring?a=1', 'control'), ('/products/sheet', 'treatment')]
    """
    pages = pl.DataFrame({"page_url": page_urls}).with_columns(
        path=pl.col("page_url")
        .str.replace(r"^(?:[A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#]*", "")
        .str.replace(r"[?#].*$", "")
        .replace("", "/")
    )
    parts = [
        pages.filter(pl.col("path").str.contains(path_expression(pattern))).select(
            "page_url", pl.lit(variant_id).alias("variant_id")
        )
        for variant_id, pattern in patterns
    ]
    empty = pl.DataFrame(schema={"page_url": pl.String, "variant_id": pl.String})
    return pl.concat([empty, *parts]).unique(maintain_order=True)


def path_expression(pattern: str) -> str:
    r"""A pattern of paths as a regular expression.

    >>> path_expression("/sale.html"), path_expression("/a/*")
    ('(?s)^/sale\\.html$', '(?s)^/a/.*$')
    """
    return "(?s)^" + ".*".join(map(_escaped, pattern.split("*"))) + "$"


def _escaped(text: str) -> str:
    # Only what polars' engine gives a meaning; it refuses some of what `re.escape` escapes.
    return "".join(f"\\{letter}" if letter in r"\.+*?()|[]{}^$#&-~" else letter for letter in text)
