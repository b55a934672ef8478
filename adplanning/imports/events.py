"""Events from a file: steps of visitors' journeys and conversions, and the touchpoints of their sessions."""

from __future__ import annotations

import hashlib
from typing import Any

import polars as pl
from sqlalchemy import Connection, Select, Table, and_, select

from adplanning.core.vocabulary import ConversionType, JourneyChannel, JourneyEventType
from adplanning.imports.completions import complete_goals
from adplanning.imports.kinds import Kind, Stored
from adplanning.imports.lines import LINE
from adplanning.imports.lookups import insert, look_up
from adplanning.imports.orders import known_purchases
from adplanning.imports.persons import (
    about_erased,
    known_persons,
    link_visitors,
    n_erased,
    with_person,
    without_erased_persons,
)
from adplanning.imports.readers import AMOUNT, CURRENCY, EMAIL, IDENTIFIER, INSTANTS, TEXT, Context, Field, choice
from adplanning.imports.records import (
    FROM_NOWHERE,
    UTM_FIELDS,
    conversion_rows,
    in_minor_units,
    insert_steps,
    journey_rows,
    stored_referrer_column,
    value_totals,
)
from adplanning.imports.touchpoints import touch
from adplanning.store.tables.catalogue import TABLES

# `custom` is a word of both lists; it is taken for a step.
CONVERSIONS = sorted({str(name) for name in ConversionType} - {str(JourneyEventType.custom)})
_IDENTITY = ("visitor_id", "event_type", "event_name", "page_url", "session_id")


def store_events(connection: Connection, rows: pl.DataFrame, context: Context) -> Stored:
    """Store each event once.

    Types that are conversions become conversions, the others steps of a journey; a purchase becomes both. An event is
    the same as one of its website and event_id, or without an event_id as one of the same visitor, instant, type, name,
    page and session; a purchase also as one of its order_id. The first row counts, the others are duplicates.
    What `attribution.sessions` finds becomes touchpoints, unresolved until campaigns are matched.
    """
    rows = without_erased_persons(connection, rows)
    unknown = _of_unknown_persons(connection, rows)
    keyed = with_event_id(rows.join(unknown, on=LINE, how="anti")).sort(LINE)
    first = keyed.unique(["website_id", "event_id"], keep="first", maintain_order=True)
    is_conversion = pl.col("event_type").is_in(CONVERSIONS)
    fresh = pl.concat(
        [
            _new(connection, "conversions", _without_known_orders(connection, first.filter(is_conversion))),
            _new(connection, "journey_events", first.filter(~is_conversion)),
        ]
    ).sort(LINE)
    owned = with_person(connection, fresh, since="occurred_at", now=context.now).with_columns(
        person_id=pl.coalesce("person_id", "email_person_id"),
        value_minor=in_minor_units("value"),
        referrer=stored_referrer_column(),
        pathname=pl.col("page_url").str.extract(r"^(?:[A-Za-z]+://[^/?#]*)?([^?#]*)"),
        conversion_type="event_type",
        conversion_name="event_name",
        converted_at="occurred_at",
    )
    link_visitors(connection, owned.select("visitor_id", "person_id", at="occurred_at"))
    conversions = conversion_rows(owned.filter(is_conversion), context)
    insert(connection, TABLES["conversions"], conversions)
    complete_goals(connection, "conversion", conversions)
    steps = journey_rows(owned.filter(~is_conversion), context)
    insert(connection, TABLES["journey_events"], steps)
    complete_goals(connection, "journey", steps)
    bought = conversions.filter(pl.col("conversion_type") == ConversionType.purchase)
    insert_steps(connection, bought, source="conversion")
    n_touchpoints = touch(connection, owned, context)
    counts = {"conversions": float(conversions.height), "steps": float(owned.height - conversions.height)}
    return Stored(
        n_stored=owned.height,
        n_duplicates=keyed.height - owned.height,
        totals=counts | {"touchpoints": float(n_touchpoints)} | value_totals(owned.filter(is_conversion)),
        rejected=unknown,
        warnings=about_erased(n_erased(owned)),
    )


def with_event_id(rows: pl.DataFrame) -> pl.DataFrame:
    """Give each event without an id one that is the same in every file that holds the event."""
    identity = rows.filter(pl.col("event_id").is_null()).select(
        LINE,
        text=pl.concat_str(
            pl.col("occurred_at").dt.epoch("us"), *(pl.col(name).fill_null("") for name in _IDENTITY), separator="\x1f"
        ),
    )
    # No hash of polars promises to be the same in its next release.
    digests = [hashlib.blake2b(text.encode(), digest_size=16).hexdigest() for text in identity["text"]]
    made = identity.select(LINE, made=pl.Series([f"import:{digest}" for digest in digests], dtype=pl.String))
    return (
        rows.join(made, on=LINE, how="left", maintain_order="left")
        .with_columns(pl.col("event_id").fill_null(pl.col("made")))
        .drop("made")
    )


def _of_unknown_persons(connection: Connection, rows: pl.DataFrame) -> pl.DataFrame:
    named = rows.filter(pl.col("person_id").is_not_null())
    known = known_persons(connection, named["person_id"])
    reason = pl.lit("person_id: '") + pl.col("person_id") + pl.lit("' is no person's id; give the email instead")
    return named.join(known, on="person_id", how="anti").select(LINE, reason=reason)


def _without_known_orders(connection: Connection, rows: pl.DataFrame) -> pl.DataFrame:
    """Leave out purchases whose order is there, in the store or further up."""
    is_order = (pl.col("event_type") == ConversionType.purchase) & pl.col("order_id").is_not_null()
    orders = rows.filter(is_order).unique("order_id", keep="first", maintain_order=True)
    known = look_up(connection, orders.select("order_id"), known_purchases)
    return pl.concat([rows.filter(~is_order), orders.join(known, on="order_id", how="anti")])


def _new(connection: Connection, table: str, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows whose website and event_id the table does not have."""
    c = TABLES[table].c

    def of_a_website(keys: Table) -> Select[Any]:
        same = and_(c.website_id == keys.c.website_id, c.event_id == keys.c.event_id)
        return select(c.website_id, c.event_id).join_from(keys, TABLES[table], same)

    def of_no_website(keys: Table) -> Select[Any]:
        same = and_(c.website_id.is_(None), c.event_id == keys.c.event_id)
        return select(c.website_id, c.event_id).join_from(keys, TABLES[table], same)

    key = ["website_id", "event_id"]
    keys = rows.select(key)
    known = pl.concat(
        [
            look_up(connection, keys.drop_nulls("website_id"), of_a_website),
            look_up(connection, keys.filter(pl.col("website_id").is_null()).select("event_id"), of_no_website),
        ]
    )
    return rows.join(known, on=key, how="anti", nulls_equal=True)


EVENTS = Kind(
    help="events of visitors: steps such as page_view or email_open, and conversions such as add_to_cart or purchase",
    fields=(
        Field(
            "visitor_id", IDENTIFIER, "browser or device", required=True, synonyms=("visitor", "cookie_id", "client_id")
        ),
        Field(
            "occurred_at", INSTANTS, "when", required=True, synonyms=("event_time", "timestamp", "time", "date", "at")
        ),
        Field(
            "event_type",
            choice([*JourneyEventType, *ConversionType]),
            "a journey event's or conversion's type",
            required=True,
            synonyms=("event", "type"),
        ),
        Field("event_id", IDENTIFIER, "makes a repeated event a duplicate", synonyms=("id",)),
        Field("event_name", TEXT, "of a custom event", synonyms=("name",)),
        Field("person_id", IDENTIFIER, "a person of the store"),
        Field("email", EMAIL, "of who signed in", synonyms=("user", "user_email", "customer_email")),
        Field("session_id", IDENTIFIER, "of the visit", synonyms=("session", "visit_id")),
        Field("website_id", IDENTIFIER, "the storefront", synonyms=("website",)),
        Field("page_url", TEXT, "address or path of the page", synonyms=("page", "url", "pathname", "page_id")),
        Field("channel", choice(JourneyChannel), "over which way"),
        Field(
            "referrer",
            TEXT,
            f"address from which the page was reached; {FROM_NOWHERE} when there was none",
            synonyms=("referer", "page_referrer", "document_referrer"),
        ),
        *UTM_FIELDS,
        Field(
            "value", AMOUNT, "of a conversion, 0 or more", synonyms=("amount", "total", "revenue", "conversion_value")
        ),
        Field("currency", CURRENCY, "ISO 4217; ADPLANNING_CURRENCY when not given"),
        Field("order_id", IDENTIFIER, "of a purchase", synonyms=("order", "order_number")),
    ),
    store=store_events,
)
