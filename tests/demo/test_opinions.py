from __future__ import annotations

from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal
from sqlalchemy import Engine

from adplanning.core.settings import Settings
from adplanning.demo.filling import fill
from adplanning.demo.shop import Shop
from adplanning.scores.nps import rated
from adplanning.sentiment.analysis import analysis
from adplanning.sentiment.fields import FeedbackFields
from adplanning.store import facts
from adplanning.store.session import writing
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.upgrading import open_store
from adplanning.workflows.feedback_given import give_feedback

SETTINGS = Settings(_env_file=None)


def stored(engine: Engine) -> dict[str, pl.DataFrame]:
    """What the store holds of opinions, with the feedback's own number in place of ids."""
    feedback = facts.scan(engine, "feedback", list(TABLES["feedback"].c.keys())).collect()
    numbers = feedback.select(feedback_id="id", number="source_id")
    found = {"feedback": feedback.rename({"source_id": "number"}).drop("id")}
    for name in ("ratings", "journey_events"):
        rows = facts.scan(engine, name, list(TABLES[name].c.keys())).collect().drop("id")
        # JSON with blanks or without.
        rows = rows.with_columns(pl.col("^event_data$").str.replace_all(" ", "", literal=True))
        found[name] = rows.join(numbers, left_on="source_id", right_on="feedback_id").drop("source_id")
    return {name: rows.sort("number") for name, rows in found.items()}


def test_an_opinion_is_stored_as_if_it_had_been_given(small: Shop, engine: Engine, tmp_path: Path) -> None:
    another = open_store(f"sqlite:///{tmp_path / 'another.db'}")
    fill(engine, small, lambda _: None)
    for given in small.feedback.iter_rows(named=True):
        fields = FeedbackFields(**{name: given[name] for name in FeedbackFields.model_fields if name in given})
        with writing(another) as session:
            give_feedback(session, fields, analysis=None, settings=SETTINGS, now=given["given_at"])
    ours, theirs = stored(engine), stored(another)
    another.dispose()
    assert ours["feedback"].height > 5
    for name, rows in ours.items():
        assert rows.height == small.feedback.height
        assert_frame_equal(rows, theirs[name])


def test_an_opinion_is_a_text_about_a_product_and_a_mark_of_ten_days_after_the_order(half_year: Shop) -> None:
    said = half_year.feedback
    assert said.height > 500
    assert set(said["rating"]) == set(range(11))
    assert not said["content"].str.contains("{", literal=True).any()
    orders = half_year.conversions.filter(pl.col("conversion_type") == "purchase").with_columns(
        source_id=pl.format("review_{}", "order_id")
    )
    joined = said.join(orders, on="source_id", suffix="_of_order")
    assert joined.height == said.height
    assert (joined["converted_at"] < joined["given_at"]).all()
    assert (joined["person_id"] == joined["person_id_of_order"]).all()


def test_more_buyers_would_recommend_the_shop_than_not(half_year: Shop) -> None:
    assert [rated(rating, "10") for rating in half_year.ratings["rating"]] == list(
        half_year.ratings.select("nps_value", "category").iter_rows()
    )
    shares = dict(half_year.ratings["category"].value_counts(normalize=True).iter_rows())
    assert shares["promoter"] > shares["detractor"] > 0.1


def test_a_few_buyers_write_hindi_in_both_of_its_scripts(half_year: Shop) -> None:
    texts = pl.DataFrame({"text": half_year.feedback["content"].unique().sort()})
    told = texts.with_columns(language=pl.Series([analysis(text).language for text in texts["text"]]))
    n = half_year.feedback.join(told, left_on="content", right_on="text")["language"].value_counts(normalize=True)
    shares = dict(n.iter_rows())
    assert shares["en"] > 0.6
    assert 0.02 < shares["hi"] < 0.2
    assert 0.02 < shares["hi-Latn"] < 0.3


def test_what_was_said_stands_in_the_feedback_alone(half_year: Shop) -> None:
    steps = half_year.journey_events.filter(pl.col("event_type") == "feedback")
    assert set(steps["source_id"]) == set(half_year.feedback["id"])
    assert not steps["event_data"].str.contains("text", literal=True).any()
