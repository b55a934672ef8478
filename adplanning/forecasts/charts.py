"""Pictures of forecasts: what is expected after what was, and how often the expectation was wrong."""

from __future__ import annotations

from typing import Final

import altair as alt
import polars as pl

from adplanning.core.amount_axis import amount_labels
from adplanning.core.money import minor_digits

# Of a palette that colour-blind people tell apart (Okabe and Ito, 2008).
_BLUE, _RED, _GREY = "#0072B2", "#D55E00", "#808080"
# Below it two levels are alike to somebody who plans.
_ALIKE: Final = 0.03
_BOUNDS: Final = ("expected", "lower", "upper")


def fan_chart(
    past: pl.DataFrame,
    days: pl.DataFrame,
    *,
    what: str,
    currency: str | None = None,
    events: pl.DataFrame | None = None,
) -> alt.LayerChart:
    """Draw the past as a line and the days to come as a line in its 95 % band.

    Parameters
    ----------
    past : one row a day: on, actual (null where it is not known, where the line is broken).
    days : one row a day to come: on, expected, lower, upper.
    what : the words for what is drawn.
    currency : of amounts in minor units; null for a count.
    events : one row an event: name, first_on, last_on; those within the days drawn are shaded.

    Returns
    -------
    The picture; its title compares what is expected a day with as many days before, as far as they are known.

    >>> from datetime import date
    >>> past = pl.DataFrame({"on": [date(2026, 3, 1)], "actual": [10.0]})
    >>> days = pl.DataFrame({"on": [date(2026, 3, 2)], "expected": [12.0], "lower": [8.0], "upper": [16.0]})
    >>> fan_chart(past, days, what="Conversions").title
    'Conversions: 20 % more a day than before is expected'
    """
    past = _major(past.sort("on"), ("actual",), currency)
    days = _major(days.sort("on"), _BOUNDS, currency)
    titled = what if currency is None else f"{what} ({currency})"
    x, y = (
        alt.X("on:T", title=None),
        alt.Y("expected:Q", title=titled, axis=_axis(currency), scale=alt.Scale(zero=True)),
    )
    form = ",.1f" if currency is None else ",.2f"
    band = (
        alt.Chart(days).mark_area(color=_BLUE, opacity=0.2).encode(x=x, y=alt.Y("lower:Q", title=titled), y2="upper:Q")
    )
    line = (
        alt.Chart(days)
        .mark_line(color=_BLUE, strokeWidth=2.5, point=alt.OverlayMarkDef(size=20, color=_BLUE))
        .encode(x=x, y=y, tooltip=_expected_tooltip(form))
    )
    known = (
        alt.Chart(past)
        .mark_line(color=_GREY, point=alt.OverlayMarkDef(size=12, color=_GREY), invalid="break-paths-filter-domains")
        .encode(
            x=x,
            y=alt.Y("actual:Q", title=titled),
            tooltip=[alt.Tooltip("on:T", title="Day"), alt.Tooltip("actual:Q", title="Was", format=form)],
        )
    )
    title = f"{what}: {_compared(past, days)}"
    shades = [] if events is None else _shades(events, past, days)
    return alt.LayerChart(layer=[*shades, band, known, line], title=title, width=560, height=260)


def accuracy_chart(days: pl.DataFrame, *, what: str, currency: str | None = None) -> alt.LayerChart:
    """Draw what was expected with its 95 % band, and what happened on top; the days outside the band are red.

    Parameters
    ----------
    days : one row a day: on, expected, lower, upper, actual; days without a known actual are drawn without a point.
    what : the words for what is drawn.
    currency : of amounts in minor units; null for a count.

    >>> from datetime import date
    >>> days = pl.DataFrame({
    ...     "on": [date(2026, 3, 1), date(2026, 3, 2)], "expected": [10.0, 10.0], "lower": [8.0, 8.0],
    ...     "upper": [12.0, 12.0], "actual": [11.0, 20.0],
    ... })
    >>> accuracy_chart(days, what="Conversions").title
    'Conversions: 1 of 2 days fell within the 95 % bounds'
    """
    days = _major(days.sort("on"), (*_BOUNDS, "actual"), currency)
    is_inside = pl.col("actual").is_between("lower", "upper")
    days = days.with_columns(outcome=pl.when(is_inside).then(pl.lit("within")).otherwise(pl.lit("outside")))
    compared = days.drop_nulls(["actual", "lower", "upper"])
    titled = what if currency is None else f"{what} ({currency})"
    form = ",.1f" if currency is None else ",.2f"
    x = alt.X("on:T", title=None)
    band = (
        alt.Chart(days).mark_area(color=_BLUE, opacity=0.2).encode(x=x, y=alt.Y("lower:Q", title=titled), y2="upper:Q")
    )
    line = (
        alt.Chart(days)
        .mark_line(color=_BLUE)
        .encode(x=x, y=alt.Y("expected:Q", title=titled, axis=_axis(currency), scale=alt.Scale(zero=True)))
    )
    outcomes = ["within", "outside"]
    points = (
        alt.Chart(compared)
        .mark_point(filled=True, size=45, opacity=1)
        .encode(
            x=x,
            y=alt.Y("actual:Q", title=titled),
            color=alt.Color(
                "outcome:N",
                title=None,
                scale=alt.Scale(domain=outcomes, range=[_GREY, _RED]),
                legend=alt.Legend(orient="top"),
            ),
            shape=alt.Shape("outcome:N", title=None, scale=alt.Scale(domain=outcomes, range=["circle", "diamond"])),
            tooltip=[*_expected_tooltip(form), alt.Tooltip("actual:Q", title="Was", format=form)],
        )
    )
    n_inside = compared.filter(pl.col("outcome") == "within").height
    told = (
        f"{n_inside} of {compared.height} days fell within the 95 % bounds" if compared.height else "no day is over yet"
    )
    return alt.LayerChart(layer=[band, line, points], title=f"{what}: {told}", width=560, height=260)


def _major(frame: pl.DataFrame, columns: tuple[str, ...], currency: str | None) -> pl.DataFrame:
    unit = 1.0 if currency is None else float(10 ** minor_digits(currency))
    return frame.select("on", *(pl.col(column).cast(pl.Float64) / unit for column in columns))


def _shades(events: pl.DataFrame, past: pl.DataFrame, days: pl.DataFrame) -> list[alt.Chart]:
    """Where events lie, as far as it is drawn; each from the beginning of its first day to the end of its last."""
    drawn = pl.concat([past["on"], days["on"]])
    first_on, last_on = drawn.min(), drawn.max()
    shown = events.filter(pl.col("last_on") >= first_on, pl.col("first_on") <= last_on)
    if not shown.height:
        return []
    ends = shown.select(
        "name",
        since=pl.max_horizontal("first_on", pl.lit(first_on)),
        until=pl.min_horizontal("last_on", pl.lit(last_on)).dt.offset_by("1d"),
    )
    return [
        alt.Chart(ends)
        .mark_rect(color=_RED, opacity=0.15)
        .encode(x=alt.X("since:T", title=None), x2="until:T", tooltip=[alt.Tooltip("name:N", title="Event")])
    ]


def _axis(currency: str | None) -> alt.Axis:
    return alt.Axis() if currency is None else alt.Axis(labelExpr=amount_labels(currency))


def _expected_tooltip(form: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("on:T", title="Day"),
        alt.Tooltip("expected:Q", title="Expected", format=form),
        alt.Tooltip("lower:Q", title="From (95 %)", format=form),
        alt.Tooltip("upper:Q", title="To (95 %)", format=form),
    ]


def _compared(past: pl.DataFrame, days: pl.DataFrame) -> str:
    expected = days.select(pl.col("expected").mean()).item()
    before = past.tail(days.height).select(pl.col("actual").mean()).item()
    if expected is None:
        return "nothing can be told"
    if not before:
        return "what is expected" if before is None else "after days with nothing"
    change = expected / before - 1
    if abs(change) < _ALIKE:
        return "as much a day as before is expected"
    return f"{abs(change):.0%} {'more' if change > 0 else 'less'} a day than before is expected".replace("%", " %")
