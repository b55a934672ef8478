"""Days that are out of the usual, such as a sale: those that forecasts go by, and adding and removing them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import nan
from typing import Final

from adplanning.core.errors import InvalidData
from adplanning.core.validation import validated
from adplanning.forecasts import event_service
from adplanning.forecasts.fields import EventFields, checked_event
from adplanning.store.tables.forecasts import PlannedEvent
from adplanning.ui.actions import Action
from adplanning.ui.cells import text
from adplanning.ui.component import Component
from adplanning.ui.form import Field, Form, Values
from adplanning.ui.pages.forecast_words import days_in_words, named
from adplanning.ui.table import Column, Query, Row, Table
from adplanning.ui.visit import Visit

EMPTY = (
    "No event is planned. Tell forecasts of sales, launches and holidays, past ones too: their effect is learnt from "
    "past days of the same name."
)


MOST_EFFECT: Final = 20


class PlannedEvents:
    """The list, with its form for those who may write."""

    def __init__(self, visit: Visit, names: Mapping[str, str]) -> None:
        self._visit, self._names = visit, names
        self._form = Form(
            visit,
            title="Add an event",
            button="Add event",
            fields=(
                Field("name", "Name", required=True, help="Give events that are alike the same name, such as Diwali."),
                Field("first_on", "First day", "day", required=True),
                Field("last_on", "Last day", "day", required=True),
                Field(
                    "effect",
                    "Effect",
                    "number",
                    unit="%",
                    help="50 is half as much again, −30 is less. Left empty, it is learnt from past days.",
                ),
                Field("ad_campaign_id", "Campaign", "choice", options=names, help="Left empty, it is for all of them."),
            ),
            check=lambda values: checked_event(_fields(values)),
            submit=self._submit,
        )
        add = Action("add", "Add event", "mdi-calendar-plus", lambda _: self._form.ask({}))
        remove = Action("remove", "Remove", "mdi-delete-outline", self._remove)
        self._table = Table(
            visit,
            label="Planned events",
            title="Which days are out of the usual?",
            columns=[
                Column("name", "Event", on_phone=True),
                Column("days", "Days", on_phone=True),
                Column("effect", "Effect", numeric=True, help="On results, against a usual day"),
                Column("campaign", "Campaign"),
            ],
            sort="days",
            fetch=self._fetch,
            export_name="planned-events",
            actions=[remove] if visit.may_write else [],
            empty=EMPTY,
            empty_action=add if visit.may_write else None,
            prefix="event_",
        )
        self.add = add
        self.widgets: Sequence[Component] = [self._table, self._form] if visit.may_write else [self._table]

    def _fetch(self, query: Query) -> tuple[Sequence[Row], int]:
        with self._visit.reading() as session:
            found, total = event_service.list_events(session, limit=query.limit, offset=query.offset)
            return [self._row(one) for one in found], total

    def _row(self, one: PlannedEvent) -> Row:
        name = named(self._names, one.ad_campaign_id)
        return Row(
            one.id,
            one.name,
            "",
            {
                "name": text(one.name, hint=one.name),
                "days": text(days_in_words(one.first_on, one.last_on)),
                "effect": text("Learnt" if one.effect is None else f"{one.effect:+.0%}"),
                "campaign": text(name, hint=name),
            },
            {
                "id": one.id,
                "name": one.name,
                "first_on": one.first_on,
                "last_on": one.last_on,
                "effect": one.effect,
                "campaign": name,
            },
        )

    def _submit(self, values: Values) -> None:
        with self._visit.writing() as session:
            event = event_service.add_event(session, _fields(values), now=self._visit.now())
            name = event.name
        self._visit.frame.toast(f"“{name}” is planned; forecasts that are made from now on go by it.")
        self._table.refresh()

    def _remove(self, event_id: str) -> None:
        def remove() -> None:
            with self._visit.writing() as session:
                event_service.delete_event(session, event_id)
            self._visit.frame.toast("The event is removed.")
            self._table.refresh()

        self._visit.frame.confirm(
            "Remove this event?", "Forecasts that were made with it stay as they are.", "Remove", remove
        )


def _fields(values: Values) -> EventFields:
    given = dict(values)
    if "effect" in given:
        given["effect"] = _share(given["effect"])
    return validated(EventFields, given)


def _share(percent: object) -> float:
    """A percentage as it was typed."""
    try:
        share = float(str(percent)) / 100
    except ValueError:
        share = nan
    if not -1 < share <= MOST_EFFECT:
        raise InvalidData.at("effect", f"must be a number of percent above −100, and {MOST_EFFECT * 100} at most")
    return share
