from __future__ import annotations

import polars as pl

from adplanning.demo.shop import Shop


def steps_of(shop: Shop, **wanted: str) -> pl.DataFrame:
    return shop.journey_events.filter(*(pl.col(name) == value for name, value in wanted.items()))


def test_an_order_sent_back_was_placed_before_and_gives_back_its_value(half_year: Shop) -> None:
    back = steps_of(half_year, event_type="custom", event_name="order_returned").with_columns(
        order_id=pl.col("event_data").str.json_path_match("$.order_id"),
        value=pl.col("event_data").str.json_path_match("$.value").cast(pl.Float64),
    )
    orders = half_year.conversions.filter(pl.col("conversion_type") == "purchase")
    joined = back.join(orders, on="order_id", suffix="_of_order")
    assert joined.height == back.height > 100
    assert back["order_id"].is_unique().all()
    assert (joined["converted_at"] < joined["occurred_at"]).all()
    assert (joined["person_id"] == joined["person_id_of_order"]).all()
    assert ((joined["value"] * 100).round() == joined["value_minor"]).all()


def test_letters_are_opened_by_people_who_were_known_when_they_were_sent(half_year: Shop) -> None:
    opened = steps_of(half_year, event_type="email_open").join(half_year.persons, left_on="person_id", right_on="id")
    assert opened.height > 5_000
    assert (opened["created_at"] < opened["occurred_at"]).all()


def test_nobody_clicks_on_a_letter_before_they_are_known(half_year: Shop) -> None:
    clicked = steps_of(half_year, event_type="email_click")
    first_orders = half_year.persons.select("id", "created_at")
    known = clicked.drop_nulls("person_id").join(first_orders, left_on="person_id", right_on="id")
    assert (known["created_at"] <= known["occurred_at"]).all()
