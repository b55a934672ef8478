"""Pictures of scores: how they lie, how the NPS goes, and how well the model foretells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import altair as alt
import polars as pl

from adplanning.core.vocabulary import ScoreType
from adplanning.scores.catalogue import SCORES
from adplanning.scores.tiers import NAMES

# Of a palette that colour-blind people tell apart (Okabe and Ito, 2008).
_BLUE, _GREEN, _ORANGE, _RED, _GREY = "#0072B2", "#009E73", "#E69F00", "#D55E00", "#999999"
# Of each type those of its levels, in the order of `tiers.NAMES`.
_LEVELS: Final[Mapping[ScoreType, Sequence[str]]] = {
    ScoreType.clv: (_GREEN, _BLUE, _ORANGE, _GREY),
    ScoreType.engagement: (_GREEN, _BLUE, _ORANGE, _GREY),
    ScoreType.churn_risk: (_GREEN, _ORANGE, _RED, _RED),
    ScoreType.nps: (_GREEN, _ORANGE, _RED),
}
_BARS: Final = {"name": pl.String, "n": pl.Int64, "share": pl.Float64, "paint": pl.String}
_BAR: Final = 26


def levels_chart(rows: pl.DataFrame) -> alt.LayerChart:
    """Draw how many customers stand at each tier or level, type by type; types that nobody has are left out.

    Parameters
    ----------
    rows : score_type, level, n, share (0–1, null where nobody has the score), in the order in which they are to stand;
        see `service.levels_of_all`.

    >>> rows = pl.DataFrame({"score_type": ["clv"], "level": ["gold"], "n": [3], "share": [1.0]})
    >>> levels_chart(rows).title
    'How do the scores lie?'
    """
    paint = {
        (kind.value, name): colour
        for kind, names in NAMES.items()
        for name, colour in zip(names, _LEVELS[kind], strict=True)
    }
    named = [
        (f"{SCORES[ScoreType(kind)].title}: {name.capitalize()}", n, share, paint[kind, name])
        for kind, name, n, share in rows.select("score_type", "level", "n", "share").iter_rows()
        if share is not None
    ]
    drawn = pl.DataFrame(named, schema=_BARS, orient="row")
    return _bars(drawn, title="How do the scores lie?")


def distribution_chart(classes: pl.DataFrame, *, title: str) -> alt.LayerChart:
    """Draw how many customers have which value of one score.

    Parameters
    ----------
    classes : n, share (0–1), ascending, see `distribution.value_distribution`; and label, which tells the values.
    title : what the picture answers.

    >>> classes = pl.DataFrame({"label": ["₹0", "₹1K to ₹2K"], "n": [1, 3], "share": [0.25, 0.75]})
    >>> distribution_chart(classes, title="How is CLV spread?").title
    'How is CLV spread?'
    """
    drawn = classes.select(pl.col("label").alias("name"), "n", "share", pl.lit(_BLUE).alias("paint"))
    return _bars(drawn, title=title)


def _bars(drawn: pl.DataFrame, *, title: str) -> alt.LayerChart:
    """A bar for the customers of each row, with their number and their share behind it."""
    axis = alt.Axis(ticks=False, domain=False, labelLimit=0)
    place = alt.Y("name:N", title=None, sort=drawn["name"].to_list(), axis=axis)
    # Room beyond the longest bar for its words.
    reach = 1.45 * max(float(drawn.select(pl.col("share").max()).item() or 0.0), 0.01)
    base = alt.Chart(drawn)
    bars = base.mark_bar().encode(
        y=place,
        x=alt.X("share:Q", title=None, axis=None, scale=alt.Scale(zero=True, domainMax=reach)),
        color=alt.Color("paint:N", scale=None),
        tooltip=[
            alt.Tooltip("name:N", title="Score"),
            alt.Tooltip("n:Q", title="Customers", format=",d"),
            alt.Tooltip("share:Q", title="Of all with this score", format=".1%"),
        ],
    )
    words = (
        base.transform_calculate(words="format(datum.n, ',d') + ' · ' + format(datum.share, '.1%')")
        .mark_text(align="left", dx=5)
        .encode(y=place, x="share:Q", text="words:N")
    )
    return alt.LayerChart(layer=[bars, words], title=title, height=_BAR * drawn.height)


def nps_chart(months: Sequence[Mapping[str, object]]) -> alt.LayerChart:
    """Draw the net promoter score month by month.

    Parameters
    ----------
    months : month (such as 2026-11), score, promoters, passives, detractors, total, the oldest first.

    >>> month = {"month": "2026-11", "score": 20.0, "promoters": 2, "passives": 2, "detractors": 1, "total": 5}
    >>> nps_chart([month]).title
    'How does the NPS go?'
    """
    rows = pl.DataFrame(list(months)).with_columns(pl.format("{}-01", "month").str.to_date().alias("on"))
    x = alt.X("yearmonth(on):T", title=None, axis=alt.Axis(format="%b %Y", labelOverlap=True))
    y = alt.Y(
        "score:Q", title="NPS", scale=alt.Scale(domain=[-100, 100]), axis=alt.Axis(values=[-100, -50, 0, 50, 100])
    )
    tooltip = [
        alt.Tooltip("on:T", title="Month", format="%b %Y"),
        alt.Tooltip("score:Q", title="NPS", format="+.1f"),
        *(alt.Tooltip(f"{name}:Q", title=name.capitalize(), format=",d") for name in _RATERS),
        alt.Tooltip("total:Q", title="Rated", format=",d"),
    ]
    base = alt.Chart(rows)
    zero = base.mark_rule(color=_GREY, strokeDash=[4, 4]).encode(y=alt.datum(0))
    line = base.mark_line(color=_BLUE).encode(x=x, y=y)
    # A month in which few were asked has a small point.
    points = base.mark_circle(color=_BLUE, opacity=1).encode(
        x=x,
        y=y,
        size=alt.Size("total:Q", legend=None, scale=alt.Scale(zero=True, range=[20, 240])),
        tooltip=tooltip,
    )
    return alt.LayerChart(layer=[zero, line, points], title="How does the NPS go?", height=260)


def calibration_chart(bins: pl.DataFrame) -> alt.LayerChart:
    """Draw what customers bought against what was expected of them, with two standard errors either way.

    Parameters
    ----------
    bins : n_customers, expected, bought, standard_error; see `calibration.calibration_bins`.

    >>> bins = pl.DataFrame({"n_customers": [9], "expected": [0.5], "bought": [0.6], "standard_error": [0.1]})
    >>> calibration_chart(bins).title
    'Do customers buy as often as expected?'
    """
    rows = bins.with_columns(
        (pl.col("bought") - 2 * pl.col("standard_error")).clip(lower_bound=0).alias("low"),
        (pl.col("bought") + 2 * pl.col("standard_error")).alias("high"),
    )
    reach = max(float(rows.select(pl.max_horizontal("expected", "bought", "high").max()).item() or 0.0), 0.01)
    scale = alt.Scale(zero=True, domain=[0, 1.05 * reach])
    x = alt.X("expected:Q", title="Expected purchases a customer", scale=scale, axis=alt.Axis(tickCount=6))
    y = alt.Y("bought:Q", title="Bought", scale=scale)
    tooltip = [
        alt.Tooltip("n_customers:Q", title="Customers", format=",d"),
        alt.Tooltip("expected:Q", title="Expected", format=".2f"),
        alt.Tooltip("bought:Q", title="Bought", format=".2f"),
        alt.Tooltip("low:Q", title="From", format=".2f"),
        alt.Tooltip("high:Q", title="To", format=".2f"),
    ]
    ideal = (
        alt.Chart(pl.DataFrame({"expected": [0.0, reach], "bought": [0.0, reach]}))
        .mark_line(color=_GREY, strokeDash=[4, 4])
        .encode(x=x, y=y)
    )
    base = alt.Chart(rows)
    spread = base.mark_rule(color=_BLUE, opacity=0.5, strokeWidth=2).encode(
        x=x, y=alt.Y("low:Q", title="Bought", scale=scale), y2="high:Q"
    )
    points = base.mark_circle(color=_BLUE, size=80, opacity=1).encode(x=x, y=y, tooltip=tooltip)
    return alt.LayerChart(layer=[ideal, spread, points], title="Do customers buy as often as expected?", height=300)


_RATERS: Final = ("promoters", "passives", "detractors")
