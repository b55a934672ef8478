"""How the numbers of the metrics page are written, and where each leads with the days that it is of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from adplanning.core import formats
from adplanning.core.money import minor_digits
from adplanning.core.periods import Period
from adplanning.core.ratios import ratio
from adplanning.metrics.definitions import METRICS, Unit
from adplanning.metrics.figures_service import Comparison
from adplanning.ui.badges import Badge
from adplanning.ui.catalogue import address_of
from adplanning.ui.kpis import Kpi, course
from adplanning.ui.pages.chosen_days import Days
from adplanning.ui.pages.period_picker import dates_of
from adplanning.ui.sections import Section

EARNS: Final = Badge("Earns its cost", "green", "mdi-trending-up")
LOSES: Final = Badge("Below its cost", "red", "mdi-trending-down")
# A list of campaigns shows one platform's first; a number over all of them leads to all.
_ALL_OF: Final[Mapping[str, Mapping[str, str]]] = {"meta-ads/campaigns": {"platform": "all"}}


@dataclass(frozen=True)
class Part:
    """A section, and how it is filled: `read` takes from the store what `days` ask for and answers what puts it on."""

    section: Section
    read: Callable[[Days], Callable[[], None]]
    wide: bool = False


def dated(slug: str, days: Days, **query: str) -> str:
    """The address of a page for some days, and whatever else it is to be filtered by.

    >>> from datetime import date
    >>> dated("social-posts", Days(date(2026, 11, 1), date(2026, 11, 2)), status="posted")
    '/app/social-posts?status=posted&from_date=2026-11-01&to_date=2026-11-02'
    """
    return f"{address_of(slug)}?{urlencode({**query, **dates_of(days)})}"


def period_before(days: Days, zone: ZoneInfo) -> Period | None:
    """As many days before, as instants; None where a calendar has no such days."""
    before = days.before()
    return None if before is None else before.period(zone)


def metric_card(name: str, found: Comparison, days: Days, *, currency: str, label: str = "") -> Kpi:
    """One of `METRICS` as a card: what it is, its change and course, or why it is not known.

    Parameters
    ----------
    found : as from `compared_figures`; money in minor units of `currency`.
    label : what it is called here, where not by its title.
    """
    metric, value = METRICS[name], found.now.value
    short, full = written(metric.unit, value, currency)
    return Kpi(
        label or metric.title,
        short,
        f"{metric.help} {metric.formula}.",
        full=full,
        change=found.change,
        good=metric.good,
        spark=course(found.days),
        href=dated(metric.slug, days, **_ALL_OF.get(metric.slug, {})),
        badge=roas_badge(value).cell() if name == "roas" and value is not None else None,
        words=found.now.unknown_because or "",
    )


def written(unit: Unit, value: float | None, currency: str) -> tuple[str, str]:
    """A value as a card shows it, and in full where that is more.

    >>> written(Unit.money, 123456700, "INR"), written(Unit.percent, 0.1234, "INR"), written(Unit.times, None, "INR")
    (('₹12.3L', '₹12,34,567.00'), ('12.34%', ''), ('–', ''))
    """
    if value is None:
        return formats.UNKNOWN, ""
    if unit is Unit.money:
        major = value / 10 ** minor_digits(currency)
        return formats.short_money(major, currency), formats.money(major, currency)
    if unit is Unit.count:
        return formats.number(value, 0 if value == int(value) else 1, currency=currency), ""
    return (formats.times(value) if unit is Unit.times else formats.percent(value, 2)), ""


def roas_badge(roas: float) -> Badge:
    """Whether as much came back as was spent.

    >>> roas_badge(1.0).colour, roas_badge(0.99).colour
    ('green', 'red')
    """
    return EARNS if roas >= 1 else LOSES


def count_card(
    label: str,
    n: int,
    help_: str,
    href: str,
    *,
    currency: str,
    before: int | None = None,
    good: int = 1,
    words: str = "",
) -> Kpi:
    """A count as a card; `before` is that of as many days before, None where it is of no days."""
    change = None if before is None else ratio(n - before, before)
    return Kpi(label, formats.number(n, currency=currency), help_, change=change, good=good, href=href, words=words)
