"""What an analyst asks about the ways of customers: how far they come, how long it takes, who comes back."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from adplanning.core.errors import NotFound
from adplanning.journeys.analysis_service import conversion_times, funnel_report, retention, top_ways
from adplanning.journeys.scope import JourneyScope
from adplanning.journeys.timeline_service import person_timeline
from adplanning.store.session import reading
from adplanning.workspace_store import OpenStore, PeriodLike

_ENTRY: dict[str, pl.DataType] = {
    "at": pl.Datetime("us", "UTC"),
    "kind": pl.String(),
    "event_type": pl.String(),
    "stage": pl.String(),
    "words": pl.String(),
}
_MOST_ENTRIES = 1_000_000


@dataclass(frozen=True)
class JourneyWorkspace(OpenStore):
    """An open store, asked about the ways of customers; see `workspace.Workspace`."""

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

        Raises
        ------
        NotFound : there is no such segment.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> dict(ws.funnel().select("stage", "n").head(3).rows())
        {'awareness': 313, 'interest': 214, 'consideration': 59}
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

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> ws.retention().head(1).to_dicts()
        [{'cohort_on': datetime.date(2026, 10, 1), 'age': 0, 'n_customers': 34, 'n_active': 34, 'share': 1.0}]
        """
        scope = JourneyScope(self._period(period))
        zone = self.settings.zone
        return retention(self.engine, scope, public_revenue=self.settings.public_revenue, zone=zone)

    def conversion_times(self, period: PeriodLike = None, *, segment_id: str | None = None) -> pl.DataFrame:
        """How long customers took from the first step that is known of them to their first purchase.

        Parameters
        ----------
        period : of the first purchases.
        segment_id : only members of this segment.

        Returns
        -------
        One row per range of days, ascending: label, from_days, to_days (the first day beyond; null in the last), n.
        Customers of whom no step before the purchase is known are in none of them.

        Raises
        ------
        NotFound : there is no such segment.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> ws.conversion_times().select("label", "n").head(3).rows()
        [('under a day', 20), ('1 day', 2), ('2–3 days', 4)]
        """
        scope = JourneyScope(self._period(period), segment_id=segment_id)
        return conversion_times(self.engine, scope, public_revenue=self.settings.public_revenue).histogram

    def top_ways(self, period: PeriodLike = None, *, segment_id: str | None = None, limit: int = 20) -> pl.DataFrame:
        """The ways (kinds of steps, in order) that most customers took, and how many of them bought.

        Parameters
        ----------
        period : of the steps.
        segment_id : only members of this segment.
        limit : how many; a page's 20.

        Returns
        -------
        One row per way, that of most customers first: way (list), n_customers, n_converted, share_converted.

        Raises
        ------
        NotFound : there is no such segment.
        InvalidData : a limit below 1.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> ws.top_ways(limit=2).select("way", "n_customers").rows()
        [(['ad_click', 'page_view'], 107), (['page_view'], 66)]
        """
        scope = JourneyScope(self._period(period), segment_id=segment_id)
        return top_ways(self.engine, scope, public_revenue=self.settings.public_revenue, limit=limit)

    def journey(self, person_id: str) -> pl.DataFrame:
        """What one customer did and said, over all their devices, oldest first.

        Parameters
        ----------
        person_id : of a person, or of a visitor, who leads to the person that they belong to.

        Returns
        -------
        One row per entry: at, kind (event, touchpoint, conversion …), event_type, stage, words (what the page says).

        Raises
        ------
        NotFound : nothing is known of such a person or visitor.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> best = ws.customers(["total_orders"]).sort("total_orders", "person_id")["person_id"][-1]
        >>> ws.journey(best).select("kind", "event_type").head(2).rows()
        [('journey_event', 'page_view'), ('journey_event', 'page_view')]
        >>> ws.journey("person_9")
        Traceback (most recent call last):
        adplanning.core.errors.NotFound: person_id: nothing is known of 'person_9'; ws.customers() lists the persons
        """
        settings = self.settings
        with reading(self.engine) as session:
            found = person_timeline(
                session,
                person_id,
                currency=settings.currency,
                zone=settings.zone,
                public_revenue=settings.public_revenue,
                limit=_MOST_ENTRIES,
            )
        if found.person_id is None and not found.entries:
            raise NotFound(f"person_id: nothing is known of {person_id!r}; ws.customers() lists the persons")
        rows = [(one.at, one.kind, one.event_type, one.stage, one.words) for one in found.entries]
        return pl.DataFrame(rows, schema=_ENTRY, orient="row")
