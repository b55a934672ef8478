"""Which values customers have."""

from __future__ import annotations

import polars as pl

from adplanning.segments.seen_values import MAX_LENGTH, MOST_SEEN, seen_values


def test_the_most_frequent_values_come_first_and_equally_frequent_ones_by_name() -> None:
    features = pl.DataFrame({"country": ["IN", "US", "IN", "DE", None]})
    assert seen_values(features, ["country"]) == {"country": ["IN", "DE", "US"]}


def test_every_tag_of_a_customer_counts() -> None:
    features = pl.DataFrame({"tags": [["vip", "b2b"], ["vip"], [], None]})
    assert seen_values(features, ["tags"]) == {"tags": ["vip", "b2b"]}


def test_attributes_of_the_persons_own_are_seen_too() -> None:
    assert seen_values(pl.DataFrame({"own:shoe": ["a", "b", "b"]}), ["shoe"]) == {"shoe": ["b", "a"]}


def test_numbers_and_fields_that_nobody_read_have_nothing_to_choose_from() -> None:
    assert seen_values(pl.DataFrame({"age": [30]}), ["age", "city"]) == {}


def test_values_are_bounded_in_number_and_length() -> None:
    features = pl.DataFrame({"city": [f"c{n:03}" for n in range(2 * MOST_SEEN)] + ["x" * (MAX_LENGTH + 1)] * 9})
    [seen] = seen_values(features, ["city"]).values()
    assert seen == [f"c{n:03}" for n in range(MOST_SEEN)]


def test_without_customers_there_are_no_values() -> None:
    features = pl.DataFrame(schema={"city": pl.String, "tags": pl.List(pl.String)})
    assert seen_values(features, ["city", "tags"]) == {"city": [], "tags": []}
