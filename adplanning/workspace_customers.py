"""What an analyst asks about customers: the feature table, segments, scores, the funnel and retention."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
from sqlalchemy import Engine

from adplanning.core.money import major_units
from adplanning.core.periods import Period
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import ScoreType
from adplanning.journeys.analysis_service import funnel_report, retention
from adplanning.journeys.scope import JourneyScope
from adplanning.segments.criteria import fields_of, parse_criteria
from adplanning.segments.feature_service import CustomerFeatures, customer_features
from adplanning.store import facts
from adplanning.store.tables.catalogue import TABLES

# A period is all time, the last so many days, or a first and a last day (or instant), both included.
PeriodLike = Period | int | tuple[str | date | None, str | date | None] | None


@dataclass(frozen=True)
class CustomerWorkspace:
    """An open store, asked about customers; see `workspace.Workspace`."""

    engine: Engine
    settings: Settings

    def customers(self, fields: Collection[str] | None = None, *, as_of: datetime | None = None) -> pl.DataFrame:
        """The table that segments are told from: one row per person.

        Parameters
        ----------
        fields : names in `segments.fields.FIELDS` and of persons' own attributes; all of them when None.
        as_of : what happened later is left out; now when not given.

        Returns
        -------
        person_id and a column per field, in the order of person_id; money in major units of the reporting currency,
        null where nothing is known.

        >>> import tempfile
        >>> import adplanning
        >>> ws = adplanning.open(f"sqlite:///{tempfile.mkdtemp()}/shop.db")
        >>> ws.customers(["total_orders", "total_spent"]).columns
        ['person_id', 'total_orders', 'total_spent']
        """
        return self._shown(self._features(fields, as_of).frame)

    def matching(self, criteria: Mapping[str, Any], *, as_of: datetime | None = None) -> pl.DataFrame:
        """The customers who match criteria, as a segment of them would hold.

        Parameters
        ----------
        criteria : as the API takes them: logic, rules, groups.
        as_of : as for `customers`.

        Returns
        -------
        As `customers`, with the fields that the criteria ask for.

        Raises
        ------
        InvalidData : criteria that say nothing that can be checked.

        >>> import tempfile
        >>> import adplanning
        >>> ws = adplanning.open(f"sqlite:///{tempfile.mkdtemp()}/shop.db")
        >>> loyal = {"rules": [{"field": "total_orders", "operator": ">", "value": 5}]}
        >>> ws.matching(loyal).height
        0
        """
        parsed = parse_criteria(criteria)
        features = self._features(fields_of(parsed), as_of)
        return self._shown(features.matching(parsed))

    def segment_members(self, segment_id: str) -> pl.DataFrame:
        """Who was in a segment when it was last built: person_id, added_at, added_reason."""
        members = TABLES["segment_members"].c
        columns = ["person_id", "added_at", "added_reason"]
        frame = facts.scan(self.engine, "segment_members", columns, where=[members.segment_id == segment_id])
        return frame.sort("person_id").collect()

    def scores(self, score_type: ScoreType | str | None = None) -> pl.DataFrame:
        """The kept scores of everybody, as they were when last computed.

        Parameters
        ----------
        score_type : one of `ScoreType`; all types when None.

        Returns
        -------
        One row per person and type: person_id, score_type, score_value (a CLV in major units of its currency), tier,
        confidence, method, previous_score, calculated_at, currency.

        Raises
        ------
        ValueError : no such type.

        >>> import tempfile
        >>> import adplanning
        >>> ws = adplanning.open(f"sqlite:///{tempfile.mkdtemp()}/shop.db")
        >>> ws.scores("clv").height
        0
        """
        kept = TABLES["customer_scores"].c
        columns = ["person_id", "score_type", "score_value", "tier", "confidence", "method", "previous_score"]
        where = [] if score_type is None else [kept.score_type == ScoreType(score_type)]
        frame = facts.scan(self.engine, "customer_scores", [*columns, "calculated_at", "currency"], where=where)
        return frame.sort("score_type", "person_id").collect()

    def funnel(self, period: PeriodLike = None, *, segment_id: str | None = None) -> pl.DataFrame:
        """How far customers came in a period, each once over all their devices.

        Parameters
        ----------
        period : of the steps.
        segment_id : only members of this segment.

        Returns
        -------
        One row per stage, in their order: stage, n (who reached it or a later one), share (of all), dropoff (of the
        stage before).

        >>> import tempfile
        >>> import adplanning
        >>> ws = adplanning.open(f"sqlite:///{tempfile.mkdtemp()}/shop.db")
        >>> ws.funnel(30)["n"].sum()
        0
        """
        scope = JourneyScope(self._period(period), segment_id=segment_id)
        report = funnel_report(self.engine, scope, public_revenue=self.settings.public_revenue)
        schema = {"stage": pl.String, "n": pl.Int64, "share": pl.Float64, "dropoff": pl.Float64}
        return pl.DataFrame([tuple(stage) for stage in report.stages], schema=schema, orient="row")

    def retention(self, period: PeriodLike = None) -> pl.DataFrame:
        """Of those who first bought in a month, how many bought again in each month after.

        Parameters
        ----------
        period : of the first purchases.

        Returns
        -------
        As `journeys.retention.cohort_retention`.
        """
        scope = JourneyScope(self._period(period))
        zone = self.settings.zone
        return retention(self.engine, scope, public_revenue=self.settings.public_revenue, zone=zone)

    def _features(self, fields: Collection[str] | None, as_of: datetime | None) -> CustomerFeatures:
        return customer_features(
            self.engine,
            as_of=as_of or datetime.now(UTC),
            currency=self.settings.currency,
            zone=self.settings.zone,
            public_revenue=self.settings.public_revenue,
            fields=fields,
        )

    def _shown(self, frame: pl.DataFrame) -> pl.DataFrame:
        money = [name for name in frame.columns if name.endswith("_minor")]
        major = [major_units(pl.col(name), self.settings.currency).alias(name) for name in money]
        names = {name: name.removesuffix("_minor") for name in money}
        return frame.with_columns(major).rename(names).sort("person_id")

    def _period(self, period: PeriodLike) -> Period:
        if period is None:
            return Period()
        if isinstance(period, Period):
            return period
        if isinstance(period, int):
            return Period.last_days(period, datetime.now(UTC))
        return Period.of(period[0], period[1], self.settings.zone)
