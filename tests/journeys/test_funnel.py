from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import InvalidData
from adplanning.core.vocabulary import JourneyEventType
from adplanning.journeys.funnel import Dropoff, funnel
from adplanning.journeys.stages import STAGES, stage_of_event
from tests.journeys.told import steps

# Asha goes all the way but for interest, Ravi to his cart, two visitors only look.
FOUR = (
    ("person:asha", 0, "page_view"),
    ("person:asha", 1, "form_submit"),
    ("person:asha", 2, "purchase"),
    ("person:asha", 3, "purchase"),
    ("person:asha", 4, "support_ticket"),
    ("person:ravi", 0, "email_click"),
    ("visitor:v", 0, "page_view"),
    ("visitor:v", 1, "page_view"),
    ("visitor:w", 0, "ad_click"),
)


def test_a_funnel_as_counted_by_hand() -> None:
    found = funnel(steps(*FOUR))
    assert [(stage.stage, stage.n, stage.share) for stage in found.stages] == [
        ("awareness", 4, 1.0),
        ("interest", 2, 0.5),
        ("consideration", 2, 0.5),
        ("intent", 2, 0.5),
        ("conversion", 1, 0.25),
        ("retention", 1, 0.25),
        ("advocacy", 0, 0.0),
    ]
    assert [stage.dropoff for stage in found.stages] == [0, 0.5, 0, 0, 0.5, 0, 1.0]
    assert (found.n_customers, found.n_identified, found.n_anonymous) == (4, 2, 2)
    assert found.awareness_to_conversion == 0.25
    assert found.biggest_dropoff == Dropoff("retention", "advocacy", 1.0)
    # Asha has steps at four stages, the others at one each.
    assert found.stages_per_customer == 7 / 4
    assert found.stage_events == {
        "awareness": {"page_view": 3, "ad_click": 1},
        "interest": {},
        "consideration": {"form_submit": 1},
        "intent": {"email_click": 1},
        "conversion": {"purchase": 2},
        "retention": {"support_ticket": 1},
        "advocacy": {},
    }


def test_nobody_at_all_is_no_share_of_anything() -> None:
    found = funnel(steps())
    assert [stage[:2] for stage in found.stages] == [(stage, 0) for stage in STAGES]
    assert {(stage.share, stage.dropoff) for stage in found.stages} == {(None, None)}
    nothing = (found.awareness_to_conversion, found.biggest_dropoff, found.stages_per_customer)
    assert (found.n_customers, *nothing) == (0, None, None, None)


def test_of_equal_drop_offs_the_first_is_the_biggest_and_without_any_there_is_none() -> None:
    halved = funnel(steps(("a", 0, "page_view"), ("b", 0, "social_engage"), ("b", 1, "page_view")))
    assert halved.biggest_dropoff == Dropoff("interest", "consideration", 1.0)
    all_the_way = steps(("a", 0, "page_view")).with_columns(stage=pl.lit("advocacy"))
    assert funnel(all_the_way).biggest_dropoff is None


def test_a_step_of_nobody_is_told_apart_and_in_no_other_number() -> None:
    found = funnel(steps(("person:asha", 0, "page_view"), (None, 0, "purchase")))
    assert (found.n_unattributable, found.n_customers) == (1, 1)
    assert found.stage_events["conversion"] == {}


def test_a_missing_column_is_refused_by_name() -> None:
    with pytest.raises(InvalidData, match="stage"):
        funnel(steps().drop("stage"))


TOLD = st.lists(
    st.tuples(
        st.sampled_from(["person:a", "person:b", "visitor:a", "visitor:c"]), st.sampled_from(list(JourneyEventType))
    ),
    max_size=12,
)


@given(TOLD)
def test_a_funnel_never_widens_and_is_that_of_sets(told: list[tuple[str, JourneyEventType]]) -> None:
    found = funnel(steps(*((key, 0, str(event_type)) for key, event_type in told)))
    at: dict[str, set[int]] = {}
    for key, event_type in told:
        at.setdefault(key, set()).add(STAGES.index(stage_of_event(event_type)))
    assert [stage.n for stage in found.stages] == [sum(max(own) >= rank for own in at.values()) for rank in range(7)]
    assert found.n_identified + found.n_anonymous == found.n_customers == len(at)
    assert sum(sum(events.values()) for events in found.stage_events.values()) == len(told)
    if at:
        assert found.stages_per_customer == sum(map(len, at.values())) / len(at)


@given(TOLD.flatmap(st.permutations))
def test_a_funnel_depends_on_no_order(told: list[tuple[str, JourneyEventType]]) -> None:
    rows = [(key, 0, str(event_type)) for key, event_type in told]
    assert funnel(steps(*rows)) == funnel(steps(*sorted(rows)))
