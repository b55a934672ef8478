"""Every kind of file that can be imported: the command line, the documentation and the tests read this list."""

from __future__ import annotations

from collections.abc import Mapping

from adplanning.imports.events import EVENTS
from adplanning.imports.experiment_observations import EXPERIMENT_OBSERVATIONS
from adplanning.imports.google_export import GOOGLE_EXPORT
from adplanning.imports.kinds import Kind
from adplanning.imports.leads import LEADS
from adplanning.imports.meta_export import META_EXPORT
from adplanning.imports.orders import ORDERS
from adplanning.imports.people import PEOPLE
from adplanning.imports.rates import RATES
from adplanning.imports.segment_members import SEGMENT_MEMBERS
from adplanning.imports.spend import SPEND

IMPORTS: Mapping[str, Kind] = {
    "orders": ORDERS,
    "events": EVENTS,
    "people": PEOPLE,
    "spend": SPEND,
    "meta-export": META_EXPORT,
    "google-export": GOOGLE_EXPORT,
    "leads": LEADS,
    "rates": RATES,
    "segment-members": SEGMENT_MEMBERS,
    "experiment-observations": EXPERIMENT_OBSERVATIONS,
}
