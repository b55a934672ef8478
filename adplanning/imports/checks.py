"""Which rows of a file are good, and what is wrong with each of the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

import polars as pl

from adplanning.imports.decimals import foreign_sign
from adplanning.imports.lines import LINE
from adplanning.imports.readers import AMOUNT, CURRENCY, Context, Field

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
    """`good` holds `LINE` and every field, typed; `rejected` holds `LINE` and the reason."""

    good: pl.DataFrame
    rejected: pl.DataFrame


def check(
    rows: pl.DataFrame, columns: Mapping[str, str], fields: Sequence[Field], rules: Iterable[Rule], context: Context
) -> Checked:
    """Read every field of every row, and sort the rows into good ones and refused ones.

    Parameters
    ----------
    rows : the file's text, with `LINE`.
    columns : our name → the file's; a field that is not in it is null in every row.
    fields : what is read; a currency that is not given is the reporting currency.
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
    typed, faults = _read(texts, fields, context)
    typed = typed.with_columns(rows[LINE])
    faults += [(typed.select(broken=rule.broken)["broken"], pl.lit(rule.reason)) for rule in rules]
    if "currency" in typed.columns:
        reason = "bears the sign of another currency than its row's; correct one of them"
        for field in fields:
            if field.reader is AMOUNT and field.name in columns:
                foreign = foreign_sign(texts[field.name], typed["currency"])
                faults.append((foreign, _shown(field.name) + pl.lit(reason)))
    broken = reduce(or_, (mask.fill_null(value=False) for mask, _ in faults))
    return Checked(typed.filter(~broken), _reasons(texts, typed, faults, broken))


def _read(texts: pl.DataFrame, fields: Sequence[Field], context: Context) -> tuple[pl.DataFrame, list[Fault]]:
    columns, faults = [], []
    for field in fields:
        text = texts[field.name]
        if field.required:
            faults.append((text.is_null(), pl.lit(f"{field.name}: is missing; it must be given")))
        if text.null_count() == text.len():
            values = text.cast(field.reader.dtype)
        else:
            read = field.reader.read(text, context)
            values = read.values
            faults += [(mask, _shown(field.name) + pl.lit(message)) for mask, message in read.faults]
        if field.reader is CURRENCY:
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
