"""Pictures of sentiment: its course, how many texts of each label, and what they are about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import altair as alt
import polars as pl

from adplanning.core.vocabulary import SentimentLabel

# Of a palette that colour-blind people tell apart (Okabe and Ito, 2008): warm is bad, cool is good.
COLOURS: Final[Mapping[SentimentLabel, str]] = {
    SentimentLabel.very_negative: "#A63E00",
    SentimentLabel.negative: "#E69F00",
    SentimentLabel.neutral: "#999999",
    SentimentLabel.positive: "#56B4E9",
    SentimentLabel.very_positive: "#0072B2",
    SentimentLabel.mixed: "#CC79A7",
}
"""The colour of each label."""

_WORDS: Final = {label.value: label.value.replace("_", " ").capitalize() for label in COLOURS}
_SCALE: Final = alt.Scale(domain=list(_WORDS.values()), range=list(COLOURS.values()))
_BAR = 22


def score_over_time(rows: pl.DataFrame, *, unit: str) -> alt.LayerChart:
    """Draw the mean score of each day, week or month, larger points for more texts.

    Parameters
    ----------
    rows : on (date), n, mean_score; see `figures.scores_over_time`.
    unit : day, week or month.

    >>> score_over_time(pl.DataFrame(schema={"on": pl.Date, "n": pl.Int64, "mean_score": pl.Float64}), unit="day").title
    'How does what customers say sound, by day?'
    """
    drawn = rows.with_columns(pl.col("on").cast(pl.String))
    day = alt.X("on:T", title=None, axis=alt.Axis(format="%b %Y" if unit == "month" else "%-d %b", labelOverlap=True))
    score = alt.Y(
        "mean_score:Q",
        title=None,
        scale=alt.Scale(domain=[-1, 1]),
        axis=alt.Axis(values=[-1, -0.5, 0, 0.5, 1], labelExpr=_ENDS),
    )
    line = alt.Chart(drawn).mark_line(color="#0072B2", opacity=0.6).encode(x=day, y=score)
    points = (
        alt.Chart(drawn)
        .mark_circle(color="#0072B2", opacity=1)
        .encode(
            x=day,
            y=score,
            size=alt.Size("n:Q", scale=alt.Scale(range=[30, 300]), legend=None),
            tooltip=[
                alt.Tooltip("on:T", title=unit.capitalize(), format="%-d %b %Y"),
                alt.Tooltip("mean_score:Q", title="Mean score", format="+.2f"),
                alt.Tooltip("n:Q", title="Texts", format=",d"),
            ],
        )
    )
    zero = alt.Chart(pl.DataFrame({"mean_score": [0]})).mark_rule(strokeDash=[4, 4], color="#999999").encode(y=score)
    title = f"How does what customers say sound, by {unit}?"
    return alt.LayerChart(layer=[zero, line, points], title=title, height=240)


def texts_by_label(n_by_label: Mapping[SentimentLabel, int]) -> alt.LayerChart:
    """Draw how many texts have each label, from very negative to very positive, mixed last.

    Parameters
    ----------
    n_by_label : the number of texts of each label.

    >>> texts_by_label({SentimentLabel.positive: 3}).title
    'How many texts sound how?'
    """
    rows = pl.DataFrame(
        [{"label": _WORDS[label.value], "n": n_by_label.get(label, 0)} for label in COLOURS],
        schema={"label": pl.String, "n": pl.Int64},
    )
    place = alt.Y("label:N", title=None, sort=None, axis=alt.Axis(ticks=False, domain=False))
    bars = (
        alt.Chart(rows)
        .mark_bar()
        .encode(
            y=place,
            x=_counted("n", max(n_by_label.values(), default=0)),
            color=alt.Color("label:N", scale=_SCALE, legend=None),
            tooltip=[alt.Tooltip("label:N", title="Label"), alt.Tooltip("n:Q", title="Texts", format=",d")],
        )
    )
    labels = alt.Chart(rows).mark_text(align="left", dx=4).encode(y=place, x="n:Q", text=alt.Text("n:Q", format=",d"))
    return alt.LayerChart(layer=[bars, labels], title="How many texts sound how?", height=_BAR * rows.height)


def heaviest_keywords(rows: pl.DataFrame) -> alt.LayerChart:
    """Draw the keywords that tell most, by in how many texts they stand.

    Parameters
    ----------
    rows : keyword, n_texts, weight, the heaviest first; see `keywords.top_keywords`.

    >>> heaviest_keywords(pl.DataFrame({"keyword": ["late"], "n_texts": [2], "weight": [1.5]})).title
    'Which words tell most about what customers say?'
    """
    place = alt.Y("keyword:N", title=None, sort=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=220))
    bars = (
        alt.Chart(rows)
        .mark_bar(color="#0072B2")
        .encode(
            y=place,
            x=_counted("n_texts", rows.select(pl.col("n_texts").max()).item() or 0),
            tooltip=[
                alt.Tooltip("keyword:N", title="Keyword"),
                alt.Tooltip("n_texts:Q", title="Texts", format=",d"),
                alt.Tooltip("weight:Q", title="TF-IDF", format=",.2f"),
            ],
        )
    )
    labels = (
        alt.Chart(rows)
        .mark_text(align="left", dx=4)
        .encode(y=place, x="n_texts:Q", text=alt.Text("n_texts:Q", format=",d"))
    )
    title = "Which words tell most about what customers say?"
    return alt.LayerChart(layer=[bars, labels], title=title, height=_BAR * max(rows.height, 1))


def labels_by_topic(rows: pl.DataFrame) -> alt.Chart:
    """Draw how the texts on each topic sound.

    Parameters
    ----------
    rows : name, sentiment_label, n, in the order in which they are to stand; see `figures.labels_by`.

    >>> labels_by_topic(pl.DataFrame({"name": ["size"], "sentiment_label": ["negative"], "n": [2]})).title
    'What do customers speak of, and how?'
    """
    order = rows["name"].unique(maintain_order=True).to_list()
    drawn = rows.with_columns(
        label=pl.col("sentiment_label").replace(_WORDS),
        at=pl.col("sentiment_label").replace_strict(list(_WORDS), range(len(_WORDS)), return_dtype=pl.Int64),
    )
    bars: alt.Chart = (
        alt.Chart(drawn, title="What do customers speak of, and how?", height=_BAR * max(len(order), 1))
        .mark_bar()
        .encode(
            y=alt.Y("name:N", title=None, sort=order, axis=alt.Axis(ticks=False, domain=False)),
            x=alt.X("n:Q", title=None, axis=alt.Axis(format="~s", tickMinStep=1), scale=alt.Scale(zero=True)),
            order="at:O",
            color=alt.Color("label:N", title=None, scale=_SCALE, legend=alt.Legend(orient="top", columns=3)),
            tooltip=[
                alt.Tooltip("name:N", title="Topic"),
                alt.Tooltip("label:N", title="Label"),
                alt.Tooltip("n:Q", title="Texts", format=",d"),
            ],
        )
    )
    return bars


def _counted(name: str, most: int) -> alt.X:
    """Bars whose number is written behind them: without an axis, and with room for it."""
    return alt.X(f"{name}:Q", title=None, axis=None, scale=alt.Scale(zero=True, domainMax=1.1 * max(most, 1)))


_ENDS: Final = (
    "datum.value == -1 ? 'bad −1' : datum.value == 1 ? 'good +1' : datum.value == 0 ? '0' : format(datum.value, '+.1f')"
)
