"""How fast one sender may send."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import RateLimited
from adplanning.tracking.limits import MinuteLimit, is_within, sender_address


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_limit_is_reached_after_so_many_events_and_forgotten_with_the_minute() -> None:
    clock = Clock()
    limit = MinuteLimit("one visitor", 3, clock=clock)
    clock.now = 75.0
    limit.take("v", 2)
    limit.take("v")
    with pytest.raises(RateLimited, match="one visitor may send 3 events a minute") as refused:
        limit.take("v")
    # 75 s is 15 s into its minute.
    assert refused.value.retry_after_seconds == 46
    limit.take("another")
    clock.now = 120.0
    limit.take("v", 3)


def test_events_that_would_pass_the_limit_are_counted_not_at_all() -> None:
    limit = MinuteLimit("one visitor", 3, clock=Clock())
    with pytest.raises(RateLimited):
        limit.take("v", 4)
    limit.take("v", 3)


def test_what_is_given_back_was_never_counted() -> None:
    limit = MinuteLimit("one address", 2, clock=Clock())
    limit.take("a")
    limit.take("a")
    limit.give_back("a")
    limit.take("a")
    with pytest.raises(RateLimited):
        limit.take("a")
    limit.give_back("never seen")
    limit.take("never seen", 2)


def test_zero_switches_the_limit_off() -> None:
    limit = MinuteLimit("one visitor", 0, clock=Clock())
    for _ in range(1000):
        limit.take("v", 1000)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 5)), max_size=40))
def test_no_sender_ever_passes_more_than_the_limit_in_a_minute(sends: list[tuple[str, int]]) -> None:
    limit = MinuteLimit("one sender", 7, clock=Clock())
    passed = dict.fromkeys("abc", 0)
    for sender, n in sends:
        try:
            limit.take(sender, n)
            passed[sender] += n
        except RateLimited:
            assert passed[sender] + n > 7
    assert max(passed.values()) <= 7


def test_memory_is_bounded_however_many_senders_come() -> None:
    limit = MinuteLimit("one address", 1, max_keys=100, clock=Clock())
    for n in range(10_000):
        limit.take(str(n))
    assert len(limit._counts) == 100
    with pytest.raises(RateLimited):
        limit.take("9999")


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "address"),
    [
        ("203.0.113.9", None, set(), "203.0.113.9"),
        ("203.0.113.9", "198.51.100.7", set(), "203.0.113.9"),
        ("10.0.0.1", "198.51.100.7", {"10.0.0.1"}, "198.51.100.7"),
        ("10.0.0.1", "198.51.100.7, 10.0.0.2", {"10.0.0.1", "10.0.0.2"}, "198.51.100.7"),
        ("10.0.0.1", None, {"10.0.0.1"}, "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", None, set(), "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", None, set(), "::ffff:203.0.113.9"),
        ("not:an:address", None, set(), "not:an:address"),
    ],
)
def test_only_trusted_proxies_are_believed(peer: str, forwarded: str | None, trusted: set[str], address: str) -> None:
    assert sender_address(peer, forwarded, trusted) == address


@pytest.mark.parametrize(
    ("address", "within"),
    [
        ("198.51.100.7", True),
        ("198.51.101.7", False),
        ("::ffff:198.51.100.7", True),
        ("2001:db8::1", True),
        ("2001:db9::1", False),
        ("unknown", False),
        ("", False),
    ],
)
def test_an_address_is_within_the_networks_that_hold_it(address: str, within: bool) -> None:
    assert is_within(address, (ip_network("198.51.100.0/24"), ip_network("2001:db8::/32"))) is within
    assert not is_within(address, ())
