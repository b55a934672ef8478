"""Currency rates in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from adplanning.core import formats
from adplanning.rates.service import CurrencyInUse, Gap
from adplanning.ui.notices import Notice

SOURCES: Final[Mapping[str, str]] = {"conversions": "conversions", "leads": "leads", "spend": "ad spend"}
MAX_STRETCHES: Final = 3


def without_rate(in_use: Sequence[CurrencyInUse], reporting: str) -> list[Notice]:
    """A sentence for each currency of which sums in the reporting currency leave something out."""
    return [Notice(_missing(one, reporting)) for one in in_use if one.gaps]


def stretches(gaps: Sequence[Gap]) -> str:
    """The days of gaps, the latest ones first, as one reads them.

    >>> fortnight = Gap(date(2026, 10, 31), date(2026, 11, 13), 14, 20)
    >>> stretches([fortnight, Gap(date(2026, 11, 20), date(2026, 11, 20), 1, 1)])
    '20 Nov 2026; 31 Oct 2026 – 13 Nov 2026'
    """
    latest = [_stretch(gap.first_on, gap.last_on) for gap in reversed(gaps)]
    rest = len(latest) - MAX_STRETCHES
    return "; ".join(latest[:MAX_STRETCHES]) + (f"; and {rest} earlier stretches" if rest > 0 else "")


def where(sources: Sequence[str]) -> str:
    """Where a currency is used.

    >>> where(["conversions", "spend"])
    'conversions, ad spend'
    """
    return ", ".join(SOURCES[source] for source in sources)


def _missing(one: CurrencyInUse, reporting: str) -> str:
    days = f"{formats.number(one.n_days_without)} day{'' if one.n_days_without == 1 else 's'}"
    n = one.n_amounts_without
    amounts = f"{formats.number(n)} amount{'' if n == 1 else 's'} of {where(one.sources)}"
    return f"{one.currency}: {days} without a rate ({stretches(one.gaps)}). Sums in {reporting} leave out {amounts}."


def _stretch(first: date, last: date) -> str:
    days = [f"{day:%-d %b %Y}" for day in (first, last)]
    return days[0] if first == last else " – ".join(days)
