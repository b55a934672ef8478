"""To whom a file says that ads were shown: its breakdowns, which the store adds up."""

from __future__ import annotations

import polars as pl

from adplanning.imports.breakdowns import split_columns
from adplanning.imports.importing import CheckedFile
from adplanning.imports.lines import LINE, SPLIT, SUMMARY


def audiences(given: CheckedFile) -> tuple[pl.DataFrame, str]:
    """The impressions and clicks of each row of a file of ads, by the group that it was shown to.

    Parameters
    ----------
    given : a checked file of the kind meta-export.

    Returns
    -------
    One row per good row of its own: campaign, ad_set, group (such as "25-34 female"; null where the file splits by
    nothing), n_impressions, n_clicks; and by what it is split, in words.
    """
    columns = split_columns(given.file.rows, given.file.header)
    group = pl.concat_str([pl.col(name).fill_null("unknown") for name in columns], separator=" ") if columns else None
    groups = given.file.rows.select(LINE, group=pl.lit(None, pl.String) if group is None else group)
    own = given.checked.good.filter(pl.col(SUMMARY).is_null()).join(groups, on=LINE)
    by = own[SPLIT].drop_nulls()
    count = {f"n_{name}": pl.col(name).fill_null(0).cast(pl.Int64) for name in ("impressions", "clicks")}
    return own.select("campaign", "ad_set", "group", **count), by[0] if len(by) else ""
