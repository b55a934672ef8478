"""Leads from a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.imports.importing import import_file
from tests.imports.conftest import NOW, SETTINGS, Take

Rows = Callable[..., list[Any]]
# As Meta's Ads Manager and Business Suite export the leads of a form.
EXPORT = (
    "id\tcreated_time\tad_id\tad_name\tadset_id\tadset_name\tcampaign_id\tcampaign_name\tform_id\tform_name\t"
    "is_organic\tplatform\twhich_products?\tfull_name\temail\tphone_number\tlead_status",
    "l:71\t2026-11-20T15:00:00+05:30\tag:11\tFilm\tas:12\tMumbai\tc:13\tDiwali\tf:6\tFestive enquiry\t"
    "false\tig\tQuilts, Towels\tAsha Rao\tasha@example.in\tp:+919876543210\tCREATED",
    "l:72\t2026-11-20T15:01:00+05:30\t\t\t\t\t\t\tf:6\tFestive enquiry\ttrue\tfb\t\tKabir\t\tp:+919876543211\tCREATED",
)


def test_metas_export_of_a_form_is_read_with_its_prefixes_and_questions(take: Take, rows: Rows) -> None:
    summary = take("leads", *EXPORT)
    assert (summary.stored, summary.rejected, summary.ignored_columns) == (2, 0, ("lead_status",))
    asha, kabir = rows(
        "leads", "platform_lead_id", "form_id", "campaign_name", "full_name", "email", "phone", "is_organic", "answers"
    )
    assert asha == (
        "71", "6", "Diwali", "Asha Rao", "asha@example.in", "+919876543210", False,
        {
            "which_products?": ["Quilts, Towels"], "full_name": ["Asha Rao"], "email": ["asha@example.in"],
            "phone_number": ["+919876543210"],
        },
    )  # fmt: skip
    assert kabir[:7] == ("72", "6", None, "Kabir", None, "+919876543211", True)
    assert rows("conversions", "converted_at", "utm_source", "metadata") == [
        (
            datetime(2026, 11, 20, 9, 30, tzinfo=UTC), "ig",
            {"form_id": "6", "platform_campaign_id": "13", "platform_ad_set_id": "12", "platform_ad_id": "11"},
        ),
        (datetime(2026, 11, 20, 9, 31, tzinfo=UTC), "fb", {"form_id": "6"}),
    ]  # fmt: skip
    assert len(rows("persons", "id")) == len(rows("journey_events", "id")) == 2


def test_the_export_in_utf_16_is_the_same(engine: Engine, tmp_path: Path, rows: Rows) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("\n".join(EXPORT), encoding="utf-16")
    assert import_file(engine, "leads", path, settings=SETTINGS, now=NOW).stored == 2
    assert [name for _, name in rows("leads", "platform_lead_id", "full_name")] == ["Asha Rao", "Kabir"]


def test_a_lead_that_is_known_is_a_duplicate_and_is_filled(take: Take, rows: Rows) -> None:
    take("leads", "id,created_time,full_name", "l:71,2026-11-20,Asha Rao")
    summary = take("leads", "id,created_time,email", "71,2026-11-20,asha@example.in", "71,2026-11-20,b@c.in")
    assert (summary.stored, summary.duplicates) == (0, 2)
    assert rows("leads", "full_name", "email") == [("Asha Rao", "asha@example.in")]
    assert rows("persons", "email", "first_name") == [("asha@example.in", "Asha")]


def test_a_lead_without_a_number_is_one_by_its_answers(take: Take, rows: Rows) -> None:
    lines = ("created_time,email,city", "2026-11-20 10:00,a@b.in,Pune", "2026-11-20 10:00,a@b.in,Pune")
    assert (take("leads", *lines).stored, take("leads", *lines, "2026-11-20 10:00,a@b.in,Goa").stored) == (1, 1)
    assert len(rows("persons", "id")) == 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("l:71,,a@b.in,", "created_time: is missing"),
        ("l:71,2026-02-30,a@b.in,", "created_time: '2026-02-30' is not"),
        (",2026-11-20,,", "the row has neither a number nor an answer"),
        ("l:71,2026-11-20,a@b.in,perhaps", "is_organic: 'perhaps' is not allowed; choose one of: true"),
    ],
)
def test_a_row_that_is_no_lead_is_refused(
    take: Take, reasons: Callable[[], dict[int, str]], line: str, reason: str
) -> None:
    summary = take("leads", "id,created_time,email,is_organic", line, "l:72,2026-11-20,b@c.in,")
    assert (summary.stored, summary.rejected) == (1, 1)
    assert reasons()[2].startswith(reason)


def test_a_question_may_be_mapped(take: Take, rows: Rows) -> None:
    take("leads", "when,shoe,contact", "2026-11-20,42,a@b.in", created_time="when", **{"answers.email": "contact"})
    assert rows("leads", "email", "answers") == [("a@b.in", {"shoe": ["42"], "email": ["a@b.in"]})]
