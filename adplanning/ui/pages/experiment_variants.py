"""The variants of an experiment: what each is, which part of the subjects it gets, and what it has reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from adplanning.core import formats
from adplanning.experiments.analysis import Comparison, VariantResult
from adplanning.ui.cells import Cell, text
from adplanning.ui.pages.experiment_results import ShownResults
from adplanning.ui.pages.experiment_words import METRICS, chance, change, config_words, interval
from adplanning.ui.table import Column, Query, Row, Table
from adplanning.ui.visit import Visit

_OWN: Final = (
    Column("config", "Settings", help="What it shows"),
    Column("sources", "Taken from", help="The campaigns, ad sets or pages whose visitors it has"),
)


def variant_table(
    visit: Visit, shown: ShownResults, sources: Mapping[str, str], *, beside: Callable[[], Mapping[str, str]]
) -> Table:
    """The variants, the control first.

    Parameters
    ----------
    sources : what the campaigns or ad sets that variants are taken from are called, by id.
    beside : what else is in the page's address.
    """
    experiment, analysis = shown.results.experiment, shown.results.analysis
    reached = {one.variant_id: one for one in analysis.variants}
    compared = {one.variant_id: one for one in analysis.comparisons}
    counted = [
        Column("subjects", "Subjects", numeric=True, help="Who took part"),
        Column("converted", "Converted", numeric=True, help="How many did what is hoped for"),
    ]
    if shown.are_days:
        counted = [Column("subjects", "Days", numeric=True, help="Days on which it was shown")]
    rows = [
        _row(shown, variant, reached[variant["id"]], compared.get(variant["id"]), sources)
        for variant in experiment.variants
    ]

    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        return rows[query.offset : query.offset + query.limit], len(rows)

    return Table(
        visit,
        label="Variants",
        title="Variants",
        columns=[
            Column("name", "Variant", on_phone=True),
            Column("weight", "Split", numeric=True, help="Which part of the subjects it is to get"),
            *counted,
            Column("value", METRICS[experiment.primary_metric], numeric=True, on_phone=True),
            Column("lift", "Lift", numeric=True, help="Against the control"),
            Column("verdict", "Significance"),
            *(column for column in _OWN if any(row.cells[column.key]["text"] for row in rows)),
        ],
        fetch=fetch,
        sort="",
        export_name="variants",
        empty="It has no variants.",
        prefix="variants_",
        beside=beside,
    )


def _row(
    shown: ShownResults,
    variant: Mapping[str, Any],
    reached: VariantResult,
    compared: Comparison | None,
    sources: Mapping[str, str],
) -> Row:
    name, config = str(variant["name"]), config_words(variant["config"])
    taken_from = ", ".join(sources.get(one, one) for one in variant["source_ids"])
    lift = None if compared is None else compared.lift
    p_value = None if compared is None else compared.p_value_adjusted
    cells: dict[str, Cell] = {
        "name": text(name, hint=name),
        "weight": text(f"{variant['weight']:g}%"),
        "subjects": text(formats.number(reached.n_subjects, currency=shown.currency)),
        "converted": text(formats.number(reached.n_converted, currency=shown.currency)),
        "value": text(
            shown.value(reached.estimate), hint=interval(shown.value(reached.lower), shown.value(reached.upper))
        ),
        "lift": text(change(lift)),
        "verdict": text("Control")
        if compared is None
        else {**shown.verdict(compared), "hint": f"p-value {chance(p_value)}"},
        "config": text(config or None, hint=config),
        "sources": text(taken_from or None, hint=taken_from),
    }
    return Row(
        str(variant["id"]),
        name,
        "",
        cells,
        {
            "id": variant["id"],
            "name": name,
            "weight": variant["weight"],
            "subjects": reached.n_subjects,
            "converted": reached.n_converted,
            "value": reached.estimate,
            "lower": reached.lower,
            "upper": reached.upper,
            "lift": lift,
            "p_value": p_value,
            "settings": config,
            "taken_from": taken_from,
        },
    )
