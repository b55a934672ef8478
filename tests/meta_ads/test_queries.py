"""Which rows are read."""

from __future__ import annotations

import random
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from adplanning.core.spend_levels import spend_once
from adplanning.meta_ads import queries
from tests.meta_ads.conftest import Tell

ZONE = ZoneInfo("UTC")


def test_rows_that_are_not_read_are_those_that_would_not_be_counted(any_engine: Engine, tell: Tell) -> None:
    tell("ad_accounts", {"id": "acc", "platform_account_id": "1", "name": "Shop"})
    tell("campaigns", *({"id": c, "name": c, "name_key": c} for c in "abc"))
    tell("ad_sets", *({"id": f"{c}s", "campaign_id": c, "name": c} for c in "abc"))
    tell("ads", *({"id": f"{c}x", "ad_set_id": f"{c}s", "name": c} for c in "abc"))
    draw = random.Random(7)
    told = [
        {"object_id": f"{c}{part}", "level": level, "on": date(2026, 3, on), "campaign_id": c, "spend_minor": on}
        for c in "abc"
        for on in range(1, 10)
        for part, level in (("", "campaign"), ("s", "ad_set"), ("x", "ad"))
        if draw.random() < 0.5
    ]
    tell("daily_spend", *told)
    span = {"first_on": date(2026, 3, 1), "last_on": date(2026, 3, 9), "campaign_id": "a", "spend_minor": 1}
    tell("period_spend", span | {"object_id": "a"})
    tell("period_spend", span | {"object_id": "ax", "level": "ad", "first_on": date(2026, 2, 1)})

    few, _, _ = queries.figure_facts(any_engine, {}, None, zone=ZONE)
    all_of_it, _, _ = queries.figure_facts(any_engine, {}, None, zone=ZONE, of="ad")
    assert 0 < few.height < all_of_it.height
    key = ["object_id", "first_on", "on"]
    counted = [sorted(spend_once(rows.lazy()).select(key).collect().rows()) for rows in (few, all_of_it)]
    assert counted[0] == counted[1]
