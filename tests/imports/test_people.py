"""People from a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from tests.imports.conftest import NOW, Take

Rows = Callable[..., list[Any]]


def test_a_person_comes_with_tags_and_attributes(take: Take, rows: Rows) -> None:
    take(
        "people",
        "E-mail,First Name,DOB,tags,attributes.size,attributes.note",
        'a@b.co,आशा,1990-02-01,"vip; new,vip",L,"says ""hi"""',
        "c@d.co,,,,,",
    )
    assert rows("persons", "email", "first_name", "date_of_birth", "tags", "attributes", "created_at") == [
        ("a@b.co", "आशा", date(1990, 2, 1), ["vip", "new"], {"size": "L", "note": 'says "hi"'}, NOW),
        ("c@d.co", None, None, None, None, NOW),
    ]


def test_an_attribute_may_be_mapped(take: Take, rows: Rows) -> None:
    take("people", "email,shoe", "a@b.co,42", **{"attributes.size": "shoe"})
    assert rows("persons", "email", "attributes") == [("a@b.co", {"size": "42"})]


def test_a_repeated_person_fills_empty_fields_only_and_is_a_duplicate(take: Take, rows: Rows) -> None:
    take("people", "email,city", "a@b.co,Pune")
    later = datetime(2026, 12, 1, tzinfo=UTC)
    summary = take("people", "email,city,state,tags", "A@B.CO,Delhi,MH,x", "a@b.co,Goa,GA,y", "n@n.co,,,", now=later)
    assert (summary.stored, summary.duplicates) == (1, 2)
    assert rows("persons", "email", "city", "state", "tags", "updated_at") == [
        ("a@b.co", "Pune", "MH", ["x"], later),
        ("n@n.co", None, None, None, later),
    ]


def test_a_person_who_gains_nothing_is_not_touched(take: Take, rows: Rows) -> None:
    take("people", "email,city", "a@b.co,Pune")
    take("people", "email,city", "a@b.co,Goa", now=datetime(2026, 12, 1, tzinfo=UTC))
    assert rows("persons", "updated_at") == [(NOW,)]


def test_an_unknown_column_is_not_an_attribute_but_named(take: Take) -> None:
    assert take("people", "email,shoe", "a@b.co,42").ignored_columns == ("shoe",)
