"""What campaigns brought, as one fact: which campaign a purchase or a lead is of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Select, func, literal, select, union_all

from adplanning.core.periods import Period
from adplanning.core.vocabulary import AttributionModel, ConversionType, PublicRevenue
from adplanning.store.counted import counted_conversions
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.operations import BatchRun

RESULT_TYPES: Final = (ConversionType.purchase, ConversionType.lead_form_submission)
_CONVERSIONS, _CREDITS, _TOUCHPOINTS = (
    TABLES[name].c for name in ("conversions", "attribution_credits", "touchpoints")
)


def last_credited_statement() -> Select[Any]:
    """The SELECT of how far conversions have been credited, in one row: when the last run that did so began, and when
    the newest credited conversion was. Both are null where none ever was: then nobody knows what campaigns brought.
    """
    begun, converted = BatchRun.started_at, _CREDITS.converted_at
    last_run = select(func.max(begun, type_=begun.type)).where(
        BatchRun.notebook == "attribute_conversions", BatchRun.status == "succeeded"
    )
    newest = select(func.max(converted, type_=converted.type))
    return select(last_run.scalar_subquery().label("run_at"), newest.scalar_subquery().label("converted_at"))


def campaign_results_statement(
    period: Period,
    *,
    public_revenue: PublicRevenue,
    campaign_ids: Sequence[str] | None = None,
    website_id: str | None = None,
    model: AttributionModel = AttributionModel.last_click,
) -> Select[Any]:
    """The SELECT of the counted purchases and leads of each campaign in a period, for `facts.read`.

    A conversion that names its campaign is that campaign's whole. Any other is split as `attribute_conversions` has
    credited it; what no campaign was credited with is in no row.

    Parameters
    ----------
    period : of the conversions.
    public_revenue : whether purchases that only a browser has claimed count.
    campaign_ids, website_id : of these campaigns, and of this website only.
    model : whose credits; the API's usual one.

    Returns
    -------
    A row per conversion and campaign credit: campaign_id, conversion_id, converted_at, share (0 to 1; over a conversion
    they add up to one at most), value_minor (of this share; null without value), currency.
    """
    counted = [
        *counted_conversions(public_revenue),
        _CONVERSIONS.conversion_type.in_(RESULT_TYPES),
        *([_CONVERSIONS.converted_at >= period.start] if period.start else []),
        *([_CONVERSIONS.converted_at < period.end] if period.end else []),
        *([_CONVERSIONS.website_id == website_id] if website_id is not None else []),
    ]
    named = select(
        _CONVERSIONS.ad_campaign_id.label("campaign_id"),
        _CONVERSIONS.id.label("conversion_id"),
        _CONVERSIONS.converted_at,
        literal(1.0).label("share"),
        _CONVERSIONS.value_minor,
        _CONVERSIONS.currency,
    ).where(_CONVERSIONS.ad_campaign_id.is_not(None), *counted)
    # Of few campaigns the credits are looked up by their touchpoints; SQLite would go through all of the model.
    by_model = _CREDITS.model if campaign_ids is None else _CREDITS.model.concat("")
    credited = (
        select(
            _TOUCHPOINTS.ad_campaign_id,
            _CONVERSIONS.id,
            _CONVERSIONS.converted_at,
            _CREDITS.credit,
            _CREDITS.value_minor,
            _CREDITS.currency,
        )
        .join_from(TABLES["attribution_credits"], TABLES["conversions"], _CREDITS.conversion_id == _CONVERSIONS.id)
        .join(TABLES["touchpoints"], _CREDITS.touchpoint_id == _TOUCHPOINTS.id)
        .where(
            by_model == model,
            _CONVERSIONS.ad_campaign_id.is_(None),
            _TOUCHPOINTS.ad_campaign_id.is_not(None),
            *counted,
        )
    )
    if campaign_ids is not None:
        named = named.where(_CONVERSIONS.ad_campaign_id.in_(campaign_ids))
        credited = credited.where(_TOUCHPOINTS.ad_campaign_id.in_(campaign_ids))
    return select(union_all(named, credited).subquery("campaign_results"))
