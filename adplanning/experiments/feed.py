"""What must be said beside the numbers of an experiment that were found in the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from adplanning.core.periods import isoformat
from adplanning.experiments.amounts import Unvalued
from adplanning.experiments.delivery import Delivery
from adplanning.experiments.exposures import Exposed
from adplanning.experiments.statistics import daily_statistics

CUSTOMER, DAY = "customer", "day"
UNEVEN = "uneven_delivery"


@dataclass(frozen=True)
class Counted:
    """What was found for an experiment: a row per variant and day as from `daily_statistics`, how many customers met
    several variants, and `feed`, all that must be said with the numbers, as the store keeps it.
    """

    days: pl.DataFrame
    n_contaminated: int
    feed: dict[str, Any]


def counted(
    exposed: Exposed,
    *,
    unit: str,
    words: Sequence[str],
    until: datetime,
    missing: Sequence[str] = (),
    without_rate: Sequence[Unvalued] = (),
    currency: str,
    delivery: Delivery | None = None,
    warnings: Sequence[dict[str, str]] = (),
) -> Counted:
    """Sum the subjects up and put beside them what a reader must know.

    Parameters
    ----------
    exposed : the subjects.
    unit : what a subject is: `CUSTOMER` or `DAY`.
    words : sentences that say what was counted.
    until : up to when.
    missing : sources that are not in the store.
    without_rate : amounts that could not be turned into `currency`.
    delivery : how alike the variants were shown, where a platform shows them.
    warnings : further ones, each with code and words.

    Returns
    -------
    `feed` has unit, words, counted_to, n_contaminated, missing, without_rate, delivery, warnings; what is missing or
    uneven is a warning as well.

    >>> from datetime import UTC, date
    >>> asha = pl.DataFrame({"variant_id": ["a"], "first_on": [date(2026, 11, 2)], "is_converted": [True],
    ...     "value": [1.0], "denominator": [None], "pre_value": [None]})
    >>> found = counted(Exposed(asha, 2), unit=CUSTOMER, words=["A customer."], until=datetime(2026, 11, 3, tzinfo=UTC),
    ...     missing=["camp_9"], currency="INR")
    >>> found.days.height, [warning["code"] for warning in found.feed["warnings"]]
    (1, ['missing'])
    """
    said = list(warnings)
    if missing:
        said.append(warning("missing", f"Not in the store, so nothing is counted for them: {', '.join(missing)}."))
    if without_rate:
        amounts = ", ".join(f"{one.value:,.2f} {one.currency} ({one.count:,})" for one in without_rate)
        said.append(warning("without_rate", f"Left out for want of a rate into {currency}: {amounts}."))
    feed: dict[str, Any] = {
        "unit": unit,
        "words": list(words),
        "counted_to": isoformat(until),
        "n_contaminated": exposed.n_contaminated,
        "missing": list(missing),
        "without_rate": [one.to_json() for one in without_rate],
        "delivery": None,
        "warnings": said,
    }
    if delivery is not None:
        feed = with_delivery(feed, split=delivery.to_json(), audience=None)
    return Counted(daily_statistics(exposed.subjects), exposed.n_contaminated, feed)


def with_delivery(feed: Mapping[str, Any], *, split: dict[str, Any], audience: dict[str, Any] | None) -> dict[str, Any]:
    """Put into a feed how alike the variants were shown, in place of what it said of that.

    Parameters
    ----------
    split : by day, as `Delivery.to_json` tells it.
    audience : the same by age, gender and the like, where a file has told it.

    >>> told = {"is_uneven": True, "is_off_plan": False, "words": ["Unevenly."]}
    >>> fed = with_delivery({"warnings": []}, split=told, audience=None)
    >>> fed["delivery"]["is_uneven"], fed["warnings"]
    (True, [{'code': 'uneven_delivery', 'words': 'Unevenly.'}])
    """
    told = [one for one in (split, audience) if one is not None]
    # Both know what share each variant had of all impressions.
    words = list(dict.fromkeys(sentence for one in told for sentence in one["words"]))
    others = [one for one in feed["warnings"] if one["code"] != UNEVEN]
    return {
        **feed,
        "delivery": {
            "is_uneven": any(one["is_uneven"] or one["is_off_plan"] for one in told),
            "words": words,
            "split": split,
            "audience": audience,
        },
        "warnings": [*others, *(warning(UNEVEN, sentence) for sentence in words)],
    }


def warning(code: str, words: str) -> dict[str, str]:
    """A warning as the store keeps it: a word for programs, a sentence for people."""
    return {"code": code, "words": words}
