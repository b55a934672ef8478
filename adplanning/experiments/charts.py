"""Pictures of an experiment: how it goes from day to day, where its variants stand, and what more subjects bring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import altair as alt
import polars as pl

from adplanning.experiments.analysis import Analysis
from adplanning.experiments.metrics import EXPERIMENT_METRICS

# Of a palette that colour-blind people tell apart (Okabe and Ito, 2008).
_BLUE, _ORANGE, _GREEN, _GREY = "#0072B2", "#E69F00", "#009E73", "#999999"
_BAR: Final = 44
# From which part of its subjects on the bands set the height: those of the first days dwarf all others.
_SETTLED: Final = 0.25


def sequence_chart(frame: pl.DataFrame, *, unit: str = "") -> alt.LayerChart:
    """Draw the difference to the control from day to day, with the band that may be watched and the one that may not.

    Parameters
    ----------
    frame : as from `sequence.running_sequence`.
    unit : that of the metric in `EXPERIMENT_METRICS`; shares are written as percentage points.

    Returns
    -------
    A wide band, always valid, a narrow one of a single look, the difference, and a line at 0. Bands of the first days
    are cut off where they would dwarf the others; one that is known on a single day is an upright line.

    >>> from datetime import date
    >>> frame = pl.DataFrame({
    ...     "on": [date(2026, 3, 1)], "n_subjects": [900], "difference": [0.02], "lower": [-0.03], "upper": [0.07],
    ...     "fixed_lower": [-0.01], "fixed_upper": [0.05], "p_value": [0.2], "p_value_sequential": [1.0],
    ... })
    >>> sequence_chart(frame).title
    'How sure is the difference from day to day?'
    """
    by = 100.0 if unit == "share" else 1.0
    shown = frame.with_columns(pl.col("difference", "lower", "upper", "fixed_lower", "fixed_upper") * by)
    title = "difference (percentage points)" if unit == "share" else "difference"
    day = alt.X("on:T", title=None, axis=alt.Axis(format="%d %b", tickMinStep=86_400_000))
    height = alt.Scale(domain=_reach(shown), nice=True)
    told = [
        alt.Tooltip("on:T", title="Until", format="%d %b %Y"),
        alt.Tooltip("n_subjects:Q", title="Subjects", format=",d"),
        alt.Tooltip("difference:Q", title="Difference", format=".3~f"),
        alt.Tooltip("lower:Q", title="Always valid, from", format=".3~f"),
        alt.Tooltip("upper:Q", title="to", format=".3~f"),
        alt.Tooltip("p_value_sequential:Q", title="Always-valid p-value", format=".3~g"),
        alt.Tooltip("p_value:Q", title="p-value of a single look", format=".3~g"),
    ]
    bands, base = {"always valid": ("lower", "upper"), "single look": ("fixed_lower", "fixed_upper")}, alt.Chart(shown)
    paint = alt.Color(
        "shown:N",
        title=None,
        scale=alt.Scale(domain=["difference", *bands], range=[_GREEN, _BLUE, _ORANGE]),
        legend=alt.Legend(orient="top"),
    )
    layers = [
        _band(base.transform_calculate(shown=f"'{band}'"), n_days=shown.select(ends).drop_nulls().height).encode(
            x=day, y=alt.Y(f"{ends[0]}:Q", title=title, scale=height), y2=f"{ends[1]}:Q", color=paint, tooltip=told
        )
        for band, ends in bands.items()
    ]
    line = (
        base.transform_calculate(shown="'difference'")
        .mark_line(point=True, clip=True, strokeWidth=2)
        .encode(x=day, y=alt.Y("difference:Q", title=title, scale=height), color=paint, tooltip=told)
    )
    nothing = alt.Chart(pl.DataFrame({"at": [0.0]})).mark_rule(color=_GREY, strokeDash=[4, 4]).encode(y="at:Q")
    return alt.LayerChart(
        layer=[*layers, nothing, line], title="How sure is the difference from day to day?", height=260
    )


def variants_chart(analysis: Analysis, names: Mapping[str, str]) -> alt.LayerChart:
    """Draw what each variant has reached, as a point on its interval.

    Parameters
    ----------
    analysis : what was found; a variant whose metric is unknown is left out.
    names : of the variants by id, for people.

    >>> from adplanning.core.vocabulary import PrimaryMetric
    >>> from adplanning.experiments.analysis import analyse
    >>> found = analyse({}, control_id="a", metric=PrimaryMetric.revenue, weights={"a": 1, "b": 1})
    >>> variants_chart(found, {"a": "Now", "b": "Banner"}).title
    'What has each variant reached?'
    """
    metric = EXPERIMENT_METRICS[analysis.metric]
    rows = pl.DataFrame(
        [
            (names[v.variant_id], v.variant_id == analysis.control_id, v.n_subjects, v.estimate, v.lower, v.upper)
            for v in analysis.variants
            if v.estimate is not None
        ],
        schema={
            "name": pl.String,
            "is_control": pl.Boolean,
            "n_subjects": pl.Int64,
            **dict.fromkeys(("estimate", "lower", "upper"), pl.Float64),
        },
        orient="row",
    )
    form = ".3~%" if metric.unit == "share" else ",.3~f"
    place = alt.Y("name:N", title=None, sort=rows["name"].to_list(), axis=alt.Axis(ticks=False, domain=False))
    along = alt.X("estimate:Q", title=metric.title, axis=alt.Axis(format=form), scale=alt.Scale(zero=False))
    paint = alt.condition("datum.is_control", alt.value(_GREY), alt.value(_BLUE))
    told = [
        alt.Tooltip("name:N", title="Variant"),
        alt.Tooltip("estimate:Q", title=metric.title, format=form),
        alt.Tooltip("lower:Q", title="From", format=form),
        alt.Tooltip("upper:Q", title="To", format=form),
        alt.Tooltip("n_subjects:Q", title="Subjects", format=",d"),
    ]
    lines = (
        alt.Chart(rows.drop_nulls())
        .mark_rule(strokeWidth=4, opacity=0.5)
        .encode(x=alt.X("lower:Q", title=metric.title), x2="upper:Q", y=place, color=paint, tooltip=told)
    )
    points = (
        alt.Chart(rows).mark_point(filled=True, size=110, opacity=1).encode(x=along, y=place, color=paint, tooltip=told)
    )
    return alt.LayerChart(
        layer=[lines, points], title="What has each variant reached?", height=_BAR * max(1, rows.height)
    )


def power_curve_chart(rows: pl.DataFrame, *, power: float = 0.8) -> alt.LayerChart:
    """Draw with which probability a lift is found, by the subjects of each variant.

    Parameters
    ----------
    rows : as from `power.power_curve`.
    power : the probability that is wanted, drawn as a line.

    >>> from adplanning.experiments.power import power_curve
    >>> power_curve_chart(power_curve(0.05, 0.2)).title
    'What do more subjects bring?'
    """
    curve = (
        alt.Chart(rows)
        .mark_line(color=_BLUE, strokeWidth=2)
        .encode(
            x=alt.X("n_subjects:Q", title="subjects a variant", axis=alt.Axis(format="~s")),
            y=alt.Y(
                "power:Q", title="probability to find it", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])
            ),
            tooltip=[
                alt.Tooltip("n_subjects:Q", title="Subjects a variant", format=",d"),
                alt.Tooltip("power:Q", title="Power", format=".0%"),
            ],
        )
    )
    wanted = alt.Chart(pl.DataFrame({"power": [power]})).mark_rule(color=_GREY, strokeDash=[4, 4]).encode(y="power:Q")
    return alt.LayerChart(layer=[curve, wanted], title="What do more subjects bring?", height=220)


def _band(chart: alt.Chart, *, n_days: int) -> alt.Chart:
    # An area between two ends of one day has no width.
    drawn: alt.Chart = (
        chart.mark_rule(opacity=0.6, clip=True, strokeWidth=4)
        if n_days == 1
        else chart.mark_area(opacity=0.25, clip=True, line={"strokeWidth": 1}, interpolate="monotone")
    )
    return drawn


def _reach(shown: pl.DataFrame) -> list[float]:
    """From the lowest to the highest of the bands once they have settled, 0 always among them."""
    settled = shown.filter(pl.col("n_subjects") >= _SETTLED * pl.col("n_subjects").max())
    columns = ["difference", "lower", "upper", "fixed_lower", "fixed_upper"]
    low, high = settled.select(low=pl.min_horizontal(columns).min(), high=pl.max_horizontal(columns).max()).row(0)
    return [min(low or 0.0, 0.0), max(high or 0.0, 0.0)]
