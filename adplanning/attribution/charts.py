"""Pictures of credit: which campaign brought back more than it cost."""

from __future__ import annotations

import altair as alt
import polars as pl

from adplanning.core.amount_axis import amount_labels

MAX_CAMPAIGNS = 20
# Two of a palette that colour-blind people tell apart (Okabe and Ito, 2008).
VALUE_COLOUR, SPEND_COLOUR = "#009E73", "#999999"


def value_against_spend(rows: pl.DataFrame, *, currency: str, model: str) -> alt.LayerChart:
    """Draw credited value beside spend per campaign, with the ROAS written at the end.

    Parameters
    ----------
    rows : one row per campaign: campaign, credited_value, spend (major units of `currency`, spend null where there is
        none), roas.
    currency, model : named in the title.

    Returns
    -------
    The `MAX_CAMPAIGNS` campaigns that spent most, the best ROAS first; campaigns without spend have no ROAS to show.

    >>> rows = pl.DataFrame({"campaign": ["Quilts"], "credited_value": [900.0], "spend": [300.0], "roas": [3.0]})
    >>> value_against_spend(rows, currency="INR", model="linear").title
    'Which campaigns bring back more than they cost? (linear, INR)'
    """
    spent = rows.filter(pl.col("spend") > 0).top_k(MAX_CAMPAIGNS, by="spend").sort("roas", descending=True)
    order = spent["campaign"].to_list()
    kinds = ["credited value", "spend"]
    bars = spent.select("campaign", "roas", pl.col("credited_value").alias(kinds[0]), pl.col("spend").alias(kinds[1]))
    long = bars.unpivot(kinds, index=["campaign", "roas"], variable_name="kind", value_name="amount")
    row = alt.Y("campaign:N", title=None, sort=order)
    drawn = (
        alt.Chart(long)
        .mark_bar()
        .encode(
            x=alt.X(
                "amount:Q",
                title=None,
                axis=alt.Axis(labelExpr=amount_labels(currency)),
                scale=alt.Scale(zero=True, domainMax=_reach(bars, kinds)),
            ),
            y=row,
            yOffset=alt.YOffset("kind:N", sort=kinds),
            color=alt.Color(
                "kind:N",
                title=None,
                sort=kinds,
                scale=alt.Scale(domain=kinds, range=[VALUE_COLOUR, SPEND_COLOUR]),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=["campaign", "kind", alt.Tooltip("amount", format=",.2f"), alt.Tooltip("roas", format=".2f")],
        )
    )
    labels = (
        alt.Chart(spent)
        .mark_text(align="left", dx=6, fontWeight="bold")
        .encode(x=alt.X("end:Q"), y=row, text="label:N")
        .transform_calculate(end="max(datum.credited_value, datum.spend)", label="format(datum.roas, '.2f') + '×'")
    )
    title = f"Which campaigns bring back more than they cost? ({model}, {currency})"
    return alt.LayerChart(layer=[drawn, labels], title=title, width=520)


def _reach(bars: pl.DataFrame, kinds: list[str]) -> float:
    """As far as the longest bar and the words after it."""
    return 1.12 * max((bars.select(pl.max_horizontal(kinds).max()).item() or 0.0), 1.0)
