"""What a rule finds in figures."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.alerts.findings import Seen, found, late
from adplanning.alerts.rule import Rule
from adplanning.alerts.windows import Window
from adplanning.core.vocabulary import AlertKind

WEEK = Window(date(2026, 11, 21), date(2026, 11, 27))
BELOW = Rule(AlertKind.below, "roas", 1.5, "INR")
FELL = Rule(AlertKind.fell, "conversions", 0.3, "INR")
WASTE = Rule(AlertKind.spend_without_conversions, None, 5000, "INR", of_each_campaign=True)
SYNC = Rule(AlertKind.sync_late, None, 24, "INR")


def test_a_figure_below_its_bound_says_both() -> None:
    finding = found(BELOW, Seen("", "", 0.84), WEEK)
    assert (finding.fires, finding.value) == (True, 0.84)
    assert finding.words == "ROAS was 0.84× in the 7 days to 27 Nov 2026, below 1.50×."


@pytest.mark.parametrize("kind", [AlertKind.below, AlertKind.above])
def test_a_figure_on_its_bound_is_not_beyond_it(kind: AlertKind) -> None:
    assert found(Rule(kind, "roas", 1.5, "INR"), Seen("", "", 1.5), WEEK).fires is False


def test_a_fall_says_what_is_usual() -> None:
    hundred = (100.0, 96.0, 104.0, 100.0)
    finding = found(FELL, Seen("", "", 58.0, before=hundred, counts_before=hundred), WEEK)
    assert finding.words == (
        "Total conversions fell by 42%: 58 in the 7 days to 27 Nov 2026, where 100 is usual for these weekdays."
    )
    assert found(FELL, Seen("", "", 142.0, before=hundred, counts_before=hundred), WEEK).fires is False
    rose = Rule(AlertKind.rose, "conversions", 0.3, "INR")
    assert found(rose, Seen("", "", 142.0, before=hundred, counts_before=hundred), WEEK).fires is True


def test_too_few_to_tell_is_neither_an_alert_nor_an_all_clear() -> None:
    four = (4.0, 3.0, 5.0, 4.0)
    finding = found(FELL, Seen("", "", 0.0, before=four, counts_before=four), WEEK)
    assert finding.fires is None
    assert str(finding.unknown_because).startswith("too little to tell")


def test_what_is_not_known_neither_fires_nor_clears() -> None:
    for rule in (BELOW, FELL, WASTE):
        finding = found(rule, Seen("c", "Diwali", None, unknown_because="a rate is missing"), WEEK)
        assert (finding.fires, finding.unknown_because) == (None, "Diwali: a rate is missing")


def test_a_ratio_with_nothing_to_divide_by_is_neither_high_nor_low() -> None:
    assert found(BELOW, Seen("c", "Paused", None), WEEK).fires is False


def test_a_part_of_a_credit_is_a_conversion_and_an_unknown_one_cannot_be_told() -> None:
    assert found(WASTE, Seen("c", "Diwali", 9000.0, count=0.01), WEEK).fires is False
    assert found(WASTE, Seen("c", "Diwali", 9000.0, count=None), WEEK).fires is None
    assert found(WASTE, Seen("c", "Diwali", 5000.0, count=0.0), WEEK).fires is False


@given(st.floats(0, 1e9), st.floats(0, 1e9))
def test_below_and_above_never_fire_together(value: float, bound: float) -> None:
    fires = [
        found(Rule(kind, "roas", bound, "INR"), Seen("", "", value), WEEK).fires
        for kind in (AlertKind.below, AlertKind.above)
    ]
    assert fires.count(True) == (value != bound)


@given(st.lists(st.tuples(st.text(max_size=5), st.floats(0, 500)), max_size=8))
def test_a_late_sync_is_one_finding_however_many_streams_are_late(hours: list[tuple[str, float]]) -> None:
    finding = late(hours, SYNC)
    assert finding.fires is any(n > 24 for _, n in hours)
    assert finding.value == max((n for _, n in hours), default=None)
