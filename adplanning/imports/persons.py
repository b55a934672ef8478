"""Whose rows these are: persons found by e-mail or made, and the visitors that are theirs."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Final

import polars as pl
from sqlalchemy import Connection, Text, and_, cast, select, true

from adplanning.core.ids import new_ids
from adplanning.imports.lines import LINE
from adplanning.imports.lookups import insert, look_up, replace
from adplanning.imports.readers import IDENTIFIER, TEXT, Field
from adplanning.leads.contacts import phone_key
from adplanning.people.erasure_service import erased_among, was_anybody_erased
from adplanning.people.erasures import ANONYMOUS, ERASED, ErasedKind
from adplanning.store.tables.catalogue import TABLES

_PERSONS = TABLES["persons"]
_VISITORS, _UNDONE = TABLES["visitors"], TABLES["undone_merges"]
_JSON = ("tags", "attributes")
_EMAILS: Final = r"""[^\s"'<>,;:(){}\[\]\\]+@[^\s"'<>,;:(){}\[\]\\]+"""

NAME_FIELDS = (
    Field("first_name", TEXT, "first name", synonyms=("given_name", "forename")),
    Field("last_name", TEXT, "last name", synonyms=("surname", "family_name")),
    Field("phone", IDENTIFIER, "phone number", synonyms=("telephone", "mobile", "phone_number")),
    Field("city", TEXT, "city", synonyms=("town",)),
    Field("state", TEXT, "state or province", synonyms=("province", "region")),
    Field("country", TEXT, "country", synonyms=("country_code",)),
)


def with_person(connection: Connection, rows: pl.DataFrame, *, since: str, now: datetime) -> pl.DataFrame:
    """Give each row the person of its e-mail, in whatever case; make those who are not known yet.

    Of several rows of one person the first value of each field counts. A known person's empty fields are filled, what
    they hold already stays. Persons who were erased are not made again: their rows are nobody's.

    Parameters
    ----------
    rows : with `LINE`, `email`, and any fields of a person, JSON as text.
    since : the column of the instant since when a new person is known.

    Returns
    -------
    The rows, in their order, with `email_person_id`, null where there is no e-mail or it is an erased person's, and
    `erased_id`, an id drawn for each person of this file who was erased, null in all other rows.
    """
    keyed = _with_erased(connection, rows.with_columns(email_key=pl.col("email").str.to_lowercase()))
    given = [name for name in rows.columns if name in _PERSONS.c and name not in ("id", "created_at", "updated_at")]
    persons = (
        keyed.filter(pl.col("email_key").is_not_null() & pl.col("erased_id").is_null())
        .sort(LINE)
        .group_by("email_key", maintain_order=True)
        .agg(pl.col(given).drop_nulls().first(), pl.col(since).min().alias("created_at"))
    )
    columns = [cast(column, Text).label(column.name) if column.name in _JSON else column for column in _PERSONS.c]
    known = look_up(
        connection,
        persons.select("email_key"),
        lambda keys: select(*columns).join_from(keys, _PERSONS, _PERSONS.c.email_key == keys.c.email_key),
    )
    new = persons.join(known, on="email_key", how="anti", maintain_order="left")
    new = new.with_columns(id=pl.Series(new_ids("person", new.height), dtype=pl.String), updated_at=pl.lit(now))
    insert(connection, _PERSONS, new)
    replace(connection, _PERSONS, _filled(known, persons, given, now), ("id",))
    ids = pl.concat([known.select("email_key", "id"), new.select("email_key", "id")])
    return keyed.join(ids.rename({"id": "email_person_id"}), on="email_key", how="left", maintain_order="left").drop(
        "email_key"
    )


def about_erased(n_rows: int) -> tuple[str, ...]:
    """What a person who imports should know of rows of persons who were erased."""
    if n_rows == 0:
        return ()
    return (
        f"{n_rows:,} rows are of persons who were erased; nothing was kept that tells whose they are. If somebody has"
        " asked to be known again: adplanning person allow EMAIL",
    )


def n_erased(rows: pl.DataFrame) -> int:
    """How many of the rows that `with_person` has answered are of persons who were erased."""
    return rows.height - rows["erased_id"].null_count()


def without_erased_persons(connection: Connection, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with no `person_id` where it is that of a person who was erased."""
    erased = erased_among(connection, ErasedKind.person, rows["person_id"].drop_nulls().unique())
    return rows.with_columns(pl.when(~pl.col("person_id").is_in(sorted(erased))).then("person_id")) if erased else rows


def hide_erased(connection: Connection, rejected: pl.DataFrame) -> pl.DataFrame:
    """Blank the refused rows that hold the e-mail of a person who was erased.

    Parameters
    ----------
    rejected : `reason`, and `row` as a JSON object of texts.
    """
    if rejected.is_empty() or not was_anybody_erased(connection):
        return rejected
    told = (pl.col("row") + " " + pl.col("reason")).str.extract_all(_EMAILS)
    emails = rejected.select(told.list.eval(pl.element().str.to_lowercase()).alias("told"))["told"]
    erased = erased_among(connection, ErasedKind.email, emails.explode().drop_nulls().unique())
    is_erased = pl.Series([not erased.isdisjoint(each) for each in emails.to_list()], dtype=pl.Boolean)
    blank = pl.col("row").map_elements(
        lambda row: json.dumps(dict.fromkeys(json.loads(row), ERASED)), return_dtype=pl.String
    )
    return rejected.with_columns(
        row=pl.when(is_erased).then(blank).otherwise("row"),
        reason=pl.when(is_erased).then(pl.lit(ERASED)).otherwise("reason"),
    )


def _with_erased(connection: Connection, keyed: pl.DataFrame) -> pl.DataFrame:
    if not was_anybody_erased(connection):
        return keyed.with_columns(erased_id=pl.lit(None, pl.String))
    emails = erased_among(connection, ErasedKind.email, keyed["email_key"].drop_nulls().unique())
    phones = keyed["phone"].drop_nulls().unique().to_list() if "phone" in keyed.columns else []
    keys = {phone: key for phone in phones if (key := phone_key(phone)) is not None}
    known = erased_among(connection, ErasedKind.phone, keys.values())
    is_erased = pl.col("email_key").is_in(sorted(emails))
    if known:
        is_erased |= pl.col("phone").is_in([phone for phone, key in keys.items() if key in known])
    erased = keyed.filter(is_erased).select(pl.col("email_key").unique(maintain_order=True))
    drawn = erased.with_columns(erased_id=pl.Series(new_ids(ANONYMOUS.rstrip("_"), erased.height), dtype=pl.String))
    return keyed.join(drawn, on="email_key", how="left", maintain_order="left")


def _filled(known: pl.DataFrame, persons: pl.DataFrame, given: list[str], now: datetime) -> pl.DataFrame:
    """The known persons that gain something, with their empty fields filled."""
    compared = known.join(persons.select("email_key", *given), on="email_key", suffix="_given")
    gains = pl.any_horizontal(pl.col(n).is_null() & pl.col(f"{n}_given").is_not_null() for n in given)
    return (
        compared.filter(gains)
        .with_columns(*(pl.col(name).fill_null(pl.col(f"{name}_given")) for name in given), updated_at=pl.lit(now))
        .select(known.columns)
    )


def link_visitors(connection: Connection, seen: pl.DataFrame) -> None:
    """Remember the visitors of some rows: when they were first seen, and who signed in on them last; merges that
    somebody has undone stay so.

    Parameters
    ----------
    seen : visitor_id, person_id (null: nobody signed in), at; rows without visitor_id are passed over.
    """
    pair = ["visitor_id", "person_id"]
    undone = look_up(
        connection,
        seen.select(pair).drop_nulls().unique(),
        lambda keys: select(_UNDONE.c.visitor_id, _UNDONE.c.person_id, true().label("is_undone")).join_from(
            keys, _UNDONE, and_(_UNDONE.c.visitor_id == keys.c.visitor_id, _UNDONE.c.person_id == keys.c.person_id)
        ),
    )
    link = pl.col("person_id").is_not_null()
    visitors = (
        seen.filter(pl.col("visitor_id").is_not_null())
        .join(undone, on=pair, how="left")
        .with_columns(pl.when(pl.col("is_undone").is_null()).then("person_id"))
        .sort("at", "person_id", nulls_last=True)
        .group_by(pl.col("visitor_id").alias("id"), maintain_order=True)
        .agg(
            pl.col("at").min().alias("first_seen_at"),
            pl.col("person_id").filter(link).last(),
            pl.col("at").filter(link).last().alias("linked_at"),
        )
    )
    known = look_up(
        connection,
        visitors.select("id"),
        lambda keys: select(_VISITORS).join_from(keys, _VISITORS, _VISITORS.c.id == keys.c.id),
    )
    insert(connection, _VISITORS, visitors.join(known, on="id", how="anti"))
    both = visitors.join(known, on="id", suffix="_known")
    relinked = pl.col("linked_at").is_not_null() & (
        pl.col("person_id_known").is_null() | (pl.col("linked_at") > pl.col("linked_at_known")).fill_null(value=True)
    )
    earlier = pl.col("first_seen_at") < pl.col("first_seen_at_known")
    changed = both.filter(relinked | earlier).select(
        "id",
        pl.when(relinked).then("person_id").otherwise("person_id_known").alias("person_id"),
        pl.when(relinked).then("linked_at").otherwise("linked_at_known").alias("linked_at"),
        pl.min_horizontal("first_seen_at", "first_seen_at_known").alias("first_seen_at"),
    )
    replace(connection, _VISITORS, changed, ("id",))


def known_persons(connection: Connection, person_ids: pl.Series) -> pl.DataFrame:
    """Those of some ids that are a person's: person_id."""
    return look_up(
        connection,
        person_ids.unique().to_frame("id"),
        lambda keys: select(_PERSONS.c.id.label("person_id")).join_from(keys, _PERSONS, _PERSONS.c.id == keys.c.id),
    )
