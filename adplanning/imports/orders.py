"""Orders from a shop's file: each a person, a purchase, and the step on their journey."""

from __future__ import annotations

from typing import Any

import polars as pl
from sqlalchemy import Connection, Select, Table, and_, bindparam, func, select, text, update
from sqlalchemy.orm import Session

from adplanning.conversions.service import hold_against_goals
from adplanning.core.stand_ins import STAND_IN
from adplanning.core.vocabulary import ConversionType, Origin
from adplanning.imports.checks import Rule
from adplanning.imports.completions import complete_goals
from adplanning.imports.kinds import Kind, Stored
from adplanning.imports.lines import LINE
from adplanning.imports.lookups import insert, look_up
from adplanning.imports.persons import NAME_FIELDS, about_erased, link_visitors, n_erased, with_person
from adplanning.imports.readers import AMOUNT, CURRENCY, EMAIL, IDENTIFIER, INSTANTS, Context, Field
from adplanning.imports.records import UTM_FIELDS, conversion_rows, in_minor_units, insert_steps, value_totals
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.events import Conversion

SLICE = 1000
_CONVERSIONS = TABLES["conversions"]
# Spelled as in the unique index, which neither database would use for a bound value.
IS_PURCHASE = text("conversions.conversion_type = 'purchase'")


def store_orders(connection: Connection, rows: pl.DataFrame, context: Context) -> Stored:
    """Store each order once.

    The first row of an order_id counts. An order that is not known becomes a purchase of the person of its e-mail; one
    that so far only a browser has claimed is confirmed, its value, currency and person corrected; of any other only
    what was paid back or cancelled since is taken over, else it is a duplicate and changes nothing.
    """
    orders = rows.sort(LINE).unique("order_id", keep="first", maintain_order=True)
    known = look_up(connection, orders.select("order_id"), known_purchases)
    claimed = (pl.col("known_origin") == Origin.web) & pl.col("known_confirmed_at").is_null()
    refunded = in_minor_units("refunded").fill_null(pl.col("known_refunded_minor")).fill_null(0)
    placed = orders.join(known, on="order_id", how="left", maintain_order="left").with_columns(
        refunded_minor=refunded, cancelled_at=pl.coalesce("cancelled_at", "known_cancelled_at")
    )
    n_taken_back = _take_back(connection, placed.filter(pl.col("known_id").is_not_null() & ~claimed))
    fresh = placed.filter(pl.col("known_id").is_null() | claimed).with_columns(
        pl.col("visitor_id").fill_null(pl.col("known_visitor_id")),
        value_minor=in_minor_units("total") - pl.col("refunded_minor"),
        converted_at="placed_at",
        conversion_type=pl.lit(str(ConversionType.purchase)),
    )
    # In the order of the longest indexes, which then grow at their end.
    owned = with_owner(connection, fresh, at="placed_at", context=context).sort("person_id", LINE)
    made = conversion_rows(owned.filter(pl.col("known_id").is_null()), context)
    insert(connection, _CONVERSIONS, made)
    complete_goals(connection, "conversion", made)
    confirmed = owned.filter(pl.col("known_id").is_not_null())
    _confirm(connection, confirmed, context)
    ids = pl.concat([made.select("id"), confirmed.select(id="known_id")])
    insert_steps(connection, ids, source="order")
    n_stored = owned.height + n_taken_back
    totals = {"orders": float(owned.height), "taken back": float(n_taken_back)} | value_totals(owned)
    told = {name: total for name, total in totals.items() if total}
    return Stored(n_stored, rows.height - n_stored, told, warnings=about_erased(n_erased(owned)))


def known_purchases(keys: Table) -> Select[Any]:
    """The stored purchases of some orders."""
    c = _CONVERSIONS.c
    names = ("id", "origin", "confirmed_at", "visitor_id", "value_minor", "refunded_minor", "cancelled_at")
    return select(c.order_id, *(c[name].label(f"known_{name}") for name in names)).join_from(
        keys, _CONVERSIONS, and_(c.order_id == keys.c.order_id, IS_PURCHASE)
    )


def with_owner(connection: Connection, rows: pl.DataFrame, *, at: str, context: Context) -> pl.DataFrame:
    """Give each row its person and its visitor, and link the two.

    The person is that of the e-mail and nobody else: whose a visitor was at the time is told by `people.identity`. The
    visitor is the one given, else one that stands in for the person: an order that names no browser says nothing of
    any, and unique visitors count a buyer once, however many such orders there are. One who was erased is nobody.

    Parameters
    ----------
    rows : with `LINE`, `email` and `visitor_id`, one of which is given, and any fields of a person.
    at : the column of the instant of each row.

    Returns
    -------
    The rows with `person_id` (null: nobody is known) and `visitor_id`, which is never null.
    """
    named = with_person(connection, rows, since=at, now=context.now)
    link_visitors(connection, named.select("visitor_id", pl.col("email_person_id").alias("person_id"), at=at))
    seen = named.with_columns(
        person_id="email_person_id",
        visitor_id=pl.coalesce("visitor_id", STAND_IN + pl.coalesce("email_person_id", "erased_id")),
    )
    stand_ins = seen.filter(pl.col("visitor_id") == STAND_IN + pl.coalesce("person_id", "erased_id"))
    link_visitors(connection, stand_ins.select("visitor_id", "person_id", at=at))
    return seen


def _confirm(connection: Connection, orders: pl.DataFrame, context: Context) -> None:
    """Let the shop's word stand over the browser's."""
    if orders.is_empty():
        return
    given = orders.select(
        "known_id",
        "value_minor",
        "refunded_minor",
        "cancelled_at",
        order_currency="currency",
        owner="person_id",
    ).to_dicts()
    c = _CONVERSIONS.c
    connection.execute(
        update(_CONVERSIONS)
        .where(c.id == bindparam("known_id"))
        .values(
            value_minor=bindparam("value_minor"),
            refunded_minor=bindparam("refunded_minor"),
            cancelled_at=bindparam("cancelled_at"),
            currency=bindparam("order_currency"),
            person_id=func.coalesce(bindparam("owner"), c.person_id),
            confirmed_at=context.now,
        ),
        given,
    )
    _complete_anew(connection, orders["known_id"])


def _take_back(connection: Connection, orders: pl.DataFrame) -> int:
    """Take out of known orders what was paid back or cancelled since; answer how many changed."""
    changed = orders.filter(
        (pl.col("refunded_minor") != pl.col("known_refunded_minor"))
        | (pl.col("cancelled_at").is_not_null() & pl.col("known_cancelled_at").is_null())
    ).with_columns(
        left=pl.col("known_value_minor").fill_null(0) + pl.col("known_refunded_minor") - pl.col("refunded_minor")
    )
    if changed.height:
        c = _CONVERSIONS.c
        connection.execute(
            update(_CONVERSIONS)
            .where(c.id == bindparam("known_id"))
            .values(
                value_minor=bindparam("left"),
                refunded_minor=bindparam("refunded_minor"),
                cancelled_at=bindparam("cancelled_at"),
            ),
            changed.select("known_id", "left", "refunded_minor", "cancelled_at").to_dicts(),
        )
        _complete_anew(connection, changed["known_id"])
    return changed.height


def _complete_anew(connection: Connection, ids: pl.Series) -> None:
    # Refunds and confirmations of a file are few beside its orders.
    session = Session(connection)
    for start in range(0, ids.len(), SLICE):
        some = ids.slice(start, SLICE).to_list()
        hold_against_goals(session, session.scalars(select(Conversion).where(Conversion.id.in_(some))).all())


ORDERS = Kind(
    help="orders of the shop: one purchase per order_id",
    fields=(
        Field(
            "order_id",
            IDENTIFIER,
            "the shop's number",
            required=True,
            synonyms=("order_number", "order_no", "order", "id"),
        ),
        Field(
            "placed_at",
            INSTANTS,
            "when it was placed",
            required=True,
            synonyms=("created_at", "order_date", "ordered_at", "date", "timestamp"),
        ),
        Field(
            "total",
            AMOUNT,
            "what was paid, 0 or more",
            required=True,
            synonyms=("order_total", "grand_total", "total_price", "amount", "value", "price"),
        ),
        Field(
            "refunded",
            AMOUNT,
            "what was paid back in all, 0 or more",
            synonyms=("refunded_amount", "amount_refunded", "total_refunded"),
        ),
        Field("cancelled_at", INSTANTS, "when it was cancelled", synonyms=("canceled_at", "cancelled", "canceled")),
        Field("currency", CURRENCY, "ISO 4217; ADPLANNING_CURRENCY when not given", synonyms=("currency_code",)),
        Field("email", EMAIL, "of the buyer", synonyms=("customer_email", "email_address", "buyer_email")),
        Field("visitor_id", IDENTIFIER, "needed where there is no email", synonyms=("visitor", "client_id", "cookie")),
        Field("session_id", IDENTIFIER, "of the visit", synonyms=("session",)),
        Field("website_id", IDENTIFIER, "the storefront", synonyms=("website",)),
        *UTM_FIELDS,
        *NAME_FIELDS,
    ),
    rules=(
        Rule(
            pl.col("email").is_null() & pl.col("visitor_id").is_null(),
            "email: is missing and so is visitor_id; give one of them",
        ),
        Rule(pl.col("refunded") > pl.col("total"), "refunded: is more than the total; give what was paid back in all"),
    ),
    store=store_orders,
)
