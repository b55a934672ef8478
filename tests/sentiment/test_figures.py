"""What many texts say together."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from adplanning.core.vocabulary import SentimentLabel
from adplanning.sentiment.figures import label_counts, labels_by, most_named, scores_over_time

KOLKATA = ZoneInfo("Asia/Kolkata")


def texts(*labels: str | None) -> pl.DataFrame:
    scores = [None if label is None else 0.5 for label in labels]
    return pl.DataFrame(
        {"sentiment_label": labels, "sentiment_score": scores},
        schema={"sentiment_label": pl.String, "sentiment_score": pl.Float64},
    )


def test_labels_and_texts_without_one_add_up_to_all() -> None:
    counts = label_counts(texts("positive", "very_positive", "very_negative", "mixed", None))
    assert (counts.total, counts.n_analysed, counts.n_not_analysed) == (5, 4, 1)
    assert (counts.n_positive, counts.n_negative, counts.by_label[SentimentLabel.mixed]) == (2, 1, 1)
    assert (counts.positive_share, counts.negative_share) == (0.5, 0.25)


def test_without_texts_there_is_no_share_and_no_mean() -> None:
    counts = label_counts(texts())
    assert (counts.total, counts.positive_share, counts.mean_score) == (0, None, None)
    assert label_counts(texts(None)).positive_share is None


def said(*days_before: int) -> pl.DataFrame:
    last = datetime(2026, 11, 28, 12, tzinfo=UTC)
    return pl.DataFrame(
        {"said_at": [last - timedelta(days=n) for n in days_before], "sentiment_score": [0.5] * len(days_before)}
    )


def test_the_course_goes_by_day_then_by_week_then_by_month() -> None:
    assert scores_over_time(said(0, 61), KOLKATA)[0] == "day"
    unit, rows = scores_over_time(said(0, 62), KOLKATA)
    assert (unit, rows["on"].to_list()) == ("week", [date(2026, 9, 21), date(2026, 11, 23)])
    unit, rows = scores_over_time(said(0, 5, 600), KOLKATA)
    assert (unit, rows["n"].to_list()) == ("month", [1, 2])


def test_texts_without_a_score_are_in_no_course() -> None:
    unit, rows = scores_over_time(said(0).with_columns(sentiment_score=pl.lit(None, pl.Float64)), KOLKATA)
    assert (unit, rows.height) == ("day", 0)


def test_a_text_counts_once_for_each_name() -> None:
    frame = pl.DataFrame({"emotions": [json.dumps({"joy": 0.5, "anger": 0.5}), json.dumps({"joy": 1.0}), "{}"]})
    assert most_named(frame, "emotions").rows() == [("joy", 2), ("anger", 1)]
    assert most_named(pl.DataFrame({"entities": ["[]"]}), "entities").is_empty()


def test_topics_stand_with_the_labels_of_their_texts() -> None:
    frame = pl.DataFrame(
        {"topics": ['["size"]', '["size", "price"]', "[]"], "sentiment_label": ["mixed", "negative", "positive"]}
    )
    assert labels_by(frame, "topics").rows() == [
        ("size", "negative", 1),
        ("size", "mixed", 1),
        ("price", "negative", 1),
    ]
