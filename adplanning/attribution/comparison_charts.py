"""Pictures of credit models side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import altair as alt
import polars as pl

from adplanning.attribution.path_charts import PALETTE

MAX_KEYS: Final = 15


def models_beside(rows: pl.DataFrame, *, models: Mapping[str, str], currency: str) -> alt.LayerChart:
    """Draw the value that each model credits to each key as points on one line per key.

    Parameters
    ----------
    rows : one row per key: name, and a column of credited value (major units of `currency`) per model.
    models : the models' columns and how they are called.
    currency : said on the axis.

    Returns
    -------
    The `MAX_KEYS` keys with the most value under any model; the longer a line, the more the models disagree.

    >>> rows = pl.DataFrame({"name": ["Quilts"], "last_click": [900.0], "linear": [300.0]})
    >>> picture = models_beside(rows, models={"last_click": "Last click", "linear": "Linear"}, currency="INR")
    >>> picture.title
    'How much do the credit models agree?'
    """
    names = list(models)
    shown = rows.with_columns(most=pl.max_horizontal(names), least=pl.min_horizontal(names)).top_k(MAX_KEYS, by="most")
    order = shown.sort("most", descending=True)["name"].to_list()
    y = alt.Y("name:N", title=None, sort=order)
    axis = alt.Axis(format="~s")
    lines = (
        alt.Chart(shown.select("name", "most", "least"))
        .mark_rule(strokeWidth=2, opacity=0.4)
        .encode(x=alt.X("least:Q", title=f"credited value, {currency}", axis=axis), x2="most:Q", y=y)
    )
    long = shown.select("name", *names).unpivot(names, index="name", variable_name="model", value_name="value")
    points = (
        alt.Chart(long.with_columns(pl.col("model").replace_strict(dict(models))))
        .mark_point(filled=True, size=90, opacity=0.9)
        .encode(
            x=alt.X("value:Q", title=f"credited value, {currency}", axis=axis),
            y=y,
            color=alt.Color(
                "model:N",
                title=None,
                scale=alt.Scale(domain=list(models.values()), range=list(PALETTE[: len(names)])),
                legend=alt.Legend(orient="top", columns=alt.ExprRef("width < 360 ? 2 : 4")),
            ),
            shape=alt.Shape("model:N", title=None, scale=alt.Scale(domain=list(models.values()))),
            tooltip=["name:N", "model:N", alt.Tooltip("value:Q", title="Credited value", format=",.2f")],
        )
    )
    return alt.LayerChart(layer=[lines, points], title="How much do the credit models agree?")
