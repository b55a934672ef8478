"""The demo of half a year, made once for all its tests."""

from __future__ import annotations

from datetime import date

import pytest

from adplanning.demo.shop import Shop, shop

UNTIL = date(2026, 11, 21)


@pytest.fixture(scope="session")
def half_year() -> Shop:
    return shop(until=UNTIL)


@pytest.fixture(scope="session")
def small() -> Shop:
    return shop(days=30, seed=3, until=UNTIL, size=0.2)
