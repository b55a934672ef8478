"""What an analyst asks first: the numbers of a period, as every page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from adplanning.metrics.definitions import BY_CAMPAIGN, BY_DAY, METRICS, shown, shown_column
from adplanning.metrics.figures_service import campaign_figures, compared_figures, daily_figures
from adplanning.workspace_store import OpenStore, PeriodLike

_METRICS = {
    "metric": pl.String,
    "title": pl.String,
    "value": pl.Float64,
    "previous": pl.Float64,
    "change": pl.Float64,
    "unit": pl.String,
    "unknown_because": pl.String,
    "formula": pl.String,
    "definition": pl.String,
}


@dataclass(frozen=True)
class MetricsWorkspace(OpenStore):
    """An open store, asked about the numbers that all pages share; see `workspace.Workspace`."""

    def metrics(self, period: PeriodLike = 30) -> pl.DataFrame:
        """Each number of a period, what it means, and what it was in the period before that is as long.

        Parameters
        ----------
        period : None for all time, a number of days up to now, or (first day, last day), both included.

        Returns
        -------
        One row per metric of `metrics.definitions.METRICS`: metric, title, value, previous, change (percent of
        previous), unit (money in major units of the reporting currency, percent, times, count), unknown_because (why
        value is null), formula, definition.

        >>> import tempfile
        >>> import adplanning
        >>> ws = adplanning.open(f"sqlite:///{tempfile.mkdtemp()}/shop.db")
        >>> ws.metrics(("2026-10-01", "2026-10-31")).select("metric", "value", "unit").rows()[:2]
        [('ad_spend', 0.0, 'money'), ('revenue', 0.0, 'money')]
        """
        asked, currency = self._period(period), self.settings.currency
        found = compared_figures(self.engine, asked, asked.before(self.settings.zone), **self._of_reports())
        rows = [
            (
                name,
                METRICS[name].title,
                shown(name, its.now.value, currency),
                None if its.before is None else shown(name, its.before.value, currency),
                None if its.change is None else 100 * its.change,
                METRICS[name].unit.value,
                its.now.unknown_because,
                METRICS[name].formula,
                METRICS[name].help,
            )
            for name, its in found.items()
        ]
        return pl.DataFrame(rows, schema=_METRICS, orient="row")

    def metric_days(self, period: PeriodLike = 30) -> pl.DataFrame:
        """Each number on each day of a period up to today.

        Returns
        -------
        One row per day: on and a column per metric that days have, in the units of `metrics`; null where it is not
        known, 0 where nothing happened.

        >>> import tempfile
        >>> import adplanning
        >>> ws = adplanning.open(f"sqlite:///{tempfile.mkdtemp()}/shop.db")
        >>> ws.metric_days(("2026-10-01", "2026-10-31")).height
        31
        """
        today = datetime.now(UTC).astimezone(self.settings.zone).date()
        days = daily_figures(self.engine, self._period(period), **self._of_reports())
        return days.filter(pl.col("on") <= today).with_columns(
            shown_column(name, self.settings.currency) for name in BY_DAY
        )

    def campaign_metrics(self, period: PeriodLike = 30) -> pl.DataFrame:
        """Each number of each campaign in a period.

        Returns
        -------
        One row per campaign of which the period tells anything, by name: campaign_id, campaign_name and a column per
        metric that campaigns have, in the units of `metrics`.

        >>> import tempfile
        >>> import adplanning
        >>> ws = adplanning.open(f"sqlite:///{tempfile.mkdtemp()}/shop.db")
        >>> ws.campaign_metrics(30).columns[:3]
        ['campaign_id', 'campaign_name', 'ad_spend']
        """
        campaigns = campaign_figures(self.engine, self._period(period), **self._of_reports())
        return campaigns.with_columns(shown_column(name, self.settings.currency) for name in BY_CAMPAIGN)

    def _of_reports(self) -> dict[str, Any]:
        settings = self.settings
        return {"currency": settings.currency, "zone": settings.zone, "public_revenue": settings.public_revenue}
