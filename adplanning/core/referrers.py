"""Where a browser came from: what is kept of a referrer, and which referrers count."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import polars as pl

_ORIGIN = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://)(?:[^/]*@)?([^/@]+)(/.*)?$", re.DOTALL)
_HOST = r"^(?i:https?)://(?:[^/?#]*@)?([^/?#:@\[\]]+)(?:[:/?#]|$)"
_HOST_OF = re.compile(_HOST)
# Second-level names under which a country registers names: shop.co.in is a name of its own, not one of co.in.
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "firm", "gen", "gov", "ind", "net", "ne", "or", "org"})
# Hosts that give each of their customers a name: one customer is not the other's.
_SHARED = frozenset(
    {
        "myshopify.com",
        "github.io",
        "wixsite.com",
        "blogspot.com",
        "wordpress.com",
        "web.app",
        "netlify.app",
        "vercel.app",
    }
)

PASSED_THROUGH: Final = frozenset(
    {
        # Payment pages and the banks' checks.
        "paypal.com", "stripe.com", "razorpay.com", "payu.in", "payu.com", "payubiz.in", "phonepe.com", "paytm.com",
        "paytm.in", "ccavenue.com", "billdesk.com", "cashfree.com", "instamojo.com", "juspay.in", "klarna.com",
        "adyen.com", "mollie.com", "checkout.com", "braintreegateway.com", "worldpay.com", "squareup.com", "shop.app",
        "afterpay.com", "affirm.com", "pay.google.com", "pay.amazon.com", "payments.amazon.com", "simpl.com",
        "cardinalcommerce.com", "arcot.com", "wibmo.com",
        # Log-ins.
        "accounts.google.com", "login.live.com", "login.microsoftonline.com", "appleid.apple.com", "login.yahoo.com",
        "auth0.com", "okta.com",
        # Webmail and its redirects: which letter it was, only tags can tell.
        "mail.google.com", "mail.yahoo.com", "outlook.live.com", "outlook.office.com", "outlook.office365.com",
        "safelinks.protection.outlook.com", "deref-mail.com", "deref-gmx.net", "deref-web.de",
    }
)  # fmt: skip
"""Domains on the way of a visit, never its origin; each stands for those below it too."""

SEARCH_SITES: Final = (
    r"^((google|bing|yahoo|yandex|baidu|ecosia|qwant)\.[a-z.]+|ya\.ru|duckduckgo\.com|startpage\.com|naver\.com"
    r"|daum\.net|seznam\.cz|sogou\.com|so\.com|ask\.com|aol\.com|brave\.com|kagi\.com|mojeek\.com|presearch\.com)$"
)
SOCIAL_SITES: Final = (
    r"^((facebook|instagram|linkedin|pinterest|tiktok|twitter|youtube|reddit|quora)\.[a-z.]+|fb\.com|fb\.me|ig\.me"
    r"|t\.co|x\.com|lnkd\.in|pin\.it|youtu\.be|redd\.it|threads\.(net|com)|snapchat\.com|whatsapp\.com|wa\.me|t\.me"
    r"|telegram\.org|telegram\.me|tumblr\.com|vk\.com|weibo\.com|sharechat\.com|mastodon\.social|bsky\.app|discord\.com)$"
)


def stored_referrer(referrer: str | None) -> str | None:
    """What is kept of a referrer: scheme, host and path; the query may hold what is private.

    Empty stays empty (the browser came from nowhere), and what is no address is as if nobody had said anything.

    >>> stored_referrer("https://me:pw@www.google.com/search?q=my+name#x"), stored_referrer(""), stored_referrer("x")
    ('https://www.google.com/search', '', None)
    """
    if not referrer:
        return referrer
    written = _ORIGIN.match(referrer.partition("?")[0].partition("#")[0])
    return None if written is None else f"{written[1]}{written[2]}{written[3] or ''}"


def host_of(address: str | None) -> str | None:
    """The host of a web address in lower case, without its port; None for a bare path."""
    found = _HOST_OF.match(address) if address else None
    return None if found is None else found[1].lower()


def site_of(host: str) -> str:
    """The registered domain of a host, told from the usual second levels of countries.

    >>> [site_of(host) for host in ("www.google.co.in", "l.instagram.com", "t.co", "a.myshopify.com", "203.0.113.7")]
    ['google.co.in', 'instagram.com', 't.co', 'a.myshopify.com', '203.0.113.7']
    """
    labels = host.rstrip(".").split(".")
    if labels[-1].isdigit():
        return host
    is_below_country = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    return ".".join(labels[-3 if is_below_country or ".".join(labels[-2:]) in _SHARED else -2 :])


def excluded_domains(websites: Iterable[str] = (), passed: Iterable[str] = ()) -> frozenset[str]:
    """The domains whose visits came from elsewhere: `PASSED_THROUGH`, further ones, and the shop's own sites.

    Parameters
    ----------
    websites : the shop's own hosts; the whole site of each is its own.
    passed : further domains passed through.

    >>> sorted(excluded_domains(["www.shop.example:8443"], ["bank.example"]) - PASSED_THROUGH)
    ['bank.example', 'shop.example']
    """
    return PASSED_THROUGH | {site_of(website.lower().partition(":")[0]) for website in websites} | frozenset(passed)


def referrer_domain(referrer: str | None, page: str | None, excluded: frozenset[str]) -> str | None:
    """The registered domain that a visit came from: empty for nowhere, None when unknown or excluded.

    Parameters
    ----------
    referrer : as the browser told it; None when nobody said.
    page : where the visitor landed; a referrer of the same site is none.
    excluded : see `excluded_domains`.

    >>> referrer_domain("https://www.google.com/", "https://shop.example/", excluded_domains())
    'google.com'
    >>> referrer_domain("https://www.paypal.com/in", None, excluded_domains()) is None
    True
    """
    if not referrer:
        return referrer
    host = host_of(referrer)
    site = None if host is None else _counted_site(host, excluded)
    page_host = None if site is None else host_of(page)
    return None if page_host is not None and site_of(page_host) == site else site


def referrer_domains(excluded: frozenset[str]) -> pl.Expr:
    """`referrer_domain` of each row, from the columns `referrer` and `page_url`.

    >>> seen = pl.DataFrame({"referrer": ["https://t.co/x", "", None], "page_url": [None, "/", "/"]})
    >>> seen.select(referrer_domains(excluded_domains())).to_series().to_list()
    ['t.co', '', None]
    """

    def counted(hosts: pl.Series) -> pl.Series:
        return _of_each(hosts, {host: _counted_site(host, excluded) for host in hosts.unique().drop_nulls()})

    def sites(hosts: pl.Series) -> pl.Series:
        return _of_each(hosts, {host: site_of(host) for host in hosts.unique().drop_nulls()})

    site, own = (
        pl.col(name).str.extract(_HOST).str.to_lowercase().map_batches(work, return_dtype=pl.String)
        for name, work in (("referrer", counted), ("page_url", sites))
    )
    return (
        pl.when(pl.col("referrer") == "")
        .then(pl.lit(""))
        .when(site.ne_missing(own))
        .then(site)
        .otherwise(pl.lit(None, pl.String))
        .alias("referrer_domain")
    )


def _of_each(values: pl.Series, answers: dict[str, str | None]) -> pl.Series:
    return values.replace_strict(
        list(answers), pl.Series(answers.values(), dtype=pl.String), default=None, return_dtype=pl.String
    )


def _counted_site(host: str, excluded: frozenset[str]) -> str | None:
    labels = host.rstrip(".").split(".")
    if any(".".join(labels[start:]) in excluded for start in range(len(labels))):
        return None
    return site_of(host)
