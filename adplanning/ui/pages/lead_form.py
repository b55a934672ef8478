"""The form in which a lead is worked on: how far it has come, what it brought, who cares for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adplanning.core.validation import validated
from adplanning.core.vocabulary import LeadStatus
from adplanning.leads.fields import LeadChange
from adplanning.leads.service import find_lead
from adplanning.ui import badges
from adplanning.ui.form import Field, Form, Values
from adplanning.ui.pages.lead_words import amount, lead_name
from adplanning.ui.visit import Visit
from adplanning.workflows.lead_changed import change_lead

FIELDS = (
    Field(
        "status",
        "Status",
        "choice",
        required=True,
        options={status.value: badge.words for status, badge in badges.LEAD_STATUSES.items()},
    ),
    Field(
        "actual_value",
        "Actual value",
        "number",
        help="What it brought; its conversion is worth as much. Leave it empty while nobody knows.",
        only_for={"status": [LeadStatus.converted]},
    ),
    Field("estimated_value", "Estimated value", "number", help="What you expect it to bring."),
    Field("assigned_to", "Assigned to", help="Who calls back."),
    Field("notes", "Notes", "area"),
    Field("person_id", "Person id", help="The person whom it belongs to; its conversion goes with it."),
)


class LeadForm:
    """The form with the lead that it is open for; `saved` is called after each change."""

    def __init__(self, visit: Visit, saved: Callable[[], None]) -> None:
        self._visit, self._saved = visit, saved
        self._lead_id = ""
        self.form = Form(
            visit,
            title="Change the lead",
            button="Save changes",
            fields=FIELDS,
            check=_change,
            submit=self._submit,
        )

    def ask(self, lead_id: str, status: LeadStatus | None = None) -> None:
        """Open it for a lead, with the status that it is to come to already chosen."""
        with self._visit.reading() as session:
            lead = find_lead(session, lead_id)
            given: dict[str, Any] = {
                "status": status or lead.status,
                "actual_value": amount(lead.actual_value_minor, lead.currency),
                "estimated_value": amount(lead.estimated_value_minor, lead.currency),
                "assigned_to": lead.assigned_to,
                "notes": lead.notes,
                "person_id": lead.person_id,
            }
            title = f"{lead_name(lead)} (amounts in {lead.currency})"
        self._lead_id = lead_id
        self.form.ask(given, title=title)

    def move(self, lead_id: str, status: LeadStatus) -> None:
        """Bring a lead to a status at once; for one that has converted, the form asks what it brought."""
        self._visit.require_writer()
        if status is LeadStatus.converted:
            self.ask(lead_id, status)
        else:
            self._save(lead_id, LeadChange(status=status))

    def _submit(self, values: Values) -> None:
        self._save(self._lead_id, _change(values))

    def _save(self, lead_id: str, change: LeadChange) -> None:
        visit = self._visit
        with visit.writing() as session:
            lead = change_lead(session, lead_id, change, by=visit.name, now=visit.now())
            words = f"{lead_name(lead)}: {badges.LEAD_STATUSES[LeadStatus(lead.status)].words.lower()}."
        visit.frame.toast(words)
        self._saved()


def _change(values: Values) -> LeadChange:
    """What was given, a field left empty as unknown; the actual value as it is where the form does not ask for it."""
    asked = [field.key for field in FIELDS if not field.only_for or values.get("status") == LeadStatus.converted]
    return validated(LeadChange, {key: values.get(key) for key in asked})
