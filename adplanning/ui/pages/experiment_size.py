"""How many subjects an experiment takes, worked out while its form is filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from adplanning.core import formats
from adplanning.core.errors import InvalidData
from adplanning.experiments.metrics import EXPERIMENT_METRICS
from adplanning.experiments.power import days_needed, sample_size, sample_size_means
from adplanning.ui.form import Field, Values
from adplanning.ui.kpis import Kpi

BASELINE_DAYS: Final = 30
_SHARES: Final = tuple(metric.value for metric, its in EXPERIMENT_METRICS.items() if its.unit == "share")
_AMOUNTS: Final = tuple(metric.value for metric in EXPERIMENT_METRICS if metric.value not in _SHARES)
POWERS: Final = {"0.8": "80% (usual)", "0.9": "90%", "0.95": "95%"}
SIZE_FIELDS: Final = (
    Field(
        "minimum_detectable_effect",
        "Smallest change worth finding",
        "number",
        unit="%",
        help="Of the control's result: 10 finds 5.5% against 5%. Half of it takes four times the subjects.",
    ),
    Field(
        "baseline",
        "Usual rate",
        "number",
        unit="%",
        only_for={"primary_metric": _SHARES},
        help="What the control is expected to reach; only for the sample size. A new form begins with the share of "
        f"visitors who converted in the last {BASELINE_DAYS} days.",
    ),
    Field(
        "mean",
        "Usual result of a subject",
        "number",
        only_for={"primary_metric": _AMOUNTS},
        help="What the control is expected to reach; only for the sample size.",
    ),
    Field(
        "spread",
        "Spread of subjects",
        "number",
        only_for={"primary_metric": _AMOUNTS},
        help="The standard deviation of single subjects, in the same unit; often several times the usual result.",
    ),
    Field("power", "Power", "choice", options=POWERS, help="How often such a change is found when it is there."),
    Field(
        "daily_subjects",
        "Visitors a day",
        "number",
        help="How many take part each day, in all variants together; tells how long it takes.",
    ),
)
# As the formulas call what stands in the fields.
_LABELS: Final = {
    **{field.key: field.label for field in SIZE_FIELDS},
    "mde": "Smallest change worth finding",
    "difference": "Smallest change worth finding",
    "sd": "Spread of subjects",
}


@dataclass(frozen=True)
class Size:
    """How many subjects are needed, or in words why that cannot be said."""

    per_variant: int | None = None
    total: int | None = None
    days: int | None = None
    lacking: str = ""


def needed_size(values: Values) -> Size:
    """Work it out from what stands in the form; what is missing or impossible is said."""
    is_share = str(values.get("primary_metric", "")) in _SHARES
    own = ("baseline",) if is_share else ("mean", "spread")
    try:
        known = {key: _number(values, key) for key in ("minimum_detectable_effect", "power", "confidence_level", *own)}
        daily = _number(values, "daily_subjects")
        given = [one for one in known.values() if one is not None]
        if len(given) < len(known):
            what = "the usual rate" if is_share else "the usual result and its spread"
            return Size(lacking=f"Fill in the smallest change worth finding and {what} to see how many it takes.")
        effect, power, level, *usual = given
        variants = len(values.get("variants") or ()) or 2
        options: Any = {"power": power, "alpha": 1 - level, "variants": variants}
        if is_share:
            per_variant = sample_size(usual[0] / 100, effect / 100, **options)
        else:
            mean, spread = usual
            per_variant = sample_size_means(spread, mean * effect / 100, **options)
        total = per_variant * variants
        return Size(per_variant, total, days_needed(total, daily) if daily else None)
    except InvalidData as refused:
        [(name, words)] = refused.issues
        return Size(lacking=f"No sample size. {_LABELS.get(name, name)}: {words}.")


def size_kpis(size: Size, currency: str) -> tuple[Sequence[Kpi], str]:
    """The cards below the form, and the sentence below them."""
    days = "Without the visitors a day nobody knows." if size.days is None else "Whole weeks make the better test."
    return [
        Kpi("Per variant", formats.number(size.per_variant, currency=currency), "Subjects that each variant takes."),
        Kpi("In all", formats.number(size.total, currency=currency), "Subjects that all variants take together."),
        Kpi("Days", formats.number(size.days, currency=currency), f"How long that takes. {days}"),
    ], size.lacking


def _number(values: Mapping[str, Any], key: str) -> float | None:
    given = values.get(key)
    if given in (None, ""):
        return None
    try:
        return float(str(given))
    except ValueError:
        raise InvalidData.at(key, "is no number") from None
