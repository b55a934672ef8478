"""What campaigns, ad sets and ads cost and brought, as the pages on them show it: columns, cards and pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from adplanning.core import formats
from adplanning.core.money import major_units, minor_digits, to_major
from adplanning.core.ratios import ratio
from adplanning.meta_ads.account_days import SETTLING_DAYS
from adplanning.meta_ads.charts import RESULTS, every_day, results_by_day, spend_by_day
from adplanning.meta_ads.figures import FIGURE_ORDERS, CampaignTotals, Figures
from adplanning.ui.cells import Cell, text
from adplanning.ui.chart import ChartCard
from adplanning.ui.kpis import Kpi, course
from adplanning.ui.pages.chosen_days import Days, in_full
from adplanning.ui.table import Column
from adplanning.ui.visit import Visit


@dataclass(frozen=True)
class ShownFigure:
    """How one of `FIGURE_ORDERS` is called, what it means, how it is written, and whether more of it is welcome (1),
    less (−1), or neither.
    """

    title: str
    help: str
    write: Callable[[float, str], str]
    good: int = 1


def _amount(minor: float, currency: str) -> str:
    return formats.money(_major(minor, currency), currency)


def _count(n: float, currency: str) -> str:
    return formats.number(n, 0 if float(n).is_integer() else 2, currency=currency)


def _share(share: float, _: str) -> str:
    return formats.percent(share, 2)


def _times(times: float, _: str) -> str:
    return formats.times(times)


COLUMNS: Mapping[str, ShownFigure] = {
    "spend": ShownFigure("Spend", "What was paid for it, each day at its own rate.", _amount, good=0),
    "impressions": ShownFigure("Impressions", "How often an ad was shown.", _count),
    "clicks": ShownFigure("Clicks", "All clicks, those on links among them.", _count),
    "ctr": ShownFigure("CTR", "All clicks over all impressions.", _share),
    "cpc": ShownFigure("CPC", "All spend over all clicks.", _amount, good=-1),
    "results": ShownFigure("Results", "What the campaign is for, as the platform counts it.", _count),
    "cost_per_result": ShownFigure("Cost each", "All spend over all results.", _amount, good=-1),
}
"""The figures that are columns of a table."""

CARDS: Mapping[str, ShownFigure] = {
    **{key: COLUMNS[key] for key in ("spend", "impressions", "clicks", "ctr", "cpc")},
    "leads": ShownFigure("Leads", "As the platform counts them.", _count),
    "cpl": ShownFigure("Cost per lead", "All spend over all leads.", _amount, good=-1),
    "roas": ShownFigure(
        "ROAS claimed", "The value of purchases that the platform claims for itself, over all spend.", _times
    ),
}
"""The figures that stand on cards."""

_COURSES = {"spend": "spend_minor", "impressions": "n_impressions", "clicks": "n_clicks", "leads": "n_leads"}
_AMOUNTS = frozenset({"spend", "cpc", "cost_per_result", "conversion_value"})
_IN_CSV = {
    **{key: key for key in (*COLUMNS, "link_clicks", "leads")},
    "purchases": "conversions",
    "purchase_value": "conversion_value",
}


def figure_columns(*, sortable: bool = False) -> Sequence[Column]:
    """The columns of figures."""
    return [
        Column(key, shown.title, numeric=True, sortable=sortable, on_phone=key == "spend", help=shown.help)
        for key, shown in COLUMNS.items()
    ]


def figure_cells(figures: Figures, currency: str) -> dict[str, Cell]:
    """The figures by column; what nobody has told is unknown."""
    hints = {"results": (figures.result_type or "").replace("_", " ")}
    return {key: text(_written(key, figures, currency), hint=hints.get(key, "")) for key in COLUMNS}


def figure_values(figures: Figures, currency: str) -> dict[str, object]:
    """The figures for a CSV, by heading."""

    def in_csv(key: str) -> float | None:
        value = FIGURE_ORDERS[key](figures)
        return value if value is None or key not in _AMOUNTS else _major(value, currency)

    return {
        **{heading: in_csv(key) for heading, key in _IN_CSV.items()},
        "result_type": figures.result_type,
        "currency": currency,
    }


def headlines(
    now: CampaignTotals, before: CampaignTotals | None, days: pl.DataFrame, *, currency: str
) -> Sequence[Kpi]:
    """The cards over all that is looked at.

    Parameters
    ----------
    now, before : the totals, and those of as many days before; None where there are none.
    days : as from `service.daily_figures`: the course of each number.
    """

    def card(key: str, shown: ShownFigure) -> Kpi:
        value = FIGURE_ORDERS[key](now.figures)
        was = None if before is None else FIGURE_ORDERS[key](before.figures)
        written = _written(key, now.figures, currency)
        short = None if value is None or key != "spend" else formats.short_money(_major(value, currency), currency)
        return Kpi(
            shown.title,
            short or written or formats.UNKNOWN,
            shown.help,
            full=(written or "") if short else "",
            change=None if value is None or was is None else ratio(value - was, was),
            good=shown.good,
            spark=course(days[_COURSES[key]].drop_nulls().to_list()) if key in _COURSES else (),
        )

    return [card(key, shown) for key, shown in CARDS.items()]


def caption(days: Days, now: CampaignTotals, *, compared: bool, today: date) -> str:
    """What the cards are over, what is in none of them, and since when it may still change."""
    parts = [f"{days.in_words}, against as many days before." if compared else f"{days.in_words}."]
    for apart in now.unconverted:
        amount = formats.money(to_major(apart.value_minor, apart.currency), apart.currency)
        parts.append(f"Spend and its ratios are unknown, as no rate is known for {amount}.")
    unsettled_since = today - timedelta(days=SETTLING_DAYS - 1)
    if days.last is None or days.last >= unsettled_since:
        parts.append(
            f"Days since {in_full(unsettled_since)} are still settling: for {SETTLING_DAYS} days the platform adds "
            "conversions to a day."
        )
    return " ".join(parts)


def waiting_charts(visit: Visit) -> tuple[ChartCard, ChartCard]:
    """The cards of spend and of results over time, without a chart yet."""

    def card(title: str, file_name: str) -> ChartCard:
        return ChartCard(served=visit.served, title=title, file_name=file_name)

    return (
        card("What was spent each day?", "spend-by-day"),
        card("What came of it each day, by the platform's own count?", "results-by-day"),
    )


def draw_days(charts: tuple[ChartCard, ChartCard], days: pl.DataFrame, now: CampaignTotals, *, currency: str) -> None:
    """Put the days of `service.daily_figures` into the charts, and say what is on none of them."""
    spend, results = charts
    rows = every_day(days.select("on", *RESULTS, spend=major_units(pl.col("spend_minor"), currency)))
    empty = "Nothing is known of single days in this time. Choose other dates, sync, or import an export by day."
    spend.words = f"In {currency}, by day of the ad account's own calendar.{_on_no_day(days, now, currency)}"
    spend.draw(
        spend_by_day(rows, currency=currency) if rows.height else None,
        rows.select("on", "spend").to_dicts(),
        empty=empty,
    )
    results.draw(
        results_by_day(rows),
        rows.select("on", **{word: name for name, (word, _) in RESULTS.items()}).to_dicts(),
        empty="The platform has told of no result in this time." if rows.height else empty,
    )


def _on_no_day(days: pl.DataFrame, now: CampaignTotals, currency: str) -> str:
    rest = now.spend_minor - int(days["spend_minor"].sum())
    if now.unconverted or not rest:
        return ""
    return f" {_amount(rest, currency)} more is known of several days together only."


def _written(key: str, figures: Figures, currency: str) -> str | None:
    value = FIGURE_ORDERS[key](figures)
    return None if value is None else (COLUMNS.get(key) or CARDS[key]).write(value, currency)


def _major(minor: float, currency: str) -> float:
    """As `to_major`, of a ratio too."""
    return minor / float(10 ** minor_digits(currency))
