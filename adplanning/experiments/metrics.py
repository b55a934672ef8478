"""What an experiment can be decided by: which sums over which, and which way is better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from adplanning.core.vocabulary import PrimaryMetric


class MetricKind(StrEnum):
    """Which formula a metric takes: the share of subjects that converted, a mean a subject, or a ratio of two sums."""

    proportion = "proportion"
    mean = "mean"
    ratio = "ratio"


@dataclass(frozen=True, slots=True)
class ExperimentMetric:
    """A metric: its title, formula and direction; what a subject's value and denominator are; the unit of a result."""

    title: str
    kind: MetricKind
    numerator: str
    denominator: str
    unit: str
    help: str
    lower_is_better: bool = False


EXPERIMENT_METRICS: Final[Mapping[PrimaryMetric, ExperimentMetric]] = {
    PrimaryMetric.conversion_rate: ExperimentMetric(
        title="Conversion rate",
        kind=MetricKind.proportion,
        numerator="converted subjects",
        denominator="subjects",
        unit="share",
        help="How many of the visitors converted, each counted once",
    ),
    PrimaryMetric.leads: ExperimentMetric(
        title="Lead rate",
        kind=MetricKind.proportion,
        numerator="subjects with a lead",
        denominator="subjects",
        unit="share",
        help="How many of the visitors left a lead, each counted once",
    ),
    PrimaryMetric.revenue: ExperimentMetric(
        title="Revenue per visitor",
        kind=MetricKind.mean,
        numerator="revenue",
        denominator="subjects",
        unit="money",
        help="What a visitor brought on average, those without a purchase included",
    ),
    PrimaryMetric.ctr: ExperimentMetric(
        title="Click-through rate",
        kind=MetricKind.ratio,
        numerator="clicks",
        denominator="impressions",
        unit="share",
        help="Clicks by impressions",
    ),
    PrimaryMetric.cpc: ExperimentMetric(
        title="Cost per click",
        kind=MetricKind.ratio,
        numerator="spend",
        denominator="clicks",
        unit="money",
        help="Spend by clicks; less is better",
        lower_is_better=True,
    ),
    PrimaryMetric.roas: ExperimentMetric(
        title="Return on ad spend",
        kind=MetricKind.ratio,
        numerator="revenue",
        denominator="spend",
        unit="times",
        help="Revenue by spend",
    ),
}
"""The metrics by their words; dropdowns, results and charts read them."""
