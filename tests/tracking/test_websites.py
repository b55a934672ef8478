"""Which websites are known, and which origins are theirs."""

from __future__ import annotations

import asyncio

import pytest

from adplanning.tracking.websites import KnownWebsites, host_of


class Loads:
    def __init__(self) -> None:
        self.domains = {"web_1": "Shop.example"}
        self.n = 0

    def __call__(self) -> dict[str, str]:
        self.n += 1
        return dict(self.domains)


def test_a_known_website_is_looked_up_once_and_a_new_one_is_known_at_once() -> None:
    async def ask() -> None:
        assert await known.has("web_1")
        assert await known.has("web_1")
        assert loads.n == 1
        assert not await known.has("web_2")
        loads.domains["web_2"] = "other.example"
        assert await known.has("web_2")
        assert await known.allows("https://www.other.example")

    loads = Loads()
    known = KnownWebsites(loads)
    asyncio.run(ask())


def test_many_who_ask_for_an_unknown_website_at_once_share_one_look() -> None:
    async def ask() -> None:
        assert await asyncio.gather(*[known.has("web_9") for _ in range(50)]) == [False] * 50

    loads = Loads()
    known = KnownWebsites(loads)
    asyncio.run(ask())
    assert loads.n <= 2


@pytest.mark.parametrize("origin", ["https://shop.example", "http://SHOP.example", "https://www.shop.example"])
def test_the_websites_own_pages_may_read(origin: str) -> None:
    assert asyncio.run(KnownWebsites(Loads()).allows(origin))


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "https://shop.example.evil.example",
        "https://evilshop.example",
        "https://sub.shop.example",
        "https://shop.example:8443",
        "https://shop.example@evil.example",
        "https://shop.example/",
        "file://shop.example",
        "null",
        "*",
        "",
        "https://",
        "https://[",
    ],
)
def test_nobody_else_may(origin: str) -> None:
    assert not asyncio.run(KnownWebsites(Loads()).allows(origin))


def test_a_port_belongs_to_the_host() -> None:
    assert host_of("http://localhost:3000") == "localhost:3000"
