"""Did a campaign bring this event, and is it the one that its visit came with?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from adplanning.core.click_ids import CLICK_IDS, click_ids
from adplanning.core.vocabulary import Platform, platform_of_source
from adplanning.tracking.events import NewEvent


class Marks(NamedTuple):
    """What tells one campaign from another; what an event does not say is None.

    `click` is the first click id as `name=value`, `campaign_id` what the shop itself has told.
    """

    source: str | None
    medium: str | None
    campaign: str | None
    click: str | None
    campaign_id: str | None


NO_MARKS = Marks(None, None, None, None, None)


def marks_of(event: NewEvent) -> Marks:
    """The marks of an event."""
    clicked = click_ids(event.page)
    click = "=".join(next(iter(clicked.items()))) if clicked else None
    return Marks(event.utm_source, event.utm_medium, event.utm_campaign, click, event.ad_campaign_id)


def bears_campaign(event: NewEvent, marks: Marks) -> bool:
    """Whether an event of these marks carries a UTM tag, a click id or a campaign."""
    return marks != NO_MARKS or bool(event.utm_term or event.utm_content)


def last_marks(borne: Iterable[Marks]) -> Marks:
    """Of each mark the last one that is not None.

    >>> last_marks([Marks("fb", "cpc", None, None, None), Marks("google", None, None, None, None)])[:2]
    ('google', 'cpc')
    """
    last = NO_MARKS
    for marks in borne:
        last = Marks(*(new if new is not None else old for new, old in zip(marks, last, strict=True)))
    return last


def is_same_campaign(marks: Marks, last: Marks) -> bool:
    """Whether an event has a mark in common with those that its visit bore last, and none that differs.

    Clients repeat the tags of a landing on later events, some or all of them, and without the click id.

    >>> landing = Marks("fb", "cpc", "sale", "fbclid=1", None)
    >>> is_same_campaign(landing._replace(medium=None, click=None), landing)
    True
    >>> is_same_campaign(landing._replace(click="fbclid=2"), landing)
    False
    """
    shares = False
    for mark, known in zip(marks, last, strict=True):
        if mark is not None and known is not None:
            if mark != known:
                return False
            shares = True
    return shares


def platform_of_touch(utm_source: str | None, click: str | None) -> Platform:
    """Where a campaign's traffic came from: the UTM source says, else the click id (`name=value`).

    >>> platform_of_touch(None, "gclid=Cj0").value, platform_of_touch("facebook", "gclid=Cj0").value
    ('google', 'meta')
    """
    if utm_source or click is None:
        return platform_of_source(utm_source)
    return CLICK_IDS[click.partition("=")[0]].platform
