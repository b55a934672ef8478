"""How fast one sender may send."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from ipaddress import IPv6Address, ip_address

from adplanning.core.errors import RateLimited

WINDOW_SECONDS = 60


class MinuteLimit:
    """Counts events a key in fixed windows of one minute.

    Parameters
    ----------
    what : whose limit it is, for the refusal.
    most : events a key and minute; 0 counts nothing and refuses nothing.
    max_keys : how many keys are remembered; beyond it the oldest one of the minute starts anew.
    clock : seconds that never go back.
    """

    def __init__(
        self, what: str, most: int, *, max_keys: int = 100_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._what = what
        self._most = most
        self._max_keys = max_keys
        self._clock = clock
        self._window = -1
        self._counts: dict[str, int] = {}

    def take(self, key: str, n: int = 1) -> None:
        """Count `n` events, all or none.

        Raises
        ------
        RateLimited : the minute's limit would be passed.
        """
        if not self._most or not n:
            return
        now = self._clock()
        window = int(now // WINDOW_SECONDS)
        if window != self._window:
            self._window = window
            self._counts = {}
        count = self._counts.get(key, 0) + n
        if count > self._most:
            wait = int(WINDOW_SECONDS - now % WINDOW_SECONDS) + 1
            raise RateLimited(
                f"{self._what} may send {self._most} events a minute; send fewer at once, or again in {wait} seconds",
                wait,
            )
        if count == n and len(self._counts) >= self._max_keys:
            del self._counts[next(iter(self._counts))]
        self._counts[key] = count

    def give_back(self, key: str) -> None:
        """Not count one event that `take` has counted, when it turned out not to be one of those limited."""
        if self._counts.get(key, 0):
            self._counts[key] -= 1


def sender_address(peer: str, forwarded_for: str | None, trusted: Collection[str]) -> str:
    """The address that a limit counts: the nearest one that is not a trusted proxy's.

    X-Forwarded-For is believed only as far as trusted proxies wrote it, read from its end. An IPv6 address counts as
    its /64, which one subscriber has whole.

    >>> sender_address("10.0.0.1", "198.51.100.7, 203.0.113.9", {"10.0.0.1"})
    '203.0.113.9'
    >>> sender_address("203.0.113.9", "198.51.100.7", {"10.0.0.1"})
    '203.0.113.9'
    >>> sender_address("2001:db8::1:2:3:4", None, ())
    '2001:db8::/64'
    """
    hops = [*(forwarded_for.split(",") if forwarded_for else ()), peer]
    nearest = peer
    for hop in reversed(hops):
        nearest = hop.strip()
        if nearest not in trusted:
            break
    return _network(nearest[:64])


def _network(address: str) -> str:
    if ":" not in address:
        return address
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
    return address
