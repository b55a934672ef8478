"""What an analyst opens: the store's facts and the product's numbers as polars frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from pydantic import SecretStr

from adplanning.attribution.credit_models import CREDIT_MODELS
from adplanning.attribution.credit_options import HALF_LIFE_DAYS, LOOKBACK_DAYS, CreditOptions
from adplanning.attribution.crediting import Scope
from adplanning.attribution.report_service import attribution_report, credited_paths, options_of_goal
from adplanning.core.money import major_units, to_major
from adplanning.core.ratios import ratio
from adplanning.core.settings import load_settings
from adplanning.store import facts
from adplanning.store.counted import counted_conversions, counted_events
from adplanning.store.preferences import with_preferences
from adplanning.store.session import reading
from adplanning.store.upgrading import open_store
from adplanning.workspace_campaigns import CampaignWorkspace
from adplanning.workspace_customers import CustomerWorkspace
from adplanning.workspace_decisions import DecisionWorkspace
from adplanning.workspace_experiments import ExperimentWorkspace
from adplanning.workspace_journeys import JourneyWorkspace
from adplanning.workspace_metrics import MetricsWorkspace
from adplanning.workspace_operations import OperationWorkspace
from adplanning.workspace_paths import PathWorkspace
from adplanning.workspace_store import PeriodLike, in_own_currency
from adplanning.workspace_voices import VoiceWorkspace


@dataclass(frozen=True)
class Workspace(
    MetricsWorkspace,
    CampaignWorkspace,
    PathWorkspace,
    CustomerWorkspace,
    JourneyWorkspace,
    VoiceWorkspace,
    ExperimentWorkspace,
    DecisionWorkspace,
    OperationWorkspace,
):
    """An open store; every answer is a polars frame over all counted rows of the period.

    Bots are left out, as everywhere. Times are UTC, days those of the reporting time zone.

    >>> import adplanning
    >>> ws = adplanning.example()
    >>> ws.conversions(("2026-10-01", "2026-10-31")).height
    431
    """

    def conversions(self, period: PeriodLike = None) -> pl.DataFrame:
        """Each conversion of a period, oldest first.

        Parameters
        ----------
        period : None for all, a number of days up to now, or (first day, last day), both included.

        Returns
        -------
        One row per conversion: conversion_id, conversion_type, converted_at, person_id, visitor_id, platform, UTM tags,
        ad_campaign_id, order_id, value (major units of currency; null without value), currency.

        Raises
        ------
        InvalidData : a date that does not exist.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> sold = ws.conversions(("2026-10-31", "2026-10-31")).filter(pl.col("conversion_type") == "purchase")
        >>> sold.select("converted_at", "platform", "value", "currency")
        shape: (2, 4)
        ┌────────────────────────────────┬──────────┬────────┬──────────┐
        │ converted_at                   ┆ platform ┆ value  ┆ currency │
        │ ---                            ┆ ---      ┆ ---    ┆ ---      │
        │ datetime[μs, UTC]              ┆ str      ┆ f64    ┆ str      │
        ╞════════════════════════════════╪══════════╪════════╪══════════╡
        │ 2026-10-30 23:53:18.815918 UTC ┆ direct   ┆ 2429.0 ┆ INR      │
        │ 2026-10-31 03:05:56.422586 UTC ┆ meta     ┆ 2929.0 ┆ INR      │
        └────────────────────────────────┴──────────┴────────┴──────────┘
        >>> ws.conversions(("2026-10-31", "2026-10-32"))
        Traceback (most recent call last):
        adplanning.core.errors.InvalidData: to_date: '2026-10-32' is not a date that exists; write it as 2026-11-22
        """
        columns = ["id", "conversion_type", "converted_at", "person_id", "visitor_id", "platform", *_UTM]
        columns += ["ad_campaign_id", "order_id", "value_minor", "currency"]
        frame = facts.scan(
            self.engine,
            "conversions",
            columns,
            self._period(period),
            where=counted_conversions(self.settings.public_revenue),
        )
        rows = in_own_currency(frame.rename({"id": "conversion_id"}).collect(), ["value"])
        return rows.sort("converted_at", "conversion_id")

    def touchpoints(self, period: PeriodLike = None) -> pl.DataFrame:
        """Each touchpoint, a campaign-bearing session, that began in a period, oldest first.

        Returns
        -------
        One row per touchpoint: touchpoint_id, session_started_at, visitor_id, platform, UTM tags, ad_campaign_id (null
        while unresolved), resolution_method, entry_page, session_pageviews.

        Raises
        ------
        InvalidData : a date that does not exist.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> ws.touchpoints().group_by("platform").len().sort("platform").rows()
        [('generic', 82), ('google', 172), ('meta', 230)]
        """
        columns = ["id", "session_started_at", "visitor_id", "platform", *_UTM]
        columns += ["ad_campaign_id", "resolution_method", "entry_page", "session_pageviews"]
        frame = facts.scan(
            self.engine, "touchpoints", columns, self._period(period), where=counted_events("touchpoints")
        )
        return frame.rename({"id": "touchpoint_id"}).sort("session_started_at", "touchpoint_id").collect()

    def attribution(
        self,
        model: str = "last_click",
        period: PeriodLike = None,
        *,
        by: str = "campaign",
        conversion_types: Sequence[str] = (),
        lookback_days: int = LOOKBACK_DAYS,
        half_life_days: float = HALF_LIFE_DAYS,
    ) -> pl.DataFrame:
        """Which campaign (or source, or day) earned how much of the conversions of a period, against what it cost.

        Parameters
        ----------
        model : a name in `attribution.crediting.ALL_MODELS`.
        period : of the conversions.
        by : campaign, ad_set, ad, source, medium, channel or day.
        conversion_types : such as ["purchase"]; all types when empty. Where carts and checkouts carry values too, only
            purchases give the shop's own revenue.
        lookback_days : how old a touchpoint on a path may be.
        half_life_days : of time_decay.

        Returns
        -------
        One row per key, most credited value first, and last the row `unattributed`: key, name, credited_conversions,
        credited_value, spend, cost_per_conversion (all money in the reporting currency), roas, share. The credits add
        up to all conversions of the period.

        Raises
        ------
        InvalidData : an unknown model or breakdown.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> october = ("2026-10-11", "2026-10-31")
        >>> report = ws.attribution("linear", october, by="channel", conversion_types=["purchase"])
        >>> report.select("name", "credited_conversions").with_columns(pl.col("credited_conversions").round(2)).rows()
        [('paid search', 15.57), ('paid social', 13.79), ('social', 1.98), ('email', 0.67), ('Unattributed', 6.0)]
        >>> ws.attribution("lineal")
        Traceback (most recent call last):
        adplanning.core.errors.InvalidData: model: unknown value 'lineal'; choose one of: last_click,
        first_click, linear, time_decay, position_based, markov, shapley. Did you mean 'linear'?
        """
        report = attribution_report(
            self.engine,
            Scope(self._period(period), self.settings.public_revenue, conversion_types),
            models=[model],
            by=by,
            options=CreditOptions(
                lookback_days=lookback_days,
                half_life_days=half_life_days,
                direct_credit=self.settings.direct_credit,
            ),
            currency=self.settings.currency,
            zone=self.settings.zone,
        )
        unattributed = pl.DataFrame(
            {
                "key": ["unattributed"],
                "name": ["Unattributed"],
                "credited_conversions": [float(report.n_unattributed)],
                "credited_value": [to_major(report.unattributed_minor, report.currency)],
                "share": [ratio(report.n_unattributed, report.n_conversions)],
            },
            schema_overrides={"share": pl.Float64},
        )
        rows = report.rows.select(
            "key",
            "name",
            "credited_conversions",
            credited_value=major_units(pl.col("credited_value_minor"), report.currency),
            spend=major_units(pl.col("spend_minor"), report.currency),
            cost_per_conversion="cost_per_conversion",
            roas="roas",
            share="share",
        )
        return pl.concat([rows, unattributed], how="diagonal")

    def credited_paths(
        self,
        period: PeriodLike = None,
        models: Sequence[str] = tuple(CREDIT_MODELS),
        *,
        conversion_types: Sequence[str] = (),
        goal_id: str | None = None,
        options: CreditOptions | None = None,
        custom: Mapping[str, pl.Expr] | None = None,
    ) -> pl.DataFrame:
        """The paths behind every credited number: each conversion with each touchpoint before it, and what that earned.

        Parameters
        ----------
        period : of the conversions.
        models : names in `attribution.crediting.ALL_MODELS` or in `custom`.
        conversion_types : such as ["purchase"]; all types when empty.
        goal_id : only what completed this goal, credited as the goal says.
        options : the window, the half-life and the weights; the goal's, else the usual ones, when not given.
        custom : models of your own: a name and the weight of a touchpoint as an expression of the columns below. The
            weights of a path are made to add up to one.

        Returns
        -------
        One row per conversion and touchpoint, oldest conversion first and each path in its order: conversion_id,
        converted_at, person_id, visitor_id, touchpoint_id, touched_at, channel, UTM tags, ad_campaign_id, position,
        n_touches, age_days, value (of the whole conversion, in the reporting currency), and per model its credit and
        `<model>_value`. Conversions without a touchpoint have no row.

        Raises
        ------
        InvalidData : an unknown model or type, or a weight that is none.
        NotFound : there is no such goal.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> recent = {"recent": 1 / (1 + pl.col("age_days"))}
        >>> paths = ws.credited_paths(None, ["linear", "recent"], conversion_types=["purchase"], custom=recent)
        >>> longest = paths.filter(pl.col("n_touches") == 3).head(3)
        >>> longest.select("channel", pl.col("age_days", "linear", "recent").round(2)).rows()
        [('paid social', 0.67, 0.33, 0.3), ('paid social', 0.61, 0.33, 0.31), ('paid search', 0.25, 0.33, 0.4)]
        """
        settings = self.settings
        with reading(self.engine) as session:
            usual = options_of_goal(session, goal_id, direct_credit=settings.direct_credit)
        paths = credited_paths(
            self.engine,
            Scope(self._period(period), settings.public_revenue, conversion_types, goal_id),
            currency=settings.currency,
            zone=settings.zone,
            models=models,
            options=options or usual,
            custom=custom,
        )
        minor = {model: pl.col(f"{model}_minor") for model in models}
        return paths.sort("converted_at", "conversion_id", "position").select(
            "conversion_id",
            "converted_at",
            "person_id",
            "visitor_id",
            "touchpoint_id",
            "touched_at",
            "channel",
            *_UTM,
            "ad_campaign_id",
            "position",
            "n_touches",
            "age_days",
            major_units(pl.col("reported_minor"), settings.currency).alias("value"),
            *models,
            *(major_units(earned, settings.currency).alias(f"{model}_value") for model, earned in minor.items()),
        )


_UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")


def open_workspace(database_url: str | None = None) -> Workspace:
    """Open the store behind a URL, or that of the settings.

    The reporting currency and time zone are those of this moment: numbers of one workspace go together, whatever is
    chosen on the Settings page meanwhile.
    """
    settings = load_settings()
    if database_url is not None:
        settings = settings.model_copy(update={"database_url": SecretStr(database_url)})
    engine = open_store(settings.url)
    return Workspace(engine, with_preferences(engine, settings))
