"""The form in which leads reach the store, from the platform's API or a file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from adplanning.core.errors import InvalidData
from adplanning.core.periods import parse_instant
from adplanning.core.texts import none_if_blank
from adplanning.core.vocabulary import Platform, platform_of_source

GRAPH_FIELDS = (
    *("id", "created_time", "field_data", "form_id", "is_organic", "platform"),
    *("ad_id", "ad_name", "adset_id", "adset_name", "campaign_id", "campaign_name"),
)
"""What is asked of Meta for each lead."""


class AdPlace(NamedTuple):
    """A campaign of ours, and the ad set and ad below it that are known."""

    campaign_id: str
    ad_set_id: str | None = None
    ad_id: str | None = None


@dataclass(frozen=True)
class NewLead:
    """A lead as it came in; what was not told is None.

    `answers` holds the list of values of each question. `source` is the network where it was left, such as fb or ig.
    The ids of the form and of ads are the platform's own.
    """

    submitted_at: datetime
    answers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    platform_lead_id: str | None = None
    source: str | None = None
    form_id: str | None = None
    form_name: str | None = None
    page_id: str | None = None
    platform_campaign_id: str | None = None
    platform_ad_set_id: str | None = None
    platform_ad_id: str | None = None
    campaign_name: str | None = None
    ad_set_name: str | None = None
    ad_name: str | None = None
    is_organic: bool | None = None

    @property
    def platform(self) -> Platform:
        """Where it was left, coarsely; lead forms without a source are Meta's."""
        return platform_of_source(self.source) if self.source else Platform.meta

    @property
    def is_from_ad(self) -> bool | None:
        """Whether an ad brought it; None where the platform told nothing of it."""
        if self.is_organic is not None:
            return not self.is_organic
        is_named = self.platform_ad_id is not None or self.platform_campaign_id is not None or self.campaign_name
        return True if is_named else None

    @property
    def fingerprint(self) -> str | None:
        """What a lead that no platform has numbered is known by: when it was left where, and all its answers."""
        if self.platform_lead_id is not None:
            return None
        told = [self.submitted_at.isoformat(), self.form_id or self.form_name, sorted(self.answers.items())]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def lead_of_graph(row: Mapping[str, Any], *, page_id: str | None, form_name: str | None = None) -> NewLead:
    """A lead as Meta's API answers it; fields that the token may not see are left out there, and None here.

    Raises
    ------
    InvalidData : without id, without a time that exists, or with answers that are no answers. The words hold nothing
        personal.

    >>> row = {"id": "71", "created_time": "2026-11-21T09:30:00+0000", "field_data": [{"name": "q", "values": ["a"]}]}
    >>> lead_of_graph(row, page_id="5").answers
    {'q': ['a']}
    """
    told = {name: _text(row.get(name)) for name in GRAPH_FIELDS if name != "field_data"}
    if told["id"] is None:
        raise InvalidData.at("id", "is missing in the answer of the platform")
    is_organic = row.get("is_organic")
    return NewLead(
        submitted_at=parse_instant(told["created_time"] or "", ZoneInfo("UTC"), field="created_time"),
        answers=_answers(row.get("field_data")),
        platform_lead_id=told["id"],
        source=told["platform"],
        form_id=told["form_id"],
        form_name=form_name,
        page_id=page_id,
        platform_campaign_id=told["campaign_id"],
        platform_ad_set_id=told["adset_id"],
        platform_ad_id=told["ad_id"],
        campaign_name=told["campaign_name"],
        ad_set_name=told["adset_name"],
        ad_name=told["ad_name"],
        is_organic=is_organic if isinstance(is_organic, bool) else None,
    )


def field_data(answers: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """Answers in the form of Meta's API.

    >>> field_data({"email": ["a@b.co"]})
    [{'name': 'email', 'values': ['a@b.co']}]
    """
    return [{"name": name, "values": list(values)} for name, values in answers.items()]


def _answers(told: object) -> dict[str, list[str]]:
    answers: dict[str, list[str]] = {}
    for entry in told if isinstance(told, list) else ():
        name, values = (entry.get("name"), entry.get("values")) if isinstance(entry, dict) else (None, None)
        if not isinstance(name, str) or not isinstance(values, list):
            raise InvalidData.at("field_data", "is not a list of names, each with a list of values")
        answers.setdefault(_storable(name), []).extend(_storable(str(value)) for value in values if value is not None)
    return answers


def _text(value: object) -> str | None:
    is_told = isinstance(value, (str, int)) and not isinstance(value, bool)
    return none_if_blank(_storable(str(value))) if is_told else None


def _storable(text: str) -> str:
    return text.replace("\x00", "").encode(errors="replace").decode()
