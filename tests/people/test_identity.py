from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adplanning.core.errors import InvalidData
from adplanning.people.identity import NOBODY, SINCE_EVER, Owners, beyond_limits, owners, path_keys

INSTANT = pl.Datetime("us", "UTC")
# Sunday to Saturday of one week in March 2026.
SUN, MON, TUE, WED, THU, FRI, SAT = (datetime(2026, 3, day, tzinfo=UTC) for day in range(1, 8))

Sighting = tuple[str | None, str | None, datetime | None]
Row = tuple[str, str | None, datetime]


def seen(*sightings: Sighting) -> pl.DataFrame:
    schema = {"visitor_id": pl.String, "person_id": pl.String, "seen_at": INSTANT}
    return pl.DataFrame(sightings, schema=schema, orient="row")


def timeline(known: Owners) -> list[tuple[str, str, datetime]]:
    return known.timeline.rows()


def keys(known: Owners, rows: list[Row]) -> list[str]:
    """The path key of each row, told as (visitor_id, person_id, at), in their order."""
    schema = {"visitor_id": pl.String, "person_id": pl.String, "at": INSTANT}
    told = pl.DataFrame(rows, schema=schema, orient="row").with_row_index("row").lazy()
    keyed = path_keys(told, known, at="at").sort("row").collect()
    assert keyed.columns == ["row", *schema, "path_key"]
    assert keyed["row"].to_list() == [*range(len(rows))]
    return keyed["path_key"].to_list()


TABLET = seen(("tablet", "asha", MON), ("tablet", "ravi", WED))


def test_of_a_shared_tablet_the_latest_known_person_counts() -> None:
    touches: list[Row] = [("tablet", None, day) for day in (SUN, TUE, THU)]
    assert keys(owners(TABLET), touches) == ["person:asha", "person:asha", "person:ravi"]


def test_conversions_on_a_shared_tablet_have_only_their_own_persons_touchpoints() -> None:
    touches: list[Row] = [("tablet", None, day) for day in (SUN, TUE, THU)]
    sold: list[Row] = [("tablet", "asha", FRI), ("tablet", "ravi", SAT), ("tablet", None, TUE)]
    known = owners(TABLET)
    of_touch = dict(zip(("sunday", "tuesday", "thursday"), keys(known, touches), strict=True))
    paths = [{touch for touch, key in of_touch.items() if key == sale} for sale in keys(known, sold)]
    # Asha's order of Friday names her, though Ravi was the last on the tablet.
    assert paths == [{"sunday", "tuesday"}, {"thursday"}, {"sunday", "tuesday"}]


def test_an_anonymous_visitor_was_the_person_who_signs_in_later() -> None:
    assert timeline(owners(seen(("phone", "asha", THU)))) == [("phone", "asha", SINCE_EVER)]
    assert keys(owners(seen(("phone", "asha", THU))), [("phone", None, MON)]) == ["person:asha"]


def test_two_devices_of_a_person_are_on_one_path() -> None:
    known = owners(seen(("phone", "asha", MON), ("laptop", "asha", FRI)))
    assert keys(known, [("phone", None, TUE), ("laptop", None, TUE), ("kiosk", None, TUE)]) == [
        "person:asha",
        "person:asha",
        "visitor:kiosk",
    ]


def test_a_visitor_given_back_is_the_first_persons_again_from_then_on() -> None:
    known = owners(
        seen(("tablet", "asha", MON), ("tablet", "asha", TUE), ("tablet", "ravi", WED), ("tablet", "asha", FRI))
    )
    assert timeline(known) == [
        ("tablet", "asha", SINCE_EVER),
        ("tablet", "ravi", WED),
        ("tablet", "asha", FRI),
    ]
    assert keys(known, [("tablet", None, THU), ("tablet", None, FRI)]) == ["person:ravi", "person:asha"]


def test_the_instant_of_a_sighting_is_the_new_persons_already() -> None:
    just_before = WED - timedelta(microseconds=1)
    assert keys(owners(TABLET), [("tablet", None, just_before), ("tablet", None, WED)]) == [
        "person:asha",
        "person:ravi",
    ]


def test_equal_times_have_one_order() -> None:
    for sightings in ([("t", "asha", MON), ("t", "ravi", MON)], [("t", "ravi", MON), ("t", "asha", MON)]):
        assert timeline(owners(seen(*sightings))) == [("t", "ravi", SINCE_EVER)]
        assert timeline(owners(seen(("t", "asha", SUN), *sightings))) == [("t", "asha", SINCE_EVER), ("t", "ravi", MON)]


def test_a_visitor_with_more_persons_than_a_household_is_nobodys() -> None:
    household = [("till", f"person_{n}", MON + timedelta(hours=n)) for n in range(5)]
    assert timeline(owners(seen(*household)))[0] == ("till", "person_0", SINCE_EVER)
    till = owners(seen(*household, ("till", "person_5", TUE), ("phone", "person_0", MON)))
    assert timeline(till) == [("phone", "person_0", SINCE_EVER)]
    # What names its person is theirs still; the rest is the till's own.
    assert keys(till, [("till", "person_3", WED), ("till", None, WED), ("phone", None, WED)]) == [
        "person:person_3",
        "visitor:till",
        "person:person_0",
    ]


def test_a_log_in_used_on_more_visitors_than_a_person_has_joins_none() -> None:
    script = [(f"visitor_{n:03}", "script", MON) for n in range(101)]
    assert len(timeline(owners(seen(*script[:100])))) == 100
    known = owners(seen(*script, ("visitor_000", "asha", WED)))
    assert timeline(known) == [("visitor_000", "asha", SINCE_EVER)]
    # A visitor's own orders keep its own visits; none of Asha's lead to an order of the script.
    rows: list[Row] = [("visitor_001", "script", TUE), ("visitor_001", None, TUE), ("visitor_000", "script", THU)]
    assert keys(known, [*rows, ("visitor_000", None, THU)]) == [
        "visitor:visitor_001",
        "visitor:visitor_001",
        "visitor:visitor_000",
        "person:asha",
    ]


@pytest.mark.parametrize("word", [*NOBODY, "NULL", " Guest ", '"undefined"', "None", None])
def test_a_word_for_nobody_is_no_person(word: str | None) -> None:
    known = owners(seen(("phone", word, MON), ("laptop", word, MON), ("laptop", "asha", TUE)))
    assert timeline(known) == [("laptop", "asha", SINCE_EVER)]
    assert keys(known, [("phone", word, TUE), ("laptop", word, WED)]) == ["visitor:phone", "person:asha"]


def test_a_word_for_nobody_is_no_visitor() -> None:
    known = owners(seen(("undefined", "asha", MON)))
    assert keys(known, [("undefined", None, TUE), ("undefined", "asha", TUE)]) == ["visitor:undefined", "person:asha"]


def test_a_visitor_who_is_called_like_a_person_is_not_that_person() -> None:
    assert keys(owners(seen()), [("asha", None, MON), ("phone", "asha", MON)]) == ["visitor:asha", "person:asha"]


def test_a_row_without_a_visitor_is_its_persons_or_nobodys() -> None:
    known = owners(TABLET)
    schema = {"visitor_id": pl.String, "person_id": pl.String, "at": INSTANT}
    rows = pl.LazyFrame([(None, "asha", MON), (None, "guest", MON)], schema=schema, orient="row")
    keyed = path_keys(rows, known, at="at").collect()
    assert dict(keyed.select("person_id", "path_key").iter_rows()) == {"asha": "person:asha", "guest": None}


def test_what_is_beyond_the_limits_is_told_with_how_many_it_met() -> None:
    sightings = [("till", f"person_{n}", MON) for n in range(6)] + [("phone", "guest", MON), ("null", "asha", MON)]
    assert beyond_limits(seen(*sightings, ("till", "guest", MON), (None, "asha", MON))).rows() == [
        ("person", "guest", 2, True),
        ("visitor", "null", 1, True),
        ("visitor", "till", 6, False),
    ]
    assert beyond_limits(TABLET).is_empty()


def test_a_frame_that_lacks_a_column_is_refused_by_its_name() -> None:
    with pytest.raises(InvalidData, match="sightings: column seen_at is missing"):
        owners(TABLET.drop("seen_at"))
    with pytest.raises(InvalidData, match="rows: column touched_at is missing"):
        path_keys(pl.LazyFrame({"visitor_id": ["a"]}), owners(TABLET), at="touched_at")


def test_no_rows_keep_their_types() -> None:
    touched = pl.LazyFrame(schema={"touchpoint_id": pl.String, "visitor_id": pl.String, "touched_at": INSTANT})
    for known in (owners(seen()), owners(TABLET)):
        keyed = path_keys(touched, known, at="touched_at").collect()
        assert keyed.schema == {**touched.collect_schema(), "path_key": pl.String}


# --- For all timelines: few names and times, so that they meet.

days = st.sampled_from([SUN, MON, TUE, WED])
visitors = st.sampled_from(["phone", "laptop", "till"])
persons = st.sampled_from(["asha", "ravi", "meera", "guest"])
told = st.lists(st.tuples(visitors, persons, days), max_size=12)
rows = st.lists(st.tuples(visitors, persons | st.none(), days), min_size=1, max_size=8)
few = settings(max_examples=40, deadline=None)
LIMITS = {"max_persons": 2, "max_visitors": 2}


def owner_of(sightings: list[tuple[str, str, datetime]], visitor: str, at: datetime) -> str | None:
    """The owner by the words of the formula, one visitor at a time."""
    real = {sighting for sighting in sightings if sighting[1] not in NOBODY}
    if len({person for there, person, _ in real if there == visitor}) > 2:
        return None
    here = sorted(
        (when, person)
        for there, person, when in real
        if there == visitor and len({device for device, who, _ in real if who == person}) <= 2
    )
    before = [person for when, person in here if when <= at]
    first = [person for when, person in here if when == here[0][0]]
    return before[-1] if before else first[-1] if first else None


@few
@given(told, rows)
def test_each_row_has_the_one_key_that_the_words_of_the_formula_give(
    sightings: list[tuple[str, str, datetime]], asked: list[Row]
) -> None:
    expected = []
    for visitor, person, at in asked:
        owner = owner_of(sightings, visitor, at)
        if person is None or person in NOBODY:
            expected.append(f"person:{owner}" if owner else f"visitor:{visitor}")
        elif len({device for device, who, _ in sightings if who == person}) > 2:
            expected.append(f"visitor:{visitor}")
        else:
            expected.append(f"person:{person}")
    assert keys(owners(seen(*sightings), **LIMITS), asked) == expected


@few
@given(told, rows, rows)
def test_a_persons_conversion_never_shares_a_key_with_a_touchpoint_of_another(
    sightings: list[tuple[str, str, datetime]], sold: list[Row], touched: list[Row]
) -> None:
    known = owners(seen(*sightings), **LIMITS)
    touches: list[Row] = [(visitor, None, at) for visitor, _, at in touched]
    for (_, person, _), key in zip(sold, keys(known, sold), strict=True):
        for (visitor, _, at), touch_key in zip(touches, keys(known, touches), strict=True):
            owner = owner_of(sightings, visitor, at)
            if key == touch_key and owner is not None and person is not None and person not in NOBODY:
                assert owner == person


@few
@given(told, rows, st.randoms())
def test_the_order_of_rows_does_not_matter(
    sightings: list[tuple[str, str, datetime]], asked: list[Row], seed: random.Random
) -> None:
    known = owners(seen(*sightings), **LIMITS)
    shuffled = owners(seen(*seed.sample(sightings, len(sightings))), **LIMITS)
    assert timeline(shuffled) == timeline(known)
    order = seed.sample(range(len(asked)), len(asked))
    in_order = keys(known, asked)
    assert keys(shuffled, [asked[n] for n in order]) == [in_order[n] for n in order]


@few
@given(told, rows, st.lists(st.tuples(persons, days), max_size=6))
def test_sightings_of_another_visitor_change_nothing_for_this_one(
    sightings: list[tuple[str, str, datetime]], asked: list[Row], elsewhere: list[tuple[str, datetime]]
) -> None:
    # As long as no person is seen on too many visitors.
    others: list[Sighting] = [("elsewhere", person, at) for person, at in elsewhere]
    assert keys(owners(seen(*sightings, *others)), asked) == keys(owners(seen(*sightings)), asked)
