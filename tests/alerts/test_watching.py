"""What can be watched."""

from __future__ import annotations

import pytest

from adplanning.alerts.fields import rule_of
from adplanning.alerts.suggestions import suggestions
from adplanning.alerts.watching import CHANGES, OF_METRIC, figures_of, metrics_of, sources_of
from adplanning.alerts.wording import KINDS, rule_words
from adplanning.core.vocabulary import AlertKind
from adplanning.metrics.definitions import METRICS, Unit


@pytest.mark.parametrize("of_campaigns", [False, True])
def test_only_what_days_or_campaigns_have_is_watched_and_only_sums_are_compared(of_campaigns: bool) -> None:
    for kind in OF_METRIC:
        for metric in metrics_of(kind, of_campaigns=of_campaigns).values():
            assert metric.by_campaign if of_campaigns else metric.by_day
            assert kind not in CHANGES or metric.parts is None
    assert metrics_of(AlertKind.sync_late, of_campaigns=of_campaigns) == {}


def test_every_sum_of_money_but_spend_is_held_against_the_events_behind_it() -> None:
    sums = [name for name, metric in METRICS.items() if metric.unit is Unit.money and metric.parts is None]
    assert [name for name in sums if figures_of(AlertKind.fell, name)[1] is None] == ["ad_spend"]


def test_whatever_is_made_from_what_platforms_tell_waits_for_them() -> None:
    waiting = {name for name in METRICS if "platforms" in sources_of(AlertKind.below, name)}
    assert waiting >= {name for name, metric in METRICS.items() if metric.slug == "meta-ads/campaigns"}
    assert waiting & {"revenue", "conversions", "sessions", "leads"} == set()


@pytest.mark.parametrize("currency", ["INR", "USD", "JPY", "KWD"])
def test_every_suggestion_makes_sense_in_every_currency(currency: str) -> None:
    rules = [rule_of(one.fields, currency) for one in suggestions(currency)]
    assert all(rule_words(rule).startswith("You will be told when ") for rule in rules)
    assert set(KINDS) == set(AlertKind)
