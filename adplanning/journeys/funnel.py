"""How many customers come how far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

import polars as pl

from adplanning.core.frames import require_columns
from adplanning.core.ratios import ratio
from adplanning.core.vocabulary import JourneyStage
from adplanning.journeys.stages import STAGES
from adplanning.people.identity import PERSON_KEY

# A set of stages is an integer, one bit each.
_BITS: Final = {stage: 1 << rank for rank, stage in enumerate(STAGES)}


class FunnelStage(NamedTuple):
    """The `n` customers who reached a stage or a later one; `share` is of all, `dropoff` of the stage before.

    `dropoff` did not come on: 0 at the first stage, null where nobody was at the one before.
    """

    stage: str
    n: int
    share: float | None
    dropoff: float | None


class Dropoff(NamedTuple):
    """The share of those at one stage who did not come on to the next."""

    from_stage: str
    to_stage: str
    share: float


@dataclass(frozen=True)
class FunnelReport:
    """How far customers came; shares from 0 to 1, null where there is nobody to be a share of.

    `stages_per_customer` is the average number of stages that a customer has a step at. `stage_events` counts the
    steps of each stage by type. `n_unattributable` steps name nobody that can be told apart and are in no other number.
    """

    stages: tuple[FunnelStage, ...]
    n_customers: int
    n_identified: int
    n_anonymous: int
    awareness_to_conversion: float | None
    biggest_dropoff: Dropoff | None
    stages_per_customer: float | None
    stage_events: Mapping[str, Mapping[str, int]]
    n_unattributable: int


def funnel(steps: pl.LazyFrame) -> FunnelReport:
    """Count the customers at each stage.

    Formula: a customer is at a stage who has a step at it or at a later one; share = n / n_customers;
    dropoff = 1 − n / n of the stage before. The biggest drop-off is the first of the greatest above 0.

    Parameters
    ----------
    steps : one row per step: path_key, stage (of `STAGES`), event_type; as from `ways.ways`. Each record once: a
        purchase or a lead that is stored as a conversion and mirrored as a journey event is one row.

    Returns
    -------
    All seven stages in their order. Counts never grow from stage to stage, the first is `n_customers`, and
    n_identified + n_anonymous = n_customers.

    Raises
    ------
    InvalidData : a missing column.

    >>> steps = pl.LazyFrame({"path_key": ["person:asha", "person:asha", "visitor:v"], "stage": ["awareness",
    ...     "conversion", "awareness"], "event_type": ["page_view", "purchase", "page_view"]})
    >>> found = funnel(steps)
    >>> [(stage.stage, stage.n, stage.dropoff) for stage in found.stages if stage.dropoff]
    [('interest', 1, 0.5), ('retention', 0, 1.0)]
    >>> found.awareness_to_conversion, found.stages_per_customer, found.biggest_dropoff.to_stage
    (0.5, 1.5, 'retention')
    """
    require_columns(steps, ["path_key", "stage", "event_type"], what="steps")
    by_customer = (
        steps.filter(pl.col("path_key").is_not_null())
        .select("path_key", pl.col("stage").replace_strict(_BITS, return_dtype=pl.UInt8).alias("stages"))
        .group_by("path_key")
        .agg(pl.col("stages").bitwise_or())
    )
    of_persons = pl.col("path_key").str.starts_with(PERSON_KEY).sum()
    reached = by_customer.group_by("stages").agg(pl.len().alias("n"), of_persons.alias("n_identified"))
    known = pl.col("path_key").is_not_null()
    events = steps.group_by(known.alias("is_known"), "stage", "event_type").agg(pl.len().alias("n"))
    sets, counted = pl.collect_all([reached, events])
    seen = [(mask, n) for mask, n in sets.select("stages", "n").iter_rows()]
    at_stage = [sum(n for mask, n in seen if mask >> rank) for rank in range(len(STAGES))]
    n_customers, n_identified = at_stage[0], int(sets["n_identified"].sum())
    stages = _stages(at_stage)
    of_customers = counted.filter("is_known").sort("n", "event_type", descending=[True, False])
    return FunnelReport(
        stages=stages,
        n_customers=n_customers,
        n_identified=n_identified,
        n_anonymous=n_customers - n_identified,
        awareness_to_conversion=ratio(at_stage[STAGES.index(JourneyStage.conversion)], n_customers),
        biggest_dropoff=_biggest(stages),
        stages_per_customer=ratio(sum(mask.bit_count() * n for mask, n in seen), n_customers),
        stage_events={
            stage: dict(of_customers.filter(pl.col("stage") == stage).select("event_type", "n").iter_rows())
            for stage in STAGES
        },
        n_unattributable=int(counted.filter(~pl.col("is_known"))["n"].sum()),
    )


def _stages(at_stage: list[int]) -> tuple[FunnelStage, ...]:
    before = [at_stage[0], *at_stage]
    kept = [ratio(n, n_before) for n, n_before in zip(at_stage, before, strict=False)]
    return tuple(
        FunnelStage(stage, n, ratio(n, at_stage[0]), None if share is None else 1 - share)
        for stage, n, share in zip(STAGES, at_stage, kept, strict=True)
    )


def _biggest(stages: tuple[FunnelStage, ...]) -> Dropoff | None:
    steps = [Dropoff(a.stage, b.stage, b.dropoff or 0.0) for a, b in pairwise(stages)]
    biggest = max(steps, key=lambda step: step.share)
    return biggest if biggest.share > 0 else None
