"""What an analyst asks about conversion paths: which there are, how long they are, how sure a learned credit is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from adplanning.attribution.credit_options import LOOKBACK_DAYS, CreditOptions
from adplanning.attribution.crediting import Scope
from adplanning.attribution.report_service import PathReport, channel_intervals, path_report
from adplanning.core.money import major_units
from adplanning.workspace_store import OpenStore, PeriodLike


@dataclass(frozen=True)
class PathWorkspace(OpenStore):
    """An open store, asked about conversion paths; see `workspace.Workspace`."""

    def top_paths(
        self, period: PeriodLike = None, *, conversion_types: Sequence[str] = (), lookback_days: int = LOOKBACK_DAYS
    ) -> pl.DataFrame:
        """The sequences of channels that most conversions came along.

        Parameters
        ----------
        period : of the conversions: None for all, a number of days up to now, or (first day, last day).
        conversion_types : such as ["purchase"]; all types when empty.
        lookback_days : how old a touchpoint on a path may be; the product's usual 30.

        Returns
        -------
        The 20 commonest, most conversions first: sequence ("paid social > email"), n_touches, conversions, value (of
        all of them, in the reporting currency), share (of all conversions that have a path, shown here or not).

        Raises
        ------
        InvalidData : an unknown type of conversion, or a window of no days.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> ws.top_paths(conversion_types=["purchase"]).drop("value", "share").head(3)
        shape: (3, 3)
        ┌─────────────────────────────────┬───────────┬─────────────┐
        │ sequence                        ┆ n_touches ┆ conversions │
        │ ---                             ┆ ---       ┆ ---         │
        │ str                             ┆ i64       ┆ i64         │
        ╞═════════════════════════════════╪═══════════╪═════════════╡
        │ paid social                     ┆ 1         ┆ 7           │
        │ paid search                     ┆ 1         ┆ 5           │
        │ paid search > paid search > pa… ┆ 3         ┆ 4           │
        └─────────────────────────────────┴───────────┴─────────────┘
        """
        return self._valued(self._paths(period, conversion_types, lookback_days).top)

    def path_lengths(
        self, period: PeriodLike = None, *, conversion_types: Sequence[str] = (), lookback_days: int = LOOKBACK_DAYS
    ) -> pl.DataFrame:
        """How many touchpoints conversions took: where most took one, all rules of credit agree.

        Parameters
        ----------
        period, conversion_types, lookback_days : as of `top_paths`.

        Returns
        -------
        One row per length, ascending: n_touches, conversions, value, share (of all conversions that have a path).

        Raises
        ------
        InvalidData : an unknown type of conversion, or a window of no days.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> ws.path_lengths(conversion_types=["purchase"])["conversions"].to_list()
        [12, 5, 8, 4, 2, 1]
        """
        return self._valued(self._paths(period, conversion_types, lookback_days).lengths)

    def time_lags(
        self, period: PeriodLike = None, *, conversion_types: Sequence[str] = (), lookback_days: int = LOOKBACK_DAYS
    ) -> pl.DataFrame:
        """How many days passed from the first touchpoint of a path to its conversion: how long a window must be.

        Parameters
        ----------
        period, conversion_types, lookback_days : as of `top_paths`.

        Returns
        -------
        One row per day that occurs, ascending: days (0 is less than 24 hours), conversions, value, share (of all
        conversions that have a path).

        Raises
        ------
        InvalidData : an unknown type of conversion, or a window of no days.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> ws.time_lags(conversion_types=["purchase"]).select("days", "conversions").head(3).rows()
        [(0, 15), (1, 3), (2, 3)]
        """
        return self._valued(self._paths(period, conversion_types, lookback_days).lags)

    def credit_intervals(
        self,
        model: str = "markov",
        period: PeriodLike = None,
        *,
        conversion_types: Sequence[str] = (),
        lookback_days: int = LOOKBACK_DAYS,
    ) -> pl.DataFrame:
        """How sure the credit of each channel is under a model that learns: by drawing the persons anew 200 times.

        Parameters
        ----------
        model : markov or shapley; a rule learns nothing, and so has no interval.
        period, conversion_types, lookback_days : as of `top_paths`.

        Returns
        -------
        One row per channel, as of `attribution.uncertainty.credit_intervals`: channel, n_persons, weight,
        credited_conversions and share, each with the bounds `_low` and `_high` of its 90 % interval; reason (why there
        is none).

        Raises
        ------
        InvalidData : a model that does not learn, an unknown type of conversion, or a window of no days.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> sure = ws.credit_intervals("shapley", conversion_types=["purchase"])
        >>> sure.select("channel", "n_persons", "reason").head(1).rows()
        [('email', 1, '1 persons converted on a path with it; an interval needs 30')]
        >>> ws.credit_intervals("linear")
        Traceback (most recent call last):
        adplanning.core.errors.InvalidData: model: unknown value 'linear'; choose one of: markov, shapley.
        """
        return channel_intervals(
            self.engine,
            Scope(self._period(period), self.settings.public_revenue, conversion_types),
            model,
            options=self._options(lookback_days),
        )

    def _paths(self, period: PeriodLike, conversion_types: Sequence[str], lookback_days: int) -> PathReport:
        return path_report(
            self.engine,
            Scope(self._period(period), self.settings.public_revenue, conversion_types),
            currency=self.settings.currency,
            zone=self.settings.zone,
            options=self._options(lookback_days),
        )

    def _options(self, lookback_days: int) -> CreditOptions:
        return CreditOptions(lookback_days=lookback_days, direct_credit=self.settings.direct_credit)

    def _valued(self, rows: pl.DataFrame) -> pl.DataFrame:
        value = major_units(pl.col("value_minor"), self.settings.currency).alias("value")
        return rows.with_columns(value).select(*rows.columns[: rows.columns.index("value_minor")], "value", "share")
