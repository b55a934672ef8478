from __future__ import annotations

import csv
import os
import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.attribution.touch_counts import NO_CAMPAIGN, NO_TAG, touch_counts
from adplanning.core.periods import Period
from adplanning.core.vocabulary import platform_of_source

REAL = Path(os.environ.get("ADPLANNING_REAL_DATA", "not given"))
SCHEMA = {
    "platform": pl.String,
    "ad_campaign_id": pl.String,
    "utm_source": pl.String,
    "is_resolved": pl.Boolean,
    "resolution_method": pl.String,
    "session_pageviews": pl.Int64,
}

COUNTED = {"is_bot": pl.lit(value=False), "is_internal": pl.lit(value=False)}

Row = tuple[str, str | None, str | None, bool, str, int]


def counted(*rows: Row, period: Period = Period()) -> dict[str, Any]:  # noqa: B008 (immutable)
    return touch_counts(pl.DataFrame(rows, schema=SCHEMA, orient="row").with_columns(**COUNTED), period)


def test_touchpoints_are_counted_as_worked_by_hand() -> None:
    found = counted(
        ("meta", "c1", "Facebook", True, "exact_utm_match", 4),
        ("meta", "c1", " facebook", True, "exact_utm_match", 1),
        ("google", "c2", "google", True, "manual", 2),
        ("generic", None, None, False, "unresolved", 3),
        ("generic", None, "poster", False, "unresolved", 0),
        period=Period(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)),
    )
    assert found == {
        # 3 of 5 are 60 percent.
        "totals": {
            "total_sessions": 5,
            "resolved_sessions": 3,
            "unresolved_sessions": 2,
            "resolution_rate": pytest.approx(60),
        },
        "left_out": {"bots": 0, "internal": 0},
        "by_platform": {"generic": 2, "meta": 2, "google": 1},
        # c1: 4 + 1 page views; those without a campaign: 3 + 0, and after c1 for their name alone.
        "by_campaign": [
            {"campaign_id": "c1", "sessions": 2, "pageviews": 5},
            {"campaign_id": "unattributed", "sessions": 2, "pageviews": 3},
            {"campaign_id": "c2", "sessions": 1, "pageviews": 2},
        ],
        "by_resolution_method": {"exact_utm_match": 2, "unresolved": 2, "manual": 1},
        "by_utm_source": [
            {"source": "facebook", "count": 2},
            {"source": "(none)", "count": 1},
            {"source": "google", "count": 1},
            {"source": "poster", "count": 1},
        ],
        "period": {"from": "2026-03-01T00:00:00+00:00", "to": "2026-03-31T23:59:59.999999+00:00"},
    }
    assert list(found["by_platform"]) == ["generic", "meta", "google"]


def test_without_touchpoints_the_rate_is_unknown_and_nothing_is_listed() -> None:
    found = counted()
    assert found["totals"] == {
        "total_sessions": 0,
        "resolved_sessions": 0,
        "unresolved_sessions": 0,
        "resolution_rate": None,
    }
    assert [found[name] for name in ("by_platform", "by_campaign", "by_resolution_method", "by_utm_source")] == [
        {},
        [],
        {},
        [],
    ]


def test_none_resolved_is_a_rate_of_zero_not_an_unknown_one() -> None:
    assert counted(("meta", None, "fb", False, "unresolved", 1))["totals"]["resolution_rate"] == 0


def test_a_blank_source_is_no_source() -> None:
    # Links with an empty utm_source= and links without one tell the same.
    rows: list[Row] = [("direct", None, source, False, "unresolved", 1) for source in ("", "  ", None)]
    assert counted(*rows)["by_utm_source"] == [{"source": NO_TAG, "count": 3}]


def test_a_campaign_whose_match_is_not_settled_counts_for_it_all_the_same() -> None:
    # A hand may link a campaign before anybody says that it is resolved.
    found = counted(("meta", "c1", "fb", False, "manual", 1))
    assert found["totals"]["resolved_sessions"] == 0
    assert found["by_campaign"] == [{"campaign_id": "c1", "sessions": 1, "pageviews": 1}]


seen = st.lists(
    st.tuples(
        st.sampled_from(["meta", "google", "generic", "direct"]),
        st.none() | st.sampled_from(["c1", "c2", "c3"]),
        st.none() | st.sampled_from(["fb", "FB ", "google", "", "(none)"]),
        st.booleans(),
        st.sampled_from(["exact_utm_match", "manual", "unresolved"]),
        st.integers(0, 1000),
    )
)


@given(rows=seen)
def test_every_breakdown_adds_up_to_all_sessions(rows: list[Row]) -> None:
    found = counted(*rows)
    totals = found["totals"]
    assert totals["total_sessions"] == len(rows)
    assert totals["resolved_sessions"] + totals["unresolved_sessions"] == len(rows)
    assert sum(found["by_platform"].values()) == len(rows)
    assert sum(found["by_resolution_method"].values()) == len(rows)
    assert sum(row["sessions"] for row in found["by_campaign"]) == len(rows)
    assert sum(row["pageviews"] for row in found["by_campaign"]) == sum(row[-1] for row in rows)
    assert sum(row["count"] for row in found["by_utm_source"]) == len(rows)


@given(rows=seen)
def test_campaigns_are_told_most_sessions_first_and_then_by_name(rows: list[Row]) -> None:
    sessions = Counter(campaign or NO_CAMPAIGN for _, campaign, *_ in rows)
    expected = sorted(sessions.items(), key=lambda entry: (-entry[1], entry[0]))
    assert [(row["campaign_id"], row["sessions"]) for row in counted(*rows)["by_campaign"]] == expected


@given(rows=seen, seed=st.randoms())
def test_the_order_of_rows_does_not_matter(rows: list[Row], seed: random.Random) -> None:
    found, shuffled = counted(*rows), counted(*seed.sample(rows, len(rows)))
    assert shuffled == found
    assert list(shuffled["by_platform"]) == list(found["by_platform"])


@pytest.mark.skipif(not REAL.is_dir(), reason="ADPLANNING_REAL_DATA names no folder")
def test_sources_in_the_wild_are_counted_whatever_their_case() -> None:
    with (REAL / "utm_in_the_wild" / "utm_in_the_wild.tsv").open(encoding="utf-8", newline="") as file:
        sources = [row["utm_source"] for row in csv.DictReader(file, delimiter="\t")]
    found = counted(*((platform_of_source(s).value, None, s, False, "unresolved", 1) for s in sources))
    folded = Counter(source.lower() for source in sources)
    assert {"FB", "Newsletter"} < set(sources)
    assert {row["source"]: row["count"] for row in found["by_utm_source"]} == folded
    on_meta = sum(folded[source] for source in ("facebook", "fb", "instagram", "meta"))
    assert found["by_platform"]["meta"] == on_meta


def test_bots_and_the_shops_own_people_are_left_out_and_counted_apart() -> None:
    rows = pl.DataFrame([("meta", "c1", "fb", True, "manual", 1)] * 4, schema=SCHEMA, orient="row").with_columns(
        is_bot=pl.Series([False, True, True, False]), is_internal=pl.Series([False, False, True, True])
    )
    found = touch_counts(rows, Period())
    assert (found["totals"]["total_sessions"], found["by_platform"]) == (1, {"meta": 1})
    assert found["left_out"] == {"bots": 2, "internal": 1}
