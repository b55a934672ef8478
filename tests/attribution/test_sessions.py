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
from adplanning.core.click_ids import CLICK_IDS, click_ids
from adplanning.core.errors import InvalidData
from adplanning.core.periods import SESSION_GAP
from adplanning.core.referrers import excluded_domains

REAL = Path(os.environ.get("ADPLANNING_REAL_DATA", "not given"))
TEN = datetime(2026, 3, 1, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
INSTANT = pl.Datetime("us", "UTC")
EVENT: dict[str, pl.DataType | type[pl.DataType]] = {
    "event_id": pl.String,
    "visitor_id": pl.String,
    "session_id": pl.String,
    "website_id": pl.String,
    "event_type": pl.String,
    "occurred_at": INSTANT,
    "page_url": pl.String,
    "referrer": pl.String,
    **dict.fromkeys(UTM_TAGS, pl.String),
}
PLAIN = {"visitor_id": "v", "event_type": "page_view", "page_url": "/"}

Event = dict[str, Any]


def event(minute: float, **told: str | None) -> Event:
    return PLAIN | {"occurred_at": TEN + minute * MINUTE} | told


def touchpoints(*events: Event) -> pl.DataFrame:
    """The touchpoints of events, oldest first; events are numbered as they are told."""
    rows = [{"event_id": f"{n:03}"} | told for n, told in enumerate(events)]
    return (
        touchpoints_of(pl.LazyFrame(rows, schema=EVENT)).collect().sort("session_started_at", "visitor_id", "event_id")
    )


def bearing(*pages: str | None) -> list[bool]:
    """Whether pages alone, without any tag, say that a campaign brought their event."""
    untagged = pl.lit(None, pl.String)
    frame = pl.DataFrame({"page_url": pages}, schema={"page_url": pl.String})
    return frame.with_columns(untagged.alias(tag) for tag in UTM_TAGS).select(bears_campaign()).to_series().to_list()


def test_a_visit_is_worked_by_hand() -> None:
    found = touchpoints(
        event(0, page_url="/", website_id="web_1"),
        event(
            20, page_url="/sale?utm_source=facebook", website_id="web_1", utm_source="facebook", utm_campaign="summer"
        ),
        event(25, event_type="add_to_cart", page_url="/sale", utm_source="facebook"),
        event(45, page_url="/cart", utm_source="google", referrer="https://www.google.com/"),
        event(50, page_url="/cart"),
        # 41 minutes later: another visit, which nothing brought.
        event(91, page_url="/"),
    )
    # The first begins with the visit and has the views at 0 and 20 minutes; the cart repeats its tag. The second begins
    # with the other campaign and has those at 45 and 50.
    common = {"visitor_id": "v", "session_id": None, "kind": "session", "click": None}
    common |= dict.fromkeys(("utm_medium", "utm_term", "utm_content"))
    assert found.select(sorted(found.columns)).to_dicts() == [
        dict(sorted((common | told).items()))
        for told in (
            {
                "event_id": "001",
                "website_id": "web_1",
                "is_first": True,
                "session_started_at": TEN,
                "utm_source": "facebook",
                "utm_campaign": "summer",
                "entry_page": "/sale?utm_source=facebook",
                "referrer_domain": None,
                "session_pageviews": 2,
            },
            {
                "event_id": "003",
                "website_id": None,
                "is_first": False,
                "session_started_at": TEN + 45 * MINUTE,
                "utm_source": "google",
                "utm_campaign": None,
                "entry_page": "/cart",
                "referrer_domain": "google.com",
                "session_pageviews": 2,
            },
        )
    ]


def test_half_an_hour_of_silence_to_the_microsecond_ends_a_session() -> None:
    just_short = SESSION_GAP / MINUTE - timedelta(microseconds=1) / MINUTE
    assert touchpoints(event(0, utm_source="a"), event(just_short, utm_source="a")).height == 1
    assert touchpoints(event(0, utm_source="a"), event(30, utm_source="a")).height == 2


def test_silence_is_counted_from_the_event_before_not_from_the_first() -> None:
    assert touchpoints(*(event(minute, utm_source="a") for minute in (0, 29, 58, 87)))["session_pageviews"].item() == 4


def test_a_session_id_holds_a_session_together_over_any_silence() -> None:
    found = touchpoints(event(0, session_id="s", utm_source="a"), event(300, session_id="s", utm_source="a"))
    assert found.select("session_id", "utm_source", "session_pageviews").rows() == [("s", "a", 2)]


def test_two_visitors_with_one_session_id_have_a_session_each() -> None:
    found = touchpoints(
        event(0, session_id="1", utm_source="a"), event(1, session_id="1", utm_source="b", visitor_id="w")
    )
    assert found.select("visitor_id", "session_id", "utm_source").rows() == [("v", "1", "a"), ("w", "1", "b")]


def test_an_event_without_a_session_id_belongs_to_the_visit_of_the_event_before_it() -> None:
    # Shops send the order from another place than the page views.
    found = touchpoints(
        event(0, session_id="s", utm_source="a"), event(29, utm_source="a"), event(58), event(88, utm_source="a")
    )
    assert found.select("session_id", "session_pageviews").rows() == [("s", 3), (None, 1)]


# --- A new campaign within a visit


CAMPAIGN = {"utm_source": "fb", "utm_medium": "cpc", "utm_campaign": "sale"}
LANDING = CAMPAIGN | {"page_url": "/a?fbclid=1"}


@pytest.mark.parametrize(
    ("then", "n"),
    [
        (CAMPAIGN, 1),
        ({"utm_campaign": "sale"}, 1),
        ({}, 1),
        (LANDING, 1),
        ({"page_url": "/?fbclid=1"}, 1),
        # Another ad of the same campaign, and a term that nobody else had.
        (CAMPAIGN | {"utm_content": "blue"}, 1),
        ({"utm_term": "shoes"}, 1),
        ({"utm_source": "google"}, 2),
        (CAMPAIGN | {"utm_medium": "email"}, 2),
        (CAMPAIGN | {"utm_campaign": "brand"}, 2),
        (CAMPAIGN | {"page_url": "/a?fbclid=2"}, 2),
        ({"page_url": "/?gclid=1"}, 2),
    ],
)
@pytest.mark.parametrize("session", [None, "s"])
def test_a_campaign_is_new_when_a_mark_differs_or_none_is_in_common(
    then: dict[str, str], n: int, session: str | None
) -> None:
    assert touchpoints(event(0, session_id=session, **LANDING), event(5, session_id=session, **then)).height == n


def test_what_follows_a_new_campaign_is_its_own() -> None:
    found = touchpoints(
        event(0, session_id="s", utm_source="a"),
        event(1, session_id="s", utm_source="b"),
        event(2, session_id="s"),
        event(3, session_id="s", utm_source="a"),
    )
    assert found.select("utm_source", "session_pageviews", "is_first").rows() == [
        ("a", 1, True),
        ("b", 2, False),
        ("a", 1, False),
    ]


def test_marks_that_come_later_complete_those_that_began() -> None:
    # The click in the ad names its tags alone, the landing also what the platform added.
    found = touchpoints(
        event(0, event_type="ad_click", page_url=None, utm_source="fb", utm_campaign="sale"), event(0.1, **LANDING)
    )
    assert found.select("kind", "utm_medium", "click", "session_pageviews").rows() == [
        ("ad_click", "cpc", "fbclid=1", 1)
    ]


def test_a_mark_of_an_earlier_campaign_is_not_given_to_a_later_one() -> None:
    found = touchpoints(event(0, **CAMPAIGN), event(1, page_url="/?gclid=1"), event(2, **CAMPAIGN))
    assert found.select("utm_source", "click").rows() == [("fb", None), (None, "gclid=1")]


@pytest.mark.parametrize(
    ("event_type", "kind"),
    [("ad_click", "ad_click"), ("email_click", "email_click"), ("lead_capture", "lead"), ("form_submit", "session")],
)
def test_clicks_and_leads_of_a_campaign_are_touchpoints_of_their_kind(event_type: str, kind: str) -> None:
    assert touchpoints(event(0, event_type=event_type, utm_source="a"))["kind"].to_list() == [kind]
    assert touchpoints(event(0, event_type=event_type)).is_empty()
    later = touchpoints(event(0, utm_source="a"), event(1, event_type=event_type, utm_source="a"))
    assert later["kind"].to_list() == ["session"]


# --- Without a campaign: the referrer


def came_from(*referrers: str | None, **told: str) -> list[str | None]:
    """Where the touchpoints of a visit came from whose events have those referrers."""
    seen = (
        event(n, referrer=referrer, page_url="https://shop.example/", **told) for n, referrer in enumerate(referrers)
    )
    return touchpoints(*seen)["referrer_domain"].to_list()


def test_another_site_makes_a_touchpoint() -> None:
    assert came_from("https://www.google.co.in/", None) == ["google.co.in"]


def test_direct_is_what_the_browser_calls_so_and_not_what_nobody_told() -> None:
    assert came_from("") == [""]
    assert came_from(None) == came_from(None, "", "https://www.google.com/") == []


@pytest.mark.parametrize("stop", ["https://shop.example/a", "https://www.paypal.com/", "https://accounts.google.com/"])
def test_the_shop_itself_and_stops_on_the_way_make_none(stop: str) -> None:
    assert came_from(stop, "https://www.google.com/") == []


def test_only_the_first_event_of_a_visit_tells_where_it_came_from() -> None:
    assert came_from("https://t.co/x", "https://www.google.com/", "") == ["t.co"]
    assert came_from("", session_id="s") == [""]


def test_a_campaign_within_a_visit_from_elsewhere_is_a_touchpoint_of_its_own() -> None:
    found = touchpoints(event(0, referrer=""), event(5, utm_source="a"), event(6))
    assert found.select("referrer_domain", "utm_source", "session_pageviews").rows() == [("", None, 1), (None, "a", 2)]


def test_a_payment_page_does_not_end_a_visit_however_long_it_takes() -> None:
    before = event(0, utm_source="a")
    assert touchpoints(before, event(45, referrer="https://www.paypal.com/"))["session_pageviews"].to_list() == [2]
    assert touchpoints(before, event(45, referrer="https://www.paypal.com/", utm_source="a")).height == 1
    assert touchpoints(before, event(45, referrer="https://t.co/"))["session_pageviews"].to_list() == [1, 1]
    # With a session_id it is a session apart, and the touchpoint before it keeps the credit.
    assert touchpoints(before, event(45, referrer="https://www.paypal.com/", session_id="s")).height == 1


def test_the_shop_may_exclude_further_domains() -> None:
    seen = pl.LazyFrame([{"event_id": "1"} | event(0, referrer="https://3ds.bank.example/")], schema=EVENT)
    assert touchpoints_of(seen).collect().height == 1
    assert touchpoints_of(seen, excluded=excluded_domains(passed=["bank.example"])).collect().is_empty()


def test_another_visitor_does_not_end_the_silence_of_the_first() -> None:
    found = touchpoints(event(0, utm_source="a"), event(20, visitor_id="w"), event(40, utm_source="b"))
    assert found["utm_source"].to_list() == ["a", "b"]


def test_of_two_events_at_one_instant_that_of_the_smaller_id_comes_first() -> None:
    # Otherwise the tags would depend on how the rows happened to be stored.
    later, sooner = event(0, event_id="2", referrer="https://t.co/"), event(0, event_id="1", referrer="")
    assert touchpoints(later, sooner)["referrer_domain"].to_list() == [""]


def test_a_click_id_without_any_tag_makes_a_touchpoint_without_tags() -> None:
    found = touchpoints(event(0), event(1, page_url="/sale?fbclid=IwAR0"), event(2))
    assert found.select("utm_source", "entry_page", "session_pageviews").rows() == [(None, "/sale?fbclid=IwAR0", 3)]


def test_a_session_of_which_nobody_says_what_brought_it_is_no_touchpoint() -> None:
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
    assert bearing(*(f"/a?x=1&{name}=1" for name in CLICK_IDS)) == [True] * len(CLICK_IDS)
    assert (
        bearing("/a?fbclid=&x=1", "/a?gclid", "/a?myfbclid=1", "/gclid=1", "/a?x=gclid", "/a?gclid=#1", "", None)
        == [False] * 8
    )


def test_no_events_have_touchpoints_of_the_right_types() -> None:
    assert touchpoints().schema == {
        "visitor_id": pl.String,
        "event_id": pl.String,
        "website_id": pl.String,
        "entry_page": pl.String,
        "kind": pl.String,
        "referrer_domain": pl.String,
        "utm_term": pl.String,
        "utm_content": pl.String,
        "session_id": pl.String,
        "is_first": pl.Boolean,
        "session_started_at": INSTANT,
        "session_pageviews": pl.Int64,
        "utm_source": pl.String,
        "utm_medium": pl.String,
        "utm_campaign": pl.String,
        "click": pl.String,
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
        referrer=st.sampled_from([None, None, "", "https://t.co/", "https://www.paypal.com/"]),
        utm_source=st.sampled_from([None, "a", "b", " "]),
    ),
    max_size=12,
).map(lambda events: [told | {"event_id": f"{n:03}"} for n, told in enumerate(events)])


@given(events=streams, seed=st.randoms())
def test_the_order_of_rows_does_not_matter(events: list[Event], seed: random.Random) -> None:
    order = ["visitor_id", "session_id", "session_started_at", "event_id"]
    shuffled = touchpoints(*seed.sample(events, len(events))).sort(order)
    assert shuffled.equals(touchpoints(*events).sort(order))


@given(events=streams)
def test_where_a_campaign_brought_every_event_visits_are_cut_at_silences_and_lose_no_page_view(
    events: list[Event],
) -> None:
    brought = [told | {"utm_source": "a", "page_url": "/", "referrer": None} for told in events]
    expected = 0
    for visitor in "vw":
        own = sorted(
            (told for told in brought if told["visitor_id"] == visitor),
            key=lambda told: (told["occurred_at"], told["event_id"]),
        )
        alone = [told["session_id"] is None for told in own]
        silences = [after["occurred_at"] - before["occurred_at"] >= SESSION_GAP for before, after in pairwise(own)]
        expected += sum(is_alone and apart for is_alone, apart in zip(alone, [True, *silences], strict=False))
        expected += not all(alone)
    found = touchpoints(*brought)
    assert found.height == expected
    assert found["session_pageviews"].sum() == sum(told["event_type"] == "page_view" for told in events)


@given(events=streams)
def test_no_page_view_counts_twice_and_each_touchpoint_has_its_own_beginning(events: list[Event]) -> None:
    found = touchpoints(*events)
    assert found["session_pageviews"].sum() <= sum(told["event_type"] == "page_view" for told in events)
    assert found["event_id"].n_unique() == found.height
    assert (
        found.filter("is_first").height
        == found.unique(["visitor_id", "session_id", "is_first"])
        .filter(pl.col("is_first"), pl.col("session_id").is_not_null())
        .height
        + found.filter(pl.col("is_first"), pl.col("session_id").is_null()).height
    )


@pytest.mark.skipif(not REAL.is_dir(), reason="ADPLANNING_REAL_DATA names no folder")
def test_tags_in_the_wild_each_make_a_touchpoint_and_stay_as_they_came() -> None:
    with (REAL / "utm_in_the_wild" / "utm_in_the_wild.tsv").open(encoding="utf-8", newline="") as file:
        wild = list(csv.DictReader(file, delimiter="\t"))
    tags = ("utm_source", "utm_medium", "utm_campaign")
    found = touchpoints(
        *(event(n, visitor_id=f"{n:03}", **{tag: row[tag] for tag in tags}) for n, row in enumerate(wild))
    )
    assert found.select(tags).rows() == [tuple(row[tag] or None for tag in tags) for row in wild]
    # Their other parameters alone bear a campaign where a click id has a value, as the parser of URLs says.
    others = [row["other"] for row in wild]
    expected = [any(name in parse_qs(other) for name in CLICK_IDS) for other in others]
    assert any(expected)
    assert bearing(*(f"/?{other}" for other in others)) == expected


def test_a_click_id_counts_in_the_query_alone_as_it_does_for_tracked_events() -> None:
    pages = ["/a&gclid=1", "/a?x=1#y?gclid=1", "/a?x=1#y&gclid=1", "/a?next=/b?gclid=1", "/a?gclid=1#y", "/a?x&gclid=1"]
    assert bearing(*pages) == [bool(click_ids(page)) for page in pages] == [False] * 4 + [True] * 2
