"""How fast one sender may send."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

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
    """What a limit counts: `nearest_address`, an IPv6 one as its /64; see `limited_network`."""
    return limited_network(nearest_address(peer, forwarded_for, trusted))


def nearest_address(peer: str, forwarded_for: str | None, trusted: Collection[str]) -> str:
    """The address of who sent a request: the nearest one that is not a trusted proxy's.

    X-Forwarded-For is believed only as far as trusted proxies wrote it, read from its end.

    >>> nearest_address("10.0.0.1", "198.51.100.7, 203.0.113.9", {"10.0.0.1"})
    '203.0.113.9'
    >>> nearest_address("203.0.113.9", "198.51.100.7", {"10.0.0.1"})
    '203.0.113.9'
    """
    hops = [*(forwarded_for.split(",") if forwarded_for else ()), peer]
    nearest = peer
    for hop in reversed(hops):
        nearest = hop.strip()
        if nearest not in trusted:
            break
    return nearest[:64]


def limited_network(address: str) -> str:
    """What a limit counts: the address, or the /64 of an IPv6 address, which one subscriber has whole.

    >>> limited_network("203.0.113.9"), limited_network("2001:db8::1:2:3:4")
    ('203.0.113.9', '2001:db8::/64')
    """
    if ":" not in address:
        return address
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
    return address


@lru_cache(maxsize=4096)
def is_within(address: str, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    """Whether an address belongs to one of some networks.

    >>> from ipaddress import ip_network
    >>> office = (ip_network("203.0.113.0/24"),)
    >>> is_within("203.0.113.9", office), is_within("::ffff:203.0.113.9", office), is_within("testclient", office)
    (True, True, False)
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return any(parsed in network for network in networks)
