"""Which days the metrics are of."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine

from adplanning.ui.pages.chosen_days import Days
from adplanning.ui.pages.period_picker import PeriodPicker
from adplanning.ui.visit import Visit
from tests.ui.conftest import NewVisit
from tests.ui.pages.advertised import at_noon
from tests.ui.visiting import NotingFrame, send

LAST_30 = Days(date(2026, 10, 2), date(2026, 10, 31))


@pytest.fixture(autouse=True)
def _noon_of_the_last_of_october(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Visit, "now", at_noon)


def picked(visit: Visit) -> tuple[PeriodPicker, list[Days]]:
    told: list[Days] = []
    picker = PeriodPicker(visit, changed=lambda: told.append(picker.days))
    return picker, told


def test_the_last_thirty_days_are_usual_and_not_in_the_address(engine: Engine, new_visit: NewVisit) -> None:
    picker, _ = picked(new_visit(engine))
    assert (picker.days, picker.state, picker.asked["chosen"]) == (LAST_30, {}, "30")
    assert picker.words == "2 Oct 2026 to 31 Oct 2026"


@pytest.mark.parametrize(
    ("name", "first", "state"),
    [
        ("7", date(2026, 10, 25), {"from_date": "2026-10-25", "to_date": "2026-10-31"}),
        ("30", date(2026, 10, 2), {}),
        ("90", date(2026, 8, 3), {"from_date": "2026-08-03", "to_date": "2026-10-31"}),
        ("month", date(2026, 10, 1), {"from_date": "2026-10-01", "to_date": "2026-10-31"}),
    ],
)
def test_usual_days_end_today(
    engine: Engine, new_visit: NewVisit, name: str, first: date, state: dict[str, str]
) -> None:
    picker, told = picked(new_visit(engine))
    send(picker, "choose", {"name": name})
    assert told == [picker.days] == [Days(first, date(2026, 10, 31))]
    assert (picker.state, picker.asked["chosen"]) == (state, name)


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ({"from_date": "2026-09-01", "to_date": "2026-09-10"}, Days(date(2026, 9, 1), date(2026, 9, 10))),
        ({"from_date": "2026-10-05"}, Days(date(2026, 10, 5), date(2026, 10, 31))),
        ({"to_date": "2026-09-30"}, Days(date(2026, 9, 1), date(2026, 9, 30))),
        ({"from_date": "2026-12-24"}, Days(date(2026, 12, 24), date(2026, 12, 24))),
    ],
)
def test_an_end_that_is_not_said_is_filled_in_in_the_address_and_in_the_fields(
    engine: Engine, new_visit: NewVisit, asked: dict[str, str], days: Days
) -> None:
    assert picked(new_visit(engine, **asked))[0].days == days
    picker, told = picked(new_visit(engine))
    send(picker, "dates", {"from_date": "", "to_date": "", **asked})
    assert told == [days]
    assert picker.asked["chosen"] == ""


@pytest.mark.parametrize(
    "asked",
    [
        {"from_date": "2026-02-30"},
        {"from_date": "today"},
        {"from_date": "0001-01-01", "to_date": "2026-10-31"},
        {"to_date": "9999-12-31"},
        {"from_date": "2026-10-31", "to_date": "2026-10-01"},
        {"from_date": "2000-01-01", "to_date": "2026-10-31"},
        {"from_date": "x" * 10_000},
    ],
)
def test_days_that_are_none_change_nothing_and_are_told(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame, asked: dict[str, str]
) -> None:
    picker, _ = picked(new_visit(engine, **asked))
    assert picker.days == LAST_30
    assert picker.notice.startswith("The address asked for something else: ")
    picker, told = picked(new_visit(engine))
    before = picker.asked["n"]
    send(picker, "dates", asked)
    assert (told, picker.days) == ([], LAST_30)
    # The fields show again what holds.
    assert picker.asked["n"] != before
    assert frame.toasts[-1][0] == "error"


@pytest.mark.parametrize("name", ["365", "", None, ["7"], "-1"])
def test_what_is_no_choice_changes_nothing(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame, name: object
) -> None:
    picker, told = picked(new_visit(engine))
    send(picker, "choose", {"name": name})
    assert (told, picker.days) == ([], LAST_30)
    assert frame.toasts[0][0] == "error"
