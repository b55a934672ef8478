from __future__ import annotations

import csv
import os
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.attribution.channels import CHANNELS, is_direct, plain, with_channel
from adplanning.core.click_ids import CLICK_IDS
from adplanning.core.vocabulary import platform_of_source

REAL = Path(os.environ.get("ADPLANNING_REAL_DATA", "not given"))
NAMES = {name for name, _ in CHANNELS} | {"other"}
COLUMNS = ("utm_source", "utm_medium", "utm_campaign", "platform", "click_id", "referrer_domain", "kind")


def channels(*tags: tuple[str | None, str | None, str]) -> list[str | None]:
    """The channels of (source, medium, platform)."""
    names = ("utm_source", "utm_medium", "platform")
    frame = pl.DataFrame(tags, schema=dict.fromkeys(names, pl.String), orient="row")
    return channels_of(frame)


def channels_of(touchpoints: pl.DataFrame) -> list[str | None]:
    return with_channel(touchpoints.lazy()).collect()["channel"].to_list()


def touchpoint(source: str | None = None, medium: str | None = None, **told: str | None) -> pl.DataFrame:
    """One touchpoint as the intake would keep it."""
    click = told.get("click_id")
    platform = CLICK_IDS[click].platform if click and not source else platform_of_source(source)
    row = dict.fromkeys(COLUMNS) | {"utm_source": source, "utm_medium": medium, "kind": "session", "platform": platform}
    return pl.DataFrame([row | told], schema=dict.fromkeys((*COLUMNS, *told), pl.String))


def channel_by(source: str | None = None, medium: str | None = None, **told: str | None) -> str:
    [found] = channels_of(touchpoint(source, medium, **told))
    return str(found)


def channel_of(source: str | None, medium: str | None) -> str | None:
    return channels((source, medium, platform_of_source(source).value))[0]


@pytest.mark.parametrize(
    ("source", "medium", "expected"),
    [
        ("facebook", "cpc", "paid social"),
        ("ig", "paid_social", "paid social"),
        ("meta", "display", "paid social"),
        ("tiktok", "cpm", "paid social"),
        ("linkedin.com", "paid", "paid social"),
        ("google", "ppc", "paid search"),
        ("adwords", "cpc", "paid search"),
        ("yandex", "cpc", "paid search"),
        ("bing", "paid-search", "paid search"),
        ("partner", "email", "email"),
        ("newsletter", None, "email"),
        ("facebook", "organic", "social"),
        ("pinterest", None, "social"),
        ("forum", "social", "social"),
        ("blog", "referral", "referral"),
        ("google", "referral", "referral"),
        ("google", "organic", "search"),
        ("google", None, "search"),
        (None, "organic", "search"),
        ("google", "display", "display"),
        ("partner", "banner", "display"),
        ("google", "cpm", "display"),
        ("shop", "sms", "sms"),
        ("partner", "affiliate", "affiliate"),
        ("poster", "print", "other"),
        ("partner", "cpc", "other"),
        (None, None, "direct"),
    ],
)
def test_source_and_medium_tell_the_channel(source: str | None, medium: str | None, expected: str) -> None:
    assert channel_of(source, medium) == expected


def test_the_first_rule_that_fits_decides() -> None:
    # E-mail goes before paid, paid before social, social before referral.
    assert channel_of("facebook", "email") == "email"
    assert channel_of("newsletter", "cpc") == "email"
    assert channel_of("facebook", "referral") == "social"


def test_a_click_id_without_any_tags_was_paid_for() -> None:
    # Where it is not named, it has told the platform: fbclid meta, gclid google, msclkid generic.
    assert channels((None, None, "meta"), (None, None, "google"), (None, None, "generic")) == [
        "paid social",
        "paid search",
        "paid search",
    ]
    named = {name: channel_by(click_id=name) for name in CLICK_IDS}
    assert {name for name, its in named.items() if its == "paid search"} == {
        "gclid", "gbraid", "wbraid", "msclkid", "yclid",
    }  # fmt: skip
    assert {name for name, its in named.items() if its == "display"} == {"dclid"}
    assert set(named.values()) == {"paid search", "display", "paid social"}


@pytest.mark.parametrize(("source", "medium"), [("google", "organic"), ("google", None), ("blog", "referral")])
def test_an_ad_click_that_arrives_as_organic_is_paid_search(source: str, medium: str | None) -> None:
    assert channel_by(source, medium, click_id="gclid") == "paid search"
    assert channel_by(source, medium, click_id="gclid", referrer_domain="google.com") == "paid search"


def test_a_click_id_outranks_the_referrer() -> None:
    assert channel_by(click_id="gclid", referrer_domain="facebook.com") == "paid search"
    assert channel_by(click_id="fbclid", referrer_domain="google.com") == "paid social"


def test_a_medium_that_names_a_kind_of_ad_says_more_than_a_click_id_of_the_same_platform() -> None:
    # Google's click ids tell nothing of where the ad was seen.
    assert channel_by("google", "display", click_id="gclid") == "display"
    assert channel_by("newsletter", "email", click_id="gclid") == "email"


def test_metas_click_id_is_on_unpaid_posts_too_so_the_tags_tell_whether_it_was_paid() -> None:
    assert channel_by("facebook", "social", click_id="fbclid") == "social"
    assert channel_by("facebook", "organic", click_id="fbclid") == "social"
    assert channel_by("facebook", None, click_id="fbclid") == "social"
    assert channel_by("summer", "cpc", click_id="fbclid") == "paid social"
    assert channel_by(None, "paid", click_id="fbclid") == "paid social"
    # A link of a search ad that somebody posted.
    assert channel_by("google", "cpc", click_id="fbclid") == "paid search"


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("google.co.in", "search"),
        ("duckduckgo.com", "search"),
        ("facebook.com", "social"),
        ("t.co", "social"),
        ("news.example", "referral"),
        ("", "direct"),
        (None, "direct"),
    ],
)
def test_without_tags_the_referrer_tells_the_channel(domain: str | None, expected: str) -> None:
    assert channel_by(referrer_domain=domain) == expected


def test_tags_outrank_the_referrer_and_it_fills_in_for_a_source() -> None:
    assert channel_by("poster", "print", referrer_domain="google.com") == "other"
    assert channel_by(None, "cpc", referrer_domain="google.com") == "paid search"
    assert channel_by(None, "cpc", referrer_domain="instagram.com") == "paid social"


def test_a_click_in_an_ad_was_paid_for_and_one_in_a_letter_is_email_whatever_the_medium() -> None:
    assert channel_by("facebook", kind="ad_click") == "paid social"
    assert channel_by("google", kind="ad_click") == "paid search"
    assert channel_by("shop", kind="email_click") == "email"
    assert channel_by("facebook", "cpc", kind="lead") == "paid social"


def test_a_touchpoint_that_says_of_itself_only_that_it_is_a_click_or_a_campaigns_is_not_direct() -> None:
    assert channel_by(kind="lead") == channel_by(ad_campaign_id="camp_1") == "other"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, True),
        ({"referrer_domain": ""}, True),
        ({"utm_campaign": " "}, True),
        ({"referrer_domain": "t.co"}, False),
        ({"click_id": "gclid"}, False),
        ({"ad_campaign_id": "camp_1"}, False),
        ({"utm_campaign": "sale"}, False),
        ({"medium": "print"}, False),
        ({"kind": "lead"}, False),
        ({"platform": "meta"}, False),
    ],
)
def test_direct_is_a_visit_of_which_nothing_says_where_it_came_from(told: dict[str, str], expected: bool) -> None:
    seen = touchpoint(**told)
    assert seen.select(is_direct()).item() is expected
    assert (channels_of(seen) == ["direct"]) is expected


def test_of_a_frame_with_few_columns_those_are_read() -> None:
    assert pl.DataFrame({"a": [1, 2]}).with_columns(is_direct())["is_direct"].to_list() == [True, True]
    assert pl.LazyFrame({"click_id": ["gclid", None]}).select(is_direct()).collect()["is_direct"].to_list() == [
        False,
        True,
    ]


def test_blank_tags_are_no_tags() -> None:
    assert channels((" ", "", "direct"), ("", "\t", "meta")) == ["direct", "paid social"]


def test_tags_that_begin_like_a_known_one_are_others() -> None:
    # x and ppc are words of their own, not beginnings.
    assert channel_of("xerox", None) == "other"
    assert channel_of("google", "ppcx") == "other"
    assert channel_of("google", "unpaid") == "other"
    assert channel_of("emailer", None) == "other"


def test_a_macro_that_nobody_expanded_names_no_channel() -> None:
    assert channel_of("{{site_source_name}}", "{{placement}}") == "other"
    # The source still tells what it can.
    assert channel_of("facebook", "{{placement}}") == "social"


def test_a_tag_is_plain_without_case_and_surrounding_space() -> None:
    tags = pl.DataFrame({"utm_source": [" FB ", "", "  ", None, "a b"]})
    assert tags.select(plain("utm_source")).to_series().to_list() == ["fb", None, None, None, "a b"]


def test_no_touchpoints_have_channels_of_the_right_type() -> None:
    none = pl.DataFrame(schema=dict.fromkeys(("utm_source", "utm_medium", "platform"), pl.String))
    assert with_channel(none.lazy()).collect_schema()["channel"] == pl.String


def test_tags_alike_but_for_their_campaign_are_told_apart_and_every_touchpoint_stays_where_it_was() -> None:
    row = {"utm_source": None, "utm_medium": None, "platform": "direct"}
    tags = [row | {"utm_campaign": name} for name in ("diwali", None, " ", "diwali")]
    found = with_channel(pl.LazyFrame(tags, schema=dict.fromkeys((*row, "utm_campaign"), pl.String))).collect()
    assert found["channel"].to_list() == ["other", "direct", "direct", "other"]
    assert found["utm_campaign"].to_list() == ["diwali", None, " ", "diwali"]


KNOWN = ["facebook", "google", "tiktok", "bing", "newsletter", "cpc", "paid_social", "email", "referral", "poster"]
tags = st.none() | st.sampled_from(KNOWN) | st.text(max_size=8)


@given(source=tags, medium=tags, platform=st.sampled_from(["meta", "google", "generic", "direct"]))
def test_every_touchpoint_has_exactly_one_of_the_channels(
    source: str | None, medium: str | None, platform: str
) -> None:
    assert set(channels((source, medium, platform))) <= NAMES


@given(source=st.sampled_from(KNOWN), medium=st.sampled_from(KNOWN), pad=st.text(" \t", max_size=2))
def test_case_and_surrounding_space_never_matter(source: str, medium: str, pad: str) -> None:
    assert channel_of(pad + source.upper(), medium.title() + pad) == channel_of(source, medium)


@pytest.mark.skipif(not REAL.is_dir(), reason="ADPLANNING_REAL_DATA names no folder")
def test_tags_in_the_wild_come_through_the_channels_that_their_readers_would_say() -> None:
    with (REAL / "utm_in_the_wild" / "utm_in_the_wild.tsv").open(encoding="utf-8", newline="") as file:
        pairs = {(row["utm_source"], row["utm_medium"]) for row in csv.DictReader(file, delimiter="\t")}
    found = {pair: channel_of(*pair) for pair in pairs}
    assert set(found.values()) <= NAMES
    on_meta = {pair for pair in pairs if pair[0].lower() in ("facebook", "fb", "instagram", "meta")}
    assert len(on_meta) == 10
    assert {found[pair] for pair in on_meta} == {"paid social"}
    assert {pair for pair in pairs if found[pair] == "paid search"} == {
        ("google", "cpc"),
        ("yandex", "cpc"),
        ("baidu", "cpc"),
    }
    assert {pair for pair in pairs if found[pair] == "email"} == {("newsletter", "email"), ("Newsletter", "email")}
    assert {found[pair] for pair in pairs if pair[1] == "{{placement}}"} == {"other"}
