"""Members of segments from a file: persons who are put into a segment and stay, whatever its criteria say."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection, and_, func, select, update

from adplanning.core.vocabulary import AddedReason
from adplanning.imports.checks import Rule
from adplanning.imports.kinds import Kind, Stored
from adplanning.imports.lines import LINE
from adplanning.imports.lookups import look_up, replace
from adplanning.imports.readers import EMAIL, IDENTIFIER, TEXT, Context, Field
from adplanning.store.tables.catalogue import TABLES

_SEGMENTS, _MEMBERS, _PERSONS = TABLES["segments"], TABLES["segment_members"], TABLES["persons"]


def store_segment_members(connection: Connection, rows: pl.DataFrame, context: Context) -> Stored:
    """Put each row's person into its segment; who is in it already counts as a duplicate, and stays from now on.

    A row whose segment or person is not known, or whose e-mail and id are of two persons, is refused.
    """
    placed = _with_person(connection, _with_segment(connection, rows))
    reason = (
        pl.when(pl.col("n_segments") == 0)
        .then(pl.format("segment: there is no segment '{}'; give its exact name or its id", "segment"))
        .when(pl.col("n_segments") > 1)
        .then(pl.format("segment: several segments are called '{}'; give the id", "segment"))
        .when(pl.col("known_id").is_null())
        .then(pl.lit("person: nobody with this e-mail or id is known; import people first"))
        .when(pl.col("id_of_email") != pl.col("id_of_id"))
        .then(pl.lit("person_id: is another person's than the e-mail; correct one of them"))
    )
    told = placed.with_columns(reason=reason)
    good = told.filter(pl.col("reason").is_null())
    members = good.select("segment_id", person_id="known_id").unique(maintain_order=True)
    there = look_up(
        connection,
        members,
        lambda keys: select(
            _MEMBERS.c.segment_id, _MEMBERS.c.person_id, _MEMBERS.c.added_reason, _MEMBERS.c.added_at
        ).join_from(
            keys,
            _MEMBERS,
            and_(_MEMBERS.c.segment_id == keys.c.segment_id, _MEMBERS.c.person_id == keys.c.person_id),
        ),
    )
    new = members.join(there, on=["segment_id", "person_id"], how="anti").with_columns(added_at=pl.lit(context.now))
    ruled = there.filter(pl.col("added_reason") == AddedReason.rule_match)
    kept = pl.concat([new, ruled.select(new.columns)]).with_columns(added_reason=pl.lit(str(AddedReason.imported)))
    replace(connection, _MEMBERS, kept, ("segment_id", "person_id"))
    _count(connection, new["segment_id"].unique().to_list())
    return Stored(
        n_stored=new.height,
        n_duplicates=good.height - new.height,
        totals={"members": float(new.height)},
        rejected=told.filter(pl.col("reason").is_not_null()).select(LINE, "reason"),
    )


def _with_segment(connection: Connection, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with the id of the segment that each one means, and how many it may mean."""
    segments = pl.DataFrame(
        [tuple(row) for row in connection.execute(select(_SEGMENTS.c.id, _SEGMENTS.c.name))],
        schema={"id": pl.String, "name": pl.String},
        orient="row",
    )
    by_word = (
        pl.concat([segments.select("id", segment="id"), segments.select("id", segment="name")])
        .unique()
        .group_by("segment")
        .agg(pl.col("id").first().alias("segment_id"), pl.len().cast(pl.Int64).alias("n_segments"))
    )
    return rows.join(by_word, on="segment", how="left", maintain_order="left").with_columns(
        pl.col("n_segments").fill_null(0)
    )


def _with_person(connection: Connection, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with the person that e-mail and id tell: id_of_email, id_of_id and, from one of them, known_id."""
    keyed = rows.with_columns(email_key=pl.col("email").str.to_lowercase())
    by_email = look_up(
        connection,
        keyed.select("email_key").drop_nulls().unique(),
        lambda keys: select(_PERSONS.c.email_key, _PERSONS.c.id.label("id_of_email")).join_from(
            keys, _PERSONS, _PERSONS.c.email_key == keys.c.email_key
        ),
    )
    by_id = look_up(
        connection,
        keyed.select("person_id").drop_nulls().unique(),
        lambda keys: select(_PERSONS.c.id.label("person_id"), _PERSONS.c.id.label("id_of_id")).join_from(
            keys, _PERSONS, _PERSONS.c.id == keys.c.person_id
        ),
    )
    told = keyed.join(by_email, on="email_key", how="left", maintain_order="left").join(
        by_id, on="person_id", how="left", maintain_order="left"
    )
    # What is given must be known: an id that is nobody's is no reason to go by the e-mail alone.
    is_unknown = (pl.col("email").is_not_null() & pl.col("id_of_email").is_null()) | (
        pl.col("person_id").is_not_null() & pl.col("id_of_id").is_null()
    )
    return told.with_columns(known_id=pl.when(~is_unknown).then(pl.coalesce("id_of_id", "id_of_email")))


def _count(connection: Connection, segment_ids: list[str]) -> None:
    for segment_id in segment_ids:
        n = select(func.count()).select_from(_MEMBERS).where(_MEMBERS.c.segment_id == segment_id).scalar_subquery()
        connection.execute(update(_SEGMENTS).where(_SEGMENTS.c.id == segment_id).values(customer_count=n))


SEGMENT_MEMBERS = Kind(
    help="members of segments: persons who are put into a segment and stay in it, by e-mail or id",
    fields=(
        Field(
            "segment",
            TEXT,
            "the segment's exact name or its id",
            required=True,
            synonyms=("segment_name", "segment_id"),
        ),
        Field("email", EMAIL, "e-mail, case-blind", synonyms=("email_address", "customer_email")),
        Field("person_id", IDENTIFIER, "our id of the person"),
    ),
    rules=(
        Rule(
            pl.col("email").is_null() & pl.col("person_id").is_null(),
            "the row has neither an e-mail nor a person_id; give one of them",
        ),
    ),
    store=store_segment_members,
)
