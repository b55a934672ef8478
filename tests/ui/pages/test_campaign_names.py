"""The page of campaign names."""

from __future__ import annotations

import csv
import io
from typing import Any

from sqlalchemy import Engine, select

from adplanning.core.vocabulary import Role
from adplanning.store.session import reading, write_transaction
from adplanning.store.tables.ads import Campaign
from adplanning.store.tables.attribution import CampaignAlias
from adplanning.store.tables.catalogue import TABLES
from adplanning.ui.form import Form
from adplanning.ui.pages.campaign_names import campaign_names
from adplanning.ui.table import Table
from tests.ui.conftest import NewVisit
from tests.ui.pages.conftest import Api
from tests.ui.visiting import NotingFrame, everything, send, the

T = TABLES["touchpoints"].c


def tables(widgets: list[Any]) -> tuple[Table, Table]:
    [waiting, known] = [widget for widget in widgets if isinstance(widget, Table)]
    return waiting, known


def opened(new_visit: NewVisit, engine: Engine, **options: Any) -> list[Any]:
    return list(campaign_names(new_visit(engine, **options)))


def with_candidate(table: Table) -> dict[str, Any]:
    return next(row for row in table.rows if row["cells"]["candidate"]["text"])


def decided(engine: Engine) -> list[tuple[str, str, str, str | None]]:
    with reading(engine) as session:
        rows = session.scalars(select(CampaignAlias)).all()
        return [(row.name_key, row.campaign_id, row.decision, row.decided_by) for row in rows]


def linked(engine: Engine, name: str) -> set[str | None]:
    with reading(engine) as session:
        return set(session.scalars(select(T.ad_campaign_id).where(T.utm_campaign == name)))


def test_the_names_that_wait_are_those_of_the_api(linked_shop: Engine, new_visit: NewVisit, api: Api) -> None:
    waiting, _ = tables(opened(new_visit, linked_shop))
    told = api.get("attribution/unresolved", limit=25)
    assert (waiting.total, waiting.fault) == (told["count"], "")
    send(waiting, "export_rows")
    rows = list(csv.DictReader(io.StringIO(waiting.exporting["part"])))
    assert [(row["utm_campaign"], int(row["sessions"]), row["reason"]) for row in rows] == [
        (one["utm_campaign"], one["sessions"], one["reason"]) for one in told["unresolved"]
    ]
    assert [row["likest_campaign"] for row in rows] == [
        one["candidates"][0]["name"] if one["candidates"] else "" for one in told["unresolved"]
    ]
    for row, one in zip(waiting.rows, told["unresolved"], strict=True):
        assert (row["actions"] is None) == bool(one["candidates"])


def test_an_accepted_proposal_counts_from_now_on(
    linked_shop: Engine, new_visit: NewVisit, frame: NotingFrame, api: Api
) -> None:
    waiting, known = tables(opened(new_visit, linked_shop))
    row = with_candidate(waiting)
    [told] = [one for one in api.get("attribution/unresolved", limit=100)["unresolved"] if one["name_key"] == row["id"]]
    best, total = told["candidates"][0], waiting.total
    send(waiting, "act", {"name": "accept", "id": row["id"]})
    [(kind, words)] = frame.toasts
    assert kind == "success"
    assert words.endswith(f" of “{told['utm_campaign']}” now count for {best['name']}.")
    assert decided(linked_shop) == [(row["id"], best["campaign_id"], "accepted", "Asha")]
    assert linked(linked_shop, told["utm_campaign"]) == {best["campaign_id"]}
    assert waiting.total == total - 1
    assert row["id"] not in {one["id"] for one in waiting.rows}
    [said] = known.rows
    assert (said["cells"]["decided_by"]["text"], said["cells"]["campaign"]["text"]) == ("Asha", best["name"])


def test_a_refused_proposal_is_not_made_again(linked_shop: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    waiting, known = tables(opened(new_visit, linked_shop))
    row = with_candidate(waiting)
    refused = row["cells"]["candidate"]["text"]
    send(waiting, "act", {"name": "refuse", "id": row["id"]})
    assert "is not proposed for" in frame.toasts[-1][1]
    [left] = [one for one in waiting.rows if one["id"] == row["id"]]
    assert left["cells"]["candidate"]["text"] != refused
    assert [one["cells"]["decision"]["text"] for one in known.rows] == ["Does not mean it"]


def test_any_campaign_can_be_chosen_for_a_name_and_that_be_forgotten(
    linked_shop: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    widgets = opened(new_visit, linked_shop)
    waiting, known = tables(widgets)
    form = the(Form, widgets)
    row = waiting.rows[0]
    send(waiting, "act", {"name": "choose", "id": row["id"]})
    assert (form.shown, form.title) == (True, f"Which campaign does “{row['name']}” mean?")
    send(form, "submit", {"values": {"campaign_id": "camp_nobody"}})
    assert form.issues["by_field"] == {"campaign_id": "choose a campaign from the list"}
    send(form, "submit", {"values": {}})
    assert set(form.issues["by_field"]) == {"campaign_id"}
    with reading(linked_shop) as session:
        campaign = session.scalars(select(Campaign).order_by(Campaign.name)).first()
        assert campaign is not None
        campaign_id, name = campaign.id, campaign.name
    send(form, "submit", {"values": {"campaign_id": campaign_id}})
    assert not form.shown
    assert frame.toasts[-1][1].endswith(f"of “{row['name']}” now count for {name}.")
    assert linked(linked_shop, row["name"]) == {campaign_id}
    [said] = known.rows
    send(known, "act", {"name": "remove", "id": said["id"]})
    assert frame.toasts[-1][1].startswith(f"What was said of “{row['name']}” and {name} is forgotten.")
    assert (decided(linked_shop), linked(linked_shop, row["name"])) == ([], {None})


def test_what_was_not_shown_cannot_be_decided_about(
    linked_shop: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    widgets = opened(new_visit, linked_shop)
    waiting, known = tables(widgets)
    before = everything(linked_shop)
    for table, name in ((waiting, "accept"), (waiting, "refuse"), (waiting, "choose"), (known, "remove")):
        send(table, "act", {"name": name, "id": "a name that nobody has seen"})
        assert frame.toasts[-1] == ("error", "this row is not there any more; reload the page")
    send(the(Form, widgets), "submit", {"values": {"campaign_id": "camp_1"}})
    assert "Press “Choose a campaign”" in the(Form, widgets).issues["by_field"][""]
    without = next(row for row in waiting.rows if not row["cells"]["candidate"]["text"])
    send(waiting, "act", {"name": "accept", "id": without["id"]})
    assert frame.toasts[-1][1].endswith("choose one by hand.")
    assert everything(linked_shop) == before


def test_a_viewer_sees_the_names_and_cannot_decide(
    linked_shop: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    before = everything(linked_shop)
    widgets = opened(new_visit, linked_shop, role=Role.viewer)
    assert not any(isinstance(widget, Form) for widget in widgets)
    for table in tables(widgets):
        assert table.actions == []
        for name in ("accept", "refuse", "choose", "remove"):
            for row in table.rows[:3]:
                send(table, "act", {"name": name, "id": row["id"]})
    assert (everything(linked_shop), frame.toasts) == (before, [])


def test_each_list_has_its_own_part_of_the_address(
    linked_shop: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    waiting, known = tables(opened(new_visit, linked_shop, waiting_search="LETTER", known_decision="refused"))
    assert waiting.rows
    assert all("letter" in row["name"].lower() for row in waiting.rows)
    assert known.asked["decision"] == "refused"
    send(waiting, "ask", {"search": ""})
    assert frame.kept == [{"known_decision": "refused"}]


def test_two_campaigns_of_one_name_are_told_apart(linked_shop: Engine, new_visit: NewVisit) -> None:
    with write_transaction(linked_shop) as connection:
        table = TABLES["campaigns"]
        twin = dict(connection.execute(select(table).limit(1)).mappings().one())
        connection.execute(table.insert().values(twin | {"id": "camp_twin", "platform_campaign_id": None}))
    [field] = the(Form, opened(new_visit, linked_shop)).fields
    words = {one["value"]: one["title"] for one in field["options"]}
    assert words["camp_twin"] == f"{twin['name']} (camp_twin)"
    assert words[twin["id"]] == f"{twin['name']} ({twin['id']})"


def test_an_empty_store_has_nothing_that_waits(engine: Engine, new_visit: NewVisit) -> None:
    for table in tables(opened(new_visit, engine)):
        assert (table.total, table.fault) == (0, "")
        assert table.empty.endswith(".")
