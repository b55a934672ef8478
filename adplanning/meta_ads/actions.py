"""How many leads and purchases Meta means, although it tells each of them under several types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import polars as pl

from adplanning.core.money import to_minor

LEADS: Final = (
    ("omni_lead",),
    ("lead",),
    ("offsite_conversion.fb_pixel_lead", "onsite_conversion.lead_grouped"),
)
"""The types of a lead in tiers: each tier tells all leads, so only the first that there is counts."""

PURCHASES: Final = (
    ("omni_purchase",),
    ("purchase",),
    ("offsite_conversion.fb_pixel_purchase", "onsite_conversion.purchase"),
)
"""The types of a purchase in tiers, and of its value."""

RESULT_OF_OBJECTIVE: Final = {"OUTCOME_LEADS": "leads", "OUTCOME_SALES": "purchases"}
"""What a campaign is for, of what is told here; no other objective has a result."""

Actions = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class ToldResults:
    """What one row tells of leads and purchases; null where it tells none."""

    n_leads: float | None
    n_purchases: float | None
    purchase_value_minor: int | None


def told_results(actions: Actions, action_values: Actions, currency: str) -> ToldResults:
    """The leads, purchases and purchase value of one row of insights, each conversion once.

    Formula: the sum over the first tier of which there is any type. A sum over all types would count a sale two to four
    times. The value of a type is Meta's `value`, that of the account's own attribution setting.

    Parameters
    ----------
    actions, action_values : as Meta tells them, {action_type, value, 7d_click, …} each.
    currency : of the values.

    Raises
    ------
    ValueError : a value that is not a number of 0 or more.

    >>> sale = [{"action_type": kind, "value": "3"} for kind in ("purchase", "offsite_conversion.fb_pixel_purchase")]
    >>> told_results(sale, [{"action_type": "purchase", "value": "99.90"}], "INR")
    ToldResults(n_leads=None, n_purchases=3.0, purchase_value_minor=9990)

    Source: Meta, Marketing API, Ads Action Stats
    (developers.facebook.com/docs/marketing-api/reference/ads-action-stats).
    """
    counts, values = _by_type(actions), _by_type(action_values)
    n_leads, n_purchases, value = _first(counts, LEADS), _first(counts, PURCHASES), _first(values, PURCHASES)
    return ToldResults(
        None if n_leads is None else float(n_leads),
        None if n_purchases is None else float(n_purchases),
        None if value is None else to_minor(value, currency),
    )


def with_results(rows: pl.DataFrame) -> pl.DataFrame:
    """Add what each row's campaign is for, and how many of that it has: n_results and result_type.

    Formula: n_leads where the objective is leads, n_purchases where it is sales; null for all other objectives.

    Parameters
    ----------
    rows : objective (of the campaign; null if unknown), n_leads, n_purchases.

    >>> rows = pl.DataFrame({"objective": ["OUTCOME_LEADS", "OUTCOME_SALES", "REACH"]})
    >>> with_results(rows.with_columns(n_leads=2.0, n_purchases=1.0))["n_results"].to_list()
    [2.0, 1.0, None]
    """
    result_type = pl.col("objective").replace_strict(RESULT_OF_OBJECTIVE, default=None, return_dtype=pl.String)
    typed = rows.with_columns(result_type=result_type)
    counted = [pl.when(pl.col("result_type") == name).then(f"n_{name}") for name in RESULT_OF_OBJECTIVE.values()]
    return typed.with_columns(n_results=pl.coalesce(counted))


def _by_type(actions: Actions) -> dict[str, Decimal]:
    return {str(action.get("action_type")): _number(action) for action in actions}


def _number(action: Mapping[str, Any]) -> Decimal:
    try:
        number = Decimal(str(action.get("value")))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number < 0:
        raise ValueError(f"the value of {action.get('action_type')} is not a number of 0 or more")
    return number


def _first(told: Mapping[str, Decimal], tiers: Sequence[Sequence[str]]) -> Decimal | None:
    for tier in tiers:
        counted = [told[name] for name in tier if name in told]
        if counted:
            return sum(counted, Decimal())
    return None
