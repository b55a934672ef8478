"""Did a campaign bring an event, and is it a new one?"""

from __future__ import annotations

import pytest

from adplanning.core.vocabulary import Platform
from adplanning.tracking.campaign_tags import NO_MARKS, Marks, is_same_campaign, last_marks, platform_of_touch

LANDING = Marks("fb", "cpc", "sale", "fbclid=1", None)


@pytest.mark.parametrize(
    ("source", "click", "platform"),
    [
        ("facebook", "gclid=1", Platform.meta),
        (None, "fbclid=1", Platform.meta),
        (None, "gclid=1", Platform.google),
        (None, "dclid=1", Platform.google),
        (None, "msclkid=1", Platform.generic),
        ("newsletter", None, Platform.generic),
        (None, None, Platform.direct),
    ],
)
def test_the_source_tells_the_platform_before_the_click_id_does(
    source: str | None, click: str | None, platform: Platform
) -> None:
    assert platform_of_touch(source, click) is platform


@pytest.mark.parametrize(
    ("marks", "is_same"),
    [
        (LANDING, True),
        (LANDING._replace(click=None), True),
        (LANDING._replace(medium=None, campaign=None, click=None), True),
        (NO_MARKS._replace(click="fbclid=1"), True),
        (NO_MARKS._replace(click="gclid=1"), False),
        (LANDING._replace(click="fbclid=2"), False),
        (LANDING._replace(campaign="brand"), False),
        # The shop's own word beside the tags is news, not another campaign; alone it has nothing in common.
        (LANDING._replace(campaign_id="camp_1"), True),
        (NO_MARKS._replace(campaign_id="camp_1"), False),
    ],
)
def test_a_campaign_is_the_same_when_a_mark_is_in_common_and_none_differs(marks: Marks, is_same: bool) -> None:
    assert is_same_campaign(marks, LANDING) is is_same


def test_nothing_is_the_same_as_no_campaign() -> None:
    assert not is_same_campaign(LANDING, NO_MARKS)
    assert last_marks([]) == NO_MARKS
