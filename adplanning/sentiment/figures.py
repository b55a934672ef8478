"""What many analysed texts say together: how many of each label, over time, by topic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from adplanning.core.ratios import ratio
from adplanning.core.vocabulary import SentimentLabel
from adplanning.sentiment.emotions import EMOTIONS

POSITIVE: Final = (SentimentLabel.positive, SentimentLabel.very_positive)
NEGATIVE: Final = (SentimentLabel.negative, SentimentLabel.very_negative)
N_NAMED: Final = 20
_DAYS_BY_DAY, _DAYS_BY_WEEK = 62, 550
_LABELS: Final = [label.value for label in SentimentLabel]


@dataclass(frozen=True)
class LabelCounts:
    """How many texts there are, how many of each label, and how many could not be analysed.

    `total` is the sum of the labels and of `n_not_analysed`.
    """

    by_label: dict[SentimentLabel, int]
    n_not_analysed: int
    mean_score: float | None

    @property
    def n_analysed(self) -> int:
        """Texts with a label."""
        return sum(self.by_label.values())

    @property
    def total(self) -> int:
        """All texts."""
        return self.n_analysed + self.n_not_analysed

    @property
    def n_positive(self) -> int:
        """Positive and very positive texts."""
        return sum(self.by_label[label] for label in POSITIVE)

    @property
    def n_negative(self) -> int:
        """Negative and very negative texts."""
        return sum(self.by_label[label] for label in NEGATIVE)

    @property
    def positive_share(self) -> float | None:
        """Positive texts of those analysed; null when there are none."""
        return ratio(self.n_positive, self.n_analysed)

    @property
    def negative_share(self) -> float | None:
        """Negative texts of those analysed; null when there are none."""
        return ratio(self.n_negative, self.n_analysed)


def label_counts(texts: pl.DataFrame) -> LabelCounts:
    """Count the labels of texts, and the mean of their scores.

    Parameters
    ----------
    texts : one row per text: sentiment_label, sentiment_score; both null where the text could not be analysed.

    >>> texts = pl.DataFrame({"sentiment_label": ["positive", "mixed", None], "sentiment_score": [0.5, 0.1, None]})
    >>> counts = label_counts(texts)
    >>> counts.total, counts.n_positive, counts.positive_share, counts.mean_score
    (3, 1, 0.5, 0.3)
    """
    counted = dict(texts.drop_nulls("sentiment_label").group_by("sentiment_label").len().iter_rows())
    mean = texts.select(pl.col("sentiment_score").mean()).item()
    return LabelCounts(
        {label: int(counted.get(label.value, 0)) for label in SentimentLabel},
        n_not_analysed=texts["sentiment_label"].null_count(),
        mean_score=None if mean is None else round(mean, 4),
    )


def scores_over_time(texts: pl.DataFrame, zone: ZoneInfo) -> tuple[str, pl.DataFrame]:
    """The mean score of the texts of each day, week (from Monday) or month, whichever gives a readable course.

    Parameters
    ----------
    texts : one row per text: said_at, sentiment_score; those without a score are not counted.
    zone : the reporting time zone, in which days begin.

    Returns
    -------
    The unit (day over up to 62 days, week over up to 550, else month), and one row for each that has texts, in their
    order: on (its first day), n, mean_score.

    >>> from datetime import UTC, datetime
    >>> texts = pl.DataFrame({"said_at": [datetime(2026, 11, 1, 20, tzinfo=UTC)] * 2, "sentiment_score": [0.5, -0.1]})
    >>> unit, rows = scores_over_time(texts, ZoneInfo("Asia/Kolkata"))
    >>> unit, rows.rows()
    ('day', [(datetime.date(2026, 11, 2), 2, 0.2)])
    """
    days = texts.drop_nulls("sentiment_score").select(
        "sentiment_score", on=pl.col("said_at").dt.convert_time_zone(zone.key).dt.date()
    )
    first, last = days["on"].min(), days["on"].max()
    n_days = days.select((pl.col("on").max() - pl.col("on").min()).dt.total_days()).item() if first and last else 0
    unit = "day" if n_days < _DAYS_BY_DAY else "week" if n_days < _DAYS_BY_WEEK else "month"
    rows = (
        days.group_by(pl.col("on").dt.truncate({"day": "1d", "week": "1w", "month": "1mo"}[unit]))
        .agg(pl.len().cast(pl.Int64).alias("n"), pl.col("sentiment_score").mean().round(4).alias("mean_score"))
        .sort("on")
    )
    return unit, rows


def most_named(texts: pl.DataFrame, column: str, *, n: int = N_NAMED) -> pl.DataFrame:
    """The topics, entities or feelings that most texts name.

    Parameters
    ----------
    texts : one row per text; `column` holds JSON: a list of names, or of emotions an object by name.
    column : "topics", "entities" or "emotions".
    n : at most so many.

    Returns
    -------
    name, n_texts (each text once); the most named first, equals by name.

    >>> most_named(pl.DataFrame({"topics": ['["size", "price"]', '["size"]']}), "topics").rows()
    [('size', 2), ('price', 1)]
    """
    names = (
        texts.select(names=_names(column))
        .explode("names", empty_as_null=False)
        .drop_nulls()
        .group_by(name="names")
        .agg(pl.len().cast(pl.Int64).alias("n_texts"))
    )
    return names.sort("n_texts", "name", descending=[True, False]).head(n)


def labels_by(texts: pl.DataFrame, column: str) -> pl.DataFrame:
    """How many texts of each label there are for each topic or source.

    Parameters
    ----------
    texts : one row per text: sentiment_label, and `column`; those without a label are not counted.
    column : "topics", as JSON, or "source_type".

    Returns
    -------
    name, sentiment_label, n; the name with most texts first, labels from very negative to very positive, mixed last.

    >>> texts = pl.DataFrame({"source_type": ["review", "review"], "sentiment_label": ["positive", "negative"]})
    >>> labels_by(texts, "source_type").rows()
    [('review', 'negative', 1), ('review', 'positive', 1)]
    """
    name = _names(column) if column == "topics" else pl.col(column)
    named = texts.drop_nulls("sentiment_label").select("sentiment_label", name=name)
    if column == "topics":
        named = named.explode("name", empty_as_null=False)
    order = pl.col("sentiment_label").replace_strict(_LABELS, range(len(_LABELS)), return_dtype=pl.Int8)
    return (
        named.drop_nulls("name")
        .group_by("name", "sentiment_label")
        .agg(pl.len().cast(pl.Int64).alias("n"))
        .with_columns(order=order, total=pl.col("n").sum().over("name"))
        .sort("total", "name", "order", descending=[True, False, False])
        .select("name", "sentiment_label", "n")
    )


def _names(column: str) -> pl.Expr:
    if column != "emotions":
        return pl.col(column).str.json_decode(pl.List(pl.String))
    felt = pl.col(column).str.json_decode(pl.Struct(dict.fromkeys(EMOTIONS, pl.Float64)))
    return pl.concat_list(
        pl.when(felt.struct.field(emotion).is_not_null()).then(pl.lit(emotion)) for emotion in EMOTIONS
    ).list.drop_nulls()
