"""Which rows of a file are good, and what is wrong with each of the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

import polars as pl

from adplanning.imports.decimals import Mark, decimal_mark, foreign_sign
from adplanning.imports.lines import BESIDE, LINE, SUMMARY
from adplanning.imports.readers import AMOUNT, CURRENCY, NUMBERS, REPORTING_CURRENCY, Context, Field

SHOWN = 60

# Which rows are at fault, and the reason as an expression over their texts.
Fault = tuple[pl.Series, pl.Expr]


@dataclass(frozen=True)
class Rule:
    """A fault between the columns of a row: where `broken` holds, it is refused for `reason`."""

    broken: pl.Expr
    reason: str


@dataclass(frozen=True)
class Checked:
    """`good` holds every field, typed, and what stands beside it; `rejected` holds `LINE` and the reason."""

    good: pl.DataFrame
    rejected: pl.DataFrame


def check(
    rows: pl.DataFrame, columns: Mapping[str, str], fields: Sequence[Field], rules: Iterable[Rule], context: Context
) -> Checked:
    """Read every field of every row, and sort the rows into good ones and refused ones.

    Parameters
    ----------
    rows : the file's text, with what stands `BESIDE` it. A row that sums up others need not have what they must.
    columns : our name → the file's; a field that is not in it is null in every row.
    fields : what is read; a currency that is not given is the environment's.
    rules : what else must hold.

    Returns
    -------
    Each row in exactly one of the two; a reason names every fault found in its row.

    Raises
    ------
    InvalidData : a column of dates does not tell day from month.
    """
    blank = pl.repeat(None, rows.height, dtype=pl.String, eager=True)
    texts = pl.DataFrame(
        [_stripped(rows[columns[field.name]]) if field.name in columns else blank for field in fields],
        schema=[field.name for field in fields],
    )
    context = replace(context, decimal_mark=_decimal_mark(texts, fields))
    beside = rows.select(name for name in BESIDE if name in rows.columns)
    is_own = beside[SUMMARY].is_null() if SUMMARY in beside.columns else pl.repeat(True, rows.height, eager=True)
    typed, faults = _read(texts, fields, is_own, context)
    typed = typed.with_columns(beside)
    faults += [(typed.select(broken=rule.broken)["broken"], pl.lit(rule.reason)) for rule in rules]
    if "currency" in typed.columns:
        reason = "bears the sign of another currency than its row's; correct one of them"
        for field in fields:
            if field.reader is AMOUNT and field.name in columns:
                foreign = foreign_sign(texts[field.name], typed["currency"])
                faults.append((foreign, _shown(field.name) + pl.lit(reason)))
    broken = reduce(or_, (mask.fill_null(value=False) for mask, _ in faults))
    return Checked(typed.filter(~broken), _reasons(texts, typed, faults, broken))


def _decimal_mark(texts: pl.DataFrame, fields: Sequence[Field]) -> Mark:
    """That of the file: the comma where some column of numbers tells so and none tells the point."""
    numbers = [texts[field.name] for field in fields if field.reader in NUMBERS]
    if not any(column.str.contains(",", literal=True).any() for column in numbers):
        return "."
    told = {decimal_mark(column) for column in numbers} - {None}
    return "," if told == {","} else "."


def _read(
    texts: pl.DataFrame, fields: Sequence[Field], is_own: pl.Series, context: Context
) -> tuple[pl.DataFrame, list[Fault]]:
    columns, faults = [], []
    for field in fields:
        text = texts[field.name]
        if field.required:
            faults.append((text.is_null() & is_own, pl.lit(f"{field.name}: is missing; it must be given")))
        if text.null_count() == text.len():
            values = text.cast(field.reader.dtype)
        else:
            read = field.reader.read(text, context)
            values = read.values
            faults += [(mask, _shown(field.name) + pl.lit(message)) for mask, message in read.faults]
        if field.reader is CURRENCY:
            values = values.fill_null(context.settings.start_currency)
        elif field.reader is REPORTING_CURRENCY:
            values = values.fill_null(context.settings.currency)
        columns.append(values.alias(field.name))
    return pl.DataFrame(columns), faults


def _stripped(text: pl.Series) -> pl.Series:
    stripped = text.str.strip_chars()
    return stripped.set(stripped == "", None)


def _shown(name: str) -> pl.Expr:
    cut = pl.col(name).str.slice(0, SHOWN).str.replace_all("\x00", "␀", literal=True)
    return pl.lit(f"{name}: '") + cut + pl.lit("' ")


def _reasons(texts: pl.DataFrame, typed: pl.DataFrame, faults: Sequence[Fault], broken: pl.Series) -> pl.DataFrame:
    each = [pl.when(mask.filter(broken)).then(reason) for mask, reason in faults]
    reasons = texts.filter(broken).select(reason=pl.concat_str(each, separator="; ", ignore_nulls=True))
    return reasons.with_columns(typed.filter(broken)[LINE])
