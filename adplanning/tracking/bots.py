"""Which requests no person made: crawlers, headless browsers, previews, prefetches."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

# Plain HTTP libraries (curl, requests, axios) are not here: shops send their own events with them.
_BOT = re.compile(
    r"(?<!cu)bot(?![a-z])|crawl|spider|slurp|scrape|archiver|preview|fetcher"
    r"|headless|phantomjs|slimerjs|puppeteer|playwright|selenium|webdriver|cypress|jsdom"
    r"|facebookexternalhit|facebookcatalog|meta-external|mediapartners|adsbot|feedburner|google-(?:read|inspection)"
    r"|googleother|bingpreview|yandex(?:images|metrika|mobile)|baidu(?:\.com)|embedly|quora link|pinterest/|vkshare"
    r"|whatsapp/|telegram|skypeuri|w3c_validator|lighthouse|pagespeed|gtmetrix|pingdom|uptime|statuscake|site24x7"
    r"|datadog|newrelic|dareboot|ahrefs|semrush|dataprovider|netcraft|censys|zgrab|masscan|nuclei|nmap|wappalyzer"
)
_PREFETCH_HEADERS = ("sec-purpose", "purpose", "x-purpose", "x-moz")


@lru_cache(maxsize=4096)
def is_bot(user_agent: str) -> bool:
    """Whether a User-Agent names a known crawler, headless browser, link preview or monitor.

    Source: the agents' own documentation; a phone called CUBOT is none.

    >>> is_bot("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")
    True
    >>> is_bot("Mozilla/5.0 (Linux; Android 11; CUBOT NOTE 20) AppleWebKit/537.36 Chrome/108.0 Mobile Safari/537.36")
    False
    """
    return _BOT.search(user_agent.lower()) is not None


def is_prefetch(headers: Mapping[str, str]) -> bool:
    """Whether a browser fetched ahead of a visit that may never come.

    >>> is_prefetch({"sec-purpose": "prefetch;prerender"}), is_prefetch({"accept": "*/*"})
    (True, False)
    """
    return any(
        "prefetch" in headers[name] or "preview" in headers[name] for name in _PREFETCH_HEADERS if name in headers
    )
