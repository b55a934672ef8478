"""The page of conversions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, delete, func, select, update

from adplanning.core import formats
from adplanning.core.vocabulary import ConversionType, Role
from adplanning.store.session import reading, write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.events import Conversion
from adplanning.ui.details import Details
from adplanning.ui.form import Form
from adplanning.ui.kpis import Kpis
from adplanning.ui.main_button import MainButton
from adplanning.ui.pages.conversions import conversions
from adplanning.ui.table import Table
from tests.ui.conftest import NewVisit
from tests.ui.pages.conftest import Api
from tests.ui.visiting import NotingFrame, everything, send, the

IN_OCTOBER = {"from_date": "2026-10-01", "to_date": "2026-10-31"}
TABLE = TABLES["conversions"]


def opened(new_visit: NewVisit, frame: NotingFrame, engine: Engine, **options: Any) -> list[Any]:
    widgets = list(conversions(new_visit(engine, **options)))
    frame.catch_up()
    return widgets


def cards(widgets: list[Any]) -> dict[str, dict[str, Any]]:
    return {item["label"]: item for item in the(Kpis, widgets).items}


def one_id(engine: Engine, *where: Any) -> str:
    with reading(engine) as session:
        return session.scalars(select(Conversion.id).where(*where).order_by(Conversion.id).limit(1)).one()


@pytest.mark.parametrize("filters", [{}, {"platform": "meta"}, {"platform": "direct"}])
def test_the_cards_say_what_the_api_says_of_the_same_dates_and_platform(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame, api: Api, filters: dict[str, str]
) -> None:
    shown = cards(opened(new_visit, frame, shop_engine, **IN_OCTOBER, **filters))
    told = api.get("conversions/stats", **IN_OCTOBER, **filters)
    assert told["total_conversions"] > 0
    assert shown["Conversions"]["value"] == formats.number(told["total_conversions"])
    assert shown["Total value"]["full"] == formats.money(told["total_value"], "INR")
    assert shown["Purchases"]["value"] == formats.number(told["by_type"]["purchase"])
    assert shown["Conversion rate"]["value"] == formats.percent(told["conversion_rate"] / 100, 2)


@pytest.mark.parametrize(
    "filters",
    [{}, {"conversion_type": "purchase"}, {"platform": "meta"}, {"conversion_type": "add_to_cart", **IN_OCTOBER}],
)
def test_the_list_is_as_long_as_its_card_says(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame, filters: dict[str, str]
) -> None:
    widgets = opened(new_visit, frame, shop_engine, **filters)
    assert cards(widgets)["Conversions"]["value"] == formats.number(the(Table, widgets).total)
    assert the(Table, widgets).total > 0


def test_bots_are_shown_when_asked_for_and_never_counted(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    with write_transaction(shop_engine) as connection:
        some = select(TABLE.c.id).order_by(TABLE.c.id).limit(5)
        connection.execute(update(TABLE).where(TABLE.c.id.in_(some)).values(is_bot=True))
        n_people = connection.scalar(select(func.count()).where(TABLE.c.is_bot.is_(False)))
    people = opened(new_visit, frame, shop_engine)
    bots = opened(new_visit, frame, shop_engine, traffic="bots")
    assert (the(Table, people).total, the(Table, bots).total) == (n_people, 5)
    assert cards(people)["Conversions"]["value"] == cards(bots)["Conversions"]["value"] == str(n_people)


def test_an_amount_without_a_rate_is_said_and_not_dropped(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    with write_transaction(shop_engine) as connection:
        connection.execute(delete(TABLES["currency_rates"]))
        n, minor = connection.execute(
            select(func.count(TABLE.c.value_minor), func.sum(TABLE.c.value_minor)).where(
                TABLE.c.currency == "USD", TABLE.c.is_bot.is_(False)
            )
        ).one()
    widgets = opened(new_visit, frame, shop_engine)
    said = f"Not in the value, as no rate is known: {n} with {formats.money(minor / 100, 'USD')}."
    assert said in the(Kpis, widgets).caption
    assert n > 0


def test_a_change_is_against_as_many_days_before_and_only_when_both_ends_are_given(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame, api: Api
) -> None:
    shown = cards(opened(new_visit, frame, shop_engine, from_date="2026-10-16", to_date="2026-10-30"))["Conversions"]
    now = api.get("conversions/stats", from_date="2026-10-16", to_date="2026-10-30")["total_conversions"]
    before = api.get("conversions/stats", from_date="2026-10-01", to_date="2026-10-15")["total_conversions"]
    assert shown["change"] == pytest.approx(now / before - 1)
    assert cards(opened(new_visit, frame, shop_engine, from_date="2026-10-16"))["Conversions"]["change"] is None


def test_the_longest_time_that_can_be_asked_for_is_compared_too(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    widgets = opened(new_visit, frame, shop_engine, from_date="1971-01-02", to_date="2199-12-30")
    assert (the(Table, widgets).fault, the(Table, widgets).notice, frame.toasts) == ("", "", [])
    assert cards(widgets)["Conversions"]["change"] is None


def test_the_numbers_follow_the_filters(shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    widgets = opened(new_visit, frame, shop_engine)
    send(the(Table, widgets), "ask", {"conversion_type": "purchase", "traffic": "people"})
    frame.catch_up()
    assert cards(widgets)["Conversions"]["value"] == cards(widgets)["Purchases"]["value"]


def test_an_empty_store_says_how_to_begin(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    widgets = opened(new_visit, frame, engine)
    table = the(Table, widgets)
    assert (table.total, table.fault, table.empty_action["name"]) == (0, "", "add")
    assert table.empty.startswith("No conversion has come in yet.")
    assert [item["value"] for item in the(Kpis, widgets).items] == ["0", "₹0", "0", "–"]
    assert opened(new_visit, frame, engine, role=Role.viewer)[1].empty_action is None


def test_a_conversion_is_added_by_hand_and_stands_in_the_list(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    widgets = opened(new_visit, frame, engine)
    form = the(Form, widgets)
    send(the(MainButton, widgets), "press")
    given = {
        "conversion_type": "purchase",
        "visitor_id": "v_1",
        "conversion_value": "499.50",
        "order_id": "1001",
        "utm_source": "facebook",
        "converted_at": "2026-10-25T00:30",
        "currency": "inr",
    }
    send(form, "submit", {"values": given})
    assert (form.issues["by_field"], form.shown) == ({}, False)
    frame.catch_up()
    [row] = the(Table, widgets).rows
    assert (row["cells"]["value"]["text"], row["cells"]["converted_at"]["text"]) == ("₹499.50", "25 Oct 2026, 00:30")
    assert cards(widgets)["Conversions"]["value"] == "1"
    with reading(engine) as session:
        made = session.scalars(select(Conversion)).one()
        assert made.converted_at == datetime(2026, 10, 24, 19, 0, tzinfo=UTC)
        assert (made.value_minor, made.platform, made.origin) == (49950, "meta", "admin")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"visitor_id": ""}, "visitor_id"),
        ({"conversion_type": "sale"}, "conversion_type"),
        ({"conversion_value": "much"}, "conversion_value"),
        ({"conversion_value": "-1"}, "conversion_value"),
        ({"currency": "RUPEE"}, "currency"),
        ({"converted_at": "2026-02-30T10:00"}, "converted_at"),
        ({"order_id": "a\x00"}, "order_id"),
    ],
)
def test_what_cannot_be_saved_is_said_at_its_field(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame, wrong: dict[str, str], field: str
) -> None:
    form = the(Form, opened(new_visit, frame, engine))
    form.ask()
    send(form, "submit", {"values": {"conversion_type": "purchase", "visitor_id": "v_1"} | wrong})
    assert (list(form.issues["by_field"]), form.shown) == ([field], True)


def test_a_conversion_is_changed_as_a_whole(shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    found = one_id(shop_engine, TABLE.c.value_minor.is_not(None))
    widgets = opened(new_visit, frame, shop_engine, record_id=found)
    form = the(Form, widgets)
    send(the(Details, widgets), "act", {"name": "edit"})
    given = dict(form.given["values"])
    before = everything(shop_engine)
    send(form, "submit", {"values": given})
    assert everything(shop_engine)["conversions"] == before["conversions"]
    form.ask(given)
    send(form, "submit", {"values": {**given, "conversion_name": "By phone", "person_id": "  "}})
    assert (form.issues["by_field"], frame.gone_to[-1]) == ({}, f"/app/ad-planning/conversions/{found}")
    with reading(shop_engine) as session:
        changed = session.get_one(Conversion, found)
        assert (changed.conversion_name, changed.person_id) == ("By phone", None)


def test_who_converted_leads_to_their_way_unless_it_was_a_bot(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    found = one_id(shop_engine, TABLE.c.is_bot.is_(False))

    def links() -> list[str]:
        details = the(Details, opened(new_visit, frame, shop_engine, record_id=found))
        who = next(group for group in details.groups if group["title"] == "Who")
        return [row["cell"]["href"] for row in who["rows"] if row["label"] in ("Visitor", "Person")]

    with write_transaction(shop_engine) as connection:
        connection.execute(update(TABLE).where(TABLE.c.id == found).values(visitor_id="v/1", person_id="p1"))
    assert links() == ["/app/ad-planning/journeys/~di8x", "/app/ad-planning/journeys/p1"]
    with write_transaction(shop_engine) as connection:
        connection.execute(update(TABLE).where(TABLE.c.id == found).values(is_bot=True))
    assert links() == ["", ""]


def test_a_conversion_is_deleted_after_a_yes_alone(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    found = one_id(shop_engine)
    send(the(Details, opened(new_visit, frame, shop_engine, record_id=found)), "act", {"name": "delete"})
    [(question, yes)] = frame.questions
    assert question.startswith("Delete this ")
    assert one_id(shop_engine, TABLE.c.id == found) == found
    yes()
    with reading(shop_engine) as session:
        assert session.get(Conversion, found) is None
    assert frame.gone_to == ["/app/ad-planning/conversions"]


@pytest.mark.parametrize("kind", list(ConversionType))
def test_every_type_can_be_listed_and_opened(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame, kind: ConversionType
) -> None:
    found = one_id(shop_engine)
    with write_transaction(shop_engine) as connection:
        connection.execute(update(TABLE).where(TABLE.c.id == found).values(conversion_type=kind))
    assert the(Table, opened(new_visit, frame, shop_engine, conversion_type=kind.value)).total >= 1
    assert the(Details, opened(new_visit, frame, shop_engine, record_id=found)).groups


def test_a_viewer_looks_and_cannot_change_anything(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    before, found = everything(shop_engine), one_id(shop_engine)
    of_list = opened(new_visit, frame, shop_engine, role=Role.viewer)
    of_one = opened(new_visit, frame, shop_engine, role=Role.viewer, record_id=found)
    given = {"conversion_type": "purchase", "visitor_id": "v_1", "platform": "meta"}
    for widgets in (of_list, of_one):
        for widget in widgets:
            for event in ("check", "act", "press", "export_rows", "submit"):
                for name in ("add", "edit", "delete"):
                    send(widget, event, {"values": given, "name": name, "id": found})
    assert everything(shop_engine) == before
    assert frame.questions == []
    assert the(Form, of_list).issues["by_field"][""].startswith("you are signed in as a viewer")
