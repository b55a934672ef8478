from __future__ import annotations

import random

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from adplanning.attribution.path_keys import on_paths, with_path_key

VISITORS = ["phone", "laptop", "kiosk"]
PERSONS = ["asha", "ravi"]

Rows = list[tuple[str | None, ...]]


def text_frame(columns: str, rows: Rows) -> pl.LazyFrame:
    return pl.LazyFrame(rows, schema=dict.fromkeys(columns.split(), pl.String), orient="row")


def keys_of_conversions(sold: Rows, linked: Rows) -> dict[str, str]:
    """The path key of each conversion, told as (conversion_id, visitor_id, person_id)."""
    conversions = text_frame("conversion_id visitor_id person_id", sold)
    keyed = with_path_key(conversions, text_frame("visitor_id person_id", linked))
    return dict(keyed.select("conversion_id", "path_key").collect().iter_rows())


def keys_of_touchpoints(touched: Rows, linked: Rows, claimed: Rows) -> list[tuple[str, str]]:
    """Each touchpoint with each key it got, told as (touchpoint_id, visitor_id)."""
    found = on_paths(
        text_frame("touchpoint_id visitor_id", touched),
        text_frame("visitor_id person_id", linked),
        text_frame("visitor_id person_id", claimed),
    )
    return sorted(found.select("touchpoint_id", "path_key").collect().iter_rows())


def test_a_conversion_is_its_persons_then_its_visitors_persons_then_its_visitors() -> None:
    sold: Rows = [("named", "phone", "ravi"), ("linked", "phone", None), ("unknown", "kiosk", None)]
    # phone is asha's: who signed in at the sale goes before her, and she before the device.
    assert keys_of_conversions(sold, [("phone", "asha")]) == {
        "named": "person:ravi",
        "linked": "person:asha",
        "unknown": "visitor:kiosk",
    }


def test_a_conversion_tells_its_visitors_person_as_its_own() -> None:
    sold = text_frame("conversion_id visitor_id person_id", [("a", "phone", None), ("b", "kiosk", None)])
    keyed = with_path_key(sold, text_frame("visitor_id person_id", [("phone", "asha")])).sort("conversion_id").collect()
    assert keyed.columns == ["conversion_id", "visitor_id", "person_id", "path_key"]
    assert keyed["person_id"].to_list() == ["asha", None]


def test_touchpoints_on_all_devices_of_a_person_are_on_one_path() -> None:
    touched: Rows = [("a", "phone"), ("b", "laptop"), ("c", "kiosk")]
    linked: Rows = [("phone", "asha"), ("laptop", "asha")]
    assert keys_of_touchpoints(touched, linked, []) == [
        ("a", "person:asha"),
        ("b", "person:asha"),
        ("c", "visitor:kiosk"),
    ]


def test_a_visitor_linked_to_nobody_is_on_the_path_of_each_person_who_converted_there() -> None:
    # Two people bought at one kiosk: its touchpoint is on its own path and on both of theirs, once each.
    claimed: Rows = [("kiosk", "asha"), ("kiosk", "ravi"), ("kiosk", "ravi")]
    assert keys_of_touchpoints([("a", "kiosk")], [], claimed) == [
        ("a", "person:asha"),
        ("a", "person:ravi"),
        ("a", "visitor:kiosk"),
    ]


def test_a_linked_visitor_stays_its_persons_whoever_else_converted_there() -> None:
    # A guest who buys on asha's phone does not take over what the phone saw.
    assert keys_of_touchpoints([("a", "phone")], [("phone", "asha")], [("phone", "ravi")]) == [("a", "person:asha")]


def test_a_visitor_who_is_called_like_a_person_is_not_that_person() -> None:
    assert keys_of_conversions([("a", "asha", None), ("b", "phone", "asha")], []) == {
        "a": "visitor:asha",
        "b": "person:asha",
    }
    assert keys_of_touchpoints([("t", "asha")], [], []) == [("t", "visitor:asha")]


def test_no_rows_keep_their_types() -> None:
    nobody = text_frame("visitor_id person_id", [])
    sold = pl.LazyFrame(schema={"visitor_id": pl.String, "person_id": pl.String, "value_minor": pl.Int64})
    assert with_path_key(sold, nobody).collect().schema == {**sold.collect_schema(), "path_key": pl.String}
    touched = pl.LazyFrame(schema={"touchpoint_id": pl.String, "visitor_id": pl.String, "touched_at": pl.Datetime})
    assert on_paths(touched, nobody, nobody).collect().schema == {**touched.collect_schema(), "path_key": pl.String}


visitors = st.sampled_from(VISITORS)
links = st.dictionaries(visitors, st.sampled_from(PERSONS))
sales = st.lists(st.tuples(visitors, st.sampled_from([*PERSONS, None])), max_size=6)


@given(linked=links, sold=sales, seen=st.lists(visitors, max_size=6))
def test_every_touchpoint_has_one_key_of_its_own_and_one_for_each_person_who_claims_it(
    linked: dict[str, str], sold: list[tuple[str, str | None]], seen: list[str]
) -> None:
    claimed = [(visitor, person) for visitor, person in sold if person]
    touched: Rows = [(str(n), visitor) for n, visitor in enumerate(seen)]
    expected = []
    for touchpoint, visitor in enumerate(seen):
        if visitor in linked:
            expected.append((str(touchpoint), f"person:{linked[visitor]}"))
        else:
            claimants = {person for there, person in claimed if there == visitor}
            keys = [f"visitor:{visitor}", *(f"person:{person}" for person in claimants)]
            expected += [(str(touchpoint), key) for key in keys]
    assert keys_of_touchpoints(touched, list(linked.items()), [*claimed]) == sorted(expected)


@given(linked=links, sold=sales, seen=st.lists(visitors, max_size=6))
def test_what_a_device_saw_is_on_the_path_of_what_it_sold_unless_the_device_is_somebody_elses(
    linked: dict[str, str], sold: list[tuple[str, str | None]], seen: list[str]
) -> None:
    links_known: Rows = list(linked.items())
    key_of = keys_of_conversions([(str(n), *sale) for n, sale in enumerate(sold)], links_known)
    touched: Rows = [(str(n), visitor) for n, visitor in enumerate(seen)]
    found = keys_of_touchpoints(touched, links_known, [(visitor, person) for visitor, person in sold if person])
    for conversion, (visitor, person) in enumerate(sold):
        is_own = person is None or linked.get(visitor, person) == person
        for touchpoint, seen_by in enumerate(seen):
            if seen_by == visitor:
                assert ((str(touchpoint), key_of[str(conversion)]) in found) == is_own


@given(linked=links, claimed=st.lists(st.tuples(visitors, st.sampled_from(PERSONS))), seed=st.randoms())
def test_the_order_of_rows_does_not_matter(
    linked: dict[str, str], claimed: list[tuple[str, str]], seed: random.Random
) -> None:
    touched: Rows = [(str(n), visitor) for n, visitor in enumerate(VISITORS)]
    shuffled = [seed.sample(rows, len(rows)) for rows in (touched, [*linked.items()], [*claimed])]
    assert keys_of_touchpoints(*shuffled) == keys_of_touchpoints(touched, [*linked.items()], [*claimed])
