"""What a rule may be given."""

from __future__ import annotations

from typing import Any

import pytest

from adplanning.alerts.fields import RuleChange, RuleFields, changed_fields, given_fields, rule_of, shown_threshold
from adplanning.core.errors import InvalidData
from adplanning.core.validation import validated

FELL: dict[str, Any] = {"name": "Fewer", "kind": "fell", "metric": "conversions", "threshold": 30}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (FELL | {"name": " "}, "name"),
        (FELL | {"kind": "fall"}, "kind"),
        (FELL | {"metric": "conversion"}, "metric"),
        (FELL | {"metric": None}, "metric"),
        (FELL | {"metric": "roas"}, "metric"),
        (FELL | {"of_each_campaign": True}, "metric"),
        (FELL | {"threshold": 0}, "threshold"),
        (FELL | {"threshold": 101}, "threshold"),
        (FELL | {"threshold": "nan"}, "threshold"),
        (FELL | {"threshold": -5}, "threshold"),
        (FELL | {"threshold": True}, "threshold"),
        (FELL | {"window_days": 8}, "window_days"),
        (FELL | {"window_days": 0}, "window_days"),
        (FELL | {"kind": "below", "metric": "visitors"}, "metric"),
        (FELL | {"kind": "below", "threshold": 0}, "threshold"),
        (FELL | {"kind": "spend_without_conversions"}, "of_each_campaign"),
        (FELL | {"kind": "sync_late", "of_each_campaign": True}, "of_each_campaign"),
        (FELL | {"metric": "clicks", "of_each_campaign": True, "ad_campaign_id": "c"}, "ad_campaign_id"),
        (FELL | {"name": "a\x00"}, "name"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_at_its_field(given: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidData) as refused:
        rule_of(validated(RuleFields, given), "INR")
    assert [path for path, _ in refused.value.issues] == [field]


def test_a_share_is_given_in_percent_and_kept_as_a_share() -> None:
    rule = rule_of(RuleFields(name="CTR", kind="below", metric="ctr", threshold=0.7), "INR")
    assert rule.threshold == pytest.approx(0.007)
    assert shown_threshold(rule) == 0.7


def test_a_kind_that_watches_no_metric_keeps_none() -> None:
    given = RuleFields(
        name="Waste", kind="spend_without_conversions", metric="roas", threshold=1, of_each_campaign=True
    )
    assert rule_of(given, "INR").metric is None


def test_a_change_keeps_what_it_does_not_name_and_a_rule_is_of_one_or_of_each_campaign() -> None:
    rule = rule_of(RuleFields(name="Few", kind="below", metric="clicks", threshold=9, of_each_campaign=True), "INR")
    before = given_fields(rule, name="Few", is_active=True)
    assert rule_of(changed_fields(before, RuleChange(name="Fewer")), "INR") == rule
    one = rule_of(changed_fields(before, RuleChange(ad_campaign_id="c")), "INR")
    assert (one.of_each_campaign, one.ad_campaign_id) == (False, "c")
    with pytest.raises(InvalidData, match="threshold: must not be null"):
        changed_fields(before, validated(RuleChange, {"threshold": None}))
