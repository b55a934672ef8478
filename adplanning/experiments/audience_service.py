"""To whom the variants of an experiment were shown, as a platform's file tells it: the store keeps no breakdowns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from adplanning.core.errors import Conflict, InvalidData
from adplanning.core.frames import require_columns
from adplanning.core.vocabulary import ExperimentSource
from adplanning.experiments.delivery import Delivery, delivery_by
from adplanning.experiments.feed import with_delivery
from adplanning.experiments.results_service import keep_results
from adplanning.experiments.service import experiment_to_change
from adplanning.store import facts
from adplanning.store.tables.ads import AdSet, Campaign
from adplanning.store.tables.experiments import Experiment


def shown_to(session: Session, experiment: Experiment, told: pl.DataFrame) -> pl.DataFrame:
    """Of what a file tells of ads, the rows of an experiment's variants.

    Parameters
    ----------
    experiment : one on campaigns or ad sets.
    told : one row per object, day and group: campaign and ad_set (names, in whatever case), group, n_impressions,
        n_clicks.

    Returns
    -------
    variant_id, group, n_impressions, n_clicks, in no order.

    Raises
    ------
    InvalidData : another source, a file without groups, or one that tells of none of the variants.
    """
    require_columns(told, ["campaign", "ad_set", "group", "n_impressions", "n_clicks"], what="told")
    by_set = experiment.source == ExperimentSource.ad_sets
    if not by_set and experiment.source != ExperimentSource.campaigns:
        raise InvalidData.at("source", "only campaigns and ad sets are shown to audiences that a platform tells of")
    variant_of = {one: variant["id"] for variant in experiment.variants for one in variant["source_ids"]}
    named: list[Any] = [Campaign.name.label("campaign"), *([AdSet.name.label("ad_set")] if by_set else [])]
    one = AdSet.id if by_set else Campaign.id
    query: Select[Any] = select(one, *named).where(one.in_(variant_of))
    if by_set:
        query = query.join_from(AdSet, Campaign, AdSet.campaign_id == Campaign.id)
    key = ["campaign", "ad_set"] if by_set else ["campaign"]
    alike = [pl.col(name).str.strip_chars().str.to_lowercase() for name in key]
    sources = facts.read_within(session, query).with_columns(
        *alike, variant_id=pl.col("id").replace_strict(variant_of, return_dtype=pl.String)
    )
    shown = told.drop_nulls("group").with_columns(alike).join(sources, on=key)
    if shown.is_empty():
        reason = "is not split into groups; export it with a breakdown such as age and gender"
        if told["group"].count():
            reason = f"tells of none of the variants' {'ad sets' if by_set else 'campaigns'}; check their names"
        raise InvalidData.at("file", reason)
    return shown.select("variant_id", "group", "n_impressions", "n_clicks")


def delivery_to(experiment: Experiment, shown: pl.DataFrame, *, by: str) -> Delivery:
    """How alike the variants were shown to the groups of `shown_to`; `by` says what these are."""
    return delivery_by(
        shown,
        by=by,
        weights={variant["id"]: float(variant["weight"]) for variant in experiment.variants},
        names={variant["id"]: variant["name"] for variant in experiment.variants},
    )


def keep_audience(session: Session, experiment_id: str, delivery: Delivery, *, now: datetime) -> None:
    """Keep it with an experiment, whose results warn of it from then on.

    Raises
    ------
    NotFound : there is no such experiment.
    Conflict : it was not counted yet.
    """
    experiment = experiment_to_change(session, experiment_id)
    if experiment.feed is None or experiment.feed["delivery"] is None:
        raise Conflict("this experiment was not counted yet; run update_experiments first")
    split = experiment.feed["delivery"]["split"]
    experiment.feed = with_delivery(experiment.feed, split=split, audience=delivery.to_json())
    session.flush()
    keep_results(session, experiment, now=now)
