"""What a rule watches, as formulas take it."""

from __future__ import annotations

from dataclasses import dataclass

from adplanning.core.vocabulary import AlertKind


@dataclass(frozen=True)
class Rule:
    """What is watched; see `store.tables.alerts.AlertRule`.

    `threshold` is in the unit of the metric, money in major units of `currency`; a share where it is of percent; of
    `sync_late` it is hours.
    """

    kind: AlertKind
    metric: str | None
    threshold: float
    currency: str
    window_days: int = 7
    of_each_campaign: bool = False
    ad_campaign_id: str | None = None

    @property
    def of_campaigns(self) -> bool:
        """Whether it looks at campaigns, each by itself."""
        return self.of_each_campaign or self.ad_campaign_id is not None
