"""Credits kept in the store: each run works only on the conversions whose paths have changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final

import polars as pl
from sqlalchemy import Connection, Engine, delete, select

from adplanning.attribution import credit, queries
from adplanning.attribution.credit import conversion_paths, credited_minor
from adplanning.attribution.credit_models import CREDIT_MODELS
from adplanning.attribution.credit_options import CreditOptions
from adplanning.attribution.crediting import Scope, journeys
from adplanning.attribution.fingerprints import fingerprints
from adplanning.core.errors import InvalidData
from adplanning.core.periods import Period
from adplanning.core.vocabulary import PublicRevenue
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.writing import insert_frame

# What is written in one transaction: long enough to be quick, short enough to keep no event waiting.
CONVERSIONS_A_PART: Final = 10_000
# Both databases bound the number of values in one statement.
IDS_A_STATEMENT: Final = 5_000
_CREDITS, _PATHS = TABLES["attribution_credits"], TABLES["credited_paths"]
USUAL: Final = CreditOptions()
_KEPT = ("conversion_id", "currency", "converted_at")


@dataclass(frozen=True)
class CreditChanges:
    """The conversions of a period whose kept credits are no longer right, found on one snapshot of the store.

    `changed` has a row per conversion to be credited anew, with its fingerprint; `gone` are those that count no more.
    """

    conversions: pl.DataFrame
    paths: pl.DataFrame
    changed: pl.DataFrame
    gone: pl.Series
    models: tuple[str, ...]
    options: CreditOptions

    @property
    def n_unattributed(self) -> int:
        """How many conversions of the period have no touchpoint on their path."""
        return self.conversions.height - self.paths["conversion_id"].n_unique()

    def parts(self) -> Iterator[CreditPart]:
        """The changes some at a time, each to be written in a transaction of its own, in any number of runs."""
        for start in range(0, self.gone.len(), CONVERSIONS_A_PART):
            yield CreditPart(self.gone.slice(start, CONVERSIONS_A_PART), None, None)
        for part in self.changed.iter_slices(CONVERSIONS_A_PART):
            yield CreditPart(part["conversion_id"], part, self._rows(part))

    def _rows(self, part: pl.DataFrame) -> pl.DataFrame:
        """The credits of some conversions; one without a touchpoint has one row without touchpoint a model."""
        options = self.options
        paths = self.paths.lazy().join(part.lazy(), on="conversion_id", how="semi")
        shared = (
            credit.credits(
                paths,
                self.models,
                half_life_days=options.half_life_days,
                first_weight=options.first_weight,
                last_weight=options.last_weight,
            )
            .select(*_KEPT, "touchpoint_id", "position", *self.models, *map(credited_minor, self.models))
            .collect()
        )
        alone = self.conversions.join(part, on="conversion_id", how="semi").join(shared, on="conversion_id", how="anti")
        return pl.concat(
            [
                rows
                for model in self.models
                for rows in (
                    shared.select(
                        *_KEPT, "touchpoint_id", "position", credit=model, value_minor=f"{model}_minor"
                    ).with_columns(model=pl.lit(model)),
                    alone.select(
                        *_KEPT,
                        "value_minor",
                        touchpoint_id=pl.lit(None, pl.String),
                        position=pl.lit(0, pl.Int32),
                        credit=1.0,
                        model=pl.lit(model),
                    ),
                )
            ],
            how="diagonal",
        ).select(
            *_KEPT,
            "touchpoint_id",
            "credit",
            "value_minor",
            "model",
            lookback_days=pl.lit(options.lookback_days),
            half_life_days=pl.lit(options.half_life_days, pl.Float64),
        )


@dataclass(frozen=True)
class CreditPart:
    """Some conversions, with what is kept of them from now on; nothing where they count no more."""

    conversion_ids: pl.Series
    fingerprints: pl.DataFrame | None
    rows: pl.DataFrame | None


def credit_changes(
    engine: Engine,
    *,
    period: Period,
    public_revenue: PublicRevenue,
    models: Sequence[str] = tuple(CREDIT_MODELS),
    options: CreditOptions = USUAL,
    afresh: bool = False,
) -> CreditChanges:
    """Find the conversions of a period whose kept credits are no longer right; nothing is locked meanwhile.

    A conversion has changed when the facts behind its credits are other than when they were kept: see `fingerprints`.
    What it is given then is what a run over everything would give it, because a path depends on nothing else. Models
    that learn from all paths are not kept: the next path would change every credit of theirs.

    Parameters
    ----------
    period : of the conversions; credits of others stay as they are.
    public_revenue : which purchases count.
    models : names in `CREDIT_MODELS`; credits under others are dropped.
    options : how credit is given; with other options every conversion has changed.
    afresh : take every conversion for changed.

    Raises
    ------
    InvalidData : an unknown model.
    """
    for model in models:
        if model not in CREDIT_MODELS:
            raise InvalidData.unknown_choice("models", model, CREDIT_MODELS)
    facts, kept = queries.kept_facts(engine, Scope(period, public_revenue), lookback_days=options.lookback_days)
    found = journeys(facts)
    conversions = found.conversions.select(*_KEPT, "path_key", "value_minor").collect()
    paths = conversion_paths(
        conversions.lazy(),
        found.touchpoints.select("touchpoint_id", "path_key", "touched_at", "is_direct"),
        lookback_days=options.lookback_days,
        direct_credit=options.direct_credit,
    ).collect()
    settings = f"{version('adplanning')} {sorted(models)} {options}"
    now = fingerprints(conversions.lazy(), paths.lazy(), settings=settings).collect()
    right = kept.clear() if afresh else kept
    return CreditChanges(
        conversions,
        paths,
        changed=now.join(right, on=["conversion_id", "fingerprint"], how="anti").sort("conversion_id"),
        gone=kept.join(now, on="conversion_id", how="anti").sort("conversion_id")["conversion_id"],
        models=tuple(models),
        options=options,
    )


def keep_credits(connection: Connection, part: CreditPart, *, run_id: str | None = None) -> int:
    """Put the credits of some conversions in place of those that were kept; answer how many rows there are now.

    In one transaction with the fingerprints: what is interrupted is done by the next run, what is repeated changes
    nothing. A conversion that was deleted since the snapshot, or whose touchpoint was, is left to the next run.
    """
    for ids in _slices(part.conversion_ids):
        for table in (_CREDITS, _PATHS):
            connection.execute(delete(table).where(table.c.conversion_id.in_(ids)))
    if part.fingerprints is None or part.rows is None:
        return 0
    lost = part.rows.filter(
        ~pl.col("conversion_id").is_in(_present(connection, "conversions", part.conversion_ids).implode())
        | ~pl.col("touchpoint_id").is_in(
            _present(connection, "touchpoints", part.rows["touchpoint_id"].drop_nulls().unique()).implode()
        )
    ).select("conversion_id")
    insert_frame(connection, _PATHS, part.fingerprints.join(lost, on="conversion_id", how="anti"))
    rows = part.rows.join(lost, on="conversion_id", how="anti", maintain_order="left")
    return insert_frame(connection, _CREDITS, rows.with_columns(run_id=pl.lit(run_id, pl.String)))


def _present(connection: Connection, table: str, ids: pl.Series) -> pl.Series:
    column = TABLES[table].c.id
    found = [one for part in _slices(ids) for one in connection.scalars(select(column).where(column.in_(part)))]
    return pl.Series(found, dtype=pl.String)


def _slices(ids: pl.Series) -> Iterator[list[str]]:
    for start in range(0, ids.len(), IDS_A_STATEMENT):
        yield ids.slice(start, IDS_A_STATEMENT).to_list()
