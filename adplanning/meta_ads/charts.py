"""Pictures of campaigns over time: what was spent each day, and what came of it by the platform's own count."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

import altair as alt
import polars as pl

from adplanning.core.amount_axis import amount_labels

# Of a palette that colour-blind people tell apart (Okabe and Ito, 2008).
SPEND_COLOUR: Final = "#999999"
RESULTS: Final[Mapping[str, tuple[str, str]]] = {
    "n_leads": ("leads", "#0072B2"),
    "n_purchases": ("purchases", "#009E73"),
    "n_results": ("results", "#E69F00"),
}
"""What a platform counts, each with its word and its colour; different things, which are never added up. Results are
leads or purchases too, mostly, so they are only drawn where nothing else was told.
"""

# The axes are as wide as each other, so that a day stands below itself where one chart stands below the other.
_AXIS_WIDTH: Final = 56
_HEIGHT: Final = 150
_WIDEST_BAR: Final = 28
_WHOLE_LABELS: Final = "datum.value % 1 ? '' : format(datum.value, '~s')"
# Of more days than these the library chooses itself which to name; of fewer it would name hours.
_NAMED_DAYS: Final = 14


def spend_by_day(days: pl.DataFrame, *, currency: str) -> alt.Chart:
    """Draw what was spent each day.

    Parameters
    ----------
    days : one row per day: on, spend (major units of `currency`; null where a rate is lacking, which is no bar).

    >>> from datetime import date
    >>> days = pl.DataFrame({"on": [date(2026, 11, 1)], "spend": [1200.0]})
    >>> spend_by_day(days, currency="INR").title
    'What was spent each day? (INR)'
    """
    chart: alt.Chart = (
        alt.Chart(days.select("on", "spend"), title=f"What was spent each day? ({currency})", height=_HEIGHT)
        .mark_bar(color=SPEND_COLOUR, size=alt.ExprRef(f"max(1, min({_WIDEST_BAR}, 0.8 * width / {days.height or 1}))"))
        .encode(
            x=_day_axis(days),
            y=alt.Y("spend:Q", title=None, scale=alt.Scale(zero=True), axis=_axis(amount_labels(currency))),
            tooltip=[_day_tooltip(), alt.Tooltip("spend:Q", title=f"Spend in {currency}", format=",.2f")],
        )
    )
    return chart


def results_by_day(days: pl.DataFrame) -> alt.Chart | None:
    """Draw what the platform counted each day, a line for each kind of `RESULTS` that it has told of at all.

    Parameters
    ----------
    days : one row per day: on, n_leads, n_purchases, n_results; null where the platform told nothing, which breaks the
        line.

    Returns
    -------
    The chart, with the same days as `spend_by_day` of the same rows; None where no result was told.

    >>> from datetime import date
    >>> days = pl.DataFrame({"on": [date(2026, 11, 1)], "n_leads": [3.0], "n_purchases": [None], "n_results": [3.0]})
    >>> results_by_day(days).to_dict()["encoding"]["color"]["scale"]["domain"]
    ['leads']
    """
    told = {name: said for name, said in RESULTS.items() if days[name].is_not_null().any()}
    if not told:
        return None
    if len(told) > 1:
        told.pop("n_results", None)
    words = [kind for kind, _ in told.values()]
    long = days.select("on", **{kind: pl.col(name) for name, (kind, _) in told.items()}).unpivot(
        words, index="on", variable_name="kind", value_name="n"
    )
    colour = alt.Color(
        "kind:N",
        title=None,
        scale=alt.Scale(domain=words, range=[colour for _, colour in told.values()]),
        legend=alt.Legend(orient="top", symbolType="stroke", symbolStrokeWidth=3),
    )
    chart: alt.Chart = (
        alt.Chart(long, title="What came of it each day, by the platform's own count?", height=_HEIGHT)
        .mark_line(point=True)
        .encode(
            x=_day_axis(days),
            y=alt.Y("n:Q", title=None, scale=alt.Scale(zero=True), axis=_axis(_WHOLE_LABELS)),
            color=colour,
            tooltip=[
                _day_tooltip(),
                alt.Tooltip("kind:N", title="What"),
                alt.Tooltip("n:Q", title="Count", format=",.2~f"),
            ],
        )
    )
    return chart


def every_day(days: pl.DataFrame) -> pl.DataFrame:
    """Add the days between that have no row, with null in all columns, so that no line is drawn across them.

    Parameters
    ----------
    days : one row per day `on`.

    >>> from datetime import date
    >>> days = pl.DataFrame({"on": [date(2026, 11, 3), date(2026, 11, 1)], "spend": [5.0, 7.0]})
    >>> every_day(days)["spend"].to_list()
    [7.0, None, 5.0]
    """
    return days.sort("on").upsample("on", every="1d") if days.height else days


def _day_axis(days: pl.DataFrame) -> alt.X:
    """From half a day before the first to half a day after the last, so that bars and points have room."""
    ends = days.select(first=pl.col("on").min(), last=pl.col("on").max()).row(0)
    scale = alt.Scale(domain=[_noon(ends[0] - timedelta(days=1)), _noon(ends[1])]) if days.height else alt.Undefined
    axis = alt.Axis(format="%-d %b", grid=False, labelBound=True)
    if days.height <= _NAMED_DAYS:
        axis.tickCount = "day"
    return alt.X("on:T", title=None, scale=scale, axis=axis)


def _noon(day: date) -> alt.DateTime:
    return alt.DateTime(year=day.year, month=day.month, date=day.day, hours=12)


def _axis(labels: str) -> alt.Axis:
    return alt.Axis(minExtent=_AXIS_WIDTH, maxExtent=_AXIS_WIDTH, labelExpr=labels)


def _day_tooltip() -> alt.Tooltip:
    return alt.Tooltip("on:T", title="Day", format="%-d %b %Y")
