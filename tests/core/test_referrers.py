"""Which referrers count, and what is kept of one."""

from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.referrers import (
    SEARCH_SITES,
    SOCIAL_SITES,
    excluded_domains,
    host_of,
    referrer_domain,
    referrer_domains,
    site_of,
    stored_referrer,
)

EXCLUDED = excluded_domains(["www.shop.example", "localhost:3000"], ["bank.example"])
PAGE = "https://landing.example/a"


@pytest.mark.parametrize(
    ("referrer", "kept"),
    [
        ("https://www.google.com/search?q=my+illness#top", "https://www.google.com/search"),
        ("https://user:secret@news.example/a", "https://news.example/a"),
        ("https://t.co", "https://t.co"),
        ("android-app://com.google.android.gm/", "android-app://com.google.android.gm/"),
        ("", ""),
        (None, None),
        ("about:blank", None),
        ("somewhere", None),
        ("https://", None),
    ],
)
def test_of_a_referrer_scheme_host_and_path_are_kept(referrer: str | None, kept: str | None) -> None:
    assert stored_referrer(referrer) == kept


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("m.facebook.com", "facebook.com"),
        ("www.google.co.in", "google.co.in"),
        ("news.bbc.co.uk", "bbc.co.uk"),
        ("shop.in", "shop.in"),
        ("co.in", "co.in"),
        ("one.myshopify.com", "one.myshopify.com"),
        ("myshopify.com", "myshopify.com"),
        ("localhost", "localhost"),
        ("203.0.113.7", "203.0.113.7"),
        ("example.com.", "example.com"),
    ],
)
def test_a_site_is_the_registered_domain(host: str, site: str) -> None:
    assert site_of(host) == site


@pytest.mark.parametrize(
    ("referrer", "domain"),
    [
        ("https://www.google.co.in/search", "google.co.in"),
        ("https://l.instagram.com/", "instagram.com"),
        ("HTTPS://T.CO:443/x", "t.co"),
        ("", ""),
        (None, None),
        # The shop's own sites, the page's own, those passed through, and all below them.
        ("https://shop.example/b", None),
        ("https://blog.shop.example/", None),
        ("http://localhost:3000/", None),
        ("https://www.landing.example/", None),
        ("https://secure.bank.example/3ds", None),
        ("https://www.paypal.com/checkoutnow", None),
        ("https://checkout.stripe.com/c/pay", None),
        ("https://api.razorpay.com/v1", None),
        ("https://accounts.google.com/o/oauth2", None),
        ("https://mail.google.com/mail/u/0/", None),
        # What only looks alike is somebody else's.
        ("https://notpaypal.com/", "notpaypal.com"),
        ("https://paypal.com.evil.example/", "evil.example"),
        ("https://other.example/?from=shop.example", "other.example"),
        # Nothing that tells a site.
        ("android-app://com.google.android.gm/", None),
        ("file:///home", None),
        ("somewhere", None),
    ],
)
def test_a_referrer_counts_unless_it_is_a_stop_on_the_way(referrer: str | None, domain: str | None) -> None:
    assert referrer_domain(referrer, PAGE, EXCLUDED) == domain


@pytest.mark.parametrize("site", ["google.com", "google.co.in", "bing.com", "yahoo.co.jp", "duckduckgo.com", "ya.ru"])
def test_search_engines_are_known_in_every_country(site: str) -> None:
    assert re.search(SEARCH_SITES, site)
    assert not re.search(SOCIAL_SITES, site)


@pytest.mark.parametrize(
    "site", ["facebook.com", "t.co", "x.com", "lnkd.in", "linkedin.com", "youtu.be", "threads.net"]
)
def test_social_networks_are_known_with_their_short_links(site: str) -> None:
    assert re.search(SOCIAL_SITES, site)
    assert not re.search(SEARCH_SITES, site)


@pytest.mark.parametrize(
    "site", ["googleblog.com", "notgoogle.com", "ext.co", "mybing.com", "xx.com", "facebookads.net"]
)
def test_what_only_looks_like_one_is_neither(site: str) -> None:
    assert not re.search(SEARCH_SITES, site)
    assert not re.search(SOCIAL_SITES, site)


addresses = st.builds(
    "{}{}{}".format,
    st.sampled_from(["https://", "http://", "HTTPS://", "https://a@b@", "ftp://", ""]),
    st.sampled_from(["t.co", "WWW.Shop.example", "m.paypal.com", "a.b.co.in", "landing.example:80", "[::1]", "", "x"]),
    st.sampled_from(["", "/", "/a?b", "#c", "\n"]),
)


@given(referrer=st.none() | addresses, page=st.none() | addresses)
def test_a_column_of_referrers_is_read_as_each_referrer_is(referrer: str | None, page: str | None) -> None:
    schema = dict.fromkeys(("referrer", "page_url"), pl.String)
    frame = pl.DataFrame({"referrer": [referrer], "page_url": [page]}, schema=schema)
    assert frame.select(referrer_domains(EXCLUDED)).item() == referrer_domain(referrer, page, EXCLUDED)


@given(referrer=addresses)
def test_what_is_kept_tells_the_same_site_and_holds_no_query(referrer: str) -> None:
    kept = stored_referrer(referrer)
    assert kept is None or not {"?", "#"} & set(kept)
    if kept:
        assert host_of(kept) == host_of(referrer)
