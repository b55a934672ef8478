"""Building one segment beside the page: how far it is stays in sight, and the numbers are told at its end."""

from __future__ import annotations

from collections.abc import Callable, Collection

from adplanning.core import formats
from adplanning.segments.building_service import build_segment
from adplanning.segments.criteria import fields_of, parse_criteria
from adplanning.segments.feature_service import CustomerFeatures, customer_features
from adplanning.segments.service import find_segment
from adplanning.ui.visit import Progress, Visit


def build(visit: Visit, segment_id: str, then: Callable[[], None]) -> None:
    """Work out who is in a segment now; `then` shows it."""
    visit.require_writer()
    with visit.reading() as session:
        segment = find_segment(session, segment_id)
        name, fields = segment.name, fields_of(parse_criteria(segment.criteria))

    def work(show: Progress) -> str:
        show("Reading what is known of the customers …", 0)
        features = features_now(visit, fields)
        show("Storing who is in it …", 0.8)
        with visit.writing() as session:
            built = build_segment(session, find_segment(session, segment_id), features, now=visit.now())
        members, came, went = (
            formats.number(n, currency=visit.settings.currency)
            for n in (built.matching_count, built.members_added, built.members_removed)
        )
        return f"“{name}” is built: {members} match, {came} came, {went} went."

    visit.frame.work(f"Building “{name}”", work, then)


def features_now(visit: Visit, fields: Collection[str] | None = None) -> CustomerFeatures:
    """What is known of the customers now: of these fields, or of all."""
    settings = visit.settings
    return customer_features(
        visit.engine,
        as_of=visit.now(),
        currency=settings.currency,
        zone=settings.zone,
        public_revenue=settings.public_revenue,
        fields=fields,
    )
