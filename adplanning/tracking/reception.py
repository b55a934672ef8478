"""The rows that public events become, or what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, NamedTuple

import orjson
from pydantic import Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from adplanning.core.errors import AdplanningError, InvalidData, TooLarge
from adplanning.core.ids import new_id, new_ids
from adplanning.core.money import known_currency, to_minor
from adplanning.core.referrers import stored_referrer
from adplanning.core.settings import Settings
from adplanning.core.texts import storable_json, storable_text
from adplanning.core.vocabulary import (
    AttributionModel,
    ConversionType,
    JourneyChannel,
    JourneyEventType,
    JourneyStage,
    Origin,
    platform_of_source,
)
from adplanning.tracking.events import NewConversion, NewEvent, NewJourneyEvent
from adplanning.tracking.public_events import Kind, PublicConversion, PublicEvent, PublicJourneyEvent

CLOCK_BEHIND_MICROS = 7 * 24 * 3600 * 1_000_000
CLOCK_AHEAD_MICROS = 5 * 60 * 1_000_000

_KINDS: Mapping[Kind, TypeAdapter[Any]] = {
    "conversion": TypeAdapter(PublicConversion),
    "journey": TypeAdapter(PublicJourneyEvent),
}


class _Batch(TypedDict):
    events: list[Annotated[PublicEvent, Field(discriminator="kind")]]


class _Listed(TypedDict):
    events: list[Any]


_BATCH: TypeAdapter[Any] = TypeAdapter(_Batch)
_LISTED: TypeAdapter[Any] = TypeAdapter(_Listed)
_CONVERSION_TYPES, _EVENT_TYPES, _STAGES, _CHANNELS = (
    frozenset(choice.value for choice in choices)
    for choices in (ConversionType, JourneyEventType, JourneyStage, JourneyChannel)
)
_LAST_CLICK, _WEB = AttributionModel.last_click.value, Origin.web.value
_CHANNEL = JourneyChannel.web.value
_NUL = rb"\u0000"


class _Sent(NamedTuple):
    """When a body came in, in microseconds, and from whom."""

    now: int
    is_bot: bool
    is_internal: bool


class Rejected(NamedTuple):
    """An event of a batch that was refused, by its place in the list, and why."""

    at: int
    message: str


class Reception:
    """Reads public bodies into rows, stamped with the server's time.

    Parameters
    ----------
    settings : bounds, and the environment's currency and zone for what names none.
    stage_of_event : the stage of a journey event that names none, by its type.
    """

    def __init__(self, settings: Settings, stage_of_event: Callable[[str], str]) -> None:
        self._stages = {event_type: str(stage_of_event(event_type)) for event_type in _EVENT_TYPES}
        self._settings = settings
        self._zone = settings.start_zone

    def event(self, kind: Kind, body: bytes, *, is_bot: bool, now: int, is_internal: bool = False) -> NewEvent:
        """The row of one event.

        Parameters
        ----------
        kind : what is sent to this address.
        body : JSON.
        is_bot : whether a bot sent it.
        now : the server's clock in microseconds.
        is_internal : whether the shop's own people sent it; an event may also say so itself.

        Raises
        ------
        InvalidData : naming each field with its fault.
        TooLarge : more metadata than allowed.
        """
        try:
            event = _KINDS[kind].validate_json(body)
        except ValidationError as fault:
            raise _refusal(fault) from None
        sent = _Sent(now, is_bot, is_internal)
        return self._row(kind, event, new_id(""), sent, maybe_nul=_NUL in body)

    def batch(
        self, body: bytes, *, is_bot: bool, now: int, is_internal: bool = False
    ) -> tuple[dict[int, NewEvent], list[Rejected]]:
        """The rows of a batch's events by their index, and the events that were refused; see `event`.

        Raises
        ------
        InvalidData : there is no list of events, or none of them is valid.
        TooLarge : more events than a batch may hold.
        """
        try:
            events = _BATCH.validate_json(body)["events"]
        except ValidationError:
            events = _one_by_one(body)
        if not events:
            raise InvalidData.at("events", "is empty; send at least one event")
        if len(events) > self._settings.max_batch_events:
            most = self._settings.max_batch_events
            raise TooLarge(f"events: {len(events)} in one batch; send at most {most} at once")
        ids = iter(new_ids("", len(events)))
        maybe_nul = _NUL in body
        sent = _Sent(now, is_bot, is_internal)
        rows: dict[int, NewEvent] = {}
        rejected: list[Rejected] = []
        for index, event in enumerate(events):
            try:
                if isinstance(event, InvalidData):
                    raise event
                rows[index] = self._row(event["kind"], event, next(ids), sent, maybe_nul=maybe_nul)
            except AdplanningError as fault:
                rejected.append(Rejected(index, fault.message))
        if not rows:
            issues = [(f"events.{index}", message) for index, message in rejected]
            raise InvalidData(f"no event of the batch is valid; the first: {rejected[0].message}", issues)
        return rows, rejected

    def _row(self, kind: Kind, event: Any, unique: str, sent: _Sent, *, maybe_nul: bool) -> NewEvent:
        if maybe_nul:
            _refuse_unstorable(event)
        at, clamped = self._instant(event.get("occurred_at"), sent.now)
        if kind == "conversion":
            return self._conversion(event, unique, at, sent, clamped=clamped)
        return self._journey_event(event, unique, at, sent, clamped=clamped)

    def _conversion(
        self, event: Mapping[str, Any], unique: str, at: int, sent: _Sent, *, clamped: bool
    ) -> NewConversion:
        get = event.get
        conversion_type = _choice(event, "conversion_type", _CONVERSION_TYPES)
        value_minor, currency = self._money(get("conversion_value"), get("currency"))
        source = get("utm_source") or None
        return NewConversion(
            f"conv{unique}",
            conversion_type,
            get("conversion_name") or None,
            event["website_id"],
            None,
            None,
            None,
            _platform(source),
            source,
            get("utm_medium") or None,
            get("utm_campaign") or None,
            get("utm_term") or None,
            get("utm_content") or None,
            _LAST_CLICK,
            1.0,
            value_minor,
            currency,
            get("order_id") or None,
            None,
            None,
            event["visitor_id"],
            get("session_id") or None,
            get("pathname") or None,
            get("event_id") or None,
            _WEB,
            None,
            sent.is_bot,
            self._json("metadata", get("metadata"), clamped=clamped),
            at,
            sent.now,
            stored_referrer(get("referrer")),
            sent.is_internal or bool(get("internal")),
        )

    def _journey_event(
        self, event: Mapping[str, Any], unique: str, at: int, sent: _Sent, *, clamped: bool
    ) -> NewJourneyEvent:
        get = event.get
        event_type = _choice(event, "event_type", _EVENT_TYPES)
        return NewJourneyEvent(
            f"jour{unique}",
            None,
            event["visitor_id"],
            event["website_id"],
            get("session_id") or None,
            event_type,
            get("event_name") or None,
            _choice(event, "stage", _STAGES) if get("stage") else self._stages[event_type],
            _choice(event, "channel", _CHANNELS) if get("channel") else _CHANNEL,
            get("page_url") or None,
            get("utm_source") or None,
            get("utm_medium") or None,
            get("utm_campaign") or None,
            get("utm_term") or None,
            get("utm_content") or None,
            None,
            get("source_type") or None,
            get("source_id") or None,
            self._json("event_data", get("event_data"), clamped=clamped),
            get("event_id") or None,
            _WEB,
            sent.is_bot,
            at,
            sent.now,
            stored_referrer(get("referrer")),
            sent.is_internal or bool(get("internal")),
        )

    def _instant(self, text: str | None, now: int) -> tuple[int, bool]:
        """The client's time, or the nearest that is believed, and whether it had to be moved."""
        if not text:
            return now, False
        try:
            instant = datetime.fromisoformat(text)
            at = round((instant if instant.tzinfo else instant.replace(tzinfo=self._zone)).timestamp() * 1_000_000)
        except (ValueError, OverflowError):
            raise InvalidData.at(
                "occurred_at",
                f"{text[:80]!r} is not a date and time that exists; write it as 2026-11-22T14:05:00+05:30",
            ) from None
        believed = min(max(at, now - CLOCK_BEHIND_MICROS), now + CLOCK_AHEAD_MICROS)
        return believed, believed != at

    def _money(self, amount: Decimal | None, code: str | None) -> tuple[int | None, str]:
        currency = self._settings.start_currency
        if code:
            try:
                currency = known_currency(code)
            except ValueError as fault:
                raise InvalidData.at("currency", str(fault)) from None
        if amount is None:
            return None, currency
        try:
            return to_minor(amount, currency), currency
        except ValueError as fault:
            raise InvalidData.at("conversion_value", str(fault)) from None

    def _json(self, field: str, value: dict[str, Any] | None, *, clamped: bool) -> str | None:
        if clamped:
            value = {**(value or {}), "occurred_at_clamped": True}
        if not value:
            return None
        try:
            text = orjson.dumps(storable_json(value))
        except ValueError as fault:
            raise InvalidData.at(field, str(fault)) from None
        most = self._settings.max_metadata_bytes
        if len(text) > most:
            raise TooLarge(f"{field}: {len(text)} bytes of JSON; send at most {most}")
        return text.decode()


@lru_cache(maxsize=4096)
def _platform(utm_source: str | None) -> str:
    return platform_of_source(utm_source).value


def _choice(event: Mapping[str, Any], field: str, allowed: frozenset[str]) -> str:
    value: str = event[field]
    if value not in allowed:
        raise InvalidData.unknown_choice(field, value, sorted(allowed))
    return value


def _one_by_one(body: bytes) -> list[Any]:
    """The events of a batch that is not valid as a whole, or what is wrong with each."""
    try:
        return [_validated(given) for given in _LISTED.validate_json(body)["events"]]
    except ValidationError as fault:
        raise _refusal(fault) from None


def _validated(given: Any) -> Any:
    kind: Any = given.get("kind") if isinstance(given, dict) else None
    try:
        if kind not in ("conversion", "journey"):
            raise InvalidData.unknown_choice("kind", kind, _KINDS)
        return _KINDS[kind].validate_python(given)
    except ValidationError as fault:
        return _refusal(fault)
    except InvalidData as fault:
        return fault


def _refuse_unstorable(event: Mapping[str, Any]) -> None:
    for field, value in event.items():
        if isinstance(value, str):
            try:
                storable_text(value)
            except ValueError as fault:
                raise InvalidData.at(field, str(fault)) from None


def _refusal(fault: ValidationError) -> InvalidData:
    issues = [(".".join(map(str, e["loc"])) or "body", e["msg"]) for e in fault.errors(include_url=False)]
    return InvalidData("; ".join(f"{path}: {message}" for path, message in issues), issues)
