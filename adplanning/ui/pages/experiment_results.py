"""What an experiment has shown: every variant, every treatment against the control, and what speaks against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from adplanning.core import formats
from adplanning.core.vocabulary import ExperimentStatus
from adplanning.experiments.analysis import Comparison, VariantResult
from adplanning.experiments.feed import DAY
from adplanning.experiments.metrics import MetricKind
from adplanning.experiments.results_service import ExperimentResults
from adplanning.experiments.sequential import LEAST_SUBJECTS
from adplanning.ui.cells import Cell, text
from adplanning.ui.kpis import Kpi
from adplanning.ui.notices import Notice
from adplanning.ui.pages.experiment_words import (
    METRICS,
    SPLIT_OFF,
    amount,
    chance,
    change,
    interval,
    probability,
    significance,
)

WATCHED: Final = (
    "While it runs, go by the always-valid results only: the others hold for a single look, at the planned end."
)
NO_WINNER: Final = "None"
# The recommendation tells it, too, and what to do about it.
MISMATCH: Final = "sample_ratio_mismatch"


@dataclass(frozen=True)
class ShownResults:
    """The results of an experiment in the words of its page."""

    results: ExperimentResults
    currency: str

    @property
    def names(self) -> Mapping[str, str]:
        """What each variant is called, by id."""
        return {variant["id"]: variant["name"] for variant in self.results.experiment.variants}

    def value(self, value: float | None) -> str:
        """The metric in its unit."""
        return amount(self.results.experiment.primary_metric, value, self.currency)

    @property
    def are_days(self) -> bool:
        """Whether its subjects are days of its variants, since a platform tells of no persons."""
        return (self.results.experiment.feed or {}).get("unit") == DAY

    def apart(self, value: float | None) -> str:
        """How far two results of the metric are apart; shares by percentage points, which no lift is taken for."""
        return self.value(value).replace("%", " points")

    def signed(self, value: float | None) -> str:
        """A difference of the metric, with its sign."""
        words = self.apart(None if value is None else abs(value))
        return words if not value else f"{'+' if value > 0 else '−'}{words}"

    def verdict(self, comparison: Comparison) -> Cell:
        """Whether a treatment does better or worse than the control for sure."""
        if not self.results.analysis.sample_ratio.ok:
            return SPLIT_OFF.cell()
        if comparison.p_value is None:
            return significance(None, None).cell()
        return significance(comparison.is_significant, comparison.is_better).cell()

    def watched(self, comparison: Comparison) -> str:
        """The always-valid p-value, or from when on there is one."""
        analysis, p_value = self.results.analysis, comparison.sequential.p_value
        fewest = min(one.n_subjects for one in analysis.variants)
        if p_value is None and analysis.kind != MetricKind.proportion and 0 < fewest < LEAST_SUBJECTS:
            return f"from {LEAST_SUBJECTS} {'days' if self.are_days else 'subjects'} of each variant on"
        return chance(p_value)

    def headlines(self) -> Sequence[Kpi]:
        """Every variant's result on a card, the control first, each with its interval."""
        metric = METRICS[self.results.experiment.primary_metric]
        by_id = {one.variant_id: one for one in self.results.analysis.comparisons}
        return [self._headline(one, by_id.get(one.variant_id), metric) for one in self.results.analysis.variants]

    def _headline(self, one: VariantResult, comparison: Comparison | None, metric: str) -> Kpi:
        level = f"{100 * self.results.analysis.confidence_level:g}%"
        return Kpi(
            self.names[one.variant_id],
            self.value(one.estimate),
            f"{metric} of this variant, with the {level} interval it lies in.",
            badge=None if comparison is None else self.verdict(comparison),
            words="" if one.estimate is None else interval(self.value(one.lower), self.value(one.upper)),
        )

    @property
    def winner(self) -> str:
        """What the variant is called that was decided for; while nothing is decided, the one that has won so far."""
        experiment, analysis = self.results.experiment, self.results.analysis
        found = analysis.winner_id if analysis.sample_ratio.ok else None
        winner = experiment.winner if experiment.status == ExperimentStatus.completed else found
        return self.names.get(winner or "", NO_WINNER)

    def groups(self) -> Mapping[str, Mapping[str, Cell]]:
        """What came out, and every treatment against the control, number by number; nothing without numbers."""
        if not self.results.analysis.n_subjects:
            return {}
        control = self.names[self.results.analysis.control_id]
        return {
            "Results": self._outcome(),
            **{
                f"{self.names[one.variant_id]} against {control}": self._against(one)
                for one in self.results.analysis.comparisons
            },
        }

    def _outcome(self) -> Mapping[str, Cell]:
        metric = METRICS[self.results.experiment.primary_metric]
        return {
            **{
                f"{metric}, {self.names[one.variant_id]}": _with_interval(
                    self.value(one.estimate), self.value(one.lower), self.value(one.upper)
                )
                for one in self.results.analysis.variants
            },
            "Winner": text(self.winner),
            "Recommendation": text(self.results.recommendation),
        }

    def _against(self, one: Comparison) -> Mapping[str, Cell]:
        watched, bayesian = one.sequential, one.bayesian
        several = len(self.results.analysis.comparisons) > 1
        stop = "Yes, it has decided" if watched.safe_to_stop else "Not yet"
        if not self.results.analysis.sample_ratio.ok:
            stop = "Yes, to begin anew: the split is off"
        rows: dict[str, Cell] = {
            "Significance": self.verdict(one),
            "Lift": _with_interval(change(one.lift), change(one.lift_lower), change(one.lift_upper)),
            "Difference": _with_interval(
                self.signed(one.difference), self.signed(one.difference_lower), self.signed(one.difference_upper)
            ),
            "P-value, one look": text(chance(one.p_value)),
            **({"… among several variants": text(chance(one.p_value_adjusted))} if several else {}),
            "P-value, always valid": text(self.watched(one)),
            "Difference, always valid": text(interval(self.signed(watched.lower), self.signed(watched.upper))),
            "May be stopped now": text(stop),
            "Chance to beat the control": text(
                probability(bayesian.probability_to_beat_control),
                hint="How probable it is that it is the better one, from the numbers seen alone",
            ),
            "Expected loss if chosen": text(
                self.apart(bayesian.expected_loss),
                hint="What it costs on average, as often as it is the worse one after all",
            ),
        }
        if one.cuped is not None:
            rows["Difference, with the time before"] = text(
                f"{self.signed(one.cuped.difference)} (p-value {chance(one.cuped.p_value)})",
                hint="CUPED: what subjects did before the start is taken off, which makes the interval narrower",
            )
        return rows | {"Method": text(one.method)}

    def notices(self) -> Sequence[Notice]:
        """The recommendation, and the reasons to be careful."""
        told = dict.fromkeys(self.results.analysis.warnings)
        reasons = [Notice(one.words) for one in told if one.code != MISMATCH]
        if self.results.experiment.status == ExperimentStatus.draft:
            return reasons
        return [Notice(self.results.recommendation, self._tone()), *reasons]

    def _tone(self) -> str:
        if not self.results.analysis.sample_ratio.ok:
            return "bad"
        return "info" if self.results.analysis.winner_id is None else "good"

    def delivery(self) -> Mapping[str, Mapping[str, Cell]]:
        """To how many the platform has shown each variant, where it is a platform that shows them."""
        split = ((self.results.experiment.feed or {}).get("delivery") or {}).get("split") or {}
        return {
            f"{self.names.get(one['variant_id'], one['variant_id'])}, as shown": {
                "Impressions": text(formats.number(one["n_impressions"], currency=self.currency)),
                "Share of impressions": text(formats.percent(one["share"])),
                "Planned share": text(formats.percent(one["planned_share"])),
                "Clicks an impression": text(formats.percent(one["click_rate"], 2)),
                "… over the same audience": text(formats.percent(one["click_rate_alike"], 2)),
            }
            for one in split.get("variants", ())
        }


def _with_interval(value: str, lower: str, upper: str) -> Cell:
    bounds = interval(lower, upper)
    return text(value if bounds == formats.UNKNOWN else f"{value} ({bounds})")
