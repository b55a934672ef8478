"""What must be said beside the numbers that were found in the store."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import polars as pl

from adplanning.experiments.amounts import Unvalued
from adplanning.experiments.delivery import delivery_by
from adplanning.experiments.exposures import SUBJECT_COLUMNS, Exposed
from adplanning.experiments.feed import DAY, Counted, counted, warning, with_delivery

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
NOBODY = pl.DataFrame(
    schema=dict(zip(SUBJECT_COLUMNS, (pl.String, pl.Date, pl.Boolean, pl.Float64, pl.Float64, pl.Float64), strict=True))
)
UNEVEN = delivery_by(
    pl.DataFrame(
        {
            "variant_id": ["a", "a", "b", "b"],
            "group": ["young", "old"] * 2,
            "n_impressions": [900, 100, 100, 900],
            "n_clicks": [9, 1, 1, 9],
        }
    ),
    by="age",
    weights={"a": 90.0, "b": 10.0},
    names={"a": "Sun", "b": "Moon"},
)


def told() -> Counted:
    return counted(
        Exposed(NOBODY, 3),
        unit=DAY,
        words=["A day."],
        until=NOON,
        missing=["camp_1", "camp_2"],
        without_rate=[Unvalued("USD", 2, 1234.5)],
        currency="INR",
        delivery=UNEVEN,
        warnings=[warning("first", "First.")],
    )


def test_all_of_it_can_be_kept_as_json_and_every_warning_has_its_words() -> None:
    feed = told().feed
    assert json.loads(json.dumps(feed, allow_nan=False)) == json.loads(json.dumps(feed))
    assert (feed["unit"], feed["counted_to"], feed["n_contaminated"]) == (DAY, "2026-11-03T12:00:00+00:00", 3)
    assert [one["code"] for one in feed["warnings"]] == [
        "first", "missing", "without_rate", "uneven_delivery", "uneven_delivery",
    ]  # fmt: skip
    assert feed["warnings"][1]["words"] == "Not in the store, so nothing is counted for them: camp_1, camp_2."
    assert feed["warnings"][2]["words"] == "Left out for want of a rate into INR: 1,234.50 USD (2)."
    assert feed["delivery"]["words"] == [one["words"] for one in feed["warnings"][3:]]


def test_nothing_found_is_no_day_and_no_warning() -> None:
    nothing = counted(Exposed(NOBODY, 0), unit=DAY, words=[], until=NOON, currency="INR")
    assert nothing.days.is_empty()
    assert (nothing.feed["delivery"], nothing.feed["warnings"]) == (None, [])


def test_a_later_word_on_the_delivery_takes_the_place_of_the_former() -> None:
    feed = told().feed
    even = {"is_uneven": False, "is_off_plan": False, "words": []}
    assert [one["code"] for one in with_delivery(feed, split=even, audience=None)["warnings"]] == [
        "first", "missing", "without_rate",
    ]  # fmt: skip
    again = with_delivery(feed, split=UNEVEN.to_json(), audience=UNEVEN.to_json())
    assert again["warnings"] == feed["warnings"]
    assert again["delivery"]["is_uneven"]
    assert not with_delivery(feed, split=even, audience=None)["delivery"]["is_uneven"]
