"""What speaks against trusting a result, in words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from scipy import special

from adplanning.experiments.effects import Effect
from adplanning.experiments.metrics import MetricKind
from adplanning.experiments.proportions import FEW_EXPECTED
from adplanning.experiments.statistics import VariantStatistics

MISMATCH_BELOW: Final = 0.001
"""Below this p-value the split seen is not the one planned."""

FEW_VALUES: Final = 30
"""Below as many equal values a mean is not near enough to normal, by the usual rule of thumb."""

CONTAMINATED_FROM: Final = 0.01
"""From this share on, those who were left out may be others than those who stayed."""


@dataclass(frozen=True, slots=True)
class Warning:  # noqa: A001 (the word of the field)
    """One reason to be careful: a code, and words for people."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class SampleRatio:
    """Whether the subjects are spread over the variants as planned; shares, 0–1, of those that are to get some."""

    p_value: float | None
    ok: bool
    planned: Mapping[str, float]
    seen: Mapping[str, float]


def sample_ratio(n_subjects: Mapping[str, int], weights: Mapping[str, float]) -> SampleRatio:
    """Test whether the subjects are spread as planned.

    Formula: χ² = Σ (n − E)² / E with E = N·weight / Σ weights over the k variants with a weight above 0; p from χ² with
    k − 1 degrees of freedom. It is `ok` from 0.001 on, and where there is nothing to test.

    Parameters
    ----------
    n_subjects : of each variant; those that are not named have none.
    weights : the planned parts of each variant, of any sum.

    Source: Fabijan and others (2019), Diagnosing sample ratio mismatch in online controlled experiments; the bound is
    theirs of 0.0005 rounded up to that of common tools.

    >>> found = sample_ratio({"a": 610, "b": 390}, {"a": 50, "b": 50})
    >>> found.ok, f"{found.p_value:.1e}", found.seen
    (False, '3.5e-12', {'a': 0.61, 'b': 0.39})
    """
    planned = {name: weight for name, weight in weights.items() if weight > 0}
    total, n = sum(planned.values()), sum(n_subjects.get(name, 0) for name in planned)
    shares = {name: weight / total for name, weight in planned.items()}
    if n == 0:
        return SampleRatio(p_value=None, ok=True, planned=shares, seen={})
    seen = {name: n_subjects.get(name, 0) / n for name in planned}
    if len(planned) < 2:
        return SampleRatio(p_value=None, ok=True, planned=shares, seen=seen)
    chi_square = sum(n * (seen[name] - share) ** 2 / share for name, share in shares.items())
    p_value = float(special.chdtrc(len(planned) - 1, chi_square))
    return SampleRatio(p_value=p_value, ok=p_value >= MISMATCH_BELOW, planned=shares, seen=seen)


def result_warnings(
    sums: Mapping[str, VariantStatistics],
    effects: Mapping[str, Effect],
    few: Collection[str],
    ratio: SampleRatio,
    kind: MetricKind,
) -> tuple[Warning, ...]:
    """What the numbers of an experiment say against its result.

    Formula: sample_ratio_mismatch, where the split is off; no_subjects, where only some variants have any; too_few,
    where the normal approximation of shares does not hold; few_values, where the values weigh as much as fewer than 30
    equal ones, (Σy)² / Σy², in some variant; no_spread, where there is nothing to test by.

    Parameters
    ----------
    sums : of every variant.
    effects, few : of each treatment against the control, and those with `FEW_EXPECTED`.
    ratio : the test of the split.
    kind : of the metric's formula.

    >>> one = VariantStatistics(n_subjects=400, value_sum=900.0, value_squares=900.0**2)
    >>> whole = SampleRatio(p_value=1.0, ok=True, planned={"a": 1.0}, seen={"a": 1.0})
    >>> [warning.code for warning in result_warnings({"a": one}, {"b": Effect(2.0)}, (), whole, MetricKind.mean)]
    ['few_values', 'no_spread']
    """
    found = []
    if not ratio.ok:
        planned, seen = (split_words(shares) for shares in (ratio.planned, ratio.seen))
        words = f"The split is off (planned {planned}, seen {seen}): something decides who is counted where."
        found.append(Warning("sample_ratio_mismatch", words))
    empty = [name for name, v in sums.items() if not v.n_subjects]
    if empty and len(empty) < len(sums):
        found.append(Warning("no_subjects", f"Without a subject so far: {', '.join(empty)}."))
    if few:
        words = f"Fewer than {FEW_EXPECTED} conversions (or subjects without one) a variant are to be expected: "
        found.append(Warning("too_few", words + "the p-value is not to be relied upon, and nobody wins yet."))
    is_compared = any(effect.difference is not None for effect in effects.values())
    if is_compared and kind != MetricKind.proportion and any(0 < equal_values(v) < FEW_VALUES for v in sums.values()):
        words = f"In a variant few large values weigh most, as if there were fewer than {FEW_VALUES} subjects: "
        found.append(Warning("few_values", words + "one more of them could turn the result."))
    if any(effect.difference is not None and effect.p_value is None for effect in effects.values()):
        words = "There is no spread to compare by: one subject only, all alike, or sums of squares that are missing."
        found.append(Warning("no_spread", words))
    return tuple(found)


def equal_values(v: VariantStatistics) -> float:
    """As how many equal values those of a variant weigh; 0 where there are none.

    Formula: (Σy)² / Σy², of n subjects with one value between 1 and n.

    Source: Kish (1965), Survey sampling, the effective sample size of unequal weights.

    >>> equal_values(VariantStatistics(n_subjects=50, value_sum=30.0, value_squares=90.0))
    10.0
    """
    return v.value_sum / v.value_squares * v.value_sum if v.value_squares > 0 else 0.0


def split_words(shares: Mapping[str, float]) -> str:
    """Shares as people write a split.

    >>> split_words({"a": 0.5, "b": 0.5}), split_words({"a": 1 / 3, "b": 2 / 3})
    ('50/50', '33.3/66.7')
    """
    return "/".join(f"{100 * share:.3g}" for share in shares.values())


def life_warnings(
    *,
    is_running: bool,
    is_reached: bool,
    is_significant: bool,
    is_safe: bool,
    n_subjects: int,
    n_contaminated: int,
) -> tuple[Warning, ...]:
    """What the course of an experiment says against its result.

    Formula: peeking, where it runs and is significant, but not so at every look; ended_early, where it has ended before
    its planned number of subjects and the always-valid result had not decided; contaminated, where 1 % or more of the
    subjects were seen in two variants.

    Parameters
    ----------
    is_running : whether it goes on.
    is_reached : whether it has the subjects that were planned; also true where no number was.
    is_significant, is_safe : whether a treatment differs by the fixed horizon, and at every look.
    n_subjects, n_contaminated : counted, and left out since they were seen in two variants.

    >>> [warning.code for warning in life_warnings(
    ...     is_running=True, is_reached=False, is_significant=True, is_safe=False, n_subjects=900, n_contaminated=50
    ... )]
    ['peeking', 'contaminated']
    """
    found = []
    if is_running and is_significant and not is_safe and not is_reached:
        words = (
            "The difference is significant only for a single look at the end. Watched day by day, one experiment in "
        )
        found.append(
            Warning("peeking", words + "four shows that without any difference: go by the always-valid result.")
        )
    if not is_running and n_subjects and not is_reached and not is_safe:
        words = "The experiment has ended before the planned number of subjects: its result may be that of a lucky day."
        found.append(Warning("ended_early", words))
    if n_contaminated and n_contaminated >= CONTAMINATED_FROM * (n_subjects + n_contaminated):
        share = 100 * n_contaminated / (n_subjects + n_contaminated)
        words = f"{n_contaminated:,} subjects ({share:.2g}%) were seen in two variants and are left out."
        found.append(Warning("contaminated", words))
    return tuple(found)
