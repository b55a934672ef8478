"""The form of a segment: what it is called, its rules, and whom they match while they are put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from adplanning.core import formats
from adplanning.core.validation import validated
from adplanning.core.vocabulary import SegmentType
from adplanning.segments import service
from adplanning.segments.building_service import preview
from adplanning.segments.criteria import criteria_json, parse_criteria
from adplanning.segments.definition import SegmentChange, SegmentFields
from adplanning.segments.feature_service import CustomerFeatures
from adplanning.segments.seen_values import seen_values
from adplanning.segments.suggestions import SUGGESTIONS
from adplanning.ui.form import Field, Form, Values
from adplanning.ui.pages.segment_build import build, features_now
from adplanning.ui.pages.segment_rules import judgement, rule_fields
from adplanning.ui.pages.segment_words import COLOURS, TYPES
from adplanning.ui.rule_builder import Criteria, Matched, RuleBuilder
from adplanning.ui.visit import Visit

FRESH: Mapping[str, Any] = {"segment_type": SegmentType.custom.value, "auto_update": True, "is_active": True}
# Those whose values are worth choosing from; nobody picks an address from a list.
CHOSEN_FROM = ("country", "state", "city", "tags", "rfm_score")
N_NAMES = 5
EMPTIED = ("description", "color")
FIELDS = (
    Field("name", "Name", required=True, help='What you call it, such as "Loyal in Mumbai".'),
    Field("description", "Description", "area"),
    Field("segment_type", "Segment type", "choice", required=True, options=TYPES, help="What its rules go by."),
    Field("color", "Colour", "choice", options=COLOURS, help="In which its size is drawn."),
    Field(
        "auto_update",
        "Dynamic",
        "switch",
        help="Its members follow the rules every night; otherwise they stay until you rebuild it.",
    ),
    Field("is_active", "Active", "switch", help="A paused segment keeps its members as they are."),
)


class SegmentForm:
    """The dialog, for a new segment or one that is there; `saved` is called once all is done."""

    def __init__(self, visit: Visit, saved: Callable[[], None]) -> None:
        self._visit, self._saved = visit, saved
        self._segment_id: str | None = None
        self._features: CustomerFeatures | None = None
        currency = visit.settings.currency
        self.builder = RuleBuilder(visit, judge=lambda criteria: judgement(criteria, currency), count=self._matched)
        self.builder.offer(rule_fields(currency))
        self.form = Form(
            visit,
            title="New segment",
            button="Create",
            fields=FIELDS,
            check=lambda values: validated(SegmentFields, values),
            submit=self._submit,
            below=[self.builder],
        )

    def create(self) -> None:
        """Open it for a new segment."""
        self._open(None, FRESH, {}, title="New segment", button="Create")

    def suggest(self, key: str) -> None:
        """Open it for a new segment with what is suggested filled in."""
        one = next(one for one in SUGGESTIONS if one.key == key)
        given = {
            "name": one.name,
            "description": one.description,
            "segment_type": one.segment_type.value,
            "color": one.color,
        }
        self._open(None, {**FRESH, **given}, criteria_json(one.criteria), title="New segment", button="Create")

    def change(self, segment_id: str) -> None:
        """Open it for a segment that is there."""
        with self._visit.reading() as session:
            segment = service.find_segment(session, segment_id)
            given = {field.key: getattr(segment, field.key) for field in FIELDS}
            title = f"Change “{segment.name}”"
            criteria = criteria_json(parse_criteria(segment.criteria))
        self._open(segment_id, given, criteria, title=title, button="Save changes")

    def _open(self, segment_id: str | None, given: Values, criteria: Criteria, *, title: str, button: str) -> None:
        self._segment_id, self._features = segment_id, None
        self.form.ask(given, title=title, button=button)
        self.builder.show(criteria)

    def _matched(self, criteria: Criteria) -> Matched:
        """Whom rules match; what is known of the customers is read once for as long as the form is open."""
        visit = self._visit
        if self._features is None:
            self._features = features_now(visit)
            self._offer(self._features)
        with visit.reading() as session:
            found = preview(session, self._features, parse_criteria(criteria), limit=N_NAMES)
        n, total = (formats.number(n, currency=visit.settings.currency) for n in (found.count, found.total))
        shown = found.sample.select("first_name", "last_name", "email", "person_id")
        names = [
            " ".join(filter(None, (first, last))) or email or person for first, last, email, person in shown.iter_rows()
        ]
        return Matched(f"{n} of {total} customers match", names, found.warnings)

    def _offer(self, features: CustomerFeatures) -> None:
        own = features.own_attributes
        seen = seen_values(features.frame, (*CHOSEN_FROM, *own))
        self.builder.offer(rule_fields(self._visit.settings.currency, own, seen))

    def _submit(self, values: Values) -> None:
        visit, criteria = self._visit, self.builder.require()
        fields = validated(SegmentFields, {**values, "criteria": criteria})
        with visit.writing() as session:
            if self._segment_id is None:
                segment_id = service.create_segment(session, fields, now=visit.now()).id
            else:
                segment_id = self._segment_id
                # A field left empty is emptied.
                change = validated(SegmentChange, {**dict.fromkeys(EMPTIED), **values, "criteria": criteria})
                service.change_segment(session, segment_id, change, now=visit.now())
        if self._segment_id is None or (fields.auto_update and fields.is_active):
            build(visit, segment_id, self._saved)
        else:
            visit.frame.toast("Changes saved. Its members stay as they are until you rebuild it.")
            self._saved()
