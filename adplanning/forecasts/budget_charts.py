"""Pictures of budgets: how results follow spend, where the money goes, what scenarios bring, whether a plan is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

import altair as alt
import numpy as np
import polars as pl

from adplanning.core.amount_axis import amount_labels
from adplanning.core.money import minor_digits
from adplanning.forecasts.response import ResponseFit, expected_result, marginal_result, result_interval

# Of a palette that colour-blind people tell apart (Okabe and Ito, 2008).
BLUE, GREEN, ORANGE, RED, GREY = "#0072B2", "#009E73", "#E69F00", "#D55E00", "#999999"

_N_POINTS: Final = 60
_BAR: Final = 26


def response_chart(
    fit: ResponseFit, *, currency: str, is_revenue: bool, proposed: float | None = None
) -> alt.LayerChart:
    """Draw what a campaign brings a day at each spend, with the 95 % band, today's point and the proposed one.

    Parameters
    ----------
    fit : of the campaign.
    currency : of its spend, and of its results with `is_revenue`; otherwise these are conversions.
    proposed : minor units a day; None draws today's point alone.

    Returns
    -------
    The curve from 0 to beyond the greatest spend seen; where nothing was seen, below the least and beyond the greatest
    spend of a day, it is grey.

    >>> made = ResponseFit(0.0, 20.0, 100.0, 1.0, 2.0, (1.0,) * 7, 100.0, 50.0, 200.0, 90, 1.0, 0.3, (),
    ...     ((20.0, 100.0, 1.0, 2.0), (24.0, 100.0, 1.0, 2.0)))
    >>> response_chart(made, currency="INR", is_revenue=False, proposed=150.0).title
    'What does more or less spend bring?'
    """
    reach = 1.15 * max(fit.most_seen, 1.6 * fit.usual_spend, proposed or 0.0, 1.0)
    ends = [0.0, reach, fit.least_seen, min(fit.most_seen, reach)]
    curve = _curve_points(
        fit, np.unique(np.concatenate([np.linspace(0, reach, _N_POINTS), ends])), currency, is_revenue
    )
    unit = float(10 ** minor_digits(currency))
    is_seen = pl.col("spend").is_between(fit.least_seen / unit, fit.most_seen / unit)
    marks = {"today": fit.usual_spend} | ({} if proposed is None else {"proposed": proposed})
    points = _curve_points(fit, np.array(list(marks.values())), currency, is_revenue).with_columns(
        pl.Series("point", list(marks))
    )
    axis = alt.Axis(labelExpr=amount_labels(currency), labelOverlap=True)
    x = alt.X("spend:Q", title=f"Spend a day ({currency})", axis=axis, scale=alt.Scale(domain=[0, reach / unit]))
    titled = f"Revenue a day ({currency})" if is_revenue else "Conversions a day"
    y = alt.Y("result:Q", title=titled, axis=axis if is_revenue else alt.Axis(), scale=alt.Scale(zero=True))
    band = (
        alt.Chart(curve).mark_area(color=BLUE, opacity=0.15).encode(x=x, y=alt.Y("lower:Q", title=titled), y2="upper:Q")
    )
    guessed = alt.Chart(curve).mark_line(color=GREY, strokeDash=[4, 4]).encode(x=x, y=y)
    seen = alt.Chart(curve.filter(is_seen)).mark_line(color=BLUE, strokeWidth=2.5).encode(x=x, y=y)
    form = ",.2f" if is_revenue else ",.1f"
    dots = (
        alt.Chart(points)
        .mark_point(size=110, filled=True, opacity=1)
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "point:N",
                title=None,
                scale=alt.Scale(domain=["today", "proposed"], range=[ORANGE, GREEN]),
                legend=alt.Legend(orient="top"),
            ),
            shape=alt.Shape(
                "point:N", title=None, scale=alt.Scale(domain=["today", "proposed"], range=["circle", "diamond"])
            ),
            tooltip=[
                alt.Tooltip("point:N", title="Point"),
                alt.Tooltip("spend:Q", title=f"Spend a day ({currency})", format=",.2f"),
                alt.Tooltip("result:Q", title=titled, format=form),
                alt.Tooltip("lower:Q", title="From (95 %)", format=form),
                alt.Tooltip("upper:Q", title="To (95 %)", format=form),
                alt.Tooltip("marginal:Q", title=_marginal_title(currency, is_revenue=is_revenue), format=",.2f"),
            ],
        )
    )
    return alt.LayerChart(
        layer=[band, guessed, seen, dots], title="What does more or less spend bring?", width=420, height=260
    )


def allocation_chart(rows: pl.DataFrame, *, names: Mapping[str, str], currency: str) -> alt.LayerChart:
    """Draw for each campaign how far its spend goes from today's to the proposed one.

    Parameters
    ----------
    rows : as in `budget.Allocation`: campaign_id, usual_spend, spend (minor units a day).
    names : of the campaigns; the id where one is missing.
    currency : of the spend.

    Returns
    -------
    A row per campaign, the greatest rise first: a line from today's point to the proposed one, green where it rises,
    red where it falls.

    >>> rows = pl.DataFrame({"campaign_id": ["c"], "usual_spend": [10000.0], "spend": [16000.0]})
    >>> allocation_chart(rows, names={"c": "Quilts"}, currency="INR").title
    'Where should the money go?'
    """
    unit = float(10 ** minor_digits(currency))
    counts = Counter(names.get(id_, id_) for id_ in rows["campaign_id"])
    labels = [_label(id_, names.get(id_, id_), counts) for id_ in rows["campaign_id"]]
    drawn = (
        rows.select(
            pl.Series("campaign", labels, dtype=pl.String),
            (pl.col("usual_spend") / unit).alias("today"),
            (pl.col("spend") / unit).alias("proposed"),
        )
        .with_columns((pl.col("proposed") - pl.col("today")).alias("change"))
        .sort("change", "campaign", descending=[True, False])
    )
    place = alt.Y("campaign:N", title=None, sort=drawn["campaign"].to_list(), axis=alt.Axis(labelLimit=260))
    axis = alt.Axis(labelExpr=amount_labels(currency), labelOverlap=True)
    titled = f"Spend a day ({currency})"
    x = alt.X("amount:Q", title=titled, axis=axis, scale=alt.Scale(zero=True))
    tooltip = [
        alt.Tooltip("campaign:N", title="Campaign"),
        *(alt.Tooltip(f"{name}:Q", title=name.capitalize(), format=",.2f") for name in ("today", "proposed")),
        alt.Tooltip("change:Q", title="Change", format="+,.2f"),
    ]
    base = alt.Chart(drawn)
    lines = base.mark_rule(strokeWidth=3).encode(
        y=place,
        x=alt.X("today:Q", title=titled, axis=axis, scale=alt.Scale(zero=True)),
        x2="proposed:Q",
        color=alt.condition("datum.change >= 0", alt.value(GREEN), alt.value(RED)),
        tooltip=tooltip,
    )
    kinds = ["today", "proposed"]
    points = (
        alt.Chart(
            drawn.unpivot(kinds, index=["campaign"], variable_name="kind", value_name="amount").join(
                drawn, on="campaign"
            )
        )
        .mark_point(size=90, filled=True, opacity=1)
        .encode(
            y=place,
            x=x,
            color=alt.Color(
                "kind:N",
                title=None,
                sort=kinds,
                scale=alt.Scale(domain=kinds, range=[GREY, BLUE]),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=tooltip,
        )
    )
    return alt.LayerChart(
        layer=[lines, points], title="Where should the money go?", width=420, height=max(_BAR * len(drawn), _BAR)
    )


def scenarios_chart(totals: pl.DataFrame, *, currency: str, is_revenue: bool) -> alt.LayerChart:
    """Draw what each scenario brings a day, with its 95 % interval and its spend behind it.

    Parameters
    ----------
    totals : as in `scenarios.Scenarios`; one that is impossible is left out.
    currency : of the spend, and of the results with `is_revenue`.

    >>> totals = pl.DataFrame({"scenario": ["today"], "spend": [10000.0], "result": [9.0], "result_lower": [8.0],
    ...     "result_upper": [10.0], "return_on_spend": [0.0009]})
    >>> scenarios_chart(totals, currency="INR", is_revenue=False).title
    'What does each split bring?'
    """
    unit = float(10 ** minor_digits(currency))
    scale = unit if is_revenue else 1.0
    drawn = totals.filter(pl.col("result").is_not_null()).select(
        "scenario",
        (pl.col("spend") / unit).alias("spend"),
        *(pl.col(name) / scale for name in ("result", "result_lower", "result_upper")),
        (pl.col("return_on_spend") if is_revenue else 1 / (pl.col("return_on_spend") * unit)).alias("efficiency"),
    )
    place = alt.Y("scenario:N", title=None, sort=drawn["scenario"].to_list(), axis=alt.Axis(labelLimit=260))
    titled = f"Revenue a day ({currency})" if is_revenue else "Conversions a day"
    axis = alt.Axis(labelExpr=amount_labels(currency), labelOverlap=True) if is_revenue else alt.Axis()
    form = ",.2f" if is_revenue else ",.1f"
    x = alt.X("result:Q", title=titled, axis=axis, scale=alt.Scale(zero=True))
    tooltip = [
        alt.Tooltip("scenario:N", title="Scenario"),
        alt.Tooltip("spend:Q", title=f"Spend a day ({currency})", format=",.2f"),
        alt.Tooltip("result:Q", title=titled, format=form),
        alt.Tooltip("result_lower:Q", title="From (95 %)", format=form),
        alt.Tooltip("result_upper:Q", title="To (95 %)", format=form),
        alt.Tooltip("efficiency:Q", title="ROAS" if is_revenue else f"CPA ({currency})", format=",.2f"),
    ]
    base = alt.Chart(drawn)
    bars = base.mark_bar(height=14).encode(
        y=place,
        x=x,
        color=alt.condition("datum.scenario === 'today'", alt.value(GREY), alt.value(BLUE)),
        tooltip=tooltip,
    )
    spread = base.mark_rule(strokeWidth=2).encode(y=place, x=alt.X("result_lower:Q", title=titled), x2="result_upper:Q")
    return alt.LayerChart(
        layer=[bars, spread], title="What does each split bring?", width=420, height=max(_BAR * len(drawn), _BAR)
    )


def pacing_chart(progress: pl.DataFrame, *, currency: str) -> alt.LayerChart:
    """Draw what was planned, spent and is projected, summed from the first day of a plan on.

    Parameters
    ----------
    progress : as from `pacing.plan_progress`.
    currency : of the plan.

    >>> from datetime import date
    >>> from adplanning.forecasts.pacing import plan_progress, planned_days
    >>> plan = planned_days(40000, first_on=date(2026, 5, 1), last_on=date(2026, 5, 4))
    >>> spent = pl.DataFrame({"on": [date(2026, 5, 1)], "spend": [12000]})
    >>> pacing_chart(plan_progress(plan, spent, as_of_on=date(2026, 5, 1)), currency="INR").title
    'Does the money go out as planned?'
    """
    unit = float(10 ** minor_digits(currency))
    last_past = progress.filter("is_past").select(pl.col("on").max()).item()
    # The dashed line begins where the full one ends.
    is_to_come = pl.lit(value=True) if last_past is None else pl.col("on") >= last_past
    kinds = {"planned": "planned_so_far", "spent": "spent_so_far", "projected": "projected_so_far"}
    drawn = (
        progress.with_columns(pl.when(is_to_come).then("projected_so_far").alias("projected_so_far"))
        .select("on", *((pl.col(column) / unit).alias(kind) for kind, column in kinds.items()))
        .unpivot(list(kinds), index="on", variable_name="kind", value_name="amount")
        .drop_nulls()
        .sort("kind", "on")
    )
    domain = list(kinds)
    titled = f"Spend so far ({currency})"
    line = (
        alt.Chart(drawn)
        .mark_line(strokeWidth=2.5, point=alt.OverlayMarkDef(size=18))
        .encode(
            x=alt.X("on:T", title=None, axis=alt.Axis(format="%-d %b", labelOverlap=True)),
            y=alt.Y(
                "amount:Q",
                title=titled,
                axis=alt.Axis(labelExpr=amount_labels(currency)),
                scale=alt.Scale(zero=True),
            ),
            color=alt.Color(
                "kind:N",
                title=None,
                scale=alt.Scale(domain=domain, range=[GREY, BLUE, BLUE]),
                legend=alt.Legend(orient="top"),
            ),
            strokeDash=alt.StrokeDash(
                "kind:N", title=None, scale=alt.Scale(domain=domain, range=[[2, 2], [1, 0], [6, 4]])
            ),
            tooltip=[
                alt.Tooltip("on:T", title="Day", format="%-d %b %Y"),
                alt.Tooltip("kind:N", title="Line"),
                alt.Tooltip("amount:Q", title=titled, format=",.2f"),
            ],
        )
    )
    return alt.LayerChart(layer=[line], title="Does the money go out as planned?", width=520, height=260)


def _curve_points(
    fit: ResponseFit, spend: np.ndarray[tuple[int, ...], np.dtype[np.float64]], currency: str, is_revenue: bool
) -> pl.DataFrame:
    unit = float(10 ** minor_digits(currency))
    scale = unit if is_revenue else 1.0
    lower, upper = result_interval(fit, spend)
    marginal = marginal_result(fit, spend)
    return pl.DataFrame(
        {
            "spend": spend / unit,
            "result": expected_result(fit, spend) / scale,
            "lower": lower / scale,
            "upper": upper / scale,
            "marginal": marginal if is_revenue else 1 / (marginal * unit),
        }
    )


def _marginal_title(currency: str, *, is_revenue: bool) -> str:
    return "Marginal ROAS" if is_revenue else f"Marginal CPA ({currency})"


def _label(campaign_id: str, name: str, counts: Counter[str]) -> str:
    return name if counts[name] == 1 else f"{name} ({campaign_id})"
