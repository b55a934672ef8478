"""What an analyst asks about customers: the table of all of them, segments, scores, and who may be lost."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl
from sqlalchemy import select

from adplanning.core.errors import InvalidData
from adplanning.core.money import major_units
from adplanning.core.vocabulary import ScoreType
from adplanning.scores.model_service import latest_model
from adplanning.scores.service import at_risk, display_name
from adplanning.segments.criteria import fields_of, parse_criteria
from adplanning.segments.feature_service import CustomerFeatures, customer_features
from adplanning.segments.fields import FIELDS
from adplanning.segments.service import find_segment
from adplanning.store import facts
from adplanning.store.session import reading
from adplanning.store.tables.catalogue import TABLES
from adplanning.workspace_store import OpenStore

_SEGMENT = ("name", "description", "segment_type", "is_active", "auto_update", "customer_count", "last_calculated_at")
_AT_RISK: dict[str, pl.DataType] = {
    "person_id": pl.String(),
    "name": pl.String(),
    "churn_risk": pl.Float64(),
    "tier": pl.String(),
    "clv": pl.Float64(),
    "priority": pl.String(),
}
_BG_NBD = pl.Struct(dict.fromkeys(("r", "alpha", "a", "b"), pl.Float64))
_MODEL: dict[str, pl.DataType] = {
    "model": pl.String(),
    "as_of": pl.Datetime("us", "UTC"),
    "n_customers": pl.Int64(),
    "n_repeat_customers": pl.Int64(),
    "parameters": _BG_NBD,
    "standard_errors": _BG_NBD,
    "log_likelihood": pl.Float64(),
    "currency": pl.String(),
    "reason": pl.String(),
}
_MOST_PERSONS = 10_000_000


@dataclass(frozen=True)
class CustomerWorkspace(OpenStore):
    """An open store, asked about customers; see `workspace.Workspace`."""

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

        Raises
        ------
        InvalidData : a field that nobody has.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> known = ws.customers(["total_orders", "total_spent", "city"]).sort("total_spent", nulls_last=False)
        >>> known.drop("person_id").tail(1).rows()
        [('Kochi', 2, 12448.0)]
        """
        features = self._features(fields, as_of)
        for name in fields or ():
            if name not in FIELDS and name not in features.own_attributes:
                raise InvalidData.unknown_choice("fields", name, [*FIELDS, *features.own_attributes])
        return self._shown(features.frame)

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

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> loyal = {"rules": [{"field": "total_orders", "operator": ">=", "value": 2}]}
        >>> ws.matching(loyal).height
        4
        """
        parsed = parse_criteria(criteria)
        features = self._features(fields_of(parsed), as_of)
        return self._shown(features.matching(parsed))

    def segment_members(self, segment_id: str) -> pl.DataFrame:
        """Who was in a segment when it was last built.

        Returns
        -------
        One row per member: person_id, added_at, added_reason (rule_match, manual or imported).

        Raises
        ------
        NotFound : there is no such segment.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> ws.segment_members(ws.segments()["segment_id"][0])["added_reason"].unique().to_list()
        ['rule_match']
        >>> ws.segment_members("seg_9")
        Traceback (most recent call last):
        adplanning.core.errors.NotFound: id: there is no segment 'seg_9'; GET /admin/ad-planning/segments lists them
        """
        with reading(self.engine) as session:
            find_segment(session, segment_id)
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
        InvalidData : no such type.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> ws.scores("clv").select("score_value", "tier", "method").head(1).rows()
        [(155448.0, 'platinum', 'rules')]
        >>> ws.scores("luck")
        Traceback (most recent call last):
        adplanning.core.errors.InvalidData: score_type: unknown value 'luck'; choose one of: nps, engagement,
        clv, churn_risk.
        """
        if score_type is not None and score_type not in set(ScoreType):
            raise InvalidData.unknown_choice("score_type", score_type, ScoreType)
        kept = TABLES["customer_scores"].c
        columns = ["person_id", "score_type", "score_value", "tier", "confidence", "method", "previous_score"]
        where = [] if score_type is None else [kept.score_type == score_type]
        frame = facts.scan(self.engine, "customer_scores", [*columns, "calculated_at", "currency"], where=where)
        return frame.sort("score_type", "person_id").collect()

    def segments(self) -> pl.DataFrame:
        """All segments, with how many were in each when it was last built.

        Returns
        -------
        One row per segment, by name: segment_id, name, description, segment_type, is_active, auto_update (whether it
        follows its criteria by itself), customer_count, last_calculated_at.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> ws.segments().select("name", "customer_count").rows()
        [('Bought twice or more', 4)]
        """
        of = TABLES["segments"].c
        query = select(of.id.label("segment_id"), *(of[name] for name in _SEGMENT))
        return facts.read(self.engine, query)[0].sort("name", "segment_id")

    def at_risk(self, min_risk_score: float = 50) -> pl.DataFrame:
        """The customers likeliest to be lost, those of high value first, then by risk.

        Parameters
        ----------
        min_risk_score : the least churn risk, in percent; 50 as on the page.

        Returns
        -------
        One row per customer: person_id, name, churn_risk (0 to 100), tier, clv (in the reporting currency; null where
        none is kept in it), priority (high_value_at_risk, critical or standard).

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> ws.at_risk(40).select("churn_risk", "tier", "priority").head(2).rows()
        [(46.66, 'medium', 'standard'), (41.23, 'medium', 'standard')]
        """
        with reading(self.engine) as session:
            found, _ = at_risk(
                session, currency=self.settings.currency, min_risk_score=min_risk_score, limit=_MOST_PERSONS
            )
            rows = [
                (
                    one.churn.person_id,
                    display_name(one.person, one.churn.person_id),
                    one.churn.score_value,
                    one.churn.tier,
                    one.clv.score_value if one.clv else None,
                    one.priority.value,
                )
                for one in found
            ]
        return pl.DataFrame(rows, schema=_AT_RISK, orient="row")

    def customer_model(self) -> pl.DataFrame:
        """The model of buying that scores were last computed by, or the reason why they follow rules.

        Returns
        -------
        No row before the first fit, else one: model, as_of, n_customers, n_repeat_customers, parameters and
        standard_errors (structs of BG/NBD; null where none was fitted), log_likelihood, currency, reason.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> ws.customer_model().select("n_customers", "reason").rows()
        [(34, '34 customers bought, and the model needs 500 to be more than chance')]
        """
        with reading(self.engine) as session:
            row = latest_model(session)
            if row is None:
                return pl.DataFrame(schema=_MODEL)
            kept = {name: getattr(row, name) for name in ("model", "as_of", "n_customers", "n_repeat_customers")}
            kept |= {"parameters": row.params, "standard_errors": row.standard_errors}
            kept |= {"log_likelihood": row.log_likelihood, "currency": row.currency, "reason": row.reason}
        return pl.DataFrame([kept], schema_overrides=_MODEL)

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
