"""The attribution report: who earned how much credit under which model, what it cost, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import polars as pl

from adplanning.attribution.credit_options import CreditOptions
from adplanning.attribution.crediting import ALL_MODELS, LEARNED_MODELS, Scope
from adplanning.attribution.report import AttributionReport
from adplanning.attribution.report_service import PathReport, attribution_report, channel_intervals, path_report
from adplanning.core import formats
from adplanning.core.errors import NotFound
from adplanning.core.money import to_major
from adplanning.core.ratios import ratio
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import text
from adplanning.ui.component import Component
from adplanning.ui.kpis import Kpi, Kpis
from adplanning.ui.pages.credited_touchpoints import BEHIND, SLUG, credited_touchpoints_page
from adplanning.ui.pages.report_pictures import Pictures, draw_intervals, draw_models, draw_paths
from adplanning.ui.pages.report_question import (
    BREAKDOWNS,
    Question,
    kinds_of_conversions,
    question_filters,
    question_in_address,
    question_of,
)
from adplanning.ui.pages.report_words import left_out
from adplanning.ui.table import Column, Filter, Query, Row, Table
from adplanning.ui.visit import Visit

CLAIM = "What the ad platform claims for itself; each counts by its own rules, so claims are never added up"


def attribution_report_page(visit: Visit) -> Sequence[Component]:
    """The report with its pictures, or the touchpoints behind one of its rows."""
    if visit.record_id is None:
        return _report(visit)
    if visit.record_id == BEHIND:
        return credited_touchpoints_page(visit)
    raise NotFound(f"there is no page {visit.record_id!r} of the attribution report")


def _report(visit: Visit) -> Sequence[Component]:
    currency, zone, kinds = visit.settings.currency, visit.settings.zone, kinds_of_conversions(visit)

    # Once for the rows, the cards, the totals and the pictures, so that all stand on one snapshot.
    @lru_cache(maxsize=2)
    def found(scope: Scope, options: CreditOptions, by: str) -> AttributionReport:
        return attribution_report(
            visit.engine, scope, currency=currency, zone=zone, models=ALL_MODELS, by=by, options=options
        )

    @lru_cache(maxsize=1)
    def paths(scope: Scope, options: CreditOptions) -> PathReport:
        return path_report(visit.engine, scope, currency=currency, zone=zone, options=options)

    def asked(query: Query) -> tuple[Question, AttributionReport]:
        question = question_of(visit, query, kinds)
        return question, found(question.scope, question.options, query.filters["by"])

    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        question, report = asked(query)
        rows = _sorted(report.rows.filter(pl.col("model") == question.model), query)
        return [_row(query, report, row) for row in rows.slice(query.offset, query.limit).to_dicts()], rows.height

    def footer(query: Query) -> Sequence[Row]:
        question, report = asked(query)
        return _sums(report, question.model)

    def fetch_paths(_: Query) -> tuple[Sequence[Row], int]:
        question = question_of(visit, table.query, kinds)
        rows = paths(question.scope, question.options).top.to_dicts()
        return [_path_row(row, n, currency) for n, row in enumerate(rows)], len(rows)

    def summarise(query: Query) -> None:
        visit.frame.later(lambda: compute(query))

    def begin() -> None:
        table.refresh()
        compute(table.query)

    def compute(query: Query) -> None:
        """Card after card; what has been asked otherwise meanwhile is left."""
        for draw in (draw_numbers, draw_paths_taken, draw_certainty):
            if (table.query.filters, table.query.period) == (query.filters, query.period) and not table.closed:
                draw(query)

    def draw_numbers(query: Query) -> None:
        question, report = asked(query)
        by_campaign = found(question.scope, question.options, "campaign")
        touchpoints = address_of("ad-planning/attribution") + _in_address(query)
        kpis.show(*_headlines(question, report, by_campaign.campaign_roas(question.model), touchpoints))
        draw_models(pictures.models, report, question.model)

    def draw_paths_taken(query: Query) -> None:
        question = question_of(visit, query, kinds)
        draw_paths(pictures, paths(question.scope, question.options), currency)
        top.refresh()

    def draw_certainty(query: Query) -> None:
        question = question_of(visit, query, kinds)
        learns = question.model in LEARNED_MODELS
        intervals = (
            channel_intervals(visit.engine, question.scope, question.model, options=question.options)
            if learns
            else None
        )
        draw_intervals(pictures.intervals, question, intervals)

    kpis, pictures = Kpis(), Pictures.waiting(visit)
    table = Table(
        visit,
        label="Report",
        columns=[
            Column("name", "Name", sortable=True, on_phone=True),
            Column("credited_conversions", "Conversions", numeric=True, sortable=True, help="Credited by the model"),
            Column("credited_value_minor", "Value", numeric=True, sortable=True, on_phone=True, help="Credited value"),
            Column("spend_minor", "Spend", numeric=True, sortable=True, help="Unknown where it cannot be split"),
            Column(
                "cost_per_conversion", "Cost each", numeric=True, sortable=True, help="Spend per credited conversion"
            ),
            Column("roas", "ROAS", numeric=True, sortable=True, help="Credited value divided by spend"),
            Column("share", "Share", numeric=True, sortable=True, help="Of all conversions"),
            Column("new_conversions", "New", numeric=True, sortable=True, help="Credited for first purchases"),
            Column("claimed_conversions", "Claimed", numeric=True, sortable=True, help=CLAIM),
        ],
        filters=[*question_filters(kinds), Filter("by", "By", BREAKDOWNS, default="campaign")],
        dated=True,
        sort="credited_value_minor",
        fetch=fetch,
        footer=footer,
        export_name="attribution-report",
        empty="No conversion has a touchpoint on its path, and nothing was spent. Import orders and what the ads cost.",
        changed=summarise,
        waits=True,
    )
    top = Table(
        visit,
        label="Top paths",
        title="Which paths led to the most conversions?",
        columns=[
            Column("sequence", "Path", on_phone=True, help="The channels of the touchpoints, the first one first"),
            Column("n_touches", "Touchpoints", numeric=True),
            Column("conversions", "Conversions", numeric=True, on_phone=True),
            Column("value", "Value", numeric=True),
            Column("share", "Share", numeric=True, help="Of all conversions that have a path"),
        ],
        sort="conversions",
        fetch=fetch_paths,
        export_name="top-paths",
        empty="No conversion has a touchpoint on its path. Choose other dates or other conversions.",
        waits=True,
        prefix="paths_",
        beside=lambda: table.state,
    )
    visit.frame.later(begin)
    return [kpis, table, pictures.models, pictures.intervals, pictures.flow, top, pictures.lengths, pictures.lags]


def _in_address(query: Query) -> str:
    """The question without which conversions: the list of touchpoints has all."""
    said = {name: value for name, value in question_in_address(query).items() if name not in ("by", "conversions")}
    return f"?{urlencode(said)}" if said else ""


def _sorted(rows: pl.DataFrame, query: Query) -> pl.DataFrame:
    by = pl.col("name").str.to_lowercase() if query.sort == "name" else pl.col(str(query.sort))
    return rows.sort(by, "key", descending=[query.descending, False], nulls_last=True)


def _row(query: Query, report: AttributionReport, row: Mapping[str, Any]) -> Row:
    behind = question_in_address(query) | {"by": report.by, "key": row["key"]}
    return _shown(report, row, href=f"{address_of(SLUG, BEHIND)}?{urlencode(behind)}")


def _sums(report: AttributionReport, model: str) -> Sequence[Row]:
    """What the rows credit, what nothing led to, and both together."""
    its = report.rows.filter(pl.col("model") == model)
    credited: dict[str, Any] = {
        "name": "Credited",
        "credited_conversions": float(its["credited_conversions"].sum()),
        "credited_value_minor": int(its["credited_value_minor"].sum()),
        "new_conversions": float(its["new_conversions"].sum()),
    }
    without: dict[str, Any] = {
        "name": "Unattributed",
        "credited_conversions": report.n_unattributed,
        "credited_value_minor": report.unattributed_minor,
    }
    whole: dict[str, Any] = {
        "name": "All conversions",
        "credited_conversions": report.n_conversions,
        "credited_value_minor": report.value_minor,
        "spend_minor": report.spend_minor,
    }
    of_all = {"model": model, "key": ""}
    return [
        _shown(report, of_all | sums | {"share": ratio(sums["credited_conversions"], report.n_conversions)})
        for sums in (credited, without, whole)
    ]


def _shown(report: AttributionReport, row: Mapping[str, Any], *, href: str = "") -> Row:
    """A row of the report, or a sum that has some of its columns."""
    currency = report.currency

    def count(value: float | None) -> str | None:
        return None if value is None else formats.number(value, 2, currency=currency)

    def money(minor: int | None) -> str | None:
        return None if minor is None else formats.money(to_major(minor, currency), currency)

    def major(name: str) -> float | None:
        return None if row.get(name) is None else to_major(row[name], currency)

    written: Mapping[str, Callable[[Any], str | None]] = {
        "name": str,
        "credited_conversions": count,
        "credited_value_minor": money,
        "spend_minor": money,
        "cost_per_conversion": lambda cost: None if cost is None else formats.money(cost, currency),
        "roas": lambda roas: None if roas is None else formats.times(roas),
        "share": lambda share: None if share is None else formats.percent(share),
        "new_conversions": count,
        "claimed_conversions": count,
    }
    return Row(
        row["key"] or row["name"],
        row["name"],
        href,
        {name: text(write(row[name])) for name, write in written.items() if name in row},
        {
            "key": row["key"],
            "name": row["name"],
            "model": row["model"],
            "conversions": row["credited_conversions"],
            "value": major("credited_value_minor"),
            "spend": major("spend_minor"),
            "cost_per_conversion": row.get("cost_per_conversion"),
            "roas": row.get("roas"),
            "share": row["share"],
            "new_conversions": row.get("new_conversions"),
            "claimed_by_platform": row.get("claimed_conversions"),
            "currency": currency,
        },
    )


def _path_row(row: Mapping[str, Any], n: int, currency: str) -> Row:
    value = to_major(row["value_minor"], currency)
    return Row(
        str(n),
        row["sequence"],
        "",
        {
            "sequence": text(row["sequence"].replace(" > ", " → "), hint=row["sequence"]),
            "n_touches": text(row["n_touches"]),
            "conversions": text(formats.number(row["conversions"], currency=currency)),
            "value": text(formats.money(value, currency)),
            "share": text(formats.percent(row["share"])),
        },
        {
            "path": row["sequence"],
            "touchpoints": row["n_touches"],
            "conversions": row["conversions"],
            "value": value,
            "currency": currency,
            "share": row["share"],
        },
    )


def _headlines(
    question: Question, report: AttributionReport, roas: float | None, touchpoints: str
) -> tuple[Sequence[Kpi], str]:
    currency = report.currency
    its = report.rows.filter(pl.col("model") == question.model)
    n_credited = float(its["credited_conversions"].sum())

    def amount(label: str, minor: int, words: str, href: str = "") -> Kpi:
        value = to_major(minor, currency)
        return Kpi(label, formats.short_money(value, currency), words, full=formats.money(value, currency), href=href)

    credited = report.value_minor - report.unattributed_minor
    n_with_path = report.n_conversions - report.n_unattributed
    cards = [
        Kpi(
            "Conversions",
            formats.number(report.n_conversions, currency=currency),
            "All counted conversions of the chosen kind and dates.",
        ),
        amount(
            "Credited",
            credited,
            f"The value of the {formats.number(n_with_path, currency=currency)} that had a touchpoint on their path; "
            "see all touchpoints.",
            touchpoints,
        ),
        amount(
            "Unattributed",
            report.unattributed_minor,
            f"The value of the {formats.number(report.n_unattributed, currency=currency)} that no touchpoint led to.",
        ),
        amount("Spend", report.spend_minor, "What the ads of all campaigns cost in this time."),
        Kpi(
            "ROAS",
            formats.times(roas),
            "Value credited to campaigns divided by spend; unknown while an amount has no rate.",
        ),
        Kpi(
            "New buyers",
            formats.percent(ratio(float(its["new_conversions"].sum()), n_credited)),
            "The share of credited conversions by those who had bought nothing before.",
        ),
    ]
    total = formats.money(to_major(report.value_minor, currency), currency)
    caption = [
        f"{question.conversions}, {question.options.in_words}.",
        f"Credited and unattributed add up to {total}.",
        *left_out(report, "conversion", "conversions"),
        "What platforms claim stands beside and is never added.",
    ]
    return cards, " ".join(caption)
