"""The page of settings: currency, time zone and rates."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from adplanning.core.errors import Forbidden
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import Role
from adplanning.store.preferences import choose, with_preferences
from adplanning.store.session import reading, writing
from adplanning.store.tables.ads import CurrencyRate
from adplanning.store.tables.operations import BatchRun
from adplanning.ui.details import Details
from adplanning.ui.form import Form
from adplanning.ui.main_button import MainButton
from adplanning.ui.notices import Notices
from adplanning.ui.pages.settings import settings_page
from adplanning.ui.pages.settings_form import currencies, zones
from adplanning.ui.table import Table
from tests.rates.amounts import sell
from tests.ui.conftest import NewVisit
from tests.ui.visiting import NotingFrame, everything, send

NOW = datetime.now(UTC)
YESTERDAY = NOW - timedelta(days=1)


class Page:
    """The page with its parts by what they say of themselves."""

    def __init__(self, new_visit: NewVisit, engine: Engine, **options: Any) -> None:
        self.widgets = list(settings_page(new_visit(engine, **options)))
        self.forms = {form.title: form for form in self.widgets if isinstance(form, Form)}
        self.tables = {table.label: table for table in self.widgets if isinstance(table, Table)}
        self.details, self.buttons = [one for one in self.widgets if isinstance(one, Details)]

    @property
    def said(self) -> list[str]:
        return [item["words"] for one in self.widgets if isinstance(one, Notices) for item in one.items]

    def actions(self) -> list[str]:
        return [action["name"] for action in self.details.actions]

    def values(self, group: str) -> dict[str, str]:
        [found] = [one for one in self.details.groups if one["title"] == group]
        return {row["label"]: row["cell"]["text"] for row in found["rows"]}


def change(engine: Engine, name: str, value: str) -> None:
    with writing(engine) as session:
        choose(session, name, value, by="Ravi", now=NOW)


def test_a_change_holds_at_once_and_says_who_made_it(
    engine: Engine, settings: Settings, new_visit: NewVisit, frame: NotingFrame
) -> None:
    page = Page(new_visit, engine)
    assert page.values("Reporting currency")["All amounts are shown in"] == "INR · Indian Rupee"
    assert page.values("Time zone")["Set by"] == "the environment"
    form = page.forms["Currency and time zone"]
    send(page.details, "act", {"name": "change"})
    assert form.given["values"] == {"currency": "INR", "timezone": "Asia/Kolkata"}
    send(form, "submit", {"values": {"currency": "USD", "timezone": "Europe/Berlin"}})
    assert (form.issues["by_field"], form.shown) == ({}, False)
    changed = with_preferences(engine, settings)
    assert (changed.currency, changed.timezone, changed.start_currency) == ("USD", "Europe/Berlin", "INR")
    assert frame.toasts == [
        ("success", "From now on the reporting currency is USD and the time zone is Europe/Berlin, everywhere.")
    ]
    assert frame.gone_to == ["/app/ad-planning/settings"]


def test_nothing_is_written_when_nothing_was_changed(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    before = everything(engine)
    form = Page(new_visit, engine).forms["Currency and time zone"]
    send(form, "submit", {"values": {"currency": "INR", "timezone": "Asia/Kolkata"}})
    assert everything(engine) == before
    assert not frame.toasts


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"currency": "RUPEE"}, "currency"), ({"timezone": "India"}, "timezone"), ({"timezone": None}, "timezone")],
)
def test_what_is_no_currency_or_zone_is_refused(
    engine: Engine, new_visit: NewVisit, wrong: dict[str, Any], field: str
) -> None:
    before = everything(engine)
    form = Page(new_visit, engine).forms["Currency and time zone"]
    given = {"currency": "USD", "timezone": "Asia/Kolkata"} | wrong
    send(form, "change", {"values": given})
    send(form, "submit", {"values": given})
    assert list(form.issues["by_field"]) == [field]
    assert everything(engine) == before


def test_what_follows_is_said_before_the_change(engine: Engine, new_visit: NewVisit) -> None:
    sell(engine, "INR", datetime(2026, 11, 4, tzinfo=UTC), 5)
    form = Page(new_visit, engine).forms["Currency and time zone"]
    [notices] = [one for one in form.below if isinstance(one, Notices)]
    send(form, "change", {"values": {"currency": "INR", "timezone": "Asia/Kolkata"}})
    assert notices.items == []
    send(form, "change", {"values": {"currency": "USD", "timezone": "Europe/Berlin"}})
    words = [item["words"] for item in notices.items]
    assert words[1] == "INR: 1 day without a rate (4 Nov 2026). Sums in USD leave out 5 amounts of conversions."
    assert "What comes without a currency still counts as INR." in words[0]
    assert "Those in USD are not known until the notebooks have run again" in words[2]
    assert "1000 in it will mean $1,000.00" in words[3]
    assert words[4].startswith("Days begin at midnight in Europe/Berlin")


def test_the_environments_value_holds_again(
    engine: Engine, settings: Settings, new_visit: NewVisit, frame: NotingFrame
) -> None:
    assert Page(new_visit, engine).actions() == ["change", "import"]
    change(engine, "currency", "USD")
    page = Page(new_visit, engine)
    assert page.values("Reporting currency")["Changed last"].endswith("by Ravi")
    assert page.actions() == ["change", "environment_currency", "import"]
    assert page.details.actions[1]["title"] == "Use the environment's INR again"
    send(page.details, "act", {"name": "environment_currency"})
    assert with_preferences(engine, settings).currency == "INR"
    after = Page(new_visit, engine)
    assert after.actions() == ["change", "import"]
    assert after.values("Reporting currency")["Changed last"].endswith("by Asha")
    assert frame.gone_to == ["/app/ad-planning/settings"]


def test_notebooks_that_ran_before_the_change_are_offered(engine: Engine, new_visit: NewVisit) -> None:
    with writing(engine) as session:
        for name in ("score_customers", "update_experiments"):
            session.add(
                BatchRun(
                    id=f"run_{name}", notebook=name, parameters={}, status="succeeded", started_at=YESTERDAY,
                    heartbeat_at=YESTERDAY, finished_at=YESTERDAY,
                )
            )  # fmt: skip
    assert Page(new_visit, engine).buttons.actions == []
    change(engine, "currency", "USD")
    page = Page(new_visit, engine)
    assert [action["name"] for action in page.buttons.actions] == ["score_customers"]
    assert page.said == ["Since the currency or time zone was changed, these are still of before: lifetime values."]
    change(engine, "timezone", "Europe/Berlin")
    names = [action["name"] for action in Page(new_visit, engine).buttons.actions]
    assert names == ["score_customers", "update_experiments"]
    assert Page(new_visit, engine, role=Role.viewer).buttons.actions == []


def test_currencies_in_use_say_which_days_lack_a_rate(engine: Engine, new_visit: NewVisit) -> None:
    sell(engine, "INR", datetime(2026, 11, 4, tzinfo=UTC), 5)
    sell(engine, "USD", datetime(2026, 10, 31, tzinfo=UTC), 2)
    sell(engine, "USD", datetime(2026, 11, 13, tzinfo=UTC), 1)
    page = Page(new_visit, engine)
    rows = {row["id"]: row["cells"] for row in page.tables["Currencies in use"].rows}
    assert rows["USD"]["without"]["text"] == "2"
    assert rows["INR"]["without"]["text"] == "0"
    assert page.said == [
        "USD: 2 days without a rate (31 Oct 2026 – 13 Nov 2026). Sums in INR leave out 3 amounts of conversions."
    ]


def test_a_rate_is_entered_corrected_and_deleted(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    sell(engine, "USD", datetime(2026, 11, 4, tzinfo=UTC), 2)
    page = Page(new_visit, engine)
    [button] = [one for one in page.widgets if isinstance(one, MainButton)]
    form = page.forms["Enter a rate"]
    send(button, "press")
    assert (form.given["values"]["currency"], form.given["values"]["in_currency"]) == ("USD", "INR")
    given = {"currency": "USD", "in_currency": "INR", "on": "2026-11-03", "rate": "88.5"}
    send(form, "submit", {"values": given})
    send(form, "submit", {"values": given | {"rate": "88.75"}})
    assert frame.toasts == [
        ("success", "3 Nov 2026: 1 USD is 88.5 INR."),
        ("success", "3 Nov 2026: 1 USD is 88.75 INR. The rate that stood there is replaced."),
    ]
    assert page.said == []
    rates = page.tables["Rates"]
    [row] = rates.rows
    assert (row["cells"]["rate"]["text"], row["cells"]["told_by"]["text"]) == ("1 USD = 88.75 INR", "Asha")
    send(rates, "act", {"name": "delete", "id": row["id"]})
    [(question, yes)] = frame.questions
    assert question == "Delete this rate?"
    yes()
    with reading(engine) as session:
        assert session.scalars(select(CurrencyRate)).all() == []
    assert (rates.total, len(page.said)) == (0, 1)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"rate": "-1"}, "rate"),
        ({"rate": "1e300"}, "rate"),
        ({"rate": "much"}, "rate"),
        ({"on": (date.today() + timedelta(days=3)).isoformat()}, "on"),
        ({"on": ""}, "on"),
        ({"currency": "INR"}, "currency"),
        ({"in_currency": "<b>"}, "in_currency"),
    ],
)
def test_what_can_be_no_rate_is_refused(engine: Engine, new_visit: NewVisit, wrong: dict[str, Any], field: str) -> None:
    form = Page(new_visit, engine).forms["Enter a rate"]
    given = {"currency": "USD", "in_currency": "INR", "on": "2026-11-03", "rate": "88.5"}
    before = everything(engine)
    send(form, "submit", {"values": given | wrong})
    assert list(form.issues["by_field"]) == [field]
    assert everything(engine) == before


def test_a_viewer_looks_only(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    change(engine, "currency", "USD")
    page = Page(new_visit, engine, role=Role.viewer)
    assert page.actions() == []
    assert not any(isinstance(one, MainButton) for one in page.widgets)
    assert page.tables["Rates"].actions == []
    before = everything(engine)
    send(page.forms["Currency and time zone"], "submit", {"values": {"currency": "EUR", "timezone": "UTC"}})
    given = {"currency": "USD", "in_currency": "INR", "on": "2026-11-03", "rate": "88.5"}
    send(page.forms["Enter a rate"], "submit", {"values": given})
    assert everything(engine) == before
    assert "viewer" in page.forms["Enter a rate"].issues["by_field"][""]
    with pytest.raises(Forbidden):
        new_visit(engine, Role.viewer).require_writer()


def test_every_zone_and_every_currency_can_be_picked() -> None:
    assert {"Asia/Kolkata", "America/New_York", "Europe/Berlin", "UTC"} <= zones().keys()
    assert "localtime" not in zones()
    assert currencies()["JPY"] == "JPY · Japanese Yen"
    assert "DEM" not in currencies()
    assert len(zones()) > 400
