from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from adplanning.core.errors import InvalidData
from adplanning.journeys.ways import ways
from adplanning.people.identity import owners
from tests.journeys.told import AT, DAY

SIGHTING = {"visitor_id": pl.String, "person_id": pl.String, "seen_at": pl.Datetime("us", "UTC")}
STEP = {"id": pl.Int64, "visitor_id": pl.String, "person_id": pl.String, "occurred_at": pl.Datetime("us", "UTC")}
KNOWN = owners(pl.DataFrame([("phone", "asha", AT), ("tablet", "asha", AT)], schema=SIGHTING, orient="row"))


def told(*rows: tuple[str | None, str | None, timedelta, str | None]) -> pl.LazyFrame:
    """Steps: visitor, person, how long after `AT`, UTM source."""
    numbered = [(n, visitor, person, AT + after, source) for n, (visitor, person, after, source) in enumerate(rows)]
    return pl.LazyFrame(numbered, schema=STEP | {"utm_source": pl.String}, orient="row")


def kept(found: pl.LazyFrame) -> list[tuple[int, str | None]]:
    return found.sort("id").select("id", "path_key").collect().rows()


def test_one_person_on_two_devices_is_one_customer_also_before_anybody_knew_her() -> None:
    seen = told(("phone", None, -DAY, None), ("tablet", None, DAY, None), (None, "asha", DAY, None))
    assert kept(ways(seen, KNOWN)) == [(0, "person:asha"), (1, "person:asha"), (2, "person:asha")]


def test_of_some_persons_only_their_steps_are_kept_and_no_visitors_of_that_name() -> None:
    seen = told(("phone", None, DAY, None), ("asha", None, DAY, None))
    assert kept(ways(seen, KNOWN, person_ids=pl.Series(["asha", "asha"]))) == [(0, "person:asha")]
    assert kept(ways(seen, KNOWN, person_ids=pl.Series([], dtype=pl.String))) == []


def test_the_source_is_the_first_that_is_named_on_any_device() -> None:
    """All steps of such a customer are kept, those of other sources too."""
    seen = told(
        ("phone", None, DAY, "google"),
        ("tablet", None, -DAY, " FB "),
        ("phone", None, -2 * DAY, None),
        ("kiosk", None, DAY, "fb"),
        ("other", None, DAY, ""),
    )
    assert kept(ways(seen, KNOWN, utm_source="fb")) == [
        (0, "person:asha"), (1, "person:asha"), (2, "person:asha"), (3, "visitor:kiosk"),
    ]  # fmt: skip
    assert kept(ways(seen, KNOWN, utm_source="google")) == []


def test_of_two_sources_at_one_instant_the_answer_depends_on_no_order() -> None:
    rows = [("kiosk", None, DAY, "b"), ("kiosk", None, DAY, "a")]
    assert len(kept(ways(told(*rows), KNOWN, utm_source="a"))) == 2
    assert len(kept(ways(told(*reversed(rows)), KNOWN, utm_source="a"))) == 2


def test_steps_without_a_visitor_are_refused_by_name() -> None:
    with pytest.raises(InvalidData, match="utm_source"):
        ways(told().drop("utm_source"), KNOWN)
