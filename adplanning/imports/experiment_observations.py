"""Observations of experiments from a file: what single subjects did, a row each time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from adplanning.core.errors import InvalidData
from adplanning.experiments.fields import variant_called
from adplanning.experiments.observation_service import ERASED_SUBJECT, erased_subjects, refuse_observations_of, take_in
from adplanning.experiments.observations import DAYS, MAX_AHEAD, TOLD
from adplanning.experiments.service import experiment_to_change
from adplanning.imports.decimals import EXACT, numbers
from adplanning.imports.kinds import Kind, Stored
from adplanning.imports.leads import YES_OR_NO
from adplanning.imports.lines import LINE
from adplanning.imports.readers import IDENTIFIER, INSTANTS, MAX_AMOUNT, QUANTITY, TEXT, Context, Field, Reader, Values
from adplanning.store.tables.catalogue import TABLES

_EXPERIMENTS: Final = TABLES["experiments"].c


@dataclass(frozen=True)
class _Taken:
    """What became of the rows of one experiment."""

    n_stored: int
    value: float
    n_known: int
    rejected: pl.DataFrame


def store_observations(connection: Connection, rows: pl.DataFrame, context: Context) -> Stored:
    """Add what each row tells to its subject, as `experiments.observation_service` does, and keep the results.

    A row is refused whose experiment or variant is not known, whose experiment takes no observations, which is yet to
    come, or whose subject is a person who was erased.
    """
    session = Session(connection)
    placed = _with_experiment(session, rows)
    taken = [
        _of_one(session, experiment_id, part.drop("reason"), context)
        for (experiment_id,), part in placed.filter(pl.col("reason").is_null()).group_by("experiment_id")
    ]
    n_known = sum(one.n_known for one in taken)
    known = (
        f"{n_known:,} subjects were known before; what the file tells was added to what they had done. What another"
        " file has told already counts twice."
    )
    return Stored(
        n_stored=sum(one.n_stored for one in taken),
        n_duplicates=0,
        totals={"value": sum(one.value for one in taken)},
        rejected=pl.concat([_refused(placed), *(one.rejected for one in taken)]).sort(LINE),
        warnings=(known,) if n_known else (),
    )


def _refused(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("reason").is_not_null()).select(LINE, "reason")


def _with_experiment(session: Session, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with the id of the experiment that each one means, or the reason why none."""
    found = [tuple(row) for row in session.execute(select(_EXPERIMENTS.id, _EXPERIMENTS.name))]
    experiments = pl.DataFrame(found, schema={"id": pl.String, "name": pl.String}, orient="row")
    by_word = (
        pl.concat([experiments.select("id", experiment="id"), experiments.select("id", experiment="name")])
        .unique()
        .group_by("experiment")
        .agg(pl.col("id").first().alias("experiment_id"), pl.len().cast(pl.Int64).alias("n_meant"))
    )
    return rows.join(by_word, on="experiment", how="left", maintain_order="left").with_columns(
        reason=pl.when(pl.col("n_meant").is_null())
        .then(pl.format("experiment: there is no experiment '{}'; give its exact name or its id", "experiment"))
        .when(pl.col("n_meant") > 1)
        .then(pl.format("experiment: several are called '{}'; give the id", "experiment"))
    )


def _of_one(session: Session, experiment_id: str, rows: pl.DataFrame, context: Context) -> _Taken:
    """Take in the rows of one experiment."""
    experiment = experiment_to_change(session, experiment_id)
    try:
        refuse_observations_of(experiment)
    except InvalidData as fault:
        return _Taken(0, 0.0, 0, rows.select(LINE, reason=pl.lit(fault.message)))
    variants = {word: variant_called(experiment.variants, word) for word in rows["variant"].unique()}
    erased = erased_subjects(session, rows["subject"].unique())
    choices = ", ".join(str(variant["id"]) for variant in experiment.variants)
    at = pl.col("occurred_at").fill_null(context.now)
    told = (
        rows.sort(LINE)
        .with_columns(
            variant_id=pl.col("variant").replace_strict(variants, return_dtype=pl.String),
            first_on=at.dt.convert_time_zone(context.settings.timezone).dt.date(),
            value=pl.col("value").cast(pl.Float64).fill_null(0.0),
            denominator=pl.col("denominator").cast(pl.Float64),
            pre_value=pl.col("pre_value").cast(pl.Float64),
        )
        .with_columns(
            is_converted=pl.col("converted").fill_null(pl.col("value") > 0),
            reason=pl.when(pl.col("variant_id").is_null())
            .then(pl.format("variant: there is no variant '{}'; choose one of: " + choices, "variant"))
            .when(at > context.now + MAX_AHEAD)
            .then(pl.lit("occurred_at: is yet to come; give what has happened"))
            .when(pl.col("subject").is_in(sorted(erased)))
            .then(pl.lit(ERASED_SUBJECT)),
        )
    )
    good = told.filter(pl.col("reason").is_null()).select(*TOLD)
    n_known = take_in(session, experiment, good, pl.DataFrame(schema=DAYS), now=context.now)
    return _Taken(good.height, float(good["value"].sum()), n_known, _refused(told))


def _signed(texts: pl.Series, context: Context) -> Values:
    values = numbers(texts, otherwise=context.decimal_mark)
    unread = texts.is_not_null() & values.is_null()
    beyond = (values.abs() > MAX_AMOUNT, f"is beyond {MAX_AMOUNT:,}; check the number")
    return Values(values, ((unread, "is not a number; write it as 1234.56"), beyond))


SIGNED: Final = Reader(EXACT, _signed)

EXPERIMENT_OBSERVATIONS = Kind(
    help="observations of running experiments: what single subjects did; the rows of a subject add up",
    fields=(
        Field(
            "experiment",
            TEXT,
            "the experiment's exact name or its id",
            required=True,
            synonyms=("experiment_name", "experiment_id"),
        ),
        Field(
            "variant",
            TEXT,
            "the variant's id or exact name, or control or treatment",
            required=True,
            synonyms=("variant_name", "variant_id", "arm"),
        ),
        Field("subject", IDENTIFIER, "who it was: a visitor, customer or device", required=True, synonyms=("unit",)),
        Field("value", SIGNED, "what is measured: revenue, clicks or spend; 0 when not given"),
        Field("denominator", QUANTITY, "by what it is divided, of ctr, cpc and roas: impressions, clicks or spend"),
        Field(
            "converted",
            YES_OR_NO,
            "whether the subject converted; when not given, whether the value is above 0",
            synonyms=("is_converted",),
        ),
        Field("pre_value", SIGNED, "the value before the experiment, which makes the result more exact"),
        Field("occurred_at", INSTANTS, "when; now when not given", synonyms=("date", "timestamp")),
    ),
    store=store_observations,
)
