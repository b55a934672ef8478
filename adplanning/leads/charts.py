"""Pictures of leads: which campaigns bring them, and how far they come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import altair as alt
import polars as pl

from adplanning.core.vocabulary import LeadStatus

# Of a palette that colour-blind people tell apart (Okabe and Ito, 2008).
STAGES: Final[Mapping[str, tuple[str, Sequence[LeadStatus]]]] = {
    "converted": ("#009E73", (LeadStatus.converted,)),
    "qualified": ("#CC79A7", (LeadStatus.qualified,)),
    "contacted": ("#0072B2", (LeadStatus.contacted,)),
    "new": ("#E69F00", (LeadStatus.new,)),
    "ended": ("#999999", (LeadStatus.unqualified, LeadStatus.lost, LeadStatus.archived)),
}
"""What a lead is drawn as: its colour and its statuses; those that came furthest first."""

N_CAMPAIGNS: Final = 10
"""How many campaigns have a bar of their own."""
_NO_CAMPAIGN = "No campaign"
_BAR = 22


def stages_by_campaign(
    counted: Sequence[tuple[str | None, str | None, Mapping[LeadStatus, int]]], *, n_shown: int = N_CAMPAIGNS
) -> pl.DataFrame:
    """The leads of the campaigns that bring most, and of all others together.

    Parameters
    ----------
    counted : id, name and leads by status of each campaign, the one with most leads first.
    n_shown : how many campaigns stand by themselves.

    Returns
    -------
    One row for each campaign and each of `STAGES`: campaign, stage, n. Campaigns of one name are told apart by their
    ids; the leads of all rows are those of `counted`.

    >>> new, lost = {LeadStatus.new: 3}, {LeadStatus.lost: 1, LeadStatus.archived: 1}
    >>> rows = stages_by_campaign([("camp_1", "Diwali", new), (None, None, lost), ("camp_2", "Brand", new)], n_shown=2)
    >>> rows.filter(pl.col("n") > 0).rows()
    [('Diwali', 'new', 3), ('No campaign', 'ended', 2), ('1 other', 'new', 3)]
    """
    names = Counter(name for _, name, _ in counted)
    shown = [(_label(campaign_id, name, names), by_status) for campaign_id, name, by_status in counted[:n_shown]]
    rest: Counter[LeadStatus] = Counter()
    for _, _, by_status in counted[n_shown:]:
        rest.update(by_status)
    if rest:
        n_others = len(counted) - n_shown
        shown.append(("1 other" if n_others == 1 else f"{n_others} others", rest))
    rows = [
        (label, stage, sum(by_status.get(status, 0) for status in statuses))
        for label, by_status in shown
        for stage, (_, statuses) in STAGES.items()
    ]
    return pl.DataFrame(rows, schema={"campaign": pl.String, "stage": pl.String, "n": pl.Int64}, orient="row")


def leads_by_campaign(rows: pl.DataFrame) -> alt.LayerChart:
    """Draw a bar of leads for each campaign, parted by how far they have come.

    Parameters
    ----------
    rows : campaign, stage, n, in the order in which they are to stand; see `stages_by_campaign`.

    >>> rows = stages_by_campaign([("camp_1", "Diwali", {LeadStatus.new: 3})])
    >>> leads_by_campaign(rows).title
    'Which campaigns bring leads, and how far do they come?'
    """
    order = rows["campaign"].unique(maintain_order=True).to_list()
    place = alt.Y("campaign:N", title=None, sort=order, axis=alt.Axis(ticks=False, domain=False))
    drawn = rows.with_columns(at=pl.col("stage").replace_strict(list(STAGES), range(len(STAGES))))
    bars = (
        alt.Chart(drawn)
        .mark_bar()
        .encode(
            y=place,
            x=alt.X("n:Q", title=None, scale=alt.Scale(zero=True), axis=alt.Axis(format="~s", tickMinStep=1)),
            order="at:O",
            color=alt.Color(
                "stage:N",
                title=None,
                scale=alt.Scale(domain=list(STAGES), range=[colour for colour, _ in STAGES.values()]),
                legend=alt.Legend(orient="top", columns=3),
            ),
            tooltip=[
                alt.Tooltip("campaign:N", title="Campaign"),
                alt.Tooltip("stage:N", title="Stage"),
                alt.Tooltip("n:Q", title="Leads", format=",d"),
            ],
        )
    )
    totals = rows.group_by("campaign", maintain_order=True).agg(pl.col("n").sum())
    labels = alt.Chart(totals).mark_text(align="left", dx=4).encode(y=place, x="n:Q", text=alt.Text("n:Q", format=",d"))
    title = "Which campaigns bring leads, and how far do they come?"
    return alt.LayerChart(layer=[bars, labels], title=title, height=_BAR * len(order))


def _label(campaign_id: str | None, name: str | None, names: Mapping[str | None, int]) -> str:
    if name is None:
        return campaign_id or _NO_CAMPAIGN
    return name if names[name] == 1 else f"{name} ({campaign_id or 'not known here'})"
