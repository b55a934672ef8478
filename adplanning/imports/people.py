"""People from a file: one person per e-mail, in whatever case."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
from sqlalchemy import Connection, func, select

from adplanning.imports.kinds import Kind, Stored
from adplanning.imports.persons import NAME_FIELDS, about_erased, n_erased, with_person
from adplanning.imports.readers import DAYS, EMAIL, INSTANTS, TAGS, TEXT, Context, Field
from adplanning.store.tables.catalogue import TABLES

ATTRIBUTE = "attributes."


def store_people(connection: Connection, rows: pl.DataFrame, context: Context) -> Stored:
    """Make the persons who are not known yet; a known person, or a second row of one, fills empty fields only.

    Rows of known persons count as duplicates, also where they filled something; those of persons who were erased too,
    and nothing is kept of them.
    """
    before = _n_persons(connection)
    persons = rows.select(
        pl.exclude("tags", f"^{ATTRIBUTE}.*$"), tags=_json_list("tags"), attributes=_json_object(rows.columns)
    )
    named = with_person(
        connection,
        persons.with_columns(pl.col("created_at").fill_null(context.now)),
        since="created_at",
        now=context.now,
    )
    made = _n_persons(connection) - before
    warnings = about_erased(n_erased(named))
    return Stored(made, rows.height - made, totals={"persons": float(made)}, warnings=warnings)


def attribute_fields(names: Iterable[str]) -> tuple[Field, ...]:
    """A field for each name that begins with `attributes.`.

    >>> [field.name for field in attribute_fields(["email", "attributes.size"])]
    ['attributes.size']
    """
    own = sorted({name for name in names if name.startswith(ATTRIBUTE)})
    return tuple(Field(name, TEXT, "an attribute of the person's own") for name in own)


def _n_persons(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(TABLES["persons"])).scalar_one()


def _json_list(name: str) -> pl.Expr:
    whole = pl.struct(name).struct.json_encode()
    return pl.when(pl.col(name).is_not_null()).then(whole.str.slice(len(name) + 4).str.head(-1))


def _json_object(columns: Iterable[str]) -> pl.Expr:
    """One JSON object of the attributes that a row has."""
    members = [
        pl.when(pl.col(name).is_not_null()).then(
            pl.struct(pl.col(name).alias(name.removeprefix(ATTRIBUTE))).struct.json_encode().str.slice(1).str.head(-1)
        )
        for name in columns
        if name.startswith(ATTRIBUTE)
    ]
    if not members:
        return pl.lit(None, pl.String)
    joined = pl.concat_str(members, separator=",", ignore_nulls=True)
    return pl.when(joined != "").then("{" + joined + "}")


PEOPLE = Kind(
    help="people: one person per e-mail; columns named attributes.NAME are kept as attributes",
    fields=(
        Field("email", EMAIL, "e-mail, case-blind", required=True, synonyms=("email_address", "customer_email")),
        *NAME_FIELDS,
        Field("date_of_birth", DAYS, "day of birth", synonyms=("birthday", "birth_date", "dob")),
        Field("tags", TAGS, "words separated by comma or semicolon", synonyms=("labels",)),
        Field("created_at", INSTANTS, "known since; now when not given", synonyms=("customer_since", "signed_up_at")),
    ),
    open_fields=attribute_fields,
    store=store_people,
)
