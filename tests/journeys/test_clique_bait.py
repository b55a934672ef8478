"""The click stream of Clique Bait, a shop of seafood, where somebody has it: ADPLANNING_REAL_DATA names the folder.

Its numbers of events mean, by its own list: 1 page view, 2 add to cart, 3 purchase, 4 ad impression, 5 ad click. An
impression is nothing that its customers did; it is taken in as a custom step, which keeps them at awareness.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from adplanning.core.periods import Period
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import PublicRevenue
from adplanning.imports.importing import import_file
from adplanning.journeys.analysis_service import conversion_times, funnel_report, retention
from adplanning.journeys.scope import JourneyScope
from tests.journeys.told import AT

REAL = Path(os.environ.get("ADPLANNING_REAL_DATA", "not given"))
pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="ADPLANNING_REAL_DATA names no folder")
TYPES = {"1": "page_view", "2": "add_to_cart", "3": "purchase", "4": "custom", "5": "ad_click"}
SETTINGS = Settings(_env_file=None, timezone="UTC")
EVER = JourneyScope(Period())


def import_events(engine: Engine, folder: Path, *, signed_in: bool) -> None:
    """Import all events; signed in, the first one of each cookie says by e-mail whose it is, as `users.csv` has it."""
    with (REAL / "clique_bait" / "users.csv").open(newline="") as file:
        emails = {row["cookie_id"]: f"user{row['user_id']}@example.com" for row in csv.DictReader(file)}
    with (
        (REAL / "clique_bait" / "events.csv").open(newline="") as file,
        (folder / "e.csv").open("w", newline="") as out,
    ):
        rows = csv.DictReader(file)
        writer = csv.DictWriter(out, [*(rows.fieldnames or ()), "email"])
        writer.writeheader()
        for row in rows:
            email = emails.pop(row["cookie_id"], "") if signed_in else ""
            writer.writerow(row | {"event_type": TYPES[row["event_type"]], "email": email})
    import_file(engine, "events", folder / "e.csv", settings=SETTINGS, now=AT)


def test_without_names_every_cookie_is_a_customer_of_its_own(engine: Engine, tmp_path: Path) -> None:
    import_events(engine, tmp_path, signed_in=False)
    found = funnel_report(engine, EVER, public_revenue=PublicRevenue.counted)
    assert (found.n_customers, found.n_anonymous) == (1782, 1782)
    # 1,715 cookies put something into a cart, of which 1,352 paid.
    assert [stage.n for stage in found.stages] == [1782, 1715, 1715, 1715, 1352, 0, 0]


def test_the_funnel_counts_500_users_not_their_1782_cookies(engine: Engine, tmp_path: Path) -> None:
    import_events(engine, tmp_path, signed_in=True)
    found = funnel_report(engine, EVER, public_revenue=PublicRevenue.counted)
    assert (found.n_customers, found.n_identified, found.n_anonymous) == (500, 500, 0)
    at = {stage.stage: stage.n for stage in found.stages}
    # All but one user put something into a cart. Nothing in the stream is interest or consideration by itself, but who
    # came to the cart came past them.
    assert at["awareness"] == 500
    assert at["interest"] == at["consideration"] == at["intent"] == 499
    # 484 of them paid at least once, 96.8%: over five months and some seven visits each, most buy in the end, although
    # only half of the 3,564 visits end with a purchase. Nothing was recorded after the purchase.
    assert at["conversion"] == 484
    assert at["retention"] == at["advocacy"] == 0
    assert found.awareness_to_conversion == pytest.approx(0.968)
    # Each of the 32,734 events is there once, also the purchases, which are stored as conversions and as steps.
    assert found.stage_events == {
        "awareness": {"page_view": 20928, "custom": 876, "ad_click": 702},
        "interest": {},
        "consideration": {},
        "intent": {"add_to_cart": 8451},
        "conversion": {"purchase": 1777},
        "retention": {},
        "advocacy": {},
    }
    assert found.n_unattributable == 0

    times = conversion_times(engine, EVER, public_revenue=PublicRevenue.counted)
    # Nobody pays here without having seen a page.
    assert (times.n, times.n_unknown) == (484, 0)
    cohorts = retention(engine, EVER, public_revenue=PublicRevenue.counted, zone=ZoneInfo("UTC"))
    assert cohorts.filter(age=0)["n_customers"].sum() == 484
