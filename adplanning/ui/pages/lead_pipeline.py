"""How the leads of a list stand: headline numbers, and the way from new to converted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from adplanning.core import formats
from adplanning.core.ratios import ratio
from adplanning.core.vocabulary import LeadStatus
from adplanning.ui import badges
from adplanning.ui.kpis import Kpi
from adplanning.ui.pages.lead_words import ENDS, PIPELINE
from adplanning.ui.pipeline import Stage

Counts = Mapping[LeadStatus, int]


def headlines(now: Counts, before: Counts | None, *, currency: str) -> Sequence[Kpi]:
    """The cards over all leads of the list.

    Parameters
    ----------
    now, before : the leads by status, and those of as many days before; None where there are none.
    currency : numbers are grouped as its amounts are.
    """
    all_, open_ = tuple(LeadStatus), (LeadStatus.contacted, LeadStatus.qualified)

    def card(label: str, words: str, statuses: Iterable[LeadStatus], good: int = 1) -> Kpi:
        n = _sum(now, statuses)
        return Kpi(
            label,
            formats.number(n, currency=currency),
            words,
            change=None if before is None else _change(n, _sum(before, statuses)),
            good=good,
        )

    rate, rate_before = conversion_rate(now), None if before is None else conversion_rate(before)
    return [
        card("Leads", "Everybody who left word.", all_),
        card("To be contacted", "Those to whom nobody has answered yet.", (LeadStatus.new,), good=-1),
        card("In talks", "Contacted or qualified, and not at an end.", open_, good=0),
        card("Converted", "Those who became customers.", (LeadStatus.converted,)),
        Kpi(
            "Conversion rate",
            formats.percent(rate),
            "Converted leads over all leads, those that are still open among them.",
            change=None if rate is None or rate_before is None else _change(rate, rate_before),
        ),
    ]


def conversion_rate(counts: Counts) -> float | None:
    """The share of leads that have converted; unknown without leads.

    Formula: converted ÷ all.

    >>> conversion_rate({LeadStatus.new: 6, LeadStatus.converted: 1, LeadStatus.lost: 1}), conversion_rate({})
    (0.125, None)
    """
    return ratio(counts.get(LeadStatus.converted, 0), sum(counts.values()))


def stages(
    counts: Counts, href: Callable[[LeadStatus], str], *, currency: str
) -> tuple[Sequence[Stage], Sequence[Stage]]:
    """The steps of the way and its ends, each with its share of all leads.

    Parameters
    ----------
    href : where the leads of a status are.
    """
    total = sum(counts.values())

    def stage(status: LeadStatus) -> Stage:
        n = counts.get(status, 0)
        count, share = formats.number(n, currency=currency), formats.percent(ratio(n, total))
        return Stage(badges.LEAD_STATUSES[status], n, count, share, href(status))

    return [stage(status) for status in PIPELINE], [stage(status) for status in ENDS]


def _sum(counts: Counts, statuses: Iterable[LeadStatus]) -> int:
    return sum(counts.get(status, 0) for status in statuses)


def _change(now: float, before: float) -> float | None:
    return ratio(now - before, before)
