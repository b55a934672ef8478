"""What one looks up beside an experiment: is it significant, how far is it, what happened when."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from adplanning.core import formats
from adplanning.core.ratios import ratio
from adplanning.experiments import service
from adplanning.experiments.reported import shown_comparison
from adplanning.store.tables.experiments import ExperimentChange
from adplanning.ui.badges import Badge
from adplanning.ui.cells import Cell, bar, text
from adplanning.ui.pages.experiment_results import ShownResults
from adplanning.ui.pages.experiment_words import chance, change, probability
from adplanning.ui.timeline import Happening, Timeline
from adplanning.ui.visit import Visit

HAPPENINGS: Final[Mapping[str, Badge]] = {
    "created": Badge("Created", "grey", "mdi-plus"),
    "edited": Badge("Edited", "grey", "mdi-pencil-outline"),
    "started": Badge("Started", "green", "mdi-play-circle-outline"),
    "paused": Badge("Paused", "orange", "mdi-pause-circle-outline"),
    "resumed": Badge("Went on", "green", "mdi-play-circle-outline"),
    "completed": Badge("Completed", "blue", "mdi-flag-checkered"),
}


def glance(visit: Visit, shown: ShownResults) -> Mapping[str, Mapping[str, Cell]]:
    """The result in short, the progress, and the dates."""
    results, zone = shown.results, visit.settings.zone
    experiment = results.experiment
    return {
        "Result": _result(shown),
        "Progress": _progress(shown),
        "Timeline": {
            "Created": text(formats.moment(experiment.created_at, zone)),
            "Started": text(formats.moment(experiment.started_at, zone)),
            "Ended": text(formats.moment(experiment.ended_at, zone)),
            "Ran for": text(_span(results.runtime) if experiment.started_at else None),
            **({"Ended because": text(experiment.stop_reason)} if experiment.stop_reason else {}),
            **({"Last counted": text(formats.moment(experiment.counted_at, zone))} if experiment.counted_at else {}),
        },
    }


def _result(shown: ShownResults) -> Mapping[str, Cell]:
    results = shown.results
    one = shown_comparison(results.analysis)
    rows: dict[str, Cell] = {
        "Significance": shown.verdict(one),
        "Improvement": text(change(one.lift)),
        "P-value": text(chance(one.p_value_adjusted)),
        "P-value, always valid": text(shown.watched(one)),
        "Chance to beat the control": text(probability(one.bayesian.probability_to_beat_control)),
        "Winner": text(shown.winner),
    }
    return {"Treatment": text(shown.names[one.variant_id]), **rows} if len(results.analysis.comparisons) > 1 else rows


def _progress(shown: ShownResults) -> Mapping[str, Cell]:
    progress = shown.results.progress
    n, target, required = (
        formats.number(one, currency=shown.currency)
        for one in (progress.total_samples, progress.target_samples, progress.required_per_variant)
    )
    share = ratio(progress.percent, 100) if progress.percent is not None else None
    rows: dict[str, Cell] = {
        "Days" if shown.are_days else "Subjects": text(n)
        if share is None
        else bar(share, f"{n} of {target} ({formats.percent(share, 0)})"),
        "Needed per variant": text(required),
    }
    if shown.results.experiment.ended_at is None:
        rows["Days to go"] = text(_days(progress.days_left))
    if shown.are_days:
        return rows
    left_out = formats.number(shown.results.experiment.n_contaminated, currency=shown.currency)
    return rows | {"Left out": text(left_out, hint="Subjects that were seen in more than one variant")}


def _span(span: timedelta) -> str:
    hours = span.seconds // 3600
    return f"{span.days} d {hours} h" if span.days else formats.duration(span.total_seconds())


def _days(days: float | None) -> str | None:
    return None if days is None else f"about {formats.number(max(1, days))}" if days else "none, it has enough"


def trail(visit: Visit, experiment_id: str, *, beside: Callable[[], Mapping[str, str]]) -> Timeline:
    """What was done to it, by whom; `beside` tells what else is in the page's address."""

    def fetch(_: str | None, newest: bool, limit: int, offset: int) -> tuple[Sequence[Happening], int]:
        with visit.reading() as session:
            changes = service.changes_of(session, experiment_id)
            ordered = changes[::-1] if newest else changes
            return [_happening(visit, one) for one in ordered[offset : offset + limit]], len(changes)

    timeline = Timeline(
        visit, title="What was done", kinds={}, fetch=fetch, empty="Nothing was done to it.", beside=beside
    )
    timeline.refresh()
    return timeline


def _happening(visit: Visit, one: ExperimentChange) -> Happening:
    zone = visit.settings.zone
    return Happening(
        day=formats.day(one.at, zone),
        time=one.at.astimezone(zone).strftime("%H:%M"),
        badge=HAPPENINGS.get(one.what, Badge(one.what)).cell(),
        words=f"by {one.changed_by}" if one.changed_by else "",
        facts=_details(one.details or {}),
    )


def _details(details: Mapping[str, Any]) -> Mapping[str, str]:
    """What has changed, from what to what."""
    return {
        str(name).replace("_", " ").capitalize(): f"{value.get('before')} → {value.get('after')}"
        if isinstance(value, dict)
        else str(value)
        for name, value in details.items()
    }
