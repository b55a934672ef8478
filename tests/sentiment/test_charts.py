"""Pictures of sentiment."""

from __future__ import annotations

import polars as pl

from adplanning.core.vocabulary import SentimentLabel
from adplanning.sentiment.charts import COLOURS, labels_by_topic, texts_by_label


def test_every_label_has_a_bar_even_without_texts() -> None:
    chart = texts_by_label({SentimentLabel.positive: 2}).to_dict()
    [rows] = {str(values): values for values in chart["datasets"].values()}.values()
    assert [row["label"] for row in rows] == [
        "Very negative", "Negative", "Neutral", "Positive", "Very positive", "Mixed",
    ]  # fmt: skip
    assert sum(row["n"] for row in rows) == 2


def test_every_label_has_a_colour_of_its_own() -> None:
    assert set(COLOURS) == set(SentimentLabel)
    assert len(set(COLOURS.values())) == len(COLOURS)


def test_topics_stand_in_the_given_order() -> None:
    rows = pl.DataFrame({"name": ["size", "price"], "sentiment_label": ["mixed", "negative"], "n": [2, 1]})
    assert labels_by_topic(rows).to_dict()["encoding"]["y"]["sort"] == ["size", "price"]
