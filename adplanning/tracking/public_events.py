"""What the public may send."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, Required

from pydantic import ConfigDict, Field, StringConstraints
from typing_extensions import TypedDict

from adplanning.core.vocabulary import ConversionType, JourneyChannel, JourneyEventType, JourneyStage


def _one_of(choices: type[Any]) -> Any:
    return Field(json_schema_extra={"enum": [str(choice) for choice in choices]})


Id = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=256)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=256)]
Long = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
Metadata = Annotated[dict[str, Any], Field(description="anything of the shop's own, at most 8 kB of JSON")]


class _PublicEvent(TypedDict, total=False):
    """What conversions and journey events have in common. Other fields are ignored: links to persons, goals and
    campaigns are not the public's to set.
    """

    __pydantic_config__ = ConfigDict(allow_inf_nan=False)  # type: ignore[misc]

    website_id: Required[Id]
    visitor_id: Required[Id]
    session_id: Short | None
    event_id: Annotated[Short | None, Field(description="the same id twice is one event; without one, retries double")]
    occurred_at: Annotated[Short | None, Field(description="ISO 8601; clamped to 7 days back and 5 minutes ahead")]
    referrer: Annotated[
        Long | None, Field(description="where the browser came from; empty for nowhere, left out for not known")
    ]
    internal: Annotated[bool | None, Field(description="true for a visit of the shop's own people: it is not counted")]
    utm_source: Long | None
    utm_medium: Long | None
    utm_campaign: Long | None
    utm_term: Long | None
    utm_content: Long | None


class PublicConversion(_PublicEvent, total=False):
    """A conversion as a storefront sends it."""

    kind: Literal["conversion"]
    conversion_type: Required[Annotated[str, _one_of(ConversionType)]]
    conversion_name: Long | None
    pathname: Long | None
    conversion_value: Annotated[Decimal, Field(ge=0, description="in major units")] | None
    currency: Short | None
    order_id: Short | None
    metadata: Metadata | None


class PublicJourneyEvent(_PublicEvent, total=False):
    """A journey event as a storefront sends it."""

    kind: Literal["journey"]
    event_type: Required[Annotated[str, _one_of(JourneyEventType)]]
    event_name: Long | None
    stage: Annotated[str | None, _one_of(JourneyStage)]
    channel: Annotated[str | None, _one_of(JourneyChannel)]
    page_url: Long | None
    source_type: Short | None
    source_id: Short | None
    event_data: Metadata | None


PublicEvent = PublicConversion | PublicJourneyEvent
Kind = Literal["conversion", "journey"]
