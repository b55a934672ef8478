"""When a p-value is small enough, also among several, and what it says in words."""

from __future__ import annotations

from collections.abc import Mapping

HIGH, LOW = 0.01, 0.1
"""Below these a difference is highly significant, and at least a hint."""


def holm(p_values: Mapping[str, float | None]) -> dict[str, float | None]:
    """Adjust the p-values of several comparisons, so that one of them at most errs as often as a single one would.

    Formula: the k-th smallest of m becomes max(the one before it, min(1, (m − k + 1)·p)); unknown ones stay so.

    Source: Holm (1979), Scandinavian Journal of Statistics 6, 65–70; R's `p.adjust(method = "holm")`.

    >>> holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": None})
    {'a': 0.03, 'b': 0.06, 'c': 0.06, 'd': None}
    """
    known = sorted((p, name) for name, p in p_values.items() if p is not None)
    adjusted: dict[str, float | None] = dict.fromkeys(p_values)
    reached = 0.0
    for place, (p, name) in enumerate(known):
        reached = max(reached, min(1.0, (len(known) - place) * p))
        adjusted[name] = reached
    return adjusted


def significance_level(p_value: float | None, *, confidence_level: float) -> str:
    """How much a p-value says: high, medium, low or none.

    Formula: high below 0.01 (or 1 − confidence_level, where that is less), medium below 1 − confidence_level, low
    below 0.1, else none.

    >>> [significance_level(p, confidence_level=0.95) for p in (0.009, 0.01, 0.06, 0.1, None)]
    ['high', 'medium', 'low', 'none', 'none']
    """
    risk = 1 - confidence_level
    if p_value is None:
        return "none"
    if p_value < min(HIGH, risk):
        return "high"
    if p_value < risk:
        return "medium"
    return "low" if p_value < LOW else "none"


def significance_words(p_value: float | None, *, confidence_level: float) -> str:
    """What a p-value says, in a sentence.

    >>> significance_words(0.013, confidence_level=0.95)
    'Significant at 95 %: without a real difference, 1.3 of 100 experiments would show one as great.'
    >>> significance_words(0.4, confidence_level=0.95)
    'Not significant: without a real difference, 40 of 100 experiments would show one as great.'
    >>> significance_words(None, confidence_level=0.95)
    'Not known: there is too little to compare.'
    """
    level = significance_level(p_value, confidence_level=confidence_level)
    if p_value is None:
        return "Not known: there is too little to compare."
    begin = {
        "high": f"Highly significant at {100 * confidence_level:.4g} %",
        "medium": f"Significant at {100 * confidence_level:.4g} %",
        "low": "A hint, not significant",
        "none": "Not significant",
    }[level]
    often = "fewer than 0.1" if p_value < 0.001 else f"{100 * p_value:.2g}"
    return f"{begin}: without a real difference, {often} of 100 experiments would show one as great."
