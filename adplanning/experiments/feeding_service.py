"""Experiments that take their subjects from the store: counted on one snapshot, kept in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from adplanning.core.errors import Conflict, InvalidData
from adplanning.core.periods import Period
from adplanning.core.vocabulary import (
    ConversionType,
    ExperimentSource,
    ExperimentStatus,
    PrimaryMetric,
    PublicRevenue,
)
from adplanning.experiments.amounts import Unvalued, unvalued, with_value
from adplanning.experiments.delivery import UNEVEN_DAYS, Delivery, delivery_by
from adplanning.experiments.exposures import PRE_PERIOD_DAYS, Exposed, exposed_subjects, variant_of_path
from adplanning.experiments.feed import CUSTOMER, DAY, Counted, counted, warning, with_delivery
from adplanning.experiments.feed_queries import FeedFacts, feed_facts
from adplanning.experiments.platform_days import FIGURES_OF_METRIC, day_subjects, days_that_count, figures_of_days
from adplanning.experiments.results_service import ExperimentResults, keep_results, results_of
from adplanning.experiments.running_times import running_times
from adplanning.experiments.service import experiment_to_change, find_experiment
from adplanning.people.identity import Owners, owners, path_keys
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.experiments import Experiment
from adplanning.store.writing import insert_frame

OUTCOME_OF_METRIC: Final = {
    PrimaryMetric.conversion_rate: ConversionType.purchase,
    PrimaryMetric.revenue: ConversionType.purchase,
    PrimaryMetric.leads: ConversionType.lead_form_submission,
}
_OBJECT: Final = {ExperimentSource.campaigns: "campaign", ExperimentSource.ad_sets: "ad_set"}
_EXPOSURE: Final = {
    ExperimentSource.campaigns: "a touchpoint of the variant's campaigns",
    ExperimentSource.ad_sets: "a touchpoint of the variant's ad sets",
    ExperimentSource.landing_pages: "a view of the variant's page",
}
_COUNTS: Final = {
    PrimaryMetric.conversion_rate: "whether they bought",
    PrimaryMetric.revenue: "what they paid, refunds taken off",
    PrimaryMetric.leads: "whether they left a lead",
    PrimaryMetric.ctr: "clicks an impression",
    PrimaryMetric.cpc: "spend a click",
    PrimaryMetric.roas: "the revenue of the campaigns by their spend",
}


def count_experiment(
    engine: Engine, experiment: Experiment, *, as_of: datetime, zone: ZoneInfo, public_revenue: PublicRevenue
) -> Counted:
    """Count the subjects of an experiment and what they did, set-wise and on one snapshot; nothing is kept yet.

    Of conversion rate, leads and revenue a subject is a customer over all devices, from the first exposure on
    (`exposures.exposed_subjects`); of ctr, cpc and roas it is a day of a variant (`platform_days.day_subjects`), of the
    days that ran from beginning to end and have been read whole from the platform.

    Parameters
    ----------
    experiment : one whose source is campaigns, ad_sets or landing_pages.
    as_of : nothing later counts; of a completed one nothing after its end.
    zone : the reporting zone.
    public_revenue : which purchases count.

    Returns
    -------
    Amounts are in major units of the experiment's currency. The same store and `as_of` give the same.

    Raises
    ------
    InvalidData : its subjects are told, not found; or a page is to be judged by what ads cost.
    Conflict : it was never started.
    """
    source, metric = ExperimentSource(experiment.source), PrimaryMetric(experiment.primary_metric)
    if source is ExperimentSource.observations:
        raise InvalidData.at("source", "this experiment's subjects are told by observations; nothing is counted for it")
    if source is ExperimentSource.landing_pages and metric in FIGURES_OF_METRIC:
        raise InvalidData.at(
            "primary_metric",
            f"{metric} is told of ads, not of pages; choose conversion_rate, leads or revenue for landing_pages",
        )
    if experiment.started_at is None:
        raise Conflict("this experiment was never started, so there is nothing to count; start it first")
    until = min(as_of, experiment.ended_at or as_of)
    facts = feed_facts(
        engine,
        experiment.id,
        source=source,
        source_ids=[source_id for variant in experiment.variants for source_id in variant["source_ids"]],
        website_id=experiment.website_id,
        outcome=OUTCOME_OF_METRIC.get(metric),
        with_revenue=metric is PrimaryMetric.roas and source is ExperimentSource.campaigns,
        period=Period(experiment.started_at, until),
        zone=zone,
        public_revenue=public_revenue,
    )
    times = running_times(facts.changes.rows(), until=until, started_at=experiment.started_at)
    count = _Count(experiment, source, metric, facts, times, until, zone)
    return count.by_day() if metric in FIGURES_OF_METRIC else count.by_customer()


def due_experiments(session: Session, experiment_id: str | None = None) -> list[Experiment]:
    """The running experiments, the longest running first; or that one, whatever it does.

    Raises
    ------
    NotFound : there is no such experiment.
    """
    if experiment_id is not None:
        return [find_experiment(session, experiment_id)]
    running = select(Experiment).where(Experiment.status == str(ExperimentStatus.running))
    return list(session.scalars(running.order_by(Experiment.started_at, Experiment.id)))


def keep_count(session: Session, experiment_id: str, counted: Counted, *, now: datetime) -> ExperimentResults:
    """Put what was counted in place of what was known before, and the results of it with it.

    The same count again changes nothing but when it was made; one as of an earlier instant than the last changes
    nothing at all.

    Raises
    ------
    NotFound : the experiment was deleted meanwhile.
    """
    experiment = experiment_to_change(session, experiment_id)
    if experiment.feed is not None and counted.feed["counted_to"] < experiment.feed["counted_to"]:
        return results_of(session, experiment, now=now)
    days = TABLES["experiment_days"]
    session.execute(delete(days).where(days.c.experiment_id == experiment_id))
    insert_frame(session.connection(), days, counted.days.with_columns(experiment_id=pl.lit(experiment_id)))
    feed, before = counted.feed, (experiment.feed or {}).get("delivery")
    if feed["delivery"] and before and before["audience"]:
        # A file has told it, not the store.
        feed = with_delivery(feed, split=feed["delivery"]["split"], audience=before["audience"])
    experiment.n_contaminated, experiment.feed, experiment.counted_at = counted.n_contaminated, feed, now
    session.flush()
    return keep_results(session, experiment, now=now)


@dataclass(frozen=True)
class _Count:
    """One experiment with its facts."""

    experiment: Experiment
    source: ExperimentSource
    metric: PrimaryMetric
    facts: FeedFacts
    times: tuple[Period, ...]
    until: datetime
    zone: ZoneInfo

    def by_customer(self) -> Counted:
        known = owners(self.facts.sightings)
        outcomes, without_rate = self._outcomes(known)
        start = self.times[0].start if self.times else None
        first_at = self.facts.first_outcome_at["at"].item()
        reaches_back = start and first_at and first_at <= start - timedelta(days=PRE_PERIOD_DAYS)
        exposed = exposed_subjects(
            self._exposures(known),
            outcomes,
            times=self.times,
            zone=self.zone,
            before=outcomes.filter(pl.col("at") < start) if reaches_back else None,
        )
        met = set(exposed.subjects["variant_id"])
        unseen = [
            warning("no_subjects", f"Nobody has met {one['name']} alone while the experiment ran; check its sources.")
            for one in self.experiment.variants
            if one["id"] not in met
        ]
        words = (
            f"A subject is a customer, over all devices, with {_EXPOSURE[self.source]} while the experiment ran; from "
            f"the first one on it counts {_COUNTS[self.metric]}."
        )
        delivery = None if self.source is ExperimentSource.landing_pages else self._delivery(self._figures())
        return self._counted(
            exposed, unit=CUSTOMER, words=[words], without_rate=without_rate, delivery=delivery, warnings=unseen
        )

    def by_day(self) -> Counted:
        figures = self._figures()
        spent = self._with_value(figures.lazy(), "spend_minor").collect()
        without_rate = unvalued(spent, amount="spend_minor")
        told = spent.rename({"value": "spend"})
        warnings = []
        if self.metric is PrimaryMetric.roas:
            if self.source is ExperimentSource.campaigns:
                earned, unknown = self._earned()
                without_rate += unknown
                told = told.join(earned, on=["source_id", "on"], how="left").with_columns(
                    pl.col("revenue").fill_null(0)
                )
            else:
                told = told.with_columns(revenue=pl.lit(None, pl.Float64))
                sentence = "What an ad set brought is not known, only what its campaign did; compare campaigns by roas."
                warnings.append(warning("revenue_unknown", sentence))
        words = [
            "A subject is a day of a variant, since platforms tell of no customers; it counts "
            f"{_COUNTS[self.metric]}, and how far days differ says how sure that is.",
            "Only days count that ran from beginning to end, in the time zone of the ad account.",
        ]
        n_periods = int((self.facts.spend["first_on"] != self.facts.spend["on"]).sum())
        if n_periods:
            words.append(f"{n_periods:,} figures of several days together are left out: they tell of no single day.")
        exposed = Exposed(day_subjects(told, self.metric), 0)
        delivery = self._delivery(figures)
        return self._counted(
            exposed, unit=DAY, words=words, without_rate=without_rate, delivery=delivery, warnings=warnings
        )

    def _counted(
        self,
        exposed: Exposed,
        *,
        unit: str,
        words: Sequence[str],
        without_rate: Sequence[Unvalued],
        delivery: Delivery | None,
        warnings: Sequence[dict[str, str]],
    ) -> Counted:
        there = set() if self.facts.objects.is_empty() else set(self.facts.objects["source_id"])
        is_of_pages = self.source is ExperimentSource.landing_pages
        return counted(
            exposed,
            unit=unit,
            words=words,
            until=self.until,
            missing=[one for one in self._variants()["source_id"] if not is_of_pages and one not in there],
            without_rate=without_rate,
            currency=self.experiment.currency,
            delivery=delivery,
            warnings=warnings,
        )

    def _variants(self) -> pl.DataFrame:
        """Which source is which variant's: source_id, variant_id."""
        pairs = [(one, variant["id"]) for variant in self.experiment.variants for one in variant["source_ids"]]
        frame = pl.DataFrame(pairs, schema={"source_id": pl.String, "variant_id": pl.String}, orient="row")
        return frame.unique(maintain_order=True)

    def _exposures(self, known: Owners) -> pl.LazyFrame:
        """path_key, variant_id and at of each view or touchpoint."""
        rows, variants = self.facts.exposures, self._variants()
        if self.source is ExperimentSource.landing_pages:
            pages = variant_of_path(rows["page_url"].unique(), variants.select("variant_id", "source_id").rows())
            met = rows.lazy().join(pages.lazy(), on="page_url")
        else:
            met = rows.lazy().join(variants.lazy(), on="source_id")
        return path_keys(met, known, at="at").select("path_key", "variant_id", "at")

    def _outcomes(self, known: Owners) -> tuple[pl.LazyFrame, list[Unvalued]]:
        """path_key, at and value of each outcome, and what could not be valued."""
        keyed = path_keys(self.facts.outcomes.lazy(), known, at="at")
        if self.metric is not PrimaryMetric.revenue:
            return keyed.select("path_key", "at", value=pl.lit(1.0)), []
        valued = self._with_value(keyed, "value_minor").collect(engine="streaming")
        return valued.lazy().select("path_key", "at", "value"), unvalued(valued, amount="value_minor")

    def _figures(self) -> pl.DataFrame:
        days = days_that_count(self.facts.objects, self.facts.synced, self.times)
        return figures_of_days(self.facts.spend, self._variants(), days, of=_OBJECT[self.source])

    def _earned(self) -> tuple[pl.DataFrame, list[Unvalued]]:
        """The revenue of each campaign and day of its account: source_id, on, revenue; and what could not be valued."""
        zones = self.facts.objects.select(campaign_id="source_id", timezone="timezone")
        rows = self.facts.revenue.join(zones, on="campaign_id")
        valued = self._with_value(rows.lazy(), "value_minor").collect()
        by_zone = [
            part.with_columns(on=pl.col("at").dt.convert_time_zone(str(part["timezone"][0])).dt.date())
            for part in valued.partition_by("timezone")
        ]
        earned = (pl.concat(by_zone) if by_zone else valued).group_by(source_id="campaign_id", on="on")
        return earned.agg(revenue=pl.col("value").sum()), unvalued(valued, amount="value_minor")

    def _delivery(self, figures: pl.DataFrame) -> Delivery:
        return delivery_by(
            figures.with_columns(group=pl.col("on").cast(pl.String)),
            by="day",
            weights={variant["id"]: float(variant["weight"]) for variant in self.experiment.variants},
            names={variant["id"]: variant["name"] for variant in self.experiment.variants},
            uneven_share=UNEVEN_DAYS,
        )

    def _with_value(self, rows: pl.LazyFrame, amount: str) -> pl.LazyFrame:
        return with_value(rows, self.facts.rates, currency=self.experiment.currency, amount=amount, zone=self.zone)
