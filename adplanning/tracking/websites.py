"""Which websites are known, remembered for some seconds so that not every event asks the store."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

MAX_AGE_SECONDS = 5.0


class KnownWebsites:
    """Websites by id and by domain; what is not known is looked up anew before it is denied.

    Parameters
    ----------
    load : reads the domain of each website, by its id.
    """

    def __init__(self, load: Callable[[], Mapping[str, str]]) -> None:
        self._load = load
        self._domains: Mapping[str, str] = {}
        self._hosts: frozenset[str] = frozenset()
        self._loaded_at = -MAX_AGE_SECONDS
        self._loading = asyncio.Lock()

    async def has(self, website_id: str) -> bool:
        """Whether there is such a website."""
        if website_id not in self._domains or self._is_old():
            await self._reload()
        return website_id in self._domains

    async def allows(self, origin: str) -> bool:
        """Whether pages of that origin may read answers: its host is a website's domain, with or without www."""
        host = host_of(origin)
        if host is None:
            return False
        if host not in self._hosts or self._is_old():
            await self._reload()
        return host in self._hosts

    def _is_old(self) -> bool:
        return time.monotonic() - self._loaded_at > MAX_AGE_SECONDS

    async def _reload(self) -> None:
        asked_at = time.monotonic()
        async with self._loading:
            if self._loaded_at > asked_at:
                return
            began_at = time.monotonic()
            self._domains = await asyncio.to_thread(self._load)
            hosts = {domain.casefold() for domain in self._domains.values()}
            self._hosts = frozenset(hosts | {f"www.{host}" for host in hosts})
            self._loaded_at = began_at


def host_of(origin: str) -> str | None:
    """The host of an Origin header, with its port unless it is the scheme's own; None for what is no web origin.

    >>> host_of("https://Shop.example"), host_of("http://localhost:3000"), host_of("null")
    ('shop.example', 'localhost:3000', None)
    """
    try:
        parts = urlsplit(origin)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or origin.casefold() != f"{parts.scheme}://{parts.netloc}".casefold():
        return None
    return parts.netloc.casefold() or None
