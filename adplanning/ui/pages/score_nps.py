"""What customers say when asked whether they would recommend the shop, month by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from adplanning.core import formats
from adplanning.core.periods import Period
from adplanning.core.vocabulary import ScoreType
from adplanning.scores import service
from adplanning.scores.charts import nps_chart
from adplanning.segments.service import list_segments
from adplanning.ui import badges
from adplanning.ui.cells import text
from adplanning.ui.chart import ChartCard
from adplanning.ui.component import Component
from adplanning.ui.kpis import Kpi, Kpis
from adplanning.ui.pages.score_words import nps_words, view_switch
from adplanning.ui.table import Column, Filter, Query, Row, Table
from adplanning.ui.visit import Visit

MAX_SEGMENTS = 500
_RATERS = ("promoters", "passives", "detractors")
_EMPTY = "Nobody has rated in this time. Feedback with a rating is what this is told from."


def nps_view(visit: Visit) -> Sequence[Component]:
    """The score of the chosen time and segment, its course, and who answered how."""
    currency = visit.settings.currency
    with visit.reading() as session:
        found, _ = list_segments(session, {}, limit=MAX_SEGMENTS, offset=0)
        segments = {segment.id: segment.name for segment in found}

    @lru_cache(maxsize=1)
    def report(period: Period, segment_id: str | None) -> tuple[Mapping[str, float], Sequence[Mapping[str, Any]]]:
        return service.nps_report(visit.engine, period, zone=visit.settings.zone, segment_id=segment_id)

    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        whole, months = report(query.period, query.filters.get("segment_id"))
        kpis.show(_headlines(whole, currency), "Each customer's latest answer, in the chosen time and segment.")
        chart.draw(nps_chart(months) if months else None, months, empty=_EMPTY)
        ordered = months[::-1] if query.descending else months
        return [_row(month, currency) for month in ordered[query.offset : query.offset + query.limit]], len(months)

    kpis = Kpis()
    chart = ChartCard(
        served=visit.served,
        title="How does the NPS go?",
        file_name="nps",
        words="Each customer's latest answer of the month; a larger point stands for more answers.",
    )
    table = Table(
        visit,
        label="NPS by month",
        title="Who answered how?",
        columns=[
            Column("month", "Month", sortable=True, on_phone=True),
            Column("score", "NPS", numeric=True, on_phone=True),
            *(Column(name, name.capitalize(), numeric=True) for name in _RATERS),
            Column("total", "Rated", numeric=True),
        ],
        filters=[Filter("segment_id", "Segment", segments)],
        dated=True,
        sort="month",
        fetch=fetch,
        export_name="nps",
        empty=_EMPTY,
        prefix="nps_",
        beside=lambda: {"view": "nps"},
    )
    return [view_switch(visit), kpis, chart, table]


def _headlines(whole: Mapping[str, float], currency: str) -> Sequence[Kpi]:
    n_rated = int(whole["total"])

    def of(category: str, meaning: str) -> Kpi:
        badge = badges.LEVELS[ScoreType.nps][category]
        return Kpi(
            f"{badge.words}s",
            formats.number(whole[f"{category}s"], currency=currency),
            meaning,
            words=f"{formats.percent(whole[f'{category}_percentage'] / 100)} of all" if n_rated else "",
        )

    return [
        Kpi(
            "NPS",
            nps_words(whole["score"]) if n_rated else formats.UNKNOWN,
            "The share of promoters less that of detractors, from −100 to 100.",
            words=f"{formats.number(n_rated, currency=currency)} rated" if n_rated else "",
        ),
        of("promoter", "Those who answered 9 or 10, or 5 of 5."),
        of("passive", "Those who answered 7 or 8, or 4 of 5."),
        of("detractor", "Those who answered less."),
    ]


def _row(month: Mapping[str, Any], currency: str) -> Row:
    words = date.fromisoformat(f"{month['month']}-01").strftime("%B %Y")
    return Row(
        month["month"],
        words,
        "",
        {
            "month": text(words),
            "score": text(nps_words(month["score"])),
            **{name: text(formats.number(month[name], currency=currency)) for name in (*_RATERS, "total")},
        },
        month,
    )
