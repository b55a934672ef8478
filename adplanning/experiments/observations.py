"""What is told of an experiment's subjects: each observation read or refused, and what they add to the sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import polars as pl
from pydantic import Field, ValidationError

from adplanning.core.errors import InvalidData
from adplanning.core.fields import Fields, InstantText, Number, WholeNumber, instant_or
from adplanning.core.texts import Identifier, ShortText
from adplanning.core.validation import invalid_data
from adplanning.core.vocabulary import PrimaryMetric
from adplanning.experiments.fields import unknown_variant, variant_called
from adplanning.experiments.metrics import EXPERIMENT_METRICS, MetricKind
from adplanning.experiments.statistics import PARTS, SUMS, daily_statistics

MAX_VALUE: Final = 1e12
MAX_SUM: Final = 1e18
MAX_SQUARES: Final = 1e30
# A clock of the caller's may go before ours.
MAX_AHEAD: Final = timedelta(days=1)
# What sums of doubles may lack of an inequality that holds for exact ones.
ROUNDING: Final = 1e-9

Value = Annotated[Number, Field(ge=-MAX_VALUE, le=MAX_VALUE, allow_inf_nan=False)]
NotNegative = Annotated[Number, Field(ge=0, le=MAX_VALUE, allow_inf_nan=False)]
Sum = Annotated[Number, Field(ge=-MAX_SUM, le=MAX_SUM, allow_inf_nan=False)]
NotNegativeSum = Annotated[Number, Field(ge=0, le=MAX_SUM, allow_inf_nan=False)]
Squares = Annotated[Number, Field(ge=0, le=MAX_SQUARES, allow_inf_nan=False)]
Products = Annotated[Number, Field(ge=-MAX_SQUARES, le=MAX_SQUARES, allow_inf_nan=False)]
Count = Annotated[WholeNumber, Field(ge=0, le=10**12)]


class SubjectObservation(Fields):
    """What one subject did. Who is not told to have converted has done so where the value is above 0."""

    variant: ShortText
    subject: Identifier
    value: Value | None = None
    denominator: NotNegative | None = None
    converted: bool | None = None
    pre_value: Annotated[Value, Field(description="the value before the experiment, for CUPED")] | None = None
    occurred_at: InstantText | None = None


class AggregateObservation(Fields):
    """What several subjects did that are told nowhere else: how many, and sums over them."""

    variant: ShortText
    subjects: Count
    conversions: Count | None = None
    sum: Sum | None = None
    sum_squares: Squares | None = None
    denominator_sum: NotNegativeSum | None = None
    denominator_squares: Squares | None = None
    product_sum: Products | None = None
    occurred_at: InstantText | None = None


TOLD: Final = pl.Schema(
    {
        "subject": pl.String(),
        "variant_id": pl.String(),
        "value": pl.Float64(),
        "denominator": pl.Float64(),
        "is_converted": pl.Boolean(),
        "pre_value": pl.Float64(),
        "first_on": pl.Date(),
    }
)
"""The columns of told subjects."""

DAYS: Final = pl.Schema(
    {
        "variant_id": pl.String(),
        "on": pl.Date(),
        **{name: pl.Int64() if name in PARTS else pl.Float64() for name in SUMS},
    }
)
"""The columns of sums by variant and day."""


@dataclass(frozen=True)
class Told:
    """Observations that were read: `subjects` (index and `TOLD`), aggregates as `days`, index and fault of the rest."""

    subjects: pl.DataFrame
    days: pl.DataFrame
    rejected: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Reading:
    """By what observations are read: the variants and the metric of their experiment, the clock and the zone."""

    variants: Sequence[Mapping[str, Any]]
    metric: PrimaryMetric
    now: datetime
    zone: ZoneInfo

    def variant_id(self, word: str) -> str:
        """The variant that a word means.

        Raises
        ------
        InvalidData : there is none.
        """
        found = variant_called(self.variants, word.strip())
        if found is None:
            raise unknown_variant("variant", word, self.variants)
        return found

    def day(self, text: str | None) -> date:
        """The day of the reporting zone in which an instant lies; today when none is given.

        Raises
        ------
        InvalidData : no instant, or one that is to come.
        """
        at = instant_or(text, self.now, self.zone, field="occurred_at")
        if at > self.now + MAX_AHEAD:
            raise InvalidData.at("occurred_at", f"{text!r} is yet to come; send what has happened")
        return at.astimezone(self.zone).date()


def read_observations(given: Sequence[object], by: Reading) -> Told:
    """Read observations one by one; a bad one is told with its fault, and the others are read.

    Parameters
    ----------
    given : JSON objects; those with `subject` are of single subjects, those with `subjects` are aggregates.
    by : what they are read by.

    Returns
    -------
    Every observation in exactly one of subjects, days and rejected.

    >>> pair = [{"id": "a", "name": "Winter"}, {"id": "b", "name": "Summer"}]
    >>> noon = datetime.fromisoformat("2026-11-22T12:00:00+00:00")
    >>> told = read_observations(
    ...     [
    ...         {"variant": "Summer", "subject": "v1", "value": 250},
    ...         {"variant": "control", "subjects": 100, "conversions": 7},
    ...         {"variant": "a", "subjects": 5, "conversions": 7},
    ...     ],
    ...     Reading(pair, PrimaryMetric.conversion_rate, noon, ZoneInfo("Asia/Kolkata")),
    ... )
    >>> told.subjects.row(0)[:6], told.days.row(0)[2:4]
    ((0, 'v1', 'b', 250.0, None, True), (100, 7))
    >>> told.rejected
    ((2, 'conversions: 7 is more than the 5 subjects'),)
    """
    subjects, days, rejected = [], [], []
    for index, one in enumerate(given):
        try:
            if not isinstance(one, dict):
                raise InvalidData.at("observation", "must be an object")
            if ("subject" in one) == ("subjects" in one):
                raise InvalidData.at("subject", "give either the `subject`, or `subjects`, how many there are")
            if "subject" in one:
                subjects.append((index, *_subject(SubjectObservation.model_validate(one), by)))
            else:
                days.append(_aggregate(AggregateObservation.model_validate(one), by))
        except ValidationError as fault:
            rejected.append((index, invalid_data(fault.errors()).message))
        except InvalidData as fault:
            rejected.append((index, fault.message))
    return Told(
        pl.DataFrame(subjects, schema={"index": pl.Int64(), **TOLD}, orient="row"),
        pl.DataFrame(days, schema=DAYS, orient="row"),
        tuple(rejected),
    )


def _subject(told: SubjectObservation, by: Reading) -> tuple[object, ...]:
    value = told.value or 0.0
    converted = value > 0 if told.converted is None else told.converted
    variant_id, on = by.variant_id(told.variant), by.day(told.occurred_at)
    return told.subject, variant_id, value, told.denominator, converted, told.pre_value, on


def _aggregate(told: AggregateObservation, by: Reading) -> tuple[object, ...]:
    variant_id, on = by.variant_id(told.variant), by.day(told.occurred_at)
    n_converted = told.conversions or 0
    if n_converted > told.subjects:
        raise InvalidData.at("conversions", f"{n_converted} is more than the {told.subjects} subjects")
    _refuse_gaps(told, by.metric)
    n, total, squares = told.subjects, told.sum or 0.0, told.sum_squares
    # Without squares only a share is decided upon, for which nobody reads them.
    squares = _square(total, n) if squares is None else squares
    below, below_squares, product = (
        told.denominator_sum or 0.0,
        told.denominator_squares or 0.0,
        told.product_sum or 0.0,
    )
    _refuse_impossible(n, total, squares, "sum_squares", "sum")
    _refuse_impossible(n, below, below_squares, "denominator_squares", "denominator_sum")
    if product**2 > squares * below_squares * (1 + ROUNDING):
        raise InvalidData.at("product_sum", "is beyond what the two sums of squares allow; check all three")
    n_with = n if told.denominator_sum is not None else 0
    sums = (n, n_converted, total, squares, n_with, below, below_squares, product)
    return (variant_id, on, *sums, 0, 0.0, 0.0, 0.0, 0.0)


def _refuse_gaps(told: AggregateObservation, metric: PrimaryMetric) -> None:
    """Refuse sums whose spread nobody could tell."""
    needed: tuple[str, ...] = ()
    match EXPERIMENT_METRICS[metric].kind:
        case MetricKind.mean:
            needed = ("sum", "sum_squares")
        case MetricKind.ratio if metric is not PrimaryMetric.ctr or told.denominator_sum is not None:
            needed = ("sum", "sum_squares", "denominator_sum", "denominator_squares", "product_sum")
    for name in needed if told.subjects else ():
        if getattr(told, name) is None:
            raise InvalidData.at(name, f"is missing; {metric} cannot be compared without {', '.join(needed)}")


def _refuse_impossible(n: int, total: float, squares: float, name: str, of: str) -> None:
    if n == 0 and (total or squares):
        raise InvalidData.at(of, "no subjects can bring no sum; give how many there are")
    if squares < _square(total, n) * (1 - ROUNDING):
        raise InvalidData.at(name, f"{squares:g} is less than {of}² / subjects, which no values can add up to")


def _square(total: float, n: int) -> float:
    return total * total / n if n else 0.0


def merged_subjects(known: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """Add what is told of some subjects to what is known of them.

    Formula: values and denominators add up, converted is or, the first known pre-period value and the first variant
    stay, and so does the earliest day. A subject of two variants is contaminated.

    Parameters
    ----------
    known : at most one row a subject: `TOLD` and is_contaminated.
    told : `TOLD`, any number of rows a subject, in the order in which they were told.

    Returns
    -------
    One row a subject: `TOLD` and is_contaminated.

    >>> none = pl.DataFrame(schema={**TOLD, "is_contaminated": pl.Boolean})
    >>> on = date(2026, 11, 22)
    >>> told = pl.DataFrame(
    ...     [("v1", "a", 0.0, None, False, 3.0, on), ("v1", "a", 5.0, None, True, 9.0, on), ("v2", "a", 1.0, None, True,
    ...     None, on), ("v2", "b", 1.0, None, True, None, on)], schema=TOLD, orient="row"
    ... )
    >>> merged_subjects(none, told).select("subject", "value", "is_converted", "pre_value", "is_contaminated").rows()
    [('v1', 5.0, True, 3.0, False), ('v2', 2.0, True, None, True)]
    """
    rows = pl.concat([known, told.select(*TOLD).with_columns(is_contaminated=False)], how="diagonal")
    below = pl.col("denominator")
    return (
        rows.group_by("subject", maintain_order=True)
        .agg(
            pl.col("variant_id").first(),
            pl.col("value").sum(),
            pl.when(below.count() > 0).then(below.sum()).alias("denominator"),
            pl.col("is_converted").any(),
            pl.col("pre_value").drop_nulls().first(),
            pl.col("first_on").min(),
            is_contaminated=pl.col("is_contaminated").any() | (pl.col("variant_id").n_unique() > 1),
        )
        .sort("subject")
    )


def changed_days(
    days: pl.DataFrame, *, before: pl.DataFrame, after: pl.DataFrame, aggregates: pl.DataFrame
) -> pl.DataFrame:
    """The days whose sums are others once some subjects and aggregates are counted.

    Formula: days + sums of the subjects after − sums of the same subjects before + aggregates; contaminated subjects
    are in no sum.

    Parameters
    ----------
    days : the sums so far, `DAYS`.
    before, after : the touched subjects as `merged_subjects` takes and gives them.
    aggregates : `DAYS`, any number of rows a day.

    Returns
    -------
    `DAYS` of the touched days, whole, sorted by variant and day.
    """
    gone, new = (daily_statistics(part.filter(~pl.col("is_contaminated"))) for part in (before, after))
    change = pl.concat([gone.with_columns(-pl.col(SUMS)), new, aggregates], how="vertical_relaxed").select(*DAYS)
    key = ["variant_id", "on"]
    touched = days.select(*DAYS).join(change, on=key, how="semi")
    summed = pl.concat([touched, change], how="vertical_relaxed").group_by(key).agg(pl.col(SUMS).sum())
    # What is left of a sum after all of it was taken away is rounding.
    squares = [name for name in SUMS if name.endswith("_squares")]
    exact = summed.with_columns(pl.col(squares).clip(lower_bound=0.0)).with_columns(
        pl.when(pl.col("n_subjects") == 0).then(0).otherwise(pl.col(SUMS)).name.keep()
    )
    return exact.cast(DAYS).select(*DAYS).sort(key)
