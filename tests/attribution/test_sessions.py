from __future__ import annotations

import csv
import os
import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.attribution.sessions import UTM_TAGS, bears_campaign, touchpoints_of
from adplanning.core.errors import InvalidData
from adplanning.core.periods import SESSION_GAP
from adplanning.core.vocabulary import PLATFORM_OF_CLICK_ID
from adplanning.tracking.campaign_tags import click_ids

REAL = Path(os.environ.get("ADPLANNING_REAL_DATA", "not given"))
TEN = datetime(2026, 3, 1, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
INSTANT = pl.Datetime("us", "UTC")
EVENT: dict[str, pl.DataType | type[pl.DataType]] = {
    "event_id": pl.String,
    "visitor_id": pl.String,
    "session_id": pl.String,
    "event_type": pl.String,
    "occurred_at": INSTANT,
    "page_url": pl.String,
    **dict.fromkeys(UTM_TAGS, pl.String),
}
PLAIN = {"visitor_id": "v", "event_type": "page_view", "page_url": "/"}

Event = dict[str, Any]


def event(minute: float, **told: str | None) -> Event:
    return PLAIN | {"occurred_at": TEN + minute * MINUTE} | told


def touchpoints(*events: Event) -> pl.DataFrame:
    """The touchpoints of events, oldest first; events are numbered as they are told."""
    rows = [{"event_id": f"{n:03}"} | told for n, told in enumerate(events)]
    return touchpoints_of(pl.LazyFrame(rows, schema=EVENT)).collect().sort("session_started_at", "visitor_id")


def bearing(*pages: str | None) -> list[bool]:
    """Whether pages alone, without any tag, say that a campaign brought their event."""
    untagged = pl.lit(None, pl.String)
    frame = pl.DataFrame({"page_url": pages}, schema={"page_url": pl.String})
    return frame.with_columns(untagged.alias(tag) for tag in UTM_TAGS).select(bears_campaign()).to_series().to_list()


def test_a_visit_is_one_touchpoint_as_worked_by_hand() -> None:
    found = touchpoints(
        event(0, page_url="/"),
        event(20, page_url="/sale?utm_source=facebook", utm_source="facebook", utm_campaign="summer"),
        event(25, event_type="add_to_cart", page_url="/sale"),
        event(45, page_url="/cart", utm_source="google"),
        # 46 minutes later: another session, which nothing brought.
        event(91, page_url="/"),
    )
    # It begins with the first event, takes tags and page of the first that a campaign brought, and counts views alone:
    # those at 0, 20 and 45 minutes.
    assert found.to_dicts() == [
        {
            "visitor_id": "v",
            "session_id": None,
            "session_started_at": TEN,
            "utm_source": "facebook",
            "utm_medium": None,
            "utm_campaign": "summer",
            "utm_term": None,
            "utm_content": None,
            "entry_page": "/sale?utm_source=facebook",
            "session_pageviews": 3,
        }
    ]


def test_half_an_hour_of_silence_to_the_microsecond_ends_a_session() -> None:
    just_short = SESSION_GAP / MINUTE - timedelta(microseconds=1) / MINUTE
    assert touchpoints(event(0, utm_source="a"), event(just_short, utm_source="b")).height == 1
    assert touchpoints(event(0, utm_source="a"), event(30, utm_source="b")).height == 2


def test_silence_is_counted_from_the_event_before_not_from_the_first() -> None:
    assert touchpoints(*(event(minute, utm_source="a") for minute in (0, 29, 58, 87)))["session_pageviews"].item() == 4


def test_a_session_id_holds_a_session_together_over_any_silence() -> None:
    found = touchpoints(event(0, session_id="s", utm_source="a"), event(300, session_id="s", utm_source="b"))
    assert found.select("session_id", "utm_source", "session_pageviews").rows() == [("s", "a", 2)]


def test_two_visitors_with_one_session_id_have_a_session_each() -> None:
    found = touchpoints(
        event(0, session_id="1", utm_source="a"), event(1, session_id="1", utm_source="b", visitor_id="w")
    )
    assert found.select("visitor_id", "session_id", "utm_source").rows() == [("v", "1", "a"), ("w", "1", "b")]


def test_events_with_and_without_a_session_id_are_sessions_apart() -> None:
    found = touchpoints(event(0, session_id="s", utm_source="a"), event(1, utm_source="b"))
    assert found.select("session_id", "utm_source").rows() == [("s", "a"), (None, "b")]


def test_another_visitor_does_not_end_the_silence_of_the_first() -> None:
    found = touchpoints(event(0, utm_source="a"), event(20, visitor_id="w"), event(40, utm_source="b"))
    assert found["utm_source"].to_list() == ["a", "b"]


def test_of_two_events_at_one_instant_that_of_the_smaller_id_comes_first() -> None:
    # Otherwise the tags would depend on how the rows happened to be stored.
    later, sooner = event(0, event_id="2", utm_source="b"), event(0, event_id="1", utm_source="a")
    assert touchpoints(later, sooner)["utm_source"].to_list() == ["a"]


def test_a_click_id_without_any_tag_makes_a_touchpoint_without_tags() -> None:
    found = touchpoints(event(0), event(1, page_url="/sale?fbclid=IwAR0"), event(2, utm_source="facebook"))
    assert found.select("utm_source", "entry_page", "session_pageviews").rows() == [(None, "/sale?fbclid=IwAR0", 3)]


def test_a_session_that_no_campaign_brought_is_no_touchpoint() -> None:
    assert touchpoints(event(0), event(1, utm_source=" ", page_url="/?utm=x"), event(2, page_url=None)).is_empty()


def test_a_session_without_a_page_view_is_a_touchpoint_with_none() -> None:
    # Only the click was seen, or the tag manager was blocked.
    assert touchpoints(event(0, event_type="ad_click", utm_source="a"))["session_pageviews"].to_list() == [0]


@pytest.mark.parametrize("tag", UTM_TAGS)
def test_any_one_tag_is_enough(tag: str) -> None:
    assert touchpoints(event(0, **{tag: "x"}))[tag].to_list() == ["x"]


def test_a_macro_that_nobody_expanded_is_kept_as_it_came() -> None:
    # It tells the shop which link to repair; what it names is the resolution's to say.
    found = touchpoints(event(0, utm_source="fb", utm_campaign="{{campaign.name}}"))
    assert found["utm_campaign"].to_list() == ["{{campaign.name}}"]


def test_a_click_id_is_a_parameter_of_that_name_with_a_value() -> None:
    assert bearing(*(f"/a?x=1&{name}=1" for name in PLATFORM_OF_CLICK_ID)) == [True] * len(PLATFORM_OF_CLICK_ID)
    assert (
        bearing("/a?fbclid=&x=1", "/a?gclid", "/a?myfbclid=1", "/gclid=1", "/a?x=gclid", "/a?gclid=#1", "", None)
        == [False] * 8
    )


def test_no_events_have_touchpoints_of_the_right_types() -> None:
    assert touchpoints().schema == {
        "visitor_id": pl.String,
        "session_id": pl.String,
        "session_started_at": INSTANT,
        **dict.fromkeys(UTM_TAGS, pl.String),
        "entry_page": pl.String,
        "session_pageviews": pl.Int64,
    }


def test_events_without_pages_are_refused() -> None:
    with pytest.raises(InvalidData, match="events: column page_url is missing"):
        touchpoints_of(pl.LazyFrame(schema=EVENT).drop("page_url"))


# Minutes that often lie exactly half an hour apart, and often coincide.
streams = st.lists(
    st.builds(
        event,
        st.sampled_from([0, 1, 15, 29, 30, 31, 60, 90, 119]),
        visitor_id=st.sampled_from("vw"),
        session_id=st.sampled_from([None, None, "s"]),
        event_type=st.sampled_from(["page_view", "add_to_cart"]),
        page_url=st.sampled_from(["/", "/a?gclid=1", None]),
        utm_source=st.sampled_from([None, "a", "b", " "]),
    ),
    max_size=12,
).map(lambda events: [told | {"event_id": f"{n:03}"} for n, told in enumerate(events)])


@given(events=streams, seed=st.randoms())
def test_the_order_of_rows_does_not_matter(events: list[Event], seed: random.Random) -> None:
    order = ["visitor_id", "session_id", "session_started_at"]
    shuffled = touchpoints(*seed.sample(events, len(events))).sort(order)
    assert shuffled.equals(touchpoints(*events).sort(order))


@given(events=streams)
def test_where_a_campaign_brought_every_event_sessions_are_cut_at_silences_and_lose_no_page_view(
    events: list[Event],
) -> None:
    brought = [told | {"utm_source": "a"} for told in events]
    expected = 0
    for visitor in "vw":
        own = [told for told in brought if told["visitor_id"] == visitor]
        instants = sorted(told["occurred_at"] for told in own if told["session_id"] is None)
        silences = sum(after - before >= timedelta(minutes=30) for before, after in pairwise(instants))
        expected += bool(instants) + silences + any(told["session_id"] == "s" for told in own)
    found = touchpoints(*brought)
    assert found.height == expected
    assert found["session_pageviews"].sum() == sum(told["event_type"] == "page_view" for told in events)


@given(events=streams)
def test_events_that_no_campaign_brought_change_no_tags(events: list[Event]) -> None:
    in_session = [told | {"session_id": "s"} for told in events]
    alone = [told for told in in_session if (told["utm_source"] or "").strip() or "gclid" in (told["page_url"] or "")]
    kept = ["visitor_id", "entry_page", *UTM_TAGS]
    assert sorted(touchpoints(*in_session).select(kept).rows(), key=str) == sorted(
        touchpoints(*alone).select(kept).rows(), key=str
    )


@pytest.mark.skipif(not REAL.is_dir(), reason="ADPLANNING_REAL_DATA names no folder")
def test_tags_in_the_wild_each_make_a_touchpoint_and_stay_as_they_came() -> None:
    with (REAL / "utm_in_the_wild" / "utm_in_the_wild.tsv").open(encoding="utf-8", newline="") as file:
        wild = list(csv.DictReader(file, delimiter="\t"))
    tags = ("utm_source", "utm_medium", "utm_campaign")
    found = touchpoints(
        *(event(n, visitor_id=f"{n:03}", **{tag: row[tag] for tag in tags}) for n, row in enumerate(wild))
    )
    assert found.select(tags).rows() == [tuple(row[tag] for tag in tags) for row in wild]
    # Their other parameters alone bear a campaign where a click id has a value, as the parser of URLs says.
    others = [row["other"] for row in wild]
    expected = [any(name in parse_qs(other) for name in PLATFORM_OF_CLICK_ID) for other in others]
    assert any(expected)
    assert bearing(*(f"/?{other}" for other in others)) == expected


def test_a_click_id_counts_in_the_query_alone_as_it_does_for_tracked_events() -> None:
    pages = ["/a&gclid=1", "/a?x=1#y?gclid=1", "/a?x=1#y&gclid=1", "/a?next=/b?gclid=1", "/a?gclid=1#y", "/a?x&gclid=1"]
    assert bearing(*pages) == [bool(click_ids(page)) for page in pages] == [False] * 4 + [True] * 2
