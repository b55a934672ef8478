"""Leads as the platform's API answers them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from adplanning.core.errors import InvalidData
from adplanning.leads.arrivals import NewLead, field_data, lead_of_graph

ROW: dict[str, Any] = {
    "id": "71",
    "created_time": "2026-11-20T15:00:00+0530",
    "ad_id": "11",
    "ad_name": "Film",
    "adset_id": "12",
    "adset_name": "Mumbai",
    "campaign_id": "13",
    "campaign_name": "Diwali",
    "form_id": "6",
    "field_data": [{"name": "which?", "values": ["a", "b"]}, {"name": "आपका_शहर", "values": ["पुणे"]}],
    "is_organic": False,
    "platform": "ig",
}
LEFT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def test_all_that_the_platform_tells_is_there() -> None:
    assert lead_of_graph(ROW, page_id="5", form_name="Festive") == NewLead(
        submitted_at=LEFT,
        answers={"which?": ["a", "b"], "आपका_शहर": ["पुणे"]},
        platform_lead_id="71",
        source="ig",
        form_id="6",
        form_name="Festive",
        page_id="5",
        platform_campaign_id="13",
        platform_ad_set_id="12",
        platform_ad_id="11",
        campaign_name="Diwali",
        ad_set_name="Mumbai",
        ad_name="Film",
        is_organic=False,
    )


def test_what_the_platform_leaves_out_is_unknown() -> None:
    bare = lead_of_graph({"id": 71, "created_time": ROW["created_time"]}, page_id=None)
    assert bare == NewLead(submitted_at=LEFT, platform_lead_id="71")
    assert (bare.platform, bare.fingerprint) == ("meta", None)


def test_a_question_that_stands_twice_keeps_all_its_answers() -> None:
    row = {**ROW, "field_data": [{"name": "q", "values": ["a"]}, {"name": "q", "values": ["b", None, 3]}]}
    assert lead_of_graph(row, page_id=None).answers == {"q": ["a", "b", "3"]}


def test_what_no_database_can_keep_is_left_out_of_a_text() -> None:
    row = {**ROW, "ad_name": "\x00 ", "field_data": [{"name": "q\x00", "values": ["a\x00b", "\ud800"]}]}
    lead = lead_of_graph(row, page_id=None)
    assert (lead.ad_name, lead.answers) == (None, {"q": ["ab", "?"]})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": None}, "id: is missing"),
        ({"id": {"a": 1}}, "id: is missing"),
        ({"created_time": None}, "created_time: '' is not a date"),
        ({"created_time": "2026-02-30T00:00:00+0000"}, "created_time: '2026-02-30T00:00:00\\+0000' is not a date"),
        ({"field_data": ["secret"]}, "field_data: is not a list"),
        ({"field_data": [{"name": "q", "values": "secret"}]}, "field_data: is not a list"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused_without_a_word_of_its_answers(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidData, match=message) as refused:
        lead_of_graph(ROW | changes, page_id=None)
    assert "secret" not in str(refused.value)


def test_only_a_lead_without_number_has_a_fingerprint_and_it_tells_leads_apart() -> None:
    lead = replace(lead_of_graph(ROW, page_id="5"), platform_lead_id=None)
    same = replace(lead, answers=dict(reversed(lead.answers.items())), campaign_name="Renamed")
    assert lead.fingerprint == same.fingerprint
    others = [
        replace(lead, answers={"which?": ["a"]}),
        replace(lead, form_id="7"),
        replace(lead, submitted_at=LEFT.replace(hour=1)),
    ]
    assert len({lead.fingerprint, *(other.fingerprint for other in others)}) == 4


def test_answers_go_back_into_metas_form() -> None:
    assert field_data(lead_of_graph(ROW, page_id=None).answers) == ROW["field_data"]


@pytest.mark.parametrize(
    ("told", "is_from_ad"),
    [
        ({"is_organic": True, "campaign_name": "Diwali"}, False),
        ({"is_organic": False}, True),
        ({"platform_ad_id": "11"}, True),
        ({"campaign_name": "Diwali"}, True),
        ({}, None),
    ],
)
def test_a_lead_is_from_an_ad_where_the_platform_says_so_or_names_one(
    told: dict[str, Any], is_from_ad: bool | None
) -> None:
    assert NewLead(submitted_at=LEFT, **told).is_from_ad is is_from_ad
