"""What an analyst asks before deciding: what is to be expected, how results follow spend, where a budget goes best."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
from sqlalchemy import select

from adplanning.core.errors import InvalidData
from adplanning.core.money import major_units, minor_digits, to_minor
from adplanning.core.vocabulary import BudgetTarget
from adplanning.forecasts.accuracy_service import accuracy_reports
from adplanning.forecasts.budget import Target, allocation_of, best_split
from adplanning.forecasts.budget_service import fits_in_use
from adplanning.forecasts.curve_service import fits_of, latest_curves
from adplanning.forecasts.fields import Outcome
from adplanning.forecasts.history_service import campaign_histories
from adplanning.forecasts.response import ResponseFit
from adplanning.forecasts.service import MadeForecast, Question, forecast_campaign
from adplanning.store import facts
from adplanning.store.session import reading
from adplanning.store.tables.catalogue import TABLES
from adplanning.workspace_store import OpenStore

_CURVE = {
    "campaign_id": pl.String,
    "as_of_on": pl.Date,
    "n_days": pl.Int64,
    "has_followed_demand": pl.Boolean,
    "reason": pl.String,
}
_AT_USUAL = ("usual_spend", "result", "result_lower", "result_upper", "marginal", "return_on_spend")
_SPENDS = ("usual_spend", "least", "most", "spend")
_KEPT = ("ad_campaign_id", "as_of_on", "first_on", "last_on", "method", "trust", "origin", "created_at")
_RESULTS = ("result", "result_lower", "result_upper")


@dataclass(frozen=True)
class DecisionWorkspace(OpenStore):
    """An open store, asked about what to do next; see `workspace.Workspace`."""

    def campaign_days(self, *, as_of_on: date | None = None, days: int = 400) -> pl.DataFrame:
        """What each campaign spent and brought on each day: what forecasts and response curves are made from.

        Parameters
        ----------
        as_of_on : the last day, which must be over; yesterday when not given.
        days : how many days at most.

        Returns
        -------
        One row per campaign and day: campaign_id, on, spend, n_conversions, revenue (null where it is not known;
        amounts in the reporting currency), n_without_rate.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> days = ws.campaign_days(as_of_on=date(2026, 10, 31))
        >>> days.group_by("on").agg(pl.sum("spend")).sort("on").tail(2).rows()
        [(datetime.date(2026, 10, 30), 956.32), (datetime.date(2026, 10, 31), 913.91)]
        """
        return self._in_major(campaign_histories(self.engine, **self._usual(as_of_on), days=days))

    def forecast(
        self,
        campaign_id: str | None = None,
        *,
        horizon_days: int = 30,
        daily_budget: float | None = None,
        as_of_on: date | None = None,
    ) -> pl.DataFrame:
        """What is to be expected of a campaign, or of all together, day by day; nothing is kept.

        Parameters
        ----------
        campaign_id : None for all campaigns together.
        horizon_days : how many days ahead, 1 to 90.
        daily_budget : what is planned to be spent a day, in the reporting currency; None to spend as usual.
        as_of_on : the last known day, which must be over; yesterday when not given.

        Returns
        -------
        One row per day: on, and of spend, n_conversions and revenue (both amounts in the reporting currency) the
        expected figure with its 95 % bounds (`_lower`, `_upper`); null where nothing can be told. The bounds are of
        single days: those of the whole time are in `forecast_totals`, and are narrower than their sums.

        Raises
        ------
        NotFound : there is no such campaign.
        InvalidData : days ahead or a budget out of range.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> ws.forecast(horizon_days=2, as_of_on=date(2026, 10, 31)).select("on", pl.col("^spend.*$").round()).rows()
        [(datetime.date(2026, 11, 1), 969.0, 896.0, 1075.0), (datetime.date(2026, 11, 2), 924.0, 849.0, 1035.0)]
        """
        made = self._made(campaign_id, horizon_days, daily_budget, as_of_on)
        amounts = [name for name in made.demand.days.columns if name.startswith(("spend", "revenue"))]
        return self._in_major(made.demand.days.rename({name: f"{name}_minor" for name in amounts}))

    def forecast_totals(
        self,
        campaign_id: str | None = None,
        *,
        horizon_days: int = 30,
        daily_budget: float | None = None,
        as_of_on: date | None = None,
    ) -> pl.DataFrame:
        """What is to be expected of a campaign, or of all together, over all days of a forecast; nothing is kept.

        Parameters
        ----------
        campaign_id, horizon_days, daily_budget, as_of_on : as of `forecast`.

        Returns
        -------
        One row per figure (spend, n_conversions, revenue, roas): figure, expected, lower, upper (95 %; amounts in the
        reporting currency; null where nothing can be told), and of the forecast as a whole trust (good, fair, low or
        none) and notes (why no more).

        Raises
        ------
        NotFound : there is no such campaign.
        InvalidData : days ahead or a budget out of range.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> totals = ws.forecast_totals(horizon_days=7, as_of_on=date(2026, 10, 31))
        >>> totals.select("figure", pl.col("expected").round(1), "trust").rows()
        [('spend', 6618.4, 'low'), ('n_conversions', 7.0, 'low'), ('revenue', 14665.2, 'low'), ('roas', 2.2, 'low')]
        """
        made = self._made(campaign_id, horizon_days, daily_budget, as_of_on).demand
        unit = 10 ** minor_digits(self.settings.currency)
        rows = []
        for figure, total in made.totals.items():
            scale = unit if figure in ("spend", "revenue") else 1
            bounds = (None,) * 3 if total is None else (total.expected, total.lower, total.upper)
            shown = [None if bound is None else bound / scale for bound in bounds]
            rows.append((figure, *shown, made.trust.value, " ".join(made.notes)))
        bounds_schema = dict.fromkeys(("expected", "lower", "upper"), pl.Float64)
        schema = {"figure": pl.String, **bounds_schema, "trust": pl.String, "notes": pl.String}
        return pl.DataFrame(rows, schema=schema, orient="row")

    def forecasts(self) -> pl.DataFrame:
        """The forecasts that were kept, the latest first; `forecast_accuracy` tells how right they were.

        Returns
        -------
        One row per forecast: forecast_id, ad_campaign_id (null for all together), as_of_on, first_on, last_on, method,
        trust (good, fair, low or none), origin, created_at.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> ws.forecasts().height  # none was kept in this store
        0
        """
        of = TABLES["forecasts"].c
        query = select(of.id.label("forecast_id"), *(of[name] for name in _KEPT))
        return facts.read(self.engine, query)[0].sort("created_at", "forecast_id", descending=True)

    def forecast_accuracy(self, *, as_of_on: date | None = None) -> pl.DataFrame:
        """How far kept forecasts were off on their days that are over.

        Returns
        -------
        One row per measure (revenue, conversions, spend) and forecast: forecast_id, ad_campaign_id (null for all
        together), first_on, last_on, n_days, mape, coverage, bias (shares), mase (below 1 is better than expecting the
        same as a week before).

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> ws.forecast_accuracy(as_of_on=date(2026, 10, 31)).height  # no forecast was kept in this store
        0
        """
        return accuracy_reports(self.engine, **self._usual(as_of_on))

    def response_curves(self, outcome: str = "revenue") -> pl.DataFrame:
        """How the results of each campaign follow its spend, as the notebook forecast_budget has last fitted it.

        Parameters
        ----------
        outcome : revenue or conversions.

        Returns
        -------
        One row per campaign: campaign_id, name, as_of_on, n_days, usual_spend (a day; amounts in the reporting
        currency), result, result_lower, result_upper (what that is expected to bring a day, 95 %), marginal (results of
        the last unit of money; of revenue the marginal ROAS), return_on_spend (results / spend), has_followed_demand,
        reason (why there is no curve, or why not to trust it). The curves themselves are in `response_fits`.

        Raises
        ------
        InvalidData : an unknown outcome.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> ws.response_curves().height  # none was fitted in this store
        0
        """
        kept = _outcome(outcome)
        with reading(self.engine) as session:
            rows = latest_curves(session, self.settings.currency, kept)
        fits = fits_of(rows)
        told = [(row.campaign_id, row.as_of_on, row.n_days, row.has_followed_demand, row.reason) for row in rows]
        schema = {"campaign_id": pl.String, **dict.fromkeys(_AT_USUAL, pl.Float64)}
        at_usual = allocation_of(fits, {}).rows.select(schema.keys()) if fits else pl.DataFrame(schema=schema)
        curves = pl.DataFrame(told, schema=_CURVE, orient="row").join(at_usual, on="campaign_id", how="left")
        ordered = curves.select("campaign_id", "as_of_on", "n_days", *_AT_USUAL, "has_followed_demand", "reason")
        return self._named(self._with_results(ordered, kept)).sort("campaign_id")

    def response_fits(
        self, outcome: str = "revenue", *, campaign_ids: Collection[str] | None = None
    ) -> dict[str, ResponseFit]:
        """The curves behind `response_curves`, for the formulas in `forecasts.response`, `budget` and `scenarios`.

        Parameters
        ----------
        outcome : revenue or conversions.
        campaign_ids : only these; all that have a curve and spent in the last four weeks when not given.

        Returns
        -------
        By campaign_id its curve. Amounts are in minor units.

        Raises
        ------
        InvalidData : an unknown outcome, or no curve of a campaign.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> ws.response_fits()
        Traceback (most recent call last):
        adplanning.core.errors.InvalidData: campaign_ids: no campaign has a response curve of revenue; the notebook
        forecast_budget fits them
        """
        with reading(self.engine) as session:
            return fits_in_use(session, self.settings.currency, _outcome(outcome), campaign_ids)

    def best_split(
        self,
        total: float,
        *,
        campaign_ids: Collection[str] | None = None,
        least: Mapping[str, float] | None = None,
        most: Mapping[str, float] | None = None,
        target_roas: float | None = None,
    ) -> pl.DataFrame:
        """The split of a total a day over campaigns that brings the most revenue.

        Parameters
        ----------
        total : a day, in the reporting currency.
        campaign_ids : only these; all that have a curve and spent in the last four weeks when not given, also those
            that have stopped since.
        least, most : a day, by campaign_id; half and 1.6 times of the usual spend where not given.
        target_roas : what the whole must return at least; then less than the total may be spent.

        Returns
        -------
        One row per campaign: campaign_id, name, usual_spend, least, most, spend (all a day, in the reporting currency),
        result (revenue a day) with its 95 % bounds result_lower and result_upper, marginal (what the last unit of money
        brings), return_on_spend, warning (why to doubt the row; null where nothing speaks against it).

        Raises
        ------
        InvalidData : no curve of a campaign, bounds of one that is not in the split, or a total or target that cannot
            be reached.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> ws.best_split(10_000)
        Traceback (most recent call last):
        adplanning.core.errors.InvalidData: campaign_ids: no campaign has a response curve of revenue; the notebook
        forecast_budget fits them
        """
        currency = self.settings.currency
        fits = self.response_fits(campaign_ids=campaign_ids)
        for campaign_id in sorted({*(least or {}), *(most or {})} - fits.keys()):
            raise InvalidData.unknown_choice("bounds", campaign_id, fits)
        split = best_split(
            fits,
            to_minor(total, currency),
            least={name: float(to_minor(amount, currency)) for name, amount in (least or {}).items()},
            most={name: float(to_minor(amount, currency)) for name, amount in (most or {}).items()},
            target=None if target_roas is None else Target(BudgetTarget.roas, target_roas),
            currency=currency,
        )
        doubts = [words.partition(": ") for words in split.warnings]
        told = pl.DataFrame([(id_, why) for id_, _, why in doubts], schema=["campaign_id", "warning"], orient="row")
        warnings = told.cast(pl.String).group_by("campaign_id").agg(pl.col("warning").str.join("; "))
        rows = split.rows.join(warnings, on="campaign_id", how="left")
        return self._named(self._with_results(rows, Outcome.revenue)).sort("campaign_id")

    def _made(
        self, campaign_id: str | None, horizon_days: int, daily_budget: float | None, as_of_on: date | None
    ) -> MadeForecast:
        planned = None if daily_budget is None else to_minor(daily_budget, self.settings.currency)
        with reading(self.engine) as session:
            return forecast_campaign(
                self.engine, session, campaign_id, Question(horizon_days, planned), **self._usual(as_of_on)
            )

    def _usual(self, as_of_on: date | None) -> dict[str, Any]:
        settings = self.settings
        return {
            "as_of_on": as_of_on or datetime.now(UTC).astimezone(settings.zone).date() - timedelta(days=1),
            "zone": settings.zone,
            "currency": settings.currency,
            "public_revenue": settings.public_revenue,
        }

    def _in_major(self, frame: pl.DataFrame) -> pl.DataFrame:
        money = [name for name in frame.columns if name.endswith("_minor")]
        major = [
            major_units(pl.col(name).cast(pl.Float64).round(), self.settings.currency).alias(name) for name in money
        ]
        return frame.with_columns(major).rename({name: name.removesuffix("_minor") for name in money})

    def _with_results(self, rows: pl.DataFrame, outcome: Outcome) -> pl.DataFrame:
        """Rows of a split with amounts in major units, whatever the results are."""
        if outcome is not Outcome.revenue:
            rows = rows.with_columns(pl.col("marginal", "return_on_spend") * 10 ** minor_digits(self.settings.currency))
        amounts = [*_SPENDS, *(_RESULTS if outcome is Outcome.revenue else ())]
        return self._in_major(rows.rename({name: f"{name}_minor" for name in amounts}, strict=False))

    def _named(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The same with the name of each campaign beside its id."""
        names = facts.scan(self.engine, "campaigns", ["id", "name"]).collect()
        named = rows.join(names.rename({"id": "campaign_id"}), on="campaign_id", how="left")
        return named.select("campaign_id", "name", pl.exclude("campaign_id", "name"))


def _outcome(word: str) -> Outcome:
    if word not in set(Outcome):
        raise InvalidData.unknown_choice("outcome", word, Outcome)
    return Outcome(word)
