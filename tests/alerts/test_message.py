"""What somebody outside is told."""

from __future__ import annotations

from adplanning.alerts.message import MOST_LISTED, News, alert_message
from adplanning.notifications.message import MAX_TEXT, webhook_body


def test_one_alert_is_its_own_subject_with_what_a_program_needs() -> None:
    told = alert_message([News("alert_1", "Waste", "Diwali spent ₹12,400.", 12400.0)], link="https://a.in/app")
    assert (told.subject, told.link) == ("Diwali spent ₹12,400.", "https://a.in/app")
    assert told.facts == {"n_alerts": 1, "alert_id": "alert_1", "rule": "Waste", "value": 12400.0}


def test_of_many_the_first_are_listed_and_the_others_counted() -> None:
    told = alert_message([News(f"alert_{n}", "Waste", f"Campaign {n} spent.", None) for n in range(500)], link="")
    assert told.subject == "500 new alerts"
    assert len(told.text.splitlines()) == MOST_LISTED + 1
    assert told.text.endswith("… and 480 more")


def test_a_hostile_name_is_no_mention_and_no_markup_and_a_long_one_is_cut() -> None:
    body = webhook_body(alert_message([News("a", "<!channel> @here", "x" * 9000, None)], link=""))
    assert "<!channel>" not in body["text"]
    assert len(body["message"]) == MAX_TEXT
