"""The page of alerts, the form of a rule, and the glance at the top of the landing page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from adplanning.alerts import service
from adplanning.alerts.checking_service import Checked
from adplanning.alerts.fields import RuleFields
from adplanning.alerts.findings import Finding
from adplanning.alerts.keeping_service import keep_findings
from adplanning.core.errors import Forbidden
from adplanning.core.vocabulary import AlertKind, Role
from adplanning.store.session import reading, writing
from adplanning.store.tables.alerts import AlertRule
from adplanning.ui.details import Details
from adplanning.ui.form import Form
from adplanning.ui.main_button import MainButton
from adplanning.ui.notices import Notices
from adplanning.ui.offers import Offers
from adplanning.ui.pages.alert_glance import alerts_glance
from adplanning.ui.pages.alerts import alerts_page
from adplanning.ui.table import Table
from tests.ui.conftest import NewVisit
from tests.ui.visiting import NotingFrame, send, the

NOW = datetime.now(UTC)
ROAS: dict[str, Any] = {
    "name": "ROAS below 1", "kind": "below", "of": "account", "metric": "roas", "threshold": "1", "window_days": "7",
    "is_active": True,
}  # fmt: skip


def opened(new_visit: NewVisit, frame: NotingFrame, engine: Engine, **options: Any) -> list[Any]:
    widgets = list(alerts_page(new_visit(engine, **options)))
    frame.catch_up()
    return widgets


def table(widgets: list[Any], label: str) -> Table:
    [found] = [one for one in widgets if isinstance(one, Table) and one.label == label]
    return found


def add_rule(engine: Engine, *findings: Finding, now: datetime = NOW, **fields: Any) -> str:
    """A rule that has found something."""
    given = {"name": "Clicks", "kind": AlertKind.below, "metric": "clicks", "threshold": 5, "of_each_campaign": True}
    with writing(engine) as session:
        kept = service.create_rule(session, RuleFields(**given | fields), currency="INR", created_by="Asha", now=NOW)
        keep_findings(session, kept.id, service.watched(kept), Checked(findings), now=now)
        return kept.id


def fires(subject: str = "", words: str = "Clicks were few.") -> Finding:
    return Finding(subject, fires=True, value=1.0, words=words)


def test_an_empty_page_offers_the_four_rules_and_taking_one_fills_the_form(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    widgets = opened(new_visit, frame, engine)
    assert table(widgets, "Rules").empty.startswith("No rule yet.")
    offers, form = the(Offers, widgets), the(Form, widgets)
    assert [one["key"] for one in offers.items] == ["spend", "roas", "fell", "sync"]
    send(offers, "take", {"key": "spend"})
    values = form.given["values"]
    assert (values["kind"], values["of"], values["threshold"]) == ("spend_without_conversions", "each", 5000)
    send(form, "submit", {"values": values})
    assert form.issues["by_field"] == {}
    assert [one["key"] for one in offers.items] == ["roas", "fell", "sync"]
    told = table(widgets, "Rules").rows[0]["cells"]["words"]
    assert (
        told["text"] == "any campaign has spent more than ₹5,000 over 7 full days without a single credited conversion"
    )
    assert told["hint"] == f"You will be told when {told['text']}."


def test_the_form_says_when_one_will_be_told_and_what_the_rule_would_have_done(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    form = the(Form, opened(new_visit, frame, shop_engine))
    send(form, "change", {"values": {**ROAS, "kind": "above", "metric": "conversions", "threshold": "0"}})
    [said] = [one for one in form.below if isinstance(one, Notices)]
    assert said.items[0]["words"] == "You will be told when Total conversions over 7 full days are above 0."
    frame.catch_up()
    assert said.items[1]["words"].startswith("It would have told you on ")
    send(form, "change", {"values": {"kind": "above"}})
    assert [one["kind"] for one in said.items] == ["info"]


def test_the_fields_follow_what_is_chosen(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    form = the(Form, opened(new_visit, frame, engine))

    def field(key: str) -> dict[str, Any]:
        return next(one for one in form.fields if one["key"] == key)

    send(form, "change", {"values": {**ROAS, "metric": "ctr"}})
    assert field("threshold")["unit"] == "%"
    assert field("metric")["help"].startswith("Click-through rate")
    send(form, "change", {"values": {**ROAS, "metric": "cpc"}})
    assert field("threshold")["unit"] == "INR"
    send(form, "change", {"values": {**ROAS, "kind": "fell"}})
    assert "roas" not in {one["value"] for one in field("metric")["options"]}
    send(form, "change", {"values": {**ROAS, "kind": "sync_late"}})
    assert field("threshold")["unit"] == "hours"
    send(form, "change", {"values": {**ROAS, "kind": "nonsense", "of": "nobody", "metric": 7}})


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"metric": "nothing"}, "metric"),
        ({"threshold": "much"}, "threshold"),
        ({"threshold": "0"}, "threshold"),
        ({"window_days": "91"}, "window_days"),
        ({"kind": "fell", "metric": "leads", "window_days": "8"}, "window_days"),
        ({"of": "one", "metric": "clicks", "ad_campaign_id": "camp_none"}, "ad_campaign_id"),
    ],
)
def test_what_cannot_be_saved_is_said_at_its_field(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame, wrong: dict[str, Any], field: str
) -> None:
    form = the(Form, opened(new_visit, frame, engine))
    send(form, "submit", {"values": ROAS | wrong})
    assert list(form.issues["by_field"]) == [field]
    with reading(engine) as session:
        assert session.scalars(select(AlertRule)).all() == []


def test_open_alerts_come_first_and_lead_to_what_they_are_about(
    shop_engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    with reading(shop_engine) as session:
        campaign = session.execute(select(service.Campaign.id)).scalars().first()
    assert campaign is not None
    rule = add_rule(shop_engine, fires(campaign), now=NOW - timedelta(days=2))
    late = add_rule(shop_engine, fires(), kind=AlertKind.sync_late, of_each_campaign=False, metric=None, threshold=24)
    widgets = opened(new_visit, frame, shop_engine)
    assert [one.label for one in widgets if isinstance(one, Table)] == ["Open alerts", "Rules", "Ended alerts"]
    rows = table(widgets, "Open alerts").rows
    assert [row["href"] for row in rows] == ["/app/meta-ads/connection", f"/app/meta-ads/campaigns/{campaign}"]
    assert rows[0]["cells"]["rule"]["href"] == f"/app/ad-planning/alerts/{late}"
    assert rows[1]["cells"]["opened_at"]["text"] == "2 days ago"
    assert rows[1]["cells"]["told"]["text"] == "Nobody yet"
    assert rule != late


def test_a_rule_is_changed_paused_and_deleted_on_its_page(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    rule = add_rule(engine, fires(), name="Few clicks", of_each_campaign=False)
    widgets = opened(new_visit, frame, engine, record_id=rule)
    assert frame.titles == ["Few clicks"]
    details, form = the(Details, widgets), the(Form, widgets)
    send(details, "act", {"name": "edit"})
    assert form.given["values"] | {"name": ""} == ROAS | {
        "name": "", "metric": "clicks", "threshold": 5.0, "window_days": 7, "ad_campaign_id": None,
    }  # fmt: skip
    send(form, "submit", {"values": {**ROAS, "metric": "clicks", "threshold": "9"}})
    assert form.issues["by_field"] == {}
    send(details, "act", {"name": "pause"})
    with reading(engine) as session:
        kept = service.find_rule(session, rule)
        assert (kept.threshold, kept.is_active) == (9.0, False)
        assert service.n_open_alerts(session) == 0
    send(details, "act", {"name": "delete"})
    [(title, confirm)] = frame.questions
    assert title == "Delete the rule “Few clicks”?"
    confirm()
    with reading(engine) as session:
        assert session.scalars(select(AlertRule)).all() == []


def test_a_rule_that_cannot_be_told_says_why(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    unknown = Finding("", None, None, unknown_because="No spend was read.")
    rule = add_rule(engine, unknown, of_each_campaign=False)
    widgets = opened(new_visit, frame, engine, record_id=rule)
    assert [one["words"] for one in the(Notices, widgets).items] == [
        "At the last check it could not be told in full. No spend was read."
    ]
    [row] = table(opened(new_visit, frame, engine), "Rules").rows
    assert row["cells"]["state"]["text"] == "Not all known"


def test_a_viewer_looks_and_changes_nothing(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    rule = add_rule(engine, fires(), of_each_campaign=False)
    widgets = opened(new_visit, frame, engine, role=Role.viewer)
    assert [one for one in widgets if isinstance(one, (MainButton, Form, Offers))] == []
    assert table(widgets, "Open alerts").total == 1
    page = opened(new_visit, frame, engine, role=Role.viewer, record_id=rule)
    assert the(Details, page).actions == []
    form = the(Form, page)
    send(form, "submit", {"values": ROAS})
    with pytest.raises(Forbidden), new_visit(engine, Role.viewer).writing():
        pass
    with reading(engine) as session:
        assert len(session.scalars(select(AlertRule)).all()) == 1


def test_the_landing_page_shows_the_latest_alerts_and_how_many_more(engine: Engine, new_visit: NewVisit) -> None:
    assert alerts_glance(new_visit(engine)) is None
    for n in range(5):
        add_rule(
            engine, fires(words=f"Clicks were {n}."), name=f"R{n}", of_each_campaign=False, now=NOW - timedelta(hours=n)
        )
    glance = alerts_glance(new_visit(engine))
    assert isinstance(glance, Notices)
    assert [one["words"] for one in glance.items] == [
        "Clicks were 0. (since just now)",
        "Clicks were 1. (since 1 hour ago)",
        "Clicks were 2. (since 2 hours ago)",
        "2 more alerts are open.",
    ]
    assert {one["href"] for one in glance.items} == {"/app/meta-ads/campaigns", "/app/ad-planning/alerts"}
